"""Keys of the service itself, in ``keys/`` of the state folder: made once, readable by its own account only.

They belong in the backup of the state folder, and in no other copy of it.
"""

from __future__ import annotations

import os
import stat
import uuid
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from features import pseudonym_key
from features.disk import flush, unwritable
from features.errors import StateError
from training import keys

FOLDER = "keys"
SIGNING = "score-log.pem"
ADDRESSES = "score-log-addresses.key"


def signing(state: Path) -> Ed25519PrivateKey:
    """Give the key that signs the heads of the score log; the first call makes it.

    Raises
    ------
    StateError
        It cannot be made, or others may read it.
    InputError
        It is no such key.
    """
    return keys.read(_made_once(state / FOLDER / SIGNING, keys.create))


def public_text(state: Path) -> str:
    """Give the public half of the key that signs; it is never made here, for who verifies may be another account.

    Raises
    ------
    StateError
        There is no key.
    InputError
        It cannot be read, or is no such key.
    """
    path = state / FOLDER / SIGNING
    if not path.exists():
        raise StateError(
            f"the key file {path} is not there",
            expected="the key that signed, or public_keys under [score_log] of municipality.toml",
            remedy="restore the file from its backup, or list the public key",
        )
    return keys.public_text(keys.read(path))


def addresses(state: Path) -> bytes:
    """Give the key under which addresses are hashed in the score log; the first call makes it. Errors are those of `signing`."""
    return pseudonym_key.read(_made_once(state / FOLDER / ADDRESSES, pseudonym_key.create))


def _made_once(path: Path, create: Callable[[Path], object]) -> Path:
    """Make a key where there is none: whole, or not at all, however many workers start at once."""
    try:
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            drawn = path.with_name(f".{uuid.uuid4()}")
            create(drawn)
            with suppress(FileExistsError):  # another worker was first: its key counts
                os.link(drawn, path)
            drawn.unlink()
            flush(path.parent)
        mode = path.stat().st_mode
    except OSError as error:
        raise unwritable(path, error) from error
    if mode & 0o077:
        raise StateError(
            f"the key file {path} may be used by others (mode {stat.S_IMODE(mode):04o})",
            expected="mode 0600: readable by the service's own account only",
            remedy=f"run 'chmod 600 {path}', and take it away where anyone else had access: a new one is then made",
        )
    return path
