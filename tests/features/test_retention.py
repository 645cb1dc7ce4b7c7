"""What is past retention does not enter, is counted, and never makes an earlier number lower without a word."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

import schouw
from features import cohort, outcomes
from features.catalogue import catalogue
from features.commands import print_reports
from features.errors import CatalogueError, CohortError, SettingsError
from features.events import Aggregate
from features.ingestion import ingest
from features.lineage import of_theme
from features.look_back import TOO_LONG_AGO, TRAINING_DAYS, first_whole_on, needed_days
from features.look_back import _days as days_back
from features.matrix import Builder, build
from features.report import SourceReport
from features.settings import Rejects, Settings, load
from features.sources import all_sources
from features.store import open_store
from features.term import Term
from features.themes import load_theme
from tests.hamlet import addresses, hamlet, table

TODAY = date(2024, 1, 1)
KEPT = 1000
SINCE = TODAY - timedelta(days=KEPT)
"""2021-04-06: the oldest day that is kept in these tests."""


def kept(folder: Path, *, days: int = KEPT, **sources: pd.DataFrame) -> Settings:
    """Write a hamlet that keeps each register but the addresses so many days."""
    settings = hamlet(folder, today=TODAY, addresses=addresses("A1", "A2"), **sources)
    file = settings.folder / "municipality.toml"
    lines = "".join(f"{name} = {days}\n" for name in sources if all_sources()[name].term.start != "never")
    file.write_text(file.read_text() + f"[retention]\n{lines}")
    return load(settings.folder, state=settings.state, raw=settings.raw)


def came_in(settings: Settings, source: str) -> tuple[SourceReport, list[str]]:
    """Give the report of a source, and the versions that are in the events: the record, and the day it was known."""
    (report,) = [r for r in ingest(settings) if r.source == source]
    events = pd.read_parquet(settings.state / "events" / f"{source}.parquet").sort_values(["record_id", "known_on"])
    return report, [f"{r.record_id} {r.known_on:%Y-%m-%d}" for r in events.itertuples()]


def test_an_event_is_kept_from_the_day_it_happened_whenever_it_was_known(tmp_path: Path) -> None:
    reports = table("""
        record_id | address_id | happened_on | known_on   | channel | category
        r1        | A1         | 2021-04-05  | 2023-12-01 | app     | housing
        r2        | A1         | 2021-04-06  | 2021-04-06 | app     | housing
        r3        | A1         | 2021-04-07  | 2021-04-07 | app     | housing
        r4        | A9         | 2010-01-01  | 2010-01-01 | app     | housing
    """)
    settings = kept(tmp_path, reports=reports)
    report, found = came_in(settings.model_copy(update={"rejects": Rejects(tolerated_rows=1)}), "reports")
    assert found == ["r2 2021-04-06", "r3 2021-04-07"]
    assert (report.rows, report.accepted, report.repeated, report.past_retention) == (4, 2, 0, 1)
    assert report.rejects == {"address_id is not in the address register": 1}, "what breaks its contract is a reject, however old"
    assert report.kept_since == SINCE


def test_a_deletion_of_something_that_is_past_goes_with_it(tmp_path: Path) -> None:
    reports = table("""
        record_id | address_id | happened_on | known_on   | withdrawn | channel | category
        r1        | A1         | 2021-01-01  | 2021-01-01 | false     | app     | housing
        r1        |            |             | 2021-04-05 | true      |         |
        r2        | A1         | 2021-05-01  | 2021-05-01 | false     | app     | housing
        r2        |            |             | 2021-05-02 | true      |         |
        r3        | A1         | 2021-01-01  | 2021-01-01 | false     | app     | housing
        r3        | A1         | 2021-01-01  | 2022-01-01 | true      |         |
    """)
    report, found = came_in(kept(tmp_path, reports=reports), "reports")
    assert found == ["r2 2021-05-01", "r2 2021-05-02"]
    assert report.past_retention == 4


def test_a_state_is_kept_until_its_end_is_known_and_from_then_on(tmp_path: Path) -> None:
    registrations = table("""
        record_id | address_id | happened_on | known_on   | household_key | residents | ended_on   | ended_known_on
        s1        | A1         | 2005-01-01  | 2005-01-01 | h1            | 1         |            |
        s2        | A1         | 2005-01-01  | 2005-01-01 | h2            | 1         | 2021-04-05 | 2021-04-05
        s3        | A1         | 2005-01-01  | 2005-01-01 | h3            | 1         | 2021-04-06 | 2021-04-06
        s4        | A1         | 2005-01-01  | 2005-01-01 | h4            | 1         | 2010-01-01 | 2021-04-06
        s5        | A1         | 2005-01-01  | 2005-01-01 | h5            | 2         |            |
        s5        | A1         | 2005-01-01  | 2021-04-05 | h5            | 3         |            |
        s6        | A1         | 2005-01-01  | 2005-01-01 | h6            | 2         |            |
        s6        | A1         | 2005-01-01  | 2021-04-06 | h6            | 3         |            |
    """)
    report, found = came_in(kept(tmp_path, registrations=registrations), "registrations")
    assert found == ["s1 2005-01-01", "s3 2005-01-01", "s4 2005-01-01", "s5 2021-04-05", "s6 2005-01-01", "s6 2021-04-06"]
    assert report.past_retention == 2


def test_a_permit_holds_until_its_last_day_and_a_refused_one_never_did(tmp_path: Path) -> None:
    permits = table("""
        record_id | address_id | happened_on | known_on   | kind        | decision  | decision_known_on | valid_until_on
        p1        | A1         | 2005-01-01  | 2005-01-01 | room-rental | granted   | 2005-02-01        |
        p2        | A1         | 2005-01-01  | 2005-01-01 | room-rental | granted   | 2005-02-01        | 2021-04-05
        p3        | A1         | 2005-01-01  | 2005-01-01 | room-rental | granted   | 2005-02-01        | 2030-01-01
        p4        | A1         | 2005-01-01  | 2005-01-01 | room-rental | refused   | 2021-04-05        |
        p5        | A1         | 2005-01-01  | 2005-01-01 | room-rental | withdrawn | 2021-04-06        |
        p6        | A1         | 2005-01-01  | 2005-01-01 | room-rental |           |                   |
    """)
    report, found = came_in(kept(tmp_path, permits=permits), "permits")
    assert [line[:2] for line in found] == ["p1", "p3", "p5", "p6"]
    assert report.past_retention == 2


def test_nights_of_a_let_are_of_one_year_and_a_label_without_a_last_day_holds(tmp_path: Path) -> None:
    lets = table("""
        record_id | address_id | happened_on | known_on   | kind         | year | nights | ended_on | ended_known_on
        t1        | A1         | 2015-01-01  | 2015-01-01 | registration |      |        |          |
        t2        | A1         | 2019-12-31  | 2020-02-01 | nights       | 2019 | 30     |          |
        t3        | A1         | 2022-12-31  | 2023-02-01 | nights       | 2022 | 30     |          |
    """)
    labels = table("""
        record_id | address_id | happened_on | known_on   | label | valid_until_on
        l1        | A1         | 2005-01-01  | 2005-01-01 | A     |
        l2        | A1         | 2005-01-01  | 2005-01-01 | A     | 2015-01-01
    """)
    settings = kept(tmp_path, tourist_lets=lets, energy_labels=labels)
    assert came_in(settings, "tourist_lets")[1] == ["t1 2015-01-01", "t3 2023-02-01"]
    assert came_in(settings, "energy_labels")[1] == ["l1 2005-01-01"]


def test_the_register_of_addresses_forgets_nothing_and_without_a_clock_nothing_is_past(tmp_path: Path) -> None:
    reports = table("""
        record_id | address_id | happened_on | known_on   | channel | category
        r1        | A1         | 2001-01-01  | 2001-01-01 | app     | housing
    """)
    settings = kept(tmp_path, reports=reports)
    report, found = came_in(settings, "addresses")
    assert (len(found), report.past_retention, report.kept_since) == (2, 0, None)
    assert came_in(settings, "reports")[0].past_retention == 1
    timeless = settings.model_copy(update={"today_on": None})
    assert came_in(timeless, "reports")[0].past_retention == 0


def test_the_report_shows_what_is_past_and_since_when_it_is_kept(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    reports = table("""
        record_id | address_id | happened_on | known_on   | channel | category
        r1        | A1         | 2021-04-05  | 2021-04-05 | app     | housing
        r2        | A1         | 2023-04-05  | 2023-04-05 | app     | housing
    """)
    print_reports(ingest(kept(tmp_path, reports=reports)), title="trial")
    shown = " ".join(capsys.readouterr().out.split())
    assert "Past retention: did not enter, and is no reject" in shown
    assert "2021-04-06" in shown


INSPECTIONS = """
    record_id | address_id | happened_on | known_on   | inspection_id | case_id | course_known_on | finding   | finding_known_on
    i1        | A1         | 2021-05-01  | 2021-05-01 | v1            | c1      | 2021-05-08      | confirmed | 2021-05-08
    i2        | A1         | 2023-12-21  | 2023-12-21 | v2            | c2      | 2023-12-30      | confirmed | 2023-12-30
    i3        | A2         | 2023-12-22  | 2023-12-22 | v3            | c3      | 2023-12-30      | none      | 2023-12-30
