"""What a municipality declares about a raw extract: where it lies, how it is written, and what may be missing from it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from features.declared import Frozen


class Extract(Frozen):
    """One raw extract as a supplier delivers it.

    ``path`` may hold a pattern (``meldingen_*.csv``) and is relative to the raw folder. ``database`` reads ``table``
    from our own database, so that outcomes come back through the same door as any register. ``postgresql`` reads ``table`` of someone
    else's database; its URL, with the password, stands in the environment variable ``url_from`` and never in the file. An
    ``optional`` extract that is not there yet is empty, with these ``columns``. Of a ``complete`` one no line may be missing: one that is empty
    or has a line that cannot be read stops the build. Of the columns ``about_objects`` someone has seen that
    they name or date an object, though their values look like names or birth dates of people.
    """

    form: Literal["parquet", "csv", "database", "postgresql"]
    path: str | None = None
    table: str | None = Field(default=None, pattern=r"^([a-z_][a-z0-9_]*\.)?[a-z_][a-z0-9_]*$")
    url_from: str | None = Field(default=None, pattern=r"^[A-Z][A-Z0-9_]*$")
    encoding: str = "utf-8"
    delimiter: str = Field(default=";", min_length=1, max_length=1)
    optional: bool = False
    complete: bool = False
    columns: tuple[str, ...] = ()
    about_objects: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _whole(self) -> Self:
        """Refuse a form without what it needs."""
        needs = {"postgresql": ("table", "url_from"), "database": ("table",)}.get(self.form, ("path",))
        if missing := [name for name in needs if getattr(self, name) is None]:
            raise ValueError(f"an extract of form '{self.form}' needs {' and '.join(missing)}")
        return self

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

    @property
    def url(self) -> str | None:
        """SQLAlchemy URL of the database of a ``postgresql`` extract; None where the environment does not hold it."""
        return os.environ.get(self.url_from) if self.url_from else None
