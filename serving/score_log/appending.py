"""Lines are added by the process that gave the answers, to a chain of its own; what waits at one moment goes to disk in one commit.

A commit that reaches the disk costs more than the lines in it. So the thread that finds nobody committing leads: it takes all lines
that wait, writes them in one transaction, wakes their callers, and hands the lead to one of those who came meanwhile. With one
caller nobody waits for anybody.
"""

from __future__ import annotations

import os
import threading
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine

from features.errors import SchouwError, StateError
from serving import database
from serving.score_log import heads, register
from serving.score_log.line import Line, row, sealed
from serving.tables import score_log

GROUP_LINES = 1000
"""A group takes no further call once it holds so many lines: what waits for one commit stays within some megabytes."""


def append(engine: Engine, payload: Mapping[str, Any], *, score_id: str, theme: str, logged_at: datetime) -> int:
    """Add a line, and return when it is on disk; the parameters are those of `Line`.

    Returns
    -------
    int
        Position of the line in the chain of this process.

    Raises
    ------
    StateError
        The database refuses; then there is no line, and no answer may leave.
    ValueError
        The payload holds NaN or infinity.
    """
    return append_many(engine, [Line(payload, score_id, theme, logged_at)])[0]


def append_many(engine: Engine, lines: Sequence[Line]) -> list[int]:
    """Add lines in one transaction, all or none, and return when they are on disk; see `append`."""
    rows = [row(line) for line in lines]
    return own_writer(engine).append(engine, rows) if rows else []


class Writer:
    """A process as a writer of one database.

    Attributes
    ----------
    id : str
        Drawn at random; no two processes write one chain.
    """

    def __init__(self) -> None:
        self.id = str(uuid.uuid4())
        self._entered = False
        self._guard = threading.Lock()
        self._waiting: list[_Call] = []
        self._led = False

    def append(self, engine: Engine, rows: Sequence[Mapping[str, Any]]) -> list[int]:
        """Add rows as one whole, together with those of other callers; the errors are those of `serving.score_log.append`."""
        call = _Call(rows)
        with self._guard:
            self._waiting.append(call)
            leads = not self._led
            self._led = True
        if not leads:
            call.turn.wait()
        if not call.settled:
            self._lead(engine, call)
        return call.result()

    @contextmanager
    def writing(self, engine: Engine, *, at: datetime) -> Iterator[Connection]:
        """Hand out a transaction in which this writer is in the register; see `database.writing`."""
        with database.writing(engine) as connection:
            if not self._entered:
                register.enter(connection, self.id, at=at)
            yield connection
        self._entered = True

    def write(self, connection: Connection, rows: Sequence[Mapping[str, Any]]) -> list[int]:
        """Add rows after the head of this chain, which stays locked until the transaction ends."""
        head = heads.lock(connection, self.id)
        position, before, placed = int(head.position), head.entry_hash, []
        for unplaced in rows:
            position += 1
            placed.append(sealed(unplaced, writer_id=self.id, position=position, before=before))
            before = placed[-1]["entry_hash"]
        connection.execute(score_log.insert(), placed)
        heads.move(connection, self.id, position=position, entry_hash=before)
        return [line["position"] for line in placed]

    def _lead(self, engine: Engine, own: _Call) -> None:
        group = self._take()
        try:
            positions = iter(self._commit(engine, group))
            for call in group:
                call.positions = [next(positions) for _ in call.rows]
        except BaseException as error:
            # Ctrl-C too: whoever waits must hear that nothing was kept.
            for call in group:
                call.error = error
            raise
        finally:
            self._hand_over()
            for call in group:
                call.settled = True
                if call is not own:
                    call.turn.set()

    def _take(self) -> list[_Call]:
        """Take what waits, oldest first; the leader is among them, for whoever leads has waited longest."""
        with self._guard:
            lines = end = 0
            while end < len(self._waiting) and lines < GROUP_LINES:
                lines += len(self._waiting[end].rows)
                end += 1
            group, self._waiting = self._waiting[:end], self._waiting[end:]
        return group

    def _commit(self, engine: Engine, group: Sequence[_Call]) -> list[int]:
        rows = [unplaced for call in group for unplaced in call.rows]
        with self.writing(engine, at=rows[0]["logged_at"]) as connection:
            return self.write(connection, rows)

    def _hand_over(self) -> None:
        """Wake the caller that waits longest, to lead the next group, before the others are woken."""
        with self._guard:
            self._led = bool(self._waiting)
            if self._led:
                self._waiting[0].turn.set()


class _Call:
    """The rows of one caller, and how they fared."""

    def __init__(self, rows: Sequence[Mapping[str, Any]]) -> None:
        self.rows = rows
        self.turn = threading.Event()
        self.settled = False
        self.positions: list[int] = []
        self.error: BaseException | None = None

    def result(self) -> list[int]:
        """Give the positions, or raise an error of this caller's own: one error in many threads would mix up their traces."""
        if self.error is None:
            return self.positions
        if isinstance(self.error, SchouwError):
            raise StateError(self.error.found, expected=self.error.expected, remedy=self.error.remedy) from self.error
        raise StateError(
            f"the score log could not be written ({type(self.error).__name__})", expected="a commit", remedy="repeat the request"
        ) from self.error


def own_writer(engine: Engine) -> Writer:
    """Give the writer that this process is in a database; the first call makes it."""
    with _place.guard:
        if engine not in _place.writers:
            _place.writers[engine] = Writer()
        return _place.writers[engine]


class _Place:
    """The writers of this process. A forked child starts with none: those of its parent may be in the middle of a commit."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        self.guard = threading.Lock()
        self.writers: WeakKeyDictionary[Engine, Writer] = WeakKeyDictionary()


_place = _Place()
os.register_at_fork(after_in_child=_place.forget)
