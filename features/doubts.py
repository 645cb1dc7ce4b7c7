"""Doubts: rows of permits and inspections that cannot be read in full keep their address off a list (DESIGN rule 12).

A permit of which the decision is misspelt may have been granted; a visit of which the day is a slip may have been yesterday; and of a record that
stands at two addresses nobody knows at which it was. Such a row counts for no indicator, or only in part. For a list it counts against.

A doubt is known from the day on which its row was (DESIGN rule 1), and ends with a later row of the same record in which all can be read. It
touches no indicator, no label and no matrix of training: only a list asks for it.
"""

from __future__ import annotations

from collections.abc import Collection

import duckdb

from features.engine import quoted
from features.placing import as_table, known_ids
from features.sources import all_sources
from features.sources.contract import FIRST_DAY, LAST_DAY
from features.validation import LIKELY

DOUBTS, ANY, VISIT = "doubts", "any", "visit"
"""The source that they are, and two kinds: a permit of which the kind cannot be read may be of any."""
LEFT_OUT = {"permits": ("decision", "decision_known_on", "valid_until_on"), "inspections": ("course", "course_known_on", "visited_on")}
"""By source the late fields of which a slip may hide that an address must be left off."""
ENTERED = {"permits": "decision_known_on", "inspections": "course_known_on"}
"""By source the day on which those fields became known."""
EMPTY = f"""
CREATE OR REPLACE TABLE events_{DOUBTS} (record_id VARCHAR, address_id VARCHAR, happened_on DATE, known_on DATE, withdrawn BOOLEAN, kind VARCHAR,
    possible_on DATE, superseded_on DATE, ordinal BIGINT)
"""


def gather(connection: duckdb.DuckDBPyConnection, filled: Collection[str]) -> None:
    """Make ``events_doubts`` out of what became of the rows of the sources in ``filled``.

    Reads ``candidate_<source>``, ``cells_<source>`` and ``overtaken_<source>``.
    """
    connection.execute(EMPTY)
    for source in sorted(set(LEFT_OUT) & set(filled)):
        _judge(connection, source)
        connection.execute(f"CREATE OR REPLACE TABLE doubtful AS SELECT * FROM ({UNSURE}) UNION ALL BY NAME SELECT * FROM ({AT_SEVERAL})")
        connection.register("meant", as_table(connection.execute("SELECT delivered, address_id FROM doubtful WHERE reason IS NOT NULL").df()))
        connection.execute(
            f"""
            INSERT INTO events_{DOUBTS} BY NAME
            WITH placed AS (
                SELECT * FROM doubtful WHERE address_id IS NOT NULL
                UNION
                SELECT d.* REPLACE (k.address_id AS address_id)
                FROM doubtful d JOIN meant m USING (delivered) JOIN ({known_ids(connection)}) k ON k.id = m.id
            )
            SELECT '{source}:' || delivered AS record_id, address_id, since_on AS happened_on, since_on AS known_on, false AS withdrawn,
                {_kind(source)} AS kind, {POSSIBLE if source == "inspections" else "NULL::DATE"} AS possible_on, until_on AS superseded_on,
                row_number() OVER (ORDER BY delivered, address_id) + (SELECT count(*) FROM events_{DOUBTS}) AS ordinal
            FROM placed
            """
        )
        connection.unregister("meant")


POSSIBLE = f"CASE WHEN greatest(visited_on, course_known_on) {LIKELY} THEN greatest(visited_on, course_known_on) ELSE DATE {quoted(LAST_DAY)} END"
"""The last day that a visit can have been: it was before its course was entered. Where neither can be read it may have been on any."""
UNSURE = """
SELECT j.*, (
    SELECT min(g.day) FROM judged g WHERE g.record_id = j.record_id AND NOT g.unsure AND g.delivered > j.delivered AND g.day >= j.day
) AS until_on
FROM judged j WHERE j.unsure AND j.told AND NOT j.withdrawn
"""
AT_SEVERAL = """
SELECT j.* REPLACE (greatest(j.since_on, other.day) AS since_on), NULL::DATE AS until_on
FROM judged j JOIN (
    SELECT a.delivered, min(b.day) AS day FROM judged a JOIN judged b ON b.record_id = a.record_id AND b.address_id <> a.address_id
    WHERE a.reason IS NULL AND b.reason IS NULL AND NOT a.withdrawn AND NOT b.withdrawn GROUP BY 1
) other ON other.delivered = j.delivered
WHERE NOT j.unsure
"""


def _judge(connection: duckdb.DuckDBPyConnection, source: str) -> None:
    """Make ``judged``: the rows, whether one is unsure, the day on which it was known, and that on which the doubt was."""
    fields = ", ".join(quoted(name) for name in LEFT_OUT[source])
    slip = f"delivered IN (SELECT delivered FROM cells_{source} WHERE field IN ({fields}))"
    overtaken = f"delivered IN (SELECT delivered FROM overtaken_{source})"
    known = f"coalesce(greatest(CASE WHEN known_on {LIKELY} THEN known_on END, received_on), DATE {quoted(FIRST_DAY)})"
    entered = f"CASE WHEN {slip} AND {ENTERED[source]} {LIKELY} THEN {ENTERED[source]} END"
    connection.execute(
        f"CREATE OR REPLACE TABLE judged AS SELECT *, reason IS NOT NULL OR {slip} OR {overtaken} AS unsure, {known} AS day, "
        f"greatest({known}, {entered}) AS since_on FROM candidate_{source}"
    )


def _kind(source: str) -> str:
    if source == "inspections":
        return quoted(VISIT)
    kinds = ", ".join(quoted(code) for code in all_sources()["permits"].column("kind").codes)
    return f"CASE WHEN kind IN ({kinds}) THEN kind ELSE {quoted(ANY)} END"
