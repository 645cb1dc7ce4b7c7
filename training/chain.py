"""A chained file: JSON lines, each with its position and the hash of the line before it, so that a change shows.

The hashes have no key: whoever may write the file can write all lines anew. What must withstand that is signed as well (`training.ledger`).

`append` returns only when the line is on disk. A last line without its end was never answered for: a killed process or a
full disk left it, and the next `append` takes it away. Lines that are gone from the *end* do not show in the file itself:
that is what a copy of the head kept elsewhere is for (`training.ledger`).
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from io import FileIO
from pathlib import Path
from typing import Any

from features.disk import flush, unwritable
from features.errors import StateError
from training.hashes import canonical

EMPTY_HASH = "0" * 64
"""What stands before the first line."""


@dataclass(frozen=True)
class Line:
    """One line as it was read: ``position`` is 1 for the first."""

    position: int
    previous_hash: str
    content: Mapping[str, Any]
    entry_hash: str


def append(path: Path, content: Callable[[int, str], Mapping[str, Any]]) -> Line:
    """Add a line, and return when it is on disk.

    Parameters
    ----------
    path : Path
        The file; made where it is not there yet.
    content : callable
        Gives the content, JSON values only, from the position of the line and the hash of the one before: a signature can cover both.

    Raises
    ------
    StateError
        The file is not as it was written, or the disk refuses; then there is no new line.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a+b", buffering=0) as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            return _add(file, path, content)
    except OSError as error:
        raise unwritable(path, error) from error


def read(path: Path) -> list[Line]:
    """Give every line, the first first; none where there is no file.

    Raises
    ------
    StateError
        A line is not as it was written, or one is gone; the text names the first of them. Or the file cannot be read.
    """
    try:
        return _parsed(path, path.read_bytes())
    except FileNotFoundError:
        return []
    except OSError as error:
        raise unwritable(path, error) from error


def _add(file: FileIO, path: Path, content: Callable[[int, str], Mapping[str, Any]]) -> Line:
    file.seek(0)
    stored = file.read()
    lines = _parsed(path, stored)
    end = stored.rfind(b"\n") + 1
    file.truncate(end)  # half a line that a killed process left
    position, before = len(lines) + 1, lines[-1].entry_hash if lines else EMPTY_HASH
    said = content(position, before)
    line = Line(position, before, said, _hash(position, before, said))
    try:
        left = canonical(_told(line)) + b"\n"
        while left:
            left = left[file.write(left) :]
        os.fsync(file.fileno())
        flush(path.parent)
    except BaseException:
        # Ctrl-C and a full disk too: half a line is no line.
        file.truncate(end)
        raise
    return line


def _parsed(path: Path, stored: bytes) -> list[Line]:
    lines: list[Line] = []
    for number, text in enumerate(stored.split(b"\n")[:-1], start=1):
        line = _line(text, number, before=lines[-1].entry_hash if lines else EMPTY_HASH)
        if line is None:
            raise broken(path, f"line {number} is not as it was written, or one before it is gone")
        lines.append(line)
    return lines


def _line(text: bytes, number: int, *, before: str) -> Line | None:
    """Give a line; None where anything in it is not as it was written."""
    try:
        line = Line(**json.loads(text))
        whole = isinstance(line.content, dict) and canonical(_told(line)) == text and line.entry_hash == _hash(number, before, line.content)
    except (TypeError, ValueError):
        return None
    return line if whole and (line.position, line.previous_hash) == (number, before) else None


def broken(path: Path, fault: str) -> StateError:
    """Say that a chained file is not as it was written."""
    return StateError(
        f"{path}: {fault}",
        expected="every line as it was written, none taken out",
        remedy="keep the file as it is, find out who could write to it, and restore it from its backup",
    )


def _told(line: Line) -> dict[str, Any]:
    return {"position": line.position, "previous_hash": line.previous_hash, "content": line.content, "entry_hash": line.entry_hash}


def _hash(position: int, before: str, content: Mapping[str, Any]) -> str:
    return hashlib.sha256(canonical({"position": position, "previous_hash": before, "content": content})).hexdigest()
