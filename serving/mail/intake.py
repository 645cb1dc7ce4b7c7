"""Taking mail in: every mail that is found is taken, was taken before, or is set aside with the reason; then the new reports are placed.

Each mail goes its own way, so one that cannot be read stops no other, and a run that was stopped is gone on with by the next one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from features.errors import SettingsError, StateError
from features.settings import Settings
from features.store import open_store
from features.themes import load_themes
from serving.mail import boxes, imap, keeping, words
from serving.mail.boxes import BoxError, Found, UnreadableError
from serving.mail.letter import fingerprint, read
from serving.mail.limits import SetAsideError
from serving.mail.placing import place_new
from serving.mail.shelf import Shelf

MEGABYTE = 1_048_576
Box = Callable[[], AbstractContextManager[Iterator[Found]]]


@dataclass
class Summary:
    """What became of the mails of a run; no mail, sender or address is in it.

    Attributes
    ----------
    taken, taken_before, set_aside_before : int
    set_aside : Counter
        By reason.
    placed : dict
        Reports that were looked up, by how that ended (`serving.mail.placing`).
    not_looked_up : bool
        There is no build yet, so reports wait for one.
    citizen_numbers : int
        That were masked.
    forgotten_senders, forgotten_texts : int
        That were kept long enough.
    unreadable : list of str
        Where each mail or mailbox lies that could not be read, and why.
    """

    taken: int = 0
    taken_before: int = 0
    set_aside: Counter[str] = field(default_factory=Counter)
    set_aside_before: int = 0
    placed: dict[str, int] = field(default_factory=dict)
    not_looked_up: bool = False
    citizen_numbers: int = 0
    forgotten_senders: int = 0
    forgotten_texts: int = 0
    unreadable: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """Give all of it for a program to read."""
        return {**vars(self), "set_aside": dict(self.set_aside)}


@dataclass(frozen=True)
class Intake:
    """What a run needs; ``again`` looks at mails once more that were set aside."""

    settings: Settings
    engine: Engine
    today: date
    again: bool = False

    @property
    def shelf(self) -> Shelf:
        """The folder of files."""
        return Shelf(self.settings.state / "mail")

    def run(self, paths: list[Path], step: Callable[[str], None] = lambda _: None) -> Summary:
        """Take in what lies at some paths, or in the mailboxes of municipality.toml where none is named.

        Parameters
        ----------
        paths : list of Path
        step : callable
            Is told each mail, for a bar.

        Raises
        ------
        SettingsError
            Words of a theme that is not there, or no mailbox is named anywhere.
        StateError
            Database or disk refuses, or another run is busy.
        """
        words.check(self.settings.mail.words, load_themes(self.settings))
        summary = Summary()
        with self.shelf.alone():
            keeping.tidy(self.engine, self.shelf, self.settings.mail, today=self.today)
            for box in self._boxes(paths):
                self._empty(box, summary, step)
            self._place(summary)
            summary.forgotten_senders, summary.forgotten_texts = keeping.forget(self.engine, self.shelf, self.settings.mail, today=self.today)
        return summary

    def _boxes(self, paths: list[Path]) -> list[Box]:
        if paths:
            return [partial(boxes.opened, path) for path in paths]
        return [partial(imap.opened, box, folder=self.settings.folder, engine=self.engine) for box in self.settings.mail.imap]

    def _empty(self, box: Box, summary: Summary, step: Callable[[str], None]) -> None:
        """Take in one box; where it cannot be read, or no longer, the others go on."""
        try:
            with box() as mails:
                for found in mails:
                    step(found.place)
                    self._take(found, summary)
        except (BoxError, SettingsError) as error:
            summary.unreadable.append(f"{error}")

    def _take(self, found: Found, summary: Summary) -> None:
        try:
            raw, rest = _begin(found, self.settings.mail.maximum_megabytes * MEGABYTE)
            if rest is None:
                self._read(raw, summary)
            else:
                self._spool(raw, rest, summary)
        except UnreadableError as error:
            summary.unreadable.append(f"{found.place}: {error}")
            return
        found.done()

    def _read(self, raw: bytes, summary: Summary) -> None:
        name = fingerprint(raw)
        if self._was_met(name, summary):
            return
        try:
            letter = read(raw, today=self.today)
        except SetAsideError as error:
            self.shelf.keep_mail(name, [raw])
            self._set_aside(name, error.reason, len(raw), summary)
            return
        themes = words.told(f"{letter.subject}\n{letter.body}", self.settings.mail.words)
        kept = keeping.keep(self.engine, self.shelf, letter, fingerprint=name, size=len(raw), themes=themes, today=self.today)
        summary.taken += 1
        summary.citizen_numbers += kept.citizen_numbers

    def _spool(self, raw: bytes, rest: Iterator[bytes], summary: Summary) -> None:
        """Set aside a mail that is too large to read, without holding it in memory."""

        def whole() -> Iterator[bytes]:
            yield raw
            yield from rest

        name, size = self.shelf.spool(whole())
        if not self._was_met(name, summary):
            self._set_aside(name, "too-large", size, summary)

    def _was_met(self, name: str, summary: Summary) -> bool:
        ended = keeping.met_before(self.engine, name)
        if ended == "taken":
            summary.taken_before += 1
        elif ended == "set-aside" and not self.again:
            summary.set_aside_before += 1
        else:
            return False
        return True

    def _set_aside(self, name: str, reason: str, size: int, summary: Summary) -> None:
        keeping.set_aside(self.engine, fingerprint=name, reason=reason, size=size, today=self.today)
        summary.set_aside[reason] += 1

    def _place(self, summary: Summary) -> None:
        try:
            store = open_store(self.settings)
        except StateError:
            summary.not_looked_up = True
            return
        summary.placed = place_new(self.engine, store, self.settings, today=self.today)


def _begin(found: Found, limit: int) -> tuple[bytes, Iterator[bytes] | None]:
    """Read a mail, or no more of it than the limit; what is left follows, None where nothing is."""
    chunks, held, size = found.chunks(), [], 0
    for chunk in chunks:
        held.append(chunk)
        size += len(chunk)
        if size > limit:
            return b"".join(held), chunks
    return b"".join(held), None
