"""What a reviewer sees beside the table of figures."""

from __future__ import annotations

from io import StringIO

import pytest
from rich.console import Console

from tests.training.conftest import Trained
from training.printed import populations, sentences


@pytest.fixture
def shown(first_training: Trained) -> str:
    evaluation = first_training.candidate.release.evaluation
    assert evaluation.selection is not None
    console = Console(width=200, file=StringIO())
    console.print(populations(evaluation.selection), *sentences(evaluation), sep="\n")
    return str(console.file.getvalue())  # type: ignore[attr-defined] # the StringIO above


def test_every_figure_says_of_whom_it_speaks(shown: str) -> None:
    assert "inspected addresses with a known outcome" in " ".join(shown.split())
    assert "base rate" in shown
    assert "recall at capacity" in shown


def test_what_could_not_be_said_is_said(shown: str) -> None:
    assert "No figures by random arm: no row was drawn at random with a logged probability." in shown


def test_visits_days_and_stability_are_told_with_their_interval(first_training: Trained, shown: str) -> None:
    evaluation = first_training.candidate.release.evaluation
    assert evaluation.curves is not None
    assert evaluation.timing is not None
    assert evaluation.stability is not None
    of_hundred = evaluation.curves.curves["model"].confirmed_per_100
    precision = evaluation.metrics["model"]["precision_at_capacity"]
    assert of_hundred.value == pytest.approx(100 * precision.value)  # type: ignore[operator] # None would fail
    assert (of_hundred.low, of_hundred.high) == pytest.approx((100 * precision.low, 100 * precision.high))  # type: ignore[operator] # None would fail
    assert f"A hundred visits at capacity: {of_hundred.value:.1f} (" in shown
    assert "days earlier, had each round followed the score" in shown
    kept = evaluation.stability.resampling.share
    assert kept.low is not None
    assert kept.value is not None
    assert 0.2 < kept.low <= kept.value < 1
    assert evaluation.stability.refits == 10
    assert f"keeps {kept.value:.2f} (" in shown
