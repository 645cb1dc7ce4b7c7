"""A mailbox on a server, over IMAP with TLS (RFC 3501, RFC 8314). It is examined, not opened: nothing is marked as read, moved or deleted.

The server numbers its mails upward (UID) until it says that it numbers anew (UIDVALIDITY), so only mail above the last number is asked for. That
saves time and decides nothing: a mail that is met twice is known by its content.
"""

from __future__ import annotations

import hashlib
import imaplib
import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, select

from features.declared_mail import Imap
from serving import database
from serving.mail.boxes import CHUNK, BoxError, Found, UnreadableError
from serving.tables import mail_boxes

TIMEOUT_S = 60
"""How long a server may keep silent; assumed."""


@dataclass
class Seen:
    """Up to which number the mails of a box were dealt with, kept in our own database."""

    engine: Engine
    box: str
    validity: int
    uid: int

    def done(self, uid: int) -> None:
        """Go on to a number: all up to it were taken, set aside or gone."""
        self.uid = uid
        row = {"uid_validity": self.validity, "last_uid": uid}
        with database.writing(self.engine) as connection:
            if not connection.execute(mail_boxes.update().where(mail_boxes.c.box == self.box).values(**row)).rowcount:
                connection.execute(mail_boxes.insert().values(box=self.box, **row))


@contextmanager
def opened(box: Imap, *, folder: Path, engine: Engine) -> Iterator[Iterator[Found]]:
    """Give the mails that came since the last run.

    Parameters
    ----------
    box : Imap
    folder : Path
        The municipality's folder: ``authority`` is relative to it.
    engine : sqlalchemy.Engine
        Holds up to where the box was read.

    Raises
    ------
    SettingsError
        There is no password.
    BoxError
        The server cannot be reached, is not who it says it is, refuses, or hangs up.
    """
    secret = box.secret()
    with _ours(box):
        context = ssl.create_default_context(cafile=str(folder / box.authority) if box.authority else None)
        connection = imaplib.IMAP4_SSL(box.host, box.port, ssl_context=context, timeout=TIMEOUT_S)
        try:
            _sign_in(connection, box, secret)
            _expect(connection.select(f'"{box.mailbox}"', readonly=True))
            seen = _seen(connection, box, engine)
            yield _mails(connection, box, seen)
        finally:
            with suppress(OSError, imaplib.IMAP4.error):
                connection.logout()
            with suppress(OSError):
                connection.shutdown()  # which a server that hung up leaves to us


def _sign_in(connection: imaplib.IMAP4_SSL, box: Imap, secret: str) -> None:
    if box.sign_in == "xoauth2":
        connection.authenticate("XOAUTH2", lambda _: f"user={box.user}\1auth=Bearer {secret}\1\1".encode())
    else:
        connection.login(box.user, secret)


def _seen(connection: imaplib.IMAP4_SSL, box: Imap, engine: Engine) -> Seen:
    name = hashlib.sha256(f"{box.user}@{box.host}:{box.port}/{box.mailbox}".encode()).hexdigest()
    _, told = connection.response("UIDVALIDITY")
    validity = int(told[0]) if told and told[0] else 0
    with database.reading(engine) as reading:
        row = reading.execute(select(mail_boxes).where(mail_boxes.c.box == name)).one_or_none()
    return Seen(engine, name, validity, row.last_uid if row is not None and row.uid_validity == validity else 0)


def _mails(connection: imaplib.IMAP4_SSL, box: Imap, seen: Seen) -> Iterator[Found]:
    last = seen.uid
    numbers = sorted(int(n) for n in _expect(connection.uid("SEARCH", f"UID {last + 1}:*"))[0].split())
    for uid in (n for n in numbers if n > last):  # a server names its last mail also where that is below
        yield Found(f"mail {uid} of {box.mailbox} on {box.host}", partial(_of, connection, uid, box), partial(seen.done, uid))


def _of(connection: imaplib.IMAP4_SSL, uid: int, box: Imap) -> Iterator[bytes]:
    """Read a mail in pieces, so that a large one is never in memory whole."""
    start = 0
    while True:
        with _ours(box):
            answer = _expect(connection.uid("FETCH", f"{uid}", f"(BODY.PEEK[]<{start}.{CHUNK}>)"))
        piece = next((found[1] for found in answer if isinstance(found, tuple)), None)
        if piece is None and start == 0:
            raise UnreadableError("the server no longer has it")
        if piece:
            yield piece
        if not piece or len(piece) < CHUNK:
            return
        start += len(piece)


def _expect(answer: tuple[str, list[Any]]) -> list[Any]:
    if answer[0] != "OK":
        raise imaplib.IMAP4.error(answer[0])
    return answer[1]


@contextmanager
def _ours(box: Imap) -> Iterator[None]:
    """Turn what the library says into one of our errors, without what the server says: that may hold a name."""
    try:
        yield
    except (OSError, imaplib.IMAP4.error) as error:
        why = error.verify_message if isinstance(error, ssl.SSLCertVerificationError) else type(error).__name__
        raise BoxError(
            f"the mailbox on {box.host} cannot be read ({re.sub(r'[^A-Za-z0-9 ,.-]', '', why)})",
            expected="a server that answers with TLS and a certificate that can be checked, a user and a password that it knows, and the folder",
            remedy="look at [[mail.imap]] and at the server, and run again: each mail is taken once",
        ) from None
