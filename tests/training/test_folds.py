from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from features.errors import TrainingError
from training.folds import ROUNDS, Rolling, roll

UNTIL = date(2024, 12, 1)


def one_a_day(days=200, *, late_days=0):
    """One inspection a day, every fourth confirmed, its outcome known the next day plus ``late_days``."""
    as_of = pd.date_range("2024-01-01", periods=days)
    return pd.DataFrame(
        {
            "address_id": [f"a{n:03d}" for n in range(days)],
            "as_of": as_of,
            "label": [int(n % 4 == 0) for n in range(days)],
            "label_known_on": as_of + pd.Timedelta(days=1 + late_days),
        }
    )


def numbers(fold):
    """Give the first and the last day of a fold, counted from 0."""
    days = (fold.rows["as_of"] - pd.Timestamp("2024-01-01")).dt.days
    return days.min(), days.max()


def test_each_round_tests_the_next_period_on_a_model_of_before():
    rolling = roll(one_a_day(), until=UNTIL)
    assert [[numbers(fold) for fold in folds] for folds in rolling.rounds] == [
        [(0, 67), (69, 98), (100, 119)],
        [(0, 87), (89, 118), (120, 139)],
        [(0, 107), (109, 138), (140, 159)],
        [(0, 127), (129, 158), (160, 179)],
        [(0, 147), (149, 178), (180, 199)],
    ]
    assert [fold.late for fold in rolling.last] == [1, 1, 0]
    assert [fold.in_gap for fold in rolling.last] == [0, 0, 0]
    assert rolling.gap_days == 1
    assert rolling.last is rolling.rounds[-1]


def test_there_are_at_least_five_rounds():
    assert ROUNDS >= 5
    assert len(roll(one_a_day(), until=UNTIL).rounds) == ROUNDS


def test_an_address_that_was_visited_before_is_tested_again():
    frame = one_a_day().assign(address_id=lambda rows: [f"a{n % 50}" for n in range(len(rows))])
    folds = roll(frame, until=UNTIL).last
    assert set(folds.test.rows["address_id"]) <= set(folds.training.rows["address_id"])


@pytest.mark.parametrize(("known", "learned"), [(-1, True), (0, False), (1, False)])
def test_an_outcome_known_on_the_day_that_the_fold_ends_is_too_late(known, learned):
    frame = one_a_day()
    end = frame["as_of"][149]
    frame.loc[60, "label_known_on"] = end + pd.Timedelta(days=known)
    folds = roll(frame, until=UNTIL).last
    assert folds.training.ends_on == end.date()
    assert ("a060" in set(folds.training.rows["address_id"])) is learned
    assert folds.training.late == 1 + (not learned)
    assert "a060" not in set(folds.calibration.rows["address_id"]) | set(folds.test.rows["address_id"])


def test_a_test_period_counts_outcomes_that_came_after_it_and_before_the_clock():
    """What is measured is measured now; a training period that begins later must not know them."""
    frame = one_a_day()
    frame.loc[110, "label_known_on"] = pd.Timestamp("2024-07-10")
    first, *_, last = roll(frame, until=UNTIL).rounds
    assert "a110" in set(first.test.rows["address_id"])
    assert "a110" not in set(last.training.rows["address_id"])


@pytest.mark.parametrize(("known", "late"), [("2024-11-30", 0), ("2024-12-01", 1)])
def test_an_outcome_from_after_the_clock_is_too_late_for_the_test_fold(known, late):
    frame = one_a_day()
    frame.loc[199, "label_known_on"] = pd.Timestamp(known)
    assert roll(frame, until=UNTIL).last.test.late == late


def slow_and_quick(days=400, *, slow_every=5, slow_days=30):
    """Outcomes of the next day, but for one in five that takes a month."""
    frame = one_a_day(days)
    slow = np.arange(days) % slow_every == 0
    return frame.assign(label_known_on=frame["as_of"] + pd.to_timedelta(np.where(slow, slow_days, 1), unit="D"), slow=slow)


def test_nothing_is_learned_from_days_of_which_only_quick_outcomes_are_known():
    rolling = roll(slow_and_quick(), until=date(2025, 6, 1))
    assert rolling.gap_days == 30
    for folds in rolling.rounds:
        for fold in (folds.training, folds.calibration):
            assert (fold.rows["as_of"] + timedelta(days=30) < pd.Timestamp(fold.ends_on)).all()
            assert fold.rows["slow"].mean() == pytest.approx(0.2, abs=0.02)
            assert fold.late + fold.in_gap == 30
            assert fold.in_gap >= 23


