"""Protected columns: a citizen number, a name or a birth date in a raw extract is refused before anything of it is used.

A column is judged on its values and on its header. The values are looked at whole, or, where a column has many, as the part whose
hash falls in one of so many bins: the same part in every run, whatever the order of the rows. Nothing here keeps or shows a value.

Of a text in which someone typed a citizen number among other words this says nothing: that is free text, which no contract lets in.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

import duckdb

from features.citizen_number import DIGITS, LEAST, PASSES, is_beyond_chance
from features.engine import identifier, quoted
from features.errors import ProtectedInputError
from features.person_names import GIVEN, INITIALS, INITIALS_LAST, PARTICLES, STREET, SURNAMES
from features.settings import Settings

Kind = Literal["citizen number", "name", "birth date"]

LOOKED_AT = 10_000
"""Different values of a column that are looked at, about: a share is then known within one per cent."""

HEADERS: dict[Kind, re.Pattern[str]] = {
    "citizen number": re.compile(r"\b(bsn\w*|burger ?service ?(nummer|nr)|sofi( ?(nummer|nr))?|(gba )?a ?nummer|citizen number|social security)\b"),
    "name": re.compile(
        r"\b((achter|voor|roep|geslachts|geboorte|familie|meisjes|partner)(naam|namen)|voorletters?|tussenvoegsels?|surname|forenames?|"
        r"(first|last|given|family|maiden|full) ?names?)\b"
    ),
    "birth date": re.compile(r"\b(geboorte(?!naam|namen)\w*|geb ?(datum|dat|dt|jaar)|birth\w*|dob)\b"),
}
"""Headers that are enough by themselves. Words are split at capitals, digits and signs; accents are left out."""

HEADER_OF_SOMEONE = re.compile(
    r"\b(naam|namen|names?|aanvrager|bewoner|hoofdbewoner|eigenaar|houder|melder|contact(persoon)?|inspecteur|inspector|gerechtigde|owner|resident)\b"
)
"""Headers under which a name may stand, and much else: fewer values that look like a name are then enough."""

HEADER_LENGTH = 4
"""Under a header that is enough by itself a value must have so many characters: *J* or *ja* says that there is one, not which."""

WORDS = "length(v) BETWEEN 2 AND 60 AND NOT regexp_matches(v, '[0-9@:/_]')"
"""SQL: what may be a name at all."""

NAMES_SHARE, NAMES_LEAST = 0.12, 8
NAMES_SHARE_BY_HEADER, NAMES_LEAST_BY_HEADER = 0.05, 2
"""Share of the rows with a listed name or with initials, and how many different ones, for a column to look like names. The lists hold
common names only, so a part is asked, and not most; a column of streets, kinds or places has hardly any."""

DATES_SHARE = 0.9
DATES_LEAST = 100
BIRTHS_MIDDLE_YEARS, BIRTHS_YEARS = 40, (60, 115)
ROUND_SHARE, ONE_YEAR_SHARE = 0.1, 0.05
"""Birth dates: nearly all values are dates, many different; the middle 80 % of them spread over 40 years at least and all over a
lifetime; few on a first of January and no year with many (1.4 % of the people in the Netherlands is born in the same year). Dates of
buildings spread as widely, but stand on a first of January where only the year is known, or in the year in which the register began."""


@dataclass(frozen=True)
class Protected:
    """A column that may not come in, with what it looks like and why; never a value."""

    column: str
    kind: Kind
    why: str

    def __str__(self) -> str:
        """Say it in a sentence for an error."""
        return f"column '{self.column}' looks like a {self.kind} ({self.why})"


def refuse_protected(connection: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    """Look at every raw extract, and refuse them all if one has a protected column.

    Raises
    ------
    ProtectedInputError
        A column is a citizen number, or looks like names or birth dates.
    """
    found = []
    for name, extract in settings.extracts.items():
        if extract.form != "database":
            files = sorted(path.name for path in settings.raw_folder.glob(extract.path)) if extract.path else [f"table {extract.table}"]
            columns = scan(connection, f"raw_{name}", about_objects=extract.about_objects)
            found += [f"extract '{name}' ({_listed(files)}): {'; '.join(str(c) for c in columns)}"] if columns else []
    if found:
        raise ProtectedInputError(
            ". ".join(found),
            expected="facts about addresses, and keyed hashes where a household or an owner must be told apart",
            remedy="remove the file from this machine, and have the register's owner run 'schouw pseudonymise' on it before it is delivered",
        )


def scan(connection: duckdb.DuckDBPyConnection, relation: str, *, about_objects: Collection[str] = ()) -> list[Protected]:
    """Give the protected columns of a table.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
    relation : str
        What stands behind FROM.
    about_objects : collection of str
        Columns of which someone has seen that they name or date an object. Citizen numbers are not excused.

    Returns
    -------
    list of Protected
        At most one for each column, in the order of the table.
    """
    types = {row[0]: row[1] for row in connection.execute(f"DESCRIBE SELECT * FROM {relation}").fetchall() if row[1] != "BOOLEAN"}
    if not types:
        return []
    _word_tables(connection)
    counts = connection.execute(f"SELECT {', '.join(f'approx_count_distinct({identifier(c)})' for c in types)} FROM {relation}").fetchone() or ()
    found = (_judge(connection, relation, column, bins=max(1, different // LOOKED_AT)) for column, different in zip(types, counts, strict=True))
    return [one for one in found if one and (one.kind == "citizen number" or one.column not in about_objects)]


def _judge(connection: duckdb.DuckDBPyConnection, relation: str, column: str, *, bins: int) -> Protected | None:
    """Look at one column: at its numbers, its header, its names and its dates, in that order."""
    name = identifier(column)
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE looked_at AS SELECT trim(CAST(value AS VARCHAR)) AS v, sum(times)::BIGINT AS n FROM "
        f"(SELECT {name} AS value, count(*) AS times FROM {relation} WHERE {name} IS NOT NULL AND hash({name}) % {bins} = 0 GROUP BY 1) "
        "GROUP BY 1 HAVING v <> ''"
    )
    rows, longest, digits, words, dots = connection.execute(
        "SELECT coalesce(sum(n), 0), coalesce(max(length(v)), 0), count(*) FILTER (WHERE regexp_matches(v, '^[0-9]')), "
        f"count(*) FILTER (WHERE {WORDS}), count(*) FILTER (WHERE contains(v, '.')) FROM looked_at"
    ).fetchone() or (0, 0, 0, 0, 0)
    header = _words(column)
    kind = next((kind for kind, said in HEADERS.items() if said.search(header)), None) if longest >= HEADER_LENGTH else None
    found = _citizen_numbers(connection, column) if digits else None
    found = found or (Protected(column, kind, "its header says so") if kind else None)
    if not found and words >= NAMES_LEAST_BY_HEADER:
        found = _names(connection, column, rows, named=bool(HEADER_OF_SOMEONE.search(header)), dotted=dots > 0)
    return found or (_births(connection, column, rows) if digits >= DATES_LEAST else None)


def _citizen_numbers(connection: duckdb.DuckDBPyConnection, column: str) -> Protected | None:
    """Test different numbers, not rows: one number that passes by chance may stand in every row."""
    numbers, passing = connection.execute(
        f"SELECT count(*), count(*) FILTER (WHERE {PASSES}) FROM (SELECT DISTINCT CAST(d AS BIGINT) AS b FROM "
        f"(SELECT {DIGITS} AS d FROM looked_at WHERE length(v) BETWEEN 8 AND 15) WHERE regexp_full_match(d, '[0-9]{{8,9}}')) WHERE b >= {LEAST}"
    ).fetchone() or (0, 0)
    if not is_beyond_chance(passing, numbers):
        return None
    return Protected(
        column, "citizen number", f"{passing / numbers:.1%} of {numbers} different numbers of 8 or 9 digits pass its check digit, by chance 9.1%"
    )


def _names(connection: duckdb.DuckDBPyConnection, column: str, rows: int, *, named: bool, dotted: bool) -> Protected | None:
    """Count the values that look like a name. Without a full stop there are no initials, and their patterns take long to prepare."""
    initials = f"OR regexp_matches(v, {quoted(INITIALS)}) OR regexp_matches(v, {quoted(INITIALS_LAST)})" if dotted else ""
    like, different = connection.execute(
        f"""
        WITH spelled AS (
            SELECT v, n, {_plain("v")} AS w, {_plain("split_part(v, ',', 2)")} AS after_comma FROM looked_at WHERE {WORDS}
        ), judged AS (
            SELECT n, NOT regexp_matches(w, '{STREET}') AND (
                split_part(w, ' ', 1) IN (SELECT word FROM given_names) OR split_part(after_comma, ' ', 1) IN (SELECT word FROM given_names)
                OR regexp_replace(w, '^(({PARTICLES}) )+', '') IN (SELECT word FROM surnames)
                {initials}
            ) AS like_a_name FROM spelled
        )
        SELECT coalesce(sum(n), 0), count(*) FROM judged WHERE like_a_name
        """
    ).fetchone() or (0, 0)
    share, least = (NAMES_SHARE_BY_HEADER, NAMES_LEAST_BY_HEADER) if named else (NAMES_SHARE, NAMES_LEAST)
    if like < share * rows or different < least:
        return None
    return Protected(column, "name", f"{like / rows:.1%} of its values begin with a common given name or initials, or are a common surname")


def _births(connection: duckdb.DuckDBPyConnection, column: str, rows: int) -> Protected | None:
    row = connection.execute(
        """
        WITH spelled AS (SELECT n, regexp_extract(v, '^([0-9./-]{8,10})(?:[^0-9./-]|$)', 1) AS d FROM looked_at WHERE length(v) BETWEEN 8 AND 32),
        dated AS (
            SELECT n, coalesce(TRY_CAST(d AS DATE), CAST(try_strptime(d, ['%d-%m-%Y', '%d/%m/%Y', '%d.%m.%Y', '%Y%m%d']) AS DATE)) AS day
            FROM spelled WHERE d <> ''
        ),
        days AS (SELECT day, sum(n) AS n, sum(sum(n)) OVER (ORDER BY day) / sum(sum(n)) OVER () AS upto FROM dated WHERE day IS NOT NULL GROUP BY day)
        SELECT coalesce(sum(n), 0), count(*), coalesce(sum(n) FILTER (WHERE dayofyear(day) = 1), 0),
            coalesce((SELECT max(m) FROM (SELECT sum(n) AS m FROM days GROUP BY year(day))), 0),
            (min(day) FILTER (WHERE upto >= 0.9) - min(day) FILTER (WHERE upto >= 0.1)) / 365.25,
            (max(day) - min(day) FILTER (WHERE upto >= 0.001)) / 365.25
        FROM days
        """
    ).fetchone()
    dated, different, on_first, in_a_year, middle, whole = row or (0, 0, 0, 0, None, None)
    if dated < DATES_SHARE * rows or different < DATES_LEAST or on_first > ROUND_SHARE * dated or in_a_year > ONE_YEAR_SHARE * dated:
        return None
    if middle < BIRTHS_MIDDLE_YEARS or not BIRTHS_YEARS[0] <= whole <= BIRTHS_YEARS[1]:
        return None
    return Protected(column, "birth date", f"its dates spread over {whole:.0f} years as those of people do, and few are round")


def _words(column: str) -> str:
    """Give a header as small words without accents."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", column) if not unicodedata.combining(c))
    return " ".join(re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", plain)).lower()


def _plain(text: str) -> str:
    """SQL: a text as small words without accents and signs."""
    return f"trim(regexp_replace(lower(strip_accents({text})), '[^a-z]+', ' ', 'g'))"


def _word_tables(connection: duckdb.DuckDBPyConnection) -> None:
    for table, words in (("given_names", GIVEN), ("surnames", SURNAMES)):
        connection.execute(f"CREATE TEMP TABLE IF NOT EXISTS {table} AS SELECT unnest($words) AS word", {"words": sorted(words)})


def _listed(files: list[str]) -> str:
    return ", ".join(files[:3]) + (f" and {len(files) - 3} more" if len(files) > 3 else "")
