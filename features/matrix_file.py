"""A matrix on disk: ``matrix.parquet`` and ``manifest.json``, and the hash by which one knows that they belong together.

A matrix of a whole country does not fit in memory, so whatever can be done slice by slice is: writing, hashing, finding one row.
"""

from __future__ import annotations

import hashlib
import shutil
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import groupby
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from features.engine import replaced_whole
from features.errors import InputError, StateError
from features.manifest import Manifest
from features.sources.contract import Tier

KEYS = ["address_id", "as_of", "building_id", "neighbourhood"]
ROWS, MANIFEST = "matrix.parquet", "manifest.json"
WHOLE: Tier = 2
"""The tier up to which everything that a theme may read is in a matrix."""
KEPT_DAYS = 400
"""Days that a scoring matrix is kept: a year and a month, so that a season can be laid beside the last one. Assumed."""
SLICE_ROWS = 65_536
"""Rows that are hashed at a time; part of what the hash means."""
GROUP_ROWS = 8_192
"""Rows of one group of the file: few enough that one row is found in milliseconds, many enough to compress well. Assumed."""


def folder_of(state: Path, theme: str, *, tier: Tier = 2) -> Path:
    """Give the folder of a theme's matrices: ``training``, and one per day that was scored.

    Those below the highest tier stand apart: they answer how far one gets with less, and what is served is never made of them.

    Examples
    --------
    >>> folder_of(Path("var"), "registration").as_posix(), folder_of(Path("var"), "registration", tier=0).as_posix()
    ('var/matrices/registration', 'var/matrices/registration/tier-0')
    """
    folder = state / "matrices" / theme
    return folder if tier == WHOLE else folder / f"tier-{tier}"


@dataclass(frozen=True)
class Matrix:
    """Rows and what they mean.

    Attributes
    ----------
    frame : pandas.DataFrame
        `KEYS`, for training also label columns and what the model is held against (`features.yardstick`), then one float column per indicator
        in the order of the manifest; missing is NaN. Sorted by ``as_of`` and ``address_id``.
    manifest : Manifest
    """

    frame: pd.DataFrame
    manifest: Manifest

    @property
    def indicators(self) -> pd.DataFrame:
        """The indicator columns only, in the order of the manifest."""
        return self.frame[self.manifest.names]

    def write(self, folder: Path) -> None:
        """Write both files, the manifest last: where it is, the matrix is whole."""
        with replaced_whole(folder / ROWS) as draft:
            self.frame.to_parquet(draft, index=False, row_group_size=GROUP_ROWS)
        write_manifest(folder, self.manifest)


@dataclass(frozen=True)
class ScoringFile:
    """A matrix of one day on disk, of which single rows are read.

    Attributes
    ----------
    manifest : Manifest
    file : pyarrow.parquet.ParquetFile
        Open, so that a newer matrix in its place changes nothing here.
    """

    manifest: Manifest
    file: pq.ParquetFile

    @cached_property
    def _starts(self) -> list[str]:
        """First address of each group of rows; the rows are sorted by address."""
        column = self.file.schema_arrow.get_field_index("address_id")
        groups = (self.file.metadata.row_group(n).column(column).statistics for n in range(self.file.metadata.num_row_groups))
        return [group.min for group in groups]

    def row(self, address_id: str, names: Sequence[str]) -> pd.DataFrame | None:
        """Give the named indicators of an address, of shape (1, k); None where the matrix does not hold it."""
        group = bisect_right(self._starts, address_id) - 1
        if group < 0:
            return None
        column = self.file.read_row_group(group, columns=["address_id"]).column(0)
        place = column.index(pa.scalar(address_id, column.type)).as_py()
        if place < 0:
            return None
        found = self.file.read_row_group(group, columns=list(names)).slice(place, 1).to_pandas()
        row: pd.DataFrame = found[list(names)].astype("float64")
        return row


