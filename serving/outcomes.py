"""Outcomes: what an inspection found, sent back by the case system. Append only; a correction is a new version.

`record` is the only writer of table ``outcomes``, and this is the table's contract. ``registers/inspections.sql`` of a
municipality reads it as one more extract (form ``database``) and adds it with UNION ALL:

=======================================  =========================================================================
``outcome_id`` text, ``version`` int     one row per version; version 1, 2, ... of one outcome
``client_id``                            who sent it
``score_id``                             answer on which the inspection rested, if any; decided on its as_of or later
``address_id``, ``theme``                what was examined
``inspection_id``, ``case_id``           as the case system numbers them; unique per client, inspection and theme
``trigger``                              report, list, random, routine, other
``team``                                 team that inspected, if told
``decided_on``, ``visited_on``           dates; the visit may be missing
``course``, ``course_known_on``          how the visit went
``finding``, ``finding_known_on``        none, other-violation, care-signal or a code that confirms the theme
``violations``, ``severe_violations``    counted with the finding, if told
``measure``, ``measure_known_on``        what the municipality did
``standing``, ``standing_known_on``      where the finding stands in law
``received_on``                          day on which this version came in, by the municipality's clock
``idempotency_key``, ``content_hash``    to know a repeated call
``content``                              what was sent, whole, with the sender's own dates
=======================================  =========================================================================

As a register row: ``record_id = client_id || '/' || inspection_id || '/' || theme``, ``happened_on = decided_on``,
``known_on = received_on``. The four ``*_known_on`` are the day of receipt of the version that first said so, never earlier:
what the sender knew before is not what Schouw knew. Dates are ISO text in SQLite and DATE in PostgreSQL.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Row, select

from features.errors import InputError
from features.themes import EVERY_THEME, Theme
from serving import database
from serving.access import Caller
from serving.messages import AddressFields
from serving.outcome_content import OutcomeContent
from serving.score_log import canonical
from serving.tables import outcomes, score_log

PARTS: Mapping[str, tuple[str, ...]] = {
    "course": ("course",),
    "finding": ("finding", "violations", "severe_violations"),
    "measure": ("measure",),
    "standing": ("standing",),
}
"""The four parts of an outcome (DESIGN 3) and the columns that say each."""


class ConflictError(InputError):
    """Something else is stored already under the same key or inspection."""


@dataclass(frozen=True)
class Receipt:
    """What was stored, as it is answered; the same again gives the same receipt."""

    outcome_id: str
    version: int
    theme: str
    inspection_id: str
    received_on: date


def record(
    engine: Engine, content: OutcomeContent, *, caller: Caller, theme: Theme, address_id: str, today: date, idempotency_key: str | None
) -> Receipt:
    """Store an outcome, and return when it is on disk.

    Parameters
    ----------
    engine : sqlalchemy.Engine
    content : OutcomeContent
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
    InputError
        A date lies in the future, the finding is not one of the theme, the score id is of another address or theme, or the inspection was
        decided before that score counted.
    ConflictError
        Another content is stored under this key or inspection, or there is nothing to correct.
    StateError
        The database refuses; then nothing is stored.
    """
    content.check_dates(today)
    _check_finding(content, theme)
    row = _row(content, caller=caller, address_id=address_id, today=today, idempotency_key=idempotency_key)
    with database.writing(engine) as connection:
        database.serialise(connection, f"outcomes of {caller.id}")
        stored = _same_again(connection, row, correction=content.correction)
        if stored is not None:
            return _receipt(dict(stored._mapping))
        _check_score(connection, row)
        newest = _newest(connection, row)
        versioned = _versioned(row, newest, today)
        connection.execute(outcomes.insert().values(**versioned))
    return _receipt(versioned)


def _same_again(connection: Connection, row: Mapping[str, Any], *, correction: bool) -> Row[Any] | None:
    """Give what is stored already where this call repeats it, None where it is new."""
    keyed = _by_key(connection, row)
    if keyed is not None:
        return keyed
    newest = _newest(connection, row)
    if newest is None and correction:
        raise ConflictError("there is no outcome of this inspection to correct", expected="an earlier outcome", remedy="send it without correction")
    if newest is None or newest.content_hash == row["content_hash"]:
        return newest
    if correction:
        return None
    earlier = _first(connection, *_same_inspection(row), outcomes.c.content_hash == row["content_hash"])
    if earlier is None:
        raise ConflictError(
            "another outcome of this inspection and theme is stored",
            expected="the same content, or a correction",
            remedy="send correction: true to add a new version; the earlier one stays",
        )
    return earlier


def _by_key(connection: Connection, row: Mapping[str, Any]) -> Row[Any] | None:
    if row["idempotency_key"] is None:
        return None
    keyed = _first(connection, outcomes.c.client_id == row["client_id"], outcomes.c.idempotency_key == row["idempotency_key"])
    if keyed is not None and keyed.content_hash != row["content_hash"]:
        raise ConflictError("another content is stored under this Idempotency-Key", expected="the same content", remedy="send a new key")
    return keyed


def _versioned(row: Mapping[str, Any], newest: Row[Any] | None, today: date) -> dict[str, Any]:
    """Number the version, and date each part with the first version that said so."""
    before = None if newest is None else newest._mapping
    dated = {}
    for part, columns in PARTS.items():
        unchanged = before is not None and all(before[c] == row[c] for c in columns)
        dated[f"{part}_known_on"] = None if row[part] is None else before[f"{part}_known_on"] if before is not None and unchanged else today
    if before is None:
        return {**row, **dated, "outcome_id": str(uuid.uuid4()), "version": 1}
    return {**row, **dated, "outcome_id": before["outcome_id"], "version": before["version"] + 1}


def _row(content: OutcomeContent, *, caller: Caller, address_id: str, today: date, idempotency_key: str | None) -> dict[str, Any]:
    said = content.model_dump(mode="json", by_alias=True, exclude={"correction", *AddressFields.model_fields})
    text = canonical({**said, "addressId": address_id})
    finding = content.finding
    return {
        "client_id": caller.id,
        "score_id": content.score_id,
        "address_id": address_id,
        "theme": content.theme,
        "inspection_id": content.inspection_id,
        "case_id": content.case_id,
        "trigger": content.trigger,
        "team": content.team,
        "decided_on": content.decided_on,
        "visited_on": content.visited_on,
        "course": content.course.code,
        "finding": finding.code if finding else None,
        "violations": finding.violations if finding else None,
        "severe_violations": finding.severe_violations if finding else None,
        "measure": content.measure.code if content.measure else None,
        "standing": content.standing.code if content.standing else None,
        "received_on": today,
        "idempotency_key": idempotency_key,
        "content_hash": hashlib.sha256(text.encode()).hexdigest(),
        "content": text,
    }


def _newest(connection: Connection, row: Mapping[str, Any]) -> Row[Any] | None:
    return _first(connection, *_same_inspection(row))


def _same_inspection(row: Mapping[str, Any]) -> list[ColumnElement[bool]]:
    return [outcomes.c[name] == row[name] for name in ("client_id", "inspection_id", "theme")]


def _first(connection: Connection, *conditions: ColumnElement[bool]) -> Row[Any] | None:
    return connection.execute(select(outcomes).where(*conditions).order_by(outcomes.c.version.desc()).limit(1)).one_or_none()


def _check_finding(content: OutcomeContent, theme: Theme) -> None:
    allowed = (*EVERY_THEME, *theme.outcome.confirming)
    if content.finding is not None and content.finding.code not in allowed:
        raise InputError(
            f"'{content.finding.code}' is no finding of theme '{theme.code}'", expected=f"one of {', '.join(allowed)}", remedy="map it to one"
        )


def _check_score(connection: Connection, row: Mapping[str, Any]) -> None:
    """A score id must be of an answer about this address and theme, given before the decision (DESIGN rule 1).

    Which of address and theme is wrong is not told.
    """
    if row["score_id"] is None:
        return
    text = connection.execute(select(score_log.c.payload).where(score_log.c.score_id == row["score_id"])).scalar_one_or_none()
    answered = json.loads(text) if text is not None else {}
    if (answered.get("address_id"), answered.get("theme")) != (row["address_id"], row["theme"]):
        raise InputError(
            "the score id is of no answer about this address and theme",
            expected="scoreId of that answer",
            remedy="send the right one, or leave it out",
        )
    as_of = date.fromisoformat(answered["as_of"])
    if row["decided_on"] < as_of:
        raise InputError(
            f"decidedOn {row['decided_on']} lies before {as_of}, the first day for which that score counts",
            expected="an inspection decided on that day or later: a score says nothing about one that was decided before it was given",
            remedy="leave scoreId out, or correct decidedOn",
        )


def _receipt(row: Mapping[str, Any]) -> Receipt:
    return Receipt(row["outcome_id"], row["version"], row["theme"], row["inspection_id"], row["received_on"])
