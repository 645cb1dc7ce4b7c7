from __future__ import annotations

import numpy as np
import pytest

from training.metrics import measure, rank
from training.reliability import calibration_gap, reliability


def drawn(n=500, *, seed=3):
    draw = np.random.default_rng(seed)
    scores = draw.random(n)
    return scores, (draw.random(n) < scores).astype(np.int8), draw.poisson(1.0, (n, 7)).astype(float)


def test_the_gap_is_that_of_the_whole_evaluation():
    scores, labels, weights = drawn()
    ranked = rank(scores, labels=labels, ties=np.arange(len(scores), dtype=np.uint64), are_probabilities=True)
    assert calibration_gap(scores, labels, weights) == pytest.approx(measure(ranked, weights, share=0.1)["calibration_gap"])


def test_the_gap_by_hand():
    scores, labels = np.array([0.9, 0.8, 0.3, 0.2, 0.1]), np.array([1, 0, 0, 1, 0], dtype=np.int8)
    assert calibration_gap(scores, labels, np.ones((5, 1))) == pytest.approx((0.1 + 0.8 + 0.3 + 0.8 + 0.1) / 5)


def test_a_replicate_without_a_row_has_no_gap():
    scores, labels, _ = drawn(n=20)
    assert np.isnan(calibration_gap(scores, labels, np.zeros((20, 2)))).all()


def test_parts_hold_every_row_once_highest_first():
    scores, labels, _ = drawn()
    parts = reliability(scores, labels)
    assert sum(part.rows for part in parts) == 500
    assert sum(part.positives for part in parts) == labels.sum()
    assert [part.mean_score for part in parts] == sorted((part.mean_score for part in parts), reverse=True)


def test_weighted_parts_are_those_of_rows_that_are_repeated():
    """The slow twin repeats each row as often as it weighs."""
    scores, labels, _ = drawn(n=50)
    weights = np.random.default_rng(1).integers(1, 6, 50).astype(float)
    parts = reliability(scores, labels, weights=weights)
    repeated = np.repeat(np.arange(50), weights.astype(int))
    for part in parts:
        within = repeated[(scores[repeated] >= part.lowest) & (scores[repeated] <= part.highest)]
        assert (part.mean_score, part.share) == pytest.approx((scores[within].mean(), labels[within].mean()))
        assert part.positives == labels[np.unique(within)].sum()
    assert [part.rows for part in parts] == [10] * 5


def test_a_row_that_stands_for_nobody_is_in_no_part():
    scores, labels, _ = drawn()
    weights = np.where(np.arange(500) % 2 == 0, 4.0, 0.0)
    even = reliability(scores[::2], labels[::2])
    assert [(p.rows, p.positives) for p in reliability(scores, labels, weights=weights)] == [(p.rows, p.positives) for p in even]
    assert [p.share for p in reliability(scores, labels, weights=weights)] == pytest.approx([p.share for p in even])
