"""The list of today and that of tomorrow, from a real store."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from features.errors import CohortError
from features.store import Store
from features.themes import Theme, load_theme
from tests.hamlet import addresses, settle, table
from training.metrics import Floats
from training.shift import one_day_shift, scores_on

REPORTS = table("""
    record_id | address_id | happened_on | known_on   | category | channel
    r1        | A1         | 2023-06-01  | 2023-06-01 | nuisance | telephone
    r2        | A2         | 2023-06-01  | 2023-06-01 | nuisance | telephone
    r3        | A3         | 2023-06-01  | 2023-12-31 | nuisance | telephone
    r4        | A3         | 2023-07-01  | 2023-12-31 | nuisance | telephone
""")
NAMES = ["reports_1y"]


def by_reports(rows: pd.DataFrame) -> Floats:
    return np.asarray(rows["reports_1y"].fillna(0), dtype=np.float64)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    homes = addresses("A1", "A2", "A3", "A4", "A5")
    return settle(tmp_path_factory.mktemp("shift"), addresses=homes, reports=REPORTS)


@pytest.fixture(scope="module")
def trial(store: Store) -> Theme:
    return load_theme(store.settings, "trial")


def test_an_address_is_scored_by_what_was_known_before_the_day(store: Store, trial: Theme) -> None:
    on = [scores_on(store, trial, NAMES, by_reports, as_of=date(2023, 12, 31) + timedelta(days=later)) for later in range(2)]
    found = [day.set_index("address_id")["score"].to_dict() for day in on]
    assert found == [{"A1": 1, "A2": 1, "A3": 0, "A4": 0, "A5": 0}, {"A1": 1, "A2": 1, "A3": 2, "A4": 0, "A5": 0}]


def test_what_came_in_overnight_takes_a_place_on_the_list_of_two(store: Store, trial: Theme) -> None:
    assert trial.capacity.visits == 2
    assert one_day_shift(store, trial, NAMES, by_reports, as_of=date(2023, 12, 31), seed=1).share.value == 0.5


def test_a_quiet_night_leaves_the_list_as_it_is(store: Store, trial: Theme) -> None:
    assert one_day_shift(store, trial, NAMES, by_reports, as_of=date(2023, 12, 1), seed=1).share.value == 1


def test_a_day_that_is_no_longer_kept_is_refused(store: Store, trial: Theme) -> None:
    with pytest.raises(CohortError, match="1990-01-01 lies before"):
        one_day_shift(store, trial, NAMES, by_reports, as_of=date(1990, 1, 1), seed=1)
