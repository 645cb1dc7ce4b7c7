"""The commands over the score log, as a person types them."""

from __future__ import annotations

import json
import stat
from contextlib import nullcontext
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update
from typer.testing import CliRunner

from features.errors import InputError, NotFoundError, StateError
from serving import database, score_log
from serving.commands import app
from serving.replay import Replay
from serving.score_log import checkpoints
from serving.tables import score_log as table
from tests.serving.asking import FOUND
from tests.serving.conftest import HOME
from tests.serving.test_commands import run

__all__ = ["run"]


@pytest.fixture
def answered(run, own_village):
    """Two answers: the database, and their score ids."""
    said = [json.loads(run("score", "trial", "--purpose", "trial", "--address-id", address, "--json")) for address in (HOME, "A2")]
    engine = database.connect(own_village.settings.database_url)
    yield engine, [one["scoreId"] for one in said]
    engine.dispose()


def edit(engine, score_id, payload):
    with database.writing(engine) as connection:
        connection.execute(update(table).where(table.c.score_id == score_id).values(payload=payload))


def test_verify_walks_the_log_and_warns_of_what_it_cannot_tell(run, answered):
    said = run("log", "verify")
    assert "2 lines of 2 writers, each as it was written; 0 payloads purged." in said
    assert "Warning: no checkpoint was ever signed" in " ".join(said.split())
    told = json.loads(run("log", "verify", "--json"))
    assert (told["lines"], told["writers"], told["purged"], told["fault"], told["checkpoint"]) == (2, 2, 0, None, None)
    assert ["no checkpoint" in told["warnings"][0], "public_keys" in told["warnings"][1]] == [True, True]


@pytest.mark.parametrize(("payload", "kind"), [("{}", "payload-changed"), (None, "payload-removed")])
def test_verify_leaves_with_a_code_and_names_the_line(own_village, answered, payload, kind, monkeypatch):
    engine, (_, second) = answered
    writer = score_log.read(engine, second).writer_id
    edit(engine, second, payload)
    words = ["log", "verify", "--json", "--municipality", str(own_village.settings.folder)]
    result = CliRunner().invoke(app, words)
    assert isinstance(result.exception, StateError)
    assert str(result.exception).startswith(f"line 1 of the score log is not as it was written ({kind}; chain {writer})")
    told = json.loads(result.stdout)
    assert (told["lines"], told["fault"]) == (1, {"chain": writer, "position": 1, "kind": kind})


def test_verify_says_how_old_the_newest_checkpoint_is_and_warns_of_an_old_one(run, answered, own_village, monkeypatch):
    made = json.loads(run("log", "checkpoint", "--json"))
    assert (made["position"], made["chains"]) == (1, 3)
    assert "Checkpoint 2: 0 chains moved" in run("log", "checkpoint")
    assert "As signed 0 minutes ago, in checkpoint 2." in run("log", "verify")
    told = json.loads(run("log", "verify", "--json"))
    assert told["checkpoint"]["position"] == 2
    assert 0 <= told["checkpoint"]["age_s"] < 60
    assert len(told["warnings"]) == 1
    toml = own_village.settings.folder / "municipality.toml"
    toml.write_text(f'{toml.read_text()}[score_log]\npublic_keys = ["{made["public_key"]}"]\n')
    assert json.loads(run("log", "verify", "--json"))["warnings"] == []
    monkeypatch.setattr(checkpoints, "LATE_S", -1)
    assert "not of the last hour" in json.loads(run("log", "verify", "--json"))["warnings"][0]


def test_a_restore_is_signed_with_its_reason_and_told(run, answered):
    run("log", "checkpoint")
    with pytest.raises(InputError, match="says hardly anything"):
        run("log", "checkpoint", "--after-restore", "because")
    assert "Checkpoint 2: 3 chains moved" in run("log", "checkpoint", "--after-restore", "backup of Monday, disk broke")
    said = " ".join(run("log", "verify").split())
    assert "Restored before checkpoint 2" in said
    assert "backup of Monday, disk broke" in said


def test_purge_takes_what_is_past_the_retention_of_its_theme(run, answered, own_village, monkeypatch):
    engine, (first, _) = answered
    assert "Nothing is past its retention." in run("log", "purge")
    later = score_log.read(engine, first).logged_at + timedelta(days=185)
    monkeypatch.setattr("serving.clock.system_clock", lambda _: type("Clock", (), {"now": staticmethod(lambda: later)}))
    assert json.loads(run("log", "purge", "--json"))["purged"] == {}
    theme = own_village.settings.folder / "themes" / "trial.toml"
    theme.write_text(theme.read_text().replace("[purpose]", "score_retention_days = 184\n[purpose]", 1))
    assert "trial: 2 payloads purged" in run("log", "purge")
    assert json.loads(run("log", "verify", "--json"))["purged"] == 2
    with pytest.raises(NotFoundError, match="holds no score"):
        run("log", "replay", first)


