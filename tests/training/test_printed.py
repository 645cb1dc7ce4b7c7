"""What a reviewer sees beside the table of figures."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from io import StringIO

import pytest
from rich.console import Console

from tests.training.conftest import Trained
from training import model_card
from training.bootstrap import Estimate
from training.chances import Chances
from training.printed import populations, sentences
from training.stability import Overlap


@pytest.fixture
def shown(first_training: Trained) -> str:
    evaluation = first_training.candidate.release.evaluation
    assert evaluation.selection is not None
    console = Console(width=200, file=StringIO())
    console.print(*populations(evaluation.selection, width=console.width), *sentences(evaluation), sep="\n")
    return str(console.file.getvalue())  # type: ignore[attr-defined] # the StringIO above


def test_every_figure_says_of_whom_it_speaks(shown: str) -> None:
    assert "inspected addresses with a" in shown
    assert "known outcome" in shown
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


def test_what_stays_a_day_later_is_told_or_why_it_is_not_known(first_training: Trained) -> None:
    evaluation = first_training.candidate.release.evaluation
    assert evaluation.stability is not None
    share = Estimate(value=0.93, low=0.9, high=0.96)
    known = {"one_day": Overlap(share=share, jaccard=share, above_chance=share), "one_day_on": date(2025, 2, 1), "one_day_absent": None}
    said = sentences(evaluation.model_copy(update={"stability": evaluation.stability.model_copy(update=known)}))
    assert "With everything known a day later (2025-02-01), the list of the whole cohort keeps 0.93 (0.90 to 0.96) of it." in said
    gone = {"one_day": None, "one_day_on": None, "one_day_absent": "there is no build of events"}
    said = sentences(evaluation.model_copy(update={"stability": evaluation.stability.model_copy(update=gone)}))
    assert "Not known what stays of the list a day later: there is no build of events." in said


def test_train_and_card_tell_on_whose_word_chances_rest(first_training: Trained) -> None:
    release = first_training.candidate.release
    assert release.evaluation.chances == Chances(), "its inspections were held against the lists, and name none"
    found = Chances(recorded=40, on_word=8, set_aside={"the list gave another chance": 2, "the list has it in the other arm": 5})
    evaluation = release.evaluation.model_copy(update={"chances": found})
    told = [
        "40 inspections match the list of Schouw that they name, and take their chance from its record.",
        "8 inspections name a frame not drawn by Schouw: its chances are taken on the word of the register.",
        "7 inspections name a list that did not draw them so, and are set aside from the random arm and the weights (the list gave another chance: "
        "2; the list has it in the other arm: 5).",
    ]
    assert [sentence for sentence in sentences(evaluation) if sentence[0].isdigit()] == told
    card = model_card.text(replace(release, evaluation=evaluation), first_training.town.theme)
    assert all(sentence in card for sentence in told)
