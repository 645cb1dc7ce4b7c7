"""Turns: one process at a time, held by a lock on a file. Who comes second is refused or waits, and is told for which process.

The lock goes with its process, however that ends; the file stays, with the number of the process that held it last. A number is said, never
trusted: what decides is the lock.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from io import FileIO
from pathlib import Path

from features.disk import unwritable
from features.errors import TakenError


@contextmanager
def refusing(lock: Path, *, doing: str, expected: str, remedy: str) -> Iterator[None]:
    """Hold the turn, or refuse where another process has it.

    Parameters
    ----------
    lock : Path
        The file of the lock; made with its folder where it is not there.
    doing : str
        What its holder does, as in "process 12 is building in var/state".
    expected, remedy : str
        Of the refusal.

    Raises
    ------
    TakenError
        Another process has the turn; says which.
    StateError
        The file cannot be made or opened.
    """
    with _opened(lock) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise TakenError(f"{_holder(file)} is {doing}", expected=expected, remedy=remedy) from error
        _sign(file)
        yield


@contextmanager
def waiting(lock: Path, *, doing: str, say: Callable[[str], None]) -> Iterator[None]:
    """Hold the turn, or wait for it; ``say`` is told for whom.

    Raises
    ------
    StateError
        The file cannot be made or opened.
    """
    with _opened(lock) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(f"waiting for {_holder(file)}, which is {doing}")
            fcntl.flock(file, fcntl.LOCK_EX)
        _sign(file)
        yield


def _opened(lock: Path) -> FileIO:
    try:
        lock.parent.mkdir(parents=True, exist_ok=True)
        return lock.open("a+b", buffering=0)
    except OSError as error:
        raise unwritable(Path(error.filename or lock), error) from error


def _holder(file: FileIO) -> str:
    file.seek(0)
    return f"process {file.read().decode(errors='replace').strip() or 'unknown'}"


def _sign(file: FileIO) -> None:
    """Write who has the turn; on a full disk it is held without a name."""
    with suppress(OSError):
        file.truncate(0)
        file.write(str(os.getpid()).encode())
