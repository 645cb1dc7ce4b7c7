"""Mapping: words for ``registers/<source>.sql`` that a register's SELECT may use, so that one bad cell is one reject and stops nothing.

=============================  ============================================================================================
``padded(text, digits)``       the text with the leading zeros that a spreadsheet took; what is too long stays, and is rejected
``day_of(text, pattern)``      the day as ISO text; what is no such day stays as it is, and is rejected with its value
``flag(text, yes, no)``        true or false; what is neither stays, and is rejected
``getvariable('today')``       the day of the build
=============================  ============================================================================================
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

import duckdb

from features.engine import quoted
from features.errors import SourceError
from features.register_reads import reads

UNDECLARED = re.compile(r"Table with name raw_(\w+) does not exist")
COLUMN = re.compile(r'column (?:named )?"([^"]+)"')
"""How DuckDB says which table, and which column, a SELECT names that is not there."""

MACROS = (
    "padded(text, digits) AS CASE WHEN length(text) < digits THEN lpad(text, digits, '0') ELSE text END",
    "day_of(text, pattern) AS coalesce(strftime(try_strptime(text, pattern), '%Y-%m-%d'), text)",
    "flag(text, yes, no) AS CASE WHEN text = yes THEN 'true' WHEN text = no THEN 'false' ELSE text END",
)


def declare(connection: duckdb.DuckDBPyConnection, today: date) -> None:
    """Make the words known to a connection."""
    for macro in MACROS:
        connection.execute(f"CREATE OR REPLACE MACRO {macro}")
    connection.execute(f"SET VARIABLE today = DATE {quoted(today)}")


def cannot_run(connection: duckdb.DuckDBPyConnection, name: str, select: str, error: duckdb.Error, files: Mapping[str, str]) -> SourceError:
    """Give the error for a register's SELECT that the engine refuses.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
        In which the extracts can be read.
    name, select : str
        Of the register.
    error : duckdb.Error
        What the engine said.
    files : mapping of str to str
        By declared extract, where it comes from.
    """
    said = str(error).splitlines()[0]
    if undeclared := UNDECLARED.search(said):
        return SourceError(
            f"registers/{name}.sql reads raw_{undeclared[1]}, and municipality.toml declares no extract '{undeclared[1]}'",
            expected=f"one of the declared extracts: {', '.join(f'raw_{extract}' for extract in files)}",
            remedy=f"declare [extracts.{undeclared[1]}] in municipality.toml: its form, and its path or table; or correct the name",
        )
    told = [f"'{one}' ({files[one]}) has {_columns(connection, one)}" for one in sorted(reads(name, select).extracts & files.keys())]
    if column := COLUMN.search(said) if isinstance(error, duckdb.BinderException) else None:
        said = f"it names column '{column[1]}', which is not there"
    return SourceError(
        f"registers/{name}.sql cannot be run: {said}",
        expected=f"one SELECT that gives the contract's columns, over the columns that the extracts have: {'; '.join(told)}",
        remedy="ask for the file again where its supplier renamed a column, or correct the name in the SELECT; where all stands in one column, "
        "correct the delimiter under [extracts]",
    )


def _columns(connection: duckdb.DuckDBPyConnection, extract: str) -> str:
    return ", ".join(str(row[0]) for row in connection.execute(f"DESCRIBE raw_{extract}").fetchall())
