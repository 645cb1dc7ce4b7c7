"""Stop: a theme gives no score from the moment at which someone says so, until a process owner lets it go on.

One file, ``stops.jsonl`` in the state folder, a chained line for each stop and each end of one (`training.chain`). Whoever gives scores looks
at it before each answer, so that a stop holds in every worker at once, with the database down too. The end of a stop is signed, its place in the
file too: who may write the file can stop a theme, and not let it go on. A file that is not as it was written stops all: nobody can tell then what
was stopped. That lines are gone from its end is seen by who read them before, which a worker that starts later did not.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import ValidationError

from features.declared import Frozen
from features.disk import unwritable
from features.errors import ApprovalError, InputError, NotFoundError
from features.reasons import Reason
from features.settings import Settings
from features.themes import find_theme
from training import chain, keys
from training.hashes import canonical
from training.signatures import signatory, signer

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
    public_key, signature : str, optional
        Of who let it go on; None under a stop.
    """

    theme: str
    act: Literal["stopped", "resumed"]
    by: str
    reason: Reason
    at: datetime
    public_key: str | None = None
    signature: str | None = None

    @property
    def office(self) -> str:
        """Who it was for those who need no name: the client or the command line, or the person who answers for the theme."""
        return self.by.partition("/")[0]

    def message(self, position: int, previous_hash: str) -> bytes:
        """The bytes that are signed: everything but the signature, and where the line stands."""
        return canonical({"position": position, "previous_hash": previous_hash, **self.model_dump(mode="json", exclude={"signature"})})


class Stops:
    """The stops of a municipality, read again only where the file changed.

    Parameters
    ----------
    settings : Settings
        Its people's keys decide whose end of a stop counts.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._path = settings.state / FILE
        self._turn = threading.Lock()
        self._read: tuple[tuple[int, int] | None, tuple[Stop, ...]] = (None, ())

    def all(self) -> tuple[Stop, ...]:
        """Give every line, the first first.

        Raises
        ------
        StateError
            The file is not as it was written, lines of it are gone that were read before, the end of a stop is not signed by who might, or it
            cannot be read.
        """
        stamp = self._stamp()
        with self._turn:
            before, lines = self._read
            if before != stamp:
                read = _parsed(self._path, self._settings)
                if read[: len(lines)] != lines:
                    raise chain.broken(self._path, f"of {len(lines)} lines that were read before, some are gone or others")
                self._read = stamp, read
            return self._read[1]

    def _stamp(self) -> tuple[int, int] | None:
        try:
            found = self._path.stat()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise unwritable(self._path, error) from error
        return found.st_mtime_ns, found.st_size

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
                f"theme '{theme}' was stopped on {stop.at:%Y-%m-%d at %H:%M} UTC by {stop.office}: {stop.reason}",
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
        The key is not that of a process owner of now.
    NotFoundError
        The theme is not stopped.
    """
    key = keys.read(private_key)
    person = signer(key, settings, act="resumed", on=now.date())
    if theme not in Stops(settings).now():
        raise NotFoundError(f"theme '{theme}' is not stopped", expected="a theme that 'schouw stop' stopped", remedy="look at 'schouw stops'")
    return _add(settings, theme, act="resumed", by=person.id, reason=reason, now=now, key=key)


def _add(settings: Settings, theme: str, *, act: Literal["stopped", "resumed"], by: str, reason: str, now: datetime,
         key: Ed25519PrivateKey | None = None) -> Stop:  # fmt: skip
    try:
        public_key = None if key is None else keys.public_text(key)
        line = Stop(theme=theme, act=act, by=by, reason=reason, at=now.replace(microsecond=0), public_key=public_key)
    except ValidationError as error:
        said = error.errors()[0]["msg"].removeprefix("Value error, ")
        raise InputError(f"the reason does not fit: {said}", expected="a sentence that others can read", remedy="write another") from error

    def content(position: int, previous_hash: str) -> Mapping[str, Any]:
        signed = {} if key is None else {"signature": keys.sign(key, line.message(position, previous_hash))}
        return line.model_dump(mode="json", exclude_none=True) | signed

    added = chain.append(settings.state / FILE, content)
    return Stop.model_validate(added.content)


def _parsed(path: Path, settings: Settings) -> tuple[Stop, ...]:
    """Read every line, and check the end of a stop where it is the last word about its theme: who signed an earlier one may have left since."""
    try:
        lines = [(line, Stop.model_validate(line.content)) for line in chain.read(path)]
    except ValidationError as error:
        raise chain.broken(path, "a line tells of no stop") from error
    for line, stop in {stop.theme: (line, stop) for line, stop in lines}.values():
        if stop.act == "resumed":
            _check_signed(stop, line, settings, path)
    return tuple(stop for _, stop in lines)


def _check_signed(stop: Stop, line: chain.Line, settings: Settings, path: Path) -> None:
    public_key, signature = stop.public_key or "", stop.signature or ""
    try:
        person = signatory(public_key, settings, act="resumed", on=stop.at.date(), key=f"the key under line {line.position}")
    except ApprovalError as error:
        raise chain.broken(path, f"line {line.position}: {error.found}") from error
    genuine = keys.verified(public_key, signature=signature, message=stop.message(line.position, line.previous_hash))
    if not genuine or person.id != stop.by:
        raise chain.broken(path, f"line {line.position} is not as '{stop.by}' signed it")
