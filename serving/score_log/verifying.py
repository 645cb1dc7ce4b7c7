"""Walking the whole log: the register of writers, each writer's chain, and the heads that were signed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Engine, Row, select

from serving import database
from serving.score_log import heads, register
from serving.score_log.fault import Fault
from serving.score_log.line import COLUMNS, altered
from serving.score_log.reading import Excuses
from serving.score_log.register import Writer
from serving.tables import score_log, score_log_head, score_log_writers

FETCH_LINES = 1000
"""Lines read at a time while verifying; memory stays bounded."""


@dataclass(frozen=True)
class Signed:
    """What stands signed outside the database.

    Attributes
    ----------
    heads : mapping of str to (mapping of int to str)
        Per chain, the hash of the line at each position at which it ended when heads were signed.
    lines : sequence of str
        The hash of each line of the file with these heads, in order.
    """

    heads: Mapping[str, Mapping[int, str]]
    lines: Sequence[str]


@dataclass(frozen=True)
class Verification:
    """What `verify` found.

    Attributes
    ----------
    lines : int
        How many were read before the fault, or in all.
    fault : Fault, optional
        The first.
    purged : int
        Payloads among them that a purge took out.
    writers : int
    """

    lines: int
    fault: Fault | None
    purged: int = 0
    writers: int = field(default=0, compare=False)


def verify(engine: Engine, *, signed: Callable[[], Signed] | None = None) -> Verification:
    """Walk all chains and report the first line that was changed or removed.

    A log rewritten from some line to its end, heads included, shows only where it is held against heads that were signed before.

    Parameters
    ----------
    engine : sqlalchemy.Engine
    signed : callable, optional
        Gives what stands signed outside the database, as `serving.score_log.checkpoints.signed` does. It is asked twice: while the
        log grows, what was signed before the walk must be in it, and what the database heard of before the walk must be signed.

    Raises
    ------
    StateError
        The database refuses.
    """
    before = signed() if signed else None
    with database.reading(engine) as connection:
        return check(connection, signed=before, again=signed)


def check(connection: Connection, *, signed: Signed | None = None, again: Callable[[], Signed] | None = None) -> Verification:
    """Verify what one transaction sees; see `verify`."""
    writers, fault = register.walk(connection)
    told = signed.heads if signed else {}
    fault = fault or _vanished(writers, told) or (_cut_file(connection, again().lines) if again else None)
    lines = purged = 0
    if fault is None:
        excuses = Excuses(connection)
        for writer in writers:
            walked = _Walk(connection, writer, excuses, told.get(writer.writer_id, {}))
            fault = walked.fault()
            lines, purged = lines + walked.lines, purged + walked.purged
            if fault is not None:
                break
    return Verification(lines, fault or _stray(connection), purged, len(writers))


class _Walk:
    """One chain, walked to its end or its first fault."""

    def __init__(self, connection: Connection, writer: Writer, excuses: Excuses, signed: Mapping[int, str]) -> None:
        self._connection = connection
        self._writer = writer
        self._excuses = excuses
        self._signed = signed
        self._before = writer.start
        self.lines = self.purged = 0

    def fault(self) -> Fault | None:
        """Give the first fault, or None."""
        name = self._writer.writer_id
        head = heads.find(self._connection, name)
        if head is None:
            return Fault(self._writer.position, "writer-removed", name)
        for row in self._rows():
            kind = "line-removed" if row.position != self.lines + 1 else altered(row, excused=self._excuses.cover(row))
            if kind is None and row.previous_hash != self._before:
                kind = "line-changed"
            if kind is None and self._signed.get(row.position, row.entry_hash) != row.entry_hash:
                kind = "rewritten"
            if kind is not None:
                return Fault(self.lines + 1, kind, name)
            self.lines, self.purged, self._before = row.position, self.purged + (row.payload is None), row.entry_hash
        whole = (head.position, head.entry_hash) == (self.lines, self._before) and self.lines >= max(self._signed, default=0)
        return None if whole else Fault(self.lines + 1, "tail-removed", name)

    def _rows(self) -> Iterator[Row[Any]]:
        """Give all lines in order, page by page: a reader that stops early leaves nothing open."""
        query = select(*COLUMNS).where(score_log.c.writer_id == self._writer.writer_id).order_by(score_log.c.position).limit(FETCH_LINES)
        page = self._connection.execute(query).all()
        while page:
            yield from page
            page = self._connection.execute(query.where(score_log.c.position > page[-1].position)).all()


def _vanished(writers: Sequence[Writer], told: Mapping[str, Mapping[int, str]]) -> Fault | None:
    """Hold the register against what was signed of it, and of the writers in it."""
    for position, entry_hash in sorted(told.get(heads.WRITERS, {}).items()):
        if position > len(writers):
            return Fault(len(writers) + 1, "writer-removed", heads.WRITERS)
        if position and writers[position - 1].entry_hash != entry_hash:
            return Fault(position, "rewritten", heads.WRITERS)
    return None


def _cut_file(connection: Connection, lines: Sequence[str]) -> Fault | None:
    """Hold the file with the signed heads against where it ended when the database heard of it last."""
    head = heads.find(connection, heads.CHECKPOINTS)
    if head is None:
        return Fault(1, "writer-removed", heads.CHECKPOINTS)
    if not head.position or (head.position <= len(lines) and lines[head.position - 1] == head.entry_hash):
        return None
    return Fault(head.position, "checkpoint-removed", heads.CHECKPOINTS)


def _stray(connection: Connection) -> Fault | None:
    """Find lines and heads of a writer that the register does not hold."""
    known = select(score_log_writers.c.writer_id)
    named = select(score_log_head.c.chain).where(score_log_head.c.chain.not_in((heads.WRITERS, heads.CHECKPOINTS)))
    for query, name in ((select(score_log.c.writer_id), score_log.c.writer_id), (named, score_log_head.c.chain)):
        found = connection.execute(query.where(name.not_in(known)).limit(1)).scalar()
        if found is not None:
            return Fault(1, "writer-unknown", str(found))
    return None
