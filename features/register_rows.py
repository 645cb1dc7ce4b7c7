"""The rows that a register's SELECT gives: run over the raw extracts alone, held to the contract's columns, and numbered in one order.

Of two rows of one record and day the later counts, so their order must be the same in every run. A SELECT that takes the rows of an extract
one by one keeps that of the file. One that joins, groups or sorts for itself has no order of its own: it gives ``place_in_file``, where a row stands
in its extract (``row_number() OVER ()`` right over ``raw_<extract>``, a number or a list of them), and what that leaves open is
decided by what the rows say. The column goes no further.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing

import duckdb

from features.engine import bare, identifier
from features.errors import SourceError
from features.mapping import cannot_run, declare
from features.register_reads import keeps_order
from features.sources.contract import LAST_DAY, Source

ROW = "place_in_file"
"""Column in which a SELECT may say where a row stands in its extract."""


def read_rows(connection: duckdb.DuckDBPyConnection, source: Source, select: str, files: Mapping[str, str], *, after: int) -> None:
    """Make ``given`` of what a register's SELECT gives, with ``delivered``, the number of a row.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
        With the extracts as ``raw_<extract>``.
    source : Source
    select : str
        Text of ``registers/<source>.sql``.
    files : mapping of str to str
        By declared extract, where it comes from; for an error.
    after : int
        Last number that was given before.

    Raises
    ------
    SourceError
        The SELECT cannot be run over the extracts alone, or gives other columns than the contract's.
    """
    try:
        _bind_alone(connection, select)
        columns = [row[0] for row in connection.execute(f"DESCRIBE SELECT * FROM ({select}\n)").fetchall()]
        kept = ", ".join(identifier(column) for column in columns if column != ROW)
        turn = "" if ROW not in columns and keeps_order(source.name, select) else _turn(columns)
        connection.execute(
            f"CREATE OR REPLACE TABLE given AS SELECT {kept}, {after} + row_number() OVER ({turn}) AS delivered FROM ({select}\n) ORDER BY delivered"
        )
    except duckdb.Error as error:
        raise cannot_run(connection, source.name, select, error, files) from error
    given = {row[0] for row in connection.execute("DESCRIBE given").fetchall()} - {"delivered"}
    allowed = {c.name for c in source.columns} | {"record_id", source.place, "happened_on", "known_on", "withdrawn"}
    needed = {c.name for c in source.columns if c.required} | {"record_id", source.place, "happened_on", "known_on"}
    if given - allowed or needed - given:
        raise SourceError(
            f"registers/{source.name}.sql gives {_listed(given - allowed)} too many and misses {_listed(needed - given)}",
            expected=f"the columns of features/sources/{source.name}.py",
            remedy="select exactly those; what is not listed in the contract never enters",
        )


def _turn(columns: list[str]) -> str:
    """SQL: the order of the rows, by their place and then by all that they say."""
    return "ORDER BY " + ", ".join(f"{identifier(column)} NULLS FIRST" for column in sorted(columns, key=lambda name: (name != ROW, name)))


def _bind_alone(connection: duckdb.DuckDBPyConnection, select: str) -> None:
    """Plan the SELECT in an engine that holds the extracts' columns and nothing else: what else it names is not there, however it is spelled."""
    with closing(bare()) as alone:
        declare(alone, LAST_DAY)
        found = "SELECT table_name, string_agg(format('\"{}\" {}', replace(column_name, '\"', '\"\"'), data_type), ', ' ORDER BY column_index) "
        extracts = connection.execute(f"{found} FROM duckdb_columns() WHERE table_name LIKE 'raw\\_%' ESCAPE '\\' GROUP BY 1").fetchall()
        for name, columns in extracts:
            if name in select:
                alone.execute(f"CREATE TABLE {identifier(name)} ({columns})")
        alone.execute(f"EXPLAIN SELECT * FROM ({select}\n)")


def _listed(names: set[str]) -> str:
    return ", ".join(sorted(names)) or "none"
