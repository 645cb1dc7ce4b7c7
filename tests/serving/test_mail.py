"""Reports by mail: taken once, from wherever they lie, with the sender kept apart. On SQLite and on PostgreSQL."""

from __future__ import annotations

import stat
import subprocess
import sys
from datetime import date, timedelta

import pytest

from features.errors import SettingsError, TakenError
from serving.mail import keeping, listing
from serving.mail.shelf import Shelf
from serving.tables import mail_attachments, mail_intake, mail_places, mail_reports, mail_senders, mail_texts
from tests.serving.conftest import HOME, TODAY
from tests.serving.mailing import mail, maildir, mbox, put, raw, rows, runner
from tests.serving.test_mail_hostile import HOSTILE, ODD

WORDS = {"trial": ("overlast*", "kamerverhuur")}
FORMS = [put, maildir, mbox]


@pytest.fixture
def run(own_village, engine):
    return runner(own_village.settings, engine)


@pytest.fixture
def shelf(own_village):
    return own_village.settings.state / "mail"


@pytest.mark.parametrize("form", FORMS)
def test_a_mail_of_each_kind_of_box_becomes_a_report_once_and_the_box_stays_as_it_was(run, engine, tmp_path, form):
    box = form(tmp_path / "box", mail(number=1), mail("Ook hier.", number=2, subject="Kamerverhuur?"))
    before = {path: path.read_bytes() for path in tmp_path.rglob("box*/**/*") if path.is_file()} | ({} if box.is_dir() else {box: box.read_bytes()})
    first, second = run(box, words=WORDS), run(box, words=WORDS)
    assert (first.taken, first.taken_before, dict(first.set_aside)) == (2, 0, {})
    assert (second.taken, second.taken_before) == (0, 2)
    assert sorted((r["received_on"], r["sent_on"], r["themes"]) for r in rows(engine, mail_reports)) == [(TODAY, date(2023, 12, 30), "trial")] * 2
    assert len(before) == (1 if form is mbox else 2)
    assert {path: path.read_bytes() for path in before} == before


def test_one_mail_is_taken_once_whichever_box_it_lies_in(run, engine, tmp_path):
    one = mail("Beste,\n\nFrom nu af is er overlast.\n", files={"a.jpg": b"\xff\xd8"})
    boxes = [form(tmp_path / form.__name__, one) for form in FORMS]
    found = run(*boxes)
    assert (found.taken, found.taken_before) == (1, 2)
    assert len(rows(engine, mail_intake)) == 1


def test_two_mails_under_one_message_id_are_both_kept(run, engine, tmp_path):
    found = run(put(tmp_path / "box", mail("Het een."), mail("Het ander."), mail("Het een.")))
    assert (found.taken, found.taken_before) == (2, 1)
    assert sorted(r["body"] for r in rows(engine, mail_texts)) == ["Het ander.", "Het een."]


def test_the_sender_stands_in_its_own_table_only(run, engine, tmp_path):
    run(put(tmp_path / "box", mail(**{"Reply-To": "weg@example.org"})))
    (sender,) = rows(engine, mail_senders)
    assert (sender["sender"], sender["reply_to"], sender["message_id"]) == ("Jo de Vries <jo@example.org>", "weg@example.org", "<1@example.org>")
    for table in (mail_intake, mail_reports, mail_places, mail_texts, mail_attachments):
        assert "jo@" not in str(rows(engine, table))
        assert "Vries" not in str(rows(engine, table))


def test_attachments_are_kept_by_content_once_and_nobody_else_can_read_or_run_them(run, engine, tmp_path, shelf):
    files = {"foto.jpg": b"\xff\xd8\xff", "../../x.sh": b"#!/bin/sh\nexit 1\n"}
    run(put(tmp_path / "box", mail("1", files=files), mail("2", files=files)))
    told = [(r["position"], r["name"], r["declared_type"], r["bytes"]) for r in rows(engine, mail_attachments)]
    assert sorted(told) == sorted([(1, "foto.jpg", "image/jpeg", 3), (2, "x.sh", "image/jpeg", 17)] * 2)
    kept = list((shelf / "attachments").iterdir())
    assert {path.name for path in kept} == {r["content_hash"] for r in rows(engine, mail_attachments)}
    assert {path.read_bytes() for path in kept} == set(files.values())
    assert {stat.S_IMODE(path.stat().st_mode) for path in kept} == {0o600}
    assert stat.S_IMODE(shelf.stat().st_mode) == 0o700


