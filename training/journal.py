"""Where a search for parameters is kept, so that the same command carries on: one file a round, named after all that decides it."""

from __future__ import annotations

import fcntl
import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pandas as pd

from features.errors import StateError
from features.manifest import Manifest
from training.hashes import canonical

LOCK = "search.lock"


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Hold the folder for one search: trials of two at a time would count as one another's.

    Raises
    ------
    StateError
        Another process is searching.
    OSError
        The disk refuses.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / LOCK).open("a+", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise StateError(
                f"another process is searching for parameters in {folder}",
                expected="one search at a time for a theme",
                remedy="wait until it is done: the same command then takes over what it found",
            ) from error
        yield


def name(rows: pd.DataFrame, manifest: Manifest, *, gap: timedelta, seed: int, rules: Mapping[str, Any]) -> str:
    """Give the name of the journal of a training period: other rows, directions, gap, seed or rules give another."""
    read = rows[["address_id", "as_of", "building_id", "label", "label_known_on", *manifest.names]]
    told = {
        "rows": hashlib.sha256(pd.util.hash_pandas_object(read, index=False).to_numpy().tobytes()).hexdigest(),
        "risks": [indicator.risk for indicator in manifest.indicators],
        "gap_days": gap.days,
        "seed": seed,
        **rules,
    }
    return hashlib.sha256(canonical(told)).hexdigest()[:16]
