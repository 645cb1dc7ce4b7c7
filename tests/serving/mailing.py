"""Mails as people and attackers write them, and a run over a box of them."""

from __future__ import annotations

import mailbox
from collections.abc import Callable
from datetime import date
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from features.settings import Settings
from serving import database
from serving.mail.intake import Intake, Summary
from tests.serving.conftest import TODAY

SENT = "Sat, 30 Dec 2023 10:00:00 +0100"
Run = Callable[..., Summary]


def mail(body: str = "Er is overlast.", *, subject: str = "Overlast Dorpsstraat 1", number: int = 1, html: str | None = None,
         files: dict[str, bytes] | None = None, **headers: str) -> bytes:  # fmt: skip
    """Give a mail as a mail program sends it."""
    made = EmailMessage(policy=SMTP)
    told = {"From": "Jo de Vries <jo@example.org>", "To": "meldpunt@example.org", "Date": SENT, "Message-ID": f"<{number}@example.org>"}
    for name, value in ({**told, "Subject": subject} | headers).items():
        made[name] = value
    made.set_content(body)
    if html is not None:
        made.add_alternative(html, subtype="html")
    for name, content in (files or {}).items():
        made.add_attachment(content, maintype="image", subtype="jpeg", filename=name)
    return made.as_bytes()


def raw(*lines: str, body: bytes = b"Er is overlast.\r\n", sender: str = "From: jo@example.org") -> bytes:
    """Give a mail line by line, as nobody's mail program writes it."""
    return "\r\n".join([sender, f"Date: {SENT}", *lines, "", ""]).encode("latin-1") + body


def put(folder: Path, *mails: bytes) -> Path:
    """Put mails in a folder as .eml files."""
    folder.mkdir(exist_ok=True)
    for at, one in enumerate(mails):
        (folder / f"{at:03}.eml").write_bytes(one)
    return folder


def maildir(path: Path, *mails: bytes) -> Path:
    box = mailbox.Maildir(path)
    for one in mails:
        box.add(one)
    return path


def mbox(path: Path, *mails: bytes) -> Path:
    box = mailbox.mbox(path)
    for one in mails:
        box.add(one)
    box.close()
    return path


def runner(settings: Settings, engine: Engine, today: date = TODAY) -> Run:
    """Give what takes in the mail at some paths."""

    def run(*paths: Path, again: bool = False, on: date = today, **changed: Any) -> Summary:
        mine = settings.model_copy(update={"mail": settings.mail.model_copy(update=changed)})
        return Intake(mine, engine, on, again).run(list(paths))

    return run


def rows(engine: Engine, table: Any) -> list[dict[str, Any]]:
    with database.reading(engine) as connection:
        return [dict(row._mapping) for row in connection.execute(table.select().order_by(*table.primary_key.columns))]


def tree(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}
