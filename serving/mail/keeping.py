"""Keeping: a mail goes into our own database whole or not at all, and once. `keep` and `set_aside` are the only writers of these tables.

==========================  ==================================================================================
``mail_intake``             one row per mail that was ever met, by its fingerprint: the report it became, or why it was set aside
``mail_reports``            day of receipt, day of sending, themes that its words told; no free text, so a register may read it
``mail_places``             address by version, see `serving.mail.placing`; no free text either
``mail_texts``              subject and text, with citizen numbers masked; goes after ``keep_text_days``
``mail_attachments``        what was kept as files, by hash; goes with the text
``mail_senders``            who sent it, where an answer goes, Message-ID; goes after ``keep_sender_days``. Nothing else tells of a person as sender
==========================  ==================================================================================
"""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, Select, delete, select

from features.citizen_number import masked
from features.declared_mail import Mail
from serving import database
from serving.mail.letter import Letter
from serving.mail.shelf import Shelf
from serving.tables import mail_attachments, mail_intake, mail_reports, mail_senders, mail_texts

Reports = Select[tuple[str]]
"""A query that gives ids of reports."""


@dataclass(frozen=True)
class Kept:
    """A mail that became a report, and how many citizen numbers were masked in it."""

    report_id: str
    citizen_numbers: int


def met_before(engine: Engine, fingerprint: str) -> str | None:
    """Say how a mail ended that was met before, "taken" or "set-aside"; None where it was not."""
    with database.reading(engine) as connection:
        return _ended(connection, fingerprint)


def keep(engine: Engine, shelf: Shelf, letter: Letter, *, fingerprint: str, size: int, themes: Collection[str], today: date) -> Kept:
    """Keep a mail: its files on disk first, then all rows in one transaction.

    Parameters
    ----------
    engine : sqlalchemy.Engine
    shelf : Shelf
        Held by this run.
    letter : Letter
    fingerprint : str
        A mail that was set aside under it is so no longer.
    size : int
        Bytes of the mail.
    themes : collection of str
        That its words told.
    today : date
        Day of receipt, by the municipality's clock.

    Raises
    ------
    StateError
        Database or disk refuses; then nothing was kept.
    """
    report_id = str(uuid.uuid4())
    subject, in_subject = masked(letter.subject)
    body, in_body = masked(letter.body)
    files, in_names = _files(shelf, letter, report_id)
    numbers = in_subject + in_body + in_names
    with database.writing(engine) as connection:
        connection.execute(delete(mail_intake).where(mail_intake.c.fingerprint == fingerprint, mail_intake.c.reason.is_not(None)))
        connection.execute(mail_intake.insert().values(fingerprint=fingerprint, received_on=today, report_id=report_id, bytes=size))
        told = {"received_on": today, "sent_on": letter.sent_on, "themes": ",".join(sorted(themes)), "citizen_numbers": numbers}
        connection.execute(mail_reports.insert().values(report_id=report_id, **told))
        connection.execute(mail_texts.insert().values(report_id=report_id, subject=subject, body=body))
        sender = {"sender": letter.sender, "reply_to": letter.reply_to, "message_id": letter.message_id}
        connection.execute(mail_senders.insert().values(report_id=report_id, **sender))
        if files:
            connection.execute(mail_attachments.insert(), files)
    return Kept(report_id, numbers)


def set_aside(engine: Engine, *, fingerprint: str, reason: str, size: int, today: date) -> None:
    """Note why a mail was set aside, once its bytes are on disk; a later reason takes the place of an earlier one."""
    with database.writing(engine) as connection:
        connection.execute(delete(mail_intake).where(mail_intake.c.fingerprint == fingerprint, mail_intake.c.reason.is_not(None)))
        connection.execute(mail_intake.insert().values(fingerprint=fingerprint, received_on=today, reason=reason, bytes=size))


