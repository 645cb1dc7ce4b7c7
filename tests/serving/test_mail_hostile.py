"""Mails that nobody's mail program writes: each is read in one way, or set aside with the reason, and in time."""

from __future__ import annotations

import base64
import time
from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from serving.mail import letter, limits
from serving.mail.letter import fingerprint, read
from serving.mail.limits import SetAsideError
from tests.serving.conftest import TODAY
from tests.serving.mailing import mail, raw

MIXED = "Content-Type: multipart/mixed; boundary=b"
HTML = "Content-Type: text/html; charset=utf-8"
PER_MAIL_S = 8
"""No mail of this list takes longer here, on any machine that runs the tests; each takes a fraction of it."""


def nested(depth: int) -> bytes:
    parts = "".join(f"Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n" for n in range(depth))
    ends = "".join(f"--b{n}--\n" for n in reversed(range(depth)))
    return f"From: jo@example.org\n{parts}\nhallo\n{ends}".encode()


def within(depth: int) -> bytes:
    """A mail in a mail in a mail."""
    return b"From: jo@example.org\nContent-Type: message/rfc822\n\n" * depth + b"From: jo@example.org\n\nhallo"


def named(disposition: str) -> bytes:
    part = b"--b\r\nContent-Type: image/jpeg\r\nContent-Disposition: attachment; " + disposition.encode() + b"\r\n\r\nx\r\n--b--\r\n"
    return raw(MIXED, body=b"--b\r\n\r\nhallo\r\n" + part)


HOSTILE = {
    "empty": b"",
    "empty, of text and subject": b"From: jo@example.org\r\n\r\n",
    "no-headers": b"\x7fELF\x02\x01\x01" + bytes(range(256)).replace(b":", b"") * 10,
    "no-sender": b"Subject: hallo\r\n\r\nhallo",
    "no-sender, behind a blank line": b"\r\nFrom: jo@example.org\r\n\r\nhallo",
    "nested-too-deep": nested(40),
    "too-many-parts, within each other": nested(1000),
    "too-many-parts, mails in mails": within(1000),
    "too-many-parts, empty ones": raw(MIXED, body=b"--b\n\n" * 200_000 + b"--b--\n"),
    "too-many-parts, a hundred and more": raw(MIXED, body=b"--b\n\nx\n" * 150 + b"--b--\n"),
    "too-many-parts, of a delivery status": raw("Content-Type: message/delivery-status", body=b"a: b\n\n" * 100_000),
    "too-many-files": raw(MIXED, body=b"--b\n\nx\n" * 80 + b"--b--\n"),
    "too-many-headers": raw(*(f"X-{n}: 1" for n in range(600))),
    "headers-too-long": raw(*("X: 1" for _ in range(100_000))),
    "header-too-long": raw("X: " + "x" * 70_000),
    "header-too-long, a subject": raw("Subject: " + "=?utf-8?q?a?= " * 400),
    "header-too-long, a name": named('filename="' + '"' * 5_000),
    "header-too-long, folded": raw("Content-Type: text/plain;" + "\r\n a=b;" * 1_000),
    "nested-too-deep, comments in comments": raw(sender="From: " + "(" * 4_000),
    "unreadable, a line break in a name": raw(sender='From: "=?utf-8?q?a=0d=0ab?=" <jo@example.org>'),
    "control-characters-in-a-header, an encoded line break": raw("Subject: =?utf-8?q?a=0D=0ABcc=3A_x=40example=2Eorg?="),
    "control-characters-in-a-header, an encoded zero": raw("Subject: =?utf-8?q?a=00?="),
    "control-characters-in-a-header, a zero": raw("Subject: a\0b"),
    "control-characters-in-a-header, a name": named("filename*=utf-8''a%0D%0AContent-Type%3A%20text%2Fhtml"),
    "repeated-header": raw("Subject: een", "Subject: ander"),
    "repeated-header, after a bare line end": raw("Subject: een\rFrom: ander@example.org"),
    "malformed, no end": raw(MIXED, body=b"--b\r\n\r\nhallo\r\n"),
    "malformed, no boundary": raw("Content-Type: multipart/mixed", body=b"--b\r\n\r\nhallo\r\n--b--\r\n"),
    "malformed, never begun": raw(MIXED, body=b"hallo\r\n"),
    "malformed, base64 of no length": raw("Content-Transfer-Encoding: base64", body=b"A"),
    "malformed, encoded parts": raw(MIXED, "Content-Transfer-Encoding: base64", body=b"--b\r\n\r\nhallo\r\n--b--\r\n"),
    "unknown-encoding": raw("Content-Transfer-Encoding: x-uuencode", body=b"begin 644 a\n#0V%T\n \nend\n"),
    "unknown-character-set": raw("Content-Type: text/plain; charset=utf-7", body=b"+ADw-script+AD4-"),
    "unknown-character-set, none at all": raw("Content-Type: text/plain; charset=klingon"),
    "unknown-character-set, a packer": raw("Content-Type: text/plain; charset=zlib", body=b"x\x9c"),
    "unknown-character-set, code": raw("Content-Type: text/plain; charset=unicode_escape", body=b"\\u0000"),
    "another-character-set": raw("Content-Type: text/plain; charset=utf-8", body="café".encode("latin-1")),
    "another-character-set, unsaid": raw(body="café".encode("latin-1")),
    "text-too-long": raw(body=b"x" * 600_000),
    "text-too-long, packed": raw("Content-Transfer-Encoding: base64", body=base64.encodebytes(b"x" * 2_000_000)),
    "too-many-lines": raw(body=b"\n" * 2_000_000),
    "too-much-markup, tags": raw(HTML, body=b"<div>" * 100_000),
    "too-much-markup, long": raw(HTML, body=b"x" * 3_000_000),
    "text-too-long, of markup": raw(HTML, body=b"x" * 600_000),
}


