from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, brier_score_loss, roc_auc_score

from training.metrics import measure, order, rank, tie_order

ROWS = st.lists(st.tuples(st.integers(0, 5), st.booleans(), st.integers(0, 3)), min_size=2, max_size=30)


def measured(scores, labels, weights, *, share=0.3):
    ranked = rank(np.asarray(scores, dtype=float), labels=np.asarray(labels, dtype=np.int8), ties=np.arange(len(scores), dtype=np.uint64),
                  are_probabilities=True)  # fmt: skip
    found = measure(ranked, np.asarray(weights, dtype=float)[:, None], share=share)
    return {name: float(values[0]) for name, values in found.items()}


def visited(scores, labels, weights, *, share):
    """Precision the slow way: one visit at a time along the repeated rows."""
    rows = sorted(zip(scores, range(len(scores)), labels, weights, strict=True), key=lambda row: (-row[0], row[1]))
    visits = [label for _, _, label, weight in rows for _ in range(weight)]
    capacity = max(1, round(share * len(visits)))
    return sum(visits[:capacity]) / capacity


@given(rows=ROWS, share=st.sampled_from([0.05, 0.3, 0.7]))
@hypothesis_settings(deadline=None)
def test_a_weighted_metric_equals_its_slow_twin_with_ties(rows, share):
    scores, labels, weights = ([row[part] for row in rows] for part in range(3))
    scores = [score / 5 for score in scores]
    kept = [label for label, weight in zip(labels, weights, strict=True) if weight]
    found = measured(scores, labels, weights, share=share) if kept else {}
    if not kept:
        return
    assert found["precision_at_capacity"] == pytest.approx(visited(scores, labels, weights, share=share))
    assert found["brier"] == pytest.approx(brier_score_loss(labels, scores, sample_weight=weights, pos_label=True))
    if len(set(kept)) < 2:
        assert np.isnan(found["auc"])
        return
    assert found["auc"] == pytest.approx(roc_auc_score(labels, scores, sample_weight=weights))
    assert found["average_precision"] == pytest.approx(average_precision_score(labels, scores, sample_weight=weights))
    base = np.average(labels, weights=weights)
    assert found["lift_at_capacity"] == pytest.approx(found["precision_at_capacity"] / base)
    assert found["confirmed_per_100_visits"] == pytest.approx(100 * found["precision_at_capacity"])
    visits, confirmed = max(1, round(share * sum(weights))), int(np.dot(labels, weights))
    assert found["recall_at_capacity"] == pytest.approx(found["precision_at_capacity"] * visits / confirmed)


PERIODS = st.lists(st.tuples(st.integers(0, 5), st.booleans(), st.integers(0, 3), st.integers(0, 2)), min_size=2, max_size=40)


@given(rows=PERIODS, share=st.sampled_from([0.05, 0.3, 0.7]))
@hypothesis_settings(deadline=None)
def test_lists_of_several_periods_add_up_and_their_scores_are_not_compared(rows, share):
    """The twin looks at each pair of rows of one period, and visits each period's list by itself."""
    scores, labels, weights, fold = (np.array([row[part] for row in rows]) for part in range(4))
    if not weights.any():
        return
    ties = np.arange(len(rows), dtype=np.uint64)
    lists = order(scores / 5, labels=labels.astype(np.int8), ties=ties, are_probabilities=False, fold=fold.astype(np.intp))
    found = {name: float(values[0]) for name, values in measure(lists, weights.astype(float)[:, None], share=share).items()}
    pairs = [(a, b, weights[a] * weights[b]) for a in range(len(rows)) for b in range(len(rows)) if fold[a] == fold[b] and labels[a] > labels[b]]
    right = sum(w * ((scores[a] > scores[b]) + 0.5 * (scores[a] == scores[b])) for a, b, w in pairs)
    total = sum(w for _, _, w in pairs)
    assert found["auc"] == pytest.approx(right / total if total else np.nan, nan_ok=True)
    visits, hits, by_chance = 0, 0, 0.0
    for period in np.unique(fold[weights > 0]):
        of = fold == period
        size = max(1, round(share * int(weights[of].sum())))
        visits += size
        hits += round(size * visited(scores[of], labels[of], weights[of], share=share))
        by_chance += size * np.average(labels[of], weights=weights[of])
    confirmed = int((labels * weights).sum())
    assert found["precision_at_capacity"] == pytest.approx(hits / visits)
    assert found["recall_at_capacity"] == pytest.approx(hits / confirmed if confirmed else np.nan, nan_ok=True)
    assert found["lift_at_capacity"] == pytest.approx(hits / by_chance if confirmed else np.nan, nan_ok=True)


