"""Validation: what a register gives against its contract. The first reason why a row does not fit stays with the row; nothing is lost.

A field that is filled in later (``known_by``) is no reason to set its row aside: else a slip in what is entered next year would take away
what was known this year (DESIGN rule 1). It becomes missing, and is counted and kept as a cell.
"""

from __future__ import annotations

import duckdb

from features.engine import quoted
from features.settings import Settings
from features.sources.contract import FIRST_DAY, LAST_DAY, SQL_TYPES, Column, Source, column_types

LIKELY = f"BETWEEN {quoted(FIRST_DAY)} AND {quoted(LAST_DAY)}"
ALWAYS = (Column("known_on", "date", "Day"), Column("withdrawn", "boolean", "Deleted"))
"""What every row needs, a withdrawal too."""
NOT_REGISTERED = "address_id is not in the address register"
YET_TO_COME = "known_on lies after the day of the build"
"""Nobody can know today what becomes known tomorrow; once that day has come the row is judged again."""


def cast(connection: duckdb.DuckDBPyConnection, source: Source) -> None:
    """Turn the table ``given`` into ``candidate``: the contract's columns in its types, and a reason where a value is not of its type."""
    given = {row[0] for row in connection.execute("DESCRIBE given").fetchall()}
    typed = [f"{_typed(n, t)} AS {n}" if n in given else f"CAST(NULL AS {t}) AS {n}" for n, t in column_types(source).items()]
    withdrawn = "TRY_CAST(withdrawn AS BOOLEAN) IS NOT TRUE" if "withdrawn" in given else "true"
    broken = [f"CASE WHEN {_broken(c)} THEN {quoted(_not_a(c))} END" for c in ALWAYS if c.name in given]
    broken += [f"CASE WHEN {withdrawn} AND {_broken(c)} THEN {quoted(_not_a(c))} END" for c in _whole(source) if c.name in given]
    connection.execute(
        f"CREATE OR REPLACE TABLE candidate AS SELECT {', '.join(typed)}, delivered, coalesce({', '.join(broken)}, NULL) AS reason, "
        "CAST(NULL AS DOUBLE) AS link_confidence, false AS linked_by_text, CAST(NULL AS DATE) AS received_on, CAST(NULL AS BOOLEAN) AS overtaken, "
        f"{'row_hash' if 'row_hash' in given else 'CAST(NULL AS VARCHAR)'} AS row_hash, true AS told FROM given"
    )
    connection.execute("UPDATE candidate SET withdrawn = false WHERE withdrawn IS NULL")
    _strip_withdrawals(connection, source)


def judge(connection: duckdb.DuckDBPyConnection, source: Source, settings: Settings) -> None:
    """Write the first reason why a row breaks its contract; a withdrawal needs only its record and its day."""
    tests = [("record_id IS NULL", "record_id is missing"), ("known_on IS NULL", "known_on is missing")]
    tests += [(f"known_on NOT {LIKELY}", "known_on is no likely day"), ("known_on > getvariable('today')", YET_TO_COME)]
    columns = [c for c in _whole(source) if c.name != "known_on"]
    whole = [test for column in columns for test in _code_tests(column)]
    whole += [("happened_on IS NULL", "happened_on is missing"), (f"{source.place} IS NULL", f"{source.place} is missing")]
    whole.append(("known_on < happened_on", "known_on lies before happened_on"))
    whole += [test for column in columns for test in _column_tests(column)]
    if source.area is None:
        whole.append((f"NOT regexp_full_match(address_id, {quoted(settings.address_id_pattern)})", "address_id has the wrong form"))
        here = "SELECT 1 FROM events_addresses a WHERE a.address_id = candidate.address_id AND NOT a.withdrawn"
        whole.append(
            ("record_id <> address_id", "record_id is not the address_id: one record per address")
            if source.name == "addresses"
            else (f"NOT EXISTS ({here})", NOT_REGISTERED)
        )
    tests += [(f"NOT withdrawn AND ({test})", reason) for test, reason in whole]
    cases = " ".join(f"WHEN {test} THEN {quoted(reason)}" for test, reason in tests)
    connection.execute(f"UPDATE candidate SET reason = coalesce(reason, CASE {cases} END)")


