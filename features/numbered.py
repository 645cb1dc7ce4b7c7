"""Whole days on one cursor: the steps of a day, then its rows a slice at a time, with numbers in the place of the texts that are compared most.

The id of an address is a number where all have the same number of digits. Where there are more days, so is each key, and what else is compared as
text: each different text has a number of its own, given for as long as the cursor lives. Nothing is hashed, so two texts are never one. An indicator
may count, group and join keys and never sees their text, so the values are the same. For one day, numbers for keys would cost what they gain.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from itertools import count
from pathlib import Path

import duckdb
import pandas as pd

from features.engine import identifier, quoted
from features.sources import all_sources

SLICE_ROWS = 125_000
"""Rows that are joined at a time: with a hundred columns a tenth of a gigabyte, and as much again while they are sorted."""
SMALL_ROWS = 250_000
"""Rows of a day up to which the tables of two days may stand beside each other: 1.2 MB for each thousand addresses more."""
MOST_DIGITS = 18
"""Digits that a whole number of the engine holds, whatever they are."""
_NUMBERS = count()
"""Numbers for schemas: a connection is shared."""


@dataclass(frozen=True)
class DayQuery:
    """What is asked for all addresses on the day that ``getvariable('as_of')`` gives.

    Attributes
    ----------
    steps : tuple of str
        Statements that make the tables of the day, and drop those that nothing reads any more.
    sql : str
        Gives the rows of ``frame``, of which the address ids lie from variable ``first`` to ``last``, out of these tables.
    reads : mapping of str to frozenset of str
        Columns that are read, by source.
    """

    steps: tuple[str, ...]
    sql: str
    reads: Mapping[str, frozenset[str]]

    @classmethod
    def of(cls, steps: Mapping[str, str], sql: str, reads: Mapping[str, frozenset[str]]) -> DayQuery:
        """Give the query of named steps, each of which reads earlier ones only."""
        statements, made, texts = list[str](), list[str](), [*steps.values(), sql]
        for number, (name, text) in enumerate(steps.items(), start=1):
            statements.append(f"CREATE TEMP TABLE {identifier(name)} AS {text}")
            made.append(name)
            for done in [n for n in made if not any(identifier(n) in later for later in texts[number:])]:
                statements.append(f"DROP TABLE {identifier(done)}")
                made.remove(done)
        return cls(tuple(statements), sql, reads)


@dataclass(frozen=True)
class Days:
    """Whole days that are asked for: the query, and of each day ``address_id`` and ``as_of``, sorted by the former."""

    query: DayQuery
    frames: list[pd.DataFrame]


def rows_of(connection: duckdb.DuckDBPyConnection, days: Days, *, events: Path) -> Generator[duckdb.DuckDBPyRelation]:
    """Give the rows of whole days in their order, some at a time; they are computed when they are read, which must be before the next are asked for.

    The tables of a small day are made while the rows of the day before it are read: such a day leaves processors idle.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
    days : Days
    events : Path
        Folder with the event files: those of one build, whatever the views of the connection show meanwhile.
    """
    firsts = [frame["as_of"].iloc[0] for frame in days.frames]
    if len(firsts) == 1:  # nothing to make ahead, and a process that is ending starts no thread
        with _taken(connection, days, events) as schema, _made(connection, schema, days.query, firsts[0]) as cursor:
            yield from _slices(cursor, days.query)
        return
    with _taken(connection, days, events) as schema, ThreadPoolExecutor(1) as ahead:

        def make(day: date) -> Future[duckdb.DuckDBPyConnection]:
            return ahead.submit(_made, connection, schema, days.query, day)

        made = make(firsts[0])
        for frame, following in zip(days.frames, [*firsts[1:], None], strict=True):
            small = len(frame) <= SMALL_ROWS
            with made.result() as cursor:
                if following and small:
                    made = make(following)
                yield from _slices(cursor, days.query)
            if following and not small:
                made = make(following)


def _slices(cursor: duckdb.DuckDBPyConnection, query: DayQuery) -> Iterator[duckdb.DuckDBPyRelation]:
    ((first, last),) = cursor.execute("SELECT min(place), max(place) FROM asked WHERE as_of = getvariable('as_of')").fetchall()
    for start in range(first, last + 1, SLICE_ROWS):
        here = f"place >= {start} AND place < {start + SLICE_ROWS} AND as_of = getvariable('as_of')"
        cursor.execute(f"CREATE OR REPLACE TEMP TABLE frame AS SELECT * FROM asked WHERE {here}")
        for name, of in (("first", "min"), ("last", "max")):
            cursor.execute(f"SET VARIABLE {name} = (SELECT {of}(address_id) FROM frame)")
        yield cursor.sql(query.sql)


def _made(connection: duckdb.DuckDBPyConnection, schema: str, query: DayQuery, day: date) -> duckdb.DuckDBPyConnection:
    """Give a cursor of one day with its tables, which go when it is closed."""
    cursor = connection.cursor()
    try:
        cursor.execute(f"SET search_path = '{schema}'")
        cursor.execute(f"SET VARIABLE as_of = DATE '{day}'")
        for statement in query.steps:
            cursor.execute(statement)
    except BaseException:
        cursor.close()
        raise
    return cursor


@contextmanager
def _taken(connection: duckdb.DuckDBPyConnection, days: Days, events: Path) -> Iterator[str]:
    """Hand out a schema with the rows that are asked for and, under the names of the events, what the query reads of them."""
    schema = f"days_{next(_NUMBERS)}"
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE SCHEMA {schema}")
        try:
            _take(cursor, schema, days, events)
            yield schema
        finally:
            cursor.execute(f"DROP SCHEMA {schema} CASCADE")


def _take(cursor: duckdb.DuckDBPyConnection, schema: str, days: Days, events: Path) -> None:
    reads, several = days.query.reads, len(days.frames) > 1
    files = {source: f"read_parquet({quoted(events / f'{source}.parquet')})" for source in reads}
    handed = pd.concat(days.frames, ignore_index=True)
    cursor.register("handed", handed.assign(place=range(len(handed))))
    digits = _digits(cursor, files["addresses"])
    texts = {source: _texts(source, names, digits=digits) if several else [] for source, names in reads.items()}
    _number(cursor, texts, files)
    for source, names in reads.items():
        select = _select(files[source], names, texts[source], digits=digits)
        cursor.execute(f"CREATE {'TABLE' if several else 'VIEW'} {schema}.events_{source} AS {select}")
    number, joins = "h.address_id", ""
    if digits:
        number = f"CASE WHEN length(h.address_id) = {digits} AND ltrim(h.address_id, '0123456789') = '' THEN CAST(h.address_id AS BIGINT) END"
    elif several:
        number, joins = "n.number", "JOIN number_of_address_id n ON n.address_id = h.address_id"
    asked = f"SELECT {number} AS address_id, as_of, h.address_id AS written_id, place FROM handed h {joins}"
    cursor.execute(f"CREATE TABLE {schema}.asked AS {asked}")
    cursor.unregister("handed")
    for name in {name for names in texts.values() for name in names}:
        cursor.execute(f"DROP TABLE number_of_{name}")


def _digits(cursor: duckdb.DuckDBPyConnection, objects: str) -> int:
    """Give how many digits every id of an address has, 0 where they differ or have other signs; the ids of events are among those of addresses."""
    same = "min(length(address_id)) = max(length(address_id)) AND bool_and(ltrim(address_id, '0123456789') = '')"
    ((told, length),) = cursor.execute(f"SELECT {same}, max(length(address_id)) FROM {objects} WHERE NOT withdrawn").fetchall()
    return length if told and length <= MOST_DIGITS else 0


def _select(file: str, names: frozenset[str], texts: list[str], *, digits: int) -> str:
    """Give what counts on some day of a source: a withdrawn version never does, and it may have an id of another form."""
    said = {name: f"of_{name}.number" for name in texts}
    if digits and "address_id" in names:
        said["address_id"] = "CAST(e.address_id AS BIGINT)"
    columns = ", ".join(f"{said.get(name, f'e.{name}')} AS {name}" for name in sorted(names))
    joins = " ".join(f"LEFT JOIN number_of_{name} of_{name} ON of_{name}.{name} = e.{name}" for name in texts)
    return f"SELECT {columns} FROM {file} e {joins} WHERE NOT e.withdrawn"


def _number(cursor: duckdb.DuckDBPyConnection, texts: Mapping[str, list[str]], files: Mapping[str, str]) -> None:
    """Give each text a number; ids of addresses in their order."""
    for name in sorted({name for names in texts.values() for name in names}):
        found = [f"SELECT {name} FROM {files[source]}" for source, names in texts.items() if name in names]
        found += ["SELECT address_id FROM handed"] if name == "address_id" else []
        different = f"SELECT DISTINCT {name} FROM ({' UNION ALL '.join(found)}) WHERE {name} IS NOT NULL"
        order = "ORDER BY address_id" if name == "address_id" else ""
        cursor.execute(f"CREATE TEMP TABLE number_of_{name} AS SELECT {name}, row_number() OVER ({order}) AS number FROM ({different})")


def _texts(source: str, names: frozenset[str], *, digits: int) -> list[str]:
    keys = [column.name for column in all_sources()[source].columns if column.type == "key" and column.name in names]
    return ([] if digits or "address_id" not in names else ["address_id"]) + keys
