"""Continuity: a register that is read whole goes on from the last build, for an older file put back would change days that are past.

What the last build stored is compared with what came in now. A mapping or a contract that changed gives no comparison: then the records
themselves may be others. That a version is missing of a record that is there is not seen.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb

from features.appending import FOLDER
from features.deliveries import ANEW
from features.engine import quoted
from features.errors import SourceError, StateError
from features.retention import not_past
from features.settings import Settings
from features.sources.contract import Source

REMEDY = f"put the newest file back; or, where that is what there is to know, build anew: {ANEW}"


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
        Its newest day of knowing fell, or records that were stored are gone and retention does not explain it.
    StateError
        What the last build stored cannot be read.
    """
    stored, newest, gone = _before(connection, source, settings, build)
    now = _newest(connection, f"candidate_{source.name}")
    if newest and (now is None or now < newest):
        raise SourceError(
            f"register '{source.name}' is older than at the last build: the newest day on which something became known was {newest}, and is {now}",
            expected="the file of that build or a later one",
            remedy=REMEDY,
        )
    if gone:
        raise SourceError(
            f"{gone} of the {stored} records of register '{source.name}' that the last build stored are gone",
            expected="every one that is not past retention: what ended or was wrong is told as ended or withdrawn",
            remedy=REMEDY,
        )


def _before(connection: duckdb.DuckDBPyConnection, source: Source, settings: Settings, build: Path) -> tuple[int, date | None, int]:
    """Give of what was stored and is not past retention today: its records, its newest day by the register, and the records that are gone."""
    events, rows = build / f"{source.name}.parquet", build / FOLDER / f"{source.name}.parquet"
    here = f"SELECT record_id FROM candidate_{source.name} WHERE told AND record_id IS NOT NULL"
    try:
        stored, gone = connection.execute(
            f"SELECT count(DISTINCT record_id), count(DISTINCT record_id) FILTER (WHERE record_id NOT IN ({here})) "
            f"FROM read_parquet({quoted(events)}) WHERE {not_past(connection, source, settings)}"
        ).fetchall()[0]
        newest = _newest(connection, f"read_parquet({quoted(rows)})")
    except duckdb.Error as error:
        raise StateError(
            f"the events of register '{source.name}' cannot be read: {type(error).__name__}",
            expected=f"{events} and {rows}, as they were written",
            remedy=f"restore the state folder; or {ANEW}",
        ) from error
    return stored, newest, gone


def _newest(connection: duckdb.DuckDBPyConnection, rows: str) -> date | None:
    """Give the newest day on which something became known by what the register itself says, of the rows that fit and that it tells."""
    newest: date | None = connection.execute(f"SELECT max(known_on) FROM {rows} WHERE told AND reason IS NULL").fetchall()[0][0]
    return newest
