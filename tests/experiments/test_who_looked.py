"""The study of who looked, small: the town that it draws, what it measures, and the page that a run writes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from experiments.study import declared_as
from experiments.who_looked.declared import WhoLookedStudy
from experiments.who_looked.drawing import IF_TEAM, Town, draw
from experiments.who_looked.page import page
from experiments.who_looked.run import EVEN, NONE, WAYS, WhoLookedResult, measured, rank
from experiments.who_looked.run import run as run_towns

DIFFER = 2
"""Place of the towns whose teams differ much and keep to their areas."""


@pytest.fixture(scope="module")
def study() -> WhoLookedStudy:
    declared = declared_as("who-looked", WhoLookedStudy)
    small = {"simulations": 3, "addresses": 4_000, "quarters": 8, "visits_per_year": 800, "towns": declared.towns[:1] + declared.towns[DIFFER:]}
    return declared.model_copy(update=small)


@pytest.fixture(scope="module")
def town(study: WhoLookedStudy) -> Town:
    return draw(study, study.towns[-1], seed=4)


@pytest.fixture(scope="module")
def result(study: WhoLookedStudy) -> WhoLookedResult:
    return run_towns(study, progress=lambda _: None)


def test_no_model_sees_who_came_or_what_is_true(town: Town) -> None:
    assert len(town.names) == 11
    assert all(name.startswith("seen_") for name in town.names)
    assert not {"team", "even", "label", "episode", "chance", "own_team", "strictness"} & set(town.names)
    for way in WAYS:
        scores, _ = rank(town, way, seed=1)
        hidden = town.addresses.assign(own_team=0, strictness=0.0, chance=0.5, episode=False)
        again, _ = rank(Town(town.visits, hidden), way, seed=1)
        np.testing.assert_array_equal(scores, again)


def test_strict_teams_confirm_more_where_nothing_is(study: WhoLookedStudy) -> None:
    more = []
    for seed in range(3):
        town = draw(study, study.towns[-1], seed=seed)
        by_team = town.addresses.groupby("own_team")["strictness"].first()
        strict = town.visits["team"].str.removeprefix("team-").astype(int).map(by_team) > 0.5
        more.append(town.visits.loc[strict, "label"].mean() - town.visits.loc[~strict, "label"].mean())
    assert min(more) > 0.02


def test_the_truth_of_an_address_is_of_no_team(town: Town) -> None:
    by_truth = town.addresses.groupby("episode")["chance"]
    assert (by_truth.min()[True], by_truth.max()[True]) == pytest.approx(((0.40 + 0.97) / 2,) * 2)
    assert by_truth.min()[False] == pytest.approx((0.005 + 0.100) / 2)


def test_the_true_effect_of_a_team_is_how_it_would_have_judged_the_same_visits(town: Town) -> None:
    true, strictness = town.true_effects, town.addresses.groupby("own_team")["strictness"].first()
    assert true.index.tolist() == [f"team-{number}" for number in range(6)]
    assert true.mean() == pytest.approx(0)
    assert true.to_numpy().argsort().tolist() == strictness.to_numpy().argsort().tolist()
    even = Town(town.visits.assign(**{f"{IF_TEAM}{team}": 0.3 for team in true.index}), town.addresses)
    assert even.true_effects.abs().max() == pytest.approx(0)


def test_a_ranking_by_the_truth_is_right_and_one_by_the_team_leans() -> None:
    draw_ = np.random.default_rng(1)
    rows = pd.DataFrame({"episode": draw_.random(6_000) < 0.1, "own_team": draw_.integers(0, 6, 6_000)})
    rows["strictness"], rows["chance"] = rows["own_team"] / 5, np.where(rows["episode"], 0.8, 0.1)
    right = measured(rows, rows["episode"] + draw_.random(6_000), share=0.05)
    leaning = measured(rows, rows["own_team"] + draw_.random(6_000), share=0.05)
    assert (right["auc"], right["precision"]) == (1.0, 1.0)
    assert right["explained"] < 0.01
    assert abs(right["lean"]) < 5
    assert leaning["auc"] == pytest.approx(0.5, abs=0.05)
    assert leaning["explained"] > 0.9
    assert leaning["lean"] == pytest.approx(500 / 6, abs=3)


def test_every_figure_has_an_interval_and_stands_beside_doing_nothing(result: WhoLookedResult, study: WhoLookedStudy) -> None:
    assert len(result.found) == len(study.towns) * len(WAYS) * 5
    for found in result.found:
        assert found.value.low <= found.value.value <= found.value.high
        assert (found.against.value == 0) == (found.way == NONE) or found.figure == "precision"
    assert {found.way for found in result.found} == {NONE, "mixed", "balanced", EVEN}


def test_the_mixed_model_finds_who_is_strict(result: WhoLookedResult, study: WhoLookedStudy) -> None:
    differ = result.estimated[-1]
    assert differ.town == study.towns[-1].name
    assert (differ.correlation.value or 0) > 0.7
    assert (differ.spread.value or 0) > (result.estimated[0].spread.value or 0)
    true, estimated = result.effects[differ.town].T
    assert len(true) == study.simulations * 6
    assert np.polyfit(true, estimated, 1)[0] == pytest.approx(1, abs=0.4)
    assert (differ.told_before.value or 0) > (differ.told_after.value or 1)


def test_the_page_says_that_its_figures_are_synthetic_and_how_they_were_made(result: WhoLookedResult, study: WhoLookedStudy) -> None:
    text = page(result, study)
    assert "**Synthetic figures**" in text
    assert "Written by `schouw study who-looked`" in text
    assert all(town.name in text for town in study.towns)


def test_the_page_in_docs_is_of_the_study_as_declared() -> None:
    study = declared_as("who-looked", WhoLookedStudy)
    text = (Path(__file__).parents[2] / study.page).read_text(encoding="utf-8")
    assert f"is drawn {study.simulations} times" in text
