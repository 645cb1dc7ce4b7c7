"""Unknown is never 0 (STYLE): what a register does not fill gives no indicator, and no sentence that nobody observed.

The day asked about is 1 January 2024.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from features import cohort, matrix, matrix_file
from features.catalogue import catalogue, compose, indicator, not_filled
from features.columns import Column
from features.errors import CatalogueError, PurposeError
from features.events import Events
from features.matrix import Builder, Matrix
from features.store import Store
from features.themes import load_theme
from tests.hamlet import TRIAL, addresses, settle, table

AS_OF = date(2024, 1, 1)
NOWHERE = table("""
    record_id | address_id | happened_on | known_on   | business_key
    b1        | A1         | 2020-01-01  | 2020-01-01 | k1
    b2        | A2         | 2020-01-01  | 2020-01-01 | k2
""")
SOMEWHERE = table("""
    record_id | address_id | happened_on | known_on   | business_key | serves_alcohol | sells_tobacco | ended_on   | ended_known_on
    b1        | A1         | 2020-01-01  | 2020-01-01 | k1           | true           | false         |            |
    b2        | A1         | 2020-01-01  | 2020-01-01 | k2           | false          |               |            |
    b3        | A2         | 2020-01-01  | 2020-01-01 | k3           |                | true          |            |
    b4        | A3         | 2020-01-01  | 2020-01-01 | k4           |                |               | 2023-01-01 | 2023-01-02
    b5        | A4         | 2020-01-01  | 2020-01-01 | k5           | false          | false         |            |
""")
VISITS = """
    record_id | address_id | happened_on | known_on   | inspection_id | case_id | theme | trigger | course    | course_known_on | finding   | finding_known_on | violations
    i1        | A1         | 2023-05-01  | 2023-05-01 | i1            | i1      | trial | routine | inspected | 2023-05-01      | confirmed | 2023-05-01       | 4
