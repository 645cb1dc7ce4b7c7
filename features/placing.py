"""Placing: the rows of the list of protected places find their objects, however the ids were typed (DESIGN rule 12).

An id that joins nothing would protect nothing, and its place would be listed without a word. So an id is read as what it can only mean, and what
still names no object stops the build: the last good build stays. A home that is left off in vain costs less than a shelter that is on a list.

A place that was split, merged or numbered anew goes on under ids that nobody wrote on the list. The address register does not say what became of
what; so an object that began later in the same building, or at the same door, is protected too, and where nothing began when a place ended all
that stands in its building (one of these took it over), until the list itself has a newer row for it.
"""

from __future__ import annotations

import re
from datetime import date

import duckdb
import pandas as pd

from features.engine import quoted
from features.errors import SourceError
from features.sources.contract import FIRST_DAY, Source
from features.validation import LIKELY

ID_DIGITS = 16
PROTECTED_ANYHOW = "institution"
"""How a place is protected of which we only know that it is not plainly unprotected."""
AROUND = " \t\r\n\u00a0\"'`\u00b4\u2018\u2019\u201c\u201d\u201e.,;:()[]"
"""What may stand around an id without meaning anything."""
BETWEEN = re.compile(r"[\s,;/+&|\"'()]+")
JOINS = re.compile(r"(?:[\s,;/+&|\"'()]|\b(?:en|and|bag|vbo|id|nr|nummer|object|verblijfsobject)\b)*", re.IGNORECASE)
"""What may stand between, before and behind ids that are a list. Any other sign or word may mean more objects than the ids: *up to*, *and on*."""
SPACED = re.compile(r"[\s.-]*")
"""What may stand between the parts of one id."""
OPEN_END = re.compile(r"\.\.|\u2026|[-+&/|]\s*$")
"""Signs of something that goes on."""
RELEASES = "({row}.withdrawn OR {row}.kind IS NOT DISTINCT FROM 'none')"
"""Whether a row of a list takes its place off it."""
RELEASE_TO_COME = "a 'none' of a day to come, which takes no place off the list"
"""Why a place stays protected that its owner took off for a day after the build: what is judged when it comes in counts on no later day."""
NAMED_AT_MOST = 5
"""Rows that an error names."""
COMPLETION_DAYS = 366
"""Objects of a building that begin within a year of each other were built together, and are not what became of another; assumed."""
DOORS = """
SELECT address_id, 'building ' || building_id AS spot FROM events_addresses WHERE NOT withdrawn
UNION ALL
SELECT address_id, concat_ws(' ', 'door', upper(regexp_replace(postcode, '[^A-Za-z0-9]', '', 'g')), house_number) FROM events_addresses
WHERE NOT withdrawn AND postcode IS NOT NULL AND house_number IS NOT NULL
"""
"""Where an object is, or ever was: its building, and its postcode with its number, whatever letter or addition came behind it."""

BECAME = f"""
spots AS ({DOORS}),
objects AS (
    SELECT address_id, min(happened_on) AS began, min(known_on) AS entered, min(ended_on) AS ended,
        min(greatest(known_on, ended_known_on)) FILTER (WHERE ended_on IS NOT NULL) AS end_told
    FROM events_addresses WHERE NOT withdrawn GROUP BY 1
),
pairs AS (
    SELECT o.address_id AS of_id, o.began AS of_began, o.ended AS of_ended, o.end_told, n.*, bool_or(starts_with(s.spot, 'building ')) AS inside
    FROM objects o JOIN spots s ON s.address_id = o.address_id JOIN spots t ON t.spot = s.spot AND t.address_id <> s.address_id
    JOIN objects n ON n.address_id = t.address_id WHERE o.address_id IN (SELECT address_id FROM candidate) GROUP BY ALL
),
became AS (
    SELECT of_id, of_began, address_id, began AS since_on, entered AS told_on, coalesce(began >= of_ended, false) AS after_end FROM pairs
    UNION ALL
    SELECT of_id, of_began, address_id, of_ended, greatest(entered, end_told), true FROM pairs p
    WHERE inside AND began < of_ended AND (ended IS NULL OR ended > of_ended)
        AND NOT EXISTS (SELECT 1 FROM pairs q WHERE q.of_id = p.of_id AND q.began BETWEEN p.of_ended AND p.of_ended + {COMPLETION_DAYS})
)
"""
"""What may be what became of what: an object that began in its building or at its door, and where nothing began within a year of its end, what
stood in its building then."""


