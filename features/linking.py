"""Linking: what a register's rows have in the place of an ``address_id``, a text or the id of a door, becomes the object that it means.

Both are asked by date. A text is read with what was known on the day its row became known (`features.linkage`). The id of a designation leads
to the object that it had on the day its row speaks of, as the register knew it by the day the row became known; so a row of before a split
stays with the object of before the split, and nothing that is learned of a door later moves an earlier row (DESIGN rule 1).

``linkage_<source>`` holds what became of each such row, without its text; `features.linkage_audit` tells of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb
import pandas as pd
import pyarrow as pa

from features.linkage import link
from features.settings import Settings
from features.sources.contract import Source
from features.validation import LIKELY

if TYPE_CHECKING:
    from features.store import Store

LEADING = ("addresses", "designations")
"""What others are linked to; they are read first, in this order."""
NOT_LINKED = "address text not linked: "
FATE = "delivered BIGINT, record_id VARCHAR, outcome VARCHAR, candidates BIGINT, candidate_ids VARCHAR[], confidence DOUBLE"
DOORS = "postcode, street, house_number, house_letter, house_number_addition"
RESOLVED = f"""
CREATE OR REPLACE TABLE resolved AS
WITH asked AS (
    SELECT delivered, record_id, address_id AS designation, known_on, coalesce(happened_on, known_on) AS happened_on FROM candidate
    WHERE NOT withdrawn AND known_on {LIKELY} AND address_id IN (SELECT record_id FROM events_designations)
),
doors AS (
    SELECT *, row_number() OVER (PARTITION BY record_id ORDER BY known_on, superseded_on NULLS LAST, ordinal) AS version
    FROM events_designations
),
told AS (
    SELECT a.delivered, d.version, d.withdrawn, NOT d.withdrawn AND d.happened_on <= a.happened_on AS begun, struct_pack(
        address_id := d.address_id,
        ended := coalesce(d.ended_on <= a.happened_on AND d.ended_known_on <= a.known_on, false)) AS door
    FROM asked a JOIN doors d ON d.record_id = a.designation AND d.known_on <= a.known_on
),
newest AS (
    SELECT delivered, arg_max(withdrawn, version) AS deleted,
        coalesce(arg_max(door, version) FILTER (begun), arg_min(door, version) FILTER (NOT withdrawn)) AS door
    FROM told GROUP BY delivered
)
SELECT a.delivered, a.record_id, n.door.address_id AS address_id, CASE
    WHEN n.delivered IS NULL THEN 'the designation in address_id was not known yet'
    WHEN n.deleted THEN 'the designation in address_id was deleted'
    WHEN n.door.ended THEN 'the designation in address_id had ended' END AS reason
FROM asked a LEFT JOIN newest n ON n.delivered = a.delivered
"""
"""Where each id of a designation leads: of the versions known by then, the newest that had begun, or else the oldest."""


def link_rows(connection: duckdb.DuckDBPyConnection, source: Source, settings: Settings) -> None:
    """Give the rows of ``candidate`` that have a door's id or a text only their ``address_id``, or the reason why not."""
    if not is_linked(source):
        return
    connection.execute(f"CREATE OR REPLACE TABLE linkage_{source.name} ({FATE})")
    if _has_designations(connection):
        _resolve(connection, source)
    if any(c.name == "address_text" for c in source.columns):
        _read(connection, source, settings)


def is_linked(source: Source) -> bool:
    """Say whether the rows of a source are led to objects; ``linkage_<source>`` is there then."""
    return source.area is None and source.name not in LEADING and source.use != "exclusion"


def _has_designations(connection: duckdb.DuckDBPyConnection) -> bool:
    return bool(connection.execute("SELECT 1 FROM duckdb_tables() WHERE table_name = 'events_designations'").fetchone())


def _resolve(connection: duckdb.DuckDBPyConnection, source: Source) -> None:
    """Lead each id of a designation to its object."""
    connection.execute(RESOLVED)
    connection.execute(
        "UPDATE candidate SET reason = coalesce(candidate.reason, r.reason), "
        "address_id = CASE WHEN r.reason IS NULL THEN r.address_id ELSE candidate.address_id END "
        "FROM resolved r WHERE r.delivered = candidate.delivered"
    )
    connection.execute(f"INSERT INTO linkage_{source.name} SELECT delivered, record_id, coalesce(reason, 'designation'), 0, [], NULL FROM resolved")


def _read(connection: duckdb.DuckDBPyConnection, source: Source, settings: Settings) -> None:
    """Read each text once for each day on which it came in."""
    asked = f"NOT withdrawn AND address_id IS NULL AND address_text IS NOT NULL AND known_on {LIKELY}"
    texts = connection.execute(f"SELECT DISTINCT address_text, known_on FROM candidate WHERE {asked} ORDER BY ALL").df()
    if texts.empty:
        return
    found = link(texts["address_text"], known_doors(connection), minimum_confidence=settings.linkage.minimum_confidence, days=texts["known_on"])
    answers = pd.concat([texts, found.rename(columns={"address_id": "found_id"})], axis=1)
    ids = pa.array(answers.pop("candidate_ids").map(list), pa.list_(pa.string()))  # by itself DuckDB takes the type of the first thousand rows
    connection.register("answers", pa.Table.from_pandas(answers, preserve_index=False).append_column("candidate_ids", ids))
    same = "candidate.address_id IS NULL AND candidate.address_text = a.address_text AND candidate.known_on = a.known_on"
    connection.execute(
        f"INSERT INTO linkage_{source.name} SELECT delivered, record_id, outcome, candidates, CAST(candidate_ids AS VARCHAR[]), confidence "
        f"FROM candidate JOIN answers a ON NOT withdrawn AND {same}"
    )
    connection.execute(
        "UPDATE candidate SET address_id = a.found_id, link_confidence = a.confidence, linked_by_text = true, "
        f"reason = CASE WHEN a.found_id IS NULL THEN coalesce(reason, '{NOT_LINKED}' || a.outcome) ELSE reason END "
        f"FROM answers a WHERE NOT withdrawn AND {same}"
    )
    connection.unregister("answers")


def known_doors(connection: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """Give the doors that a text may name: those of the address register, and of the designations what it does not have."""
    return connection.execute(_doors_sql(designations=_has_designations(connection))).df()


def doors(store: Store) -> pd.DataFrame:
    """Give the doors that a text may name, as the last good build has them; see `known_doors`."""
    return store.look_up(_doors_sql(designations="designations" in store.sources))


def _doors_sql(*, designations: bool) -> str:
    columns = f"address_id, {DOORS}, known_on, least(superseded_on, greatest(ended_on, ended_known_on)) AS superseded_on"
    select = f"SELECT {columns}, address_id AS door, ordinal FROM events_addresses WHERE NOT withdrawn"
    if designations:
        same = " AND ".join(f"a.{name} IS NOT DISTINCT FROM d.{name}" for name in ("address_id", *DOORS.split(", ")))
        select += (
            f" UNION ALL SELECT {columns}, 'designation ' || record_id, ordinal FROM events_designations d "
            f"WHERE NOT withdrawn AND NOT EXISTS (SELECT 1 FROM events_addresses a WHERE NOT a.withdrawn AND {same})"
        )
    return f"SELECT * EXCLUDE (ordinal) FROM ({select}) ORDER BY door, ordinal"