def mend(connection: duckdb.DuckDBPyConnection, source: Source) -> None:
    """Make what is wrong in a field that is filled in later missing; ``cells_<source>`` keeps each such cell with its reason.

    A value without the day on which it became known counts as wrong: it could count on no day, and would never be missed.
    """
    cells = f"cells_{source.name}"
    connection.execute(f"CREATE OR REPLACE TABLE {cells} (record_id VARCHAR, delivered BIGINT, field VARCHAR, value VARCHAR, reason VARCHAR)")
    given = {row[0] for row in connection.execute("DESCRIBE given").fetchall()}
    fits = "FROM candidate WHERE reason IS NULL AND NOT withdrawn"
    for column in (c for c in _late(source) if c.name in given):
        name = column.name
        kept = f"INSERT INTO {cells} SELECT record_id, delivered, {quoted(name)}, CAST({name} AS VARCHAR), "
        connection.execute(f"{kept} {quoted(_not_a(column))} FROM given WHERE {_broken(column)} AND delivered IN (SELECT delivered {fits})")
        for test, reason in [*_code_tests(column), *_column_tests(column)]:
            connection.execute(f"{kept} {quoted(reason)} {fits} AND {test}")
            connection.execute(f"UPDATE candidate SET {name} = NULL WHERE reason IS NULL AND {test}")
    for column in (c for c in _late(source) if c.known_by and c.name in given):
        undated = f"{column.name} IS NOT NULL AND {column.known_by} IS NULL"
        connection.execute(
            f"INSERT INTO {cells} SELECT record_id, delivered, {quoted(column.name)}, CAST({column.name} AS VARCHAR), "
            f"{quoted(f'{column.name} has no {column.known_by}')} {fits} AND {undated} "
            f"AND delivered NOT IN (SELECT delivered FROM {cells} WHERE field = {quoted(column.known_by)})"
        )
        connection.execute(f"UPDATE candidate SET {column.name} = NULL WHERE reason IS NULL AND {undated}")


def _strip_withdrawals(connection: duckdb.DuckDBPyConnection, source: Source) -> None:
    """Take from a withdrawal what nobody may read: only its record, its place and its days are left."""
    empty = ", ".join(f"{c.name} = NULL" for c in source.columns if c.name != source.area)
    place = "record_id" if source.name == "addresses" else source.place
    connection.execute(
        f"UPDATE candidate SET {empty}, {source.place} = {place}, happened_on = CASE WHEN happened_on {LIKELY} THEN happened_on END WHERE withdrawn"
    )


def _code_tests(column: Column) -> list[tuple[str, str]]:
    return [(f"{column.name} NOT IN ({', '.join(quoted(c) for c in column.codes)})", f"{column.name} is not a listed code")] if column.codes else []


def _column_tests(column: Column) -> list[tuple[str, str]]:
    tests = []
    if column.required:
        tests.append((f"{column.name} IS NULL", f"{column.name} is missing"))
    if column.type == "date":
        tests.append((f"{column.name} NOT {LIKELY}", f"{column.name} is no likely day"))
    if column.minimum is not None:
        tests.append((f"{column.name} < {column.minimum}", f"{column.name} lies below {column.minimum:g}"))
    if column.maximum is not None:
        tests.append((f"{column.name} > {column.maximum}", f"{column.name} lies above {column.maximum:g}"))
    return tests


def _late(source: Source) -> list[Column]:
    """Give the columns that are filled in later: the days first, then what they date."""
    days = {c.known_by for c in source.columns if c.known_by}
    return sorted((c for c in source.columns if c.known_by or c.name in days), key=lambda c: c.name not in days)


def _whole(source: Source) -> tuple[Column, ...]:
    """Give the columns that a row cannot do without, or must have right."""
    late = {c.name for c in _late(source)}
    return (Column("happened_on", "date", "Day"), *(c for c in source.columns if c.name not in late))


def _typed(name: str, sql_type: str) -> str:
    """Give a value in its type, or NULL; a whole number is never rounded, and a day that never comes is none."""
    value = f"TRY_CAST({name} AS {sql_type})"
    if sql_type == "DATE":
        return f"CASE WHEN isfinite({value}) THEN {value} END"
    return f"CASE WHEN TRY_CAST({name} AS DECIMAL(38, 9)) = {value} THEN {value} END" if sql_type == "BIGINT" else value


def _broken(column: Column) -> str:
    return f"{column.name} IS NOT NULL AND {_typed(column.name, SQL_TYPES[column.type])} IS NULL"


def _not_a(column: Column) -> str:
    return f"{column.name} is not a {column.type}"
