"""Retention: at each build, what is past the retention of its source does not enter the events.

It is no reject, for nothing is wrong with it: it is counted apart. The raw extract is the municipality's own, and Schouw takes nothing out of it.

When the term runs is declared in the contract (`features.term.Term`); how long is declared there too, and a municipality may decide otherwise
under ``[retention]``. What an old row of a matrix then lacks, and what is done about it, is in `features.look_back`.

References
----------
GDPR art. 5(1)(e): personal data are kept no longer than the purpose needs. Archiefwet 1995 art. 5: the selection list of the municipality.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import duckdb

from features.engine import quoted
from features.settings import Settings
from features.sources.contract import FIXED, LAST_DAY, Source
from features.versions import IN_TURN

NEVER = "NULL::DATE"
NOTHING = "SELECT NULL::BIGINT AS delivered WHERE false"


@dataclass(frozen=True)
class Forgotten:
    """What did not enter because it was past retention.

    Attributes
    ----------
    versions : int
        Number of versions.
    kept_since : date, optional
        The oldest day on which something may have happened, or ended, and still be here; None where nothing is forgotten.
    """

    versions: int
    kept_since: date | None


def days_of(source: Source, settings: Settings) -> int:
    """Give how long a municipality keeps a source, in days."""
    return settings.retention.get(source.name, source.retention_days)


def forget(connection: duckdb.DuckDBPyConnection, source: Source, settings: Settings) -> None:
    """Take what is past retention out of ``events_<source>``, once its versions are in order; see `forgotten` for what was taken.

    The day is that of the build (``getvariable('today')``). Without a clock nothing is past. ``gone_<source>``
    holds the numbers of the rows that are past: those of such a version, what only repeats it, and what was set aside or overtaken as long
    ago.
    """
    since = _kept_since(connection, source, settings)
    versions = 0
    connection.execute(f"CREATE OR REPLACE TABLE gone_{source.name} AS {_gone(source, since) if since else NOTHING}")
    if since is not None:
        done = connection.execute(f"DELETE FROM events_{source.name} WHERE {_last_day(source)} < {quoted(since)}").fetchone()
        versions = int(done[0]) if done else 0
    if versions:  # numbered anew, as they will be once these are not read any more
        order = f"SELECT ordinal AS before, row_number() OVER (ORDER BY ordinal) AS now FROM events_{source.name}"
        connection.execute(f"UPDATE events_{source.name} SET ordinal = now FROM ({order}) WHERE ordinal = before")
    connection.execute(f"ALTER TABLE events_{source.name} DROP COLUMN delivered")
    kept = NEVER if since is None else f"DATE {quoted(since)}"
    connection.execute(f"CREATE OR REPLACE TABLE forgotten_{source.name} AS SELECT {versions}::BIGINT AS versions, {kept} AS kept_since")


def forgotten(connection: duckdb.DuckDBPyConnection, source: Source) -> Forgotten:
    """Give what `forget` took out of a source."""
    row = connection.execute(f"SELECT versions, kept_since FROM forgotten_{source.name}").fetchone()
    return Forgotten(*row) if row else Forgotten(0, None)


def not_past(connection: duckdb.DuckDBPyConnection, source: Source, settings: Settings) -> str:
    """Give the condition, as SQL, that a stored version is not past retention on the day of the build."""
    since = _kept_since(connection, source, settings)
    return "true" if since is None else f"coalesce({_last_day(source)} >= {quoted(since)}, true)"


def _kept_since(connection: duckdb.DuckDBPyConnection, source: Source, settings: Settings) -> date | None:
    row = connection.execute("SELECT getvariable('today')").fetchone()
    today: date | None = row[0] if row else None
    if source.term.start == "never" or today is None or today >= LAST_DAY:
        return None
    return today - timedelta(days=days_of(source, settings))


def _gone(source: Source, since: date) -> str:
    day = quoted(since)
    return f"""
        WITH turns AS (
            SELECT delivered, last_value(ordinal IGNORE NULLS) OVER (
                PARTITION BY record_id ORDER BY {IN_TURN.format(told_on="told_on")} ROWS UNBOUNDED PRECEDING) AS ordinal
            FROM placed LEFT JOIN (SELECT delivered AS version, ordinal FROM events_{source.name}) ON version = delivered WHERE NOT overtaken
        )
        SELECT delivered FROM turns WHERE ordinal IN (SELECT ordinal FROM events_{source.name} WHERE {_last_day(source)} < {day})
        UNION ALL
        SELECT delivered FROM candidate c
        WHERE (reason IS NOT NULL OR EXISTS (SELECT 1 FROM placed p WHERE p.overtaken AND p.delivered = c.delivered))
            AND coalesce(received_on, known_on) < {day} AND coalesce(happened_on, known_on) < {day}
    """


def _last_day(source: Source) -> str:
    """Give the day from which the term of a version runs, as SQL; NULL where it does not run yet.

    A withdrawal may hold no more than a record and the day it was known. An end counts from the day it was known: until then the state lasted,
    as far as anybody knew, and an earlier day must find it so. What was replaced ended on the day that something else was known.
    """
    if source.term.start == "happened":
        return "coalesce(happened_on, known_on)"
    ends = ["CASE WHEN withdrawn THEN known_on END", "superseded_on"]
    if source.term.ended_on:
        ends.append(_known(source, source.term.ended_on))
    if source.term.ended_where:
        name, values, day = source.term.ended_where
        ends.append(f"CASE WHEN {name} IN ({', '.join(quoted(v) for v in values)}) THEN {_known(source, day)} END")
    return f"least({', '.join(ends)})"


def _known(source: Source, day: str) -> str:
    """Give a date column, no earlier than the day on which it was known; NULL where it is missing."""
    by = None if day in FIXED else source.column(day).known_by
    known = f"{by}, known_on" if by else "known_on"
    return f"CASE WHEN {day} IS NOT NULL THEN greatest({day}, {known}) END"
