"""Ed25519 keys with which people sign what they trained and what they approved.

A private key is a PEM file (PKCS8, no passphrase: it lies in the person's own home or on a token); the public key is 44
characters of base64 under ``[[people]]`` in municipality.toml.

References
----------
RFC 8032 (Ed25519), RFC 5958 (PKCS8).
"""

from __future__ import annotations

import base64
import os
import re
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from features.errors import InputError, StateError
from features.public_keys import decode

OWNER_ONLY = 0o600
SIGNATURE_BYTES = 64
NAME = r"[a-z0-9.-]+"


def check_name(name: str) -> None:
    """Refuse an id that municipality.toml would refuse later, before a key is made for it.

    Raises
    ------
    InputError
        It holds another character than a small letter, a digit, a dot or a dash.
    """
    if not re.fullmatch(NAME, name):
        raise InputError(f"'{name}' cannot be the id of a person", expected="small letters, digits, dots and dashes", remedy="choose another id")


def create(path: Path) -> str:
    """Write a new private key and give its public key.

    Parameters
    ----------
    path : Path
        File to make, readable by its owner only. A file that is there is never overwritten.

    Returns
    -------
    str
        The public key, base64 of its 32 raw bytes.

    Raises
    ------
    InputError
        The file is there already.
    StateError
        The file cannot be written.
    """
    key = Ed25519PrivateKey.generate()
    content = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY), "wb") as file:
            file.write(content)
    except FileExistsError as error:
        raise InputError(f"{path} is there already", expected="a new file: a key is never overwritten", remedy="name another file") from error
    except OSError as error:
        raise StateError(
            f"{path} cannot be written: {error.strerror}", expected="a folder that you may write in", remedy="name another file"
        ) from error
    return public_text(key)


def read(path: Path) -> Ed25519PrivateKey:
    """Read a private key.

    Raises
    ------
    InputError
        The file is absent, has a passphrase, or holds another kind of key.
    """
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except OSError as error:
        raise _not_a_key(path, f"cannot be read ({error.strerror})") from error
    except TypeError as error:
        raise _not_a_key(path, "has a passphrase") from error
    except ValueError as error:
        raise _not_a_key(path, "is not a private key") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise _not_a_key(path, "holds another kind of key")
    return key


def public_text(key: Ed25519PrivateKey) -> str:
    """Give the public key as municipality.toml lists it: base64 of 32 raw bytes."""
    return base64.b64encode(key.public_key().public_bytes_raw()).decode("ascii")


def sign(key: Ed25519PrivateKey, message: bytes) -> str:
    """Sign a message; the signature is base64 of 64 bytes."""
    return base64.b64encode(key.sign(message)).decode("ascii")


def verified(public_key: str, *, signature: str, message: bytes) -> bool:
    """Say whether the signature is of this key over this message; text that is no key or no signature, or another spelling of one, is False.

    Examples
    --------
    >>> verified("not a key", signature="none", message=b"release")
    False
    """
    try:
        key = Ed25519PublicKey.from_public_bytes(decode(public_key))
        key.verify(decode(signature, length=SIGNATURE_BYTES), message)
    except (ValueError, InvalidSignature):
        return False
    return True


def _not_a_key(path: Path, fault: str) -> InputError:
    return InputError(
        f"the key file {path} {fault}", expected="an Ed25519 private key in PEM", remedy="make one with 'schouw keys new NAME --out FILE'"
    )
