"""Whose turn it is to write to SQLite: processes queue for a lock of the operating system, which wakes the next one at once.

SQLite holds one writer at a time, and lets the others ask again after 1, 2, 5, ... 100 ms: beside a busy process another one
waited for more than a second. PostgreSQL needs none of this.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine

from features.disk import unwritable

SUFFIX = "-turn"


@contextmanager
def turn(engine: Engine) -> Iterator[None]:
    """Wait for the turn of this thread, and give it up afterwards; a process that dies gives it up too.

    Raises
    ------
    StateError
        The file of the lock cannot be made.
    """
    if engine.dialect.name != "sqlite":
        yield
        return
    path = Path(f"{engine.url.database}{SUFFIX}")
    try:
        file = path.open("ab")
    except OSError as error:
        raise unwritable(path, error) from error
    with file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
