"""Doubts: rows of permits and inspections that cannot be read in full keep their address off a list (DESIGN rule 12).

A permit of which the decision is misspelt may have been granted; a visit of which the day is a slip may have been yesterday; and of a record that
stands at two addresses nobody knows at which it was. Such a row counts for no indicator, or only in part. For a list it counts against: the
address register notes beside each object what it may have a permit for, and up to which day it may have been visited.

A doubt ends with a later row of the same record in which all can be read. It is not about a day: it says what we do not know, and it touches no
indicator, no label and no matrix of training, for only a list asks for it.
"""

from __future__ import annotations

from collections.abc import Collection

import duckdb

from features.engine import quoted
from features.placing import as_table, known_ids
from features.sources import all_sources
from features.sources.contract import LAST_DAY
from features.validation import LIKELY

ANY = "any"
"""A permit of which the kind cannot be read may be of any."""
LEFT_OUT = {"permits": ("decision", "decision_known_on", "valid_until_on"), "inspections": ("course", "course_known_on", "visited_on")}
"""By source the late fields of which a slip may hide that an address must be left off."""


def keep_off(connection: duckdb.DuckDBPyConnection, filled: Collection[str]) -> None:
    """Write into ``events_addresses`` which addresses a doubtful row of a source in ``filled`` keeps off a list.

    Reads ``candidate_<source>``, ``cells_<source>`` and ``overtaken_<source>``.
    """
    for source in sorted(set(LEFT_OUT) & set(filled)):
        _gather(connection, source)
        connection.execute(PERMITS if source == "permits" else VISITS)


def _gather(connection: duckdb.DuckDBPyConnection, source: str) -> None:
    """Make ``doubtful``: one row for each address that a doubtful row can be about, with what is known of it."""
    fields = ", ".join(quoted(name) for name in LEFT_OUT[source])
    fits = "WHERE reason IS NULL AND NOT withdrawn"
    slip = f"SELECT delivered FROM cells_{source} WHERE field IN ({fields})"
    connection.execute(
        f"""
        CREATE OR REPLACE TABLE doubtful AS
        WITH judged AS (
            SELECT *, reason IS NOT NULL OR delivered IN ({slip}) OR delivered IN (SELECT delivered FROM overtaken_{source}) AS unsure,
                coalesce(min(address_id) FILTER ({fits}) OVER of_record <> max(address_id) FILTER ({fits}) OVER of_record, false)
                    AND record_id IS NOT NULL AND reason IS NULL AS at_several
            FROM candidate_{source} WINDOW of_record AS (PARTITION BY record_id)
        )
        SELECT j.*, unsure AND NOT at_several AS open FROM judged j
        WHERE NOT withdrawn AND (at_several OR unsure AND told AND NOT EXISTS (
            SELECT 1 FROM judged g WHERE g.record_id = j.record_id AND NOT g.unsure AND g.delivered > j.delivered
                AND coalesce(g.known_on >= j.known_on, true)))
        """
    )
    connection.register("meant", as_table(connection.execute("SELECT delivered, address_id FROM doubtful WHERE reason IS NOT NULL").df()))
    connection.execute(
        "INSERT INTO doubtful BY NAME SELECT DISTINCT d.* REPLACE (k.address_id AS address_id) "
        f"FROM doubtful d JOIN meant m USING (delivered) JOIN ({known_ids(connection)}) k ON k.id = m.id"
    )
    connection.unregister("meant")


KINDS = ", ".join(quoted(code) for code in all_sources()["permits"].column("kind").codes)
PERMITS = f"""
UPDATE events_addresses SET permit_in_doubt = d.kind FROM (
    SELECT address_id,
        CASE WHEN bool_and(coalesce(kind IN ({KINDS}), false)) AND count(DISTINCT kind) = 1 THEN min(kind) ELSE {quoted(ANY)} END AS kind
    FROM doubtful WHERE address_id IS NOT NULL GROUP BY 1
) d WHERE events_addresses.address_id = d.address_id
"""
VISITS = f"""
UPDATE events_addresses SET visit_in_doubt_on = d.day FROM (
    SELECT address_id, max(CASE
        WHEN greatest(visited_on, course_known_on) {LIKELY} THEN greatest(visited_on, course_known_on)
        WHEN open THEN DATE {quoted(LAST_DAY)}
        ELSE greatest(happened_on, known_on) END) AS day
    FROM doubtful WHERE address_id IS NOT NULL GROUP BY 1
) d WHERE events_addresses.address_id = d.address_id
"""
"""The last day that a visit can have been: it was before its course was entered. Where neither can be read it may have been on any."""
