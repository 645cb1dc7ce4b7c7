"""Whole days on one cursor, with numbers in the place of the texts that are compared most: ids of addresses and keys.

Each different text has a number of its own, given for as long as the cursor lives: nothing is hashed, so two texts are never one. An indicator
may count, group and join keys and never sees their text, so the values are the same. For one day it would cost what it gains.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date

import duckdb
import pandas as pd

from features.engine import within_limits
from features.sources import all_sources

LEFT_OUT = "record_id"
"""Says which record a row is about; no indicator reads it, and as a text it takes more room than all else."""


@contextmanager
def on_days(connection: duckdb.DuckDBPyConnection, sources: Iterable[str], frames: list[pd.DataFrame]) -> Iterator[duckdb.DuckDBPyConnection]:
    """Hand out a cursor for queries about whole days; see `ask`.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
        The events as views.
    sources : iterable of str
        Those that the queries read.
    frames : list of pandas.DataFrame
        ``address_id`` and ``as_of`` of each day.

    Raises
    ------
    StateError
        The disk is full or the memory limit was reached.
    """
    with connection.cursor() as cursor:
        cursor.register("handed", pd.concat(frames, ignore_index=True))
        written = "SELECT address_id, as_of, address_id AS written_id FROM handed"
        with within_limits():
            if len(frames) > 1:
                _number(cursor, sorted(sources))
                written = "SELECT number AS address_id, as_of, address_id AS written_id FROM handed JOIN number_of_address_id USING (address_id)"
            cursor.execute(f"CREATE TEMP TABLE asked AS {written}")
        yield cursor


def ask(cursor: duckdb.DuckDBPyConnection, sql: str, day: date) -> duckdb.DuckDBPyRelation:
    """Give the rows of a query about one day, which is what ``getvariable('as_of')`` gives in it; computed when they are read."""
    cursor.execute(f"SET VARIABLE as_of = DATE '{day}'")
    cursor.execute("CREATE OR REPLACE TEMP TABLE frame AS SELECT * FROM asked WHERE as_of = getvariable('as_of')")
    return cursor.sql(sql)


def _number(cursor: duckdb.DuckDBPyConnection, sources: list[str]) -> None:
    """Give each text a number, and let the tables of this cursor hold it under the names of the views."""
    texts = {source: _texts(source) for source in sources}
    for name in sorted({name for names in texts.values() for name in names}):
        found = [f"SELECT {name} FROM main.events_{source}" for source, names in texts.items() if name in names]
        found += ["SELECT address_id FROM handed"] if name == "address_id" else []
        different = f"SELECT DISTINCT {name} FROM ({' UNION ALL '.join(found)}) WHERE {name} IS NOT NULL"
        cursor.execute(f"CREATE TEMP TABLE number_of_{name} AS SELECT {name}, row_number() OVER () AS number FROM ({different})")
    for source, names in texts.items():
        numbers = ", ".join(f"of_{name}.number AS {name}" for name in names)
        joins = " ".join(f"LEFT JOIN number_of_{name} of_{name} ON of_{name}.{name} = e.{name}" for name in names)
        select = f"SELECT e.* EXCLUDE ({LEFT_OUT}) REPLACE ({numbers}) FROM main.events_{source} e {joins}"
        if names:
            cursor.execute(f"CREATE TEMP TABLE events_{source} AS {select}")


def _texts(source: str) -> list[str]:
    contract = all_sources()[source]
    return ([] if contract.area else ["address_id"]) + [column.name for column in contract.columns if column.type == "key"]