"""
REPORTS = """
    record_id | address_id | happened_on | known_on   | channel | category
    r1        | A2         | 2020-12-10  | 2020-12-10 | app     | housing
    r2        | A2         | 2021-05-10  | 2021-05-10 | app     | housing
    r3        | A2         | 2023-05-10  | 2023-05-10 | app     | housing
"""
DAYS = 1105
FIRST = TODAY - timedelta(days=DAYS) + timedelta(days=1095)
"""2023-12-22: reports and inspections are kept since 2020-12-22, and an indicator looks back 1,095 days."""


@pytest.fixture
def young(tmp_path: Path) -> Settings:
    inspections = table(INSPECTIONS).assign(theme="trial", trigger="report", course="inspected")
    settings = kept(tmp_path, days=DAYS, reports=table(REPORTS), inspections=inspections)
    ingest(settings)
    return settings


def test_a_label_of_before_the_first_whole_day_is_left_out_and_counted(young: Settings) -> None:
    store, theme = open_store(young), load_theme(young, "trial")
    assert first_whole_on(store.reports(), theme.source_names) == FIRST
    labels = outcomes.labelled(store, theme, TODAY)
    assert labels.frame["case_id"].tolist() == ["c3"], "decided on the very day"
    assert labels.left_out[TOO_LONG_AGO] == 2
    manifest = build(store, theme, cohort.screen(store, theme, labels.frame, listing=False), labels=labels, built_on=TODAY).manifest
    assert manifest.first_whole_on == FIRST
    assert (manifest.inputs["reports"].kept_since, manifest.inputs["addresses"].kept_since) == (TODAY - timedelta(days=DAYS), None)
    assert manifest.left_out[TOO_LONG_AGO] == 2


def test_a_list_of_a_day_of_which_the_past_is_not_whole_is_refused(young: Settings) -> None:
    store, theme = open_store(young), load_theme(young, "trial")
    assert cohort.at(store, theme, FIRST, addresses=["A2"]).frame["address_id"].tolist() == ["A2"]
    for asked in (None, ["A1"]):
        with pytest.raises(CohortError, match="2023-12-21 lies before 2023-12-22, the first day of which all that indicators look back on is kept"):
            cohort.at(store, theme, FIRST - timedelta(days=1), addresses=asked)


def test_forgetting_changes_no_value_with_a_window_from_the_first_whole_day_on(young: Settings, tmp_path: Path) -> None:
    whole = hamlet(tmp_path / "whole", today=TODAY, addresses=addresses("A1", "A2"), reports=table(REPORTS))
    ingest(whole)
    names = ("reports_1y", "reports_3y", "housing_reports_1y")

    def counted(settings: Settings, day: date) -> list[float]:
        builder = Builder(open_store(settings), load_theme(settings, "trial"), names)
        return builder.rows(pd.DataFrame({"address_id": ["A2"], "as_of": [day]}))[list(names)].iloc[0].tolist()

    assert counted(young, FIRST) == counted(whole, FIRST) == [1, 2, 1]
    earlier = FIRST - timedelta(days=20)
    assert counted(young, earlier) == [1, 2, 1] != counted(whole, earlier) == [1, 3, 1], "lower without a word: why such a day is refused"


@pytest.mark.parametrize("name", list(all_sources()))
def test_every_source_is_kept_for_six_years_of_training_and_all_that_is_looked_back_on(name: str) -> None:
    source = all_sources()[name]
    assert len(source.term.why) > 20
    needed = needed_days(frozenset(all_sources())).get(name, 0)
    assert source.term.start == "never" or source.retention_days >= TRAINING_DAYS + needed
    if any(column.name == "ended_on" for column in source.columns):
        assert source.term.start in ("ended", "never"), "what ends is a state"


def test_what_is_looked_back_on_is_read_from_the_sentences_of_indicators() -> None:
    needed = needed_days(frozenset(all_sources()))
    assert (needed["reports"], needed["water"], needed["tourist_lets"]) == (1095, 1825, 730)
    assert needed["ownership"] == 1825
    assert needed_days(frozenset({"addresses", "reports"}))["reports"] == 1095
    assert {source for i in catalogue().values() for source in i.sources} <= set(needed)
    assert needed["energy"] == all_sources()["energy"].max_age_days, "without a window: what is not yet stale"


def test_what_lasted_in_a_span_is_looked_back_on_as_far_as_its_sentence_says() -> None:
    """Without it what ended would be needed for no day at all, as of a state that still lasts."""
    registrations = all_sources()["registrations"]
    parts = catalogue()["water_per_resident_day"].column.parts
    texts = {part.text for part in parts if isinstance(part, Aggregate) and part.source == registrations}
    assert {days_back(registrations, text) for text in texts} == {1825}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("moons = 400", "retention names 'moons', which is no source: it is one of address_quality_signals"),
        ("addresses = 4000", "retention names 'addresses', of which nothing is forgotten: the register itself never forgets"),
        ("reports = 14", "retention of 'reports' is 14 days: more than 14 are needed, until when a delivery is not stale"),
        ('reports = "long"', "retention.reports: Input should be a valid integer"),
    ],
)
def test_a_retention_that_is_none_is_refused(tmp_path: Path, text: str, said: str) -> None:
    file = hamlet(tmp_path, addresses=addresses("A1")).folder / "municipality.toml"
    file.write_text(f"{file.read_text()}[retention]\n{text}\n")
    with pytest.raises(SettingsError, match=said):
        load(file.parent)


def test_a_term_that_runs_from_what_is_not_listed_is_refused() -> None:
    term = Term("ended", "a trial", ended_on="gone_on")
    with pytest.raises(CatalogueError, match="the term of source 'vacancy' runs from gone_on, which is not listed"):
        replace(all_sources()["vacancy"], term=term)


def test_the_lineage_shows_how_long_each_source_is_kept_from_when_and_why(tmp_path: Path) -> None:
    settings = kept(tmp_path, reports=table(REPORTS))
    found = {s.name: s for s in of_theme(load_theme(settings, "trial"), settings).sources}
    assert (found["reports"].retention_days, found["reports"].kept) == (KEPT, "1000 days from the day it happened"), "as the municipality decided"
    assert (found["addresses"].retention_days, found["addresses"].kept) == (None, "never forgotten")
    words = ["lineage", "trial", "--municipality", str(settings.folder)]
    shown = CliRunner().invoke(schouw.build(), words, env={"COLUMNS": "400"}).stdout
    assert "1000 days from the day it happened: a report is made once" in shown
    told = json.loads(CliRunner().invoke(schouw.build(), [*words, "--json"]).stdout)
    assert told["sources"][0]["kept_because"].startswith("the register itself never forgets")
