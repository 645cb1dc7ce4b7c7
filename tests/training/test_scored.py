from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from training.scored import Scored, Scorer, never_visited


def part(days, *, score):
    rows = pd.DataFrame({"address_id": [f"a{day}" for day in days], "as_of": [pd.Timestamp("2024-01-01") + pd.Timedelta(days=day) for day in days]})
    return rows, [Scorer("model", np.full(len(days), score), are_probabilities=True), Scorer("random", np.zeros(len(days)), are_probabilities=False)]


def test_rounds_are_put_one_after_the_other_with_their_own_scores():
    scored = Scored.of([part([1, 2, 3], score=0.1), part([4, 5], score=0.2)])
    assert scored.rows["address_id"].tolist() == ["a1", "a2", "a3", "a4", "a5"]
    assert scored.rows.index.tolist() == [0, 1, 2, 3, 4]
    assert scored.fold.tolist() == [0, 0, 0, 1, 1]
    assert [(one.name, one.scores.tolist(), one.are_probabilities) for one in scored.scorers] == [
        ("model", [0.1, 0.1, 0.1, 0.2, 0.2], True),
        ("random", [0.0] * 5, False),
    ]


def test_a_part_keeps_the_round_and_the_scores_of_its_rows():
    scored = Scored.of([part([1, 2, 3], score=0.1), part([4, 5], score=0.2)]).only(np.array([False, True, False, True, False]))
    assert scored.rows["address_id"].tolist() == ["a2", "a4"]
    assert scored.rows.index.tolist() == [0, 1]
    assert (scored.fold.tolist(), scored.scorers[0].scores.tolist()) == ([0, 1], [0.1, 0.2])


def test_rounds_of_other_scorers_do_not_fit_together():
    rows, scorers = part([4, 5], score=0.2)
    with pytest.raises(ValueError, match="argument 2 is"):
        Scored.of([part([1, 2, 3], score=0.1), (rows, scorers[:1]), (rows, scorers)])


@pytest.mark.parametrize(("days", "expected"), [(-1, False), (0, True), (1, True)])
def test_an_address_counts_as_visited_from_the_day_after_its_first_inspection(days, expected):
    day = pd.Timestamp("2024-03-01")
    among = pd.DataFrame({"address_id": ["a1", "a1", "a2"], "as_of": [day + pd.Timedelta(days=days), day, day - pd.Timedelta(days=9)]})
    assert never_visited(among.iloc[[1]], among).tolist() == [expected]


def test_a_visit_in_the_training_period_counts_too():
    among = pd.DataFrame({"address_id": ["a1", "a2", "a1"], "as_of": pd.to_datetime(["2023-01-01", "2024-01-01", "2024-01-01"])})
    assert never_visited(among.iloc[1:], among).tolist() == [True, False]
