"""Challenger and champion on the same rows: of all inspected ones, and of those that were drawn by lot."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from tests.training.testdam import make_frame
from training.evaluation import evaluate
from training.paired import Arm, compare, on_random_arm
from training.scored import Scorer


@pytest.fixture
def rows() -> pd.DataFrame:
    """Two frames: in the second, one address in a hundred was drawn, and each stands for ten of the first."""
    frame = make_frame(2400)
    number = np.arange(len(frame))
    propensity = np.where(number % 4 == 0, 0.1, np.where(number % 4 == 1, 0.01, 1.0))
    trigger = np.where(propensity < 1, "random", "list")
    return frame.assign(trigger=trigger, frame=np.where(number % 4 == 1, "f2", "f1"), propensity=propensity)


@pytest.fixture
def scores(rows: pd.DataFrame) -> dict[str, np.ndarray]:
    better = 1 / (1 + np.exp(rows["water_per_resident"].fillna(0).to_numpy()))
    return {"challenger": better, "champion": np.random.default_rng(1).random(len(rows))}


def test_a_better_order_is_better_beyond_noise(rows: pd.DataFrame, scores: dict[str, np.ndarray]) -> None:
    found = compare(rows, scores, share=0.2, seed=1)
    assert found is not None
    assert (found.differences["auc"].low or 0) > 0
    assert compare(rows.assign(label=0), scores, share=0.2, seed=1) is None


def test_what_was_drawn_counts_for_as_many_as_the_lot_makes_it(rows: pd.DataFrame, scores: dict[str, np.ndarray]) -> None:
    """The slow twin repeats each row as often as it counts."""
    arm = on_random_arm(rows, scores, share=0.2, seed=1)
    assert isinstance(arm, Arm)
    assert not arm.too_few
    drawn = (rows["propensity"] < 1).to_numpy()
    assert arm.figures.rows == drawn.sum()
    at = np.repeat(np.flatnonzero(drawn), (0.1 / rows["propensity"][drawn]).round().astype(int))
    twin = evaluate(rows.iloc[at].reset_index(drop=True), scorers=[Scorer("challenger", scores["challenger"][at], True)], share=0.2, seed=1)
    plain = evaluate(rows[drawn].reset_index(drop=True), scorers=[Scorer("challenger", scores["challenger"][drawn], True)], share=0.2, seed=1)
    for metric in ("auc", "brier"):
        weighted = arm.figures.metrics["challenger"][metric].value
        assert weighted == pytest.approx(twin.metrics["challenger"][metric].value)
        assert weighted != pytest.approx(plain.metrics["challenger"][metric].value)
    assert (arm.figures.differences["auc"].low or 0) > 0


def test_an_arm_that_is_not_there_or_has_one_outcome_is_said(rows: pd.DataFrame, scores: dict[str, np.ndarray]) -> None:
    none = on_random_arm(rows.drop(columns=["propensity", "frame"]), scores, share=0.2, seed=1)
    assert none == "no row was drawn at random with a logged probability"
    alike = on_random_arm(rows.assign(label=np.where(rows["propensity"] < 1, 0, rows["label"])), scores, share=0.2, seed=1)
    assert isinstance(alike, str)
    assert alike.endswith("are too few: all of them have the same outcome")
