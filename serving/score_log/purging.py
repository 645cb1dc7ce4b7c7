"""Taking payloads out when their retention ended, each time with a line of the log that says so.

The line names the writer, the theme, the last line that was reached, how many payloads went and by which rule. `verify` excuses a
payload that is gone by such a line only.

References
----------
GDPR art. 5(1)(e): personal data are kept no longer than the purpose needs. AI Act (EU) 2024/1689 art. 26(6): a deployer keeps the
logs of a high-risk system for six months at least.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, func, select

from serving import database
from serving.score_log.appending import own_writer
from serving.score_log.line import PURGE, Line, row
from serving.tables import score_log

PURGE_LINES = 2000
"""Payloads taken in one transaction: answers wait for it on SQLite."""


@dataclass(frozen=True)
class Rule:
    """How long the payloads of one theme are kept, and what says so."""

    theme: str
    days: int
    because: str


def purge(engine: Engine, retention: Mapping[str, int], *, now: datetime) -> dict[str, int]:
    """Take out the payloads of which the retention ended, and say so in lines of the log.

    A payload goes only with all older ones of its writer and theme: where the clock jumped back it waits for those before it.

    Parameters
    ----------
    engine : sqlalchemy.Engine
    retention : mapping of str to int
        Days that the answers of each theme are kept. What belongs to none of these themes (one that is no more, an export) is
        kept for as long as the longest of them.
    now : datetime
        UTC without zone.

    Returns
    -------
    dict of str to int
        How many payloads were taken out, by theme; where there were none, no line is added.

    Raises
    ------
    StateError
        The database refuses; what was taken out until then stands in the log.
    """
    with database.reading(engine) as connection:
        themes = connection.execute(select(score_log.c.theme).where(score_log.c.theme != PURGE).distinct()).scalars().all()
    purged = {rule.theme: gone for rule in _rules(themes, retention) if (gone := _purge(engine, rule, now=now))}
    database.forget(engine)
    return purged


def _rules(themes: Any, retention: Mapping[str, int]) -> list[Rule]:
    longest = max(retention.values())
    own = "score_retention_days of theme '{}'"
    rules = []
    for theme in sorted(themes):
        if theme in retention:
            rules.append(Rule(theme, retention[theme], own.format(theme)))
        else:
            rules.append(Rule(theme, longest, "the longest score_retention_days of all themes"))
    return rules


def _purge(engine: Engine, rule: Rule, *, now: datetime) -> int:
    before, log = now - timedelta(days=rule.days), score_log.c
    with database.reading(engine) as connection:
        old = (log.theme == rule.theme) & (log.logged_at < before) & log.payload.is_not(None)
        writers = connection.execute(select(log.writer_id).where(old).distinct().order_by(log.writer_id)).scalars().all()
    gone = 0
    for writer_id in writers:
        while taken := _take(engine, rule, writer_id=writer_id, before=before, now=now):
            gone += taken
    return gone


def _take(engine: Engine, rule: Rule, *, writer_id: str, before: datetime, now: datetime) -> int:
    """Take the next payloads of one writer and theme, and say so, in one transaction."""
    log, writer = score_log.c, own_writer(engine)
    ours = (log.writer_id == writer_id) & (log.theme == rule.theme)
    with writer.writing(engine, at=now) as connection:
        kept = connection.execute(select(func.min(log.position)).where(ours, log.logged_at >= before)).scalar()
        reach = ours & log.payload.is_not(None) & (log.logged_at < before if kept is None else log.position < kept)
        through = _last(connection, reach)
        if through is None:
            return 0
        within = ours & log.payload.is_not(None) & (log.position <= through)
        gone = connection.execute(score_log.update().where(within).values(payload=None, address_hash=None)).rowcount
        said = {"writer_id": writer_id, "theme": rule.theme, "purged_through": through, "payloads": gone}
        said |= {"days": rule.days, "rule": rule.because, "before": before.isoformat()}
        writer.write(connection, [row(Line(said, str(uuid.uuid4()), PURGE, now))])
    return int(gone)


def _last(connection: Connection, reach: Any) -> int | None:
    """Give the last position of this turn; None where there is nothing to take."""
    turn = select(score_log.c.position).where(reach).order_by(score_log.c.position).limit(PURGE_LINES).subquery()
    found: int | None = connection.execute(select(func.max(turn.c.position))).scalar()
    return found