def is_listed(source: Source) -> bool:
    """Say whether a source is a list of places that are left off, of which no row may go missing."""
    return source.use == "exclusion"


def place(connection: duckdb.DuckDBPyConnection, source: Source, *, pattern: str, after: int) -> None:
    """Give each row of ``candidate`` the objects that it means, a row for each, and a kind and a day where these cannot be read.

    ``slips`` gets the cells that could not be read. ``pattern`` is what an ``address_id`` looks like here, and ``after`` the number of the last
    row that was received before.

    Raises
    ------
    SourceError
        A row names no object, or more than what can be found; or it takes off the list what a door with several objects led to.
    """
    _find(connection, pattern)
    _refuse_unplaced(connection, source, after)
    _refuse_wide_releases(connection, source, after)
    codes = ", ".join(quoted(code) for code in source.column("kind").codes)
    kind = f"CASE WHEN withdrawn OR kind IN ({codes}) THEN kind ELSE {quoted(PROTECTED_ANYHOW)} END"
    told_on = f"CASE WHEN c.known_on {LIKELY} AND c.known_on <= getvariable('today') THEN c.known_on END"
    since = f"coalesce({told_on}, DATE {quoted(FIRST_DAY)})"
    known_on, happened_on = (f"CASE WHEN withdrawn THEN {day} ELSE {since} END" for day in ("known_on", "happened_on"))
    connection.execute(
        f"""
        CREATE OR REPLACE TABLE slips AS
        SELECT f.address_id AS record_id, delivered, 'kind' AS field, g.kind AS value, 'kind is not a listed code' AS reason
        FROM candidate c JOIN found f USING (delivered) JOIN given g USING (delivered) WHERE NOT c.withdrawn AND (c.kind IN ({codes})) IS NOT TRUE
        UNION ALL
        SELECT f.address_id, delivered, 'known_on', CAST(g.known_on AS VARCHAR),
            CASE WHEN c.kind = 'none' AND c.known_on {LIKELY} THEN {quoted(RELEASE_TO_COME)} ELSE 'known_on is no likely day' END
        FROM candidate c JOIN found f USING (delivered) JOIN given g USING (delivered) WHERE NOT c.withdrawn AND {told_on} IS NULL
        """
    )
    connection.execute(
        f"""
        CREATE OR REPLACE TABLE candidate AS
        SELECT c.* REPLACE (f.address_id AS record_id, f.address_id AS address_id, {kind} AS kind, {known_on} AS known_on,
            {happened_on} AS happened_on, CASE WHEN withdrawn THEN reason END AS reason)
        FROM candidate c JOIN found f USING (delivered) ORDER BY delivered, f.address_id
        """
    )


def keep_slips(connection: duckdb.DuckDBPyConnection, source: Source) -> None:
    """Count what could not be read among the cells that were left out."""
    connection.execute(f"INSERT INTO cells_{source.name} BY NAME SELECT * FROM slips")


