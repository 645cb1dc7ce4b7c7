"""How much of a mail is read, and how a mail is refused that asks for more. Looked at before anything parses the mail.

Python's own parser makes an object of each part and reads headers in time that grows with the square of their length, so what can be counted
in the bytes is counted there. The numbers are far above what people send; whoever is above them waits for a person and is not lost.
"""

from __future__ import annotations

import re
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

HEADERS, HEAD_BYTES, HEADER_BYTES, READ_HEADER_BYTES = 500, 262_144, 65_536, 4_096
"""Headers of a mail, their bytes together, the bytes of one, and of one that is parsed: 16 kB of quotes take the parser 6 s, 4 kB take 0.4."""
LINES = 600_000
"""25 megabytes in base64 have 350,000."""
BOUNDARIES, TYPES, DEPTH, PARTS, FILES = 1_000, 100, 20, 100, 50
"""Lines that may begin a part, headers that say what a part is, how deep parts lie in parts, parts, and those that are kept as files."""
MARKUP_BYTES, MARKUP_TAGS = 2_000_000, 20_000
"""HTML that is made text: 20,000 tags within each other take 2 s, 100,000 take 84."""
TEXT_CHARACTERS = 500_000
"""Characters of a text: a book has as many."""
SECONDS = 20
"""Processor time for one mail."""

NEWLINE = rb"(?:\r\n|\r(?!\n)|\n)"
BLANK = re.compile(NEWLINE + NEWLINE)
FOLDED = re.compile(NEWLINE + rb"(?![ \t])")
NAME = re.compile(rb"([!-9;-~]+)[ \t]*:")
BOUNDARY = re.compile(rb"(?:^|[\r\n])--")
TYPE = re.compile(rb"(?:^|[\r\n])content-type[ \t]*:", re.IGNORECASE)
STATUS = re.compile(rb"message/delivery-status", re.IGNORECASE)
"""Of such a part the parser makes an object of every paragraph."""
PARSED = re.compile(rb"(?:^|[\r\n])content-(?:type|disposition|transfer-encoding)[ \t]*:[^\r\n]*(?:(?:\r\n|\r|\n)[ \t][^\r\n]*)*", re.IGNORECASE)
ONCE = frozenset(
    {b"from", b"sender", b"reply-to", b"date", b"subject", b"message-id", b"mime-version", b"content-type", b"content-transfer-encoding"}
)
"""Headers that a mail has at most once (RFC 5322, 3.6): of two, one program shows the one and another program the other."""
READ = ONCE | {b"content-disposition"}


class SetAsideError(Exception):
    """A mail that is not taken; ``reason`` is a word for it, and holds nothing of the mail."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def divided(raw: bytes) -> tuple[bytes, bytes]:
    """Give the headers of a mail and what follows them."""
    blank = BLANK.search(raw)
    return (raw, b"") if blank is None else (raw[: blank.start()], raw[blank.end() :])


def headers_of(head: bytes) -> list[tuple[bytes, bytes]]:
    """Give the headers with their names in lower case, a folded one as it stands; a line that is no header has an empty name."""
    found = []
    for line in FOLDED.split(head):
        name = NAME.match(line)
        found.append((name.group(1).lower(), line[name.end() :].strip()) if name else (b"", line))
    return found


def check(raw: bytes) -> None:
    """Refuse a mail that has too much of something, or headers that are a trick.

    Raises
    ------
    SetAsideError
        Says what.
    """
    if not raw.strip():
        raise SetAsideError("empty")
    head, _ = divided(raw)
    _check_head(head)
    if raw.count(b"\n") + raw.count(b"\r") > 2 * LINES:
        raise SetAsideError("too-many-lines")
    if _more(BOUNDARY, raw, BOUNDARIES) or _more(TYPE, raw, TYPES) or (STATUS.search(raw) and _more(BLANK, raw, BOUNDARIES)):
        raise SetAsideError("too-many-parts")
    if any(len(found.group()) > READ_HEADER_BYTES for found in PARSED.finditer(raw)):
        raise SetAsideError("header-too-long")


def _check_head(head: bytes) -> None:
    if len(head) > HEAD_BYTES:
        raise SetAsideError("headers-too-long")
    if len(found := headers_of(head)) > HEADERS:
        raise SetAsideError("too-many-headers")
    if any(len(value) > (READ_HEADER_BYTES if name in READ else HEADER_BYTES) for name, value in found):
        raise SetAsideError("header-too-long")
    names = [name for name, _ in found]
    if not any(names):
        raise SetAsideError("no-headers")
    if b"\0" in head:
        raise SetAsideError("control-characters-in-a-header")
    if any(names.count(name) > 1 for name in ONCE):
        raise SetAsideError("repeated-header")
    if b"from" not in names:
        raise SetAsideError("no-sender")


def _more(pattern: re.Pattern[bytes], raw: bytes, number: int) -> bool:
    return any(at >= number for at, _ in enumerate(pattern.finditer(raw)))


@contextmanager
def in_time(seconds: float = SECONDS) -> Iterator[None]:
    """Stop what takes longer than so much processor time; outside the main thread, where no signal comes, nothing is stopped.

    Raises
    ------
    SetAsideError
        It took too long.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGVTALRM, _too_slow)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def _too_slow(_signal: int, _frame: FrameType | None) -> None:
    raise SetAsideError("took-too-long")