def test_html_is_kept_as_it_came_and_its_text_is_what_is_read(run, engine, tmp_path, shelf):
    html = "<style>p{}</style><p onclick='x()'>Kamerverhuur in<br>Dorpsstraat&nbsp;1<script>alert(1)</script><img src=x onerror=y()></p>"
    run(put(tmp_path / "box", mail("", html=html, subject="Hallo")), words=WORDS)
    assert [r["body"] for r in rows(engine, mail_texts)] == ["Kamerverhuur in\nDorpsstraat 1"]
    assert rows(engine, mail_reports)[0]["themes"] == "trial"
    assert any(b"onerror" in path.read_bytes() for path in (shelf / "attachments").iterdir())


def test_citizen_numbers_are_masked_and_counted(run, engine, tmp_path):
    found = run(put(tmp_path / "box", mail("Zijn bsn is 9999.90.019.", subject="over 999990019", files={"999990019.jpg": b"1"})))
    assert found.citizen_numbers == 3
    stored = str([rows(engine, table) for table in (mail_texts, mail_attachments)])
    assert "99990" not in stored
    assert stored.count("[nummer]") == 3


def test_a_day_of_sending_that_cannot_be_is_none(run, engine, tmp_path):
    days = ("Tue, 2 Jan 2024 09:00:00 +0100", "Mon, 1 Jan 1900 09:00:00 +0100", "gisteren", "Mon, 1 Jan 2024 23:59:00 +0100")
    run(put(tmp_path / "box", *(mail(number=at, Date=day) for at, day in enumerate(days))))
    assert sorted(str(r["sent_on"]) for r in rows(engine, mail_reports)) == ["2024-01-01", "None", "None", "None"]


def test_what_is_set_aside_is_kept_to_the_byte_counted_by_reason_and_looked_at_again_only_when_asked(run, engine, tmp_path, shelf):
    bad = raw("Content-Type: text/plain; charset=utf-7", body=b"+ADw-script+AD4-")
    box = put(tmp_path / "box", bad, b"", mail())
    first, second, third = run(box), run(box), run(box, again=True)
    assert (first.taken, dict(first.set_aside)) == (1, {"unknown-character-set": 1, "empty": 1})
    assert (second.set_aside_before, dict(second.set_aside)) == (2, {})
    assert (third.taken_before, dict(third.set_aside)) == (1, {"unknown-character-set": 1, "empty": 1})
    listed = listing.aside(engine)
    assert [(row["reason"], (shelf / "set-aside" / row["file"]).read_bytes()) for row in listed] == [("empty", b""), ("unknown-character-set", bad)]


def test_a_mail_that_was_set_aside_can_become_a_report_later(run, engine, tmp_path, monkeypatch):
    box = put(tmp_path / "box", mail())
    monkeypatch.setattr("serving.mail.limits.HEADERS", 3)
    assert dict(run(box).set_aside) == {"too-many-headers": 1}
    monkeypatch.undo()
    assert (run(box).taken, run(box, again=True).taken) == (0, 1)
    assert [r["reason"] for r in rows(engine, mail_intake)] == [None]


def test_a_mail_that_is_too_large_is_set_aside_without_being_read(run, engine, tmp_path, shelf):
    large = mail("x" * 70 + "\n" + ("y" * 70 + "\n") * 30_000)
    box = put(tmp_path / "box", large, mail(number=2))
    first, second = run(box, maximum_megabytes=1), run(box, maximum_megabytes=1)
    assert (first.taken, dict(first.set_aside), second.set_aside_before) == (1, {"too-large": 1}, 1)
    assert [path.read_bytes() for path in (shelf / "set-aside").iterdir()] == [large]


def test_a_file_that_cannot_be_read_stops_no_other_and_is_told_by_its_number(run, tmp_path):
    box = put(tmp_path / "box", mail(number=1), mail(number=2))
    (box / "000.eml").unlink()
    (box / "000.eml").symlink_to(tmp_path / "gone")
    found = run(box, tmp_path / "nothing")
    assert found.taken == 1
    one, other = found.unreadable
    assert one == f"file 1 of 2 in {box}, in order of name: No such file or directory"
    assert "nothing cannot be read: No such file or directory" in other


