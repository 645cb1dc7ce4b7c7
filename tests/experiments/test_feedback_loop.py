"""The study of the feedback loop, smaller: who is listed, what is learned from, and a page that follows from the figures."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

from experiments.feedback_loop.declared import FeedbackLoopStudy
from experiments.feedback_loop.learning import RISKS, learn, score
from experiments.feedback_loop.looping import AREAS, Arm, Town, _listed, columns, draw_town, look, loop
from experiments.feedback_loop.page import SELECTION, page
from experiments.feedback_loop.run import FIGURES, FROZEN, FeedbackLoopResult, arms, run
from experiments.selective_labels.drawing import QUARTERS
from training.model import PARAMETERS

SMALL = FeedbackLoopStudy(
    kind="feedback-loop", page="docs/feedback-loop.md", seed=1, towns=3, addresses=6_400, visits_per_year=600, rounds=5, window_rounds=4,
    random_shares=(0.0, 0.10), themes=("overcrowding",),
)  # fmt: skip


def silent(_: str) -> None:
    """Say nothing."""


@pytest.fixture(scope="module")
def town() -> Town:
    return draw_town("overcrowding", addresses=10_000, visits=1_500, rounds=4, seed=[1, 0])


@pytest.fixture(scope="module")
def result() -> FeedbackLoopResult:
    return run(SMALL, progress=silent)


def test_the_first_year_is_the_towns_own_and_nobody_is_visited_twice(town: Town) -> None:
    assert [part["quarter"].iloc[0] for part in town.rows] == list(range(QUARTERS))
    assert town.visits.max() == 1
    assert town.confirmed.sum() == sum(part["label"].sum() for part in town.rows) > 0


def test_a_loop_leaves_the_town_as_it_was(town: Town) -> None:
    before = town.visits.copy()
    one, again = (loop(town, Arm("plain", 0.1), window=4, seed=[1, 0]) for _ in range(2))
    assert (town.visits == before).all()
    assert one == again


def test_who_lists_by_score_finds_more_than_who_draws(town: Town) -> None:
    listed = loop(town, Arm("listed", 0.0), window=4, seed=[1, 0])
    drawn = loop(town, Arm("drawn", 0.9), window=4, seed=[1, 0])
    assert np.mean([one.precision for one in listed]) > 1.5 * np.mean([one.precision for one in drawn])


def test_the_model_is_the_one_that_ships_and_the_newest_rounds_are_held_back(town: Town) -> None:
    rows, names, read = pd.concat(town.rows, ignore_index=True), list(RISKS), columns(town, QUARTERS)
    fitted = learn(rows, names, seed=1)
    assert fitted.parameters.items() >= PARAMETERS.items()
    assert fitted.parameters["monotone_constraints"] == [0] * 6 + [1, 0, 0, 0]

    def turned(quarter: int) -> pd.DataFrame:
        return rows.assign(label=rows["label"].where(rows["quarter"] != quarter, 1 - rows["label"]))

    np.testing.assert_array_equal(score(learn(turned(QUARTERS - 1), names, seed=1), read), score(fitted, read))
    assert not np.array_equal(score(learn(turned(QUARTERS - 2), names, seed=1), read), score(fitted, read))


def test_addresses_of_one_score_are_listed_by_lot(town: Town) -> None:
    free = town.world.free(town.world.starts[QUARTERS], town.last_visit)
    alike = np.zeros(len(free))
    one, other = (_listed(town, QUARTERS, free, alike, 0.0, np.random.default_rng(seed)).address for seed in (1, 2))
    assert set(one) != set(other)
    assert np.median(one) == pytest.approx(np.median(np.flatnonzero(free)), rel=0.15)


def test_a_ratio_is_that_of_the_area_over_that_elsewhere(town: Town) -> None:
    free = town.world.free(town.world.starts[4], town.last_visit)
    closed = town.world.chunk.neighbourhoods.closed[town.world.chunk.objects.neighbourhood]
    everyone = look(town.world, 4, free, np.flatnonzero(free))
    assert everyone.selection_ratio[AREAS[0]] == pytest.approx(1)
    assert everyone.recall_ratio[AREAS[0]] == pytest.approx(1)
    assert everyone.recall == pytest.approx(1)
    without = look(town.world, 4, free, np.flatnonzero(free & ~closed))
    assert without.selection_ratio[AREAS[0]] == 0
    assert without.recall_ratio[AREAS[0]] == 0


def test_every_loop_goes_through_every_round_of_every_town(result: FeedbackLoopResult) -> None:
    assert set(result.values) == {("overcrowding", arm.name, figure) for arm in arms(SMALL) for figure in FIGURES}
    assert {values.shape for values in result.values.values()} == {(3, 5)}
    plain, frozen = (result.values["overcrowding", name, "precision"] for name in ("0% at random", FROZEN))
    assert not np.array_equal(plain, frozen)


def test_a_difference_is_of_the_same_towns(result: FeedbackLoopResult) -> None:
    gap = result.minus("overcrowding", "10% at random", "0% at random", "precision", slice(None))
    one, other = (result.over("overcrowding", name, "precision", slice(None)).value for name in ("10% at random", "0% at random"))
    assert one is not None
    assert other is not None
    assert gap.value == pytest.approx(one - other)


def test_the_page_is_written_from_the_figures(result: FeedbackLoopResult) -> None:
    falling = {key: np.tile(np.arange(8.0), (3, 1)) + np.arange(3)[:, None] for key in result.values}
    falling["overcrowding", "0% at random", SELECTION] = np.tile([8.0] * 4 + [1.0] * 4, (3, 1)) + np.arange(3)[:, None] / 100
    longer = SMALL.model_copy(update={"rounds": 8})
    text = page(FeedbackLoopResult(falling), longer)
    assert "synthetic" in text
    assert "surely fell in 1 of 1 themes" in text
    assert "-4.200 (-4.200 to -4.200), fell" in text


def test_the_first_share_is_none() -> None:
    with pytest.raises((TypeError, ValidationError), match="the first is 0"):
        FeedbackLoopStudy(**{**SMALL.model_dump(), "random_shares": (0.05, 0.1)})


def test_the_page_in_the_docs_was_written_by_such_a_run() -> None:
    kept = (Path(__file__).parents[2] / "docs" / "feedback-loop.md").read_text(encoding="utf-8")
    assert "Written by `schouw study feedback-loop`" in kept
    assert len(re.findall(r"^## ", kept, re.MULTILINE)) == 6
