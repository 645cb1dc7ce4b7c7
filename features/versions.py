"""Versions: the rows of a register that fit, in the order in which they replace each other, record by record.

A later row of a record supersedes the one before it. What withdraws a record needs no more than the record and the day, and takes the place
of its record.

What comes in a delivery is known from the day on which it was received, at the earliest, and follows on whatever was received before. A row
that is older than what was said of its record before, and is still told, is overtaken: it would change the past, so it counts on no day. That
is judged once, when it came in: what a register takes back later makes no day of before another one.

On a list of places that are left off a row that protects is never overtaken. What takes a place off it (the kind ``none``, a withdrawal) is,
wherever it cannot be told that it came after: beside a row without a likely day, and on the same day (DESIGN rule 12).
"""

from __future__ import annotations

import duckdb

from features.engine import quoted
from features.placing import PROTECTED_ANYHOW, RELEASES, is_listed
from features.sources.contract import FIRST_DAY, Source, column_types

IDLE = "withdraws a record that is not here"
IN_TURN = "received_on NULLS FIRST, {told_on}, delivered"
"""The order in which the rows of a record follow each other: as received, then as the register dates them, then as they stand in the file.
Rows that were not received as a delivery have no day of receipt."""

OLDER = "r.received_on IS NOT NULL AND r.known_on < max(r.known_on) FILTER (WHERE r.told) OVER in_turn"
"""Which row is overtaken: one that is older than what was said of its record before, and is still told."""
UNSURE = f"""{RELEASES.format(row="r")} AND (r.known_on = DATE {quoted(FIRST_DAY)} OR EXISTS (
    SELECT 1 FROM fitting p WHERE p.record_id = r.record_id AND p.told AND NOT {RELEASES.format(row="p")}
        AND (p.received_on IS NULL OR p.received_on <= r.received_on)
        AND (p.known_on = DATE {quoted(FIRST_DAY)} OR p.known_on = r.known_on OR (p.known_on > r.known_on AND r.received_on IS NOT NULL))
))"""
"""The same of a list: one that takes its place off, and may be older than a row that protects and came in with it or before. The first day
stands for a day that could not be read (`features.placing.place`); in the history of a list the days themselves tell what came first."""


def order(connection: duckdb.DuckDBPyConnection, source: Source) -> None:
    """Turn ``candidate`` into ``events_<source>``: versions with ``superseded_on`` and ``ordinal``, a row equal to the one before it once.

    What a later delivery says again, to the letter, is the same row, though it was received on another day. The column ``delivered``, the
    number of the row that a version came from, is for `features.retention.forget`, which takes it away.
    """
    _reject_idle_withdrawals(connection)
    _place(connection, source)
    _keep_overtaken(connection, source)
    stored = [n for n in column_types(source) if n != "address_text"]
    value, fields = ", ".join(stored), ", ".join(f"{n} := {n}" for n in stored)
    told = fields.replace("known_on := known_on", "known_on := told_on")
    turn = IN_TURN.format(told_on="told_on")
    connection.execute(
        f"""
        CREATE OR REPLACE TABLE events_{source.name} AS
        WITH compared AS (
            SELECT {value}, since_on, received_on, told_on, delivered,
                lag(struct_pack({fields})) OVER in_turn AS before, struct_pack({fields}) AS this,
                received_on IS NOT NULL AND lag(struct_pack({told})) OVER in_turn IS NOT DISTINCT FROM struct_pack({told}) AS told_again
            FROM placed WHERE NOT overtaken WINDOW in_turn AS (PARTITION BY record_id ORDER BY {turn})
        )
        SELECT {value}, delivered,
            lead(known_on) OVER (PARTITION BY record_id ORDER BY {turn}) AS superseded_on,
            row_number() OVER (ORDER BY happened_on, since_on, record_id, told_on, delivered) AS ordinal
        FROM compared WHERE this IS DISTINCT FROM before AND NOT told_again ORDER BY {source.place}, ordinal
        """
    )
    connection.execute(f"CREATE OR REPLACE TABLE candidate_{source.name} AS SELECT * FROM candidate")
    connection.execute(f"CREATE OR REPLACE TABLE overtaken_{source.name} AS SELECT delivered FROM placed WHERE overtaken")
    if source.name == "addresses":
        _protect(connection, source)


