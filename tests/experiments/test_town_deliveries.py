"""Next month's deliveries, end to end: a town, a build, what its suppliers tell afterwards, another build."""

from __future__ import annotations

import shutil
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

import pandas as pd
import pyarrow as pa
import pytest

from experiments.town import Size, make
from experiments.town.deliveries import LATER, STATES, TOLD, as_known, hold_back, month_ends
from features import matrix
from features.deliveries import read_ledger
from features.ingestion import ingest
from features.report import SourceReport
from features.settings import Settings, load
from features.sources import all_sources
from features.store import open_store
from features.themes import load_theme
from features.validation import YET_TO_COME
from tests.experiments.conftest import ZAANWIJK

TODAY = date(2025, 12, 31)
HELD_BACK_AFTER = date(2025, 10, 31)
ENDS = [date(2025, 11, 30), date(2025, 12, 31)]
BY_DELIVERY = {
    "address_quality_signals", "allocations", "businesses", "energy", "energy_labels", "grid_anomalies", "ownership", "permits",
    "property_values", "register_signals", "rental_hotline", "reports", "tourist_lets", "vacancy", "water",
}  # fmt: skip

KEPT = {name: 36_525 for name, source in all_sources().items() if source.term.start != "never"}
"""A century: what is forgotten from one build to the next would move a day of before, which is a question of retention and not of deliveries."""


class Town(NamedTuple):
    """A town that received two months one after the other, and the same files read at once."""

    delivered: Settings
    at_once: Settings
    before: dict[date, str]
    first: dict[str, SourceReport]
    reports: dict[str, SourceReport]
    later: list[str]


def values(settings: Settings, as_of: date) -> str:
    """Hash all indicators that any theme may read, of every address."""
    store = open_store(settings)
    addresses = store.connection.execute("SELECT DISTINCT address_id FROM events_addresses ORDER BY 1").df()
    theme = load_theme(settings, "premises")
    every = tuple(theme.sources[:1]) + tuple(theme.sources[0].model_copy(update={"name": n}) for n in sorted(store.sources - {theme.sources[0].name}))
    readable = tuple(source for source in every if all_sources()[source.name].use != "audit")
    builder = matrix.Builder(store, theme.model_copy(update={"sources": readable}))
    return matrix.content_hash(builder.rows(addresses.assign(as_of=as_of)).drop(columns=["building_id", "neighbourhood"]))


DAYS = [date(2024, 7, 1), date(2025, 11, 1)]


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Town:
    folder = tmp_path_factory.mktemp("deliveries")
    settings = load(ZAANWIJK, state=folder / "state", raw=folder / "raw").model_copy(update={"retention": KEPT})
    make(settings, Size(addresses=1_500, inspections_per_year=100, seed=4))
    waiting = hold_back(settings, after=HELD_BACK_AFTER, today=TODAY)
    first = ingest(settings, today=HELD_BACK_AFTER)
    before = {day: values(settings, day) for day in DAYS}
    for end in ENDS:
        for path in (p for p in waiting if f"{end:%Y%m%d}" in str(p)):
            own = folder / LATER / f"{end:%Y%m%d}"
            shutil.move(path, settings.raw_folder / path.relative_to(own if path.is_relative_to(own) else folder / LATER))
        reports = ingest(settings, today=end)
    at_once = settings.model_copy(update={"state": folder / "at-once"})
    ingest(at_once, today=TODAY)
    return Town(settings, at_once, before, {r.source: r for r in first}, {r.source: r for r in reports}, [p.name for p in waiting])


def test_every_register_of_one_extract_comes_in_deliveries(town: Town) -> None:
    assert {name for name, report in town.reports.items() if report.new_rows is not None} == BY_DELIVERY
    assert set(TOLD) == {name for name, extract in town.delivered.extracts.items() if extract.deliveries}
    whole = {name for name, extract in town.delivered.extracts.items() if not extract.deliveries and extract.form != "database"}
    assert set(STATES) == whole
    assert len({name.split("_2025")[0] for name in town.later}) >= 13, "a small town has a month in which nothing happens to a register"


