"""Programs that may ask, as municipality.toml lists them, whose tokens count, and whom their builders ask."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, field_validator, model_validator

from features.declared import Frozen

Role = Literal["case-system", "case-handler", "data-scientist", "process-owner", "privacy-officer", "auditor", "operator"]
LOOPBACK = ("127.0.0.1", "localhost", "::1")


class Client(Frozen):
    """A program that may ask, in which roles, and for which themes and purposes.

    Attributes
    ----------
    key_sha256 : str, optional
        Hex digest of its bearer key; the key itself is nowhere.
    token_client : str, optional
        How tokens of ``[oidc]`` name it. One of the two it has, or both.
    roles : tuple of Role
        What it may do; a token narrows it to the roles that the token holds too.
    requests_per_minute : int
        Over all workers.
    addresses_per_case : int
        Different addresses that it may ask about under one case reference.
    """

    id: str = Field(pattern=r"^[a-z0-9.-]+$")
    key_sha256: str | None = Field(default=None, pattern=r"^[0-9a-f]{64}$")
    token_client: str | None = Field(default=None, min_length=1, max_length=255)
    roles: tuple[Role, ...] = Field(default=("case-system",), min_length=1)
    purposes: tuple[str, ...]
    themes: tuple[str, ...]
    requests_per_minute: int = Field(default=6_000, ge=1, le=1_000_000)
    addresses_per_case: int = Field(default=25, ge=1, le=1_000)

    @model_validator(mode="after")
    def _can_be_told(self) -> Self:
        """Refuse a client that nothing could be known by."""
        if self.key_sha256 is None and self.token_client is None:
            raise ValueError(f"client '{self.id}' has neither key_sha256 nor token_client: nobody could call as it")
        return self


class Oidc(Frozen):
    """Whose tokens count: OpenID Connect access tokens as JWT (RFC 9068), with the issuer's keys from a JWKS (RFC 7517).

    Attributes
    ----------
    roles_claim : str
        Where a token lists the roles of who acts; a dot goes one level down (``realm_access.roles``).
    client_claim : str
        Where it names the program, as ``token_client`` of a client does.
    leeway_s : int
        By how much two clocks may differ.
    """

    issuer: str
    audience: str = Field(min_length=1)
    jwks_url: str
    algorithms: tuple[Literal["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"], ...] = ("RS256", "ES256")
    roles_claim: str = "roles"
    client_claim: str = "client_id"
    leeway_s: int = Field(default=30, ge=0, le=120)

    @field_validator("issuer", "jwks_url")
    @classmethod
    def _encrypted(cls, given: str) -> str:
        """Refuse keys that come over a line which others can write on; this machine itself is none."""
        parts = urlsplit(given)
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
            raise ValueError("it must begin with https:// (http:// only on this machine itself)")
        return given


class Contact(Frozen):
    """Whom the builder of a case system asks; it stands in the API's own description."""

    name: str = Field(default="The municipality that runs this service", min_length=1)
    email: str = Field(default="schouw@example.org", pattern=r"^[^@\s]+@[^@\s]+$")
    url: str = Field(default="https://example.org/schouw", pattern=r"^https://\S+$")


def refuse_twice(table: str, *columns: Sequence[str | None]) -> None:
    """Refuse one id for two, and one key under two names; raises ValueError."""
    for given in ([value for value in column if value is not None] for column in columns):
        if len(set(given)) < len(given):
            raise ValueError(f"[[{table}]] holds an id or a key twice; each has one of its own")
