"""The model card says how the parameters were found, and whatever `schouw train` says beside its tables."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.training.conftest import Trained
from training import model_card
from training.markdown import plain
from training.printed import figure_text, sentences
from training.tuned import Tuned, Tuning

SAME, OTHER = "gives the same files bit for bit", "may give another model: a clock ended the search for parameters"
FOUND = Tuned(trials=9, pruned=2, loss=0.31, loss_as_shipped=0.32, parameters={"num_leaves": 5})


def card(trained: Trained, tuning: Tuning | None) -> str:
    found = trained.candidate.release
    return model_card.text(replace(found, evaluation=found.evaluation.model_copy(update={"tuning": tuning})), trained.town.theme)


@pytest.mark.parametrize(("minutes", "said", "unsaid"), [(10.0, OTHER, SAME), (None, SAME, OTHER)])
def test_a_search_that_a_clock_ended_is_said_to_be_not_repeatable(first_training: Trained, minutes: float | None, said: str, unsaid: str) -> None:
    text = card(first_training, Tuning(trials=9, minutes=minutes, repeatable=minutes is None, rounds=(FOUND,) * 5))
    assert said in text
    assert unsaid not in text
    assert ("9 trials in the last, 10 minutes: **not repeatable**; num_leaves 5;" in text) is (minutes is not None)
    assert "log loss over the tuning folds 0.3100, of those that ship 0.3200" in text


def test_without_a_search_the_parameters_are_those_that_ship(first_training: Trained) -> None:
    text = card(first_training, None)
    assert "those that ship, nothing was searched" in text
    assert SAME in text


def test_the_card_has_the_populations_that_train_prints(first_training: Trained) -> None:
    found = first_training.candidate.release.evaluation.selection
    assert found is not None
    answer = found.answers[0]
    drawn = answer.model_copy(update={"method": "random arm", "population": "the addresses | drawn", "rows": 7, "positives": 2})
    both = found.model_copy(update={"answers": (answer, drawn)})
    evaluation = first_training.candidate.release.evaluation.model_copy(update={"selection": both})
    text = model_card.text(replace(first_training.candidate.release, evaluation=evaluation), first_training.town.theme)
    _, rows = text.split("**Of whom the figures speak.**")
    heads, _, *lines = [line for line in rows.split("\n## ")[0].splitlines() if line.startswith("|")]
    assert heads.startswith("| way | speaks of | rows / confirmed | base rate | precision at capacity |")
    assert len(lines) == 2
    for line, one in zip(lines, both.answers, strict=True):
        assert line.startswith(f"| {one.method} | {plain(one.population)} | {one.rows} / {one.positives} | {figure_text(one.figures['base_rate'])} |")
    silent = first_training.candidate.release.evaluation.model_copy(update={"selection": None})
    assert "Of whom the figures speak" not in model_card.text(replace(first_training.candidate.release, evaluation=silent), first_training.town.theme)


@pytest.mark.parametrize(("population", "said"), [("inspected", "of inspected addresses"), ("cohort", "every address from which the worklists")])
def test_the_card_says_of_whom_calibration_speaks(first_training: Trained, population: str, said: str) -> None:
    evaluation = first_training.candidate.release.evaluation.model_copy(update={"calibrated_for": population})
    text = model_card.text(replace(first_training.candidate.release, evaluation=evaluation), first_training.town.theme)
    (line,) = [line for line in text.splitlines() if line.startswith("- Calibration gap and reliability")]
    assert said in line


def test_visits_days_and_stability_stand_on_the_card_with_what_could_not_be_said(first_training: Trained) -> None:
    text, said = card(first_training, None), sentences(first_training.candidate.release.evaluation)
    assert len(said) > 4
    assert all(f"- {plain(one)}\n" in text for one in said)
