"""On disk: what was written reaches the disk before a name points at it, so that a power cut leaves the one or the other, and whole."""

from __future__ import annotations

import errno
import os
from pathlib import Path


def flush(path: Path) -> None:
    """Wait until a file, or the names in a folder, are on disk.

    Raises
    ------
    OSError
        It is not there, or the disk is full or broken. A file system that cannot flush a folder is no error.
    """
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno != errno.EINVAL or not path.is_dir():
            raise
    finally:
        os.close(handle)


def flush_all(folder: Path) -> None:
    """Wait until a folder is on disk with all that is in it, its own name too."""
    for path in [*folder.rglob("*"), folder, folder.parent]:
        flush(path)
