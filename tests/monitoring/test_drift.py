"""Drift, with the real Evidently."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import wasserstein_distance

from monitoring.drift import BAR, MAXIMUM_ROWS, MINIMUM_VALUES, Comparison, bar, compare


def table(rows: int, *, seed: int, day: str = "2024-01-02", **shift: float) -> pd.DataFrame:
    draw = np.random.default_rng(seed)
    columns = {"score": draw.beta(2, 20, rows), "moves": draw.poisson(0.5, rows).astype(float), "area": draw.normal(90, 20, rows)}
    return pd.DataFrame({"as_of": pd.Timestamp(day), **{name: values + shift.get(name, 0) for name, values in columns.items()}})


COLUMNS = ["score", "moves", "area"]


@pytest.fixture(scope="module")
def moved() -> Comparison:
    """One column moved by half a standard deviation; one lost values; one holds nothing."""
    now, then = table(4000, seed=1, area=10), table(3000, seed=2, day="2023-01-02")
    now.loc[: len(now) // 2, "moves"] = np.nan
    now["empty"], then["empty"] = np.nan, np.nan
    now["constant"], then["constant"] = 1.0, 1.0
    return compare(now, then, columns=[*COLUMNS, "empty", "constant"])[0]


def column(comparison: Comparison, name: str):
    return next(c for c in comparison.columns if c.name == name)


def test_column_that_moved_is_the_only_one_that_drifted(moved):
    assert [c.name for c in moved.columns if c.drifted] == ["area"]


def test_distance_is_the_wasserstein_distance_in_standard_deviations(moved):
    now, then = table(4000, seed=1, area=10)["area"], table(3000, seed=2)["area"]
    assert column(moved, "area").distance == pytest.approx(wasserstein_distance(then, now) / np.std(then), rel=1e-9)


def test_score_stands_first_and_the_others_by_distance(moved):
    names = [c.name for c in moved.columns]
    assert names[:2] == ["score", "area"]


def test_missing_share_is_compared_though_the_distance_leaves_it_out(moved):
    moves = column(moved, "moves")
    assert not moves.drifted
    assert moves.missing_change == pytest.approx(0.5, abs=0.001)


def test_column_without_values_has_no_distance_and_no_verdict(moved):
    empty = column(moved, "empty")
    assert (empty.distance, empty.bar, empty.drifted, empty.current.mean) == (None, None, False, None)
    assert len(moved.compared) == 4


def test_column_of_one_value_has_not_drifted(moved):
    assert column(moved, "constant").distance == 0


def test_rows_of_both_sides_are_counted(moved):
    assert (moved.current_rows, moved.reference_rows) == (4000, 3000)
    assert str(moved.reference_first_on) == "2023-01-02"


def test_few_values_raise_the_bar_and_very_few_give_none():
    many, few = pd.Series(np.arange(20_000.0)), pd.Series(np.arange(float(MINIMUM_VALUES)))
    assert bar(many, many) == BAR
    assert bar(many, few) > 0.4
    assert bar(many, few[1:]) is None


@pytest.mark.parametrize("name", ["normal", "uniform", "lognormal", "poisson", "rare"])
def test_chance_alone_seldom_passes_the_bar(name):
    draw = np.random.default_rng(7)
    shapes = {
        "normal": lambda n: draw.normal(size=n),
        "uniform": draw.random,
        "lognormal": lambda n: draw.lognormal(0, 0.8, n),
        "poisson": lambda n: draw.poisson(0.3, n).astype(float),
        "rare": lambda n: (draw.random(n) < 0.05).astype(float),
    }
    passed = 0
    for _ in range(200):
        then, now = pd.Series(shapes[name](300)), pd.Series(shapes[name](3000))
        passed += wasserstein_distance(then, now) / np.std(then) >= bar(now, then)
    assert passed <= 8


def test_large_cohort_is_sampled_and_all_rows_are_counted():
    now, then = table(MAXIMUM_ROWS + 10, seed=1), table(1000, seed=2)
    found, _ = compare(now, then, columns=["score"])
    assert found.current_rows == MAXIMUM_ROWS + 10
    assert found.columns[0].current.rows == MAXIMUM_ROWS + 10
    assert not found.columns[0].drifted


def test_nothing_to_compare_gives_no_page_and_no_drift():
    now, then = table(20, seed=1), table(20, seed=2)
    found, page = compare(now, then, columns=COLUMNS, plots=True)
    assert page is None
    assert found.drifted_share == 0
