"""What a municipality declares about a raw extract: where it lies, how it is written, and what may be missing from it."""

from __future__ import annotations

import os
import re
from datetime import date, datetime
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from features.declared import Frozen

OF_PEOPLE = frozenset({"mail_senders", "mail_texts", "mail_attachments"})
"""Tables of our own database that hold who sent a report by mail and what they wrote: no register reads them (DESIGN rule 2)."""


class Extract(Frozen):
    """One raw extract as a supplier delivers it.

    ``path`` may hold a pattern (``meldingen_*.csv``) and is relative to the raw folder. ``database`` reads ``table``
    from our own database, so that outcomes come back through the same door as any register. ``postgresql`` reads ``table`` of someone
    else's database; its URL, with the password, stands in the environment variable ``url_from`` and never in the file. An
    ``optional`` extract that is not there yet is empty, with these ``columns``. One that is there has a row, unless it ``may_be_empty``. Of a
    ``complete`` one no line may be missing: one that is empty or has a line that cannot be read stops the build. Of the columns
    ``about_objects`` someone has seen that they name or date an object, though their values look like names or birth dates of people.

    ``deliveries`` says that the files come one by one, and each is read once. It is a regular expression that finds the ``day`` on which
    the supplier made a file in its name, as eight digits. A file without a day is history, which the first build alone takes.
    """

    form: Literal["parquet", "csv", "database", "postgresql"]
    path: str | None = None
    table: str | None = Field(default=None, pattern=r"^([a-z_][a-z0-9_]*\.)?[a-z_][a-z0-9_]*$")
    url_from: str | None = Field(default=None, pattern=r"^[A-Z][A-Z0-9_]*$")
    encoding: str = "utf-8"
    delimiter: str = Field(default=";", min_length=1, max_length=1)
    optional: bool = False
    may_be_empty: bool = False
    complete: bool = False
    deliveries: str | None = None
    columns: tuple[str, ...] = ()
    about_objects: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _whole(self) -> Self:
        """Refuse a form without what it needs."""
        needs = {"postgresql": ("table", "url_from"), "database": ("table",)}.get(self.form, ("path",))
        if missing := [name for name in needs if getattr(self, name) is None]:
            raise ValueError(f"an extract of form '{self.form}' needs {' and '.join(missing)}")
        if self.complete and self.may_be_empty:
            raise ValueError("a complete extract may not be empty: what must not be missing from it would be missing")
        if self.deliveries and (self.complete or self.path is None):
            raise ValueError("deliveries come as files, each with what is new: such an extract is no table of a database, and is never complete")
        return self

    @field_validator("table")
    @classmethod
    def _no_letters(cls, given: str | None) -> str | None:
        """Refuse a table of who wrote to the municipality, or of what they wrote."""
        if given is not None and given.split(".")[-1] in OF_PEOPLE:
            raise ValueError("no register reads who sent a mail or what stands in it: mail_reports and mail_places hold what may be read")
        return given

    @field_validator("deliveries")
    @classmethod
    def _finds_a_day(cls, given: str | None) -> str | None:
        """Refuse a pattern that finds no day."""
        try:
            found = given is None or "day" in re.compile(given).groupindex
        except re.error as error:
            raise ValueError(f"it is no regular expression: {error}") from error
        if not found:
            raise ValueError(r"it finds no day: write a group such as '_(?P<day>\d{8})'")
        return given

    @field_validator("path")
    @classmethod
    def _inside(cls, given: str | None) -> str | None:
        """Refuse a path that leaves the raw folder."""
        if given is not None and (not given.strip() or given.startswith(("/", "~")) or ".." in Path(given).parts):
            raise ValueError("it must be a path within the raw folder, such as 'water/*.csv'")
        return given

    @field_validator("encoding")
    @classmethod
    def _known_encoding(cls, given: str) -> str:
        """Refuse an encoding that does not turn bytes into text."""
        try:
            "".encode(given)
        except (LookupError, ValueError) as error:
            raise ValueError(f"there is no encoding '{given}'") from error
        return given

    def delivered_on(self, name: str) -> date | None:
        """Give the day that stands in the name of a file; None where there is none."""
        found = re.search(self.deliveries or "", name)
        given = found.groupdict().get("day") if found else None
        try:
            return datetime.strptime(given, "%Y%m%d").date() if given else None  # noqa: DTZ007 - a day has no hour
        except ValueError:
            return None

    @property
    def url(self) -> str | None:
        """SQLAlchemy URL of the database of a ``postgresql`` extract; None where the environment does not hold it."""
        return os.environ.get(self.url_from) if self.url_from else None
