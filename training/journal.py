"""Where a search for parameters is kept, so that the same command carries on: one file a round, named after all that decides it.

The name begins with the matrix that was searched in. Once that is built anew nobody can carry on, and the file goes.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from contextlib import AbstractContextManager, suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd

from features import turn
from features.disk import unwritable
from features.errors import StateError, TakenError
from features.manifest import Manifest
from features.matrix_file import KEPT_DAYS, MANIFEST, read_manifest
from training.hashes import canonical

LOCK = "search.lock"
MATRIX_LENGTH = 12
"""Characters of the hash of a matrix at the head of a name."""


def held(folder: Path) -> AbstractContextManager[None]:
    """Hold the folder for one search: trials of two at a time would count as one another's.

    Raises
    ------
    TakenError
        Another process is searching.
    StateError
        The disk refuses.
    """
    remedy = "wait until it is done: the same command then takes over what it found"
    return turn.refusing(folder / LOCK, doing=f"searching for parameters in {folder}", expected="one search at a time for a theme", remedy=remedy)


def name(rows: pd.DataFrame, manifest: Manifest, *, gap: timedelta, seed: int, rules: Mapping[str, Any]) -> str:
    """Give the name of the journal of a training period: another matrix, other rows, directions, gap, seed or rules give another."""
    read = rows[["address_id", "as_of", "building_id", "label", "label_known_on", *manifest.names]]
    told = {
        "rows": hashlib.sha256(pd.util.hash_pandas_object(read, index=False).to_numpy().tobytes()).hexdigest(),
        "risks": [indicator.risk for indicator in manifest.indicators],
        "gap_days": gap.days,
        "seed": seed,
        **rules,
    }
    return f"{manifest.content_hash[:MATRIX_LENGTH]}-{hashlib.sha256(canonical(told)).hexdigest()[:16]}"


def clear(folder: Path, matrices: Path, *, today: date) -> None:
    """Remove the journals of matrices that are gone, and those that nobody wrote to for `KEPT_DAYS`; none while someone is searching.

    Parameters
    ----------
    folder : Path
        The journals of a theme.
    matrices : Path
        The matrices of that theme, of every tier.
    today : date
        The clock.

    Raises
    ------
    StateError
        The disk refuses; or it may not be seen which matrices are there, and then every journal stays.
    """
    if not folder.exists():
        return
    there = _there(matrices)
    try:
        with suppress(TakenError), held(folder):
            for file in folder.glob("*.jsonl*"):
                if _prefix(file) not in there or (today - _written_on(file)).days > KEPT_DAYS:
                    file.unlink()
    except OSError as error:
        raise unwritable(folder, error) from error


def _there(matrices: Path) -> set[str]:
    """Give the head of the name of every training matrix that is there; one that holds something else is none that anybody carries on with."""
    found = set()
    for folder in _folders(matrices):
        try:
            found.add(read_manifest(folder).content_hash[:MATRIX_LENGTH])
        except StateError as error:
            if isinstance(error.__cause__, OSError):
                raise
    return found


def _folders(matrices: Path) -> list[Path]:
    """Give the folders of training matrices; `Path.rglob` would pass in silence over one that this account may not look into."""

    def refuse(error: OSError) -> None:
        if not isinstance(error, FileNotFoundError):
            raise StateError(
                f"{error.filename} cannot be read: {error.strerror}",
                expected="leave to see which matrices are there, for the journals of those that are gone go",
                remedy="let this account read it, and repeat the command",
            ) from error

    return [Path(folder) for folder, _, files in os.walk(matrices, onerror=refuse) if Path(folder).name == "training" and MANIFEST in files]


def _prefix(file: Path) -> str:
    return file.name.partition("-")[0]


def _written_on(file: Path) -> date:
    return datetime.fromtimestamp(file.stat().st_mtime, tz=UTC).date()
