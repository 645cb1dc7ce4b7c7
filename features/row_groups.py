"""A parquet file that is written some rows at a time, each a group of the file: what one query after the other gives is not kept twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from features.disk import unwritable


@contextmanager
def appended(target: Path, *, bounds_of: Sequence[str]) -> Iterator[Callable[[pa.RecordBatchReader], None]]:
    """Hand out what adds rows to a new parquet file, a group for each batch; where anything goes wrong, nothing is left of the file.

    Parameters
    ----------
    target : Path
    bounds_of : sequence of str
        Columns of which the file tells the smallest and the largest value of each group.

    Raises
    ------
    StateError
        The file cannot be written.
    """
    writers: list[pq.ParquetWriter] = []

    def append(rows: pa.RecordBatchReader) -> None:
        with _writable(target):
            writers[:] = writers or [pq.ParquetWriter(target, rows.schema, compression="zstd", write_statistics=list(bounds_of))]
        for batch in rows:
            with _writable(target):
                writers[0].write_batch(batch)

    try:
        yield append
        with _writable(target):
            for writer in writers:
                writer.close()
    except BaseException:
        target.unlink(missing_ok=True)
        raise


@contextmanager
def _writable(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise unwritable(path, error) from error
