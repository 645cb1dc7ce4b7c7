"""Files sorted by a place, of which the rows of a few places are read, and never the whole."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq


@dataclass(frozen=True)
class SortedFile:
    """A parquet file, of which few groups of rows are read.

    Attributes
    ----------
    file : pyarrow.parquet.ParquetFile
        Open, so that whoever removes it changes nothing here. Not for two threads at once.
    place : str
        Column of text by which the rows are sorted; missing ones are last and never asked for.
    columns : tuple of str
        Those that are read.
    """

    file: pq.ParquetFile
    place: str
    columns: tuple[str, ...]

    @classmethod
    def open(cls, path: Path, place: str, columns: Collection[str] | None = None) -> SortedFile:
        """Open a file; all of its columns where none are named."""
        file = pq.ParquetFile(path)
        return cls(file, place, tuple(columns or file.schema_arrow.names))

    @cached_property
    def _bounds(self) -> tuple[list[str], list[str]]:
        """First and last place of each group of rows that has one."""
        column = self.file.schema_arrow.names.index(self.place)
        groups = [self.file.metadata.row_group(n).column(column).statistics for n in range(self.file.metadata.num_row_groups)]
        known = [group for group in groups if group is not None and group.has_min_max]
        return [group.min for group in known], [group.max for group in known]

    def rows(self, places: Collection[str]) -> pa.Table:
        """Give the rows of some places, in the order of the file."""
        firsts, lasts = self._bounds
        groups = sorted({n for place in places for n in range(bisect_left(lasts, place), bisect_right(firsts, place))})
        read = self.file.read_row_groups(groups, columns=list(self.columns), use_threads=False)
        return read.filter(pc.is_in(read[self.place], pa.array(sorted(places), read.schema.field(self.place).type)))


@dataclass(frozen=True)
class MappedFile:
    """An Arrow file with one row per address, of which the pages of few rows come into memory.

    Attributes
    ----------
    rows : pyarrow.Table
        Sorted by ``address_id``; it lies in the file, and stays there when that is removed.
    """

    rows: pa.Table

    @classmethod
    def write(cls, path: Path, batches: Iterable[pa.RecordBatchReader]) -> MappedFile:
        """Write a file of rows that come in their order, and open it."""
        writer = None
        for reader in batches:
            writer = writer or pa.ipc.new_file(path, reader.schema)
            for batch in reader:
                writer.write_batch(batch)
        if writer:
            writer.close()
        return cls(pa.ipc.open_file(pa.memory_map(str(path))).read_all())

    def of(self, addresses: Collection[str]) -> pa.Table:
        """Give the rows of some addresses."""
        column, found = self.rows["address_id"], [self.rows.slice(0, 0)]
        for address in sorted(addresses):
            place = bisect_left(column, address, key=pa.StringScalar.as_py)
            if place < len(column) and column[place].as_py() == address:
                found.append(self.rows.slice(place, 1))
        return pa.concat_tables(found)
