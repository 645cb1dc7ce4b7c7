"""Validation: what a register gives against its contract. The first reason why a row does not fit stays with the row; nothing is lost."""

from __future__ import annotations

from datetime import date

import duckdb

from features.engine import quoted
from features.settings import Settings
from features.sources.contract import SQL_TYPES, Column, Source, column_types

FIRST_DAY, LAST_DAY = date(1700, 1, 1), date(2200, 12, 31)
"""Days outside are slips of a key, and beyond what pandas can hold (1677 to 2262). Assumed: no register of a municipality is older."""


def cast(connection: duckdb.DuckDBPyConnection, source: Source) -> None:
    """Turn the table ``given`` into ``candidate``: the contract's columns in its types, and a reason where a value is not of its type."""
    given = {row[0] for row in connection.execute("DESCRIBE given").fetchall()}
    typed = [f"TRY_CAST({n} AS {t}) AS {n}" if n in given else f"CAST(NULL AS {t}) AS {n}" for n, t in column_types(source).items()]
    broken = [f"CASE WHEN {c.name} IS NOT NULL AND TRY_CAST({c.name} AS {SQL_TYPES[c.type]}) IS NULL THEN {quoted(_not_a(c))} END"
              for c in _dated(source) if c.name in given]  # fmt: skip
    first = f"coalesce({', '.join(broken)}, NULL)" if broken else "NULL"
    connection.execute(
        f"CREATE OR REPLACE TABLE candidate AS SELECT {', '.join(typed)}, delivered, {first} AS reason, "
        "CAST(NULL AS DOUBLE) AS link_confidence, false AS linked_by_text FROM given"
    )
    connection.execute("UPDATE candidate SET withdrawn = false WHERE withdrawn IS NULL")


def judge(connection: duckdb.DuckDBPyConnection, source: Source, settings: Settings) -> None:
    """Write the first reason why a row breaks its contract; a withdrawal needs only its record and its day."""
    tests = [("record_id IS NULL", "record_id is missing"), ("known_on IS NULL", "known_on is missing")]
    whole = [("happened_on IS NULL", "happened_on is missing"), (f"{source.place} IS NULL", f"{source.place} is missing")]
    whole.append(("known_on < happened_on", "known_on lies before happened_on"))
    whole += [test for column in _dated(source) for test in _column_tests(column)]
    if source.area is None:
        pattern = quoted(settings.address_id_pattern)
        whole.append((f"NOT regexp_full_match(address_id, {pattern})", "address_id has the wrong form"))
        if source.name == "addresses":
            whole.append(("record_id <> address_id", "record_id is not the address_id: one record per address"))
        else:
            whole.append(("address_id NOT IN (SELECT address_id FROM events_addresses)", "address_id is not in the address register"))
    tests += [(f"NOT withdrawn AND ({test})", reason) for test, reason in whole]
    cases = " ".join(f"WHEN {test} THEN {quoted(reason)}" for test, reason in tests)
    connection.execute(f"UPDATE candidate SET reason = coalesce(reason, CASE {cases} END)")


def _column_tests(column: Column) -> list[tuple[str, str]]:
    tests = []
    if column.required:
        tests.append((f"{column.name} IS NULL", f"{column.name} is missing"))
    if column.type == "date":
        tests.append((f"{column.name} NOT BETWEEN {quoted(FIRST_DAY)} AND {quoted(LAST_DAY)}", f"{column.name} is no likely day"))
    if column.codes:
        tests.append((f"{column.name} NOT IN ({', '.join(quoted(c) for c in column.codes)})", f"{column.name} is not a listed code"))
    if column.minimum is not None:
        tests.append((f"{column.name} < {column.minimum}", f"{column.name} lies below {column.minimum:g}"))
    if column.maximum is not None:
        tests.append((f"{column.name} > {column.maximum}", f"{column.name} lies above {column.maximum:g}"))
    return tests


def _dated(source: Source) -> tuple[Column, ...]:
    return (Column("happened_on", "date", "Day"), Column("known_on", "date", "Day"), *source.columns)


def _not_a(column: Column) -> str:
    return f"{column.name} is not a {column.type}"
