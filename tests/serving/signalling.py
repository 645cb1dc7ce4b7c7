"""Signals as tests send them: the steps of one, and how it is recorded."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from sqlalchemy import Engine, select

from features.themes import AllowedSource, Theme
from serving import database
from serving.access import Caller
from serving.signal_content import SignalContent
from serving.signals import SignalReceipt, record
from serving.tables import signals
from tests.serving.conftest import HOME

FIRST, LATER, LAST = date(2024, 1, 1), date(2024, 2, 1), date(2024, 3, 1)
INTAKE = {"theme": "trial", "addressId": HOME, "signalNumber": "S-1", "step": "intake", "takenInOn": "2023-12-20"}
WEIGHED = INTAKE | {"step": "weighed", "weight": 2}
JUDGED = WEIGHED | {"step": "judged", "status": "hit", "judgedOn": "2023-12-28"}
WITHDRAWN = INTAKE | {"step": "withdrawn"}
Keep = Callable[..., SignalReceipt]


def allowing(theme: Theme) -> Theme:
    """Give a theme that allows signals."""
    return theme.model_copy(update={"sources": (*theme.sources, AllowedSource(name="signals", legal_basis="trial"))})


def keeper(engine: Engine, theme: Theme, caller: Caller) -> Keep:
    """Give a function that records."""

    def kept(content: dict, today: date = FIRST, *, key: str | None = None, by: Caller = caller, **changes: object) -> SignalReceipt:
        sent = SignalContent.model_validate(content | changes)
        address = str(changes.get("addressId", HOME))
        return record(engine, sent, caller=by, theme=theme, address_id=address, today=today, idempotency_key=key)

    return kept


def rows(engine: Engine) -> list[dict]:
    with database.reading(engine) as connection:
        return [dict(r._mapping) for r in connection.execute(select(signals).order_by(signals.c.signal_id, signals.c.version))]
