"""PostgreSQL: a table of someone else's database as a raw extract, read in batches with its types.

The server hands out the rows through a cursor of its own, so memory follows the batch and not the table; the rows go to DuckDB as Arrow. No
extension of DuckDB is needed (it would fetch one from the network). The session only reads. What an error says never holds the URL.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Sequence
from contextlib import closing
from typing import Any

import duckdb
import pyarrow as pa
import sqlalchemy
from sqlalchemy import types

from features.declared_extracts import Extract
from features.errors import SourceError

BATCH_ROWS = 50_000
CONNECT_SECONDS = 10
"""How long a server may take to answer before it counts as unreachable."""
MOST_DIGITS = 38
"""Digits of a decimal in DuckDB and in Arrow."""


def read_postgresql(connection: duckdb.DuckDBPyConnection, name: str, extract: Extract, *, batch_rows: int = BATCH_ROWS) -> bool:
    """Copy a table to ``raw_<name>``.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
    name : str
        Of the extract.
    extract : Extract
        Of form ``postgresql``.
    batch_rows : int
        Rows that are in memory at a time.

    Returns
    -------
    bool
        False where the extract is optional and its variable or its table is not there.

    Raises
    ------
    SourceError
        The variable is empty, the server cannot be reached, the table is not there, or reading it broke off.
    """
    engine = _engine(name, extract)
    if engine is None:
        return False
    try:
        with engine.connect() as opened:
            opened.exec_driver_sql("SET TRANSACTION READ ONLY")
            table = _table(opened, name, extract)
            if table is None:
                return False
            _copy(connection, name, table, opened, batch_rows)
        return True
    except sqlalchemy.exc.SQLAlchemyError as error:
        raise SourceError(
            f"extract '{name}' cannot be read from its database: {_kind(error)}",
            expected=f"a server that answers and a login that may read '{extract.table}'",
            remedy=f"check the server, and the URL in the environment variable {extract.url_from}",
        ) from None  # the driver's text may hold host, login and password
    finally:
        engine.dispose()


def _engine(name: str, extract: Extract) -> sqlalchemy.Engine | None:
    """Give the engine of the URL; None where the extract is optional and there is none."""
    if not extract.url:
        if extract.optional:
            return None
        raise SourceError(
            f"extract '{name}' has no database: the environment variable {extract.url_from} is empty",
            expected="a URL such as postgresql+psycopg://user@host/name",
            remedy=f"set {extract.url_from} where Schouw runs",
        )
    try:
        url = sqlalchemy.make_url(extract.url)
        if url.get_backend_name() != "postgresql":
            raise sqlalchemy.exc.ArgumentError("other kind")
        return sqlalchemy.create_engine(
            url.set(drivername="postgresql+psycopg"), connect_args={"connect_timeout": CONNECT_SECONDS}, hide_parameters=True
        )
    except (sqlalchemy.exc.ArgumentError, ValueError):
        raise SourceError(
            f"extract '{name}' has no URL of a PostgreSQL database in the environment variable {extract.url_from}",
            expected="a URL such as postgresql+psycopg://user@host/name",
            remedy=f"correct {extract.url_from}",
        ) from None  # the text may hold the password


def _table(opened: sqlalchemy.Connection, name: str, extract: Extract) -> sqlalchemy.Table | None:
    *schema, table = str(extract.table).split(".")
    try:
        return sqlalchemy.Table(table, sqlalchemy.MetaData(), schema=schema[0] if schema else None, autoload_with=opened, resolve_fks=False)
    except sqlalchemy.exc.NoSuchTableError:
        if extract.optional:
            return None
        raise SourceError(
            f"extract '{name}' is missing: its database has no table '{extract.table}'",
            expected="a table or view that the login may read",
            remedy="ask the supplier, or correct table under [extracts] in municipality.toml",
        ) from None


def _copy(connection: duckdb.DuckDBPyConnection, name: str, table: sqlalchemy.Table, opened: sqlalchemy.Connection, batch_rows: int) -> None:
    columns = [_Kept(column) for column in table.columns]
    schema = pa.schema([(kept.name, kept.type) for kept in columns])
    start = f"CREATE OR REPLACE TABLE raw_{name} AS"
    with closing(_batches(opened, sqlalchemy.select(table), batch_rows)) as batches:
        for rows in batches:
            arrays = [kept.array([row[i] for row in rows], name) for i, kept in enumerate(columns)]
            connection.register("batch", pa.Table.from_arrays(arrays, schema=schema))
            connection.execute(f"{start} SELECT * FROM batch")
            connection.unregister("batch")
            start = f"INSERT INTO raw_{name}"


def _batches(opened: sqlalchemy.Connection, query: sqlalchemy.Select[Any], batch_rows: int) -> Generator[Sequence[sqlalchemy.Row[Any]]]:
    """Give the rows in parts; at least one, which may be empty, so that an empty table has its columns."""
    with opened.execution_options(stream_results=True, max_row_buffer=batch_rows).execute(query) as found:
        rows = found.fetchmany(batch_rows)
        yield rows
        while len(rows) == batch_rows and (rows := found.fetchmany(batch_rows)):
            yield rows


class _Kept:
    """A column and the Arrow type that keeps its values; what Arrow has no type for stays as text."""

    def __init__(self, column: sqlalchemy.Column[Any]) -> None:
        self.name = column.name
        self.type = _arrow(column.type)

    def array(self, values: Sequence[object], extract: str) -> pa.Array:
        """Give the values of a batch.

        Raises
        ------
        SourceError
            A value has no place in the type, such as a decimal that is no number.
        """
        text = pa.types.is_string(self.type)
        try:
            return pa.array([str(value) if text and value is not None else value for value in values], self.type)
        except (pa.ArrowException, ValueError, TypeError):
            raise SourceError(
                f"column '{self.name}' of extract '{extract}' holds a value that is no {self.type}",
                expected="values of the column's own type",
                remedy="ask the supplier for a view that casts the column to text, and name that view as the table",
            ) from None  # the text of the error holds the value


def _arrow(kind: types.TypeEngine[Any]) -> pa.DataType:
    if isinstance(kind, types.Float):
        return pa.float64()
    if isinstance(kind, types.Numeric):
        # A numeric without bounds may hold more digits than a decimal can: as text nothing of it is lost.
        return pa.decimal128(kind.precision, kind.scale or 0) if kind.precision and kind.precision <= MOST_DIGITS else pa.string()
    if isinstance(kind, types.DateTime):
        return pa.timestamp("us", tz="UTC" if kind.timezone else None)
    plain = ((types.Boolean, pa.bool_()), (types.Integer, pa.int64()), (types.Date, pa.date32()), (types.LargeBinary, pa.binary()))
    return next((arrow for sql, arrow in plain if isinstance(kind, sql)), pa.string())


def _kind(error: sqlalchemy.exc.SQLAlchemyError) -> str:
    """Say what kind of error it was: its class, and PostgreSQL's own code where there is one."""
    code = getattr(getattr(error, "orig", None), "sqlstate", None)
    said = re.sub(r"(?<!^)([A-Z])", r" \1", type(error).__name__).lower()
    return f"{said} ({code})" if code else said
