"""A mail as it was sent, bytes to fields: who, when, about what, its text, and the files that came with it.

Python's `email` reads it. What that package puts up with is refused here where two programs could read it in two ways: a part without its end,
a character set that the bytes are not in, a line break within a header. Such a mail is set aside with the reason.
"""

from __future__ import annotations

import codecs
import email
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from email import errors, policy
from email.message import EmailMessage, Message
from typing import Any, cast

from serving.mail.limits import DEPTH, FILES, NEWLINE, PARTS, SetAsideError, check, divided, headers_of, in_time
from serving.mail.text import named, plain, text_of_html
from serving.messages import EARLIEST

CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
ENCODINGS = frozenset({"", "7bit", "8bit", "binary", "base64", "quoted-printable"})
CHARSETS = frozenset(
    """
    ascii utf-8 cp1250 cp1251 cp1252 cp1253 cp1254 cp1255 cp1256 cp1257 cp1258 cp874 koi8-r koi8-u iso8859-1 iso8859-2 iso8859-3 iso8859-4
    iso8859-5 iso8859-6 iso8859-7 iso8859-8 iso8859-9 iso8859-10 iso8859-13 iso8859-14 iso8859-15 iso8859-16 gb2312 gbk gb18030 big5
    euc_jp shift_jis iso2022_jp euc_kr
    """.split()
)
"""Character sets of text in mail, by Python's own names. Not UTF-7, in which harmless letters hide others, nor what is no character set."""
READ_AS = {"ascii": "utf-8", "iso8859-1": "cp1252"}
"""What writes one of these most often means the other, of which it is a part (WHATWG Encoding)."""
TOLERATED = (errors.InvalidBase64PaddingDefect, errors.InvalidBase64CharactersDefect, errors.HeaderDefect)
"""Faults that lose nothing: a line that a scanner put below a file, a header in an old spelling."""


@dataclass(frozen=True)
class File:
    """A part that was kept as it came; ``name`` and ``declared_type`` are what the sender says of it, and nobody looked whether it is so."""

    name: str
    declared_type: str
    content: bytes


@dataclass(frozen=True)
class Letter:
    """A mail that can be read; ``sent_on`` is None where the mail does not say it, or says a day that cannot be."""

    sender: str
    reply_to: str
    message_id: str
    sent_on: date | None
    subject: str
    body: str
    files: tuple[File, ...]


def fingerprint(raw: bytes) -> str:
    """Give what makes a mail the same mail wherever it lies: its Message-ID, sender, day, subject and what stands below the headers.

    What servers and mailboxes add on the way does not count, nor do line ends and the ``>`` that an mbox puts before *From*. Two mails with
    one Message-ID and another content are two.
    """
    head, body = divided(raw)
    told = [(name, b" ".join(value.split())) for name, value in headers_of(head) if name in {b"message-id", b"from", b"date", b"subject"}]
    lines = re.sub(rb"(?m)^>+(?=From )", b"", re.sub(NEWLINE, b"\n", body)).strip(b"\n")
    return hashlib.sha256(repr((sorted(told), hashlib.sha256(lines).hexdigest())).encode()).hexdigest()


def read(raw: bytes, *, today: date) -> Letter:
    """Read a mail.

    Parameters
    ----------
    raw : bytes
        As it was received, without the line with which an mbox begins it.
    today : date
        A mail of a later day has no day.

    Raises
    ------
    SetAsideError
        It has too much of something, or cannot be read in one way only.
    """
    check(raw)
    with in_time():
        try:
            return _read(email.message_from_bytes(raw, policy=policy.default), today)
        except SetAsideError:
            raise
        except RecursionError as error:
            raise SetAsideError("nested-too-deep") from error
        except Exception as error:  # on what it did not foresee Python's parser raises anything
            raise SetAsideError("unreadable") from error


def _read(message: EmailMessage, today: date) -> Letter:
    told = {name: _header(message, name) for name in ("From", "Reply-To", "Message-ID", "Subject")}
    if not told["From"]:
        raise SetAsideError("no-sender")
    parts = list(_parts(message, 0))
    shown = message.get_body(("plain",))
    body = plain(_decoded(shown)) if shown is not None else ""
    if not body:
        shown, html = None, message.get_body(("html",))
        body = text_of_html(_decoded(html)) if html is not None else ""
    files = tuple(_file(part) for part in parts if part is not shown)
    if len(files) > FILES:
        raise SetAsideError("too-many-files")
    if not body and not told["Subject"] and not any(file.content for file in files):
        raise SetAsideError("empty")
    return Letter(told["From"], told["Reply-To"], told["Message-ID"], _sent_on(message, today), told["Subject"], body, files)


def _header(message: EmailMessage, name: str) -> str:
    value = str(message.get(name, "")).strip()
    if CONTROL.search(value):
        raise SetAsideError("control-characters-in-a-header")
    return plain(value)


def _sent_on(message: EmailMessage, today: date) -> date | None:
    """Give the day on which it was sent, where the sender was."""
    moment = getattr(message.get("Date"), "datetime", None)
    return moment.date() if moment is not None and EARLIEST <= moment.date() <= today else None


def _parts(part: Message[Any, Any], depth: int) -> Iterator[EmailMessage]:
    """Give the parts that hold something, in order; a mail within a mail is one."""
    for at, found in enumerate(_leaves(part, depth)):
        if at == PARTS:
            raise SetAsideError("too-many-parts")
        yield found


def _leaves(part: Message[Any, Any], depth: int) -> Iterator[EmailMessage]:
    if depth > DEPTH:
        raise SetAsideError("nested-too-deep")
    encoding = str(part.get("Content-Transfer-Encoding", "")).strip().lower()
    if encoding not in ENCODINGS:
        raise SetAsideError("unknown-encoding")
    within = part.get_payload()
    if part.get_content_maintype() == "multipart" and isinstance(within, list):
        for one in within:
            yield from _leaves(cast(EmailMessage, one), depth + 1)
    else:
        yield cast(EmailMessage, part)
    if any(not isinstance(defect, TOLERATED) for defect in part.defects):
        raise SetAsideError("malformed")


def _decoded(part: Message[Any, Any]) -> str:
    content = cast(bytes, part.get_payload(decode=True))
    _refuse_faults(part)
    declared = part.get_content_charset() or "us-ascii"
    try:
        name = codecs.lookup(declared).name
    except (LookupError, ValueError) as error:
        raise SetAsideError("unknown-character-set") from error
    if name not in CHARSETS:
        raise SetAsideError("unknown-character-set")
    try:
        return content.decode(READ_AS.get(name, name))
    except UnicodeDecodeError as error:
        raise SetAsideError("another-character-set") from error


def _file(part: EmailMessage) -> File:
    name = part.get_filename() or ""
    if CONTROL.search(name):
        raise SetAsideError("control-characters-in-a-header")
    within = part.get_payload()
    if isinstance(within, list):  # a mail within a mail
        content = b"\n\n".join(one.as_bytes(policy=policy.compat32) for one in cast("list[Message[Any, Any]]", within))
    else:
        content = cast(bytes, part.get_payload(decode=True)) or b""
    _refuse_faults(part)
    return File(named(name), plain(part.get_content_type()), content)


def _refuse_faults(part: Message[Any, Any]) -> None:
    """Refuse what came to light when a part was decoded."""
    if any(not isinstance(defect, TOLERATED) for defect in part.defects):
        raise SetAsideError("malformed")