def follow(connection: duckdb.DuckDBPyConnection, received_on: date | None) -> None:
    """Add to ``candidate`` a row for each object that may be what became of a place on the list, and of which the list says nothing newer.

    Such a row happened on the day that its object began, or took its place over: so it is told apart from a place that was built with what
    stands beside it. ``received_on`` is the day of receipt of what is new in this build; None where all is history.
    """
    received = f"greatest(c.received_on, {f'DATE {quoted(received_on)}' if received_on else 'NULL::DATE'})"
    while True:
        before = connection.execute("SELECT count(*) FROM candidate").fetchall()
        connection.execute(
            f"""
            INSERT INTO candidate BY NAME
            WITH {BECAME}
            SELECT c.* REPLACE (b.address_id AS record_id, b.address_id AS address_id, b.since_on AS happened_on,
                greatest(c.known_on, b.told_on) AS known_on, {received} AS received_on, NULL AS overtaken)
            FROM candidate c JOIN became b ON b.of_id = c.address_id
            WHERE c.reason IS NULL AND c.told AND NOT {RELEASES.format(row="c")}
                AND (b.after_end OR b.since_on > CASE WHEN c.happened_on = b.of_began THEN b.of_began
                    ELSE greatest(c.happened_on, b.of_began + {COMPLETION_DAYS}) END)
                AND b.address_id NOT IN (SELECT address_id FROM candidate x WHERE told AND address_id IS NOT NULL AND NOT {RELEASES.format(row="x")})
                AND NOT EXISTS (
                    SELECT 1 FROM candidate x WHERE x.address_id = b.address_id AND x.told AND x.reason IS NULL AND {RELEASES.format(row="x")}
                        AND greatest(x.known_on, x.received_on) > greatest(c.known_on, b.told_on, c.received_on)
                        AND x.known_on > DATE {quoted(FIRST_DAY)}
                )
            QUALIFY row_number() OVER (PARTITION BY b.address_id ORDER BY greatest(c.known_on, b.told_on), c.delivered, c.address_id) = 1
            """
        )
        if connection.execute("SELECT count(*) FROM candidate").fetchall() == before:
            return


def readings(text: str | None, *, closed: bool = False) -> list[tuple[str, ...]]:
    """Give what ids a cell can mean, the plainest reading first.

    With ``closed`` only the ids of a cell that says nothing beside them, or it may mean more than these.

    Examples
    --------
    >>> readings('"0999010000000001 "')[0]
    ('0999010000000001',)
    >>> readings("999010000000001, 0999010000000002")[-1]
    ('0999010000000001', '0999010000000002')
    >>> readings("0999.01.0000000001")[-1]
    ('0999010000000001',)
    >>> readings("Dorpsstraat 12")[-1]
    ('Dorpsstraat', '12')
    >>> readings("0999010000000043 t/m 0999010000000049")[-1]
    ('0999010000000043', '0999010000000049')
    >>> readings("0999010000000043 t/m 0999010000000049", closed=True)[-1]
    ('0999010000000043', 't', 'm', '0999010000000049')
    """
    plain = (text or "").strip(AROUND)
    if not plain or (closed and OPEN_END.search(text or "")):
        return []
    runs = re.findall(r"\d+", plain)
    before, *between, behind = re.split(r"\d+", plain) if runs else ("", "")
    bare = not closed or (JOINS.fullmatch(re.sub("[-.:]", " ", before)) and JOINS.fullmatch(behind))
    many, one = (bare and (not closed or all(sign.fullmatch(part) for part in between)) for sign in (JOINS, SPACED))
    told = [some for some, fits in ((runs, many), (["".join(runs)], one)) if fits]
    numbers = [some for some in told if runs and all(ID_DIGITS - 1 <= len(number) <= ID_DIGITS for number in some)]
    as_ids = [tuple(number.zfill(ID_DIGITS) for number in some) for some in numbers]
    return [(plain,), tuple(part for part in BETWEEN.split(plain) if part), *as_ids]


def as_table(texts: pd.DataFrame, *, closed: bool = False) -> pd.DataFrame:
    """Give for ``texts`` (delivered, text) one row per id that a text can mean: delivered, reading, id; ``closed`` as for `readings`."""
    rows = [(d, n, i) for d, text in texts.itertuples(index=False) for n, ids in enumerate(readings(text, closed=closed)) for i in ids]
    return pd.DataFrame(rows, columns=["delivered", "reading", "id"]).astype({"delivered": "int64", "reading": "int64", "id": "string"})


def known_ids(connection: duckdb.DuckDBPyConnection) -> str:
    """Give a SELECT of every ``id`` that the registers know, of an object or of a door, with each ``address_id`` that it ever led to."""
    has_doors = connection.execute("SELECT 1 FROM duckdb_tables() WHERE table_name = 'candidate_designations'").fetchone()
    doors = "UNION ALL SELECT record_id AS id, address_id FROM candidate_designations WHERE NOT withdrawn"
    return f"SELECT address_id AS id, address_id FROM candidate_addresses WHERE NOT withdrawn {doors if has_doors else ''}"


