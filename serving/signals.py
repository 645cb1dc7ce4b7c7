"""Signals: what a handler makes of a report, step by step. Append only; each step and each correction is a new version.

``intake`` -> ``weighed`` -> ``judged`` (a hit or no hit, after the source check); ``withdrawn`` may follow any of them and ends it. `record` is
the only writer of table ``signals``, and this is the table's contract. ``registers/signals.sql`` of a municipality reads it as one more
extract (form ``database``) and adds it with UNION ALL:

=======================================  =========================================================================
``signal_id`` text, ``version`` int      one row per version; version 1, 2, ... of one signal
``client_id``, ``signal_number``         who sent it, and its number there; together unique
``address_id``, ``theme``                where it is about, and under which theme it was taken in; the same in every version
``taken_in_on``                          day of intake; the same in every version
``step``                                 intake, weighed, judged, withdrawn
``weight``                               1 to 3, from ``weighed`` on; a withdrawal keeps what stood
``status``, ``judged_on``                hit or no-hit, and the day of that judgement, from ``judged`` on
``received_on``                          day on which this version came in, by the municipality's clock
``idempotency_key``, ``content_hash``    to know a repeated call
``content``                              what was sent, whole
=======================================  =========================================================================

As a register row: ``record_id = 'schouw:' || signal_id``, ``happened_on = taken_in_on``, ``known_on = received_on``, withdrawn where the step
is. A version without a weight is an intake and no signal yet (DESIGN 3), so the register leaves it out. Who the handler was is not kept.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from pydantic import Field
from sqlalchemy import Connection, Engine, Row, select

from features.citizen_number import passes
from features.errors import InputError
from features.settings import next_as_of
from features.themes import Theme
from serving import database
from serving.access import Caller, permit
from serving.messages import AddressFields, View
from serving.outcomes import ConflictError
from serving.score_log import canonical
from serving.signal_content import ALIASES, SignalContent, Step
from serving.tables import signals

if TYPE_CHECKING:
    from serving.backend import Opened

FOLLOWING: Mapping[Step | None, tuple[Step, ...]] = {
    None: ("intake",),
    "intake": ("weighed", "withdrawn"),
    "weighed": ("judged", "withdrawn"),
    "judged": ("withdrawn",),
    "withdrawn": (),
}
"""Which steps may follow each; None where there is no signal yet."""
FIXED = {"address_id": "address", "theme": "theme", "taken_in_on": "day of intake"}
"""What every version of a signal has in common, in words."""


class SignalReceipt(View, title="Ontvangst van een signaal"):
    """What was stored; the same call again gives the same receipt."""

    signal_id: str = Field(title="Signaal-id")
    version: int = Field(title="Versie", description="1, and one more for every step and every correction.")
    theme: str = Field(title="Thema")
    signal_number: str = Field(title="Signaalnummer")
    step: Step = Field(title="Stap")
    received_on: date = Field(title="Ontvangen op", description="By the municipality's clock; no version counts as known before it.")


def store(opened: Opened, content: SignalContent, *, caller: Caller, idempotency_key: str | None) -> SignalReceipt:
    """Store a signal for a caller who may have scores of its theme; see `record` for what is refused."""
    theme = opened.scorer.theme(content.theme)
    permit(caller, theme, theme.purpose.code)
    today = opened.clock.today()
    address_id = opened.scorer.address_book.find(content.asked, as_of=next_as_of(today))
    return record(opened.engine, content, caller=caller, theme=theme, address_id=address_id, today=today, idempotency_key=idempotency_key)


def record(
    engine: Engine, content: SignalContent, *, caller: Caller, theme: Theme, address_id: str, today: date, idempotency_key: str | None
) -> SignalReceipt:
    """Store one step of a signal, and return when it is on disk.

    Parameters
    ----------
    engine : sqlalchemy.Engine
    content : SignalContent
        What was sent.
    caller : Caller
        Already permitted for the theme's purpose.
    theme : Theme
    address_id : str
        The address that ``content`` means.
    today : date
        Day of receipt, by the municipality's clock.
    idempotency_key : str, optional
        The caller's own key of this call.

    Raises
    ------
    PurposeError
        The theme does not allow signals.
    InputError
        A day lies in the future, or the key is a citizen number.
    ConflictError
        The step cannot follow what is stored, the signal is about something else, another content is stored under this key or step, or there
        is nothing to correct.
    StateError
        The database refuses; then nothing is stored.
    """
    theme.allow("signals")
    content.check_dates(today)
    _check_key(idempotency_key)
    row = _row(content, caller=caller, address_id=address_id, today=today, idempotency_key=idempotency_key)
    with database.writing(engine) as connection:
        database.serialise(connection, f"signals of {caller.id}")
        stored = _by_key(connection, row) or _same_again(connection, row, correction=content.correction)
        if stored is not None:
            return _receipt(stored._mapping)
        versioned = _versioned(row, _newest(connection, row), correction=content.correction)
        connection.execute(signals.insert().values(**versioned))
    return _receipt(versioned)


def _check_key(key: str | None) -> None:
    if key is not None and passes(key):
        raise InputError(
            "the key of the call is a citizen number by its check digit",
            expected="a key of your own",
            remedy="put a letter before it, or make another",
        )


def _row(content: SignalContent, *, caller: Caller, address_id: str, today: date, idempotency_key: str | None) -> dict[str, Any]:
    said = content.model_dump(mode="json", by_alias=True, exclude={"correction", *AddressFields.model_fields})
    text = canonical({**said, "addressId": address_id})
    return {
        "client_id": caller.id,
        "signal_number": content.signal_number,
        "address_id": address_id,
        "theme": content.theme,
        "step": content.step,
        "taken_in_on": content.taken_in_on,
        **{name: getattr(content, name) for name in ALIASES},
        "received_on": today,
        "idempotency_key": idempotency_key,
        "content_hash": hashlib.sha256(text.encode()).hexdigest(),
        "content": text,
    }


def _by_key(connection: Connection, row: Mapping[str, Any]) -> Row[Any] | None:
    """Give what is stored under the caller's key."""
    if row["idempotency_key"] is None:
        return None
    keyed = _first(connection, client_id=row["client_id"], idempotency_key=row["idempotency_key"])
    if keyed is not None and keyed.content_hash != row["content_hash"]:
        raise ConflictError("another content is stored under this Idempotency-Key", expected="the same content", remedy="send a new key")
    return keyed


