"""The queries behind the rows of a matrix: of any rows, of all addresses on one day, and of rows from near by; compiled once.

Only what the indicators read of a source is named in them: a query plans, and a table holds, no more than that.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache, lru_cache
from typing import Any

import ibis

from features.catalogue import catalogue
from features.columns import Column, fact
from features.engine import compile_sql, uncollected
from features.evaluation import lay_out
from features.events import Aggregate
from features.joining import ROW, Tables
from features.matrix_file import KEYS
from features.numbered import DayQuery
from features.settings import EngineKind
from features.sources import all_sources
from features.sources.contract import FIXED
from features.store import DAY, FIRST, FRAME, FRAME_OF_DAY, LAST, event_table
from features.whole_day import lay_out_around, lay_out_day, lay_out_near, parts_of_others

PLACES = tuple(name for name in KEYS if name not in ROW)
"""Keys of a row that say where the address lies."""
ALWAYS = {*FIXED, "superseded_on", "ordinal"} - {"record_id"}
PARTS = "parts"
"""Table of one row, of which a row from near by is made; see `of_near`."""
OF_OBJECTS = {*PLACES, "object_type", "use", "ended_on", "ended_known_on"}
"""What is read of each object to place and to compare it, whatever the indicators are."""


@cache
@uncollected()
def of_rows(names: tuple[str, ...], kind: EngineKind) -> str:
    """Give the query of any rows, which stand in ``frame``."""
    columns = _columns()
    table = lay_out(FRAME, [*PLACES, *names], columns, _narrowed(_read(columns[name] for name in names)))
    return compile_sql(table.select(*KEYS, **_numbers(table, names)).order_by(["as_of", "address_id"]), kind=kind)


@cache
@uncollected()
def of_day(names: tuple[str, ...]) -> DayQuery:
    """Give the queries of all addresses on one day; see `features.numbered`."""
    columns = _columns()
    reads = _read(columns[name] for name in names)
    steps, table = lay_out_day(FRAME_OF_DAY, [*PLACES, *names], columns, _narrowed(reads), day=DAY, between=(FIRST, LAST))
    rows = table.order_by("place").select(address_id=table.written_id, **{n: table[n] for n in KEYS[1:]}, **_numbers(table, names))
    return _day_query(steps, rows, reads)


@cache
@uncollected()
def of_others(names: tuple[str, ...]) -> DayQuery | None:
    """Give the queries of what all addresses on one day need of others; None where they need nothing. See `features.near`."""
    columns = _columns()
    parts = parts_of_others(names, columns)
    if not parts:
        return None
    reads = _read(columns[name] for name in names)
    steps, table = lay_out_around(FRAME_OF_DAY, names, columns, _narrowed(reads), day=DAY, between=(FIRST, LAST))
    rows = table.order_by("place").select(address_id=table.written_id, **{part.name: table[part.name] for part in parts})
    return _day_query(steps, rows, reads)


@lru_cache(maxsize=16)
@uncollected()
def of_near(names: tuple[str, ...], day: date) -> tuple[Mapping[str, str], str]:
    """Give the queries of one address on a day: steps by name, and the row out of what they give and of `of_others`, in ``parts``."""
    columns = _columns()
    tables = _narrowed(_read(columns[name] for name in names))
    steps, row = lay_out_near([*PLACES, *names], columns, tables, day=ibis.literal(day), parts_as=PARTS)
    texts = {name: compile_sql(step) for name, step in steps.items()}
    return texts, compile_sql(row.select(*KEYS, **_numbers(row, names)))


def _day_query(steps: Mapping[str, ibis.Table], rows: ibis.Table, reads: Mapping[str, set[str]]) -> DayQuery:
    texts = {name: compile_sql(step) for name, step in steps.items()}
    read = {source: names for source, names in reads.items() if source == "addresses" or any(f'"events_{source}"' in text for text in texts.values())}
    return DayQuery.of(texts, compile_sql(rows), {source: frozenset(names) for source, names in read.items()})


def _columns() -> dict[str, Column]:
    """Give every indicator, for a named one may read one that is not named, and where an address lies."""
    places = {name: fact(_place(name), frozenset(), frozenset(), reach="own") for name in PLACES}
    return places | {name: i.column for name, i in catalogue().items()}


def _place(name: str) -> Aggregate:
    objects = all_sources()["addresses"]
    return Aggregate(f"addresses.place('{name}')", objects, lambda _: ibis.literal(True), lambda t, _: t[name].argmax(t.ordinal), False)


def _numbers(table: ibis.Table, names: Iterable[str]) -> dict[str, Any]:
    return {name: table[name].cast("float64") for name in names}


def _read(columns: Iterable[Column]) -> Mapping[str, set[str]]:
    """Give by source the columns that are read, with those that say since when they were known."""
    found: dict[str, set[str]] = {"addresses": ALWAYS | OF_OBJECTS}
    for source, name in frozenset().union(*(column.reads for column in columns)):
        contract = all_sources()[source]
        wanted = found.setdefault(source, ALWAYS - {"address_id"} | {contract.place})
        wanted.add(name)
        if name not in FIXED and (by := contract.column(name).known_by):
            wanted.add(by)
    return found


def _narrowed(reads: Mapping[str, set[str]]) -> Tables:
    def table(source: str) -> ibis.Table:
        stored = event_table(source)
        return ibis.table({n: t for n, t in stored.schema().items() if n in reads[source]}, name=stored.get_name())

    return table
