"""The table of a day: every address of a theme's cohort, scored and explained by the nightly run, kept so that an answer only looks it up.

::

    score-tables/THEME/2026-01-02/addresses.npy      ids, sorted
                                  rows.npy           values of the release's indicators; missing is NaN
                                  contributions.npy  what each adds to the log-odds
                                  log_odds.npy       of the score; NaN where the address is unlike any inspected one
                                  table.json         what it is of, and the hash of each file; written last

Arrays are memory-mapped: workers share the pages of the disk's cache, and an answer touches a few. A table serves for one day, one release and
one matrix (which is of one build, theme and code); on anything else the answer is computed from the row, and is the same.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from threading import Lock

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import ValidationError

from features.declared import Frozen
from features.disk import unwritable
from features.engine import replaced_whole
from features.errors import StateError
from features.manifest import Manifest
from features.matrix_file import ScoringFile
from training import lean_lightgbm, model  # noqa: F401 - the first stands before anything that imports LightGBM
from training.release import Release
from training.support import behind

FOLDER, TABLE = "score-tables", "table.json"
ARRAYS = ("addresses", "rows", "contributions", "log_odds")
KEPT_DAYS = 7
"""Days that a table is kept: it answers on one day, and each answer holds its own row. Of 100,000 addresses it takes some 160 MB."""
SLICE_ROWS = 10_000
"""Rows scored at a time, so that memory stays bounded."""
Floats = NDArray[np.float64]


class Told(Frozen):
    """What a table is of.

    Attributes
    ----------
    theme, version, release_hash : str
        Of the release that scored.
    matrix_hash : str
        Of the matrix that was scored.
    as_of : date
        Only what was known before this day counted.
    base_value : float
        In log-odds.
    indicators : tuple of str
        Columns of ``rows`` and ``contributions``, in the release's order.
    addresses : int
        How many, those unlike any inspected one included.
    hashes : dict of str to str
        SHA-256 of each file.
    """

    theme: str
    version: str
    release_hash: str
    matrix_hash: str
    as_of: date
    base_value: float
    indicators: tuple[str, ...]
    addresses: int
    hashes: dict[str, str]


@dataclass(frozen=True)
class Entry:
    """One address of a table: its values, what each adds, and its log-odds (NaN where it has no score)."""

    row: Floats
    contributions: Floats
    log_odds: float


@dataclass(frozen=True)
class ScoreTable:
    """A table that was opened; nothing of it is in memory but what is looked at."""

    told: Told
    addresses: NDArray[np.bytes_]
    rows: Floats
    contributions: Floats
    log_odds: Floats

    def find(self, address_id: str) -> Entry | None:
        """Give the entry of an address; None where it is not in the theme's cohort."""
        wanted = np.bytes_(address_id.encode("utf-8"))
        place = int(np.searchsorted(self.addresses, wanted))
        if place == len(self.addresses) or self.addresses[place] != wanted:
            return None
        return Entry(np.array(self.rows[place]), np.array(self.contributions[place]), float(self.log_odds[place]))


def folder_of(state: Path, theme: str, as_of: date) -> Path:
    """Give the folder of a table."""
    return state / FOLDER / theme / as_of.isoformat()


def write(state: Path, loaded: Release, matrix: ScoringFile) -> Told:
    """Score and explain every address of a matrix, and keep both; an earlier table of that day is replaced whole.

    Parameters
    ----------
    state : Path
    loaded : Release
    matrix : ScoringFile
        Of the release's theme, with its indicators, sorted by address.

    Raises
    ------
    StateError
        The disk refuses; then there is no table of that day.
    """
    manifest = matrix.manifest
    folder = folder_of(state, loaded.theme, manifest.as_of_last)
    draft = folder.with_name(f".{folder.name}")
    try:
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(parents=True)
        base_value = _fill(draft, loaded, matrix)
        told = Told(
            theme=loaded.theme, version=loaded.version, release_hash=loaded.release_hash, matrix_hash=manifest.content_hash,
            as_of=manifest.as_of_last, base_value=base_value, indicators=loaded.indicators, addresses=matrix.file.metadata.num_rows,
            hashes={name: _hash(draft / f"{name}.npy") for name in ARRAYS},
        )  # fmt: skip
        with replaced_whole(draft / TABLE) as whole:
            whole.write_text(told.model_dump_json(indent=1), encoding="utf-8")
        shutil.rmtree(folder, ignore_errors=True)
        draft.rename(folder)
        _forget(folder)
    except OSError as error:
        raise unwritable(folder, error) from error
    return told


