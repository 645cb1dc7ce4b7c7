"""Bounds on a list: every outcome that the unlabelled may hide is tried out, one by one."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
import pytest

from training.bounds import Whole, at_capacity


def tried(whole: Whole, *, share: float) -> dict[str, tuple[float, float]]:
    """Give the lowest and highest precision, recall and lift over all outcomes of those without one, the slow obvious way."""
    count = len(whole.scores)
    order = sorted(range(count), key=lambda at: (-np.nan_to_num(whole.scores[at], nan=-np.inf), whole.ties[at]))
    listed, unknown = order[: max(1, round(share * count))], [at for at in range(count) if np.isnan(whole.labels[at])]
    seen: dict[str, list[float]] = {"precision_at_capacity": [], "recall_at_capacity": [], "lift_at_capacity": []}
    for outcomes in product([0.0, 1.0], repeat=len(unknown)):
        labels = whole.labels.copy()
        labels[unknown] = outcomes
        hits, everything = labels[listed].sum(), labels.sum()
        seen["precision_at_capacity"].append(hits / len(listed))
        if everything:
            seen["recall_at_capacity"].append(hits / everything)
            seen["lift_at_capacity"].append(hits / len(listed) / (everything / count))
    return {name: (min(values), max(values)) for name, values in seen.items() if values}


@pytest.mark.parametrize("seed", range(60))
def test_no_outcome_of_the_unlabelled_lies_outside_the_bounds_and_some_reach_them(seed: int) -> None:
    draw = np.random.default_rng(seed)
    count = int(draw.integers(1, 10))
    labels = draw.choice([0.0, 1.0, np.nan], size=count, p=[0.3, 0.2, 0.5])
    scores = draw.choice([0.1, 0.2, 0.3, np.nan], size=count)
    whole = Whole(scores, labels, draw.permutation(count).astype(np.uint64))
    share = float(draw.uniform(0.05, 1))
    _, found = at_capacity(whole, share=share)
    expected = tried(whole, share=share)
    assert {name for name, ends in found.items() if not np.isnan(ends.low)} == set(expected)
    for name, ends in expected.items():
        assert (found[name].low, found[name].high) == pytest.approx(ends), (name, labels, scores)


def test_an_address_counts_once_by_its_newest_outcome_and_the_score_from_before_it() -> None:
    days = pd.to_datetime(["2024-01-01", "2024-03-01", "2024-02-01"])
    inspected = pd.DataFrame({"address_id": ["a", "a", "b"], "as_of": days, "label": [0, 1, 0]})
    cohort = pd.DataFrame({"address_id": ["a", "c"], "score": [0.99, 0.5]})
    whole = Whole.of(inspected, np.array([0.2, 0.7, 0.1]), cohort, seed=1)
    assert sorted(zip(whole.scores.tolist(), np.nan_to_num(whole.labels, nan=-1).tolist(), strict=True)) == [(0.1, 0.0), (0.5, -1.0), (0.7, 1.0)]
