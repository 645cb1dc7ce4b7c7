"""Placing: which address a report by mail is about. Append only: a link, and each choice of a person, is a new version of table ``mail_places``.

===================  =====================================================================================
``linked``           one address fits, surely enough: in a sentence ``prose_confidence``, in the form of an address ``[linkage]``
``several``          more than one address fits
``doubtful``         an address may be meant, but not surely, or it may be the sender's own
``none``             no address was found
``person``           a person chose the address
``no-address``       a person found that it is about none here; an address that stood before is taken back
===================  =====================================================================================

``several``, ``doubtful`` and ``none`` wait for a person. As a register row: ``record_id = 'mail:' || report_id``, known on ``placed_on`` and never
earlier, since before that day nobody could know the address.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

import pandas as pd
from sqlalchemy import Connection, Engine, select

from features.errors import NotFoundError
from features.linkage import link
from features.linking import doors
from features.settings import Settings
from features.store import Store
from serving import database
from serving.mail.mentions import Mention, mentions
from serving.tables import mail_candidates, mail_places, mail_reports, mail_texts

Outcome = Literal["linked", "several", "doubtful", "none", "person", "no-address"]
WAITING: tuple[Outcome, ...] = ("several", "doubtful", "none")
NAMED = 10
"""Candidates of a report that are kept, at most."""
AT_ONCE = 500
"""Reports that are linked at a time: the register of addresses is indexed once for all of them."""


@dataclass(frozen=True)
class Place:
    """What linkage made of a report; ``candidates`` are addresses with their confidence, where a person has to choose."""

    outcome: Outcome
    address_id: str | None = None
    confidence: float | None = None
    candidates: dict[str, float] = field(default_factory=dict)


def place_new(engine: Engine, store: Store, settings: Settings, *, today: date) -> dict[str, int]:
    """Link the reports that nobody looked up yet, and give how many ended in each way.

    Parameters
    ----------
    engine : sqlalchemy.Engine
    store : Store
        Addresses as the last good build has them.
    settings : Settings
    today : date
        Only what the register knew by then counts, and the link is known from then on.

    Raises
    ------
    StateError
        Database or build refuses.
    """
    ended: dict[str, int] = {}
    known: pd.DataFrame | None = None
    while waiting := _not_looked_up(engine):
        known = doors(store) if known is None else known
        found = [mentions(subject, body) for _, subject, body in waiting]
        for (report_id, *_), place in zip(waiting, look_up(found, known, settings, today=today), strict=True):
            _write(engine, report_id, place, today)
            ended[place.outcome] = ended.get(place.outcome, 0) + 1
    return ended


def look_up(found: Sequence[Sequence[Mention]], known: pd.DataFrame, settings: Settings, *, today: date) -> list[Place]:
    """Give the place that each list of mentions means.

    Parameters
    ----------
    found : sequence of sequence of Mention
    known : DataFrame
        As `features.linking.doors` gives it.
    settings : Settings
        ``[linkage] minimum_confidence`` and ``[mail] prose_confidence``.
    today : date
        Only what was known by then counts.
    """
    every = [mention for of_one in found for mention in of_one]
    least = settings.linkage.minimum_confidence
    linked = link([m.text for m in every], known, minimum_confidence=least, days=[today] * len(every))
    rows = iter(linked.itertuples(index=False))
    return [_place([(m, next(rows)) for m in of_one], max(least, settings.mail.prose_confidence)) for of_one in found]


def _place(told: Iterable[tuple[Mention, object]], prose: float) -> Place:
    """Weigh what the mentions of one report mean."""
    sure: dict[str, float] = {}
    maybe: dict[str, float] = {}
    several = False
    for mention, row in told:
        outcome, confidence = row.outcome, float(row.confidence)  # type: ignore[attr-defined]  # a row of linkage
        ids = (row.address_id,) if row.address_id else row.candidate_ids  # type: ignore[attr-defined]  # the same row
        certain = outcome == "linked" and not mention.own and (mention.plain or confidence >= prose)
        several |= outcome == "several" and not mention.own
        kept = sure if certain else maybe
        kept.update({address_id: max(confidence, kept.get(address_id, 0.0)) for address_id in ids})
    if len(sure) == 1 and not several:
        ((address_id, confidence),) = sure.items()
        return Place("linked", address_id, round(confidence, 4))
    candidates = dict(sorted((maybe | sure).items(), key=lambda item: (-item[1], item[0]))[:NAMED])
    return Place("several" if several or sure else "doubtful" if candidates else "none", candidates=candidates)


def choose(engine: Engine, report_id: str, address_id: str | None, *, today: date) -> None:
    """Note the address that a person chose, or that there is none.

    Parameters
    ----------
    engine : sqlalchemy.Engine
    report_id : str
    address_id : str, optional
        Of an address that the register knows; None where the report is about none here.
    today : date
        The choice is known from this day on.

    Raises
    ------
    NotFoundError
        There is no such report.
    StateError
        The database refuses.
    """
    with database.writing(engine) as connection:
        database.serialise(connection, "places of reports by mail")
        if connection.execute(select(mail_reports.c.report_id).where(mail_reports.c.report_id == report_id)).first() is None:
            raise NotFoundError("there is no such report by mail", expected="an id that 'schouw mail-reports' lists", remedy="look it up there")
        newest = _newest(connection, report_id)
        kept = address_id or (newest[1] if newest else None)  # what is taken back says where it stood
        outcome: Outcome = "person" if address_id else "no-address"
        if newest is None or (newest[1], newest[2]) != (kept, outcome):
            _insert(connection, report_id, (newest[0] if newest else 0) + 1, Place(outcome, kept), today)


def _not_looked_up(engine: Engine) -> list[tuple[str, str, str]]:
    placed = select(mail_places.c.report_id)
    columns = (mail_texts.c.report_id, mail_texts.c.subject, mail_texts.c.body)
    with database.reading(engine) as connection:
        rows = connection.execute(select(*columns).where(mail_texts.c.report_id.not_in(placed)).order_by(mail_texts.c.report_id).limit(AT_ONCE)).all()
    return [(row.report_id, row.subject, row.body) for row in rows]


def _write(engine: Engine, report_id: str, place: Place, today: date) -> None:
    """Write the first version, unless a person was quicker."""
    with database.writing(engine) as connection:
        database.serialise(connection, "places of reports by mail")
        if _newest(connection, report_id) is None:
            _insert(connection, report_id, 1, place, today)


def _newest(connection: Connection, report_id: str) -> tuple[int, str | None, str] | None:
    columns = (mail_places.c.version, mail_places.c.address_id, mail_places.c.outcome)
    of_it = select(*columns).where(mail_places.c.report_id == report_id)
    row = connection.execute(of_it.order_by(mail_places.c.version.desc()).limit(1)).one_or_none()
    return None if row is None else (row.version, row.address_id, row.outcome)


def _insert(connection: Connection, report_id: str, version: int, place: Place, today: date) -> None:
    told = {"address_id": place.address_id, "confidence": place.confidence, "outcome": place.outcome, "placed_on": today}
    connection.execute(mail_places.insert().values(report_id=report_id, version=version, **told))
    if place.candidates:
        rows = [{"report_id": report_id, "address_id": address, "confidence": sure} for address, sure in place.candidates.items()]
        connection.execute(mail_candidates.insert(), rows)
