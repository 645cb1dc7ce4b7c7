"""The commands, as a person types them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from features.errors import InputError, NotFoundError, PurposeError
from serving import score_log
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
    assert "meldingen" in run(*words)
    assert "reports" in run(*words, "--lang", "en")


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
