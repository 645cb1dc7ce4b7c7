"""How an order of visits is measured against the real one."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from tests.hamlet import table
from training.timing import _of_weights, _Round, days_earlier, days_gained


def visits(text: str) -> pd.DataFrame:
    rows = table(text)
    return rows.assign(
        as_of=pd.to_datetime(rows["as_of"]),
        label=rows["label"].astype("int8"),
        score=rows["score"].astype(float),
        address_id=rows.index.astype(str),
        building_id=None,
    )


FOUR = visits("""
    as_of      | label | score
    2014-09-01 | 0     | 0.1
    2014-09-02 | 0     | 0.2
    2014-09-03 | 1     | 0.3
    2014-09-04 | 1     | 0.9
""")


def test_the_highest_score_takes_the_earliest_day() -> None:
    found = days_earlier(FOUR, FOUR["score"].to_numpy(), replicates=0, seed=1)
    assert found.days_earlier.value == (3 + 1) / 2
    assert found.first_half.value == 0.5
    assert found.spread_days == pytest.approx(np.sqrt(2))


def test_the_real_order_is_nothing_earlier() -> None:
    found = days_earlier(FOUR, -np.arange(4.0), replicates=0, seed=1)
    assert (found.days_earlier.value, found.first_half.value) == (0, 0)


def test_days_are_handed_out_within_each_round() -> None:
    # Over both rounds together the last row would take the first day; within its own round it can win one day only.
    fold = np.array([0, 0, 1, 1])
    found = days_earlier(FOUR, FOUR["score"].to_numpy(), fold=fold, replicates=0, seed=1)
    assert found.days_earlier.value == (1 - 1) / 2
    assert found.first_half.value == 0
    one = days_earlier(FOUR, FOUR["score"].to_numpy(), fold=np.zeros(4, dtype=np.intp), replicates=0, seed=1)
    assert one == days_earlier(FOUR, FOUR["score"].to_numpy(), replicates=0, seed=1)


def test_the_day_on_which_half_of_the_visits_is_reached_is_not_in_the_first_half() -> None:
    three = FOUR.assign(as_of=pd.to_datetime(["2014-09-01", "2014-09-02", "2014-09-02", "2014-09-03"]))
    assert days_earlier(three, three["score"].to_numpy(), replicates=0, seed=1).first_half.value == 0.5


def test_without_a_confirmed_row_nothing_is_said() -> None:
    found = days_earlier(FOUR.assign(label=np.int8(0)), FOUR["score"].to_numpy(), replicates=50, seed=1)
    assert (found.days_earlier.value, found.days_earlier.low, found.spread_days, found.first_half.value) == (None, None, None, None)


def test_a_bootstrap_by_weights_is_a_bootstrap_of_repeated_rows() -> None:
    random = np.random.default_rng(3)
    days, labels = random.integers(0, 20, 50), random.integers(0, 2, 50).astype(np.int8)
    scores, weights = random.permutation(50).astype(float), random.integers(0, 4, 50)
    earlier, half = _of_weights([_Round.of(days, labels, scores, np.arange(50))], weights)
    rows = pd.DataFrame({"day": days, "label": labels, "score": scores}).loc[np.repeat(np.arange(50), weights)]
    ordered = rows.sort_values("score", ascending=False, kind="stable").assign(simulated=np.sort(rows["day"]))
    positive = ordered[ordered["label"] == 1]
    per_day = rows["day"].value_counts().sort_index().cumsum()
    early = per_day[per_day < len(rows) / 2].index
    assert earlier.mean() == pytest.approx((positive["day"] - positive["simulated"]).mean())
    assert half.mean() == pytest.approx(positive["simulated"].isin(early).mean())


def test_an_interval_holds_its_figure_and_is_the_same_each_time() -> None:
    random = np.random.default_rng(5)
    rows = pd.DataFrame({"as_of": pd.Timestamp("2014-09-01") + pd.to_timedelta(random.integers(0, 30, 400), unit="D")})
    rows = rows.assign(label=random.integers(0, 2, 400).astype("int8"), address_id=np.arange(400).astype(str), building_id=None)
    scores = rows["label"].to_numpy() + random.normal(size=400)
    first, again = (days_earlier(rows, scores, replicates=200, seed=1) for _ in range(2))
    assert first == again
    low, value, high = first.days_earlier.low, first.days_earlier.value, first.days_earlier.high
    assert low is not None
    assert value is not None
    assert high is not None
    assert low < value < high
    assert high - low == pytest.approx(4 * first.standard_error_days, rel=0.4)  # type: ignore[operator] # None would fail the comparison itself


def test_days_gained_are_paired_so_that_one_order_gains_nothing_on_itself() -> None:
    random = np.random.default_rng(6)
    rows = pd.DataFrame({"as_of": pd.Timestamp("2014-09-01") + pd.to_timedelta(random.integers(0, 30, 400), unit="D")})
    rows = rows.assign(label=random.integers(0, 2, 400).astype("int8"), address_id=np.arange(400).astype(str), building_id=None)
    good, fold = rows["label"].to_numpy() + random.normal(size=400), np.arange(400) // 200
    near = good + 0.1 * random.normal(size=400)
    nothing, gained = (days_gained(rows, good, other, fold=fold, replicates=200, seed=1) for other in (good, near))
    assert (nothing.value, nothing.low, nothing.high) == (0, 0, 0)
    one, other = (days_earlier(rows, scores, fold=fold, replicates=200, seed=1).days_earlier for scores in (good, near))
    assert gained.value == pytest.approx((one.value or 0) - (other.value or 0))
    assert (gained.high or 0) - (gained.low or 0) < 0.5 * ((one.high or 0) - (one.low or 0))
