"""A table of a database to DuckDB in batches, with its types: of someone else's PostgreSQL, and of our own database whichever it is.

The server hands out the rows through a cursor of its own, so memory follows the batch and not the table; the rows go to DuckDB as Arrow.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import closing
from typing import Any

import duckdb
import pyarrow as pa
import sqlalchemy
from sqlalchemy import types

from features.errors import SourceError

BATCH_ROWS = 50_000
MOST_DIGITS = 38
"""Digits of a decimal in DuckDB and in Arrow."""


def reflected(opened: sqlalchemy.Connection, table: str) -> sqlalchemy.Table:
    """Give a table with its columns as its database declares them; ``table`` may name its schema.

    Raises
    ------
    sqlalchemy.exc.NoSuchTableError
        The database has no such table.
    """
    *schema, name = table.split(".")
    return sqlalchemy.Table(name, sqlalchemy.MetaData(), schema=schema[0] if schema else None, autoload_with=opened, resolve_fks=False)


def copy_table(
    connection: duckdb.DuckDBPyConnection, name: str, table: sqlalchemy.Table, opened: sqlalchemy.Connection, *, batch_rows: int = BATCH_ROWS
) -> None:
    """Copy a table to ``raw_<name>``, some rows at a time, each column with a type that keeps its values.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
    name : str
        Of the extract.
    table : sqlalchemy.Table
        As `reflected` gives it.
    opened : sqlalchemy.Connection
        To the database of the table.
    batch_rows : int
        Rows that are in memory at a time.

    Raises
    ------
    SourceError
        A value has no place in the type of its column.
    """
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