def _find(connection: duckdb.DuckDBPyConnection, pattern: str) -> None:
    """Make ``found``: the objects of each row, by the first reading of which every id leads to one.

    The id of a door leads to every object that it ever led to: an id passes on where objects are split or merged. What the register had in rows
    that were set aside counts too: such an object cannot be listed, and is no slip of the list.
    """
    texts = connection.execute("SELECT delivered, coalesce(address_id, record_id) FROM candidate ORDER BY 1").df()
    connection.register("meant", as_table(texts, closed=True))
    connection.execute(
        f"""
        CREATE OR REPLACE TABLE found AS
        WITH known AS (SELECT * FROM ({known_ids(connection)}) WHERE regexp_full_match(address_id, {quoted(pattern)})),
        led AS (SELECT m.delivered, m.reading, m.id, k.address_id FROM meant m LEFT JOIN known k ON k.id = m.id),
        whole AS (
            SELECT delivered, min(reading) AS reading
            FROM (SELECT delivered, reading FROM led GROUP BY ALL HAVING count(*) = count(address_id)) GROUP BY 1
        )
        SELECT delivered, address_id, max(others) > 1 AS wide
        FROM (SELECT *, count(DISTINCT address_id) OVER (PARTITION BY delivered, reading, id) AS others FROM led)
        JOIN whole USING (delivered, reading) GROUP BY ALL
        """
    )
    connection.unregister("meant")


def _refuse_unplaced(connection: duckdb.DuckDBPyConnection, source: Source, after: int) -> None:
    unplaced = connection.execute(
        "SELECT delivered, coalesce(address_id, record_id) FROM candidate WHERE delivered NOT IN (SELECT delivered FROM found) ORDER BY 1"
    ).fetchall()
    if unplaced:
        rows = [f"row {number - after} ({_shape(text)})" for number, text in unplaced[:NAMED_AT_MOST]]
        more = f" and {len(unplaced) - len(rows)} more" if len(unplaced) > len(rows) else ""
        raise SourceError(
            f"register '{source.name}' names no object of the address register in {', '.join(rows)}{more}",
            expected="ids of objects, or of doors, that the address register knows: each place on the list is kept off every list",
            remedy="correct these rows, counted without the header, in the list itself, and build again; until then the last good build counts",
        )


def _refuse_wide_releases(connection: duckdb.DuckDBPyConnection, source: Source, after: int) -> None:
    """Refuse the id of a door that led to several objects where a row says that there is no protected place: of which one, it does not say."""
    wide = connection.execute(
        f"SELECT DISTINCT delivered FROM candidate c JOIN found f USING (delivered) WHERE f.wide AND {RELEASES.format(row='c')} ORDER BY 1"
    ).fetchall()
    if wide:
        rows = ", ".join(f"row {number - after}" for (number,) in wide[:NAMED_AT_MOST])
        raise SourceError(
            f"register '{source.name}' takes a place off the list by the id of a door that led to more than one object, in {rows}"
            f"{f' and {len(wide) - NAMED_AT_MOST} more' if len(wide) > NAMED_AT_MOST else ''}",
            expected="the id of the object itself: a door may protect all that it led to, and it does not say which of them somebody looked at",
            remedy="write the object's own id in these rows, counted without the header, and build again; until then the last good build counts",
        )


def _shape(text: str | None) -> str:
    """Say what a cell looks like, and nothing of what stands in it."""
    runs = [len(run) for run in re.findall(r"\d+", text or "")]
    if not (text or "").strip():
        return "empty"
    if not runs:
        return "no digits"
    whole = all(ID_DIGITS - 1 <= run <= ID_DIGITS for run in runs)
    if whole and not any(all(part.isdecimal() for part in ids) for ids in readings(text, closed=True)[1:]):
        return "ids with words or signs beside them that may mean more objects"
    if runs == [ID_DIGITS]:
        return f"{ID_DIGITS} digits that the register does not have"
    return f"{' and '.join(str(run) for run in runs[:3])}{' and more' if len(runs) > 3 else ''} digits, where an id has {ID_DIGITS}"
