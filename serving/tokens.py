"""Access tokens of the municipality's own identity provider: JWT (RFC 9068), checked with the issuer's published keys (RFC 7517).

A token names the program (``client_id``), who acts through it (``sub``) and in which roles. The program must stand under ``[[clients]]``; of the
token's roles only those count that the client has too, and a token without one that is known here may do nothing.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import jwt

from features.citizen_number import passes
from features.declared_clients import Client, Oidc
from features.errors import StateError
from serving.access import Caller, as_caller

REQUIRED = ("exp", "iat", "iss", "aud", "sub")
FETCH_S = 3
"""How long the issuer may take to give its keys; a caller waits for it."""
KEPT_S = 600
"""How long keys count before they are fetched again; a key that was withdrawn counts as long."""
AGAIN_S = 10
"""How long after a failure the issuer is not asked again: whoever sends made-up tokens would have each of our threads wait for it in turn."""
MOST_USER_CHARACTERS = 255


class _Keys(jwt.PyJWKClient):
    """The issuer's keys; one that does not answer, or with something else, is left alone for a while."""

    _again_at = 0.0

    def fetch_data(self) -> Any:
        if time.monotonic() < self._again_at:
            raise jwt.PyJWKClientConnectionError("it failed a moment ago")
        try:
            return super().fetch_data()
        except (jwt.PyJWTError, OSError, ValueError) as error:
            self._again_at = time.monotonic() + AGAIN_S
            raise jwt.PyJWKClientConnectionError(type(error).__name__) from error


class Tokens:
    """Checks tokens of one issuer.

    Parameters
    ----------
    oidc : Oidc
    clients : iterable of Client
    """

    def __init__(self, oidc: Oidc, clients: tuple[Client, ...]) -> None:
        self._oidc = oidc
        self._clients = {client.token_client: client for client in clients if client.token_client}
        self._keys = _Keys(oidc.jwks_url, lifespan=KEPT_S, timeout=FETCH_S)

    def recognise(self, token: str) -> Caller | None:
        """Give the caller that a token speaks of, or None where it does not count here; which of its faults is not told.

        Raises
        ------
        StateError
            The issuer's keys cannot be had.
        """
        try:
            key = self._keys.get_signing_key_from_jwt(token)
            claims = jwt.decode(
                token,
                key,
                algorithms=list(self._oidc.algorithms),
                audience=self._oidc.audience,
                issuer=self._oidc.issuer,
                leeway=self._oidc.leeway_s,
                options={"require": list(REQUIRED)},
            )
        except jwt.PyJWKClientConnectionError as error:
            raise StateError("the issuer's keys cannot be had", expected="an answer at [oidc] jwks_url", remedy="look at that server") from error
        except (jwt.PyJWTError, ValueError, TypeError):  # a part of a token that is no JSON, or a number where a text belongs
            return None
        return self._caller(claims)

    def _caller(self, claims: Mapping[str, Any]) -> Caller | None:
        named, user = claims.get(self._oidc.client_claim), str(claims["sub"])
        client = self._clients.get(named) if isinstance(named, str) else None
        if client is None or len(user) > MOST_USER_CHARACTERS or passes(user) or not user.isprintable():  # a NUL or half a character fits no log
            return None
        return as_caller(client, roles=_roles(claims, self._oidc.roles_claim), user=None if user == named else user)


def looks_like_one(key: str) -> bool:
    """Say whether a bearer key has the form of a token: three parts with a dot between."""
    return key.count(".") == 2


def _roles(claims: Mapping[str, Any], name: str) -> list[str]:
    """Give the roles of a token; a text is a list with spaces, as in a scope."""
    found: Any = claims
    for part in name.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    listed = found.split() if isinstance(found, str) else found
    return [role for role in listed if isinstance(role, str)] if isinstance(listed, list) else []