def _same_again(connection: Connection, row: Mapping[str, Any], *, correction: bool) -> Row[Any] | None:
    """Give the version that says the same: the newest one, or where nothing is corrected any other."""
    newest = _newest(connection, row)
    if newest is None or newest.content_hash == row["content_hash"]:
        return newest
    return None if correction else _first(connection, **_number(row), content_hash=row["content_hash"])


def _versioned(row: Mapping[str, Any], newest: Row[Any] | None, *, correction: bool) -> dict[str, Any]:
    """Number the version, if it may follow what is stored."""
    if newest is None:
        if correction:
            raise ConflictError("there is no signal with this number to correct", expected="an earlier step", remedy="send it without correction")
        _check_step(row["step"], None)
        return {**row, "signal_id": str(uuid.uuid4()), "version": 1}
    for name, said in FIXED.items():
        if newest._mapping[name] != row[name]:
            raise ConflictError(
                f"the {said} of this signal is another one", expected=f"the {said} of its intake", remedy="withdraw it, and take in a new signal"
            )
    if row["step"] != newest.step or newest.step == "withdrawn":
        _check_step(row["step"], newest.step)
    elif not correction:
        raise ConflictError(
            "another content of this step is stored",
            expected="the same content, or a correction",
            remedy="send correction: true; the earlier one stays",
        )
    kept = {name: newest._mapping[name] for name in ALIASES} if row["step"] == "withdrawn" else {}
    return {**row, **kept, "signal_id": newest.signal_id, "version": newest.version + 1}


def _check_step(step: Step, before: Step | None) -> None:
    if step not in FOLLOWING[before]:
        after = f"step '{before}'" if before else "nothing: there is no signal with this number"
        raise ConflictError(
            f"step '{step}' cannot follow {after}",
            expected=" or ".join(FOLLOWING[before]) or "nothing: a withdrawn signal has ended",
            remedy="send the steps in their order; a mistake in the last step is a correction, and another is withdrawn",
        )


def _number(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in ("client_id", "signal_number")}


def _newest(connection: Connection, row: Mapping[str, Any]) -> Row[Any] | None:
    return _first(connection, **_number(row))


def _first(connection: Connection, **equal: Any) -> Row[Any] | None:
    conditions = [signals.c[name] == value for name, value in equal.items()]
    return connection.execute(select(signals).where(*conditions).order_by(signals.c.version.desc()).limit(1)).one_or_none()


def _receipt(row: Mapping[Any, Any]) -> SignalReceipt:
    return SignalReceipt(**{name: row[name] for name in SignalReceipt.model_fields})
