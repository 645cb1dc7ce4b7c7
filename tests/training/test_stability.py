"""Whether the same addresses stay on top, by hand and against a slow twin."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from training.bootstrap import clusters, resample
from training.metrics import tie_order
from training.stability import of_two, of_two_days, refitted, resampled_rows, under_resampling

SHARE = 0.2
ONE_FOLD = np.zeros(100, dtype=np.intp)


def rows_of(count: int = 100, *, buildings: int | None = None) -> pd.DataFrame:
    building = None if buildings is None else (np.arange(count) % buildings).astype(str)
    return pd.DataFrame({"address_id": [f"a{n}" for n in range(count)], "as_of": pd.Timestamp("2024-01-01"), "building_id": building})


def test_the_same_scores_give_the_same_list() -> None:
    scores = np.random.default_rng(1).random(100)
    found = of_two(rows_of(), scores, 10 * scores, share=SHARE, seed=1)
    assert found.share.model_dump() == found.jaccard.model_dump() == found.above_chance.model_dump() == {"value": 1, "low": 1, "high": 1}


def test_half_of_a_list_has_a_third_as_jaccard_and_lies_above_chance_by_the_rest() -> None:
    first, second = np.zeros(100), np.zeros(100)
    first[:20], second[10:30] = 1, 1
    found = of_two(rows_of(), first, second, share=SHARE, seed=1, replicates=0 + 50)
    assert found.share.value == 0.5
    assert found.jaccard.value == pytest.approx(1 / 3)
    assert found.above_chance.value == pytest.approx((0.5 - 0.2) / 0.8)


def test_two_lists_drawn_by_lot_share_nothing_above_chance() -> None:
    draw = np.random.default_rng(2)
    found = of_two(rows_of(5000), draw.random(5000), draw.random(5000), share=SHARE, seed=1)
    assert found.share.value == pytest.approx(SHARE, abs=0.03)
    assert found.above_chance.low is not None
    assert found.above_chance.high is not None
    assert found.above_chance.low < 0 < found.above_chance.high


def test_lists_are_cut_within_each_round() -> None:
    scores = np.random.default_rng(3).random(100)
    fold = np.repeat([0, 1], 50)
    shifted = np.where(fold == 0, scores, scores + 10)
    assert of_two(rows_of(), scores, shifted, share=SHARE, seed=1, fold=fold).share.value == 1
    assert of_two(rows_of(), scores, shifted, share=SHARE, seed=1).share.value != 1


def test_both_cuts_are_drawn_anew_in_each_replicate_as_a_slow_twin_does() -> None:
    draw, rows = np.random.default_rng(4), rows_of(buildings=30)
    first = draw.random(100)
    second = first + 0.3 * draw.random(100)
    ties, found = tie_order(rows, seed=1), []
    for column in np.concatenate(list(resample(clusters(rows), replicates=200, seed=1)), axis=1).T:
        copies = [(i, n) for i in range(100) for n in range(int(column[i]))]
        length = max(1, round(SHARE * len(copies)))
        lists = [set(sorted(copies, key=lambda c: (-by[c[0]], ties[c[0]], c[1]))[:length]) for by in (first, second)]
        found.append(len(lists[0] & lists[1]) / length)
    share = of_two(rows, first, second, share=SHARE, seed=1, replicates=200).share
    assert (share.low, share.high) == pytest.approx(tuple(np.percentile(found, [2.5, 97.5])))


def test_an_address_that_left_the_cohort_is_not_on_the_list_of_the_next_day() -> None:
    days = pd.DataFrame({"address_id": [f"a{n}" for n in range(10)], "building_id": None, "score": np.linspace(1, 0, 10)})
    assert of_two_days(days, days, share=SHARE, seed=1, replicates=50).share.value == 1
    assert of_two_days(days, days.iloc[1:], share=SHARE, seed=1, replicates=50).share.value == 0.5


def test_a_refit_learns_from_whole_buildings_drawn_anew() -> None:
    rows = rows_of(buildings=20).assign(place=np.arange(100))
    drawn = list(resampled_rows(rows, refits=3, seed=1))
    assert len(drawn) == 3
    for positions in drawn:
        per_building = pd.Series(positions).map(rows["building_id"]).value_counts()
        assert (per_building % 5 == 0).all()
        assert len(per_building) < 20
    assert len({tuple(positions) for positions in drawn}) == 3
    handed = refitted(rows, lambda given: given["place"].to_numpy(dtype=np.float64), refits=3, seed=1)
    assert [tuple(h.astype(int)) for h in handed] == [tuple(d) for d in drawn]


def test_stability_under_resampling_is_the_mean_over_the_refits() -> None:
    scores, other = np.zeros(100), np.zeros(100)
    scores[:20], other[10:30] = 1, 1
    found = under_resampling(rows_of(), scores, [scores, other], fold=ONE_FOLD, share=SHARE, seed=1)
    assert found.share.value == (1 + 0.5) / 2
    assert found.share.low is not None
    assert found.share.low < 0.5
    assert found.share.high == 1