ODD = raw(MIXED, body=b"--b\r\n\r\nhallo\r\n--b\r\nContent-Type: image/j\0p\xe9g\r\n\r\nx\r\n--b--\r\n")
"""A mail that can be read, with a type that PostgreSQL takes for no text."""


@pytest.mark.parametrize("what", HOSTILE)
def test_a_hostile_mail_is_set_aside_with_the_reason_in_time(what):
    began = time.process_time()
    with pytest.raises(SetAsideError) as refused:
        read(HOSTILE[what], today=TODAY)
    assert refused.value.reason == what.split(",")[0]
    assert time.process_time() - began < PER_MAIL_S


def test_what_no_rule_foresees_is_stopped_after_its_processor_time(monkeypatch):
    def forever(*_):
        while True:
            pass

    monkeypatch.setattr(letter, "_read", forever)
    monkeypatch.setattr(letter, "in_time", lambda: limits.in_time(0.1))
    with pytest.raises(SetAsideError, match="took-too-long"):
        read(mail(), today=TODAY)


def test_as_many_tags_as_are_read_are_read_in_time():
    began = time.process_time()
    assert read(raw(HTML, body=b"<div>" * 9_990 + b"hallo" + b"</div>" * 9_990), today=TODAY).body == "hallo"
    assert time.process_time() - began < PER_MAIL_S


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ('filename="../../etc/passwd"', "passwd"),
        ('filename="..\\\\..\\\\autoexec.bat"', "autoexec.bat"),
        ("filename*=utf-8''foto%E2%80%AEgpj.exe", "fotogpj.exe"),
        ('filename=""', ""),
        ('filename="' + "a" * 900 + '"', "a" * 200),
        ("filename*=klingon''a%FF", "a\ufffd"),
    ],
)
def test_the_name_of_a_file_is_for_reading_only(given, kept):
    assert [(file.name, file.content) for file in read(named(given), today=TODAY).files] == [(kept, b"x")]


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<script>alert(1)</script>hallo", "hallo"),
        ("<style>p{}</style><title>t</title>hallo", "hallo"),
        ("<svg onload=alert(1)><text>x</text></svg>hallo", "hallo"),
        ("<img src=x onerror=alert(1)>hallo<iframe src=javascript:x>y</iframe>", "hallo"),
        ("<a href='javascript:alert(1)'>hallo</a>", "hallo"),
        ("<p>een</p><p>twee<br>drie</p>", "een\n\ntwee\ndrie"),
        ("<p>hallo<!-- " + "x" * 700_000 + " --></p>", "hallo"),
        ("<!-- x --><![CDATA[y]]>hallo <b>jij", "hallo jij"),
        ("&lt;script&gt;hallo&#0;&#x202e;", "<script>hallo\ufffd"),
        ("<scr<script>ipt>alert(1)</scr</script>ipt>", "ipt>alert(1)ipt>"),
    ],
)
def test_html_leaves_its_text_and_nothing_that_runs(html, text):
    assert read(raw(HTML, body=html.encode()), today=TODAY).body == text


