"""What tells a column of birth dates: how its days spread, however they are written.

Nearly all values are dates, many different; the middle 80 % of them spread over 40 years at least and all over a lifetime; few on a first
of January and no year with many (1.4 % of the people in the Netherlands is born in the same year). Dates of buildings spread as widely, but
stand on a first of January where only the year is known, or in the year in which the register began.

Days as a spreadsheet counts them (29221 is 1 January 1980) are not looked for: amounts, values and readings of meters spread as they do.
"""

from __future__ import annotations

import duckdb

SHARE = 0.9
LEAST = 100
MIDDLE_YEARS, YEARS = 40, (60, 115)
ROUND_SHARE, ONE_YEAR_SHARE = 0.1, 0.05

LENGTH = (6, 40)
"""Characters of what may be a date."""

LATEST_SHORT = 2030
"""A year that is written with two digits lies no later than this, or else a century before."""

MONTHS = ("jan", "feb", "maa|mrt|mar", "apr", "mei|may", "jun", "jul", "aug", "sep", "okt|oct", "nov", "dec")
"""Regular expressions for how the months begin, in Dutch and English."""

NUMBERED = "lower(v)"
for _number, _month in enumerate(MONTHS, start=1):
    NUMBERED = f"regexp_replace({NUMBERED}, '^([0-9]{{1,2}})[ .-]+(?:{_month})[a-z]*[ .-]+([0-9]{{2,4}})', '\\1-{_number:02d}-\\2')"
"""SQL: the text ``v`` with a month in letters as a number."""

MONTH = "^[0-9]{1,2}[ .-]+[A-Za-z]{3}"
"""Regular expression for a day with its month in letters: where there is none, those above need not be prepared, which takes long."""

WRITTEN = "regexp_extract({text}, '^([0-9]{{1,4}}[./-][0-9]{{1,2}}[./-][0-9]{{1,4}}|[0-9]{{8}})(?:[^0-9./-]|[.,]0+$|$)', 1)"
"""SQL: the day with which a text begins, as it was written; empty where there is none."""

FULL, SHORT = "['%Y-%m-%d', '%Y/%m/%d', '%d-%m-%Y', '%d/%m/%Y', '%d.%m.%Y', '%m/%d/%Y', '%Y%m%d', '%d%m%Y']", "['%d-%m-%y', '%d/%m/%y', '%d.%m.%y']"
DAY = f"CAST(CASE WHEN regexp_matches(d, '[0-9]{{4}}') THEN try_strptime(d, {FULL}) ELSE try_strptime(d, {SHORT}) END AS DATE)"
"""SQL: the text ``d`` as a day."""


def spread_as_births(connection: duckdb.DuckDBPyConnection, rows: int, *, months: bool) -> float | None:
    """Give over how many years the dates in ``looked_at`` (``v``, and in ``n`` how often) spread, where they do as those of people.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
    rows : int
        Sum of ``n``.
    months : bool
        Whether a month may stand in letters.
    """
    written = WRITTEN.format(text=NUMBERED if months else "v")
    row = connection.execute(
        f"""
        WITH spelled AS (SELECT n, {written} AS d FROM looked_at WHERE length(v) BETWEEN {LENGTH[0]} AND {LENGTH[1]}),
        dated AS (SELECT n, {DAY} AS day, regexp_matches(d, '[0-9]{{4}}') AS whole FROM spelled WHERE d <> ''),
        placed AS (SELECT n, CASE WHEN NOT whole AND year(day) > {LATEST_SHORT} THEN day - INTERVAL 100 YEAR ELSE day END AS day FROM dated),
        days AS (
            SELECT day, sum(n) AS n, sum(sum(n)) OVER (ORDER BY day) / sum(sum(n)) OVER () AS upto FROM placed WHERE day IS NOT NULL GROUP BY day
        )
        SELECT coalesce(sum(n), 0), count(*), coalesce(sum(n) FILTER (WHERE dayofyear(day) = 1), 0),
            coalesce((SELECT max(m) FROM (SELECT sum(n) AS m FROM days GROUP BY year(day))), 0),
            date_diff('day', min(day) FILTER (WHERE upto >= 0.1), min(day) FILTER (WHERE upto >= 0.9)) / 365.25,
            date_diff('day', min(day) FILTER (WHERE upto >= 0.001), max(day)) / 365.25
        FROM days
        """
    ).fetchone()
    dated, different, on_first, in_a_year, middle, whole = row or (0, 0, 0, 0, None, None)
    if dated < SHARE * rows or different < LEAST or on_first > ROUND_SHARE * dated or in_a_year > ONE_YEAR_SHARE * dated:
        return None
    return float(whole) if middle >= MIDDLE_YEARS and YEARS[0] <= whole <= YEARS[1] else None
