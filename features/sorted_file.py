"""Files sorted by a place, of which the pages with the rows of few places come into memory, and never the whole."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

BATCH_ROWS = 131_072
"""Rows that are copied at a time: each batch is a piece of a column, and a row is found sooner among few pieces."""


@dataclass(frozen=True)
class MappedFile:
    """An Arrow file that lies on disk as it would lie in memory: a few rows cost no decoding.

    Attributes
    ----------
    rows : pyarrow.Table
        Sorted by ``place``; they lie in the file, and stay there when that is removed.
    place : str
        Column of text; rows without a place are last and never asked for.
    """

    rows: pa.Table
    place: str

    @classmethod
    def write(cls, path: Path, batches: Iterable[pa.RecordBatch], schema: pa.Schema, place: str) -> MappedFile:
        """Write a file of rows that come in their order, and open it."""
        with pa.ipc.new_file(path, schema) as writer:
            for batch in batches:
                writer.write_batch(batch)
        return cls(pa.ipc.open_file(pa.memory_map(str(path))).read_all(), place)

    @classmethod
    def copy(cls, parquet: Path, path: Path, *, place: str, columns: Collection[str]) -> MappedFile:
        """Write some columns of a parquet file that is sorted by a place, and open them."""
        with pq.ParquetFile(parquet) as file:
            schema = pa.schema([file.schema_arrow.field(name) for name in columns])
            batches = (batch.select(schema.names) for batch in file.iter_batches(BATCH_ROWS, columns=schema.names, use_threads=False))
            return cls.write(path, batches, schema, place)

    @cached_property
    def _placed(self) -> int:
        """Number of rows with a place."""
        places = self.rows[self.place]
        return int(len(places) - places.null_count)

    def of(self, places: Collection[str]) -> pa.Table:
        """Give the rows of some places, in the order of the file."""
        column, found = self.rows[self.place], [self.rows.slice(0, 0)]
        for place in sorted(places):
            first = bisect_left(column, place, hi=self._placed, key=pa.StringScalar.as_py)
            end = bisect_right(column, place, lo=first, hi=self._placed, key=pa.StringScalar.as_py)
            found.append(self.rows.slice(first, end - first))
        return pa.concat_tables(found)
