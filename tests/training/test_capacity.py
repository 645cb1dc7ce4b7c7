from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from training.capacity import Cut, list_order


def slow(scores, fold, weights, share):
    """Write each row out as often as it counts, and take the first of each round."""
    chosen = np.zeros(len(scores))
    for number in np.unique(fold):
        at = [i for i in np.flatnonzero(fold == number) for _ in range(int(weights[i]))]
        at.sort(key=lambda i: -scores[i])
        for i in at[: max(1, int(np.round(share * len(at))))]:
            chosen[i] += 1
    return chosen


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 3)), min_size=1, max_size=20), st.floats(0.05, 0.95))
def test_it_takes_the_first_of_each_round(drawn, share):
    fold, weights = (np.array(column) for column in zip(*drawn, strict=True))
    scores = np.random.default_rng(1).permutation(len(fold)).astype(float)
    order = list_order(scores, ties=np.zeros(len(fold), dtype=np.uint64), fold=fold)
    chosen = np.empty((len(fold), 1))
    chosen[order] = Cut.of(fold[order], share=share).within(weights[order, None].astype(float))
    assert chosen[:, 0] == pytest.approx(slow(scores, fold, weights, share))


def test_equal_scores_go_by_their_ties():
    order = list_order(np.array([0.5, 0.5, 0.9]), ties=np.array([7, 3, 9], dtype=np.uint64), fold=np.zeros(3, dtype=np.intp))
    assert order.tolist() == [2, 1, 0]
