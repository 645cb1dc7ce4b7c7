"""The register of writers: a chain of its own, so that a writer of which everything is gone is missed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, String, select, type_coerce

from serving.score_log import heads
from serving.score_log.fault import Fault
from serving.score_log.line import EMPTY_HASH, FIRST_WRITER, canonical, moment, sha256
from serving.tables import score_log_writers

COLUMNS = tuple(type_coerce(c, String).label(c.name) if c.name == "registered_at" else c for c in score_log_writers.c)


@dataclass(frozen=True)
class Writer:
    """A writer as the register holds it.

    Attributes
    ----------
    position : int
        1 for the first writer.
    entry_hash : str
        Stands before the first line of its chain, so that no two chains can change places.
    """

    writer_id: str
    position: int
    entry_hash: str

    @property
    def start(self) -> str:
        """What stands before its first line."""
        return EMPTY_HASH if self.writer_id == FIRST_WRITER else self.entry_hash


def enter(connection: Connection, writer_id: str, *, at: datetime) -> None:
    """Enter a writer, and give its chain a head; one that is in the register already is left as it is.

    Raises
    ------
    StateError
        The register has no head.
    """
    head = heads.lock(connection, heads.WRITERS)
    if connection.execute(select(score_log_writers.c.position).where(score_log_writers.c.writer_id == writer_id)).scalar() is not None:
        return
    line = {"position": head.position + 1, "writer_id": writer_id, "registered_at": at, "previous_hash": head.entry_hash}
    sealed = _entry_hash(line)
    connection.execute(score_log_writers.insert().values(**line, entry_hash=sealed))
    heads.move(connection, heads.WRITERS, position=line["position"], entry_hash=sealed)
    heads.add(connection, writer_id, entry_hash=sealed)


def walk(connection: Connection) -> tuple[list[Writer], Fault | None]:
    """Give the writers in order, and the first fault of the register, where it has one."""
    writers: list[Writer] = []
    before = EMPTY_HASH
    for row in connection.execute(select(*COLUMNS).order_by(score_log_writers.c.position)):
        position = len(writers) + 1
        if row.position != position:
            return writers, Fault(position, "writer-removed", heads.WRITERS)
        if row.previous_hash != before or not _fits({**row._mapping}):
            return writers, Fault(position, "writer-changed", heads.WRITERS)
        writers.append(Writer(row.writer_id, position, row.entry_hash))
        before = row.entry_hash
    head = heads.find(connection, heads.WRITERS)
    whole = head is not None and (head.position, head.entry_hash) == (len(writers), before)
    return writers, None if whole else Fault(len(writers) + 1, "writer-removed", heads.WRITERS)


def _fits(row: Mapping[str, Any]) -> bool:
    try:
        return bool(_entry_hash({**row, "registered_at": moment(row["registered_at"])}) == row["entry_hash"])
    except (TypeError, ValueError):  # a value of another kind than its column, as SQLite allows
        return False


def _entry_hash(line: Mapping[str, Any]) -> str:
    said = {name: line[name] for name in ("position", "writer_id", "previous_hash")}
    return sha256(canonical(said | {"registered_at": line["registered_at"].isoformat()}))
