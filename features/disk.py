"""On disk: what was written reaches the disk before a name points at it, so that a power cut leaves the one or the other, and whole."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from features.errors import StateError

REMEDIES = {
    **dict.fromkeys((errno.EACCES, errno.EPERM, errno.EROFS), "let this account write there"),
    **dict.fromkeys((errno.EEXIST, errno.ENOTDIR, errno.EISDIR), "move away what is in its place"),
}
"""What to do about a disk that refuses; else it is full."""


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


def unwritable(path: Path, error: OSError) -> StateError:
    """Give the error for what cannot be written: a full disk, a folder of someone else, a file where a folder must be."""
    remedy = REMEDIES.get(error.errno or 0, "free space")
    return StateError(
        f"{path} could not be written: {error.strerror}", expected="a writable disk with room", remedy=f"{remedy} and repeat the command"
    )
