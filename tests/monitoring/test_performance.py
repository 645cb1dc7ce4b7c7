"""What outcomes since training say, and when they say too little."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from monitoring.performance import MINIMUM_OUTCOMES, assess
from training.bootstrap import Estimate

DAY = date(2024, 1, 1)
AT_RELEASE = {"model": {"auc": Estimate(value=0.8, low=0.75, high=0.85)}}


def outcomes(confirmed: int, others: int, *, strength: float = 1.0, seed: int = 1) -> pd.DataFrame:
    draw = np.random.default_rng(seed)
    rows = confirmed + others
    label = np.array([1] * confirmed + [0] * others)
    score = 1 / (1 + np.exp(-(draw.normal(size=rows) + strength * label - 1)))
    keys = {"address_id": [f"H{n}" for n in range(rows)], "building_id": [f"B{n // 2}" for n in range(rows)], "as_of": pd.Timestamp(DAY)}
    return pd.DataFrame({**keys, "trigger": ["list", "random"] * (rows // 2) + ["list"] * (rows % 2), "label": label, "score": score})


def look(since: pd.DataFrame):
    return assess(since, learned=1000, since_on=DAY, at_release=AT_RELEASE)


def test_auc_is_that_of_scikit_learn_with_an_interval_around_it():
    since = outcomes(100, 300)
    found = look(since)
    assert found.auc.value == pytest.approx(roc_auc_score(since["label"], since["score"]), abs=1e-12)
    assert 0.5 < found.auc.low < found.auc.value < found.auc.high < 1


@pytest.mark.parametrize("few", [(MINIMUM_OUTCOMES - 1, 500), (500, MINIMUM_OUTCOMES - 1), (0, 0)])
def test_few_outcomes_are_counted_and_give_no_figure(few):
    found = look(outcomes(*few))
    assert (found.rows, found.confirmed, found.enough) == (sum(few), few[0], False)
    assert (found.auc, found.mean_score, found.confirmed_share) == (None, None, None)
    assert not found.worse
    assert not found.off


def test_ten_of_either_are_enough():
    assert look(outcomes(MINIMUM_OUTCOMES, MINIMUM_OUTCOMES)).auc is not None


def test_release_is_worse_only_when_the_whole_interval_lies_under_its_own_figure():
    assert look(outcomes(200, 600, strength=0.0)).worse
    assert not look(outcomes(20, 60, strength=1.0)).worse


def test_expected_share_outside_the_interval_is_off():
    since = outcomes(100, 300)
    assert not look(since.assign(score=0.25)).off
    assert look(since.assign(score=0.5)).off


def test_outcomes_are_counted_by_why_the_address_was_visited():
    assert look(outcomes(3, 4)).by_trigger == {"list": 4, "random": 3}
