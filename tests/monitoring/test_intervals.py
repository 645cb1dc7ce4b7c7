"""Intervals against scipy and against the figures that Newcombe published."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest

from monitoring.intervals import Share, newcombe, wilson

shares = st.integers(1, 5000).flatmap(lambda rows: st.integers(0, rows).map(lambda hits: Share(hits, rows)))


@given(shares, st.sampled_from([0.9, 0.95, 0.99]))
@settings(deadline=None)
def test_wilson_agrees_with_scipy(share, level):
    twin = binomtest(share.hits, share.rows).proportion_ci(level, method="wilson")
    ours = wilson(share, level=level)
    assert (ours.low, ours.high) == pytest.approx((twin.low, twin.high), abs=1e-12)


@pytest.mark.parametrize(
    ("first", "second", "low", "high"),
    [
        (Share(56, 70), Share(48, 80), 0.0524, 0.3339),
        (Share(9, 10), Share(3, 10), 0.1705, 0.8090),
        (Share(5, 56), Share(0, 29), -0.0381, 0.1926),
        (Share(10, 10), Share(0, 10), 0.6075, 1.0),
    ],
)
def test_difference_has_the_ends_that_newcombe_published(first, second, low, high):
    ours = newcombe(first, second)
    assert (ours.low, ours.high) == pytest.approx((low, high), abs=5e-5)


@given(shares, shares)
@settings(deadline=None)
def test_difference_turned_around_has_its_ends_turned_around(first, second):
    there, back = newcombe(first, second), newcombe(second, first)
    assert (there.low, there.high) == pytest.approx((-back.high, -back.low), abs=1e-12)
    assert -1 <= there.low <= first.rate - second.rate <= there.high <= 1
