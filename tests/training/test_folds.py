from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from features.errors import TrainingError
from training.folds import split

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


def test_folds_follow_each_other_in_time():
    folds = split(one_a_day(), until=UNTIL)
    training, calibration, test = folds
    assert training.rows["as_of"].max() < calibration.rows["as_of"].min()
    assert calibration.rows["as_of"].max() < test.rows["as_of"].min()
    assert [len(fold.rows) for fold in folds] == [119, 39, 40]
    assert [fold.late for fold in folds] == [1, 1, 0]


@pytest.mark.parametrize(("known", "rows"), [(-1, 120), (0, 119), (1, 119)])
def test_an_outcome_known_on_the_day_that_the_fold_ends_is_too_late(known, rows):
    frame = one_a_day(late_days=-1)
    end = frame["as_of"][120]
    frame.loc[60, "label_known_on"] = end + pd.Timedelta(days=known)
    folds = split(frame, until=UNTIL)
    assert folds.training.ends_on == end.date()
    assert len(folds.training.rows) == rows
    assert folds.training.late == 120 - rows
    assert "a060" not in set(folds.calibration.rows["address_id"]) | set(folds.test.rows["address_id"])


@pytest.mark.parametrize(("known", "late"), [("2024-11-30", 0), ("2024-12-01", 1)])
def test_an_outcome_from_after_the_clock_is_too_late_for_the_test_fold(known, late):
    frame = one_a_day()
    frame.loc[199, "label_known_on"] = pd.Timestamp(known)
    assert split(frame, until=UNTIL).test.late == late


def test_a_day_is_never_cut_in_two():
    frame = pd.concat([one_a_day(), one_a_day().assign(address_id=[f"b{n:03d}" for n in range(200)])])
    frame = frame[frame["as_of"] < "2024-05-20"]
    days = [set(fold.rows["as_of"]) for fold in split(frame, until=UNTIL)]
    assert days[0] & days[1] == set()
    assert days[1] & days[2] == set()


def test_early_stopping_looks_at_later_days_than_it_learned_from():
    folds = split(one_a_day(late_days=10), until=UNTIL)
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
    for one, other in zip(split(frame, until=UNTIL), split(shuffled, until=UNTIL), strict=True):
        pd.testing.assert_frame_equal(one.rows, other.rows)


def test_too_few_rows_are_refused_with_their_number():
    with pytest.raises(TrainingError, match=r"the matrix has 99 rows\. Expected: at least 100"):
        split(one_a_day(99), until=UNTIL)


@pytest.mark.parametrize(("label", "found"), [(0, "0 of them confirmed"), (1, "40 of them confirmed")])
def test_a_fold_with_one_class_is_refused_by_name(label, found):
    frame = one_a_day()
    frame.loc[160:, "label"] = label
    with pytest.raises(TrainingError, match=f"the test fold has 40 rows .* {found}"):
        split(frame, until=UNTIL)


def test_a_matrix_without_any_confirmed_inspection_is_refused():
    with pytest.raises(TrainingError, match=r"the training fold has 119 rows .* 0 of them confirmed"):
        split(one_a_day().assign(label=0), until=UNTIL)


def test_all_inspections_on_one_day_cannot_be_split():
    with pytest.raises(TrainingError, match="training fold has 0 rows"):
        split(one_a_day().assign(as_of=pd.Timestamp("2024-01-01")), until=UNTIL)
