"""Mapping: words for ``registers/<source>.sql`` that a register's SELECT may use, so that one bad cell is one reject and stops nothing.

=============================  ============================================================================================
``padded(text, digits)``       the text with the leading zeros that a spreadsheet took; what is too long stays, and is rejected
``day_of(text, pattern)``      the day as ISO text; what is no such day stays as it is, and is rejected with its value
``flag(text, yes, no)``        true or false; what is neither stays, and is rejected
``getvariable('today')``       the day of the build
=============================  ============================================================================================
"""

from __future__ import annotations

from datetime import date

import duckdb

from features.engine import quoted

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
