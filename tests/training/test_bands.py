from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from scipy.stats import binomtest

from training.bands import band_of, bands, effective_rows, exact


def drawn(n=1000, *, seed=1):
    draw = np.random.default_rng(seed)
    scores = draw.uniform(0.01, 0.6, n)
    return scores, (draw.random(n) < scores).astype(np.int8)


@pytest.mark.parametrize(("confirmed", "rows"), [(0, 20), (1, 7), (5, 20), (300, 301), (20, 20)])
def test_the_interval_is_the_exact_one(confirmed, rows):
    theirs = binomtest(confirmed, rows).proportion_ci(method="exact")
    assert exact(confirmed, rows) == pytest.approx((theirs.low, theirs.high))


def test_bands_hold_every_row_once_and_cover_zero_to_one():
    scores, labels = drawn()
    told = bands(scores, labels, cluster=np.arange(1000))
    assert [band.inspected for band in told] == [200, 200, 200, 200, 100, 100]
    assert sum(band.confirmed for band in told) == labels.sum()
    assert (told[0].above, told[-1].upto) == (0.0, 1.0)
    for one, next_one in pairwise(told):
        assert one.upto == next_one.above
    for band in told:
        inside = (scores >= band.above) & (scores < band.upto)
        assert (band.inspected, band.confirmed) == (inside.sum(), labels[inside].sum())
        assert band.share.low < band.share.value < band.share.high
        assert all(band_of(score, told) == band for score in scores[inside][:5])


def test_the_upper_edge_belongs_to_the_next_band():
    scores, labels = drawn()
    told = bands(scores, labels, cluster=np.arange(1000))
    assert band_of(told[0].upto, told) == told[1]
    assert band_of(1.0, told) == told[-1]


def test_homes_of_one_building_widen_the_interval():
    scores, labels = drawn()
    once = bands(scores, labels, cluster=np.arange(1000))[-1].share
    five = [np.repeat(part, 5) for part in (scores, labels, np.arange(1000))]
    copied = bands(five[0], five[1], cluster=five[2])[-1]
    assert copied.inspected == 500
    assert copied.share.high - copied.share.low == pytest.approx(once.high - once.low, rel=0.02)


def test_none_confirmed_in_few_buildings_says_little():
    assert effective_rows(np.zeros(50, dtype=np.int8), np.repeat(np.arange(5), 10)) == 5
    assert effective_rows(np.tile(np.array([0, 1], dtype=np.int8), 20), np.arange(40)) <= 40


def test_a_band_of_nine_rows_has_no_share():
    scores = np.linspace(0.1, 0.9, 45)
    told = bands(scores, np.tile(np.array([0, 1, 0], dtype=np.int8), 15), cluster=np.arange(45))
    assert [(band.inspected, band.share.value is None) for band in told[:3]] == [(9, True)] * 3


def test_a_score_that_is_the_same_for_all_is_one_band_with_rows():
    told = bands(np.full(40, 0.3), np.tile(np.array([0, 1], dtype=np.int8), 20), cluster=np.arange(40))
    assert [(band.above, band.upto, band.inspected) for band in told] == [(0.0, 0.3, 0), (0.3, 1.0, 40)]


def test_the_interval_covers_the_truth():
    covered = 0
    for seed in range(300):
        draw = np.random.default_rng(seed)
        truth = np.repeat(draw.beta(1, 9, 40), 3)
        labels = (draw.random(120) < truth).astype(np.int8)
        band = bands(np.full(120, 0.5), labels, cluster=np.repeat(np.arange(40), 3))[-1]
        covered += band.share.low <= 0.1 <= band.share.high
    assert covered >= 0.93 * 300