def test_the_gap_is_that_of_nine_in_ten_outcomes():
    assert roll(slow_and_quick(slow_every=20), until=date(2025, 6, 1)).gap_days == 1


def test_what_was_decided_just_before_the_clock_is_not_measured_either():
    frame = slow_and_quick()
    newest = frame["as_of"].max().date()
    until = newest + timedelta(days=11)
    folds = roll(frame[frame["label_known_on"] < pd.Timestamp(until)], until=until).last
    assert folds.test.rows["as_of"].max().date() == until - timedelta(days=31)
    assert folds.test.in_gap > 0


def test_a_long_gap_leaves_rows_to_calibrate_on():
    rolling = roll(one_a_day(600, late_days=89), until=date(2027, 1, 1))
    assert rolling.gap_days == 90
    assert [len(folds.calibration.rows) for folds in rolling.rounds] == pytest.approx([63, 68, 71, 74, 76], abs=1)


def test_a_day_is_never_cut_in_two():
    frame = pd.concat([one_a_day(), one_a_day().assign(address_id=[f"b{n:03d}" for n in range(200)])])
    frame = frame[frame["as_of"] < "2024-05-20"]
    for folds in roll(frame, until=UNTIL).rounds:
        days = [set(fold.rows["as_of"]) for fold in folds]
        assert days[0] & days[1] == set()
        assert days[1] & days[2] == set()


def test_early_stopping_looks_at_later_days_than_it_learned_from():
    folds = roll(one_a_day(300, late_days=10), until=UNTIL).last
    rows = folds.training.rows
    first_stopping = rows["as_of"][folds.stopping].min()
    assert not (folds.earlier & folds.stopping).any()
    assert (rows["label_known_on"][folds.earlier] < first_stopping).all()
    between = ~(folds.earlier | folds.stopping)
    assert between.sum() == 11
    assert (rows["label_known_on"][between] >= first_stopping).all()


def test_the_order_of_the_file_does_not_matter():
    frame = one_a_day()
    shuffled = frame.sample(frac=1, random_state=3)
    for one, other in zip(roll(frame, until=UNTIL).last, roll(shuffled, until=UNTIL).last, strict=True):
        pd.testing.assert_frame_equal(one.rows, other.rows)


def test_test_periods_that_overlap_are_refused_when_they_are_made():
    rounds = roll(one_a_day(), until=UNTIL).rounds
    assert all(numbers(a.test)[1] < numbers(b.test)[0] for a, b in pairwise(rounds))
    with pytest.raises(TrainingError, match="5 rounds of which the test periods do not follow each other"):
        Rolling(rounds[::-1], gap_days=1)
    with pytest.raises(TrainingError, match="0 rounds"):
        Rolling((), gap_days=1)


def test_too_few_rows_are_refused_with_their_number():
    with pytest.raises(TrainingError, match=r"the matrix has 199 rows, 199 of them .*Expected: at least 200 inspections .* for 5 test periods"):
        roll(one_a_day(199), until=UNTIL)


def test_rows_of_which_the_outcome_may_still_come_do_not_count():
    frame = one_a_day(230, late_days=39)
    with pytest.raises(TrainingError, match=r"230 rows, 199 of them decided more than 40 days before"):
        roll(frame, until=frame["as_of"].iloc[199].date() + timedelta(days=40))


def test_an_empty_matrix_is_refused():
    with pytest.raises(TrainingError, match="the matrix has 0 rows"):
        roll(one_a_day(0), until=UNTIL)


@pytest.mark.parametrize(("label", "found"), [(0, "0 of them confirmed"), (1, "20 of them confirmed")])
def test_a_fold_with_one_class_is_refused_by_name(label, found):
    frame = one_a_day()
    frame.loc[140:159, "label"] = label
    with pytest.raises(TrainingError, match=f"the test fold of round 3 has 20 rows .* {found}"):
        roll(frame, until=UNTIL)


def test_a_matrix_without_any_confirmed_inspection_is_refused():
    with pytest.raises(TrainingError, match=r"the training fold of round 1 has 68 rows .* 0 of them confirmed"):
        roll(one_a_day().assign(label=0), until=UNTIL)


def test_all_inspections_on_one_day_cannot_be_split():
    with pytest.raises(TrainingError, match="training fold of round 1 has 0 rows"):
        roll(one_a_day().assign(as_of=pd.Timestamp("2024-01-01")), until=UNTIL)
