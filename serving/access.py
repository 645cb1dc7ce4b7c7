"""Who may ask, in which role, about which theme and for which purpose (DESIGN rule 3)."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, get_args

from features.declared_clients import Client, Role
from features.errors import PurposeError
from features.themes import Theme

Action = Literal["score", "read-score", "preview", "record", "record-signal", "read-rules", "read-models", "stop"]
EVERYONE: frozenset[Role] = frozenset(get_args(Role))
MAY: Mapping[Action, frozenset[Role]] = MappingProxyType(
    {
        "score": frozenset({"case-system", "case-handler"}),
        "read-score": frozenset({"case-system", "case-handler", "privacy-officer", "auditor"}),
        "preview": frozenset({"process-owner", "auditor"}),
        "record": frozenset({"case-system"}),
        "record-signal": frozenset({"case-system", "case-handler"}),
        "read-rules": EVERYONE,
        "read-models": EVERYONE,
        "stop": frozenset({"process-owner", "privacy-officer", "auditor", "operator"}),
    }
)
"""What each role may do; what stands nowhere here nobody may."""


@dataclass(frozen=True)
class Caller:
    """A program or person that was recognised, and what it may do.

    Attributes
    ----------
    id : str
        Of the client, as the score log holds it.
    themes, purposes : frozenset of str
    roles : frozenset of Role
    user : str, optional
        Who acts through the client, as its tokens or its header name them: in the log, never in a metric.
    requests_per_minute, addresses_per_case : int, optional
        None for who is not limited: a command at the machine.
    """

    id: str
    themes: frozenset[str]
    purposes: frozenset[str]
    roles: frozenset[Role] = frozenset({"case-system"})
    user: str | None = None
    requests_per_minute: int | None = None
    addresses_per_case: int | None = None

    def may(self, action: Action) -> bool:
        """Say whether one of its roles allows an action."""
        return bool(self.roles & MAY[action])


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
        if client.key_sha256 is not None and hmac.compare_digest(client.key_sha256, digest):
            found = as_caller(client)
    return found


def as_caller(client: Client, *, roles: Iterable[str] | None = None, user: str | None = None) -> Caller:
    """Give the caller that a client is.

    Parameters
    ----------
    client : Client
    roles : iterable of str, optional
        Of who acts through it: only what both have counts. None takes those of the client.
    user : str, optional
    """
    return Caller(
        id=client.id,
        themes=frozenset(client.themes),
        purposes=frozenset(client.purposes),
        roles=frozenset(role for role in client.roles if roles is None or role in frozenset(roles)),
        user=user,
        requests_per_minute=client.requests_per_minute,
        addresses_per_case=client.addresses_per_case,
    )


def command_line(themes: Mapping[str, Theme]) -> Caller:
    """Give the caller of a command: someone at the machine, who could read the data anyway."""
    return Caller("command-line", frozenset(themes), frozenset(t.purpose.code for t in themes.values()), roles=EVERYONE)


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
