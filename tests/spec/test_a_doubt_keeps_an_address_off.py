"""A permit or an inspection that cannot be read in full keeps its address off a list, and is counted there (DESIGN rule 12)."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest

from features import cohort
from features.errors import SourceError, StateError
from features.ingestion import ingest
from features.sources import all_sources
from features.store import Store, open_store
from features.themes import load_theme
from tests.hamlet import addresses, hamlet

AS_OF = date(2024, 1, 1)
HOMES = ("A1", "A2", "A3")
Row = dict[str, str | None]


def permit(record: str = "p", home: str = "A1", **other: str | None) -> Row:
    fixed = {"happened_on": "2020-01-01", "known_on": "2020-01-01", "kind": "room-rental", "decision": "granted", "decision_known_on": "2020-03-01"}
    return {"record_id": record, "address_id": home, **fixed, "valid_until_on": None, **other}


def inspection(record: str = "i", home: str = "A1", **other: str | None) -> Row:
    fixed = {"happened_on": "2020-01-01", "known_on": "2020-01-01", "inspection_id": record, "case_id": record, "theme": "trial", "trigger": "list"}
    return {
        "record_id": record,
        "address_id": home,
        **fixed,
        "course": "inspected",
        "course_known_on": "2020-01-09",
        "visited_on": "2020-01-08",
        **other,
    }


def settle(folder: Path, *, maximum_share: float = 1.0, **rows: list[Row]) -> Store:
    settings = hamlet(folder, addresses=addresses(*HOMES), **{name: pd.DataFrame(given, dtype=object) for name, given in rows.items()})
    ingest(settings.model_copy(update={"rejects": settings.rejects.model_copy(update={"maximum_share": maximum_share})}))
    return open_store(settings)


def left_off(store: Store, reason: str, as_of: date = AS_OF) -> list[str]:
    """Give who is not listed; that each is counted under ``reason`` is asserted."""
    found = cohort.at(store, load_theme(store.settings, "trial"), as_of)
    off = sorted(set(HOMES) - set(found.frame["address_id"]))
    assert found.exclusions[reason] == len(off) == sum(found.exclusions.values())
    return off


OTHERS = [permit("q", "A3", decision="refused")]


@pytest.mark.parametrize(
    "slip",
    [
        {"decision": "Verlend"}, {"decision_known_on": None}, {"decision_known_on": "31-02-2020"}, {"valid_until_on": "2020"}, {"kind": "kamers"},
        {"kind": None}, {"happened_on": None}, {"known_on": "gisteren"}, {"known_on": "2019-01-01"}, {"address_id": '"A1"'},
    ],
)  # fmt: skip
def test_a_permit_with_a_slip_keeps_its_address_off(tmp_path: Path, slip: Row) -> None:
    assert left_off(settle(tmp_path, permits=[permit(**{"decision": "granted", **slip}), *OTHERS]), "permitted") == ["A1"]


@pytest.mark.parametrize("slip", [{"kind": "building", "decision": "Verlend"}, {"kind": "building", "happened_on": None}])
def test_a_permit_of_another_kind_keeps_nobody_off_whatever_its_slip(tmp_path: Path, slip: Row) -> None:
    assert left_off(settle(tmp_path, permits=[permit(**slip), *OTHERS]), "permitted") == []


def test_a_later_row_without_a_slip_ends_the_doubt(tmp_path: Path) -> None:
    slip, better = permit(decision="Verlend"), permit(decision="refused", known_on="2020-05-01", decision_known_on="2020-05-01")
    assert left_off(settle(tmp_path, permits=[slip, better, *OTHERS]), "permitted") == []


def test_a_permit_at_two_addresses_keeps_both_off(tmp_path: Path) -> None:
    both = [permit(), permit(home="A2", known_on="2020-02-01")]
    assert left_off(settle(tmp_path, permits=[*both, *OTHERS]), "permitted") == ["A1", "A2"]


@pytest.mark.parametrize(
    ("slip", "off"),
    [
        ({"trigger": "?", "visited_on": "2023-12-28", "course_known_on": "2023-12-29"}, True),
        ({"trigger": "?"}, False),
        ({"course": "gezien", "visited_on": "2023-12-28", "course_known_on": "2023-12-29"}, True),
        ({"visited_on": "28-12-23", "course_known_on": "2023-12-29"}, True),
        ({"visited_on": "28-12-23", "course_known_on": None}, True),
        ({"visited_on": "28-12-23"}, False),
        ({"address_id": "A1 ?", "visited_on": "2023-12-28", "course_known_on": "2023-12-29"}, True),
        ({"address_id": "'A1", "visited_on": "2023-12-28", "course_known_on": "2023-12-29"}, True),
    ],
)
def test_an_inspection_with_a_slip_keeps_its_address_off_as_long_as_its_visit_may_be_recent(tmp_path: Path, slip: Row, off: bool) -> None:
    found = settle(tmp_path, inspections=[inspection(**slip), inspection("j", "A3")])
    assert left_off(found, "recently inspected") == (["A1"] if off else [])


def test_a_row_with_the_id_of_a_door_that_had_ended_keeps_its_object_off(tmp_path: Path) -> None:
    door = {"record_id": "D1", "address_id": "A1", "happened_on": "2000-01-01", "known_on": "2000-01-01", "kind": "main", "street": "Steeg"}
    doors = [{**door, "house_number": "1", "ended_on": "2019-01-01", "ended_known_on": "2019-01-01"}]
    store = settle(tmp_path, permits=[permit(address_id="D1"), *OTHERS], designations=doors)
    assert next(r for r in store.reports() if r.source == "permits").rejected == 1
    assert left_off(store, "permitted") == ["A1"]


def test_one_inspection_number_at_two_addresses_keeps_both_off(tmp_path: Path) -> None:
    recent = {"happened_on": "2023-12-01", "known_on": "2023-12-01", "course_known_on": "2023-12-09", "visited_on": "2023-12-08"}
    both = [inspection(**recent), inspection(home="A2", **recent)]
    assert left_off(settle(tmp_path, inspections=[*both, inspection("j", "A3")]), "recently inspected") == ["A1", "A2"]


def test_a_doubt_about_a_visit_ends_with_the_span(tmp_path: Path) -> None:
    store = settle(tmp_path, inspections=[inspection(trigger="?"), inspection("j", "A3", happened_on="2019-01-01", known_on="2019-01-01")])
    days = load_theme(store.settings, "trial").exclusions.recent_inspection_days
    last = date(2020, 1, 9) + timedelta(days=days)
    assert ["A1" in left_off_of(store, day) for day in (last, last + timedelta(days=1))] == [True, False]


def left_off_of(store: Store, as_of: date) -> set[str]:
    return set(HOMES) - set(cohort.at(store, load_theme(store.settings, "trial"), as_of).frame["address_id"])


def test_a_build_without_doubts_is_not_listed_from(tmp_path: Path) -> None:
    store = settle(tmp_path, permits=OTHERS)
    (store.folder / "doubts.parquet").unlink()
    with pytest.raises(StateError, match="run 'schouw build' again"):
        left_off(open_store(store.settings), "permitted")


def test_training_keeps_what_a_doubt_keeps_off_a_list(tmp_path: Path) -> None:
    store = settle(tmp_path, permits=[permit(decision="Verlend"), *OTHERS])
    rows = pd.DataFrame({"address_id": list(HOMES), "as_of": AS_OF})
    assert len(cohort.screen(store, load_theme(store.settings, "trial"), rows, listing=False).frame) == len(HOMES)


def test_too_many_slips_in_one_late_column_stop_the_build(tmp_path: Path) -> None:
    rows = [permit(f"p{n}", "A2", decision="refused") for n in range(8)] + [permit("x", decision="Verlend"), permit("y", decision_known_on=None)]
    assert left_off(settle(tmp_path / "in", permits=rows, maximum_share=0.2), "permitted") == ["A1"]
    with pytest.raises(SourceError, match=r"20\.0% of the cells in column 'decision' of register 'permits' had to be left out \(2 of 10 rows\)"):
        settle(tmp_path / "over", permits=rows, maximum_share=0.19)


def test_the_kinds_of_which_there_may_be_a_doubt_are_those_of_permits() -> None:
    assert all_sources()["doubts"].column("kind").codes == ("visit", "any", *all_sources()["permits"].column("kind").codes)
