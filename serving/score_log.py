"""The score log: every answer, in the order in which it was given, each line holding the hash of the one before.

A line's hash covers its position, id, time, theme, the previous hash and the *hash* of its payload, so that a payload can be
purged when its retention ends while the chain still verifies. The payload holds all that is needed to give the same answer
again (DESIGN rule 8). `append` returns only after the line is on disk.

One chain for all workers: its head is a row of its own, read and moved inside the transaction that adds the line.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, Engine, Row, select

from features.errors import NotFoundError, StateError
from serving import database
from serving.tables import score_log, score_log_head

EMPTY_HASH = "0" * 64
"""What stands before the first line."""

FETCH_LINES = 1000
"""Lines read at a time while verifying; memory stays bounded."""

_one_at_a_time = threading.Lock()
"""Threads of one worker queue here, so that only workers meet at the database's lock."""


@dataclass(frozen=True)
class Entry:
    """One line of the log, as it was read back.

    Attributes
    ----------
    position : int
        1 for the first line.
    payload : mapping, optional
        What was logged; None where it was purged.
    """

    position: int
    score_id: str
    logged_at: datetime
    theme: str
    payload: Mapping[str, Any] | None


@dataclass(frozen=True)
class Fault:
    """A line that is not as it was written.

    Attributes
    ----------
    position : int
        The first line that does not fit.
    kind : {"payload-changed", "line-changed", "line-removed", "tail-removed"}
    """

    position: int
    kind: Literal["payload-changed", "line-changed", "line-removed", "tail-removed"]


@dataclass(frozen=True)
class Verification:
    """What `verify` found: how many lines it read, and the first fault if there is one."""

    lines: int
    fault: Fault | None


def canonical(payload: Mapping[str, Any]) -> str:
    """Give a payload as the one JSON text that is hashed: sorted keys, no spaces, no NaN, floats in their shortest exact form.

    Examples
    --------
    >>> canonical({"b": 0.1, "a": None})
    '{"a":null,"b":0.1}'
    """
    return json.dumps(payload, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def append(engine: Engine, payload: Mapping[str, Any], *, score_id: str, theme: str, logged_at: datetime) -> int:
    """Add a line, and return when it is on disk.

    Parameters
    ----------
    engine : sqlalchemy.Engine
    payload : mapping
        JSON values only; no NaN.
    score_id : str
        Opaque id of the answer.
    theme : str
    logged_at : datetime
        UTC, without zone.

    Returns
    -------
    int
        Position of the line.

    Raises
    ------
    StateError
        The database refuses; then there is no line, and no answer may leave.
    """
    text = canonical(payload)
    payload_hash = _sha256(text)
    with _one_at_a_time, database.writing(engine) as connection:
        head = _head(connection)
        position = int(head.position) + 1
        line = {"position": position, "score_id": score_id, "logged_at": logged_at, "theme": theme, "previous_hash": head.entry_hash}
        entry_hash = _entry_hash(line, payload_hash)
        connection.execute(score_log.insert().values(**line, payload_hash=payload_hash, entry_hash=entry_hash, payload=text))
        connection.execute(score_log_head.update().values(position=position, entry_hash=entry_hash))
    return position


def read(engine: Engine, score_id: str) -> Entry:
    """Give the line of one answer.

    Raises
    ------
    NotFoundError
        No answer has that id.
    StateError
        The database refuses.
    """
    with database.reading(engine) as connection:
        row = connection.execute(select(score_log).where(score_log.c.score_id == score_id)).one_or_none()
    if row is None:
        raise NotFoundError("no answer has this score id", expected="an id that an answer gave as scoreId", remedy="correct the id")
    payload = None if row.payload is None else json.loads(row.payload)
    return Entry(row.position, row.score_id, row.logged_at, row.theme, payload)


def verify(engine: Engine) -> Verification:
    """Walk the whole chain and report the first line that was changed or removed.

    A log rewritten from some line to its end, head included, verifies here: that is what a copy of the head kept elsewhere
    is for.

    Raises
    ------
    StateError
        The database refuses.
    """
    with database.reading(engine) as connection:
        position, before = 0, EMPTY_HASH
        for row in _lines(connection):
            fault = _fault(row, position + 1, before)
            if fault is not None:
                return Verification(position, fault)
            position, before = row.position, row.entry_hash
        head = _head(connection, lock=False)
        whole = (head.position, head.entry_hash) == (position, before)
    return Verification(position, None if whole else Fault(position + 1, "tail-removed"))


def _lines(connection: Connection) -> Iterator[Row[Any]]:
    """Give all lines in order, page by page: a reader that stops early leaves nothing open."""
    query = select(score_log).order_by(score_log.c.position).limit(FETCH_LINES)
    page = connection.execute(query).all()
    while page:
        yield from page
        page = connection.execute(query.where(score_log.c.position > page[-1].position)).all()


def _fault(row: Row[Any], position: int, before: str) -> Fault | None:
    if row.position != position:
        return Fault(position, "line-removed")
    if row.payload is not None and _sha256(row.payload) != row.payload_hash:
        return Fault(position, "payload-changed")
    line = {"position": row.position, "score_id": row.score_id, "logged_at": row.logged_at, "theme": row.theme, "previous_hash": row.previous_hash}
    if row.previous_hash != before or _entry_hash(line, row.payload_hash) != row.entry_hash:
        return Fault(position, "line-changed")
    return None


def _head(connection: Connection, *, lock: bool = True) -> Row[Any, Any]:
    query = select(score_log_head.c.position, score_log_head.c.entry_hash)
    head: Row[Any, Any] | None = connection.execute(query.with_for_update() if lock else query).one_or_none()
    if head is None:
        raise StateError("the score log has no head", expected="the row that the migrations made", remedy="restore the database from its backup")
    return head


def _entry_hash(line: Mapping[str, Any], payload_hash: str) -> str:
    return _sha256(canonical({**line, "logged_at": line["logged_at"].isoformat(), "payload_hash": payload_hash}))


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()
