"""What a municipality decides about itself: ``municipality.toml``, read once, frozen, and the only door to the environment.

Environment variables that override a setting (paths and addresses of the machine, never a rule):

=======================  ==========================================================
``SCHOUW_MUNICIPALITY``  the folder with municipality.toml (``--municipality``)
``SCHOUW_RAW``           folder with the raw extracts
``SCHOUW_STATE``         folder in which Schouw keeps what it makes
``SCHOUW_DATABASE_URL``  SQLAlchemy URL of our own database
``SCHOUW_TRACKING_URI``  MLflow tracking URI
=======================  ==========================================================
"""

from __future__ import annotations

import base64
import os
import re
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, ValidationError, field_validator, model_validator

from features.declared import Frozen, read_toml, settings_error
from features.declared_clients import Client, Contact, Oidc, refuse_twice
from features.declared_extracts import Extract
from features.declared_mail import Mail
from features.declared_registers import LegalBasis, check_legal_bases, check_max_ages, check_retention
from features.declared_rejects import Linkage, Rejects
from features.declared_score_log import ScoreLog
from features.errors import NotFoundError, SettingsError
from features.public_keys import KNOWN_TO_ALL, decode
from features.sources.contract import FIRST_DAY, LAST_DAY, refused


class Person(Frozen):
    """Someone who may train or approve; ``public_key`` is a base64 Ed25519 key (RFC 8032).

    Who left stays listed with ``until_on``: what was signed up to that day stays signed, and nothing later counts.
    """

    id: str = Field(pattern=r"^[a-z0-9.-]+$")
    roles: tuple[Literal["data-scientist", "process-owner"], ...]
    public_key: str
    until_on: date | None = None

    @field_validator("public_key")
    @classmethod
    def _one_spelling(cls, key: str) -> str:
        """Refuse a key in another spelling: it could stand under two names."""
        decode(key)
        return key


EngineKind = Literal["duckdb", "spark"]


class Engine(Frozen):
    """Where indicators are computed; ``spark_conf`` is the folder with the settings of a cluster, where Spark is not to work on this machine."""

    kind: EngineKind = "duckdb"
    memory_limit: str = Field(default="3GB", pattern=r"^\d+(MB|GB)$")
    threads: int = Field(default=2, ge=1)
    spark_conf: Path | None = None


class Settings(Frozen):
    """A municipality: its name, clock, folders, extracts, people and clients.

    Attributes
    ----------
    folder : Path
        Folder of municipality.toml; ``themes/`` and ``registers/`` stand beside it.
    raw, state : Path
        Folder of the raw extracts, and the folder in which Schouw keeps what it makes.
    today_on : date, optional
        A fixed clock, for data that ends in the past. Where absent the two process entries ask the system.
    max_age_days : dict
        Days after which a source is stale here, by name; they win from those of its contract. With 0 it never is.
    """

    name: str
    code: str = Field(pattern=r"^[a-z0-9-]+$")
    synthetic: bool
    folder: Path
    raw: Path | None
    state: Path
    database_url: str
    tracking_uri: str
    today_on: date | None = None
    address_id_pattern: str = r"^[0-9]{16}$"
    engine: Engine = Engine()
    linkage: Linkage = Linkage()
    mail: Mail = Mail()
    rejects: Rejects = Rejects()
    retention: dict[str, int] = Field(default_factory=dict)
    legal_basis: dict[str, LegalBasis] = Field(default_factory=dict)
    max_age_days: dict[str, Annotated[int, Field(ge=0)]] = Field(default_factory=dict)
    extracts: dict[str, Extract]
    people: tuple[Person, ...] = ()
    clients: tuple[Client, ...] = ()
    oidc: Oidc | None = None
    contact: Contact = Contact()
    score_log: ScoreLog = ScoreLog()

    @field_validator("address_id_pattern")
    @classmethod
    def _pattern(cls, given: str) -> str:
        """Refuse a pattern that is no regular expression."""
        try:
            re.compile(given)
        except re.error as error:
            raise ValueError(f"it is no regular expression: {error}") from error
        return given

    @field_validator("today_on")
    @classmethod
    def _likely_day(cls, given: date | None) -> date | None:
        """Refuse a clock beyond the days that registers can hold."""
        if given is not None and not FIRST_DAY <= given < LAST_DAY:
            raise ValueError(f"it must lie between {FIRST_DAY} and {LAST_DAY}")
        return given

    @model_validator(mode="after")
    def _registers_are_settled(self) -> Self:
        """Refuse a retention that is none, and a legal basis that nobody answers for."""
        check_max_ages(self)
        check_retention(self)
        check_legal_bases(self)
        return self

    @model_validator(mode="after")
    def _no_public_keys(self) -> Self:
        """Refuse keys that everyone has, where the data is of real homes (DESIGN rule 7)."""
        listed = {base64.b64decode(p.public_key) for p in self.people} | {bytes.fromhex(c.key_sha256) for c in self.clients if c.key_sha256}
        if not self.synthetic and listed & KNOWN_TO_ALL:
            raise ValueError("it lists a key of the demo, of which everyone has the secret half; make keys of your own with 'schouw keys new'")
        return self

    @model_validator(mode="after")
    def _nobody_twice(self) -> Self:
        """Refuse one id for two, and one key under two names (DESIGN rule 7)."""
        refuse_twice("people", [p.id for p in self.people], [p.public_key for p in self.people])
        refuse_twice("clients", [c.id for c in self.clients], [c.key_sha256 for c in self.clients], [c.token_client for c in self.clients])
        return self

    @model_validator(mode="after")
    def _tokens_have_an_issuer(self) -> Self:
        """Refuse a client that comes with tokens nobody gives."""
        if self.oidc is None and (named := [c.id for c in self.clients if c.token_client]):
            raise ValueError(f"client '{named[0]}' has a token_client, and there is no [oidc] that says whose tokens count")
        return self

    @model_validator(mode="after")
    def _no_refused_register(self) -> Self:
        """Refuse an extract of a register that may never inform a score, under whatever source it would be read."""
        for name, extract in self.extracts.items():
            if found := refused(name, extract.path or "", extract.table or "", extract.url_from or ""):
                raise ValueError(f"extract '{name}' comes from {found[0]}: {found[1]}")
        return self

    @property
    def raw_folder(self) -> Path:
        """Folder with the raw extracts.

        Raises
        ------
        SettingsError
            It is set nowhere, or is not there.
        """
        if self.raw is None:
            raise SettingsError(
                f"municipality '{self.code}' has no folder for its raw extracts",
                expected="SCHOUW_RAW in the environment, or raw in municipality.toml",
                remedy=f"read {self.folder / 'README.md'} for where the files come from and set SCHOUW_RAW",
            )
        if not self.raw.is_dir():
            raise SettingsError(
                f"the raw folder {self.raw} is not there",
                expected="a folder with the raw extracts",
                remedy="set SCHOUW_RAW, or make the synthetic extracts with 'schouw town'" if self.synthetic else "set SCHOUW_RAW",
            )
        return self.raw

    def person(self, public_key: str) -> Person:
        """Give the person whose key this is.

        Raises
        ------
        NotFoundError
            Nobody in municipality.toml has that key.
        """
        for person in self.people:
            if person.public_key == public_key:
                return person
        raise NotFoundError(
            "the key belongs to nobody in municipality.toml",
            expected=f"a key of one of: {', '.join(p.id for p in self.people) or 'nobody is listed'}",
            remedy="use a listed key, or have the person added under [[people]]",
        )


