"""Stop: a theme gives no score from the moment at which someone says so, until a process owner lets it go on.

One file, ``stops.jsonl`` in the state folder, a chained line for each stop and each end of one (`training.chain`). Whoever gives scores looks
at it before each answer, so that a stop holds in every worker at once, with the database down too. A file that is not as it was written stops
all: nobody can tell then what was stopped.
"""

from __future__ import annotations

import threading
from datetime import datetime
from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from features.declared import Frozen
from features.errors import ApprovalError, InputError, NotFoundError
from features.reasons import Reason
from features.settings import Settings
from features.themes import find_theme
from training import chain, keys

FILE = "stops.jsonl"


class Stop(Frozen):
    """One line: a theme was stopped, or goes on.

    Attributes
    ----------
    theme : str
        Code.
    act : {"stopped", "resumed"}
    by : str
        Who: a client, with the user who acts through it, or an account of this machine; a person of municipality.toml where it goes on.
    reason : str
        Goes with every answer that is not given.
    at : datetime
        UTC, without zone.
    """

    theme: str
    act: Literal["stopped", "resumed"]
    by: str
    reason: Reason
    at: datetime


class Stops:
    """The stops of a municipality, read again only where the file changed.

    Parameters
    ----------
    state : Path
        The state folder.
    """

    def __init__(self, state: Path) -> None:
        self._path = state / FILE
        self._turn = threading.Lock()
        self._read: tuple[tuple[int, int] | None, tuple[Stop, ...]] = (None, ())

    def all(self) -> tuple[Stop, ...]:
        """Give every line, the first first.

        Raises
        ------
        StateError
            The file is not as it was written, or cannot be read.
        """
        try:
            found = self._path.stat()
            stamp = (found.st_mtime_ns, found.st_size)
        except FileNotFoundError:
            return ()
        with self._turn:
            if self._read[0] != stamp:
                self._read = stamp, _parsed(self._path)
            return self._read[1]

    def now(self) -> dict[str, Stop]:
        """Give the themes that are stopped, each with its stop; raises as `all`."""
        last = {stop.theme: stop for stop in self.all()}
        return {theme: stop for theme, stop in last.items() if stop.act == "stopped"}

    def check(self, theme: str) -> None:
        """Refuse a theme that is stopped.

        Raises
        ------
        ApprovalError
            It is; the text says since when, by whom and why.
        StateError
            It cannot be told.
        """
        stop = self.now().get(theme)
        if stop is not None:
            raise ApprovalError(
                f"theme '{theme}' was stopped on {stop.at:%Y-%m-%d at %H:%M} UTC by {stop.by}: {stop.reason}",
                expected="a theme that gives scores",
                remedy="ask the process owner; outcomes can be sent as before",
            )


def stop(settings: Settings, theme: str, *, by: str, reason: str, now: datetime) -> Stop:
    """Stop a theme, and return when that is on disk; where it is stopped already the line is added all the same.

    Parameters
    ----------
    settings : Settings
    theme : str
        Code of a theme of the municipality, enabled or not.
    by : str
        Who stops it.
    reason : str
    now : datetime
        UTC, without zone.

    Raises
    ------
    NotFoundError
        There is no such theme.
    InputError
        The reason says too little, or names an address or a person.
    StateError
        The disk refuses, or the file is not as it was written.
    """
    return _add(settings, find_theme(settings, theme).code, act="stopped", by=by, reason=reason, now=now)


def resume(settings: Settings, theme: str, *, private_key: Path, reason: str, now: datetime) -> Stop:
    """Let a theme go on: a process owner says so with a key of their own; raises as `stop`.

    Raises
    ------
    ApprovalError
        The key is not that of a process owner.
    NotFoundError
        The theme is not stopped.
    """
    person = settings.person(keys.public_text(keys.read(private_key)))
    if "process-owner" not in person.roles or (person.until_on is not None and now.date() > person.until_on):
        raise ApprovalError(
            f"'{person.id}' is no process owner now", expected="the key of a process owner", remedy="ask a process owner to let the theme go on"
        )
    if theme not in Stops(settings.state).now():
        raise NotFoundError(f"theme '{theme}' is not stopped", expected="a theme that 'schouw stop' stopped", remedy="look at 'schouw stops'")
    return _add(settings, theme, act="resumed", by=person.id, reason=reason, now=now)


def _add(settings: Settings, theme: str, *, act: Literal["stopped", "resumed"], by: str, reason: str, now: datetime) -> Stop:
    try:
        line = Stop(theme=theme, act=act, by=by, reason=reason, at=now.replace(microsecond=0))
    except ValidationError as error:
        said = error.errors()[0]["msg"].removeprefix("Value error, ")
        raise InputError(f"the reason does not fit: {said}", expected="a sentence that others can read", remedy="write another") from error
    chain.append(settings.state / FILE, lambda *_: line.model_dump(mode="json"))
    return line


def _parsed(path: Path) -> tuple[Stop, ...]:
    try:
        return tuple(Stop.model_validate(line.content) for line in chain.read(path))
    except ValidationError as error:
        raise chain.broken(path, "a line tells of no stop") from error