def forget(engine: Engine, shelf: Shelf, mail: Mail, *, today: date) -> tuple[int, int]:
    """Forget senders, and texts with their attachments, that were kept long enough; gives how many of each.

    What was set aside is forgotten as a text is; its row stays, so that it is not taken again.
    """
    last = today - timedelta(days=mail.keep_text_days)
    aside = select(mail_intake.c.fingerprint).where(mail_intake.c.reason.is_not(None), mail_intake.c.received_on <= last)
    with database.reading(engine) as connection:
        shelf.drop(attachments=(), set_aside=set(connection.execute(aside).scalars()))
    return _forget(engine, shelf, senders=_old(today - timedelta(days=mail.keep_sender_days)), texts=_old(last))


def forget_one(engine: Engine, shelf: Shelf, report_id: str) -> bool:
    """Forget who sent one report and what stands in it, for a person who asks that (GDPR art. 17); says whether anything was kept of it.

    Where it is about and when it came stays, and its hash, so that it is not taken again.
    """
    one = select(mail_reports.c.report_id).where(mail_reports.c.report_id == report_id)
    return any(_forget(engine, shelf, senders=one, texts=one))


def _forget(engine: Engine, shelf: Shelf, *, senders: Reports, texts: Reports) -> tuple[int, int]:
    """Forget what was said by some reports, on the disk too.

    Files go before their rows: where the process is killed in between, the next run goes on with it. The shelf is held.
    """
    with database.reading(engine) as connection:
        shelf.drop(attachments=_files_of_these_alone(connection, texts), set_aside=())
    with database.writing(engine) as connection:
        gone = tuple(connection.execute(delete(t).where(t.c.report_id.in_(of))).rowcount for t, of in ((mail_senders, senders), (mail_texts, texts)))
        connection.execute(delete(mail_attachments).where(mail_attachments.c.report_id.in_(texts)))
    if any(gone):
        database.forget(engine)
    return gone[0], gone[1]


def tidy(engine: Engine, shelf: Shelf, mail: Mail, *, today: date) -> None:
    """Remove what a run that was killed left, while the shelf is held: drafts at once, and whole files that no row tells of when they are past.

    Not at once: the next run takes their mail again, and a database of which the URL is wrong tells of no file at all.
    """
    with database.reading(engine) as connection:
        attachments = set(connection.execute(select(mail_attachments.c.content_hash)).scalars())
        aside = set(connection.execute(select(mail_intake.c.fingerprint).where(mail_intake.c.reason.is_not(None))).scalars())
    shelf.clear(attachments=attachments, set_aside=aside, last=today - timedelta(days=mail.keep_text_days))


def _old(last: date) -> Reports:
    return select(mail_reports.c.report_id).where(mail_reports.c.received_on <= last)


def _files_of_these_alone(connection: Connection, reports: Reports) -> set[str]:
    """Give the files that came with some reports and with no other."""
    hashes = select(mail_attachments.c.content_hash)
    these = set(connection.execute(hashes.where(mail_attachments.c.report_id.in_(reports))).scalars())
    others = set(connection.execute(hashes.where(mail_attachments.c.report_id.not_in(reports))).scalars()) if these else set()
    return these - others


def _ended(connection: Connection, fingerprint: str) -> str | None:
    row = connection.execute(select(mail_intake.c.reason).where(mail_intake.c.fingerprint == fingerprint)).one_or_none()
    return None if row is None else "taken" if row.reason is None else "set-aside"


def _files(shelf: Shelf, letter: Letter, report_id: str) -> tuple[list[dict[str, Any]], int]:
    """Put the files of a mail on disk, and give their rows and how many citizen numbers stood in their names."""
    rows, numbers = [], 0
    for position, file in enumerate(letter.files, start=1):
        name, found = masked(file.name)
        numbers += found
        told = {"declared_type": file.declared_type[:100], "name": name, "bytes": len(file.content)}
        rows.append({"report_id": report_id, "position": position, "content_hash": shelf.keep_attachment(file.content), **told})
    return rows, numbers
