"""Rows from near by: the own events of few addresses, and what was computed beforehand of what they need of others.

What an address needs of others (who shares a key, the sums and ranks of its building, postcode and neighbourhood) would have to be read from
thousands of them. So it is computed once per day and build, for all of them, by the steps that compute a whole day, into a file. Then a row is a
small read of each file and a query that is planned already. Both come from the same columns by the same code (`features.whole_day`).
"""

from __future__ import annotations

import weakref
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date
from itertools import chain
from pathlib import Path

import pandas as pd
import pyarrow as pa

from features.engine import connect, quoted, within_limits
from features.matrix_query import PARTS
from features.numbered import DayQuery, Days, rows_of
from features.planned import Planned
from features.scratch import hold
from features.sorted_file import BATCH_ROWS, MappedFile
from features.sources import all_sources
from features.store import Block, Store, event_table


@dataclass(frozen=True)
class NearStore(Store):
    """The events of one build, and what was computed beforehand of one day, asked about few addresses at a time.

    Not for two threads at once.

    Attributes
    ----------
    build : Path
        Folder of the events; a newer build changes nothing here.
    as_of : date
    around : MappedFile, optional
        What each address needs of others; None where the indicators need nothing.
    own : dict of str to MappedFile
        The events, by source.
    planned : Planned
    """

    build: Path
    as_of: date
    around: MappedFile | None
    own: dict[str, MappedFile]
    planned: Planned
    _read: dict[tuple[str, tuple[str, ...]], pa.Table] = field(default_factory=dict, repr=False)
    _of_none: dict[str, pa.Table] = field(default_factory=dict, repr=False)

    @property
    def near_on(self) -> date:
        """The one day of which it is asked."""
        return self.as_of

    @property
    def folder(self) -> Path:
        """Folder of the event files that are read."""
        return self.build

    def run_sql(self, sql: str, frame: pd.DataFrame | None = None) -> pd.DataFrame:
        """Compute SQL about the addresses of ``frame``, which are few."""
        ids = () if frame is None else tuple(frame["address_id"].unique())
        keys = pa.table({"address_id": pa.array(ids, pa.string()), "as_of": pa.array([self.as_of] * len(ids), pa.date32())})
        return _as_frame(self.planned.ask(sql, {"frame": keys} | self._tables(sql, ids)))

    def run_blocks(self, blocks: list[Block] | Days) -> pd.DataFrame:
        """Compute the rows of blocks, one after the other; whole days are not asked of it."""
        one = [(block, address) for block in blocks for address in block.frame["address_id"]] if isinstance(blocks, list) else []
        return _as_frame(pa.concat_tables(self._row(block, address) for block, address in one))

    def _row(self, block: Block, address: str) -> pa.Table:
        """Compute the row of an address out of what the steps give, and of what it needs of others."""
        found = [self._step(text, self._tables(text, (address,))) for text in block.steps.values()]
        found += [self.around.of((address,))] if self.around else []
        parts = {name: values for rows in found for name, values in _one(rows).items() if name != "address_id"}
        return self.planned.ask(block.sql, {PARTS: pa.table({"address_id": pa.array([address]), **parts})})

    def _step(self, sql: str, tables: dict[str, pa.Table]) -> pa.Table:
        """Compute a step; over no events it always gives the same."""
        if any(rows.num_rows for rows in tables.values()):
            return self.planned.ask(sql, tables)
        if sql not in self._of_none:
            self._of_none[sql] = self.planned.ask(sql, tables)
        return self._of_none[sql]

    def _tables(self, sql: str, ids: tuple[str, ...]) -> dict[str, pa.Table]:
        """Give the rows of all that a query names that some addresses need."""
        return {f"events_{s}": self._of(s, ids) for s in self.own if f'"events_{s}"' in sql}

    def _of(self, source: str, ids: tuple[str, ...]) -> pa.Table:
        """Give the events of addresses, or of where they lie; the last that were read are kept, for the query after this one."""
        if next(iter(self._read), ("", ids))[1] != ids:
            self._read.clear()
        if (source, ids) not in self._read:
            file = self.own[source]
            self._read[source, ids] = file.of(self._places(file.place, ids))
        return self._read[source, ids]

    def _places(self, column: str, ids: tuple[str, ...]) -> tuple[str, ...]:
        """Give the values that a column of the address register ever had for addresses."""
        if column == "address_id":
            return ids
        return tuple(self._of("addresses", ids)[column].drop_null().unique().to_pylist())


def prepare(store: Store, query: DayQuery | None, as_of: date) -> NearStore:
    """Compute what addresses need of others on a day.

    Parameters
    ----------
    store : Store
        On DuckDB.
    query : DayQuery, optional
        See `features.matrix_query.of_others`.
    as_of : date

    Raises
    ------
    StateError
        The disk is full or the memory limit was reached.
    """
    build, held = store.folder, hold(store.settings.state)
    try:
        with within_limits(OSError):
            around = None if query is None else _around(store, query, held.folder / "around.arrow", build, as_of)
            own = {source: _own(source, build, held.folder) for source in sorted(store.sources)}
        one = connect(store.settings.engine.model_copy(update={"threads": 1}), scratch=held.folder)
    except BaseException:
        held.release()
        raise
    near = NearStore(store.settings, store.connection, store.views, build, as_of, around, own, Planned(one))
    weakref.finalize(near, held.release)
    return near


def _own(source: str, build: Path, folder: Path) -> MappedFile:
    """Lay out the events of a source so that those of one address cost a look."""
    columns, place = event_table(source).columns, all_sources()[source].place
    return MappedFile.copy(build / f"{source}.parquet", folder / f"{source}.arrow", place=place, columns=columns)


def _around(store: Store, query: DayQuery, path: Path, build: Path, as_of: date) -> MappedFile:
    """Write what all addresses need of others, in their order."""
    objects = f"read_parquet({quoted(build / 'addresses.parquet')})"
    frame = store.look_up(f"SELECT DISTINCT address_id FROM {objects} WHERE NOT withdrawn ORDER BY address_id").assign(as_of=as_of)
    with closing(rows_of(store.connection, Days(query, [frame]), events=build)) as days:
        readers = (rows.to_arrow_reader(BATCH_ROWS) for rows in days)
        first = next(readers)
        return MappedFile.write(path, chain(first, *readers), first.schema, "address_id")


def _one(rows: pa.Table) -> dict[str, pa.ChunkedArray]:
    """Give the columns of one row; missing where there is none."""
    return {name: rows[name] if rows.num_rows else pa.nulls(1, rows.schema.field(name).type) for name in rows.column_names}


def _as_frame(rows: pa.Table) -> pd.DataFrame:
    """Give few rows as the engine gives them."""
    frame: pd.DataFrame = rows.to_pandas(date_as_object=False)
    return frame
