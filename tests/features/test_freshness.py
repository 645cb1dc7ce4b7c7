"""A source that was silent for too long gives missing values, judged on each day by what had come in before it (DESIGN rule 1)."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from features import cohort, matrix, outcomes
from features.errors import StaleSourceError
from features.freshness import silences, silent
from features.ingestion import ingest
from features.matrix import Builder
from features.report import SourceReport
from features.settings import Settings, load
from features.sources import all_sources
from features.store import Store, open_store
from features.themes import load_theme
from tests.hamlet import NEVER_STALE, addresses, hamlet, table

TODAY = date(2024, 6, 30)
AS_OF = date(2024, 7, 1)
REPORTS = """
    record_id | address_id | happened_on | known_on   | channel | category
    r1        | A1         | 2023-05-31  | 2023-06-01 | app     | housing
    r2        | A1         | 2024-05-31  | 2024-06-01 | app     | housing
"""
WATER = """
    record_id | address_id | happened_on | known_on   | period_start_on | period_days | volume_m3 | reading | shared_meter
    w1        | A1         | 2024-05-31  | 2024-06-20 | 2023-06-01      | 366         | 90        | read    | false
"""


def place(folder: Path, *, required: tuple[str, ...] = (), reports: str = REPORTS) -> Settings:
    """Give a hamlet in which reports may be fourteen days old."""
    settings = hamlet(folder, addresses=addresses("A1"), reports=table(reports), water=table(WATER), today=TODAY)
    toml = settings.folder / "municipality.toml"
    toml.write_text(toml.read_text().replace(f"\nreports = {NEVER_STALE}\n", "\nreports = 14\n"))
    theme = settings.folder / "themes" / "trial.toml"
    for name in required:
        theme.write_text(theme.read_text().replace(f'name = "{name}"', f'name = "{name}"\nrequired = true'))
    return load(settings.folder, state=settings.state, raw=settings.raw)


def built(settings: Settings) -> Store:
    ingest(settings, anew=True)
    return open_store(settings)


def row(store: Store, as_of: date) -> dict[str, float]:
    frame = Builder(store, load_theme(store.settings, "trial")).rows(pd.DataFrame({"address_id": ["A1"], "as_of": as_of}))
    return dict(frame.iloc[0])


def came_in(store: Store, source: str = "reports") -> SourceReport:
    return next(r for r in store.reports() if r.source == source)


@pytest.mark.parametrize(
    ("as_of", "reports_1y"),
    [
        (date(2023, 5, 31), None),
        (date(2023, 6, 1), None),
        (date(2023, 6, 2), 1.0),
        (date(2023, 6, 15), 1.0),
        (date(2023, 6, 16), None),
        (date(2024, 6, 1), None),
        (date(2024, 6, 2), 1.0),
        (date(2024, 6, 15), 1.0),
        (date(2024, 6, 16), None),
        (date(2030, 1, 1), None),
    ],
)
def test_what_a_stale_source_tells_is_missing(tmp_path: Path, as_of: date, reports_1y: float | None) -> None:
    value = row(built(place(tmp_path)), as_of)["reports_1y"]
    assert value == reports_1y if reports_1y is not None else pd.isna(value)


def test_a_source_that_is_fresh_keeps_its_values_beside_a_stale_one(tmp_path: Path) -> None:
    found = row(built(place(tmp_path)), AS_OF)
    assert pd.isna(found["reports_1y"])
    assert found["water_per_day"] > 0


def test_what_reads_a_stale_source_through_another_indicator_is_missing_too(tmp_path: Path) -> None:
    store = built(place(tmp_path))
    builder = Builder(store, load_theme(store.settings, "trial"))
    found = row(store, AS_OF)
    assert all(pd.isna(found[name]) for name, i in builder.indicators.items() if "reports" in i.sources)


def test_a_report_that_comes_in_on_the_day_or_later_makes_no_earlier_day_fresh_or_stale(tmp_path: Path) -> None:
    store = built(place(tmp_path))
    days = [date(2024, 6, 1) + timedelta(days=n) for n in range(31)]
    before = {day: row(store, day)["reports_1y"] for day in days}
    more = REPORTS + "    r3        | A1         | 2024-06-19  | 2024-06-20 | app     | housing"
    after = {day: row(built(place(tmp_path, reports=more)), day)["reports_1y"] for day in days if day <= date(2024, 6, 20)}
    pd.testing.assert_series_equal(pd.Series(after), pd.Series({day: before[day] for day in after}))
    assert not pd.isna(row(open_store(store.settings), date(2024, 6, 21))["reports_1y"])


@pytest.mark.parametrize("signs", [[], [(date(2024, 1, 1), date(2024, 1, 1))]])
def test_a_source_whose_silence_means_nothing_is_never_stale(signs: list[tuple[date, date]]) -> None:
    assert silences(signs, max_age_days=0) == ()


DAY_NUMBERS = st.integers(0, 60)


@hypothesis_settings(deadline=None, max_examples=300)
@given(st.lists(DAY_NUMBERS, max_size=8), DAY_NUMBERS, st.integers(1, 20), st.integers(0, 60), DAY_NUMBERS)
def test_a_later_sign_of_life_changes_no_earlier_day(known: list[int], as_of: int, max_age: int, after: int, age: int) -> None:
    """The obvious twin: on a day, the newest sign that came in before it is too old."""
    start = date(2024, 1, 1)
    signs = [(start + timedelta(days=n), start + timedelta(days=max(0, n - age % 7))) for n in known]
    day = start + timedelta(days=as_of)
    told = [speaks_for for came_in_on, speaks_for in signs if came_in_on < day]
    stale = not told or (day - max(told)).days > max_age
    assert (silent(silences(signs, max_age_days=max_age), day) is not None) == stale
    later = (day + timedelta(days=after), day + timedelta(days=after))
    assert (silent(silences([*signs, later], max_age_days=max_age), day) is not None) == stale


def test_the_manifest_says_which_sources_are_stale_and_since_when(tmp_path: Path) -> None:
    store = built(place(tmp_path))
    theme = load_theme(store.settings, "trial")
    built_today = matrix.build(store, theme, cohort.at(store, theme, AS_OF), built_on=TODAY)
    assert {name: (s.last_on, s.rows) for name, s in built_today.manifest.stale.items()} == {"reports": (date(2024, 6, 1), 1)}


def test_a_theme_without_a_source_that_it_requires_is_not_built(tmp_path: Path) -> None:
    store = built(place(tmp_path, required=("reports",)))
    theme = load_theme(store.settings, "trial")
    with pytest.raises(StaleSourceError, match=r"theme 'trial' cannot do without 'reports' \(last heard of on 2024-06-01\)") as raised:
        matrix.build(store, theme, cohort.at(store, theme, AS_OF), built_on=TODAY)
    assert raised.value.exit_code == 16


def test_a_required_source_that_is_fresh_stops_nothing(tmp_path: Path) -> None:
    store = built(place(tmp_path, required=("water",)))
    theme = load_theme(store.settings, "trial")
    assert matrix.build(store, theme, cohort.at(store, theme, AS_OF), built_on=TODAY).manifest.rows == 1


def test_that_a_source_is_required_is_no_rule_that_a_model_learns_under(tmp_path: Path) -> None:
    plain, strict = (load_theme(place(tmp_path / n, required=r), "trial") for n, r in (("a", ()), ("b", ("water",))))
    assert plain.content_hash == strict.content_hash


def test_the_report_says_how_old_a_source_is(tmp_path: Path) -> None:
    report = came_in(built(place(tmp_path)))
    assert (report.last_delivery_on, report.age_days, report.max_age_days, report.stale) == (date(2024, 6, 1), 30, 14, True)
    assert not came_in(open_store(place(tmp_path)), "water").stale


def test_a_municipality_may_say_when_a_source_is_stale_and_the_contract_says_it_otherwise(tmp_path: Path) -> None:
    settings = place(tmp_path)
    toml = settings.folder / "municipality.toml"
    toml.write_text("\n".join(line for line in toml.read_text().splitlines() if not line.startswith("water = ")))
    store = built(load(settings.folder, state=settings.state, raw=settings.raw))
    assert came_in(store, "water").max_age_days == all_sources()["water"].max_age_days


def test_training_rows_are_judged_by_their_own_day(tmp_path: Path) -> None:
    settings = place(tmp_path, required=("reports",))
    inspections = table("""
        record_id | inspection_id | case_id | happened_on | known_on   | course_known_on | finding   | finding_known_on
        i1        | i1            | c1      | 2023-06-10  | 2023-06-10 | 2023-06-12      | confirmed | 2023-06-12
        i2        | i2            | c2      | 2023-12-10  | 2023-12-10 | 2023-12-12      | none      | 2023-12-12
    """).assign(address_id="A1", theme="trial", trigger="list", course="inspected")
    inspections.astype("string").to_parquet(tmp_path / "raw" / "inspections.parquet", index=False)
    (settings.folder / "registers" / "inspections.sql").write_text("SELECT * FROM raw_inspections")
    toml = settings.folder / "municipality.toml"
    toml.write_text(toml.read_text() + '[extracts.inspections]\nform = "parquet"\npath = "inspections.parquet"\n')
    store = built(load(settings.folder, state=settings.state, raw=settings.raw))
    theme = load_theme(store.settings, "trial")
    labels = outcomes.labelled(store, theme, AS_OF)
    training = matrix.build(store, theme, cohort.screen(store, theme, labels.frame, listing=False), labels=labels, built_on=TODAY)
    values = training.frame.set_index("as_of")["reports_1y"]
    assert (values.iloc[0], pd.isna(values.iloc[1])) == (1.0, True)
    assert training.manifest.stale["reports"].rows == 1, "a required source stops what is scored today, not what is learned from the past"
