"""What a municipality declares about reports by mail: where the mail lies, which words tell a theme, and how long people stay readable."""

from __future__ import annotations

import os
import re
from typing import Annotated, Literal

from pydantic import Field, field_validator

from features.declared import Frozen
from features.errors import CatalogueError, SettingsError
from features.personal import refuse_personal

Word = Annotated[str, Field(pattern=r"^[^\W\d_][^\W_]*(?:[ '-][^\W_]+)*\*?$", min_length=4, max_length=60)]
"""A word or a few, of at least three letters; a star at the end stands for whatever ending."""


class Imap(Frozen):
    """A mailbox on a server, read over TLS and left as it is; the password stands in the environment variable ``password_from``."""

    host: str = Field(pattern=r"^[A-Za-z0-9.-]+$")
    port: int = Field(default=993, ge=1, le=65535)
    user: str = Field(pattern=r"^[A-Za-z0-9.@_+/-]+$")
    mailbox: str = Field(default="INBOX", pattern=r'^[^"\\\x00-\x1f\x7f-\U0010ffff]+$')
    password_from: str = Field(pattern=r"^[A-Z][A-Z0-9_]*$")
    sign_in: Literal["password", "xoauth2"] = "password"
    authority: str | None = None

    def secret(self) -> str:
        """Give the password, or the token of ``xoauth2``.

        Raises
        ------
        SettingsError
            The environment does not hold it.
        """
        if found := os.environ.get(self.password_from):
            return found
        raise SettingsError(
            f"there is no password for the mailbox on {self.host}",
            expected=f"the environment variable {self.password_from}",
            remedy="set it for who runs 'schouw ingest-mail'; it never stands in a file",
        )


class Mail(Frozen):
    """``[mail]``: reports by mail.

    ``words`` are by theme. A word about a person is refused: mail would be sorted by who is reported.
    """

    words: dict[str, tuple[Word, ...]] = Field(default_factory=dict)
    imap: tuple[Imap, ...] = ()
    maximum_megabytes: int = Field(default=25, ge=1, le=100)
    prose_confidence: float = Field(default=0.97, ge=0, le=1, allow_inf_nan=False)
    keep_sender_days: int = Field(default=90, ge=1)
    keep_text_days: int = Field(default=365, ge=1)

    @field_validator("words")
    @classmethod
    def _about_places(cls, given: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        """Refuse a theme without words, and words about people (DESIGN rule 2)."""
        for theme, words in given.items():
            if not re.fullmatch(r"[a-z0-9][a-z0-9-]*", theme) or not words:
                raise ValueError(f"'{theme}' needs to be the code of a theme, with at least one word")
            for word in words:
                try:
                    refuse_personal(word.removesuffix("*"), what=f"a word of theme '{theme}'")
                except CatalogueError as error:
                    raise ValueError(error.found) from error
        return given
