"""Every answer that was given since a moment: who must be told when a fault turns out to have begun then."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import Engine, select

from serving import database
from serving.score_log.line import COLUMNS
from serving.score_log.reading import Entry, Excuses, entry
from serving.tables import score_log

PAGE_LINES = 1_000


def since(engine: Engine, moment: datetime, *, theme: str | None = None) -> Iterator[Entry]:
    """Give the answers since a moment, the first first; one of which the payload was purged has none.

    Parameters
    ----------
    engine : sqlalchemy.Engine
    moment : datetime
        UTC, without zone.
    theme : str, optional
        Code; otherwise of all.

    Raises
    ------
    StateError
        A line is not as it was written, or the database refuses.
    """
    log = score_log.c
    query = select(*COLUMNS).where(log.logged_at >= moment, log.theme.not_like("*%"))  # what is no answer
    if theme is not None:
        query = query.where(log.theme == theme)
    with database.reading(engine) as connection:
        excuses = Excuses(connection)
        rows = connection.execute(query.order_by(log.logged_at, log.writer_id, log.position).execution_options(yield_per=PAGE_LINES))
        for row in rows:
            yield entry(row, excused=row.payload is None and excuses.cover(row))
