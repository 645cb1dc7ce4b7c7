"""The store: the events of the last good build, as tables that expressions can name.

Tables are views over parquet sorted by place, so one address is a small read and a new build is seen by the next query; a query sees one
build, never parts of two.
"""

from __future__ import annotations

import weakref
from collections.abc import Mapping
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, lru_cache
from pathlib import Path
from threading import Lock

import duckdb
import ibis
import ibis.expr.datatypes as dt
import pandas as pd
import pyarrow as pa

from features.builds import current
from features.doubts import DOUBTS
from features.engine import compile_sql, compute, connect, query, quoted, streamed, within_limits
from features.errors import SourceError, StateError
from features.freshness import Silence, silent
from features.numbered import Days, rows_of
from features.report import REPORT, SourceReport, read_report
from features.row_groups import appended
from features.scratch import hold
from features.settings import Settings
from features.sources import all_sources
from features.sources.contract import column_types

IBIS_TYPES = {"VARCHAR": "string", "BIGINT": "int64", "BOOLEAN": "boolean", "DATE": "date", "DECIMAL(18, 6)": "decimal(18, 6)"}
ROW = ("address_id", "as_of")
FRAME = ibis.table({"address_id": "string", "as_of": "date"}, name="frame")
"""The rows that a query is about; handed in as a table, so that the SQL is the same for every day."""


FRAME_OF_DAY = ibis.table({"address_id": "string", "as_of": "date", "written_id": "string", "place": "int64"}, name="frame")
"""Rows of a whole day, in which the id of an address may be a number, beside the id as it is written; see `features.numbered`."""


@ibis.udf.scalar.builtin(signature=((dt.string,), dt.date))  # type: ignore[untyped-decorator]  # Ibis carries no types
def getvariable(variable: str) -> date:  # type: ignore[empty-body]  # DuckDB has it
    """Give a variable of the query, as DuckDB names it."""


@ibis.udf.scalar.builtin(name="getvariable", signature=((dt.string,), dt.string))  # type: ignore[untyped-decorator]  # Ibis carries no types
def _address(variable: str) -> str:  # type: ignore[empty-body]  # DuckDB has it
    """Give a variable that holds the id of an address, or the number in its place."""


DAY = getvariable("as_of")
"""The day of a query that is about all addresses on one day."""
FIRST, LAST = _address("first"), _address("last")
"""The first and the last address of the rows that are joined at a time."""


@dataclass(frozen=True)
class Block:
    """Rows that are computed at a time.

    Attributes
    ----------
    sql : str
        Compiled for the engine of the store.
    frame : pandas.DataFrame
        As `as_frame` gives it.
    steps : mapping of str to str
        What one address from near by is made of; see `features.near`.
    """

    sql: str
    frame: pd.DataFrame
    steps: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Views:
    """The build that the views of a store show; turned to another one by one thread at a time."""

    folder: Path | None = None
    turning: Lock = field(default_factory=Lock)


