"""Who asked for scores, and for which purpose: programs, never people."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import JSON, ColumnElement, Engine, cast, func, select, type_coerce
from sqlalchemy.engine import make_url

from features.declared import Frozen
from features.settings import Settings
from serving.database import connect, has_tables, reading
from serving.tables import score_log


class UseOf(Frozen):
    """Answers to one client for one purpose; None where the payload was purged.

    Attributes
    ----------
    listed : bool
        Whether municipality.toml gives this client that purpose today.
    """

    client: str | None
    purpose: str | None
    answers: int
    first_on: date
    last_on: date
    listed: bool


def count(settings: Settings, theme: str) -> tuple[UseOf, ...] | None:
    """Count the answers in the score log of a theme; None where there is no score log.

    Raises
    ------
    StateError
        The database refuses.
    """
    engine = _opened(settings)
    if engine is None:
        return None
    try:
        return _count(engine, settings, theme) if has_tables(engine) else None
    finally:
        engine.dispose()


def _opened(settings: Settings) -> Engine | None:
    """Open our own database, without making one: a file that is not there has no log."""
    url = make_url(settings.database_url)
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").is_file():
        return None
    return connect(settings.database_url)


def _count(engine: Engine, settings: Settings, theme: str) -> tuple[UseOf, ...]:
    client, purpose = _field(engine, "caller"), _field(engine, "purpose")
    log = score_log.c
    query = select(client, purpose, func.count(), func.min(log.logged_at), func.max(log.logged_at))
    with reading(engine) as connection:
        rows = connection.execute(query.where(log.theme == theme).group_by(client, purpose)).all()
    allowed = {(c.id, p) for c in settings.clients for p in c.purposes if theme in c.themes}
    found = [
        UseOf(client=c, purpose=p, answers=n, first_on=first.date(), last_on=last.date(), listed=(c, p) in allowed) for c, p, n, first, last in rows
    ]
    return tuple(sorted(found, key=lambda use: (-use.answers, use.client or "", use.purpose or "")))


def _field(engine: Engine, name: str) -> ColumnElement[str]:
    """Read one field of the logged JSON inside the database: a log may hold millions of lines."""
    payload = score_log.c.payload
    parsed: ColumnElement[Any] = cast(payload, JSON) if engine.dialect.name == "postgresql" else type_coerce(payload, JSON)
    found: ColumnElement[str] = parsed[name].as_string()
    return found