def read(folder: Path) -> ScoreTable:
    """Open a table.

    Raises
    ------
    StateError
        There is none, or it is not as it was written.
    """
    try:
        told = Told.model_validate_json((folder / TABLE).read_bytes())
        if {name: _hash(folder / f"{name}.npy") for name in ARRAYS} != told.hashes:
            raise ValueError("another hash")
        return ScoreTable(told, *(np.load(folder / f"{name}.npy", mmap_mode="r", allow_pickle=False) for name in ARRAYS))
    except (OSError, ValueError, ValidationError) as error:
        raise StateError(
            f"the score table in {folder} cannot be read: {type(error).__name__}", expected="the files that 'schouw score --all' wrote",
            remedy="run it again; until then each score is computed",
        ) from error  # fmt: skip


@dataclass
class Tables:
    """The table of a day that was opened last in this process; None where it does not serve."""

    state: Path
    _at: tuple[Path, int] | None = None
    _table: ScoreTable | None = None
    _turn: Lock = field(default_factory=Lock, repr=False)

    def of(self, loaded: Release, day: Manifest) -> ScoreTable | None:
        """Give the table of a day where it is of this release and of this very matrix."""
        folder = folder_of(self.state, loaded.theme, day.as_of_last)
        try:
            at = (folder, (folder / TABLE).stat().st_mtime_ns)
        except OSError:
            return None
        with self._turn:
            if self._at != at:
                self._table, self._at = _opened(folder), at
        table = self._table
        wanted = (loaded.release_hash, day.content_hash, loaded.indicators)
        return table if table is not None and (table.told.release_hash, table.told.matrix_hash, table.told.indicators) == wanted else None


def _opened(folder: Path) -> ScoreTable | None:
    try:
        return read(folder)
    except StateError:
        return None  # half of one, or not as it was written: scores are computed


def _fill(draft: Path, loaded: Release, matrix: ScoringFile) -> float:
    """Write the arrays a slice at a time, and give the base value."""
    rows, columns = matrix.file.metadata.num_rows, len(loaded.indicators)
    shapes = {"rows": (rows, columns), "contributions": (rows, columns), "log_odds": (rows,)}
    kept = {name: np.lib.format.open_memmap(draft / f"{name}.npy", mode="w+", dtype=np.float64, shape=shape) for name, shape in shapes.items()}
    addresses: list[str] = []
    base_value, unknown = 0.0, behind(loaded.manifest.indicators, matrix.manifest.stale_since)
    for part in _slices(matrix, loaded.indicators):
        place = slice(len(addresses), len(addresses) + len(part))
        addresses += part["address_id"].tolist()
        values = part[list(loaded.indicators)].astype("float64")
        scored = model.explain(loaded.booster, values, slope=loaded.slope, intercept=loaded.intercept)
        unlike = np.zeros(len(part), dtype=bool) if loaded.support is None else loaded.support.unlike(values, unknown=unknown)
        kept["rows"][place], kept["contributions"][place] = values.to_numpy(), scored.contributions
        kept["log_odds"][place] = np.where(unlike, np.nan, scored.log_odds)
        base_value = scored.base_value
    for array in kept.values():
        array.flush()
    ids = np.array([address.encode("utf-8") for address in addresses], dtype=np.bytes_)
    if len(ids) and not (ids[:-1] < ids[1:]).all():
        raise StateError("the addresses of the matrix are not in order", expected="a matrix as it was built", remedy="run 'schouw build' again")
    np.save(draft / "addresses.npy", ids, allow_pickle=False)
    return base_value


def _slices(matrix: ScoringFile, indicators: tuple[str, ...]) -> Iterator[pd.DataFrame]:
    for batch in matrix.file.iter_batches(batch_size=SLICE_ROWS, columns=["address_id", *indicators]):
        yield batch.to_pandas()


def _hash(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _forget(newest: Path) -> None:
    """Remove the tables of more than `KEPT_DAYS` before."""
    last = date.fromisoformat(newest.name)
    for table in newest.parent.glob(f"[0-9]*/{TABLE}"):
        if (last - date.fromisoformat(table.parent.name)).days > KEPT_DAYS:
            table.unlink()
            shutil.rmtree(table.parent, ignore_errors=True)
