"""Where indicators are computed: Ibis on DuckDB, or on Spark. The only place that knows which engine it is.

Registers become events on DuckDB, always; what is asked of the events runs on the engine of the settings.

DuckDB fetches extensions from the network when it meets a format that it cannot read. That is switched off: a municipality's
machine has no such road, and nothing we need lies there.
"""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any

import duckdb
import ibis
import ibis.backends.sql.compilers as compilers
import pandas as pd
import pyarrow as pa
from sqlglot.expressions import Lambda

from features import engine_spark
from features.disk import flush, unwritable
from features.errors import SourceError, StateError
from features.settings import Engine as EngineSettings
from features.settings import EngineKind as Kind

UNEXTENDED: Mapping[str, Any] = MappingProxyType({"autoinstall_known_extensions": False, "autoload_known_extensions": False})
DRAFT = ".new"
"""How the name of a file ends that is not whole yet; it begins with a dot."""
SPILL = "spill"
"""Folder, in that of the scratch files, for what does not fit in memory."""


def connect(settings: EngineSettings, *, scratch: Path) -> duckdb.DuckDBPyConnection:
    """Open an in-memory DuckDB that spills to disk beyond its memory limit and never goes to the network.

    Parameters
    ----------
    settings : features.settings.Engine
        Memory limit and number of threads.
    scratch : Path
        Folder for what does not fit in memory, of no other connection; whoever hands it out clears it (`features.scratch`).
    """
    return duckdb.connect(
        ":memory:",
        config={
            "memory_limit": settings.memory_limit,
            "threads": settings.threads,
            "temp_directory": str(scratch / SPILL),
            **UNEXTENDED,
            "preserve_insertion_order": True,
        },
    )


def bare() -> duckdb.DuckDBPyConnection:
    """Open an engine that holds nothing, and has no road to a file or the network: for looking at a text."""
    return duckdb.connect(":memory:", config={**UNEXTENDED, "enable_external_access": False})


def confine(connection: duckdb.DuckDBPyConnection, *, files: Iterable[Path], folders: Iterable[Path]) -> None:
    """Close a connection off from every file but these, for as long as it lives: no statement opens it again.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
    files : iterable of Path
        What it may still read.
    folders : iterable of Path
        Where it may read and write.
    """
    for setting, paths in (("allowed_paths", files), ("allowed_directories", folders)):
        connection.execute(f"SET {setting} = [{', '.join(quoted(path.absolute()) for path in paths)}]")
    connection.execute("SET enable_external_access = false")


def compile_sql(expression: ibis.Table, *, kind: Kind = "duckdb") -> str:
    """Give the SQL of an Ibis expression for an engine; compiling a hundred indicators takes a tenth of a second, so keep the text."""
    if kind == "spark":
        return engine_spark.compile_sql(expression)
    compiler = compilers.duckdb.compiler
    tree = compiler.to_sqlglot(expression.unbind())
    for function in tree.find_all(Lambda):
        function.set("colon", True)  # as DuckDB writes a function of a list from 2.0 on; Ibis still writes an arrow, which it refuses
    return str(tree.sql(dialect=compiler.dialect, pretty=True))


@contextmanager
def uncollected() -> Iterator[None]:
    """Let Python not look for cycles: what a query is made of is in use until it is text, and looking takes a third of the time."""
    looking = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if looking:
            gc.enable()


