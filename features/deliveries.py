"""Deliveries: which files of an extract were received, and which are new. What was received is never read again.

The first build takes every file as history: each row is known from the day that the register says. A file that comes later is a delivery:
nothing in it can have been known before the day on which it was received, whatever it says.

The ledger stands in the folder of the build, beside the events that were made of what it lists, so the one is never without the other.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
from pydantic import BaseModel, ConfigDict, ValidationError

from features.builds import POINTER, current
from features.declared_extracts import Extract
from features.errors import SourceError, StateError
from features.extracts import absent, rows_by_file, unread_by_file
from features.few_numbers import FewNumbers
from features.settings import Settings

LEDGER = "ledger.json"
ANEW = "'schouw build --anew' reads all that lies in the raw folder as history, and forgets when it was received"


def anew_of(register: str) -> str:
    """Say how one register is taken as history, whatever was received of it before."""
    return f"'schouw build --anew-register {register}' reads what lies in the raw folder of it as history, and forgets when that was received"


class Received(BaseModel):
    """One file that was received.

    Attributes
    ----------
    extract, file : str
        Name of the extract, and path within the raw folder.
    sha256 : str
        Of its bytes.
    bytes, modified_ns : int
        By these two a file that did not change is recognised without opening it.
    rows : int
        Rows that could be read.
    day : date, optional
        The day on which the supplier made it; None where its name holds none.
    received_on : date
        Day of the build that read it.
    history : bool
        Whether it was there at the first build, so that its rows are known from the day that the register says.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    extract: str
    file: str
    sha256: str
    bytes: int
    modified_ns: int
    rows: int
    day: date | None
    received_on: date
    history: bool


