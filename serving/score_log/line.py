"""One line: what is written, what is hashed, and whether a line that was read is the one that was written."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, String, type_coerce

from serving.score_log.fault import Kind
from serving.tables import score_log

EMPTY_HASH = "0" * 64
"""What stands before the first line of the register of writers, and of the first writer."""

FIRST_WRITER = "first"
"""The writer of the lines from before there was a chain per writer: nothing stands before the first of them."""

PURGE = "*purge"
"""Stands for the theme in the line of a purge; no theme can be called so."""

EXPORT = "*export"
"""Stands for the theme in the line of an export of what is held about an address."""

PREVIEW = "*preview"
"""Stands for the theme in the line of a look at what a score would be otherwise: it is no score, and counts as none."""

READ = "*read"
"""Stands for the theme in the line of an answer that was read back: who looked at a home again is known too."""

COLUMNS = tuple(type_coerce(c, String).label(c.name) if c.name == "logged_at" else c for c in score_log.c)
"""Times as they are stored: one that is no time is a fault to report, not a crash."""


@dataclass(frozen=True)
class Line:
    """What is to be logged.

    Attributes
    ----------
    payload : mapping
        JSON values only; no NaN. Its ``address_hash``, where it has one, becomes a column by which the line is found.
    score_id : str
        Opaque id of the answer.
    theme : str
    logged_at : datetime
        UTC, without zone.
    """

    payload: Mapping[str, Any]
    score_id: str
    theme: str
    logged_at: datetime


def canonical(payload: Mapping[str, Any]) -> str:
    """Give a payload as the one JSON text that is hashed: sorted keys, no spaces, no NaN, floats in their shortest exact form.

    Examples
    --------
    >>> canonical({"b": 0.1, "a": None})
    '{"a":null,"b":0.1}'
    """
    return json.dumps(payload, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def row(line: Line) -> dict[str, Any]:
    """Give the columns of a line that do not depend on its place.

    Raises
    ------
    ValueError
        The payload holds NaN or infinity.
    """
    text = canonical(line.payload)
    own = {"score_id": line.score_id, "logged_at": line.logged_at, "theme": line.theme}
    return own | {"payload": text, "payload_hash": sha256(text), "address_hash": line.payload.get("address_hash")}


def sealed(unplaced: Mapping[str, Any], *, writer_id: str, position: int, before: str) -> dict[str, Any]:
    """Give all columns of a line in its place."""
    placed = {**unplaced, "writer_id": writer_id, "position": position, "previous_hash": before}
    return placed | {"entry_hash": entry_hash(placed)}


def entry_hash(line: Mapping[str, Any]) -> str:
    """Hash the columns of a line, the payload's by its own hash; its writer is told by what stands before the first line of the chain."""
    covered = ("position", "score_id", "theme", "previous_hash", "payload_hash")
    return sha256(canonical({name: line[name] for name in covered} | {"logged_at": line["logged_at"].isoformat()}))


def altered(line: Row[Any], *, excused: bool) -> Kind | None:
    """Say what in a line does not fit its own hashes; ``excused`` where a purge says that it took the payload."""
    if line.payload is None and not excused:
        return "payload-removed"
    if line.payload is not None and (not isinstance(line.payload, str) or sha256(line.payload) != line.payload_hash):
        return "payload-changed"
    try:
        found_by = None if line.payload is None else json.loads(line.payload).get("address_hash")
        fits = entry_hash({**line._mapping, "logged_at": moment(line.logged_at)}) == line.entry_hash and found_by == line.address_hash
    except (TypeError, ValueError):  # a value of another kind than its column, as SQLite allows
        return "line-changed"
    return None if fits else "line-changed"


def moment(stored: datetime | str) -> datetime:
    """Read a time as it is stored.

    Raises
    ------
    ValueError
        It is no time, or not as SQLAlchemy writes one: two spellings of one time would be a change that no hash shows.
    """
    if isinstance(stored, datetime):
        return stored
    read = datetime.fromisoformat(stored)
    if read.isoformat(sep=" ", timespec="microseconds") != stored:
        raise ValueError("a time in another spelling")
    return read


def sha256(text: str) -> str:
    """Hash a text as UTF-8, in hexadecimal."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()
