"""The commands, as a person types them."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from pathlib import Path

import pytest
from typer.testing import CliRunner

from features.errors import InputError, NotFoundError, PurposeError
from serving import explanation, score_log
from serving.api import application
from serving.backend import open_all
from serving.commands import app
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
