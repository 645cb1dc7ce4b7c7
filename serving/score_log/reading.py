"""Reading one line back, and what purges say that they took."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Row, select

from features.errors import NotFoundError
from serving import database
from serving.score_log.fault import Fault
from serving.score_log.line import COLUMNS, FIRST_WRITER, PURGE, altered, moment
from serving.tables import score_log


@dataclass(frozen=True)
class Entry:
    """One line of the log, as it was read back.

    Attributes
    ----------
    writer_id : str
        Whose chain it is of.
    position : int
        1 for the first line of its writer.
    payload : mapping, optional
        What was logged; None where it was purged.
    """

    writer_id: str
    position: int
    score_id: str
    logged_at: datetime
    theme: str
    payload: Mapping[str, Any] | None


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
        excused = row is not None and row.payload is None and Excuses(connection).cover(row)
    if row is None:
        raise NotFoundError("no answer has this score id", expected="an id that an answer gave as scoreId", remedy="correct the id")
    return entry(row, excused=excused)


def entry(row: Row[Any], *, excused: bool) -> Entry:
    """Give a line as it was written; ``excused`` where a purge says that it took the payload.

    Raises
    ------
    StateError
        It is not as it was written.
    """
    kind = altered(row, excused=excused)
    if kind is not None:
        raise Fault(row.position, kind, row.writer_id).error()
    payload = None if row.payload is None else json.loads(row.payload)
    return Entry(row.writer_id, row.position, row.score_id, moment(row.logged_at), row.theme, payload)


class Excuses:
    """Which payloads may be gone: what the lines of purges say that they took, as far as those lines were not altered themselves."""

    def __init__(self, connection: Connection) -> None:
        self._through: dict[tuple[str, str | None], int] = {}
        for row in connection.execute(select(*COLUMNS).where(score_log.c.theme == PURGE)):
            if altered(row, excused=False) is None:
                said = json.loads(row.payload)
                # Before there was a chain per writer, a purge took all themes of the one chain.
                key = (said.get("writer_id", FIRST_WRITER), said.get("theme"))
                self._through[key] = max(self._through.get(key, 0), said["purged_through"])

    def cover(self, row: Row[Any]) -> bool:
        """Say whether the payload of a line may be gone."""
        through = (self._through.get((row.writer_id, theme), 0) for theme in (row.theme, None))
        return bool(row.theme != PURGE and row.position <= max(through))
