from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from training.concordance import auc, ordered


def slow(values, members, stratum, weights):
    """Every pair, one by one."""
    right = pairs = 0.0
    for i in np.flatnonzero(members):
        for j in np.flatnonzero(~members):
            if stratum[i] == stratum[j]:
                both = weights[i] * weights[j]
                pairs += both
                right += both * (1.0 if values[i] > values[j] else 0.5 if values[i] == values[j] else 0.0)
    return right / pairs if pairs else np.nan


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.integers(-2, 2), st.booleans(), st.integers(0, 2), st.integers(0, 3)), min_size=1, max_size=25))
def test_it_counts_every_pair_of_a_stratum(drawn):
    values, members, stratum, weights = (np.array(column) for column in zip(*drawn, strict=True))
    found = auc(ordered(values.astype(float), stratum=stratum), members=members, weights=weights[:, None].astype(float))
    assert found[0] == pytest.approx(slow(values, members, stratum, weights), nan_ok=True)


def test_one_stratum_is_the_auc_of_everyone():
    draw = np.random.default_rng(2)
    values, members = draw.normal(size=300).round(1), draw.random(300) < 0.3
    weights = draw.poisson(1.0, (300, 4)).astype(float)
    found = auc(ordered(values), members=members, weights=weights)
    assert found == pytest.approx([roc_auc_score(members, values, sample_weight=weights[:, r]) for r in range(4)])


def test_a_missing_value_stands_below_all_others():
    found = auc(ordered(np.array([np.nan, -5.0, 3.0])), members=np.array([True, False, False]), weights=np.ones((3, 1)))
    assert found.tolist() == [0.0]
