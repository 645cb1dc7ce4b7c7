"""A run that is killed in the middle: nothing is lost, nothing is there twice, and nothing is half there."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

from features.errors import StateError
from serving import database
from serving.tables import mail_attachments, mail_intake, mail_reports, mail_senders, mail_texts
from tests.conftest import REPO
from tests.serving.mailing import mail, mbox, raw, rows, runner

MAILS = 60


@pytest.mark.slow
def test_a_run_that_is_killed_is_gone_on_with(own_village, engine, tmp_path):
    settings = own_village.settings
    box = mbox(tmp_path / "box", *(mail(f"Nummer {n}.", number=n, files={"a.jpg": f"{n}".encode()}) for n in range(MAILS)), raw("Subject: a\0"))
    url = engine.url.render_as_string(hide_password=False)
    surroundings = os.environ | {"SCHOUW_DATABASE_URL": url, "SCHOUW_STATE": str(settings.state), "PYTHONPATH": str(REPO)}
    command = [sys.executable, "-m", "schouw", "ingest-mail", str(box), "-m", str(settings.folder), "--json"]
    with subprocess.Popen(command, env=surroundings, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        ends = time.monotonic() + 60
        while len(rows(engine, mail_intake)) < 5 and time.monotonic() < ends and process.poll() is None:
            time.sleep(0.005)
        process.send_signal(signal.SIGKILL)
    before = len(rows(engine, mail_intake))
    assert 5 <= before < MAILS, "killed in the middle"
    found = runner(settings, engine)(box)
    assert (found.taken, found.taken_before, sum(found.set_aside.values())) == (MAILS - before, before, 1)
    for table in (mail_reports, mail_texts, mail_senders, mail_attachments):
        assert len({r["report_id"] for r in rows(engine, table)}) == len(rows(engine, table)) == MAILS
    assert {r["body"] for r in rows(engine, mail_texts)} == {f"Nummer {n}." for n in range(MAILS)}
    files = {path.name: path.read_bytes() for path in (settings.state / "mail" / "attachments").iterdir()}
    assert set(files) == {r["content_hash"] for r in rows(engine, mail_attachments)}
    assert set(files.values()) == {f"{n}".encode() for n in range(MAILS)}


def test_a_mail_of_which_the_rows_cannot_be_written_is_not_there_at_all(own_village, sqlite, tmp_path):
    run = runner(own_village.settings, sqlite)
    box = mbox(tmp_path / "box", mail(files={"a.jpg": b"1"}))
    with database.writing(sqlite) as connection:
        mail_senders.drop(connection)
    with pytest.raises(StateError, match="the database refused"):
        run(box)
    assert [rows(sqlite, table) for table in (mail_intake, mail_reports, mail_texts, mail_attachments)] == [[]] * 4
    with database.writing(sqlite) as connection:
        mail_senders.create(connection)
    assert run(box).taken == 1


def test_a_draft_that_a_killed_run_left_is_cleared_and_a_whole_file_is_not(own_village, sqlite, tmp_path):
    folder = own_village.settings.state / "mail" / "attachments"
    folder.mkdir(parents=True)
    (folder / "x.draft").write_bytes(b"half")
    (folder / "whole").write_bytes(b"whole")
    run = runner(own_village.settings, sqlite)
    run(mbox(tmp_path / "box", mail()))
    assert [path.name for path in folder.iterdir()] == ["whole"], "its mail may still come, or the database may be another one"
    os.utime(folder / "whole", (0, 0))
    run()
    assert list(folder.iterdir()) == []
