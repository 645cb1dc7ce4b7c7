"""The commands of reports by mail, as a person types them."""

from __future__ import annotations

import errno
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from features.errors import InputError, NotFoundError, SettingsError, StateError
from features.settings import load
from features.themes import load_themes
from serving.commands import app
from serving.mail import words
from tests.conftest import REPO
from tests.serving.conftest import HOME
from tests.serving.mailing import mail, put, runner


@pytest.fixture
def run(own_village, monkeypatch):
    monkeypatch.setenv("SCHOUW_STATE", str(own_village.settings.state))
    monkeypatch.setenv("COLUMNS", "200")
    with (own_village.settings.folder / "municipality.toml").open("a") as file:
        file.write('[mail.words]\ntrial = ["overlast"]\n')

    def command(*words: object) -> Result:
        said = [str(word) for word in words]
        return CliRunner().invoke(app, [*said, "--municipality", str(own_village.settings.folder)], catch_exceptions=False)

    return command


@pytest.fixture
def box(tmp_path) -> Path:
    return put(tmp_path / "box", mail(), mail("Geen idee waar.", subject="Vraag", number=2), b"")


def test_a_run_says_what_became_of_each_mail(run, box):
    said = [" ".join(line.split("│")).split() for line in run("ingest-mail", box).stdout.splitlines()]
    told = {" ".join(line[:-1]): line[-1] for line in said if line and line[-1].isdigit()}
    assert told["taken"] == "2"
    assert told["set aside: empty"] == "1"
    assert told["linked to an address"] == "1"
    assert told["waiting for a person: none"] == "1"


def test_a_run_tells_the_same_to_a_program(run, box):
    first = json.loads(run("ingest-mail", box, "--json").stdout)
    assert (first["taken"], first["set_aside"], first["placed"]) == (2, {"empty": 1}, {"linked": 1, "none": 1})
    again = json.loads(run("ingest-mail", box, "--json").stdout)
    assert (again["taken"], again["taken_before"], again["set_aside_before"]) == (0, 2, 1)


def test_what_waits_is_listed_shown_and_settled(run, box):
    run("ingest-mail", box)
    (waiting,) = json.loads(run("mail-reports", "--json").stdout)
    listed = run("mail-reports").stdout.splitlines()
    assert listed[0] == waiting["report_id"]
    assert f"outcome: {waiting['outcome']}" in listed[1]
    assert listed[-1].startswith("Read one: schouw mail-report ID")
    shown = run("mail-report", waiting["report_id"]).stdout
    assert "Geen idee waar." in shown
    assert "jo@example.org" not in shown
    assert "jo@example.org" in run("mail-report", waiting["report_id"], "--sender").stdout
    settled = json.loads(run("mail-report", waiting["report_id"], "--address-id", HOME, "--json").stdout)
    assert (settled["outcome"], settled["address_id"]) == ("person", HOME)
    assert "No report by mail waits" in run("mail-reports").stdout
    assert json.loads(run("mail-report", waiting["report_id"], "--no-address", "--json").stdout)["outcome"] == "no-address"


def test_one_report_can_be_forgotten(run, box):
    run("ingest-mail", box)
    (waiting,) = json.loads(run("mail-reports", "--json").stdout)
    shown = json.loads(run("mail-report", waiting["report_id"], "--forget", "--sender", "--json").stdout)
    assert (shown["subject"], shown["body"], shown["sender"], shown["attachments"]) == (None, None, None, [])
    assert json.loads(run("ingest-mail", box, "--json").stdout)["taken"] == 0


def test_what_was_set_aside_is_listed_with_the_reason_and_where_it_lies(run, box):
    run("ingest-mail", box)
    (listed,) = json.loads(run("mail-reports", "--set-aside", "--json").stdout)
    assert (listed["reason"], listed["bytes"]) == ("empty", 0)
    said = run("mail-reports", "--set-aside").stdout
    assert listed["file"] in said
    assert "open none of them with a mail program" in said


def test_what_cannot_be_read_is_an_error_after_the_rest_was_taken(run, box, tmp_path):
    with pytest.raises(InputError, match=r"1 could not be read: .*nothing cannot be read: No such file or directory"):
        run("ingest-mail", tmp_path / "nothing", box)
    assert len(json.loads(run("mail-reports", "--json").stdout)) == 1


def test_a_path_is_said_as_it_is_written(run, tmp_path, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    (tmp_path / "a[").mkdir()
    assert " 1 " in run("ingest-mail", put(tmp_path / "a[" / "b]", mail())).stdout


def test_nothing_to_read_is_an_error(run):
    with pytest.raises(SettingsError, match="no mail was named"):
        run("ingest-mail")


@pytest.mark.parametrize(
    ("options", "error"),
    [(("--address-id", "A999"), NotFoundError), (("--address-id", "no id"), InputError), (("--address-id", HOME, "--no-address"), InputError)],
)
def test_an_address_that_is_none_settles_nothing(run, box, options, error):
    run("ingest-mail", box)
    (waiting,) = json.loads(run("mail-reports", "--json").stdout)
    with pytest.raises(error):
        run("mail-report", waiting["report_id"], *options)
    assert len(json.loads(run("mail-reports", "--json").stdout)) == 1


def test_a_full_disk_stops_the_run_and_keeps_nothing_of_the_mail(own_village, sqlite, tmp_path, monkeypatch):
    run, box = runner(own_village.settings, sqlite), put(tmp_path / "box", mail(files={"a.jpg": b"1"}))

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("serving.mail.shelf.os.fsync", full)
    with pytest.raises(StateError, match="the folder of mail refuses: No space left on device"):
        run(box)
    monkeypatch.undo()
    assert [path.name for path in (own_village.settings.state / "mail" / "attachments").iterdir()] == []
    assert run(box).taken == 1


def test_the_words_of_zaanwijk_are_of_its_themes():
    settings = load(REPO / "municipalities" / "zaanwijk")
    assert set(settings.mail.words) == {"registration", "room-rental", "overcrowding", "premises"}
    words.check(settings.mail.words, load_themes(settings))
    assert words.told("Er is daar kamerverhuur, en er liggen matrassen.", settings.mail.words) == ("overcrowding", "room-rental")
