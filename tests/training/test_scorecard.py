"""Points of rows: a plain sum that anyone can check, against a slow twin that counts line by line."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.errors import TrainingError
from features.scorecard import Line
from features.settings import load
from features.themes import load_themes
from training.scorecard import absent, contributions, score

ZAANWIJK = Path(__file__).parents[2] / "municipalities" / "zaanwijk"
CARD = [
    Line(indicator="reports_3y", at_least=2, points=1),
    Line(indicator="reports_3y", at_least=4, points=2),
    Line(indicator="floor_area_per_resident", below=12, points=3),
    Line(indicator="storage_businesses_now", at_least=1, points=-1, because="storage explains it"),
]
ROWS = pd.DataFrame(
    {
        "reports_3y": [0, 1, 2, 3, 4, np.nan, 9],
        "floor_area_per_resident": [np.nan, 12, 11.999, 100, 0, np.nan, np.nan],
        "storage_businesses_now": [0, 1, np.nan, 2, 0, np.nan, 1],
        "unread": 1.0,
    },
    index=list("abcdefg"),
)


def test_points_are_given_at_the_cut_and_not_below_it_and_none_for_what_is_missing() -> None:
    assert score(ROWS, CARD).tolist() == [0, -1, 4, 0, 6, 0, 2]


def test_the_score_is_the_sum_of_what_each_indicator_adds() -> None:
    added = contributions(ROWS, CARD)
    assert added.loc["e"].to_dict() == {"reports_3y": 3, "floor_area_per_resident": 3, "storage_businesses_now": 0}
    assert list(added.index) == list(ROWS.index)
    assert added.sum(axis=1).tolist() == score(ROWS, CARD).tolist()


@given(st.lists(st.one_of(st.none(), st.floats(-10, 10), st.integers(-3, 6).map(float)), min_size=1, max_size=20))
@settings(deadline=None, max_examples=30)
def test_points_are_those_of_a_slow_twin(values: list[float | None]) -> None:
    rows = pd.DataFrame(dict.fromkeys(ROWS.columns, values), dtype="float64")
    slow = []
    for value in values:
        points = 0
        for line in CARD:
            if value is not None and (value >= line.at_least if line.at_least is not None else value < (line.below or 0)):
                points += line.points
        slow.append(float(points))
    assert score(rows, CARD).tolist() == slow


def test_an_indicator_that_the_rows_do_not_hold_adds_nothing_and_is_named() -> None:
    less = ROWS.drop(columns=["storage_businesses_now"])
    assert absent(less, CARD) == ("storage_businesses_now",)
    assert score(less, CARD).tolist() == [0, 0, 4, 1, 6, 0, 3]


@pytest.mark.parametrize(("rows", "card"), [(ROWS[["unread"]], CARD), (ROWS, [])])
def test_rows_without_any_of_its_indicators_are_refused(rows: pd.DataFrame, card: list[Line]) -> None:
    with pytest.raises(TrainingError, match="none of the"):
        score(rows, card)


def test_the_demos_points_go_to_every_line_and_leave_the_rows_as_they_are() -> None:
    for theme in load_themes(load(ZAANWIJK)).values():
        if theme.scorecard:
            reached = {line.indicator: np.inf if line.at_least is not None else -np.inf for line in theme.scorecard}
            rows = pd.DataFrame([reached])
            before = rows.copy()
            assert score(rows, theme.scorecard).tolist() == [sum(line.points for line in theme.scorecard)]
            assert rows.equals(before)