def test_days_before_the_deliveries_are_as_they_were(town: Town) -> None:
    assert {day: values(town.delivered, day) for day in DAYS} == town.before


def test_a_day_after_the_deliveries_is_as_if_all_had_been_read_at_once(town: Town) -> None:
    assert values(town.delivered, date(2026, 1, 1)) == values(town.at_once, date(2026, 1, 1))
    assert values(town.delivered, date(2025, 12, 15)) != values(town.at_once, date(2025, 12, 15)), "December was received on its last day"


def test_what_a_delivery_brings_is_known_from_its_receipt(town: Town) -> None:
    received = [one for one in read_ledger(town.delivered.state).received if not one.history]
    assert {one.received_on for one in received} == set(ENDS)
    for name in BY_DELIVERY:
        path = town.delivered.state / "events" / f"{name}.parquet"
        known = pd.to_datetime(pd.read_parquet(path, columns=["known_on"])["known_on"])
        late = known[known > pd.Timestamp(HELD_BACK_AFTER)]
        assert set(late.dt.date) <= set(ENDS), name


def test_no_file_of_a_day_tells_what_became_known_after_it(town: Town) -> None:
    for reports in (town.first, town.reports):
        assert {name: report.rejects[YET_TO_COME] for name, report in reports.items() if YET_TO_COME in report.rejects} == {}
    for name in ("addresses", "registrations", "inspections"):
        assert town.first[name].last_known_on <= HELD_BACK_AFTER < town.reports[name].last_known_on, name


def test_what_is_held_back_takes_along_all_that_became_known_with_it(town: Town) -> None:
    for reports in (town.first, town.reports):
        undated = [reason for reason in reports["inspections"].mended if " has no " in reason]
        assert undated == [], "a value without the day on which it became known"


@pytest.mark.parametrize(("past", "told"), [(-1, [None, None, None]), (0, ["Geweigerd", "Bibob", None])])
def test_the_ground_of_a_refusal_waits_for_its_decision(past: int, told: list[str | None]) -> None:
    decided = date(2025, 11, 15)
    row = {"gewijzigd_op": date(2025, 1, 1), "besluit": "Geweigerd", "weigeringsgrond": "Bibob", "besloten_op": decided, "geldig_tot": None}
    (found,) = as_known(pa.Table.from_pylist([row]), TOLD["vergunningen"], since=None, until=decided + timedelta(days=past)).to_pylist()
    assert [found[column] for column in ("besluit", "weigeringsgrond", "geldig_tot")] == told


def test_a_later_version_leaves_the_one_of_before_in_place(town: Town) -> None:
    reports = pd.read_parquet(town.delivered.state / "events" / "reports.parquet")
    versions = reports.groupby("record_id").size()
    again = reports[reports["record_id"].isin(versions[versions > 1].index)]
    assert (again["superseded_on"] == ENDS[0]).any(), "a report that was closed in November has a version of October and one of November"


@pytest.mark.parametrize(
    ("after", "ends"),
    [
        (date(2025, 10, 31), ENDS),
        (date(2025, 11, 15), ENDS),
        (date(2025, 12, 30), [date(2025, 12, 31)]),
        (date(2025, 12, 31), []),
    ],
)
def test_a_month_ends_on_its_last_day_and_the_last_one_today(after: date, ends: list[date]) -> None:
    assert month_ends(after, TODAY) == ends
    assert month_ends(after, date(2026, 1, 10)) == [*ends, date(2026, 1, 10)]


def test_a_new_town_takes_the_deliveries_of_the_old_one_away(tmp_path: Path) -> None:
    settings = load(ZAANWIJK, state=tmp_path / "state", raw=tmp_path / "raw")
    size = Size(addresses=500, chunk=500, years=2, inspections_per_year=20)
    make(settings, size)
    old = settings.raw_folder / "kvk_vestigingen_20251231.csv"
    old.write_text("vestigingsnummer\n")
    make(settings, size)
    assert not old.exists()
