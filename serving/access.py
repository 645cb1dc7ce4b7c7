"""Who may ask, about which theme and for which purpose (DESIGN rule 3)."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from features.errors import PurposeError
from features.settings import Client
from features.themes import Theme


@dataclass(frozen=True)
class Caller:
    """A program or person that was recognised, and what it may do.

    Attributes
    ----------
    id : str
        As the score log holds it.
    themes, purposes : frozenset of str
    """

    id: str
    themes: frozenset[str]
    purposes: frozenset[str]


def recognise(clients: Iterable[Client], key: str) -> Caller | None:
    """Give the client whose key this is, or None.

    Every client is compared, in constant time, so that an answer's delay tells nothing about a key.

    Parameters
    ----------
    clients : iterable of Client
    key : str
        The bearer key as it was sent.
    """
    digest = hashlib.sha256(key.encode("utf-8", "surrogateescape")).hexdigest()
    found = None
    for client in clients:
        if hmac.compare_digest(client.key_sha256, digest):
            found = Caller(client.id, frozenset(client.themes), frozenset(client.purposes))
    return found


def command_line(themes: Mapping[str, Theme]) -> Caller:
    """Give the caller of a command: someone at the machine, who could read the data anyway."""
    return Caller("command-line", frozenset(themes), frozenset(t.purpose.code for t in themes.values()))


def permit(caller: Caller, theme: Theme, purpose: str) -> None:
    """Refuse a purpose that is not the theme's, or not this caller's; which of the two is not told.

    Raises
    ------
    PurposeError
        The caller may not have this theme for this purpose.
    """
    allowed = purpose == theme.purpose.code and purpose in caller.purposes and theme.code in caller.themes
    if not allowed:
        raise PurposeError(
            f"this caller may not use theme '{theme.code}' for purpose '{purpose}'",
            expected="a theme and purpose for which municipality.toml lists this client",
            remedy="name the purpose of your case, or have the process owner extend [[clients]]",
        )