def test_an_mbox_that_another_program_writes_in_is_left_and_the_others_go_on(run, tmp_path):
    held, marked, free = (mbox(tmp_path / name, mail(number=at)) for at, name in enumerate(("held", "marked", "free")))
    (tmp_path / "marked.lock").touch()
    hold = "import fcntl, sys; f = open(sys.argv[1], 'rb+'); fcntl.lockf(f, fcntl.LOCK_EX); print('held', flush=True); sys.stdin.read()"
    with subprocess.Popen([sys.executable, "-c", hold, held], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        other.stdout.readline()
        found = run(held, marked, free)
        other.stdin.close()
    assert found.taken == 1
    assert [told.split(". ")[0] for told in found.unreadable] == [f"{path} is held by another program" for path in (held, marked)]
    assert not (tmp_path / "free.lock").exists()
    assert run(held).taken == 1


def test_a_second_run_at_the_same_time_is_refused(run, own_village, tmp_path):
    with Shelf(own_village.settings.state / "mail").alone(), pytest.raises(TakenError, match="is taking in mail"):
        run(put(tmp_path / "box", mail()))


def test_words_of_a_theme_that_is_not_there_are_refused_before_anything_is_taken(run, engine, tmp_path):
    with pytest.raises(SettingsError, match=r"\[mail.words\] names 'other'"):
        run(put(tmp_path / "box", mail()), words={"other": ("woord",)})
    assert rows(engine, mail_intake) == []


def test_senders_texts_and_files_are_forgotten_and_a_forgotten_mail_is_not_taken_again(run, engine, tmp_path, shelf):
    box = put(tmp_path / "box", mail(files={"a.jpg": b"1", "b.jpg": b"2"}), b"")
    days = {"keep_sender_days": 10, "keep_text_days": 20}
    run(box, **days)
    run(put(tmp_path / "later", mail("Later.", files={"b.jpg": b"2"})), on=TODAY + timedelta(days=9), **days)
    assert len(rows(engine, mail_senders)) == 2
    tenth = run(on=TODAY + timedelta(days=10), **days)
    assert (tenth.forgotten_senders, tenth.forgotten_texts, len(rows(engine, mail_senders)), len(rows(engine, mail_texts))) == (1, 0, 1, 2)
    assert run(box, on=TODAY + timedelta(days=20), **days).taken_before == 1
    assert [r["body"] for r in rows(engine, mail_texts)] == ["Later."]
    assert [path.read_bytes() for path in (shelf / "attachments").iterdir()] == [b"2"]
    assert list((shelf / "set-aside").iterdir()) == []
    assert len(rows(engine, mail_reports)) == 2


def test_what_is_forgotten_is_gone_from_the_disk_too(own_village, sqlite, tmp_path):
    run = runner(own_village.settings, sqlite)
    run(put(tmp_path / "box", mail("Kenmerkend.", files={"a.jpg": b"1"})), keep_sender_days=1)
    stored = lambda: b"".join(path.read_bytes() for path in (tmp_path / "own").iterdir())  # noqa: E731 - asked three times
    assert b"Vries" in stored()
    assert run(on=TODAY + timedelta(days=1), keep_sender_days=1).forgotten_senders == 1
    assert b"Vries" not in stored()
    (report,) = rows(sqlite, mail_reports)
    shelf = Shelf(own_village.settings.state / "mail")
    assert [keeping.forget_one(sqlite, shelf, report["report_id"]) for _ in range(2)] == [True, False]
    assert b"Kenmerkend" not in stored()
    assert (list(shelf.attachments.iterdir()), len(rows(sqlite, mail_reports)), len(rows(sqlite, mail_places))) == ([], 1, 1)


def test_without_a_build_mail_is_taken_and_looked_up_after_it(run, own_village, engine, tmp_path):
    builds = own_village.settings.state / "events"
    builds.rename(tmp_path / "events")
    found = run(put(tmp_path / "box", mail()))
    assert (found.taken, found.not_looked_up, found.placed) == (1, True, {})
    (tmp_path / "events").rename(builds)
    assert run().placed == {"linked": 1}
    assert [(r["address_id"], r["outcome"], r["placed_on"]) for r in rows(engine, mail_places)] == [(HOME, "linked", TODAY)]


def test_no_hostile_mail_keeps_the_others_out(run, engine, tmp_path):
    found = run(put(tmp_path / "box", *(one for one in HOSTILE.values() if len(one) < 100_000), ODD, mail()))
    assert (found.taken, found.unreadable) == (2, [])
    assert sum(found.set_aside.values()) == len(rows(engine, mail_intake)) - 2 > 20
    assert listing.waiting(engine)[0].outcome == "none"
