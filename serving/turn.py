"""Whose turn it is to write to SQLite: processes queue for locks of the operating system.

SQLite holds one writer at a time, and lets the others ask again after 1, 2, 5, ... 100 ms, while who was first writes on: beside a busy process
another one waited for more than a second. Here who waits holds the place of the next, which the one before cannot take twice in a row. A process
that dies gives up its place. PostgreSQL needs none of this.
"""

from __future__ import annotations

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedWriter
from pathlib import Path

from sqlalchemy import Engine

from features.disk import unwritable
from features.errors import StateError

NEXT, TURN = "-next", "-turn"
"""What is added to the name of the database's file: the place of who comes next, and the turn itself."""

LOOK_AGAIN_S = 0.0003
"""How often who is next looks; a commit takes longer."""


@contextmanager
def turn(engine: Engine, *, wait_s: float) -> Iterator[None]:
    """Wait for the turn of this thread, and give it up afterwards.

    Raises
    ------
    StateError
        It did not come in time, or the files of the locks cannot be made.
    """
    if engine.dialect.name != "sqlite":
        yield
        return
    deadline = time.monotonic() + wait_s
    with _opened(f"{engine.url.database}{TURN}") as now:
        with _opened(f"{engine.url.database}{NEXT}") as place:
            _lock(place, deadline)
            _lock(now, deadline)
        yield


def _opened(path: str) -> BufferedWriter:
    try:
        return Path(path).open("ab")
    except OSError as error:
        raise unwritable(Path(path), error) from error


def _lock(file: BufferedWriter, deadline: float) -> None:
    """Lock a file; closing it gives the lock up."""
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise StateError(
                    "the database refused (another one is writing)",
                    expected="a turn to write, within seconds",
                    remedy="see which process hangs; nothing was half-written, so repeat the request",
                ) from None
            time.sleep(LOOK_AGAIN_S)
