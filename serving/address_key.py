"""An address as a keyed hash: by it the lines of the score log about an address are found, and without the key it tells nothing.

There are ten million addresses, so a hash without a key is the address.
"""

from __future__ import annotations

import hashlib
import hmac
from pathlib import Path

from serving import own_keys

KEY_ID_DIGITS = 8
HASH_DIGITS = 40
"""160 of the 256 bits: no two addresses of a country share them."""


class AddressKey:
    """The key of this service.

    Parameters
    ----------
    key : bytes
    """

    def __init__(self, key: bytes) -> None:
        self._key = key
        self.id = hashlib.sha256(b"schouw address key\0" + key).hexdigest()[:KEY_ID_DIGITS]

    @classmethod
    def of(cls, state: Path) -> AddressKey:
        """Give the key in the state folder; the first call makes it. Errors are those of `serving.own_keys.addresses`."""
        return cls(own_keys.addresses(state))

    def hash(self, address_id: str) -> str:
        """Give the id of the key, a dot, and the hash.

        Examples
        --------
        >>> AddressKey(bytes(32)).hash("0999010000000001")
        'dddb5a3b.5e5f20be5b0e048328aa1013f41ce669644967d4'
        """
        return f"{self.id}.{hmac.new(self._key, address_id.encode(), hashlib.sha256).hexdigest()[:HASH_DIGITS]}"
