"""The model card says how the parameters were found, and whatever `schouw train` says beside its tables."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.training.conftest import Trained
from training import model_card
from training.markdown import plain
from training.printed import sentences
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


def test_visits_days_and_stability_stand_on_the_card_with_what_could_not_be_said(first_training: Trained) -> None:
    text, said = card(first_training, None), sentences(first_training.candidate.release.evaluation)
    assert len(said) > 4
    assert all(f"- {plain(one)}\n" in text for one in said)
