"""What counts on a day (DESIGN rule 1), in tables that a lawyer can read. The day asked about is 1 January 2024 throughout."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import ibis
import pandas as pd
import pytest

from features import matrix
from features.events import visible
from features.themes import load_theme
from tests.hamlet import addresses, settle, table

AS_OF, BUILT_ON = date(2024, 1, 1), date(2024, 1, 3)
Row = Callable[..., pd.Series]


@pytest.fixture
def row(tmp_path: Path) -> Row:
    """Give the indicators of address A1 on the day, from one source."""

    def build(as_of: date = AS_OF, **sources: pd.DataFrame) -> pd.Series:
        store = settle(tmp_path, today=BUILT_ON, addresses=addresses("A1", "A2", floor_area_m2="60"), **sources)
        theme = load_theme(store.settings, "trial")
        frame = pd.DataFrame({"address_id": ["A1", "A2"], "as_of": as_of})
        return matrix.Builder(store, theme).rows(frame).set_index("address_id").loc["A1"]

    return build


def test_an_event_counts_only_when_it_was_known_before_the_day(row: Row) -> None:
    reports = table("""
        record_id | address_id | happened_on | known_on   | channel | category
        ----------+------------+-------------+------------+---------+---------
        r1        | A1         | 2023-12-31  | 2023-12-31 | app     | housing
        r2        | A1         | 2023-12-31  | 2024-01-01 | app     | housing
        r3        | A1         | 2023-12-31  | 2024-01-02 | app     | housing
    """)
    assert row(reports=reports)["reports_1y"] == 1
    assert row(reports=reports, as_of=date(2024, 1, 2))["reports_1y"] == 2
    assert row(reports=reports, as_of=date(2024, 1, 3))["reports_1y"] == 3


def test_what_happens_on_the_day_itself_does_not_count(row: Row) -> None:
    reports = table("""
        record_id | address_id | happened_on | known_on   | channel | category
        r1        | A1         | 2023-12-31  | 2023-12-31 | app     | housing
        r2        | A1         | 2024-01-01  | 2024-01-01 | app     | housing
    """)
    assert row(reports=reports)["reports_1y"] == 1


@pytest.mark.parametrize(
    ("happened_on", "known_on", "counts"),
    [
        ("2023-12-30", "2023-12-31", True),
        ("2023-12-31", "2023-12-31", True),
        ("2024-01-01", "2023-12-31", False),
        ("2024-01-02", "2023-12-31", False),
        ("2023-12-31", "2024-01-01", False),
        ("2024-01-01", "2024-01-01", False),
    ],
)
def test_what_is_announced_for_the_day_or_later_does_not_count_though_it_is_known(happened_on: str, known_on: str, *, counts: bool) -> None:
    """Asked of the rule itself: ingestion sets such a row aside too, so that no register would show that the rule had gone."""
    event = {"happened_on": date.fromisoformat(happened_on), "known_on": date.fromisoformat(known_on), "superseded_on": None, "withdrawn": False}
    told = ibis.memtable([event], schema={"happened_on": "date", "known_on": "date", "superseded_on": "date", "withdrawn": "boolean"})
    assert ibis.duckdb.connect().execute(told.filter(visible(told, AS_OF)).count()) == int(counts)


def test_a_correction_replaces_the_old_version_from_the_day_after_it_was_known(row: Row) -> None:
    registrations = table("""
        record_id | address_id | happened_on | known_on   | household_key | residents
        h1        | A1         | 2023-01-01  | 2023-01-02 | k1            | 2
        h1        | A1         | 2023-01-01  | 2023-12-31 | k1            | 5
        h1        | A1         | 2023-01-01  | 2024-01-01 | k1            | 9
    """)
    assert row(registrations=registrations, as_of=date(2023, 12, 31))["residents_now"] == 2
    assert row(registrations=registrations)["residents_now"] == 5
    assert row(registrations=registrations, as_of=date(2024, 1, 2))["residents_now"] == 9


def test_a_deletion_takes_effect_from_the_day_after_it_was_known(row: Row) -> None:
    reports = table("""
        record_id | address_id | happened_on | known_on   | channel | category | withdrawn
        r1        | A1         | 2023-06-01  | 2023-06-01 | app     | housing  | false
        r1        | A1         | 2023-06-01  | 2024-01-01 | app     | housing  | true
    """)
    assert row(reports=reports)["reports_1y"] == 1
    assert row(reports=reports, as_of=date(2024, 1, 2))["reports_1y"] == 0


def test_an_end_date_filled_in_later_is_not_known_earlier(row: Row) -> None:
    registrations = table("""
        record_id | address_id | happened_on | known_on   | household_key | residents | ended_on   | ended_known_on
        h1        | A1         | 2022-01-01  | 2022-01-02 | k1            | 3         | 2023-06-01 | 2024-01-01
        h2        | A1         | 2022-01-01  | 2022-01-02 | k2            | 1         | 2023-06-01 | 2023-12-31
    """)
    assert row(registrations=registrations)["residents_now"] == 3
    assert row(registrations=registrations)["ended_registrations_2y"] == 1
    assert row(registrations=registrations, as_of=date(2024, 1, 2)).isna()["residents_now"]


def test_an_end_that_is_announced_is_not_there_yet(row: Row) -> None:
    registrations = table("""
        record_id | address_id | happened_on | known_on   | household_key | residents | ended_on   | ended_known_on
        h1        | A1         | 2022-01-01  | 2022-01-02 | k1            | 3         | 2024-01-01 | 2023-12-01
        h2        | A1         | 2022-01-01  | 2022-01-02 | k2            | 1         | 2023-12-31 | 2023-12-01
    """)
    assert row(registrations=registrations)["residents_now"] == 3


def test_a_finding_entered_later_is_not_known_earlier(row: Row) -> None:
    inspections = table("""
        record_id | address_id | happened_on | known_on   | inspection_id | case_id | theme | trigger | course    | course_known_on | finding   | finding_known_on
        i1        | A1         | 2023-11-01  | 2023-11-01 | i1            | c1      | trial | report  | inspected | 2023-11-05      | confirmed | 2023-12-31
        i2        | A1         | 2023-11-01  | 2023-11-01 | i2            | c2      | trial | report  | inspected | 2023-11-05      | confirmed | 2024-01-01
    """)
    assert row(inspections=inspections)["findings_ever"] == 1
    assert row(inspections=inspections)["inspections_ever"] == 2
    assert row(inspections=inspections, as_of=date(2023, 11, 5))["inspections_ever"] == 0


def test_missing_stays_missing_and_is_never_zero(row: Row) -> None:
    water = table("""
        record_id | address_id | happened_on | known_on   | period_start_on | period_days | volume_m3 | reading   | shared_meter
        w1        | A1         | 2023-06-30  | 2023-07-10 | 2022-07-01      | 365         | 100       | estimated | false
        w2        | A1         | 2023-06-30  | 2023-07-10 | 2022-07-01      | 365         | 100       | read      | true
        w3        | A2         | 2023-06-30  | 2023-07-10 | 2022-07-01      | 365         | 0         | read      | false
    """)
    found = row(water=water)
    assert found.isna()["water_per_day"]
    assert found["estimated_readings_share_3y"] == 0.5
