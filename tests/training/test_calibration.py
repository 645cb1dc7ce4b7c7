from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression

from training.calibration import MINIMUM_SLOPE, fit
from training.model import probability


def drawn(rows, *, slope, intercept, seed=1):
    draw = np.random.default_rng(seed)
    margins = draw.normal(-1, 1.5, rows)
    return margins, (draw.random(rows) < probability(slope * margins + intercept)).astype(np.int8)


@given(slope=st.floats(0.3, 3), intercept=st.floats(-2, 2), seed=st.integers(0, 99))
@hypothesis_settings(deadline=None, max_examples=10)
def test_the_line_that_made_the_outcomes_is_found_back(slope, intercept, seed):
    margins, labels = drawn(20_000, slope=slope, intercept=intercept, seed=seed)
    line = fit(margins, labels=labels)
    assert line.slope == pytest.approx(slope, rel=0.15, abs=0.05)
    assert line.intercept == pytest.approx(intercept, abs=0.25)


def test_the_line_is_the_one_of_a_logistic_regression():
    margins, labels = drawn(3000, slope=0.8, intercept=0.3)
    twin = LogisticRegression(C=np.inf).fit(margins[:, None], labels)
    line = fit(margins, labels=labels)
    assert line.slope == pytest.approx(twin.coef_[0, 0], rel=0.01)
    assert line.intercept == pytest.approx(twin.intercept_[0], abs=0.01)


def test_the_slope_stays_above_zero_when_the_model_is_upside_down():
    margins, labels = drawn(2000, slope=-1, intercept=-1)
    line = fit(margins, labels=labels)
    assert line.slope == pytest.approx(MINIMUM_SLOPE)
    assert line.apply(margins).mean() == pytest.approx(labels.mean(), abs=0.01)


def test_perfectly_separated_outcomes_give_a_finite_line():
    line = fit(np.r_[np.full(50, -2.0), np.full(50, 2.0)], labels=np.r_[np.zeros(50), np.ones(50)].astype(np.int8))
    assert 0 < line.slope < 10
    assert line.apply(np.array([2.0]))[0] == pytest.approx(51 / 52, abs=0.001)


def test_a_model_that_knows_nothing_gets_the_share_that_was_confirmed():
    labels = np.r_[np.zeros(90), np.ones(10)].astype(np.int8)
    line = fit(np.full(100, -1.0), labels=labels)
    assert line.apply(np.array([-1.0]))[0] == pytest.approx(0.1, abs=0.02)


def biased(n=60_000, *, seed=3):
    """A population of which risky addresses are drawn eight times as often, on a reason that the margin does not hold."""
    random = np.random.default_rng(seed)
    margins, reason = random.normal(size=n), random.random(n) < 0.5
    labels = (random.random(n) < probability(0.7 * margins - 1.5 + 1.5 * reason)).astype(np.int8)
    chance = np.where(reason, 0.8, 0.1)
    drawn = random.random(n) < chance
    return margins, labels, drawn, chance


def test_weights_give_the_line_of_everyone_from_those_who_were_drawn():
    margins, labels, drawn, chance = biased()
    whole = fit(margins, labels=labels)
    plain = fit(margins[drawn], labels=labels[drawn])
    weighted = fit(margins[drawn], labels=labels[drawn], weights=1 / chance[drawn])
    assert abs(plain.intercept - whole.intercept) > 0.3
    assert (weighted.slope, weighted.intercept) == pytest.approx((whole.slope, whole.intercept), abs=0.05)


def test_a_row_that_weighs_nothing_does_not_count_and_the_factor_does_not_either():
    margins, labels, drawn, _ = biased(n=2000)
    one = fit(margins[drawn], labels=labels[drawn])
    for factor in (1.0, 1000.0):
        other = fit(margins, labels=labels, weights=factor * drawn)
        assert (other.slope, other.intercept) == pytest.approx((one.slope, one.intercept), abs=1e-4)