@dataclass(frozen=True)
class Store:
    """Events by source, and the engine of the settings to query them with.

    Attributes
    ----------
    settings : Settings
    connection : duckdb.DuckDBPyConnection
        DuckDB with the events as views. Shared; every query takes a cursor of its own.
    views : Views
        Which build the views show.
    """

    settings: Settings
    connection: duckdb.DuckDBPyConnection
    views: Views

    @property
    def near_on(self) -> date | None:
        """The one day of which it is asked, with what rows need of others computed beforehand (`features.near`); None where it is asked of any."""
        return None

    @property
    def folder(self) -> Path:
        """Folder of the event files of the build that counts now; the views show that build.

        Raises
        ------
        StateError
            Nothing was built yet, or the build is not whole.
        """
        folder = current(self.settings.state)
        with self.views.turning:
            if self.views.folder != folder:
                _show(self.connection, folder)
                self.views.folder = folder
        return folder

    @cached_property
    def sources(self) -> frozenset[str]:
        """Names of the sources that this municipality fills."""
        return frozenset(path.stem for path in self.folder.glob("*.parquet"))

    @cached_property
    def empty(self) -> frozenset[tuple[str, str]]:
        """The (source, column) pairs of which no stored version holds a value; read once.

        That a register never fills a column is a fact about its delivery, not about a day: it says which columns a matrix has, and
        never what stands in them. It is asked when a training matrix is built, and a release keeps to the answer, so that nothing that
        becomes known after ``as_of`` reaches a value.
        """
        found: set[tuple[str, str]] = set()
        for source in sorted(self.sources):
            events = event_table(source)
            filled = self.run(events.aggregate(**{name: events[name].count() for name in events.columns})).iloc[0]
            found |= {(source, str(name)) for name, values in filled.items() if not values}
        return frozenset(found)

    def reports(self) -> list[SourceReport]:
        """Give what came in with the last good build."""
        return list(_reports(self.folder))

    def stale_on(self, day: date) -> Mapping[str, Silence]:
        """Give the sources that are stale on a day, with their silence; see `features.freshness`."""
        return _stale_on(self.folder, day)

    @cached_property
    def addresses(self) -> int:
        """Number of versions of addresses, about as many as there are addresses; read once."""
        return int(self.look_up("SELECT count(*) AS n FROM events_addresses")["n"].iloc[0])

    def need(self, source: str) -> None:
        """Refuse to go on without a source.

        Raises
        ------
        SourceError
            The municipality does not fill that source.
        """
        if source not in self.sources:
            raise SourceError(
                f"source '{source}' is not filled here",
                expected=f"one of {', '.join(sorted(self.sources)) or 'none'}",
                remedy=f"write registers/{source}.sql, or take it out of the theme",
            )

    def events(self, source: str) -> ibis.Table:
        """Give the versions of a source that is filled here as an unbound table; see `need`."""
        self.need(source)
        return event_table(source)

    def run(self, expression: ibis.Table, frame: pd.DataFrame | None = None) -> pd.DataFrame:
        """Compute an expression over events and, where it is about rows, over ``frame`` (address_id, as_of)."""
        return self.run_sql(compile_sql(expression, kind=self.settings.engine.kind), frame)

    def run_sql(self, sql: str, frame: pd.DataFrame | None = None) -> pd.DataFrame:
        """Compute SQL that was compiled for this engine; see `run`."""
        asked = None if frame is None else as_frame(frame)
        return compute(self.connection, sql, settings=self.settings.engine, state=self.settings.state, events=self.folder, frame=asked)

    def run_blocks(self, blocks: list[Block] | Days) -> pd.DataFrame:
        """Compute blocks of rows, or whole days, one after the other; see `run`."""
        events, settings = self.folder, self.settings.engine
        if isinstance(blocks, Days):
            with within_limits(), closing(rows_of(self.connection, blocks, events=events)) as days:
                found: list[pd.DataFrame] = [rows.df() for rows in days]
        else:
            found = [compute(self.connection, b.sql, settings=settings, state=self.settings.state, events=events, frame=b.frame) for b in blocks]
        return found[0] if len(found) == 1 else pd.concat(found, ignore_index=True)

    def write_blocks(self, blocks: list[Block] | Days, target: Path, *, group_rows: int) -> None:
        """Compute blocks or days into one parquet file, one after the other; see `run`. Where one of them stops, nothing is left of the file."""
        events = self.folder
        with appended(target, bounds_of=ROW) as append:
            if isinstance(blocks, Days):
                with within_limits(OSError), closing(rows_of(self.connection, blocks, events=events)) as days:
                    for rows in days:
                        append(rows.to_arrow_reader(group_rows))
                return
            for b in blocks:
                with self._streamed(b, batch_rows=group_rows) as batches:
                    append(batches)

    def _streamed(self, block: Block, *, batch_rows: int) -> AbstractContextManager[pa.RecordBatchReader]:
        engine, state = self.settings.engine, self.settings.state
        return streamed(self.connection, block.sql, settings=engine, state=state, events=self.folder, frame=block.frame, batch_rows=batch_rows)

    def look_up(self, sql: str, **tables: pd.DataFrame) -> pd.DataFrame:
        """Run a query about a few addresses on DuckDB, whichever engine computes; see `features.engine.query`."""
        _ = self.folder
        return query(self.connection, sql, **tables)


@lru_cache(maxsize=4)
def _reports(folder: Path) -> tuple[SourceReport, ...]:
    """Read once per build, which never changes."""
    return tuple(read_report(folder / REPORT))


@lru_cache(maxsize=4)
def _silences(folder: Path) -> Mapping[str, tuple[Silence, ...]]:
    return {report.source: report.silences for report in _reports(folder)}


@lru_cache(maxsize=10_000)
def _stale_on(folder: Path, day: date) -> Mapping[str, Silence]:
    """Look once per day: every live request asks."""
    return {source: silence for source, of in _silences(folder).items() if (silence := silent(of, day))}


def event_table(source: str) -> ibis.Table:
    """Give the stored shape of a source, unbound: what its contract says, ``superseded_on`` and ``ordinal``."""
    columns = {n: IBIS_TYPES[t] for n, t in column_types(all_sources()[source]).items() if n != "address_text"}
    return ibis.table(columns | {"superseded_on": "date", "ordinal": "int64"}, name=f"events_{source}")


def as_frame(rows: pd.DataFrame) -> pd.DataFrame:
    """Give the key columns with the types that expressions expect, each row once."""
    keys = rows[["address_id", "as_of"]].drop_duplicates(ignore_index=True)
    return keys.assign(address_id=keys["address_id"].astype(str), as_of=pd.to_datetime(keys["as_of"]).dt.date)


def open_store(settings: Settings) -> Store:
    """Open the events of the last good build.

    Raises
    ------
    StateError
        Nothing was built yet, or the build is not whole.
    """
    held = hold(settings.state)
    connection = connect(settings.engine, scratch=held.folder)
    weakref.finalize(connection, held.release)  # when the last that uses it is gone, and when the process ends
    store = Store(settings, connection, Views())
    _ = store.folder
    return store


def _show(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Let the views show the files of one build, all at once."""
    made = [path.stem for path in folder.glob(f"{DOUBTS}.parquet")]
    sources = [report.source for report in read_report(folder / REPORT)] + made
    views = [f"CREATE OR REPLACE VIEW events_{s} AS SELECT * FROM read_parquet({quoted(folder / f'{s}.parquet')})" for s in sources]
    with connection.cursor() as cursor:
        try:
            cursor.execute("; ".join(["BEGIN", *views, "COMMIT"]))
        except duckdb.Error as error:
            raise StateError(
                f"the build in {folder} is not whole: {type(error).__name__}",
                expected=f"a readable file of each of {', '.join(sources)}",
                remedy="run 'schouw build' again",
            ) from error
