"""The key of a register's owner: 32 random bytes in a file that nobody else can read, and that never leaves the owner's machine.

Whoever holds it can try every citizen number there is against a keyed hash. Schouw's operator therefore must not have it, and nothing
here shows it: not in an error, a log or a report.
"""

from __future__ import annotations

import os
import re
import secrets
import stat
from pathlib import Path

from features.errors import InputError, StateError

BYTES = 32
OWNER_ONLY = 0o600


def create(path: Path, *, key: bytes | None = None) -> None:
    """Write a new key, readable by its owner only. A file that is there is never overwritten.

    Parameters
    ----------
    path : Path
    key : bytes, optional
        For a made-up town only; otherwise drawn at random.

    Raises
    ------
    InputError
        The file is there already: another key would break every link with what was delivered before.
    StateError
        The file cannot be written.
    """
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY), "w", encoding="ascii") as file:
            file.write((key or secrets.token_bytes(BYTES)).hex() + "\n")
    except FileExistsError as error:
        raise InputError(
            f"{path} is there already", expected="a new file: a key is never overwritten", remedy="leave out --new-key, or name another file"
        ) from error
    except OSError as error:
        raise StateError(
            f"{path} cannot be written: {error.strerror}", expected="a folder that you may write in", remedy="name another file"
        ) from error


def read(path: Path) -> bytes:
    """Read a key.

    Raises
    ------
    InputError
        The file is absent, is someone else's, may be read by others, or holds no key.
    """
    try:
        with path.open("rb") as file:
            _owner_only(path, os.fstat(file.fileno()))
            text = file.read(4 * BYTES).decode("ascii", errors="replace").strip()
    except OSError as error:
        raise _unfit(path, f"cannot be read ({error.strerror})") from error
    if not re.fullmatch(rf"[0-9a-f]{{{2 * BYTES}}}", text):
        raise _unfit(path, "holds no key")
    return bytes.fromhex(text)


def _owner_only(path: Path, found: os.stat_result) -> None:
    if not stat.S_ISREG(found.st_mode):
        raise _unfit(path, "is no file")
    if found.st_mode & 0o077:
        raise InputError(
            f"the key file {path} may be used by others (mode {stat.S_IMODE(found.st_mode):04o})",
            expected="mode 0600: readable by its owner only",
            remedy=f"run 'chmod 600 {path}', and make a new key if anyone else had access to this machine",
        )
    if found.st_uid != os.geteuid():
        raise _unfit(path, "belongs to another account")


def _unfit(path: Path, fault: str) -> InputError:
    return InputError(
        f"the key file {path} {fault}",
        expected=f"{2 * BYTES} hexadecimal digits in a file of your own",
        remedy="name your key file, or make one with --new-key",
    )
