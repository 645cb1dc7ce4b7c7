"""The score log: every answer, in the order in which it was given, each line holding the hash of the one before.

A line's hash covers its position, id, time, theme, the previous hash and the *hash* of its payload, so that payloads can be
purged when their retention ends while the chain still verifies. A purge is a line of the chain itself: a payload that is gone
without one is a fault. The payload holds all that is needed to give the same answer
again (DESIGN rule 8). `append` returns only after the line is on disk.

One chain for all workers: its head is a row of its own, read and moved inside the transaction that adds the line.
"""

from __future__ import annotations

import hashlib
import json
import threading
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, Engine, Row, String, func, select, type_coerce

from features.errors import InputError, NotFoundError, StateError
from serving import database
from serving.tables import score_log, score_log_head

EMPTY_HASH = "0" * 64
"""What stands before the first line."""

FETCH_LINES = 1000
"""Lines read at a time while verifying; memory stays bounded."""

PURGE = "*purge"
"""Stands for the theme in the line of a purge; no theme can be called so."""

Kind = Literal["payload-changed", "payload-removed", "line-changed", "line-removed", "tail-removed"]

COLUMNS = tuple(type_coerce(c, String).label(c.name) if c.name == "logged_at" else c for c in score_log.c)
"""Times as they are stored: one that is no time is a fault to report, not a crash."""

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
    kind : {"payload-changed", "payload-removed", "line-changed", "line-removed", "tail-removed"}
    """

    position: int
    kind: Kind

    def error(self) -> StateError:
        """Say it as an error of ours."""
        return StateError(
            f"line {self.position} of the score log is not as it was written ({self.kind})",
            expected="every line as it was written, and payloads gone by a purge that the log holds",
            remedy="keep the database as it is, find out who could write to it, and restore the log from its backup",
        )


@dataclass(frozen=True)
class Verification:
    """What `verify` found: how many lines it read, the first fault if there is one, and how many payloads a purge took out."""

    lines: int
    fault: Fault | None
    purged: int = 0


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
    with _one_at_a_time, database.writing(engine) as connection:
        return _write(connection, text, score_id=score_id, theme=theme, logged_at=logged_at)


def purge(engine: Engine, *, before: datetime, now: datetime) -> int:
    """Take out the payloads of the lines from before a moment, and say so in a line of the log.

    Parameters
    ----------
    engine : sqlalchemy.Engine
    before : datetime
        UTC without zone: when retention ended.
    now : datetime
        The clock, likewise.

    Returns
    -------
    int
        How many payloads were taken out; where there were none, no line is added.

    Raises
    ------
    InputError
        The moment is still to come.
    StateError
        The database refuses; then nothing was taken out.
    """
    if before > now:
        raise InputError(f"{before.isoformat()} is still to come", expected="a moment that has been", remedy="name an earlier one")
    log = score_log.c
    with _one_at_a_time, database.writing(engine) as connection:
        kept = connection.execute(select(func.min(log.position)).where(log.logged_at >= before)).scalar()
        through = int(_head(connection).position if kept is None else kept - 1)
        old = (log.position <= through) & log.payload.is_not(None) & (log.theme != PURGE)
        purged = connection.execute(score_log.update().where(old).values(payload=None)).rowcount
        if purged:
            note = canonical({"purged_through": through, "payloads": purged})
            _write(connection, note, score_id=str(uuid.uuid4()), theme=PURGE, logged_at=now)
    return purged


def read(engine: Engine, score_id: str) -> Entry:
    """Give the line of one answer.

    Raises
    ------
    NotFoundError
        No answer has that id.
    StateError
        The line is not as it was written, or the database refuses.
    """
    with database.reading(engine) as connection:
        row = connection.execute(select(*COLUMNS).where(score_log.c.score_id == score_id)).one_or_none()
        through = _purged_through(connection)
    if row is None:
        raise NotFoundError("no answer has this score id", expected="an id that an answer gave as scoreId", remedy="correct the id")
    kind = _altered(row, through)
    if kind is not None:
        raise Fault(row.position, kind).error()
    payload = None if row.payload is None else json.loads(row.payload)
    return Entry(row.position, row.score_id, _moment(row.logged_at), row.theme, payload)


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
        position, before, purged, through = 0, EMPTY_HASH, 0, _purged_through(connection)
        for row in _lines(connection):
            fault = _fault(row, position + 1, before, through)
            if fault is not None:
                return Verification(position, fault, purged)
            position, before, purged = row.position, row.entry_hash, purged + (row.payload is None)
        head = _head(connection, lock=False)
        whole = (head.position, head.entry_hash) == (position, before)
    return Verification(position, None if whole else Fault(position + 1, "tail-removed"), purged)


def _lines(connection: Connection) -> Iterator[Row[Any]]:
    """Give all lines in order, page by page: a reader that stops early leaves nothing open."""
    query = select(*COLUMNS).order_by(score_log.c.position).limit(FETCH_LINES)
    page = connection.execute(query).all()
    while page:
        yield from page
        page = connection.execute(query.where(score_log.c.position > page[-1].position)).all()


def _fault(row: Row[Any], position: int, before: str, through: int) -> Fault | None:
    if row.position != position:
        return Fault(position, "line-removed")
    kind = _altered(row, through)
    if kind is None and row.previous_hash != before:
        kind = "line-changed"
    return None if kind is None else Fault(position, kind)


def _altered(row: Row[Any], through: int) -> Kind | None:
    """Say what in a line does not fit its own hashes; ``through`` is the last line of which the payload may be gone."""
    if row.payload is None and (row.position > through or row.theme == PURGE):
        return "payload-removed"
    if row.payload is not None and (not isinstance(row.payload, str) or _sha256(row.payload) != row.payload_hash):
        return "payload-changed"
    try:
        line = {"position": row.position, "score_id": row.score_id, "theme": row.theme, "previous_hash": row.previous_hash}
        sealed = _entry_hash({**line, "logged_at": _moment(row.logged_at)}, row.payload_hash)
    except (TypeError, ValueError):  # a value of another kind than its column, as SQLite allows
        return "line-changed"
    return None if sealed == row.entry_hash else "line-changed"


def _purged_through(connection: Connection) -> int:
    """Give the last line that the newest purge reached; 0 where there was none, or where its line was altered."""
    notes = select(*COLUMNS).where(score_log.c.theme == PURGE).order_by(score_log.c.position.desc()).limit(1)
    note = connection.execute(notes).one_or_none()
    return 0 if note is None or _altered(note, 0) is not None else int(json.loads(note.payload)["purged_through"])


def _moment(stored: datetime | str) -> datetime:
    return stored if isinstance(stored, datetime) else datetime.fromisoformat(stored)


def _write(connection: Connection, text: str, *, score_id: str, theme: str, logged_at: datetime) -> int:
    """Add a line after the head, which stays locked until the transaction ends."""
    head = _head(connection)
    position, payload_hash = int(head.position) + 1, _sha256(text)
    line = {"position": position, "score_id": score_id, "logged_at": logged_at, "theme": theme, "previous_hash": head.entry_hash}
    entry_hash = _entry_hash(line, payload_hash)
    connection.execute(score_log.insert().values(**line, payload_hash=payload_hash, entry_hash=entry_hash, payload=text))
    connection.execute(score_log_head.update().values(position=position, entry_hash=entry_hash))
    return position


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
