"""Scratch folders: what a process puts on disk while it works, and what is cleared when it was killed.

Beyond its memory DuckDB writes tables to disk, raw extracts among them. Left to itself it does so in the folder from which it was
started, and what a killed process wrote stays there for good.

Each holder has a folder of its own under the state folder: two engines in one folder would write the same file names. A lock that ends
with its process tells whether it is still in use, also from another container, where a process number means nothing.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

FOLDER, TURN, HELD = "scratch", "turn.lock", "held.lock"


@dataclass(frozen=True)
class Scratch:
    """A folder that nobody else clears as long as this process lives.

    Attributes
    ----------
    folder : Path
        Empty when it is handed out.
    lock : IO
        Open, and locked, for as long as the folder is in use.
    process : int
        Whose it is: a copy of a process holds the same lock and may not clear what is not its own.
    """

    folder: Path
    lock: IO[str]
    process: int

    def release(self) -> None:
        """Remove the folder with all that is in it."""
        if os.getpid() == self.process:
            shutil.rmtree(self.lock_folder, ignore_errors=True)
            self.lock.close()

    @property
    def lock_folder(self) -> Path:
        """The folder around it, with its lock."""
        return self.folder.parent


def hold(state: Path) -> Scratch:
    """Take a new scratch folder, after clearing those whose process is gone.

    Parameters
    ----------
    state : Path
        The state folder. Where it is not there or cannot be written (who reads the state of another), the folder lies in that for
        temporary files.
    """
    above = state / FOLDER
    try:
        above.mkdir(exist_ok=True)
        turn = (above / TURN).open("a", encoding="utf-8")
    except OSError:
        return _take(Path(tempfile.mkdtemp(prefix="schouw-")))
    with turn:
        fcntl.flock(turn, fcntl.LOCK_EX)  # so that nobody clears a folder between its making and its lock
        _clear(above)
        return _take(above / uuid.uuid4().hex)


@contextmanager
def scratch(state: Path) -> Iterator[Path]:
    """Hand out a scratch folder for as long as a run takes; see `hold`."""
    held = hold(state)
    try:
        yield held.folder
    finally:
        held.release()


def _take(own: Path) -> Scratch:
    (own / "files").mkdir(parents=True)
    lock = (own / HELD).open("a", encoding="utf-8")
    fcntl.flock(lock, fcntl.LOCK_EX)
    return Scratch(own / "files", lock, os.getpid())


def _clear(above: Path) -> None:
    """Remove the folders that nobody holds."""
    for own in above.iterdir():
        if own.is_dir() and not _in_use(own):
            shutil.rmtree(own, ignore_errors=True)


def _in_use(own: Path) -> bool:
    try:
        with (own / HELD).open("a", encoding="utf-8") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:  # its holder is removing it, or was killed before it had a lock
        return False
    return False