class Ledger(BaseModel):
    """What was received, in that order, under which mapping each source was read, and the day of the build that wrote it.

    ``numbers`` holds, by extract and column, the few numbers of nine digits that came in it (`features.few_numbers`).
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    received: tuple[Received, ...] = ()
    mappings: dict[str, str] = {}
    built_on: date | None = None
    numbers: dict[str, dict[str, FewNumbers]] = {}

    def of(self, extract: str) -> list[Received]:
        """Give what was received of one extract."""
        return [one for one in self.received if one.extract == extract]

    def without(self, *, registers: Collection[str], extracts: Collection[str]) -> Ledger:
        """Give the ledger as if some registers, and the extracts that bring them in deliveries, had never been received."""
        received = tuple(one for one in self.received if one.extract not in extracts)
        return self.model_copy(update={"received": received, "mappings": {n: m for n, m in self.mappings.items() if n not in registers}})

    def write(self, folder: Path) -> None:
        """Write the ledger of a build."""
        (folder / LEDGER).write_text(self.model_dump_json(indent=1), encoding="utf-8")


@dataclass(frozen=True)
class Inbox:
    """What lies in the raw folder of the extracts that come in deliveries.

    Attributes
    ----------
    ledger : Ledger
        Of the last good build.
    new : mapping of str to list of Path
        By extract, the files that were not received before, in the order in which they count.
    found : tuple of Received
        The same files, with no rows counted yet.
    extracts : mapping of str to Extract
        As municipality.toml declares them.
    """

    ledger: Ledger
    new: Mapping[str, list[Path]]
    found: tuple[Received, ...]
    extracts: Mapping[str, Extract]

    def received_on(self, extract: str) -> date | None:
        """Give the day on which the new files of an extract were received; None where they are history, or there are none."""
        return next((one.received_on for one in self.found if one.extract == extract and not one.history), None)

    def signs(self, extract: str) -> tuple[tuple[date, date], ...]:
        """Give per delivery the day on which it was received and the day on which it was made."""
        files = [*self.ledger.of(extract), *self.found_of(extract)]
        made = [(one.day if one.history else one.received_on, one.day or one.received_on) for one in files if one.day or not one.history]
        return tuple((came_in_on, made_on) for came_in_on, made_on in made if came_in_on)

    def found_of(self, extract: str) -> list[Received]:
        """Give what is new of one extract."""
        return [one for one in self.found if one.extract == extract]

    def counted(self, connection: duckdb.DuckDBPyConnection, mappings: Mapping[str, str], today: date | None) -> Ledger:
        """Give the ledger with what is new in it, once that was read.

        Raises
        ------
        SourceError
            A delivery holds no row that can be read, or the history holds a file twice.
        """
        counted: list[Received] = []
        for extract in self.new:
            ours = self.found_of(extract)
            for one, rows in zip(ours, rows_by_file(connection, extract, len(ours)) if ours else [], strict=True):
                if not rows and not one.history:
                    raise _without_rows(one, self.extracts[extract], unread_by_file(connection, extract, Path(one.file).name))
                if rows and one.history:  # of a year in which nothing happened there is a header alone, and two of them are equal
                    _refuse_twice(one, counted)
                counted.append(one.model_copy(update={"rows": rows}))
        return Ledger(received=(*self.ledger.received, *counted), mappings=dict(mappings), built_on=today)


def read_ledger(state: Path) -> Ledger:
    """Give the ledger of the last good build; an empty one where there was no delivery yet.

    Raises
    ------
    StateError
        The file is no ledger.
    """
    path = current(state) / LEDGER
    if not (state / POINTER).is_symlink():
        return Ledger()
    try:
        return Ledger.model_validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        raise StateError(f"{path} is no ledger of deliveries", expected="the file as it was written", remedy=f"put it back, or: {ANEW}") from error


def open_inbox(settings: Settings, ledger: Ledger) -> Inbox:
    """Look which deliveries are new, without opening a file that was received and did not change.

    Parameters
    ----------
    settings : Settings
        ``today_on`` is the day of receipt.
    ledger : Ledger
        What was received: an empty one where everything is history again.

    Raises
    ------
    SourceError
        An extract has no file; or a file is older than the last one, was received under another name, changed since it was received, has no
        day in its name, or a day that is yet to come.
    StateError
        The clock runs behind the ledger.
    """
    if settings.today_on and ledger.built_on and settings.today_on < ledger.built_on:
        raise StateError(
            f"it is {settings.today_on}, and the last build was made on {ledger.built_on}",
            expected="a clock that runs forward: what a build receives counts from its day",
            remedy=f"correct the clock (today_on); or, where that day was wrong: {ANEW}",
        )
    new: dict[str, list[Path]] = {}
    found: list[Received] = []
    for name, extract in settings.extracts.items():
        if extract.deliveries:
            ours = _new(settings.raw_folder, name, extract, ledger.of(name), settings.today_on)
            new[name] = [settings.raw_folder / one.file for one in ours]
            found += ours
    return Inbox(ledger, new, tuple(found), settings.extracts)


def _new(raw: Path, name: str, extract: Extract, received: list[Received], today: date | None) -> list[Received]:
    paths = {str(path.relative_to(raw)): path for path in sorted(raw.glob(extract.path or ""))}
    if not paths and not received and not extract.optional:
        raise absent(name, extract)
    known = {one.file: one for one in received}
    for file in paths.keys() & known.keys():
        _refuse_changed(paths[file], known[file])
    found: list[Received] = []
    for file in sorted(paths.keys() - known.keys(), key=lambda f: (extract.delivered_on(Path(f).name) or date.min, f)):
        one = _seen(paths[file], file, name, extract, received, today)
        _refuse(one, [*received, *found], today)
        found.append(one)
    return found


def _seen(path: Path, file: str, name: str, extract: Extract, received: list[Received], today: date | None) -> Received:
    if today is None:
        raise StateError(f"extract '{name}' comes in deliveries, and there is no clock", expected="a day of receipt", remedy="set today_on")
    stat = path.stat()
    return Received(
        extract=name,
        file=file,
        sha256=_sha256(path),
        bytes=stat.st_size,
        modified_ns=stat.st_mtime_ns,
        rows=0,
        day=extract.delivered_on(path.name),
        received_on=today,
        history=not received,
    )


def _without_rows(one: Received, extract: Extract, unread: int) -> SourceError:
    """Give the error for a delivery of which no row could be read: one that is empty, or one that is written in another way."""
    if not unread:
        return SourceError(
            f"{one.file} of extract '{one.extract}' is empty",
            expected="at least one row; where nothing is new there is nothing to deliver",
            remedy="remove the file, and ask the supplier whether it is whole",
        )
    return SourceError(
        f"no line of {one.file} of extract '{one.extract}' can be read: {unread} {'lines are' if unread > 1 else 'line is'} not as its header",
        expected=f"delimiter '{extract.delimiter}' and encoding '{extract.encoding}', as [extracts.{one.extract}] in municipality.toml says",
        remedy="ask for the file again, or correct the delimiter or the encoding there",
    )


def _refuse_changed(path: Path, known: Received) -> None:
    """Refuse a file with other bytes than were received; only one that looks changed is opened."""
    stat = path.stat()
    if (stat.st_size, stat.st_mtime_ns) != (known.bytes, known.modified_ns) and _sha256(path) != known.sha256:
        raise SourceError(
            f"{known.file} of extract '{known.extract}' changed since it was received on {known.received_on}",
            expected="the file as it was received: what was known on a day stays what was known",
            remedy=f"put the received file back, and have what changed delivered as a file with a day of its own; or: {ANEW}",
        )


def _refuse(one: Received, earlier: list[Received], today: date | None) -> None:
    """Refuse a new file that may not follow on what was received."""
    newest = max((e.day for e in earlier if e.day), default=None)
    told = f"{one.file} of extract '{one.extract}'"
    if not one.history:
        _refuse_twice(one, earlier)
    if one.day is None and not one.history:
        raise SourceError(
            f"{told} has no day in its name, and history was received on {earlier[0].received_on}",
            expected="a name with the day on which the supplier made the file, as eight digits",
            remedy="rename it as [extracts] in municipality.toml says under deliveries",
        )
    if one.day and today and one.day > today:
        raise SourceError(
            f"{told} was made on {one.day}, and it is {today}", expected="a day that has come", remedy="correct its name, or the clock (today_on)"
        )
    if one.day and newest and one.day < newest and not one.history:
        raise SourceError(
            f"{told} was made on {one.day}, before the last delivery of {newest}",
            expected="a delivery of that day or later: a later one may have replaced what it says",
            remedy=f"take the file out of the raw folder, and ask the supplier for what is new since the last delivery; or, to take it in: {ANEW}",
        )


def _refuse_twice(one: Received, earlier: list[Received]) -> None:
    same = next((e for e in earlier if (e.extract, e.sha256) == (one.extract, one.sha256)), None)
    if same is not None:
        raise SourceError(
            f"{one.file} of extract '{one.extract}' was delivered twice: it is {same.file} to the letter",
            expected="each delivery once",
            remedy="remove one of the two files; if nothing changed there is nothing to deliver",
        )


def _sha256(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise SourceError(f"{path.name} cannot be read: {error.strerror}", expected="a readable file", remedy="check the file, and repeat") from error