def compute(
    connection: duckdb.DuckDBPyConnection,
    sql: str,
    *,
    settings: EngineSettings,
    state: Path,
    events: Path,
    frame: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Run a query over events on the engine of the settings.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
        The events as views; it also reads what another engine wrote, so an answer has the same types whichever gave it.
    sql : str
        One SELECT, compiled for ``settings.kind``.
    settings : features.settings.Engine
    state : Path
        State folder, for what another engine writes while it works.
    events : Path
        Folder of the event files.
    frame : pandas.DataFrame, optional
        The rows that the query is about.

    Returns
    -------
    pandas.DataFrame
        The rows, with a fresh index.

    Raises
    ------
    SettingsError
        The engine is not installed.
    StateError
        It stopped: memory, disk, or a value that does not fit.
    """
    if settings.kind == "duckdb":
        return query(connection, sql, **({} if frame is None else {"frame": frame}))
    with engine_spark.answer(sql, settings=settings, state=state, events=events, frame=frame) as rows:
        return query(connection, f"SELECT * FROM read_parquet({quoted(rows / '*.parquet')})")


@contextmanager
def streamed(
    connection: duckdb.DuckDBPyConnection,
    sql: str,
    *,
    settings: EngineSettings,
    state: Path,
    events: Path,
    frame: pd.DataFrame,
    batch_rows: int,
) -> Iterator[pa.RecordBatchReader]:
    """Run a query over events and hand out its rows in their order, some at a time; what does not fit in memory goes over the disk.

    Parameters
    ----------
    connection, sql, settings, state, events, frame
        See `compute`.
    batch_rows : int
        Rows at a time.

    Raises
    ------
    SettingsError, StateError
        As `compute`; also where it stops while the rows are read.
    """
    # An error of the engine while rows are read comes out of Arrow as an OSError.
    if settings.kind == "duckdb":
        with _handed(connection, frame=frame) as cursor, within_limits(OSError):
            yield cursor.sql(sql).to_arrow_reader(batch_rows)
        return
    asked = engine_spark.answer(sql, settings=settings, state=state, events=events, frame=frame)
    with asked as rows, _handed(connection) as cursor, within_limits(OSError):
        yield cursor.sql(f"SELECT * FROM read_parquet({quoted(rows / '*.parquet')})").to_arrow_reader(batch_rows)


def query(connection: duckdb.DuckDBPyConnection, sql: str, /, **tables: pd.DataFrame) -> pd.DataFrame:
    """Run a query with some tables handed in, on a cursor of its own, so that threads do not meet.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
    sql : str
        One SELECT.
    **tables : pandas.DataFrame
        Tables the query names, visible to this query alone.

    Returns
    -------
    pandas.DataFrame
        The rows, with a fresh index.

    Raises
    ------
    StateError
        The disk is full or the memory limit was reached.
    """
    with _handed(connection, **tables) as cursor, within_limits():
        return cursor.execute(sql).df()


@contextmanager
def _handed(connection: duckdb.DuckDBPyConnection, /, **tables: pd.DataFrame) -> Iterator[duckdb.DuckDBPyConnection]:
    """Hand out a cursor that sees some tables; see `query`."""
    with connection.cursor() as cursor:
        for name, table in tables.items():
            cursor.register(f"handed_{name}", table)
            cursor.execute(f'CREATE OR REPLACE TEMP TABLE "{name}" AS SELECT * FROM handed_{name}')
        yield cursor


@contextmanager
def within_limits(*also: type[Exception]) -> Iterator[None]:
    """Tell of memory or disk that did not suffice as of what an operator can mend.

    Parameters
    ----------
    *also : type
        Errors that tell of it here as well.

    Raises
    ------
    StateError
        The disk is full or the memory limit was reached.
    """
    stopping: tuple[type[Exception], ...] = (duckdb.OutOfMemoryException, duckdb.IOException, *also)
    try:
        yield
    except stopping as error:
        raise StateError(
            f"the engine stopped: {type(error).__name__}",
            expected="enough memory and disk for the tables at hand",
            remedy="raise [engine] memory_limit in municipality.toml or free disk space; nothing was half-written",
        ) from error


def copy(connection: duckdb.DuckDBPyConnection, select: str, path: Path, *, group_rows: int | None = None) -> None:
    """Write what a SELECT gives into a parquet file, in groups of so many rows or of as many as the engine chooses.

    Raises
    ------
    SourceError
        The disk is full or the folder cannot be written.
    """
    groups = f", ROW_GROUP_SIZE {group_rows}" if group_rows else ""
    try:
        connection.execute(f"COPY ({select}) TO {quoted(path)} (FORMAT parquet, COMPRESSION zstd{groups})")
    except duckdb.IOException as error:
        raise SourceError(
            f"{path} could not be written: {str(error).splitlines()[0]}", expected="a writable disk with room", remedy="free space and repeat"
        ) from error


@contextmanager
def replaced_whole(path: Path) -> Iterator[Path]:
    """Hand out a path beside ``path``, and put it in its place only when all went well: no reader sees half a file.

    Raises
    ------
    StateError
        The file or its folder cannot be written.
    """
    draft = path.with_name(f".{path.name}{DRAFT}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise unwritable(path, error) from error
    try:
        yield draft
        flush(draft)
        draft.replace(path)
        flush(path.parent)
    except OSError as error:
        raise unwritable(path, error) from error
    finally:
        draft.unlink(missing_ok=True)


def identifier(name: str) -> str:
    """Give a name as an SQL identifier, whatever stands in it."""
    return '"' + name.replace('"', '""') + '"'


def quoted(value: Any) -> str:
    """Give a value as an SQL string literal."""
    return "'" + str(value).replace("'", "''") + "'"
