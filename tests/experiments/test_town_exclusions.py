"""Nobody who may not be listed is listed (DESIGN rule 12): every exclusion exists in the town, and a slow, obvious twin finds none on a list."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from features import cohort, matrix_file
from features.cohort import Cohort
from features.cohort_rules import NEVER_LISTED
from features.matrix import Builder
from features.store import open_store
from features.themes import Theme, load_theme, load_themes
from tests.experiments.conftest import TODAY, ZAANWIJK, SmallTown

AS_OF = TODAY + pd.Timedelta(days=1)
ENABLED = [path.stem for path in sorted((ZAANWIJK / "themes").glob("*.toml")) if "enabled = true" in path.read_text(encoding="utf-8")]


@pytest.fixture(scope="module")
def lists(town: SmallTown) -> dict[str, tuple[Theme, Cohort]]:
    store = open_store(town.settings)
    themes = {code: load_theme(town.settings, code) for code in ENABLED}
    return {code: (theme, cohort.at(store, theme, date(AS_OF.year, AS_OF.month, AS_OF.day))) for code, theme in themes.items()}


def on_the_day(town: SmallTown, source: str) -> pd.DataFrame:
    """Give the newest version of each record, known and happened before the day; what was filled in later is blank until its day."""
    known = town.events(source).query("known_on < @AS_OF and happened_on < @AS_OF").sort_values(["known_on", "ordinal"])
    return known.drop_duplicates("record_id", keep="last").query("not withdrawn")


def excluded(town: SmallTown, theme: Theme) -> dict[str, set[str]]:
    rules = theme.exclusions
    inspections, permits, places = (on_the_day(town, name) for name in ("inspections", "permits", "protected_places"))
    age = (AS_OF - inspections["happened_on"]).dt.days
    visited = (AS_OF - inspections["visited_on"].where(inspections["course_known_on"] < AS_OF)).dt.days
    recent = (age <= rules.recent_inspection_days) | (visited <= rules.recent_inspection_days)
    course = inspections["course"].where(inspections["course_known_on"] < AS_OF)
    granted = permits[permits["kind"].isin(rules.permits) & (permits["decision"] == "granted") & (permits["decision_known_on"] < AS_OF)]
    valid = granted[granted["valid_until_on"].isna() | (granted["valid_until_on"] >= AS_OF)]
    return {
        "protected place": set(places.loc[places["kind"].isin(rules.protections), "address_id"]),
        "permitted": set(valid["address_id"]),
        "open case": set(inspections.loc[course.isna() & (age <= rules.open_case_days), "address_id"]),
        "recently inspected": set(inspections.loc[course.isin(["inspected", "desk-only"]) & recent, "address_id"]),
    }


@pytest.mark.parametrize("code", ENABLED)
def test_none_of_the_excluded_is_on_the_list(town: SmallTown, lists: dict[str, tuple[Theme, Cohort]], code: str) -> None:
    theme, found = lists[code]
    listed = set(found.frame["address_id"])
    assert len(listed) > 50
    for reason, addresses in excluded(town, theme).items():
        assert not listed & addresses, reason


def test_the_town_has_every_exclusion_and_each_is_counted(town: SmallTown, lists: dict[str, tuple[Theme, Cohort]]) -> None:
    """Protected places are homes and care: of premises none is left to protect once other uses are out."""
    for code, (theme, found) in lists.items():
        reasons = {"other use", "other type of object", "not in the register on the day", "open case", "recently inspected"}
        reasons |= {"permitted"} if theme.exclusions.permits else set()
        reasons |= {"protected place"} if "residential" in theme.cohort.uses else set()
        assert {reason for reason, number in found.exclusions.items() if number} == reasons, code
        assert all(excluded(town, theme)[reason] for reason in reasons if reason in excluded(town, theme)), code


@pytest.mark.parametrize("code", ENABLED)
def test_the_manifest_of_a_scoring_matrix_counts_every_rule_and_no_protected_kind_is_in_it(
    town: SmallTown, lists: dict[str, tuple[Theme, Cohort]], code: str, tmp_path: Path
) -> None:
    """What is asserted is what is written: the manifest and the rows on disk, not the cohort that they come from."""
    theme, found = lists[code]
    built = Builder(open_store(town.settings), theme).write(found, tmp_path, built_on=TODAY.date())
    written = matrix_file.read(tmp_path)
    listed = set(written.frame["address_id"])
    assert written.manifest.exclusions == built.exclusions == found.exclusions
    everyone = town.events("addresses")["address_id"].nunique()
    assert len(listed) + sum(written.manifest.exclusions.values()) == everyone, "everyone is listed or counted"
    assert set(excluded(town, theme)) <= set(written.manifest.exclusions), "a rule that left out nobody is counted too"
    assert written.manifest.exclusions["permitted"] > 0 or not theme.exclusions.permits
    places = on_the_day(town, "protected_places")
    for kind in NEVER_LISTED:
        protected = set(places.loc[places["kind"] == kind, "address_id"])
        assert protected, f"the town has no {kind}: nothing would be tested"
        assert not listed & protected, kind


@pytest.mark.parametrize("code", ENABLED)
def test_what_a_theme_cannot_do_without_is_fresh_in_the_town(town: SmallTown, code: str) -> None:
    theme = load_theme(town.settings, code)
    assert {"addresses", "inspections"} <= theme.required_sources
    assert ("permits" in theme.required_sources) == bool(theme.exclusions.permits), "without it whoever has a permit would be listed"
    assert ("registrations" in theme.required_sources) == (code == "registration")
    assert not theme.required_sources & set(open_store(town.settings).stale_on(AS_OF.date()))


def test_the_list_of_enabled_themes_is_right(town: SmallTown) -> None:
    assert [code for code, theme in load_themes(town.settings).items() if theme.enabled] == ENABLED
