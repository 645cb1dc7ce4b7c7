"""Public keys in the one spelling that each has, and those of which everyone knows the secret half.

Base64 of 32 bytes ends in a letter of which two bits say nothing, so that four texts decode to the same key: under two of them one
person could pass for two.
"""

from __future__ import annotations

import base64
import binascii

KEY_BYTES = 32
"""Length of an Ed25519 public key (RFC 8032)."""


def decode(text: str, *, length: int = KEY_BYTES) -> bytes:
    """Give the bytes of a base64 text, which must be written as an encoder would.

    Raises
    ------
    ValueError
        It is no base64, another spelling of it, or of another length.

    Examples
    --------
    >>> decode("TQ==", length=1)
    b'M'
    >>> decode("TR==", length=1)
    Traceback (most recent call last):
        ...
    ValueError: it is not the base64 of 1 bytes, written in the one way there is
    """
    try:
        found = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        found = b""
    if len(found) != length or base64.b64encode(found).decode("ascii") != text:
        raise ValueError(f"it is not the base64 of {length} bytes, written in the one way there is")
    return found


KNOWN_TO_ALL = frozenset(
    {
        decode("Nts2Itr4J8S4C6Ji6endyMB/0We8uqYOblIXiyuoUGc="),
        decode("VeDiGbQaK4cGPkHTSSAaIkHYzrttXY8MJ5RIIEYzf2Y="),
        bytes.fromhex("efb35d59c84eee515d46d839788c46da47e102c3b1fd675c86f3e321fbd199a4"),
        bytes.fromhex("bfe9282ecfcb3fcbaa479acaff38568bc3b64d0099946f037c085b9bd0b9d174"),
    }
)
"""Public keys, and the digests of the client keys, of which municipalities/zaanwijk/demo-keys shows the secret half to everyone."""
