"""Shares with score intervals, of one sample, of weighted rows and of strata."""

from __future__ import annotations

from collections.abc import Iterator
from math import isnan

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from training.proportions import Share, Stratum, effective_rows, part_of_found, stratified, weighted, wilson


def test_wilson_is_the_published_interval() -> None:
    # Newcombe, Two-sided confidence intervals for the single proportion, Statistics in Medicine 17, 1998, table I, method 3.
    for hits, rows, low, high in ((81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0000, 0.1611), (1, 29, 0.0061, 0.1718)):
        share = wilson(hits / rows, rows)
        assert (round(share.low, 4), round(share.high, 4)) == (low, high)


def test_without_rows_nothing_is_known() -> None:
    share = wilson(0.5, 0)
    assert isnan(share.value)
    assert (share.low, share.high, share.too_few) == (0, 1, True)
    assert isnan(weighted(np.zeros(0, dtype=np.int8), np.zeros(0), np.zeros(0, dtype=np.intp)).value)


def test_unequal_weights_and_shared_buildings_make_fewer_rows_of_them() -> None:
    apart, together = np.arange(4), np.array([0, 0, 1, 1])
    assert effective_rows(np.ones(4), apart) == 4
    assert effective_rows(np.ones(4), together) == 2
    assert effective_rows(np.array([1.0, 1, 1, 3]), apart) == 36 / 12


@pytest.mark.parametrize(
    ("share", "too_few"),
    [
        (Share(0.5, 0.4, 0.6, 29.9), True),
        (Share(0.5, 0.4, 0.6, 30), False),
        (Share(0.5, 0.36, 0.66, 100), True),
        (Share(0.01, 0.0, 0.0499, 100), False),
        (Share(0.04, 0.01, 0.0625, 100), True),
        (Share(0.04, 0.01, 0.0615, 100), False),
        (Share(0.96, 0.9375, 0.99, 100), True),
        (Share(float("nan"), 0, 1, 0), True),
    ],
)
def test_few_rows_or_a_wide_interval_are_too_few(share: Share, too_few: bool) -> None:
    assert share.too_few is too_few


def test_strata_count_by_their_size_and_an_unseen_one_leaves_nothing() -> None:
    parts = [Stratum(10, wilson(0.5, 100)), Stratum(90, wilson(0.1, 200))]
    whole = stratified(parts)
    assert whole.value == pytest.approx(0.1 * 0.5 + 0.9 * 0.1)
    assert whole.high - whole.value == pytest.approx(np.hypot(0.1 * (parts[0].share.high - 0.5), 0.9 * (parts[1].share.high - 0.1)))
    assert isnan(stratified([*parts, Stratum(5, wilson(0, 0))]).value)
    assert stratified([*parts, Stratum(0, wilson(0, 0))]) == whole
    single = stratified([parts[0]])
    assert (single.value, single.low, single.high) == pytest.approx((0.5, parts[0].share.low, parts[0].share.high))


def test_a_recall_is_what_was_caught_over_all_there_is() -> None:
    recall = part_of_found([Stratum(10, wilson(0.5, 100))], [Stratum(90, wilson(0.1, 100))])
    assert recall.value == pytest.approx(5 / 14)
    assert recall.low < recall.value < recall.high


def test_a_recall_of_one_still_has_a_lower_end_and_one_of_zero_an_upper() -> None:
    every = part_of_found([Stratum(10, wilson(0.5, 100))], [Stratum(90, wilson(0.0, 40))])
    assert (every.value, every.high) == (1, 1)
    assert every.low == pytest.approx(10 * wilson(0.5, 100).low / (10 * wilson(0.5, 100).low + 90 * wilson(0, 40).high))
    none = part_of_found([Stratum(10, wilson(0.0, 40))], [Stratum(90, wilson(0.1, 100))])
    assert (none.value, none.low) == (0, 0)
    assert none.high == pytest.approx(10 * wilson(0, 40).high / (10 * wilson(0, 40).high + 90 * wilson(0.1, 100).low))


def test_a_recall_without_anything_found_or_looked_at_is_unknown() -> None:
    for inside, outside in (((0.0, 40), (0.0, 40)), ((0.5, 0), (0.1, 40)), ((0.5, 40), (0.1, 0))):
        recall = part_of_found([Stratum(10, wilson(*inside))], [Stratum(90, wilson(*outside))])
        assert isnan(recall.value)
        assert (recall.low, recall.high, recall.too_few) == (0, 1, True)


NOBODY = Stratum(0, wilson(0, 0))
SIZES, RATES = (1_000, 16_000), (0.25, 0.04)


def years_of(listed: int, drawn: int) -> Iterator[tuple[Stratum, Stratum]]:
    """Draw years of a list of which every row lies within the cut, and of which the drawn ones lie beyond it."""
    draw, years = np.random.default_rng(1), 2000
    for one, other in zip(draw.binomial(listed, RATES[0], years), draw.binomial(drawn, RATES[1], years), strict=True):
        yield Stratum(SIZES[0], wilson(one / listed, listed)), Stratum(SIZES[1], wilson(other / drawn, drawn))


@pytest.mark.parametrize(("listed", "drawn"), [(100, 150), (400, 150)])
def test_a_recall_of_few_drawn_rows_is_not_too_high_on_average(listed: int, drawn: int) -> None:
    found = [rate * size for rate, size in zip(RATES, SIZES, strict=True)]
    years = list(years_of(listed, drawn))
    plain = [top.total / (top.total + rest.total) for top, rest in years]
    values = [part_of_found([top, NOBODY], [NOBODY, rest]).value for top, rest in years]
    bias = np.mean(plain) - found[0] / sum(found)
    assert bias > 0.018
    assert abs(np.mean(values) - found[0] / sum(found)) < bias / 3
    assert np.std(values) < np.std(plain)


def test_a_recall_of_one_stratum_is_the_plain_ratio_for_it_was_chance_how_many_rows_lie_within() -> None:
    top, rest = Stratum(50, wilson(0.4, 5)), Stratum(950, wilson(2 / 95, 95))
    assert part_of_found([top], [rest]).value == pytest.approx(20 / 40)
    assert part_of_found([top, NOBODY], [NOBODY, rest]).value < 20 / 40


@given(st.lists(st.tuples(st.sampled_from([0.0, 0.5, 30.0, 1e4]), st.integers(0, 20), st.integers(1, 300)), min_size=4, max_size=4))
@settings(deadline=None, max_examples=60)
def test_a_recall_lies_within_its_interval_and_between_none_and_all(parts: list[tuple[float, int, int]]) -> None:
    strata = [Stratum(size, wilson(found / (found + other), found + other)) for size, found, other in parts]
    recall = part_of_found(strata[:2], strata[2:])
    assert isnan(recall.value) or 0 <= recall.low <= recall.value <= recall.high <= 1


@pytest.mark.parametrize(("listed", "drawn"), [(100, 150), (300, 60)])
def test_intervals_of_strata_cover_the_truth(listed: int, drawn: int) -> None:
    base = (SIZES[0] * RATES[0] + SIZES[1] * RATES[1]) / sum(SIZES)
    recall = SIZES[0] * RATES[0] / (base * sum(SIZES))
    held = []
    for top, rest in years_of(listed, drawn):
        both, caught = stratified([top, rest]), part_of_found([top, NOBODY], [NOBODY, rest])
        held.append((both.low <= base <= both.high, caught.low <= recall <= caught.high))
    assert (np.mean(held, axis=0) > 0.93).all()
