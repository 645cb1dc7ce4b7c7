"""The draws of worklists: what was listed and with which chance, kept so that a list that is gone or was changed shows.

A chained file (`training.chain`) beside a theme's lists holds a line per list with the hash of both its files. The next list reads every line: what
is left over of a drawn address, and the chances by which visits are weighted (`training.weighting`), rest on all of them. The chain has no key, and
the last lists can be taken away together with their lines: keep the folder in your backup.

A folder is written whole before its line; one without a line was left by a command that was stopped, and gets its line from the next.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError

from features.declared import Frozen
from features.errors import StateError
from features.random_arm import Form
from training import chain, drawing
from training.release_files import write

LIST, RECORD = "worklist.csv", "draw.json"
FOLDER = "worklists"


class Item(Frozen):
    """One address of a list; ``points`` is what ordered it, and ``reasons`` what each indicator gave of that."""

    place: int
    address_id: str
    arm: Literal["top", "random"]
    propensity: float
    points: float | None
    reasons: dict[str, float]


class Record(Frozen):
    """How a list came about; see `training.drawing.Frame` for what was drawn from.

    Attributes
    ----------
    id : str
        Goes with each visit as its ``frame`` in the register of inspections; a drawn address has the trigger ``random``, another ``list``.
    absent : tuple of str
        Indicators of the scorecard that the matrix does not hold: they gave no points.
    random_form : {"visit", "desk-check", "none"}
        What may happen to what was drawn.
    """

    id: str = Field(pattern=r"-[0-9]+$")
    municipality: str
    synthetic: bool
    theme: str
    purpose: str
    as_of: date
    made_on: date
    basis: str
    scorecard_hash: str | None
    absent: tuple[str, ...]
    matrix_hash: str
    catalogue_hash: str
    random_form: Form
    frame: drawing.Frame
    items: tuple[Item, ...]

    @property
    def place(self) -> tuple[date, int]:
        """The day, and the how manieth list of it."""
        return self.as_of, int(self.id.rsplit("-", 1)[1])


class Drawn(Frozen):
    """One line: the list of a folder, and the SHA-256 of its two files."""

    id: str
    folder: str
    list_hash: str
    record_hash: str


def path_of(state: Path, theme: str) -> Path:
    """Give the chained file of a theme's lists."""
    return state / FOLDER / f"{theme}.jsonl"


def keep(state: Path, record: Record, *, shown: bytes) -> Path:
    """Write a list and its record in a folder of their own, add its line, and return when both are on disk.

    Parameters
    ----------
    state : Path
    record : Record
    shown : bytes
        The list as who visits may see it.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    StateError
        The folder is there already, a newer list was drawn before, the chain is not as it was written, or the disk refuses.
    """
    as_of, number = record.place
    _refuse_dated_back(kept(state, record.theme)[-1:], record)
    folder = state / FOLDER / record.theme / f"{as_of}-{number}"
    write(folder, {LIST: shown, RECORD: record.model_dump_json(indent=1).encode("utf-8")})
    _add(state, record, folder)
    return folder


def earlier(state: Path, theme: str) -> list[Record]:
    """Give a theme's lists so far, oldest first, each as it was drawn; one that was left without a line gets it.

    Raises
    ------
    StateError
        A list of which a line tells is gone or was changed, or cannot be read; a line is dated before the one above it, or a list without one
        before the last that has one; or the chain is not as it was written.
    """
    records, untold = _whole(state, theme)
    for record in untold:
        _add(state, record, state / FOLDER / theme / f"{record.as_of}-{record.place[1]}")
    return records


def kept(state: Path, theme: str) -> list[Record]:
    """Give what `earlier` gives, and write nothing.

    Raises
    ------
    StateError
        As `earlier`.
    """
    return _whole(state, theme)[0]


def themes(state: Path) -> list[str]:
    """Give the codes of the themes of which there are lists."""
    return sorted({path.stem for path in (state / FOLDER).glob("*") if path.is_dir() or path.suffix == ".jsonl"})


def _whole(state: Path, theme: str) -> tuple[list[Record], list[Record]]:
    """Read every list and check it against its line; also gives those without one, both oldest first."""
    path = path_of(state, theme)
    told = {line.folder: line for line in (_told(one, path) for one in chain.read(path))}
    there = {folder.name: folder for folder in (state / FOLDER / theme).glob("[0-9]*") if folder.is_dir()}
    gone = [name for name in told if name not in there]
    if gone:
        raise _not_as_drawn(path, f"{len(gone)} lists of which it tells are gone, first {gone[0]}")
    records = {name: read(folder) for name, folder in there.items()}
    for name, line in told.items():
        if line != _line(records[name], there[name]):
            raise _not_as_drawn(path, f"list {name} is not as it was drawn")
    untold = sorted((record for name, record in records.items() if name not in told), key=lambda one: one.place)
    for above, below in pairwise([*(records[name] for name in told), *untold]):
        _refuse_dated_back([above], below)
    return sorted(records.values(), key=lambda record: record.place), untold


def _refuse_dated_back(above: Sequence[Record], record: Record) -> None:
    """Refuse a list that is dated before one that was drawn earlier: whoever knows what was found could say afterwards that it was drawn."""
    for one in above:
        if record.as_of < one.as_of or record.made_on < one.made_on:
            raise StateError(
                f"list {record.id}, made on {record.made_on}, is dated before list {one.id}, made on {one.made_on}, which was drawn earlier",
                expected="each list on the day of the one before it or later",
                remedy="set the clock right; where it was right, find out who wrote the list",
            )


def _add(state: Path, record: Record, folder: Path) -> None:
    chain.append(path_of(state, record.theme), lambda *_: _line(record, folder).model_dump(mode="json"))


def _line(record: Record, folder: Path) -> Drawn:
    return Drawn(id=record.id, folder=folder.name, list_hash=_hash(folder / LIST), record_hash=_hash(folder / RECORD))


def read(folder: Path) -> Record:
    """Give the record in the folder of a list.

    Raises
    ------
    StateError
        It cannot be read, or is of another list or theme than the folder.
    """
    try:
        record = Record.model_validate_json((folder / RECORD).read_bytes())
    except (OSError, ValidationError) as error:
        raise _unread(folder / RECORD) from error
    if (folder.parent.name, folder.name) != (record.theme, f"{record.as_of}-{record.place[1]}"):
        raise _not_as_drawn(folder, f"its record is of list {record.id}")
    return record


def _told(line: chain.Line, path: Path) -> Drawn:
    try:
        return Drawn.model_validate(line.content)
    except ValidationError as error:
        raise _not_as_drawn(path, f"line {line.position} tells of no list") from error


def _hash(file: Path) -> str:
    try:
        return hashlib.sha256(file.read_bytes()).hexdigest()
    except OSError as error:
        raise _unread(file) from error


def _unread(file: Path) -> StateError:
    return StateError(f"{file} cannot be read", expected="the file that was written", remedy="put it back from a copy")


def _not_as_drawn(path: Path, fault: str) -> StateError:
    return StateError(
        f"{path}: {fault}",
        expected="every list as it was drawn, none taken out: the chances of later visits rest on them",
        remedy="put the folder back from a copy, and find out who could write there",
    )