def test_export_gives_what_is_held_about_an_address_and_says_that_it_was_given(run, answered, tmp_path):
    engine, (first, _) = answered
    run("record-outcome", "-", text=json.dumps(FOUND))
    words = ("log", "export", "--address-id", HOME, "--reference", "AVG-2024-1")
    told = json.loads(run(*words))
    rows = {part["name"]: part["rows"] for part in told["parts"]}
    assert [row["score_id"] for row in rows["score_log"]] == [first]
    assert len(rows["outcomes"]) == 1
    file = tmp_path / "held.json"
    run(*words, "--out", str(file))
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    again = json.loads(file.read_text())["parts"][0]["rows"]
    assert [row["theme"] for row in again] == ["trial", score_log.EXPORT]
    with pytest.raises(InputError, match="is there already"):
        run(*words, "--out", str(file))
    with pytest.raises(InputError, match="no id of an address here"):
        run("log", "export", "--address-id", "nowhere", "--reference", "1")
    with engine.connect() as connection:
        assert connection.execute(select(func.count()).where(table.c.theme == score_log.EXPORT)).scalar() == 2


def test_the_id_of_an_export_replays_to_nothing(run, answered):
    told = json.loads(run("log", "export", "--address-id", HOME, "--reference", "1"))
    with pytest.raises(NotFoundError, match="holds no score"):
        run("log", "replay", told["export_id"])


EXPORT = ("export", "--address-id", HOME, "--reference", "1")


@pytest.mark.parametrize("words", [("verify",), ("replay", "some-id"), ("checkpoint",), ("purge",), EXPORT])
def test_a_log_that_is_not_there_is_said_and_not_made(run, own_village, words):
    with pytest.raises(StateError, match="there is no score log"):
        run("log", *words)
    assert not (own_village.settings.state / "schouw.db").exists()


def test_replay_says_that_an_answer_has_the_same_bits(run, answered):
    _, (first, _) = answered
    assert "bit-equal" in run("log", "replay", first)
    told = json.loads(run("log", "replay", first, "--json"))
    assert told == {"score_id": first, "verdict": "bit-equal", "difference": 0.0, "figures": [], "differs": []}


def test_replay_of_an_edited_or_unknown_answer_is_refused(run, answered):
    engine, (_, second) = answered
    edit(engine, second, "{}")
    with pytest.raises(StateError, match="line 1 of the score log"):
        run("log", "replay", second)
    with pytest.raises(NotFoundError, match="no answer has this score id"):
        run("log", "replay", "nobody")


@pytest.mark.parametrize(
    ("change", "differs", "verdict", "raised"),
    [
        (1e-12, ("lock_hash",), "within 1e-9", nullcontext()),
        (1e-12, (), "differs", pytest.raises(StateError, match="replays to another answer: log_odds")),
        (1e-3, ("lock_hash",), "differs", pytest.raises(StateError, match=r"replays to another answer: log_odds .*lock_hash is another")),
        (float("inf"), (), "differs", pytest.raises(StateError, match="replays to another answer")),
    ],
)
def test_replay_names_what_differs(run, answered, change, differs, verdict, raised, monkeypatch, capsys):
    _, (first, _) = answered
    found = Replay(first, equal=False, difference=change, differs=differs, figures=("log_odds",))
    assert found.verdict == verdict
    monkeypatch.setattr("serving.replay.replay", lambda *_: found)
    with raised:
        assert "within 1e-9" in run("log", "replay", first)


def test_answers_since_a_moment_stand_under_the_names_of_what_they_tell(run, answered):
    names, *answers, total = run("scores-since", "2000-01-01").splitlines()
    assert names.split() == ["logged_at", "score_id", "theme", "address_id", "caller", "user", "case_reference", "version"]
    assert {line.split()[1] for line in answers} == set(answered[1])
    assert {len(line.split()) for line in answers} == {8}
    assert total.startswith("2 answers since 2000-01-01")


def test_answers_of_a_theme_alone_and_of_one_that_is_not_there(run, answered):
    assert run("scores-since", "2000-01-01", "--theme", "unreleased").startswith("0 answers")
    with pytest.raises(NotFoundError, match="'trail' is not known"):
        run("scores-since", "2000-01-01", "--theme", "trail")


def test_a_moment_that_is_none_is_said_also_where_there_is_no_log(run):
    with pytest.raises(InputError, match="'yesterday' is no moment"):
        run("scores-since", "yesterday")
