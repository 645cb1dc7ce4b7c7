from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, brier_score_loss, roc_auc_score

from training.metrics import measure, rank, tie_order

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


def test_without_a_confirmed_row_there_is_no_lift():
    found = measured([0.1, 0.2], [0, 0], [1, 1])
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
