"""The ledger: who promoted which release, and who went back to which, in order; what was done is never taken out of it.

A chained file (`training.chain`) in the state folder. Each line is signed over everything in it, its position and the hash of the line
before too: to write it anew from some line on takes the keys of all who signed since. A copy of its head is kept in the registry, and one of
what serving saw last in its own database, so that lines that are gone from its end show as well. Serving imports this module: no MLflow.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Literal

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import ValidationError

from features.declared import Frozen
from features.errors import ApprovalError, ReleaseError
from features.settings import Settings
from training import chain, keys
from training.chain import broken
from training.hashes import canonical
from training.override import Override
from training.signatures import signatory, signer

FILE = "releases.jsonl"


class Entry(Frozen):
    """One line: what was done with which release, by whom, and what was served until then.

    Attributes
    ----------
    position : int
        1 for the first line; one ledger for all themes.
    act : {"promoted", "rolled back"}
    version, release_hash : str
        Of the release that is served from then on.
    replaces : str, optional
        Version that was served until then; None where there was none.
    override : Override, optional
        Where a gate was overridden.
    """

    position: int
    previous_hash: str
    act: Literal["promoted", "rolled back"]
    theme: str
    version: str
    release_hash: str
    replaces: str | None
    override: Override | None = None
    person: str
    public_key: str
    on: date
    signature: str

    @property
    def message(self) -> bytes:
        """The bytes that are signed: everything but the signature."""
        return canonical(self.model_dump(mode="json", exclude={"signature"}))


class Head(Frozen):
    """Where the ledger ended: position of its last line, 0 where it has none, and its hash."""

    position: int
    entry_hash: str


def path_of(state: Path) -> Path:
    """Give the file of the ledger."""
    return state / FILE


def add(settings: Settings, *, key: Ed25519PrivateKey, act: Literal["promoted", "rolled back"], theme: str, version: str, release_hash: str,
        replaces: str | None, override: Override | None, on: date) -> None:  # fmt: skip
    """Sign a line and add it, and return when it is on disk.

    Raises
    ------
    ApprovalError
        The key is of nobody who may do this.
    StateError
        The ledger is not as it was written, or the disk refuses; then there is no new line.
    """
    person = signer(key, settings, act=act, on=on)

    def signed(position: int, previous_hash: str) -> Mapping[str, Any]:
        entry = Entry(position=position, previous_hash=previous_hash, act=act, theme=theme, version=version, release_hash=release_hash,
                      replaces=replaces, override=override, person=person.id, public_key=person.public_key, on=on, signature="")  # fmt: skip
        return {**entry.model_dump(mode="json"), "signature": keys.sign(key, entry.message)}

    chain.append(path_of(settings.state), signed)


def read(settings: Settings) -> list[Entry]:
    """Give every line, the first first, each checked: the chain, the signature, and whether its signer might.

    Raises
    ------
    StateError
        A line is not as it was written or signed, or one is gone; the text names the first of them.
    """
    path = path_of(settings.state)
    return [_checked(line, settings, path) for line in chain.read(path)]


def check_served(settings: Settings, *, theme: str, version: str, release_hash: str, override: Override | None) -> None:
    """Hold what would be served against the last line of its theme: that release, under that override.

    The chain of the whole file is walked, and of this line the signature too, which covers the hash of all lines before it; so does that
    of the last line of all, so that none stands behind this one that nobody signed.

    Raises
    ------
    StateError
        The ledger is not as it was written, or this line not as it was signed.
    ReleaseError
        No line tells of the theme, or the last one tells of another release or another override.
    """
    path = path_of(settings.state)
    lines = chain.read(path)
    line = next((one for one in reversed(lines) if one.content.get("theme") == theme), None)
    told = None if line is None else _checked(line, settings, path)
    if lines and lines[-1] is not line:
        _checked(lines[-1], settings, path)
    if told is None:
        fault = f"no line of {FILE} tells of theme '{theme}'"
    elif (told.version, told.release_hash) != (version, release_hash):
        fault = f"the last line of theme '{theme}' in {FILE} ({told.act} on {told.on}) is of {told.version}, {told.release_hash[:12]}"
    elif told.override != override:
        fault = f"the last line of theme '{theme}' in {FILE} tells of {_named(told.override)}, and the release folder holds {_named(override)}"
    else:
        return
    raise ReleaseError(
        f"release {version}, {release_hash[:12]}, would be served, and {fault}",
        expected="what the last line of the theme tells: that release, under that override",
        remedy="repeat the 'schouw promote' or 'schouw rollback' that was interrupted; if there was none, find out who put it there",
    )


def _checked(line: chain.Line, settings: Settings, path: Path) -> Entry:
    try:
        entry = Entry.model_validate(line.content)
        person = signatory(entry.public_key, settings, act=entry.act, on=entry.on, key=f"the key under line {line.position}")
    except (ValidationError, ApprovalError) as error:
        found = error.found if isinstance(error, ApprovalError) else "it is no line of a ledger"
        raise broken(path, f"line {line.position}: {found}") from error
    genuine = keys.verified(entry.public_key, signature=entry.signature, message=entry.message)
    if not genuine or (person.id, entry.position, entry.previous_hash) != (entry.person, line.position, line.previous_hash):
        raise broken(path, f"line {line.position} is not as '{entry.person}' signed it")
    return entry


def _named(override: Override | None) -> str:
    return "no override" if override is None else f"an override of {override.on} until {override.until_on} by '{override.person}'"


def head(state: Path) -> Head:
    """Give where the ledger ends."""
    lines = chain.read(path_of(state))
    return Head(position=lines[-1].position, entry_hash=lines[-1].entry_hash) if lines else Head(position=0, entry_hash=chain.EMPTY_HASH)


def check_kept(state: Path, kept: Head | None, *, needed: bool) -> None:
    """Hold the ledger against a copy of an earlier head.

    Parameters
    ----------
    state : Path
    kept : Head, optional
        As it was kept elsewhere; None where there is no copy.
    needed : bool
        Whether a copy must be there: something is served of which the ledger tells, and the copy is made before it is served.

    Raises
    ------
    StateError
        The line that the copy speaks of is gone, or is another; or a copy that must be there is not.
    """
    lines, path = chain.read(path_of(state)), path_of(state)
    if kept is None and needed:
        raise broken(path, f"nothing keeps a copy of its last hash, and {len(lines)} lines tell of what is served")
    if kept is None or kept.position == 0:
        return
    if kept.position > len(lines) or lines[kept.position - 1].entry_hash != kept.entry_hash:
        raise broken(path, f"line {kept.position}, of which a copy of the hash is kept elsewhere, is gone or is another ({len(lines)} lines)")


def served(entries: Sequence[Entry], theme: str) -> list[str]:
    """Give the versions that a rollback can go back through, the one that is served last.

    Going back takes what it left off the list: going back twice goes further back, and never to what was left.

    Parameters
    ----------
    entries : sequence of Entry
        All lines, in order.
    theme : str
    """
    stack: list[str] = []
    for entry in (one for one in entries if one.theme == theme):
        if entry.act == "rolled back":
            while stack and stack[-1] != entry.version:
                stack.pop()
            stack = stack or [entry.version]
            continue
        for version in (entry.replaces, entry.version):
            if version is not None and stack[-1:] != [version]:
                stack.append(version)
    return stack
