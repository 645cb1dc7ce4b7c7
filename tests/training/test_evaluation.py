from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from training import bootstrap
from training.bootstrap import clusters, estimate, resample
from training.evaluation import evaluate, reliability
from training.model import probability
from training.scored import Scorer


def rows_of(count, *, buildings=None, seed=1):
    draw = np.random.default_rng(seed)
    scores = draw.random(count)
    return pd.DataFrame(
        {
            "address_id": [f"a{n}" for n in range(count)],
            "as_of": pd.Timestamp("2024-01-01"),
            "building_id": buildings if buildings is not None else [None] * count,
            "label": (draw.random(count) < scores).astype("int8"),
            "score": scores,
        }
    )


def auc(rows, **options):
    found = evaluate(rows, scorers=[Scorer("model", rows["score"].to_numpy(), are_probabilities=True)], share=0.2, seed=1, **options)
    return found.metrics["model"]["auc"]


def test_an_interval_lies_around_its_figure():
    found = auc(rows_of(400))
    assert found.low < found.value < found.high
    assert 0.03 < found.high - found.low < 0.15


def test_rows_of_one_building_count_as_one_observation():
    single = rows_of(200)
    copies = pd.concat([single.assign(address_id=single["address_id"] + f"-{n}", building_id=single.index.astype(str)) for n in range(4)])
    copies = copies.reset_index(drop=True)
    apart = copies.assign(building_id=None)
    width = {name: auc(rows).high - auc(rows).low for name, rows in (("single", single), ("together", copies), ("apart", apart))}
    assert width["together"] == pytest.approx(width["single"], rel=0.15)
    assert width["apart"] < 0.65 * width["together"]


def test_an_address_without_a_building_is_its_own_cluster():
    rows = pd.DataFrame({"building_id": ["b1", "b1", None, "", None, "a5"], "address_id": ["a1", "a2", "a3", "a4", "a3", "a5"]})
    assert clusters(rows).tolist() == [0, 0, 1, 2, 1, 3]


def test_a_replicate_draws_whole_buildings_as_many_as_there_are(monkeypatch):
    cluster = np.array([0, 0, 1, 2, 2, 2, 3])
    monkeypatch.setattr(bootstrap, "CELLS_AT_ONCE", 21)
    weights = np.hstack(list(resample(cluster, replicates=50, seed=1)))
    assert weights.shape == (7, 50)
    assert (weights[0] == weights[1]).all()
    assert (weights[3] == weights[5]).all()
    assert (weights[[0, 2, 3, 6]].sum(axis=0) == 4).all()
    assert 0.7 < weights[2].mean() < 1.3


def test_a_scorer_differs_nothing_from_itself():
    rows = rows_of(300)
    scores = rows["score"].to_numpy()
    found = evaluate(rows, scorers=[Scorer(name, scores, are_probabilities=True) for name in ("model", "twin")], share=0.2, seed=1)
    twin = found.differences["twin"]
    assert {name: (one.value, one.low, one.high) for name, one in twin.items()} == dict.fromkeys(twin, (0, 0, 0))


def test_a_paired_difference_is_surer_than_two_intervals():
    rows = rows_of(400)
    scores = rows["score"].to_numpy()
    worse = scores + 0.3 * np.random.default_rng(2).normal(size=400)
    found = evaluate(
        rows, scorers=[Scorer("model", scores, are_probabilities=True), Scorer("worse", worse, are_probabilities=False)], share=0.2, seed=1
    )
    difference = found.differences["worse"]["auc"]
    model, other = found.metrics["model"]["auc"], found.metrics["worse"]["auc"]
    assert difference.value == pytest.approx(model.value - other.value)
    assert difference.high - difference.low < 0.8 * ((model.high - model.low) + (other.high - other.low))
    assert "brier" not in found.differences["worse"]


def test_the_same_seed_gives_the_same_interval_and_another_seed_another():
    rows = rows_of(200)
    assert auc(rows, replicates=100) == auc(rows, replicates=100)
    other = evaluate(rows, scorers=[Scorer("model", rows["score"].to_numpy(), are_probabilities=True)], share=0.2, seed=2, replicates=100)
    assert other.metrics["model"]["auc"] != auc(rows, replicates=100)


def test_a_figure_that_most_replicates_lack_has_no_interval():
    few = rows_of(60).assign(label=np.r_[1, np.zeros(59)].astype("int8"))
    found = auc(few)
    assert found.value is not None
    assert (found.low, found.high) == (None, None)
    assert estimate(np.array([np.nan]), np.array([0.1, 0.2])).value is None


def test_intervals_cover_the_truth_about_as_often_as_they_say():
    draw = np.random.default_rng(3)
    truth = auc(rows_of(50_000, seed=9), replicates=2).value
    hits = 0
    for _ in range(60):
        found = auc(rows_of(250, seed=int(draw.integers(1e9))), replicates=200)
        hits += found.low <= truth <= found.high
    # 60 draws at 95 % give 51 or fewer once in 2,000 times.
    assert hits > 51


@pytest.mark.parametrize(("shift", "truth"), [(0.0, 0.0), (0.3, 0.042), (0.8, 0.123)])
def test_a_calibration_gap_is_not_called_larger_than_it_is_because_of_noise(shift, truth):
    """The truth is the gap of a million rows whose log-odds are ``shift`` higher than the score says."""
    upper, lower, highest = 0, 0, []
    for seed in range(40):
        draw = np.random.default_rng(seed)
        margins = draw.normal(-1.8, 1, 300)
        rows = rows_of(300).assign(label=(draw.random(300) < probability(margins + shift)).astype("int8"), score=probability(margins))
        scorer = Scorer("model", rows["score"].to_numpy(), are_probabilities=True)
        gap = evaluate(rows, scorers=[scorer], share=0.2, seed=seed, replicates=200).metrics["model"]["calibration_gap"]
        upper += gap.high >= truth
        lower += gap.low <= truth
        highest.append(gap.high)
    assert upper >= 36
    assert lower >= (36 if truth else 15)
    assert np.mean(highest) < truth + 0.08


def test_reliability_counts_every_row_once_from_high_to_low():
    rows = rows_of(103)
    parts = reliability(rows["score"].to_numpy(), rows["label"].to_numpy())
    assert sum(part.rows for part in parts) == 103
    assert sum(part.positives for part in parts) == rows["label"].sum()
    assert [part.lowest for part in parts] == sorted((part.lowest for part in parts), reverse=True)
    assert all(above.lowest >= below.highest for above, below in pairwise(parts))
