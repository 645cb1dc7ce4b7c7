"""Continuity: a register that is read whole goes on from the last build: an older file put back would take back what was known since.

What the last build stored is compared with what came in now, record by record. A few records of which the newest row was taken back are a
correction by the owner, which counts from today (`features.appending`); many are an older file, and so is one from which records are gone.
On the list of protected places one is enough to stop: an older list would put a home back on lists, so a person says that it is a correction.
A mapping or a contract that changed gives no comparison: then the records themselves may be others. The list of protected places is compared
all the same, by what it protects: a place that it protected comes off it by a newer row of the kind ``none``, and by nothing else.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import duckdb

from features.appending import FOLDER
from features.deliveries import ANEW, anew_of
from features.engine import quoted
from features.errors import SourceError, StateError
from features.placing import RELEASES, is_listed
from features.retention import not_past
from features.settings import Settings
from features.sources import all_sources
from features.sources.contract import FIRST_DAY, LAST_DAY, Source

FEW = 10
"""Records of which the newest row may be taken back in one build: a place taken off a list by hand, an annulment that was annulled. Assumed."""


def refuse_older(connection: duckdb.DuckDBPyConnection, source: Source, settings: Settings, build: Path) -> None:
    """Refuse a register that tells less than it told the last time; reads ``candidate_<source>``.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
    source : Source
    settings : Settings
    build : Path
        Folder of the last good build, made with the same mapping and contract.

    Raises
    ------
    SourceError
        Of more than `FEW` records, or of any protected place, the newest day of knowing fell; or records that were stored are gone and
        retention does not explain it.
    StateError
        What the last build stored cannot be read.
    """
    stored, gone, fell = _compared(connection, source, settings, build)
    few = 0 if is_listed(source) else FEW
    remedy = f"put the newest file back; or, where that is what there is to know, take this register as history: {anew_of(source.name)}"
    if gone:
        raise SourceError(
            f"{gone} of the {stored} records of register '{source.name}' that the last build stored are gone",
            expected="every one that is not past retention: what ended or was wrong is told as ended or withdrawn",
            remedy=remedy,
        )
    if fell > few:
        raise SourceError(
            f"register '{source.name}' is older than at the last build: of {fell} of its {stored} records the newest row is gone",
            expected=f"the file of that build or a later one, in which at most {few} records are taken back to what was told of them before",
            remedy=remedy,
        )


def refuse_released(connection: duckdb.DuckDBPyConnection, source: Source, build: Path) -> None:
    """Refuse a list that no longer protects what it did, whatever its mapping; reads ``candidate_<source>`` and ``events_<source>``.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
    source : Source
    build : Path
        Folder of the last good build, in which the list was filled.

    Raises
    ------
    SourceError
        A place that is still in the address register was protected, and no row that is newer than all that protected it says otherwise; or a
        slip protected it that is gone, and was not mended.
    StateError
        What the last build stored cannot be read.
    """
    events, rows = build / f"{source.name}.parquet", build / FOLDER / f"{source.name}.parquet"
    try:
        released = _released(connection, source, events, rows)
    except duckdb.Error as error:
        raise _unreadable(source, events, rows, error) from error
    if released:
        raise SourceError(
            f"register '{source.name}' no longer protects {released} of the places that it protected at the last build",
            expected="each of them, or a row of the kind none that is newer than all that protected it before",
            remedy="put the newest list and its mapping back, or add such a row; or, where that is what there is to know, take this register as "
            f"history: {anew_of(source.name)}",
        )


def _released(connection: duckdb.DuckDBPyConnection, source: Source, events: Path, rows: Path) -> int:
    """Count the places of the last build that nothing protects now, and that nothing truly took off."""
    kept, undated = f"superseded_on IS NULL AND NOT {RELEASES.format(row='e')}", f"DATE {quoted(FIRST_DAY)}"
    found: list[tuple[int]] = connection.execute(
        f"""
        WITH before AS (
            SELECT address_id, max(known_on) AS newest_on, bool_or(known_on = {undated}) AS slipped
            FROM read_parquet({quoted(rows)}) r WHERE told AND reason IS NULL AND NOT {RELEASES.format(row="r")} GROUP BY 1
        ),
        mended AS (
            SELECT address_id FROM candidate_{source.name} c
            WHERE told AND reason IS NULL AND NOT {RELEASES.format(row="c")} AND known_on > {undated}
        )
        SELECT count(DISTINCT e.address_id) FROM read_parquet({quoted(events)}) e LEFT JOIN before b USING (address_id)
        WHERE {kept} AND e.address_id NOT IN (SELECT address_id FROM events_{source.name} e WHERE {kept})
            AND e.address_id IN (SELECT address_id FROM events_addresses WHERE NOT withdrawn)
            AND NOT EXISTS (
                SELECT 1 FROM candidate_{source.name} c WHERE c.address_id = e.address_id AND c.told AND c.reason IS NULL
                    AND {RELEASES.format(row="c")} AND c.known_on > coalesce(b.newest_on, {undated})
                    AND (b.slipped IS NOT TRUE OR e.address_id IN (FROM mended))
            )
        """
    ).fetchall()
    return found[0][0]


def refuse_without_list(before: Collection[str], filled: Collection[str]) -> None:
    """Refuse to go on without the list of protected places that the last build had.

    Raises
    ------
    SourceError
        It is among the registers of ``before``, and not among those of now: what it names would be listed.
    """
    for name in sorted(set(before) - set(filled)):
        if name in all_sources() and is_listed(all_sources()[name]):
            raise SourceError(
                f"register '{name}' was filled at the last build, and registers/{name}.sql is not there",
                expected="the list for good: without it every place on it would be listed",
                remedy=f"put registers/{name}.sql back; or, where the municipality decided to do without a list, build anew: {ANEW}",
            )


def _compared(connection: duckdb.DuckDBPyConnection, source: Source, settings: Settings, build: Path) -> tuple[int, int, int]:
    """Give of what was stored and is not past retention today: its records, those that are gone, and those of which the newest day fell.

    What the register says counts, also of a row that was set aside now: rejects have a limit of their own.
    """
    events, rows = build / f"{source.name}.parquet", build / FOLDER / f"{source.name}.parquet"
    try:
        found: list[tuple[int, int, int]] = connection.execute(
            f"""
            WITH stored AS (
                SELECT DISTINCT record_id FROM read_parquet({quoted(events)}) WHERE {not_past(connection, source, settings)}
            ),
            before AS (
                SELECT record_id, max(known_on) AS newest_on FROM read_parquet({quoted(rows)}) WHERE told AND reason IS NULL GROUP BY record_id
            ),
            now AS (
                SELECT record_id, max(coalesce(known_on, DATE {quoted(LAST_DAY)})) AS newest_on
                FROM candidate_{source.name} WHERE told GROUP BY record_id
            )
            SELECT count(*), count(*) FILTER (WHERE now.record_id IS NULL), count(*) FILTER (WHERE now.newest_on < before.newest_on)
            FROM stored LEFT JOIN now USING (record_id) LEFT JOIN before USING (record_id)
            """
        ).fetchall()
    except duckdb.Error as error:
        raise _unreadable(source, events, rows, error) from error
    return found[0]


def _unreadable(source: Source, events: Path, rows: Path, error: duckdb.Error) -> StateError:
    return StateError(
        f"the events of register '{source.name}' cannot be read: {type(error).__name__}",
        expected=f"{events} and {rows}, as they were written",
        remedy=f"restore the state folder; or {ANEW}",
    )