"""


def build(store: Store) -> Matrix:
    theme = load_theme(store.settings, "trial")
    return matrix.build(store, theme, cohort.at(store, theme, AS_OF), built_on=AS_OF)


@pytest.fixture
def homes() -> pd.DataFrame:
    return addresses("A1", "A2", "A3", "A4")


def test_an_indicator_of_a_column_that_is_never_filled_is_left_out_and_the_manifest_says_which(tmp_path: Path, homes: pd.DataFrame) -> None:
    built = build(settle(tmp_path, addresses=homes, businesses=NOWHERE))
    said = built.manifest.not_filled
    assert said["alcohol_licences_now"] == ("businesses.serves_alcohol",)
    assert said["tobacco_licences_now"] == ("businesses.sells_tobacco",)
    assert said["floor_area_vs_postcode"] == ("addresses.floor_area_m2", "addresses.postcode"), "through what it reads and its group"
    assert said["director_other_addresses"] == ("businesses.director_key",)
    assert not set(said) & set(built.frame.columns)
    assert not set(said) & set(built.manifest.names)


def test_every_indicator_is_either_in_the_matrix_or_said_to_be_left_out(tmp_path: Path, homes: pd.DataFrame) -> None:
    built = build(settle(tmp_path, addresses=homes, businesses=NOWHERE))
    allowed = {name for name, i in catalogue().items() if set(i.sources) <= {"addresses", "businesses", "inspections"}}
    assert set(built.manifest.names) | set(built.manifest.not_filled) == allowed
    assert built.manifest.names == [c for c in built.frame.columns if c not in matrix_file.KEYS]


def test_what_may_be_missing_leaves_an_indicator_in(tmp_path: Path, homes: pd.DataFrame) -> None:
    """No branch has ended and no finding was ever revoked: that is no reason to know nothing of branches and findings."""
    built = build(settle(tmp_path, addresses=homes, businesses=NOWHERE, inspections=table(VISITS)))
    row = built.frame.set_index("address_id")
    assert row["businesses_now"].tolist() == [1, 0, 0], "A1 was inspected and is not listed"
    assert row["findings_ever"].tolist() == [0, 0, 0]
    assert {"severe_violations_ever", "severe_violations_last", "severe_violations_per_inspection"} <= set(built.manifest.not_filled)
    assert {"violations_last", "violations_per_inspection"} <= set(built.manifest.names)


@pytest.mark.parametrize(("standing", "known_on", "left"), [("revoked", "2023-12-31", 0), ("revoked", "2024-01-01", 1), ("upheld", "2023-12-31", 1)])
def test_a_finding_counts_until_it_is_known_to_be_revoked(tmp_path: Path, homes: pd.DataFrame, standing: str, known_on: str, left: int) -> None:
    visits = table(VISITS).assign(standing=standing, standing_known_on=known_on)
    store = settle(tmp_path, addresses=homes, inspections=visits)
    rows = Builder(store, load_theme(store.settings, "trial")).rows(pd.DataFrame({"address_id": ["A1"], "as_of": AS_OF}))
    assert rows[["findings_ever", "findings_3y"]].iloc[0].tolist() == [left, left]


def test_a_licence_is_counted_where_it_is_known_of_every_business_and_missing_elsewhere(tmp_path: Path, homes: pd.DataFrame) -> None:
    row = build(settle(tmp_path, addresses=homes, businesses=SOMEWHERE)).frame.set_index("address_id")
    assert row["alcohol_licences_now"].fillna(-1).tolist() == [1, -1, 0, 0]
    assert row["tobacco_licences_now"].fillna(-1).tolist() == [-1, 1, 0, 0]


def test_what_is_filled_later_changes_the_columns_of_a_new_matrix_and_no_value_of_an_old_one(tmp_path: Path, homes: pd.DataFrame) -> None:
    before = build(settle(tmp_path / "before", addresses=homes, businesses=NOWHERE))
    late = NOWHERE.head(1).assign(happened_on="2024-01-01", known_on="2024-01-01", record_id="b9", serves_alcohol="true")
    store = settle(tmp_path / "after", addresses=homes, businesses=pd.concat([NOWHERE, late]))
    after = build(store)
    assert "alcohol_licences_now" in after.manifest.names
    pd.testing.assert_frame_equal(after.frame[before.frame.columns], before.frame)
    named = Builder(store, load_theme(store.settings, "trial"), tuple(before.manifest.names))
    assert named.not_filled == {}
    pd.testing.assert_frame_equal(named.rows(before.frame[["address_id", "as_of"]]), before.frame)


def test_named_indicators_are_given_though_nothing_fills_them_and_refused_where_the_theme_does_not_allow_them(
    tmp_path: Path, homes: pd.DataFrame
) -> None:
    store = settle(tmp_path, addresses=homes, businesses=NOWHERE)
    theme = load_theme(store.settings, "trial")
    rows = Builder(store, theme, ("built_year", "businesses_now")).rows(pd.DataFrame({"address_id": ["A1"], "as_of": AS_OF}))
    assert [c for c in rows.columns if c not in matrix_file.KEYS] == ["built_year", "businesses_now"]
    assert rows["built_year"].isna().all()
    with pytest.raises(PurposeError, match="does not give 1 of the named indicators, first 'reports_1y'"):
        _ = Builder(store, theme, ("businesses_now", "reports_1y")).indicators


def test_an_end_that_is_asked_for_is_needed_and_one_that_is_allowed_for_is_not() -> None:
    empty = frozenset({("businesses", "ended_on")})
    assert set(not_filled(catalogue(), empty)) == {"brief_businesses_5y", "director_other_stopped_3y", "short_lived_businesses_3y"}


def _told(**sentences: str) -> dict[str, object]:
    @indicator(about=TRIAL, nl="{value}", en="{value}", unit="-", **sentences)  # type: ignore[arg-type] - a sentence each
    def newest_report_days(reports: Events) -> Column:
        """Give days."""
        return reports.days_since()

    return dict(compose([("trial", newest_report_days)]))


@pytest.mark.parametrize(
    "sentences",
    [{"nl_none": "Geen"}, {"en_none": "None"}, {"nl_none": "Geen", "en_none": "None", "nl_missing": "?"}],
)
def test_no_value_is_missing_or_known_and_not_both(sentences: dict[str, str]) -> None:
    with pytest.raises(CatalogueError, match="both that it is missing and that it is known"):
        _told(**sentences)


def test_that_there_is_no_business_is_known_and_not_missing() -> None:
    known = {name for name, i in catalogue().items() if i.absence_known}
    assert {"oldest_business_days", "newest_business_days", "days_since_inspection", "days_since_report", "residents_now"} <= known
    assert not {"floor_area_m2", "violations_last", "property_value", "alcohol_licences_now"} & known


def test_a_sentence_that_severe_violations_are_missing_says_severe() -> None:
    for name in ("severe_violations_ever", "severe_violations_last", "severe_violations_per_inspection"):
        assert "ernstige" in catalogue()[name].nl.missing
        assert "severe" in catalogue()[name].en.missing