class _Paths(Frozen):
    """``[paths]`` of municipality.toml, relative to its folder."""

    raw: str | None = None
    state: str = "var"

    @classmethod
    def read(cls, file: Path, given: dict[str, Any]) -> Self:
        """Check what was given."""
        try:
            return cls(**given)
        except (ValidationError, TypeError) as error:
            raise settings_error(file, error) from error


def next_as_of(today: date) -> date:
    """Give the ``as_of`` that sees all of ``today``: the day after it (DESIGN rule 1)."""
    return today + timedelta(days=1)


def load(folder: Path | None = None, *, state: Path | None = None, raw: Path | None = None) -> Settings:
    """Read municipality.toml.

    Parameters
    ----------
    folder : Path, optional
        The municipality's folder; otherwise ``SCHOUW_MUNICIPALITY``.
    state, raw : Path, optional
        Folders that win from the file and from the environment.

    Raises
    ------
    SettingsError
        The file is absent, is not TOML, or holds a value or a key that is not allowed.
    """
    folder = municipality_folder(folder)
    content = read_toml(folder / "municipality.toml")
    paths = _Paths.read(folder / "municipality.toml", content.pop("paths", {}))
    state = (state or _environment_path("SCHOUW_STATE") or folder / paths.state).resolve()
    raw = raw or _environment_path("SCHOUW_RAW") or (folder / paths.raw if paths.raw else None)
    database = os.environ.get("SCHOUW_DATABASE_URL") or content.pop("database_url", None)
    tracking = os.environ.get("SCHOUW_TRACKING_URI") or content.pop("tracking_uri", None)
    given = {k: v for k, v in content.items() if k not in ("database_url", "tracking_uri")}
    if isinstance(engine := given.get("engine"), dict) and isinstance(conf := engine.get("spark_conf"), str):
        given["engine"] = engine | {"spark_conf": (folder / conf).resolve()}
    try:
        return Settings(
            folder=folder,
            state=state,
            raw=raw.resolve() if raw else None,
            database_url=database or f"sqlite:///{state / 'schouw.db'}",
            tracking_uri=tracking or f"sqlite:///{state / 'mlflow.db'}",
            **given,
        )
    except (ValidationError, TypeError) as error:
        raise settings_error(folder / "municipality.toml", error) from error


def municipality_folder(folder: Path | None = None) -> Path:
    """Give the municipality's folder: the one named, otherwise ``SCHOUW_MUNICIPALITY``.

    Raises
    ------
    SettingsError
        Neither names one.
    """
    folder = folder or _environment_path("SCHOUW_MUNICIPALITY")
    if folder is None:
        raise SettingsError(
            "no municipality was named",
            expected="--municipality DIR or SCHOUW_MUNICIPALITY",
            remedy="try --municipality municipalities/zaanwijk",
        )
    return folder.resolve()


def _environment_path(name: str) -> Path | None:
    return Path(value) if (value := os.environ.get(name)) else None
