"""The commands, as a person types them."""

from __future__ import annotations

import json
import re
from contextlib import nullcontext
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import update
from typer.testing import CliRunner

from features.errors import InputError, NotFoundError, PurposeError, StateError
from serving import database, explanation, score_log
from serving.api import application
from serving.backend import open_all
from serving.commands import app
from serving.replay import Replay
from serving.tables import score_log as table
from tests.serving.asking import FOUND
from tests.serving.conftest import HOME, clock


@pytest.fixture
def run(own_village, monkeypatch):
    monkeypatch.setenv("SCHOUW_STATE", str(own_village.settings.state))

    def command(*words: str, text: str | None = None) -> str:
        result = CliRunner().invoke(app, [*words, "--municipality", str(own_village.settings.folder)], input=text, catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return result.stdout

    return command


def test_score_gives_the_answer_of_the_api_and_logs_it(run, own_village):
    said = json.loads(run("score", "trial", "--purpose", "trial", "--address-id", HOME, "--json"))
    assert said["result"]["score"] > 0
    opened = open_all(own_village.settings, clock())
    entry = score_log.read(opened.engine, said["scoreId"])
    assert (entry.payload["caller"], entry.payload["answer"]["score"]) == ("command-line", said["result"]["score"])


def test_score_prints_reasons_in_the_language_asked_for(run):
    words = ("score", "trial", "--purpose", "trial", "--postcode", "1500AA", "--number", "1")
    assert "meldingen" in run(*words).lower()
    assert "reports" in run(*words, "--lang", "en").lower()


@pytest.mark.parametrize("address", ["A1", "A2"])
def test_the_rows_that_score_prints_add_up_to_the_total_it_prints(run, monkeypatch, address):
    monkeypatch.setenv("COLUMNS", "400")
    words = ("score", "trial", "--purpose", "trial", "--address-id", address)
    printed = re.findall(r"│ *(\S.*?) *│ *([+-]?\d+\.\d{3}) *│", run(*words))
    rows, (last, total) = printed[:-1], printed[-1]
    assert [rows[0][0], rows[-1][0], last] == ["base value", "other indicators", "total: the log-odds of the score"]
    assert sum(Decimal(value) for _, value in rows) == Decimal(total)
    result = json.loads(run(*words, "--json"))["result"]
    assert total == f"{result['logOdds']:.3f}"
    named = sum(r["contribution"] for r in result["raising"] + result["lowering"])
    rest = sum(c["contribution"] for c in result["contributions"]) - named
    assert float(rows[-1][1]) == pytest.approx(rest, abs=0.0005 * len(printed))


def test_score_is_silent_about_what_is_missing_where_nothing_is(run, monkeypatch):
    monkeypatch.setattr(explanation, "missing", lambda *_: [])
    assert "missing" not in run("score", "trial", "--purpose", "trial", "--address-id", HOME)


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (("--purpose", "curiosity", "--address-id", HOME), PurposeError),
        (("--purpose", "trial", "--address-id", "A999"), NotFoundError),
        (("--purpose", "trial"), InputError),
        (("--purpose", "trial", "--address-id", HOME, "--number", "1"), InputError),
    ],
)
def test_score_refuses_as_the_api_does(run, words, error):
    with pytest.raises(error):
        run("score", "trial", *words)


def test_record_outcome_reads_a_file_or_standard_input_and_stores_once(run, tmp_path):
    file = tmp_path / "outcome.json"
    file.write_text(json.dumps(FOUND))
    first = json.loads(run("record-outcome", str(file), "--json"))
    assert (first["version"], first["receivedOn"]) == (1, "2024-01-01")
    assert json.loads(run("record-outcome", "-", "--json", text=json.dumps(FOUND))) == first
    assert "Stored as version 1" in run("record-outcome", str(file))


@pytest.mark.parametrize("content", ["{", "[]", '{"theme": "trial"}', "NaN", '{"kind": 1, "self": 2, "fields": 3}'])
def test_record_outcome_says_what_does_not_fit(run, tmp_path, content):
    file = tmp_path / "outcome.json"
    file.write_text(content)
    with pytest.raises(InputError):
        run("record-outcome", str(file))
    with pytest.raises(InputError, match="cannot be read"):
        run("record-outcome", str(Path(file.parent / "absent.json")))


def test_openapi_prints_and_writes_the_document(run, tmp_path):
    assert json.loads(run("openapi")) == application.openapi()
    run("openapi", "--out", str(tmp_path / "openapi.json"))
    assert json.loads((tmp_path / "openapi.json").read_text()) == application.openapi()


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


def test_verify_walks_the_log(run, answered):
    assert "2 lines, each as it was written" in run("verify")
    assert json.loads(run("verify", "--json")) == {"lines": 2, "purged": 0, "fault": None}


@pytest.mark.parametrize(("payload", "kind"), [("{}", "payload-changed"), (None, "payload-removed")])
def test_verify_leaves_with_a_code_and_names_the_line(own_village, answered, payload, kind, monkeypatch):
    engine, (_, second) = answered
    edit(engine, second, payload)
    words = ["verify", "--json", "--municipality", str(own_village.settings.folder)]
    result = CliRunner().invoke(app, words)
    assert isinstance(result.exception, StateError)
    assert str(result.exception).startswith(f"line 1 of the score log is not as it was written ({kind}; chain ")
    assert json.loads(result.stdout) == {"lines": 1, "purged": 0, "fault": {"position": 1, "kind": kind}}


@pytest.mark.parametrize("words", [("verify",), ("replay", "some-id")])
def test_a_log_that_is_not_there_is_said_and_not_made(run, own_village, words):
    with pytest.raises(StateError, match="there is no score log"):
        run(*words)
    assert not (own_village.settings.state / "schouw.db").exists()


def test_replay_says_that_an_answer_has_the_same_bits(run, answered):
    _, (first, _) = answered
    assert "bit-equal" in run("replay", first)
    told = json.loads(run("replay", first, "--json"))
    assert told == {"score_id": first, "verdict": "bit-equal", "difference": 0.0, "figures": [], "differs": []}


def test_replay_of_an_edited_or_unknown_answer_is_refused(run, answered):
    engine, (_, second) = answered
    edit(engine, second, "{}")
    with pytest.raises(StateError, match="line 1 of the score log"):
        run("replay", second)
    with pytest.raises(NotFoundError, match="no answer has this score id"):
        run("replay", "nobody")


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
        assert "within 1e-9" in run("replay", first)
