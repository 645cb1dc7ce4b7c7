"""What the demo prints: a few lines for each stage, and all of it where it is asked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from experiments.asking import Asked
from experiments.telling import Telling
from features.pseudonymise import Delivered
from features.report import SourceReport
from features.settings import load

TOWN = Path(__file__).parents[2] / "municipalities" / "zaanwijk"
DELIVERED = Delivered(
    rows=1200, output="out.parquet", kept=("when",), keyed=({"column": "home", "name": "home_key", "domain": "household"},), dropped=("name", "born")
)
REASONS = {"raising": [{"sentence": f"up {n}", "contribution": 0.5} for n in range(5)], "lowering": [{"sentence": "down", "contribution": -0.1}] * 2}
ANSWER = {"asOf": "2026-01-01", "result": {"score": 0.71851, "band": {"sentence": "of 314, 89 confirmed"}, "population": {}, **REASONS}}
ASKED = Asked("/v1/scores", {"theme": "registration"}, ANSWER)


def report(source: str, **changes: object) -> SourceReport:
    """Of a register of which only these numbers are told."""
    unknown = dict.fromkeys(name for name, field in SourceReport.model_fields.items() if field.is_required())
    told = {**unknown, "source": source, "rows": 1000, "accepted": 900, "repeated": 40, "rejected": 60, "rejects": {}, "content_hash": ""}
    return SourceReport.model_validate({**told, **changes})


@pytest.fixture
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("features.commands.console.width", 200, raising=False)


@pytest.mark.usefixtures("wide")
def test_each_stage_is_a_few_lines(capsys: pytest.CaptureFixture[str]) -> None:
    tell = Telling(verbose=False)
    tell.delivered(DELIVERED)
    tell.registers([report("water"), report("reports", stale=True)], load(TOWN))
    tell.answer(ASKED)
    tell.outcome(Asked("/v1/outcomes", {"a": 1}, {"outcomeId": "x"}))
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "1,200 rows: 1 columns as they are; home as the hash home_key; dropped: name, born."
    assert said[1] == "2 registers, 2,000 rows: 1,800 versions stored, 120 rows set aside with their reason. Stale: reports."
    assert "Score 0.719, for a visit decided on 2026-01-01 or later." in said[4]
    assert said[5:10] == ["- of 314, 89 confirmed", "+ up 0", "+ up 1", "+ up 2", "- down"]
    assert said[-2:] == ['POST /v1/outcomes {"a": 1}', 'Received: {"outcomeId": "x"}']
    assert len(said) < 15


@pytest.mark.usefixtures("wide")
def test_verbose_prints_every_column_and_every_reason(capsys: pytest.CaptureFixture[str]) -> None:
    Telling(verbose=True).delivered(DELIVERED)
    assert "born" in capsys.readouterr().out
