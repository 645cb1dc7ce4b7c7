"""What a person is shown of reports by mail: which wait, what one says, and which mails were set aside."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Engine, Select, func, select

from features.errors import NotFoundError
from serving import database
from serving.mail.placing import WAITING
from serving.tables import mail_attachments, mail_candidates, mail_intake, mail_places, mail_reports, mail_senders, mail_texts


@dataclass(frozen=True)
class Line:
    """A report in a list; ``outcome`` is None where it was not looked up yet."""

    report_id: str
    received_on: date
    sent_on: date | None
    themes: tuple[str, ...]
    outcome: str | None
    address_id: str | None
    candidates: tuple[str, ...]


def waiting(engine: Engine) -> list[Line]:
    """Give the reports of which a person has to choose the address, the oldest first."""
    with database.reading(engine) as connection:
        rows = connection.execute(_newest().where((mail_places.c.outcome.in_(WAITING)) | mail_places.c.outcome.is_(None))).all()
        named = connection.execute(select(mail_candidates).order_by(mail_candidates.c.confidence.desc(), mail_candidates.c.address_id)).all()
    of: dict[str, list[str]] = {}
    for one in named:
        of.setdefault(one.report_id, []).append(one.address_id)
    return [_line(row, of.get(row.report_id, [])) for row in rows]


def one(engine: Engine, report_id: str, *, sender: bool) -> dict[str, Any]:
    """Give all that is kept of a report; its sender only where that is asked for.

    Raises
    ------
    NotFoundError
        There is no such report.
    """
    with database.reading(engine) as connection:
        row = connection.execute(_newest().where(mail_reports.c.report_id == report_id)).one_or_none()
        if row is None:
            raise NotFoundError("there is no such report by mail", expected="an id that 'schouw mail-reports' lists", remedy="look it up there")
        text, from_whom = (connection.execute(select(t).where(t.c.report_id == report_id)).one_or_none() for t in (mail_texts, mail_senders))
        files = connection.execute(select(mail_attachments).where(mail_attachments.c.report_id == report_id).order_by(mail_attachments.c.position))
        attachments = [{n: f._mapping[n] for n in ("name", "declared_type", "bytes", "content_hash")} for f in files]
        named = select(mail_candidates.c.address_id).where(mail_candidates.c.report_id == report_id).order_by(mail_candidates.c.confidence.desc())
        found = vars(_line(row, list(connection.execute(named).scalars())))
    told = {"subject": text.subject if text else None, "body": text.body if text else None}
    who = {n: from_whom._mapping[n] if from_whom else None for n in ("sender", "reply_to", "message_id")} if sender else {}
    return {**found, **told, "attachments": attachments, **who}


def aside(engine: Engine) -> list[dict[str, Any]]:
    """Give the mails that were set aside: the name of the file, the reason, the day and the bytes."""
    columns = (mail_intake.c.received_on, mail_intake.c.reason, mail_intake.c.bytes, mail_intake.c.fingerprint)
    with database.reading(engine) as connection:
        rows = connection.execute(select(*columns).where(mail_intake.c.reason.is_not(None)).order_by(*columns[:2], columns[3])).all()
    return [{"file": f"{row.fingerprint}.eml", "reason": row.reason, "received_on": row.received_on, "bytes": row.bytes} for row in rows]


def _newest() -> Select[Any]:
    """Give the reports with the newest version of their place."""
    last = select(mail_places.c.report_id, func.max(mail_places.c.version).label("version")).group_by(mail_places.c.report_id).subquery()
    joined = mail_reports.outerjoin(last, last.c.report_id == mail_reports.c.report_id).outerjoin(
        mail_places, (mail_places.c.report_id == last.c.report_id) & (mail_places.c.version == last.c.version)
    )
    columns = (*mail_reports.c, mail_places.c.outcome, mail_places.c.address_id)
    return select(*columns).select_from(joined).order_by(mail_reports.c.received_on, mail_reports.c.report_id)


def _line(row: Any, candidates: list[str]) -> Line:
    themes = tuple(filter(None, row.themes.split(",")))
    return Line(row.report_id, row.received_on, row.sent_on, themes, row.outcome, row.address_id, tuple(candidates))