def forget_before(folder: Path, as_of: date) -> None:
    """Remove the scoring matrices of more than `KEPT_DAYS` before a day; the newest of them stays, for whoever compares with an earlier one.

    Nothing refers to their rows: the score log holds each row that was answered, and a report on drift its own figures.
    """
    days = sorted(date.fromisoformat(path.parent.name) for path in folder.glob(f"[0-9]*/{MANIFEST}"))
    for day in [day for day in days if (as_of - day).days > KEPT_DAYS][:-1]:
        (folder / day.isoformat() / MANIFEST).unlink()  # first: where it is, the matrix is whole
        shutil.rmtree(folder / day.isoformat())


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write the manifest, after the rows that it describes."""
    with replaced_whole(folder / MANIFEST) as draft:
        draft.write_text(manifest.model_dump_json(indent=1), encoding="utf-8")


def read(folder: Path) -> Matrix:
    """Read a matrix that was written.

    Raises
    ------
    StateError
        There is none, or half of one.
    InputError
        The values are not those that the manifest describes.
    """
    manifest = read_manifest(folder)
    try:
        frame = _as_built(pd.read_parquet(folder / ROWS))
    except (OSError, ValueError, pa.ArrowException) as error:
        raise _unreadable(folder, error) from error
    _check(folder, manifest, columns=list(frame.columns), found=content_hash(frame))
    return Matrix(frame, manifest)


def open_scoring(folder: Path) -> ScoringFile:
    """Open a matrix of one day to read single rows; raises as `read`."""
    manifest = read_manifest(folder)
    try:
        file = pq.ParquetFile(folder / ROWS)
        _check(folder, manifest, columns=file.schema_arrow.names, found=_hash(_slices_of(file)))
    except (OSError, ValueError, pa.ArrowException) as error:
        raise _unreadable(folder, error) from error
    return ScoringFile(manifest, file)


def read_manifest(folder: Path) -> Manifest:
    """Read what a matrix is, without its rows.

    Raises
    ------
    StateError
        There is no matrix, or its manifest cannot be read.
    """
    try:
        if not (folder / MANIFEST).exists():
            raise StateError(f"there is no matrix in {folder}", expected=f"{ROWS} and {MANIFEST}", remedy="run 'schouw build'")
        return Manifest.model_validate_json((folder / MANIFEST).read_bytes())
    except (OSError, ValueError) as error:
        raise _unreadable(folder, error) from error


def content_hash(frame: pd.DataFrame) -> str:
    """SHA-256 over the ordered values of a table and the names of its columns, not over a file's bytes."""
    return _hash(frame.iloc[start : start + SLICE_ROWS] for start in range(0, max(1, len(frame)), SLICE_ROWS))


def file_hash(path: Path) -> str:
    """Give the `content_hash` of a parquet file, a slice in memory at a time."""
    return _hash(_slices_of(pq.ParquetFile(path)))


def _hash(slices: Iterable[pd.DataFrame]) -> str:
    digest = hashlib.sha256()
    for number, part in enumerate(slices):
        if number == 0:
            digest.update(repr(list(part.columns)).encode())
        kinds = [dtype.kind for dtype in part.dtypes]
        for is_number, places in groupby(range(len(kinds)), key=lambda n: kinds[n] == "f"):
            digest.update(_hashed(part.iloc[:, list(places)], are_numbers=is_number).tobytes())
    return digest.hexdigest()


def _hashed(columns: pd.DataFrame, *, are_numbers: bool) -> np.ndarray:
    """Hash each value as pandas does, one column after the other; numbers all at once."""
    if are_numbers:
        return pd.util.hash_array(columns.to_numpy(dtype=np.float64).ravel(order="F"))
    many = len(columns) > 1  # to number the values that are equal costs more than it gains for one
    return np.concatenate([pd.util.hash_array(_plain(columns[name]).to_numpy(), categorize=many) for name in columns])


def _plain(values: pd.Series) -> pd.Series:
    if values.dtype.kind in "fiub":
        return values
    if values.dtype.kind == "M":
        return values.astype("datetime64[us]")
    return values.astype(object).where(values.notna(), None).astype(str)


def _slices_of(file: pq.ParquetFile) -> Iterator[pd.DataFrame]:
    """Give a file in slices of `SLICE_ROWS`, however its groups are cut."""
    waiting: list[pa.Table] = []
    for batch in file.iter_batches(batch_size=SLICE_ROWS):
        waiting.append(pa.Table.from_batches([batch]))
        while sum(len(t) for t in waiting) >= SLICE_ROWS:
            whole = pa.concat_tables(waiting)
            yield _as_built(whole.slice(0, SLICE_ROWS).to_pandas())
            waiting = [whole.slice(SLICE_ROWS)]
    if rest := [t for t in waiting if len(t)]:
        yield _as_built(pa.concat_tables(rest).to_pandas())


def _as_built(frame: pd.DataFrame) -> pd.DataFrame:
    """Give a frame as the builder does: ``as_of`` is a day in a file, and a moment in pandas."""
    return frame.assign(as_of=pd.to_datetime(frame["as_of"]).astype("datetime64[us]"))


def _check(folder: Path, manifest: Manifest, *, columns: list[str], found: str) -> None:
    missing = [n for n in manifest.names if n not in columns]
    if missing or found != manifest.content_hash:
        raise InputError(
            f"the matrix in {folder} is not the one its manifest describes (missing columns: {', '.join(missing) or 'none'})",
            expected=f"content hash {manifest.content_hash[:12]}",
            remedy="build it again; a matrix is never edited",
        )


def _unreadable(folder: Path, error: Exception) -> StateError:
    if isinstance(error, PermissionError):
        remedy = "let this account read them, and repeat the command"
        return StateError(f"the matrix in {folder} cannot be read: {error.strerror}", expected="leave to read both of its files", remedy=remedy)
    return StateError(
        f"the matrix in {folder} cannot be read: {type(error).__name__}", expected="both files as they were written", remedy="run 'schouw build'"
    )