@pytest.mark.parametrize(
    ("charset", "text"), [("utf-8", "café €"), ("iso-8859-1", "café €"), ("windows-1252", "café €"), ("iso-8859-15", "café €"), ("gb18030", "门牌")]
)
def test_text_in_a_known_character_set_is_read(charset, text):
    body = text.encode("cp1252" if charset == "iso-8859-1" else charset)  # what says latin-1 most often is not
    assert read(raw(f"Content-Type: text/plain; charset={charset}", body=body), today=TODAY).body == text


def test_what_nobody_sees_is_not_kept():
    said = read(raw("Content-Type: text/plain; charset=utf-8", body="spook\u200bbe\u00adwo\0ner\u202e\r\n\x1b[31mrood\r\n".encode()), today=TODAY)
    assert said.body == "spookbewoner\n[31mrood"


def test_a_packed_attachment_stays_packed():
    bomb = b"PK\x03\x04" + b"\0" * 1_000
    assert read(mail(files={"bom.zip": bomb}), today=TODAY).files[0].content == bomb


def test_a_mail_within_a_mail_is_kept_as_a_file_and_not_read():
    inner = mail("Binnen.", subject="Binnen")
    outer = raw(MIXED, body=b"--b\r\n\r\nBuiten.\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n" + inner + b"\r\n--b--\r\n")
    said = read(outer, today=TODAY)
    assert said.body == "Buiten."
    assert [file.declared_type for file in said.files] == ["message/rfc822"]
    assert b"Binnen." in said.files[0].content


def test_mails_within_mails_are_one_file():
    (file,) = read(within(95), today=TODAY).files
    assert file.content.endswith(b"hallo")


def test_a_fault_that_loses_nothing_sets_nothing_aside():
    body = b"--b\r\n\r\nhallo\r\n--b\r\nContent-Type: image/jpeg\r\nContent-Transfer-Encoding: base64\r\n\r\nAAEC!\r\n--b--\r\n"
    assert read(raw(MIXED, body=body), today=TODAY).files[0].content == b"\0\1\2"


def test_a_mail_says_who_when_and_what():
    said = read(mail("Tekst.", subject="Étage é"), today=TODAY)
    assert (said.sender, said.sent_on, said.subject, said.body) == ("Jo de Vries <jo@example.org>", date(2023, 12, 30), "Étage é", "Tekst.")


@pytest.mark.parametrize(
    "other",
    [
        mail().replace(b"\r\n", b"\n"),
        b"Received: from x by y\r\n" + mail(),
        mail() + b"\r\n\r\n",
        mail().replace(b"Subject: Overlast ", b"Subject: Overlast\r\n "),
        mail().replace(b"MIME-Version: 1.0\r\n", b"MIME-Version: 1.0\r\nX-Status: R\r\n"),
    ],
)
def test_what_is_added_on_the_way_makes_no_other_mail(other):
    assert other != mail()
    assert fingerprint(other) == fingerprint(mail())


@pytest.mark.parametrize("other", [mail("Anders."), mail(number=2), mail(subject="Anders"), mail(From="x@example.org"), mail(files={"a.jpg": b"1"})])
def test_another_text_sender_subject_or_number_is_another_mail(other):
    assert fingerprint(other) != fingerprint(mail())


SEEDS = [mail(html="<p>é</p>", files={"a.jpg": b"\xff" * 99}), *(one for one in HOSTILE.values() if len(one) < 20_000)]
CUTS = st.tuples(
    st.integers(0, 20_000), st.integers(0, 60), st.binary(max_size=12) | st.sampled_from([b"\n\n", b"=?utf-8?b?", b"\r", b"--b", b"\0", b";"])
)


@settings(deadline=None, max_examples=200)
@given(st.sampled_from(SEEDS), st.lists(CUTS, max_size=4))
def test_bytes_of_any_kind_are_a_letter_that_can_be_stored_or_are_set_aside(seed, cuts):
    for start, length, put in cuts:
        at = start % (len(seed) + 1)
        seed = seed[:at] + put + seed[at + length :]
    assert len(fingerprint(seed)) == 64
    with suppress(SetAsideError):
        refuse_what_no_database_takes(read(seed, today=TODAY))


def test_a_type_that_no_database_takes_is_kept_as_one_that_it_does():
    said = read(ODD, today=TODAY)
    refuse_what_no_database_takes(said)
    assert said.files[0].content == b"x"


def refuse_what_no_database_takes(said: letter.Letter) -> None:
    files = [text for file in said.files for text in (file.name, file.declared_type)]
    for text in (said.sender, said.reply_to, said.message_id, said.subject, said.body, *files):
        assert "\0" not in text
        text.encode()  # which half a character would refuse, as a database does
