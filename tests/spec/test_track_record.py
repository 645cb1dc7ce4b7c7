"""Indicators of the track record, in tables. The day asked about is 1 January 2024."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from features import matrix
from features.themes import load_theme
from tests.hamlet import addresses, settle, table

INSPECTIONS = table("""
    record_id | address_id | happened_on | known_on   | inspection_id | case_id | theme | trigger | course    | course_known_on | finding | finding_known_on | violations | severe_violations
    i1        | A1         | 2021-05-01  | 2021-05-01 | i1            | i1      | trial | routine | inspected | 2021-05-01      | none    | 2021-05-01       | 4          | 1
    i2        | A1         | 2022-05-01  | 2022-05-01 | i2            | i2      | trial | routine | inspected | 2022-05-01      | none    | 2022-05-01       | 1          | 0
    i3        | A1         | 2023-05-01  | 2023-05-01 | i3            | i3      | trial | routine | inspected | 2023-05-01      | none    | 2024-01-01       | 9          | 9
    i4        | A2         | 2023-05-01  | 2023-05-01 | i4            | i4      | trial | routine | inspected | 2023-05-01      | none    | 2023-05-01       | 0          | 0
""")
BUSINESSES = table("""
    record_id | address_id | happened_on | known_on   | business_key | ended_on   | ended_known_on
    b1        | A1         | 2020-01-01  | 2020-01-01 | k1           |            |
    b2        | A1         | 2023-12-22  | 2023-12-31 | k2           |            |
    b3        | A1         | 2023-12-31  | 2024-01-01 | k3           |            |
    b4        | A2         | 2020-01-01  | 2020-01-01 | k1           |            |
    b5        | A3         | 2020-01-01  | 2020-01-01 | k1           | 2023-01-01 | 2023-01-02
""")


VISITS = table("""
    record_id | address_id | happened_on | known_on   | inspection_id | case_id | theme | trigger | course      | course_known_on | finding | finding_known_on | violations | severe_violations
    i1        | A1         | 2022-05-01  | 2022-05-01 | i1            | i1      | trial | routine | inspected   | 2022-05-01      | none    | 2022-05-01       | 4          | 1
    i2        | A1         | 2023-05-01  | 2023-05-01 | i2            | i2      | trial | routine | nobody-home | 2023-05-01      | none    | 2023-05-01       | 0          | 0
    i3        | A2         | 2022-05-01  | 2022-05-01 | i3            | i3      | trial | routine | inspected   | 2022-05-01      | none    | 2022-05-01       | 3          | 2
    i4        | A2         | 2023-05-01  | 2023-05-01 | i4            | i4      | trial | routine | nobody-home | 2023-05-01      |         |                  |            |
    i5        | A3         | 2023-05-01  | 2023-05-01 | i5            | i5      | trial | routine | entry-refused | 2023-05-01    |         | 2023-05-01       | 7          | 7
""")


def test_the_previous_inspection_is_the_newest_that_was_carried_out(tmp_path: Path) -> None:
    found = indicators(tmp_path, inspections=VISITS)
    assert found["violations_last"].tolist()[:2] == [4, 3]
    assert found["severe_violations_last"].tolist()[:2] == [1, 2]
    assert found.loc["A3", ["violations_last", "severe_violations_last"]].isna().all()


def indicators(folder: Path, **sources: pd.DataFrame) -> pd.DataFrame:
    store = settle(folder, addresses=addresses("A1", "A2", "A3"), **sources)
    frame = pd.DataFrame({"address_id": ["A1", "A2", "A3"], "as_of": date(2024, 1, 1)})
    return matrix.Builder(store, load_theme(store.settings, "trial")).rows(frame).set_index("address_id")


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    return indicators(tmp_path_factory.mktemp("track"), inspections=INSPECTIONS, businesses=BUSINESSES)


def test_violations_are_counted_per_inspection_of_which_they_are_known(rows: pd.DataFrame) -> None:
    assert rows["violations_per_inspection"].tolist()[:2] == [2.5, 0]
    assert rows["severe_violations_per_inspection"].tolist()[:2] == [0.5, 0]


def test_without_an_inspection_violations_are_missing_and_never_0(rows: pd.DataFrame) -> None:
    assert rows.loc["A3", ["violations_per_inspection", "severe_violations_per_inspection"]].isna().all()


def test_the_newest_business_is_the_newest_that_is_known(rows: pd.DataFrame) -> None:
    assert rows["newest_business_days"].tolist()[:2] == [10, 1461]


def test_a_business_has_other_addresses_as_long_as_its_branches_stand(rows: pd.DataFrame) -> None:
    assert rows["business_other_addresses"].tolist() == [1, 1, 0]


def test_a_care_signal_and_a_revoked_finding_count_against_no_address_and_no_owner(tmp_path: Path) -> None:
    found = table("""
        record_id | address_id | happened_on | known_on   | inspection_id | case_id | theme | trigger | finding     | finding_known_on | standing | standing_known_on
        i1        | A1         | 2023-05-01  | 2023-05-01 | i1            | i1      | trial | routine | care-signal | 2023-05-01       |          |
        i2        | A2         | 2023-05-01  | 2023-05-01 | i2            | i2      | trial | routine | confirmed   | 2023-05-01       | upheld   | 2023-06-01
        i3        | A3         | 2023-05-01  | 2023-05-01 | i3            | i3      | trial | routine | confirmed   | 2023-05-01       | revoked  | 2023-12-31
        i4        | A4         | 2023-05-01  | 2023-05-01 | i4            | i4      | trial | routine | confirmed   | 2023-05-01       | revoked  | 2024-01-01
    """)
    homes = ("A1", "A2", "A3", "A4")
    owned = pd.DataFrame({"record_id": homes, "address_id": homes, "happened_on": "2020-01-01", "known_on": "2020-01-01", "owner_key": "k1"})
    store = settle(tmp_path, addresses=addresses(*homes), inspections=found, ownership=owned)
    frame = pd.DataFrame({"address_id": homes, "as_of": date(2024, 1, 1)})
    rows = matrix.Builder(store, load_theme(store.settings, "trial")).rows(frame).set_index("address_id")
    assert rows["findings_3y"].tolist() == rows["findings_ever"].tolist() == [0, 1, 0, 1]
    assert rows["owner_other_findings_3y"].tolist() == [2, 1, 2, 1]
