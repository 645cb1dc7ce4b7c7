"""Builds: each in a folder of its own, and one pointer that says which of them counts.

``events`` in the state folder is a link into ``builds/``. A build is written whole beside the last good one; then the link is replaced in
one step. Who is killed, or meets a full disk, leaves the last good build; who reads sees one build and never parts of two. The build
before the last is kept too, for a query that is still reading it.

Matrices are computed from the build that was just made, so whoever makes it holds the state folder until they are written: else the rows of
one build would stand under the name of another.
"""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from features import turn
from features.disk import flush, flush_all, unwritable
from features.engine import DRAFT

POINTER, BUILDS, LOCK = "events", "builds", "build.lock"
DRAFTED = ("matrices", "rejects")
"""Folders in which nobody writes but who holds the state folder."""


def current(state: Path) -> Path:
    """Give the folder of the build that counts; it is not there where nothing was built yet."""
    return (state / POINTER).resolve()


@contextmanager
def alone(state: Path) -> Iterator[None]:
    """Hold the state folder for one build and the matrices that are made of it, after clearing the drafts that a killed one left.

    Raises
    ------
    StateError
        Another process is building, or the state folder cannot be written.
    """
    remedy = "wait until it is done, and build again"
    with turn.refusing(state / LOCK, doing=f"building in {state}", expected="one build at a time", remedy=remedy):
        _clear_drafts(state)
        yield


def _clear_drafts(state: Path) -> None:
    """Remove what was being written when its process was killed; while the state folder is held nobody else writes there."""
    for kind in DRAFTED:
        for draft in (state / kind).rglob(f".*{DRAFT}"):
            draft.unlink(missing_ok=True)


@contextmanager
def new_build(state: Path) -> Iterator[Path]:
    """Hand out an empty folder, and let it count only when all went well.

    Raises
    ------
    StateError
        The state folder cannot be written.
    """
    folder = state / BUILDS / uuid.uuid4().hex
    try:
        folder.mkdir(parents=True)
        yield folder
        flush_all(folder)
        _point(state, folder)
    except OSError as error:
        raise unwritable(state, error) from error
    finally:
        if current(state) != folder.resolve():
            shutil.rmtree(folder, ignore_errors=True)


def _point(state: Path, folder: Path) -> None:
    pointer, before = state / POINTER, current(state)
    if pointer.is_dir() and not pointer.is_symlink():  # as builds were kept until 0.1.0
        before = folder.with_name("earlier")
        shutil.rmtree(before, ignore_errors=True)
        pointer.rename(before)
    draft = state / f".{POINTER}.new"
    draft.unlink(missing_ok=True)
    draft.symlink_to(Path(BUILDS) / folder.name)
    draft.replace(pointer)
    flush(state)
    for stale in set((state / BUILDS).iterdir()) - {folder, state / BUILDS / before.name}:
        shutil.rmtree(stale, ignore_errors=True)
