"""Versions of a record: corrections, completions and withdrawals, on the boundary and with slips in them (DESIGN rules 1 and 11)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest

from features import cohort, matrix, outcomes
from features.ingestion import ingest
from features.report import SourceReport
from features.store import Store, open_store
from features.themes import load_theme
from tests.hamlet import addresses, hamlet

AS_OF = date(2024, 1, 1)
Row = dict[str, str | None]


def d(days: int) -> str:
    return str(AS_OF + timedelta(days=days))


def report(record: str = "r", home: str | None = "A1", known: int = -18, **other: str | None) -> Row:
    fixed = {"channel": "app", "category": "nuisance", "withdrawn": "false", "happened_on": d(-40)}
    return {"record_id": record, "address_id": home, "known_on": d(known), **fixed, **other}


def inspection(known: int, finding: str, *, found: int = -90) -> Row:
    fixed = {"record_id": "i", "address_id": "A1", "inspection_id": "i", "case_id": "c", "theme": "trial", "trigger": "list", "withdrawn": "false"}
    late = {"course": "inspected", "course_known_on": d(-90), "finding": finding, "finding_known_on": d(found)}
    return {**fixed, "happened_on": d(-100), "known_on": d(known), **late}


@pytest.fixture
def settled(tmp_path: Path) -> Callable[..., Store]:
    """Give the store of a hamlet of which any share of rows may be set aside."""

    def build(homes: pd.DataFrame | None = None, **rows: list[Row]) -> Store:
        homes = addresses("A1", "A2") if homes is None else homes
        settings = hamlet(tmp_path, addresses=homes, **{name: pd.DataFrame(given, dtype=object) for name, given in rows.items()})
        ingest(settings.model_copy(update={"rejects": settings.rejects.model_copy(update={"maximum_share": 1.0})}))
        return open_store(settings)

    return build


def value(store: Store, name: str = "reports_1y", home: str = "A1", as_of: date = AS_OF) -> object:
    builder = matrix.Builder(store, load_theme(store.settings, "trial"), (name,))
    return builder.rows(pd.DataFrame({"address_id": [home], "as_of": as_of}))[name].iloc[0]


def came_in(store: Store, source: str = "reports") -> SourceReport:
    return next(r for r in store.reports() if r.source == source)


def listed(store: Store) -> tuple[list[str], int]:
    found = cohort.at(store, load_theme(store.settings, "trial"), AS_OF, addresses=["A1", "A2"])
    return found.frame["address_id"].tolist(), found.exclusions["protected place"]


def test_the_last_correction_of_a_day_counts_also_where_it_restores_the_first(settled: Callable[..., Store]) -> None:
    store = settled(inspections=[inspection(-50, finding, found=-50) for finding in ("confirmed", "none", "confirmed")])
    assert outcomes.labelled(store, load_theme(store.settings, "trial"), AS_OF).frame["label"].tolist() == [1]


def test_a_record_entered_withdrawn_and_entered_again_on_a_day_counts(settled: Callable[..., Store]) -> None:
    assert value(settled(reports=[report(), report(withdrawn="true"), report()])) == 1


@pytest.mark.parametrize(
    ("late", "said"),
    [
        ({"closed_on": "2024-02-31", "closed_known_on": d(5)}, "closed_on is not a date"),
        ({"closed_on": "9999-01-01", "closed_known_on": d(5)}, "closed_on is no likely day"),
        ({"closed_on": d(-1), "closed_known_on": "31-02-2024"}, "closed_known_on is not a date"),
        ({"closed_on": d(-1), "closed_known_on": None}, "closed_on has no closed_known_on"),
    ],
)
def test_a_slip_in_what_is_filled_in_later_is_counted_and_takes_no_event_away(settled: Callable[..., Store], late: Row, said: str) -> None:
    store = settled(reports=[report(**late)])
    assert value(store) == 1
    assert (came_in(store).rejects, came_in(store).mended) == ({}, {said: 1})
    kept = pd.read_parquet(store.settings.state / "rejects" / "reports_cells.parquet")
    assert kept[["record_id", "reason"]].to_numpy().tolist() == [["r", said]]


@pytest.mark.parametrize(
    "withdrawal",
    [
        report(known=-10, withdrawn="true"),
        report(known=-10, withdrawn="true", home=None),
        report(known=-10, withdrawn="true", home=None, address_text="nowhere"),
        report(known=-10, withdrawn="true", category="zz"),
        report(known=-10, withdrawn="true", happened_on="yesterday"),
        report(known=-10, withdrawn="true", closed_on="x"),
    ],
)
def test_a_withdrawal_needs_its_record_and_its_day_alone(settled: Callable[..., Store], withdrawal: Row) -> None:
    store = settled(addresses("A1", "A2", street="Dorpsstraat", house_number="7"), reports=[report(), report("q"), withdrawal])
    assert (value(store), came_in(store).rejects) == (1, {})


@pytest.mark.parametrize("known_on", ["9999-12-31", "0001-01-01", "infinity", None])
def test_a_withdrawal_on_no_likely_day_is_set_aside(settled: Callable[..., Store], known_on: str | None) -> None:
    store = settled(reports=[report(), {**report(withdrawn="true"), "known_on": known_on}])
    assert (value(store), came_in(store).rejected) == (1, 1)
    assert len(pd.read_parquet(store.settings.state / "rejects" / "reports.parquet")) == 1, "anyone can read what was set aside"


def test_a_withdrawal_of_a_record_that_is_not_here_is_counted(settled: Callable[..., Store]) -> None:
    store = settled(reports=[report(), report("other", withdrawn="true")])
    assert came_in(store).rejects == {"withdraws a record that is not here": 1}


def test_an_address_that_is_registered_later_does_not_overtake_what_follows(settled: Callable[..., Store]) -> None:
    homes = pd.concat([addresses("A1"), addresses("A2").assign(happened_on=d(-5), known_on=d(-5))])
    store = settled(homes, reports=[report(known=-30), report(home="A2", known=-20), report(known=-10)])
    assert (value(store), value(store, home="A2")) == (1, 0)
    store = settled(homes, reports=[report(home="A2", known=-20), report(home=None, known=-10, withdrawn="true")])
    assert value(store, home="A2") == 0


def test_a_withdrawn_address_without_an_id_does_not_switch_the_register_check_off(settled: Callable[..., Store]) -> None:
    gone = {"record_id": "Z9", "known_on": d(-300), "withdrawn": "true"}
    homes = pd.concat([addresses("A1", "A2").assign(withdrawn="false"), pd.DataFrame([gone], dtype=object)])
    store = settled(homes, reports=[report(), report("q", home="A777"), report("z", home="Z9")])
    assert came_in(store).rejects == {"address_id is not in the address register": 2}


def test_a_row_whose_address_is_missing_is_left_out_of_a_cohort(settled: Callable[..., Store]) -> None:
    store = settled()
    found = cohort.screen(store, load_theme(store.settings, "trial"), pd.DataFrame({"address_id": ["A1", None], "as_of": AS_OF}), listing=True)
    assert found.frame["address_id"].tolist() == ["A1"]
    assert found.exclusions["not in the register on the day"] == 1


@pytest.mark.parametrize("change", [{"floor_area_m2": "150000", "protection": "shelter"}, {"protection": "opvang"}, {"protection": None},
                                    {"known_on": "31-02-2023", "protection": "care"}])  # fmt: skip
def test_a_protection_in_a_row_that_is_set_aside_still_protects(settled: Callable[..., Store], change: Row) -> None:
    homes = addresses("A1", "A2", floor_area_m2="80")
    store = settled(pd.concat([homes, homes.iloc[:1].assign(**{"known_on": d(-50), **change})]))
    assert listed(store) == (["A2"], 1)
    assert came_in(store, "addresses").rejected == 1


def test_an_unprotected_row_that_is_set_aside_protects_nobody(settled: Callable[..., Store]) -> None:
    homes = addresses("A1", "A2", floor_area_m2="80")
    assert listed(settled(pd.concat([homes, homes.iloc[:1].assign(known_on=d(-50), floor_area_m2="150000")]))) == (["A1", "A2"], 0)


@pytest.mark.parametrize(("name", "given"), [("residents", "2.6"), ("under_investigation", "Ja")])
def test_a_fraction_of_a_whole_number_and_an_unknown_flag_are_set_aside(settled: Callable[..., Store], name: str, given: str) -> None:
    row = {"record_id": "h", "address_id": "A1", "happened_on": d(-20), "known_on": d(-10), "household_key": "k", "residents": "2"}
    store = settled(registrations=[row, {**row, "record_id": "g", name: given}, {**row, "record_id": "f", "residents": "3.0"}])
    assert sorted(store.run(store.events("registrations"))["residents"]) == [2, 3]
    assert sum(came_in(store, "registrations").rejects.values()) == 1


@pytest.mark.parametrize(
    ("versions", "label", "known"),
    [
        ([(-100, "none", -90)], 0, -90),
        ([(-100, "none", -90), (-5, "confirmed", -90)], 1, -5),
        ([(-100, "none", -90), (-5, "none", -90)], 0, -90),
        ([(-100, "confirmed", -90), (-50, "none", -90), (-20, "confirmed", -90)], 1, -20),
        ([(-100, "confirmed", -10), (-20, "confirmed", -90)], 1, -20),
        ([(-100, "none", -90), (-1, "confirmed", -90)], 1, -1),
        ([(-100, "none", -90), (0, "confirmed", -90)], 0, -90),
    ],
)
def test_a_label_is_known_from_the_version_that_first_gave_it(
    settled: Callable[..., Store], versions: list[tuple[int, str, int]], label: int, known: int
) -> None:
    store = settled(inspections=[inspection(day, finding, found=found) for day, finding, found in versions])
    found = outcomes.labelled(store, load_theme(store.settings, "trial"), AS_OF).frame
    assert found[["label", "label_known_on"]].to_numpy().tolist() == [[label, pd.Timestamp(d(known))]]
