"""Every indicator on the town: it can be computed for each enabled theme, tells addresses apart and gives numbers that can be true."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import pytest

from features import cohort
from features.catalogue import catalogue
from features.matrix import Builder
from features.sentences import FLAG
from features.store import open_store
from features.themes import load_theme, load_themes
from tests.experiments.conftest import TODAY, SmallTown

THEMES = ("overcrowding", "premises", "registration", "room-rental")
ALIKE = 0.995
"""Share of a cohort above which one value, or none, says nothing of most addresses. Assumed: eight of the 1,535 homes of the town differ."""
USE = "a cohort of homes holds no object of another use, and is compared with none"
TRADE = "homes of the town have hardly any of these branches; the theme premises tells them apart"
ABOUT_HOMES = "the subject is homes, and in the cohort of premises it hardly occurs"
RARE: Mapping[tuple[str, tuple[str, ...]], str] = {
    ("used_for_hospitality", ("overcrowding", "registration", "room-rental")): USE,
    ("used_for_industry", ("overcrowding", "registration", "room-rental")): USE,
    ("hospitality_operators_5y", ("registration", "room-rental")): TRADE,
    ("storage_businesses_now", ("registration", "room-rental")): TRADE,
    ("director_other_addresses", ("registration", "room-rental")): TRADE,
    ("director_other_stopped_3y", ("registration", "room-rental")): TRADE,
    ("premises_reports_2y", ("overcrowding", "registration", "room-rental")): "few report a home as premises",
    ("housing_reports_1y", ("premises",)): ABOUT_HOMES,
    ("hospitality_permits_now", ("overcrowding", "registration", "room-rental")): "nobody runs hospitality in a home of the town",
    ("sharing_permits_now", THEMES): "homes with such a permit are left out of the cohorts, and premises have none",
    ("business_other_addresses", ("registration", "room-rental")): "a business at a home of the town has no second branch",
    ("businesses_while_vacant", ("registration",)): "a home that is registered as empty with a business in it occurs twice",
}
"""Indicators that hardly tell the addresses of a cohort apart, with the themes in which they do not and the reason."""
NOT_FILLED = {
    "alcohol_licences_now",
    "tobacco_licences_now",
    "severe_violations_ever",
    "severe_violations_last",
    "severe_violations_per_inspection",
}
"""Indicators of columns that the registers of a Dutch town do not have."""
BELOW_ZERO = {
    "business_starts_change_2y",
    "energy_label_days_left",
    "reports_minus_building_3y",
    "registrations_change_1y",
    "signals_change_1y",
    "value_growth_5y",
    "value_growth_vs_postcode",
    "water_trend_5y",
}
"""Differences and courses, and days that may have passed."""


@pytest.fixture(scope="module")
def rows(town: SmallTown) -> dict[str, pd.DataFrame]:
    """Give the indicators of every address of the cohort by theme."""
    store, found = open_store(town.settings), {}
    for code in THEMES:
        theme = load_theme(town.settings, code)
        builder = Builder(store, theme)
        frame = builder.rows(cohort.at(store, theme, TODAY.date()).frame)
        found[code] = frame.set_index("address_id")[list(builder.indicators)]
    return found


def test_the_themes_that_are_looked_at_are_those_that_are_enabled(town: SmallTown) -> None:
    assert {code for code, theme in load_themes(town.settings).items() if theme.enabled} == set(THEMES)


def test_every_indicator_that_the_town_fills_is_computed_for_a_theme(rows: dict[str, pd.DataFrame]) -> None:
    assert set().union(*(frame.columns for frame in rows.values())) == set(catalogue()) - NOT_FILLED


def test_an_indicator_tells_the_addresses_of_a_cohort_apart_or_is_listed_with_the_reason(rows: dict[str, pd.DataFrame]) -> None:
    alike: dict[str, tuple[str, ...]] = {}
    for code, frame in rows.items():
        for name, values in frame.items():
            if values.value_counts(normalize=True, dropna=False).iloc[0] > ALIKE:
                alike[str(name)] = (*alike.get(str(name), ()), code)
    assert sorted(alike.items()) == sorted(RARE)
    assert all(reason.strip() for reason in RARE.values())


def test_only_differences_lie_below_zero(rows: dict[str, pd.DataFrame]) -> None:
    below = {str(name) for frame in rows.values() for name in frame.columns[frame.min() < 0]}
    assert below == BELOW_ZERO


def test_a_share_lies_between_0_and_1_a_flag_is_one_of_them_and_what_happened_is_a_day_old(rows: dict[str, pd.DataFrame]) -> None:
    for frame in rows.values():
        for name in set(frame.columns) - BELOW_ZERO:
            values, unit = frame[name].dropna(), catalogue()[name].unit
            assert unit != "share" or values.between(0, 1).all(), name
            assert unit != FLAG or values.isin([0, 1]).all(), name
            assert unit != "days" or values.ge(1).all(), name


def test_ranks_lie_around_the_middle(rows: dict[str, pd.DataFrame]) -> None:
    ranks = {(code, name): frame[name].mean() for code, frame in rows.items() for name in frame if "_rank_" in str(name)}
    assert len(ranks) > 20
    assert {key: mean for key, mean in ranks.items() if not 0.4 < mean < 0.6} == {}


@pytest.mark.parametrize(
    ("code", "name", "low", "high"),
    [
        ("overcrowding", "surveyed_area_vs_registered", 0.95, 1.05),
        ("overcrowding", "energy_label_class", 6, 12),
        ("overcrowding", "residents_per_allocated_room", 0.3, 1.5),
        ("overcrowding", "water_vs_own_mean_5y", 0.9, 1.1),
        ("registration", "water_trend_5y", -8, 8),
        ("registration", "residents_per_area_electricity", 0.2, 2),
        ("registration", "households_per_year_5y", 0.1, 1),
        ("room-rental", "value_growth_5y", 0.02, 0.15),
        ("room-rental", "value_growth_vs_postcode", -0.01, 0.01),
        ("room-rental", "value_vs_price", 0.8, 2),
        ("room-rental", "tourist_nights_2y", 5, 100),
        ("premises", "businesses_per_100m2", 0.2, 5),
    ],
)
def test_half_of_the_addresses_lie_where_one_would_expect(rows: dict[str, pd.DataFrame], code: str, name: str, low: float, high: float) -> None:
    assert low < rows[code][name].median() < high