def _reject_idle_withdrawals(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute(
        f"UPDATE candidate SET reason = {quoted(IDLE)} WHERE withdrawn AND reason IS NULL "
        "AND NOT EXISTS (SELECT 1 FROM candidate AS told WHERE told.record_id = candidate.record_id AND told.reason IS NULL AND NOT told.withdrawn)"
    )


def _keep_overtaken(connection: duckdb.DuckDBPyConnection, source: Source) -> None:
    """Keep with each row whether it was overtaken when it came in; of a list also in its history, where a slip that is mended later decided it."""
    received = "" if is_listed(source) else "AND p.received_on IS NOT NULL AND candidate.received_on IS NOT NULL "
    connection.execute(
        "UPDATE candidate SET overtaken = p.overtaken FROM placed p WHERE p.delivered = candidate.delivered "
        f"AND p.record_id = candidate.record_id {received}AND candidate.overtaken IS NULL"
    )


def _place(connection: duckdb.DuckDBPyConnection, source: Source) -> None:
    """Make ``placed``: each withdrawal at the place of its record, and no row known before its address.

    A row counts only from the day its address was in the register: else an address added later would change an earlier day. ``told_on``
    is the day that the register gives: it keeps the order, and a row that follows a raised one is raised with it. ``since_on`` is that
    day without regard to when the row was received, for an order in time that is the same however the rows came in.
    """
    since = f"SELECT NULL AS {source.place}, NULL::DATE AS first_known_on WHERE false"
    if source.area is None and source.name != "addresses":
        since = "SELECT address_id, min(known_on) AS first_known_on FROM events_addresses WHERE NOT withdrawn GROUP BY address_id"
    place, turn = source.place, IN_TURN.format(told_on="known_on")
    connection.execute(
        f"""
        CREATE OR REPLACE TABLE placed AS
        WITH first AS ({since}),
        fitting AS (
            SELECT * REPLACE (CASE WHEN NOT withdrawn THEN {place} ELSE coalesce(last_value(CASE WHEN NOT withdrawn THEN {place} END IGNORE NULLS)
                OVER (PARTITION BY record_id ORDER BY {turn} ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW), {place}) END AS {place})
            FROM candidate WHERE reason IS NULL
        ),
        raised AS (
            SELECT f.*, CASE WHEN f.withdrawn THEN f.known_on ELSE greatest(f.known_on, s.first_known_on) END AS raised_on
            FROM fitting f LEFT JOIN first s ON s.{place} = f.{place}
        )
        SELECT r.* REPLACE (max(greatest(r.raised_on, r.received_on)) OVER in_turn AS known_on,
                coalesce(r.overtaken, {UNSURE if is_listed(source) else OLDER}, false) AS overtaken),
            r.known_on AS told_on, max(r.raised_on) OVER in_turn AS since_on
        FROM raised r WINDOW in_turn AS (PARTITION BY record_id ORDER BY {turn} ROWS UNBOUNDED PRECEDING)
        """
    )


def _protect(connection: duckdb.DuckDBPyConnection, source: Source) -> None:
    """Protect, for as long as we know it, each address of which a row counts on no day that does not plainly say that it is unprotected.

    Such a row was set aside, or is older than what was said before. Since when it is protected may be just what could not be read, and whether
    a later row that says otherwise is right cannot be told: a home that is left off a list in vain costs less than a shelter that is on it
    (DESIGN rule 12).
    """
    codes = ", ".join(quoted(code) for code in source.column("protection").codes)
    kept = "told AND protection IS DISTINCT FROM 'none' AND NOT (withdrawn AND protection IS NULL)"
    aside = f"FROM candidate WHERE {kept} AND (reason IS NOT NULL OR delivered IN (SELECT delivered FROM placed WHERE overtaken))"
    connection.execute(
        f"UPDATE events_addresses SET protection = p.code FROM (SELECT id, "
        f"coalesce(min(CASE WHEN protection IN ({codes}) THEN protection END), {quoted(PROTECTED_ANYHOW)}) AS code "
        f"FROM (SELECT address_id AS id, protection {aside} UNION ALL SELECT record_id, protection {aside}) GROUP BY id) p "
        "WHERE events_addresses.address_id = p.id AND events_addresses.protection IS NOT DISTINCT FROM 'none'"
    )
