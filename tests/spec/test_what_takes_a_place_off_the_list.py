"""A place comes off the list of protected places only by a row that was truly dated after what protects it (DESIGN rule 12)."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest

from features import cohort
from features.errors import SourceError
from features.ingestion import ingest
from features.settings import Settings
from features.store import open_store
from features.themes import load_theme
from tests.hamlet import addresses, hamlet

MONDAY = date(2024, 1, 1)
NEXT_WEEK = MONDAY + timedelta(days=7)
HOMES = ("A1", "A2", "A3", "A4", "A5", "A6", "A7", "A8")
OFF = "A8"
"""A place that is off the list for good, so that one is listed."""
DAYS = (None, "2205-07-01", "31-02-2025", "0025-07-01", str(NEXT_WEEK), "2018-01-01", "2020-03-01")
"""Days on which a shelter may not lose to a ``none`` of 2020-03-01: slips, one to come, an older one and the same."""

Row = tuple[str, str, str | None]


def hand_in(folder: Path, *rows: Row, today: date = MONDAY) -> Settings:
    """Write the list as it is on a day, and build."""
    frame = pd.DataFrame(
        [{"record_id": home, "address_id": home, "happened_on": day, "known_on": day, "kind": kind} for home, kind, day in rows], dtype=object
    )
    settings = hamlet(folder, today=today, addresses=addresses(*HOMES), protected_places=frame)
    ingest(settings, today=today)
    return settings


def listed(settings: Settings, as_of: date) -> list[str]:
    store = open_store(settings)
    return list(cohort.at(store, load_theme(settings, "trial"), as_of).frame["address_id"])


def judged(*homes: str) -> list[Row]:
    return [(home, "none", "2020-03-01") for home in homes]


SHELTERS: list[Row] = [(home, "shelter", day) for home, day in zip(HOMES, DAYS, strict=False)]


@pytest.mark.parametrize("shelters_first", [True, False])
def test_a_shelter_is_not_listed_though_the_list_says_none_where_it_may_not_have_come_after(tmp_path: Path, shelters_first: bool) -> None:
    rows = [*SHELTERS, *judged(*HOMES)] if shelters_first else [*judged(*HOMES), *SHELTERS]
    assert listed(hand_in(tmp_path, *rows), MONDAY) == ["A6", OFF], "of an older shelter someone truly looked afterwards"


def test_a_shelter_that_comes_onto_the_list_later_is_not_listed_however_it_is_dated(tmp_path: Path) -> None:
    hand_in(tmp_path, *judged(*HOMES))
    for past in (1, 8):
        settings = hand_in(tmp_path, *judged(*HOMES), *SHELTERS, today=MONDAY + timedelta(days=past))
        assert listed(settings, MONDAY + timedelta(days=past + 1)) == [OFF]
    assert listed(settings, MONDAY + timedelta(days=1)) == list(HOMES), "what was said on an earlier day stands"


def test_a_none_that_comes_later_and_is_not_dated_after_the_shelter_takes_nothing_off(tmp_path: Path) -> None:
    shelters: list[Row] = [(home, "shelter", "2020-03-01") for home in HOMES]
    hand_in(tmp_path, *shelters)
    days = ("2019-12-31", "2020-03-01", "31-02-2021", None, str(NEXT_WEEK), "1999-01-01", "0025-07-01", "2020-03-02")
    nones: list[Row] = [(home, "none", day) for home, day in zip(HOMES, days, strict=True)]
    settings = hand_in(tmp_path, *shelters, *nones, today=MONDAY + timedelta(days=1))
    assert listed(settings, MONDAY + timedelta(days=2)) == [OFF]


def test_a_none_counts_from_the_day_on_which_the_slip_of_its_place_was_mended(tmp_path: Path) -> None:
    slip, none = ("A1", "shelter", "31-02-2020"), ("A1", "none", "2024-01-02")
    hand_in(tmp_path, slip, *judged(OFF))
    hand_in(tmp_path, slip, none, *judged(OFF), today=MONDAY + timedelta(days=1))
    settings = hand_in(tmp_path, ("A1", "shelter", "2020-02-28"), none, *judged(OFF), today=MONDAY + timedelta(days=4))
    assert ["A1" in listed(settings, MONDAY + timedelta(days=past)) for past in (2, 4, 5)] == [False, False, True]


def test_a_slip_that_is_gone_and_was_not_mended_takes_nothing_off(tmp_path: Path) -> None:
    slip, none = ("A1", "shelter", "31-02-2020"), ("A1", "none", "2024-01-02")
    hand_in(tmp_path, slip, none, *judged(OFF), today=MONDAY + timedelta(days=1))
    with pytest.raises(SourceError, match="no longer protects 1 of the places"):
        hand_in(tmp_path, none, *judged(OFF), today=MONDAY + timedelta(days=2))


def test_a_row_for_two_places_is_judged_for_each(tmp_path: Path) -> None:
    rows: list[Row] = [("A1", "shelter", "2020-03-01"), ("A2", "shelter", "2018-03-01"), ("A1 A2", "none", "2019-03-01")]
    hand_in(tmp_path, *rows[:2])
    for past in (1, 2):
        settings = hand_in(tmp_path, *rows, today=MONDAY + timedelta(days=past))
        assert listed(settings, MONDAY + timedelta(days=past + 1)) == list(HOMES[1:])