def test_a_period_whose_model_says_higher_scores_gains_nothing_by_it():
    scores, labels = np.array([0.9, 0.8, 0.7, 0.3, 0.2, 0.1]), np.array([0, 0, 1, 1, 0, 0], dtype=np.int8)
    of = {"labels": labels, "ties": np.arange(6, dtype=np.uint64), "are_probabilities": True}
    apart = measure(order(scores, fold=np.array([0, 0, 0, 1, 1, 1]), **of), np.ones((6, 1)), share=0.34)
    together = measure(order(scores, fold=np.zeros(6, dtype=int), **of), np.ones((6, 1)), share=0.34)
    assert (apart["auc"][0], together["auc"][0]) == (0.5, 0.5)
    assert (apart["precision_at_capacity"][0], together["precision_at_capacity"][0]) == (0.5, 0.0)
    assert apart["calibration_gap"][0] == together["calibration_gap"][0]
    assert apart["brier"][0] == together["brier"][0]


def test_a_period_that_a_replicate_does_not_draw_counts_for_nothing():
    scores, labels, fold = np.array([0.9, 0.1, 0.9, 0.1]), np.array([1, 0, 0, 1], dtype=np.int8), np.array([0, 0, 1, 1])
    lists = order(scores, labels=labels, ties=np.arange(4, dtype=np.uint64), are_probabilities=False, fold=fold)
    found = measure(lists, np.array([[1.0], [1.0], [0.0], [0.0]]), share=0.5)
    assert (found["auc"][0], found["precision_at_capacity"][0], found["recall_at_capacity"][0], found["lift_at_capacity"][0]) == (1, 1, 1, 2)


def test_without_a_confirmed_row_there_is_no_lift():
    found = measured([0.1, 0.2], [0, 0], [1, 1])
    assert np.isnan(found["recall_at_capacity"])
    assert np.isnan(found["lift_at_capacity"])
    assert np.isnan(found["average_precision"])
    assert found["precision_at_capacity"] == 0


def test_the_capacity_cut_is_drawn_anew_in_each_replicate():
    ranked = rank(np.array([0.9, 0.5, 0.1]), labels=np.array([1, 0, 1], dtype=np.int8), ties=np.arange(3, dtype=np.uint64), are_probabilities=False)
    weights = np.array([[1.0, 0.0], [1.0, 0.0], [1.0, 3.0]])
    assert measure(ranked, weights, share=0.34)["precision_at_capacity"].tolist() == [1.0, 1.0]
    assert measure(ranked, weights, share=0.67)["precision_at_capacity"].tolist() == [0.5, 1.0]


def test_a_missing_score_is_visited_last():
    found = measured([np.nan, 0.2, 0.1], [0, 1, 1], [1, 1, 1])
    assert found["auc"] == 1


def test_the_calibration_gap_is_the_mean_gap_of_equal_parts():
    scores, labels = [0.8] * 10 + [0.2] * 10, [1] * 6 + [0] * 4 + [1] * 2 + [0] * 8
    ranked = rank(np.array(scores), labels=np.array(labels, dtype=np.int8), ties=np.arange(20, dtype=np.uint64), are_probabilities=True)
    gap = measure(ranked, np.ones((20, 1)), share=0.5)["calibration_gap"][0]
    # Parts of four rows, found 4, 2, 0, 2 and 0 of them where 3.2, 3.2, 2 * 0.8 + 2 * 0.2, 0.8 and 0.8 were expected.
    parts = [abs(4 - 3.2), abs(2 - 3.2), abs(2 - 2.0), abs(0 - 0.8), abs(0 - 0.8)]
    assert gap == pytest.approx(sum(parts) / 20)


def test_equal_scores_are_visited_in_an_order_that_no_file_decides():
    rows = pd.DataFrame({"address_id": [f"a{n}" for n in range(200)], "as_of": pd.Timestamp("2024-01-01")})
    labels = np.r_[np.ones(100), np.zeros(100)].astype(np.int8)
    ranked = rank(np.zeros(200), labels=labels, ties=tie_order(rows, seed=1), are_probabilities=False)
    first = measure(ranked, np.ones((200, 1)), share=0.5)["precision_at_capacity"][0]
    assert 0.35 < first < 0.65
    mirrored = rows.iloc[::-1].reset_index(drop=True)
    assert tie_order(mirrored, seed=1)[::-1].tolist() == tie_order(rows, seed=1).tolist()
    assert tie_order(rows, seed=2).tolist() != tie_order(rows, seed=1).tolist()
