"""A slip of the hand on the list of protected places lets no place be listed: the object is found, or the build stops (DESIGN rule 12)."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from features import cohort
from features.errors import SourceError
from features.ingestion import ingest
from features.placing import readings
from features.store import Store, open_store
from features.themes import load_theme
from tests.hamlet import addresses, hamlet, table

AS_OF = date(2024, 1, 1)
SHELTER, OTHER, THIRD = "0999010000000001", "0999010000000002", "0999010000000003"
DOOR = "0999200000000001"


def place(written: str | None, kind: str | None = "shelter", since: str | None = "2020-01-01") -> dict[str, str | None]:
    return {"record_id": written, "address_id": written, "happened_on": since, "known_on": since, "kind": kind}


def settle(folder: Path, *places: dict[str, str | None], homes: pd.DataFrame | None = None, **sources: pd.DataFrame) -> Store:
    listed = pd.DataFrame(places, dtype=object)
    settings = hamlet(folder, addresses=addresses(SHELTER, OTHER, THIRD) if homes is None else homes, protected_places=listed, **sources)
    settings = settings.model_copy(update={"address_id_pattern": "[0-9]{16}"})
    ingest(settings)
    return open_store(settings)


def listed(store: Store, as_of: date = AS_OF) -> tuple[list[str], int]:
    found = cohort.at(store, load_theme(store.settings, "trial"), as_of)
    return found.frame["address_id"].tolist(), found.exclusions["protected place"]


def doors() -> pd.DataFrame:
    return table(f"""
        record_id | address_id | happened_on | known_on   | kind | street | house_number
        {DOOR}    | {SHELTER}  | 2000-01-01  | 2000-01-01 | main | Steeg  | 1
    """)


@pytest.mark.parametrize(
    "written", [SHELTER, f'"{SHELTER}"', f" {SHELTER}\u00a0", SHELTER[1:], f"'{SHELTER[1:]}", "0999 01 0000000001", DOOR, f"{DOOR} "]
)
def test_an_id_with_a_slip_still_protects_its_object(tmp_path: Path, written: str) -> None:
    store = settle(tmp_path, place(written), designations=doors())
    assert listed(store) == ([OTHER, THIRD], 1)


@pytest.mark.parametrize("between", [" ", ", ", ";", "/", " en ", "\n", " en vbo "])
def test_two_ids_in_one_cell_protect_both(tmp_path: Path, between: str) -> None:
    store = settle(tmp_path, place(f"{SHELTER[1:]}{between}{OTHER}"))
    assert listed(store) == ([THIRD], 2)


@pytest.mark.parametrize(
    "written",
    [
        f"{SHELTER} t/m {THIRD}",
        f"{SHELTER} tot en met {THIRD}",
        f"{SHELTER} - {THIRD}",
        f"{SHELTER}-{THIRD}",
        f"{SHELTER}:{THIRD}",
        f"{SHELTER}..{THIRD}",
        f"{SHELTER} en volgende",
        f"{SHELTER} e.v.",
        f"{SHELTER}, ...",
        f"{SHELTER}+",
        f"vanaf {SHELTER}",
    ],
)
def test_a_cell_that_may_mean_more_than_its_ids_is_not_read_as_these(written: str) -> None:
    assert [ids for ids in readings(written, closed=True) if set(ids) <= {SHELTER, THIRD}] == []


def test_a_cell_that_may_mean_more_than_its_ids_stops_the_build(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"row 1 \(ids with words or signs beside them that may mean more objects\), row 2 \(ids with"):
        settle(tmp_path, place(f"{SHELTER} t/m {THIRD}"), place(f"{SHELTER} en volgende"))


def test_a_door_that_led_to_two_objects_protects_both_and_takes_neither_off(tmp_path: Path) -> None:
    two = pd.concat([doors(), doors().assign(address_id=OTHER, happened_on="2022-01-01", known_on="2022-01-01")])
    places = [place(SHELTER), place(OTHER)]
    assert listed(settle(tmp_path / "on", place(DOOR), designations=two)) == ([THIRD], 2)
    with pytest.raises(SourceError, match=r"takes a place off the list by the id of a door that led to more than one object, in row 3"):
        settle(tmp_path / "off", *places, place(DOOR, "none", "2023-06-01"), designations=two)
    assert listed(settle(tmp_path / "one", *places, place(DOOR, "none", "2023-06-01"), designations=doors())) == ([SHELTER, THIRD], 1)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("0999010000000009", "row 2 (16 digits that the register does not have)"),
        ("99901000000001", "row 2 (14 digits, where an id has 16)"),
        (f"{SHELTER} 0999010000000009", "row 2 (16 and 16 digits, where an id has 16)"),
        ("Steeg 1", "row 2 (1 digits, where an id has 16)"),
        ("de opvang", "row 2 (no digits)"),
        (None, "row 2 (empty)"),
        ("0999200000000099", "row 2 (16 digits that the register does not have)"),
    ],
)
def test_a_row_that_names_no_object_stops_the_build_and_says_which_without_telling_it(tmp_path: Path, written: str | None, said: str) -> None:
    with pytest.raises(SourceError) as stopped:
        settle(tmp_path, place(THIRD), place(written), designations=doors())
    assert said in str(stopped.value)
    assert "correct these rows" in str(stopped.value)
    assert not written or written not in str(stopped.value)


@pytest.mark.parametrize(
    ("kind", "since"), [("opvang", "2020-01-01"), (None, "2020-01-01"), ("shelter", None), ("shelter", "31-02-2020"), ("shelter", "2031-01-01")]
)
def test_an_unknown_kind_or_day_protects_since_always_and_is_counted(tmp_path: Path, kind: str | None, since: str | None) -> None:
    store = settle(tmp_path, place(SHELTER, kind, since))
    assert listed(store) == ([OTHER, THIRD], 1)
    if since != "2020-01-01":
        assert listed(store, date(2018, 6, 1)) == ([OTHER, THIRD], 1)
    report = next(r for r in store.reports() if r.source == "protected_places")
    assert (report.rejected, sum(report.mended.values())) == (0, 1)


def test_a_build_does_not_go_on_without_the_list_that_it_had(tmp_path: Path) -> None:
    store = settle(tmp_path, place(SHELTER))
    (store.settings.folder / "registers" / "protected_places.sql").unlink()
    with pytest.raises(SourceError, match="without it every place on it would be listed"):
        ingest(store.settings)
    assert listed(store) == ([OTHER, THIRD], 1), "the last good build counts"


def test_a_place_counts_from_the_day_since_which_it_is_on_the_list(tmp_path: Path) -> None:
    store = settle(tmp_path, place(SHELTER, since="2023-06-01"))
    assert [listed(store, day)[1] for day in (date(2023, 6, 1), date(2023, 6, 2), AS_OF)] == [0, 1, 1]


def test_a_place_that_was_judged_to_be_none_is_listed_from_then(tmp_path: Path) -> None:
    store = settle(tmp_path, place(SHELTER), place(SHELTER, "none", "2023-06-01"))
    assert [listed(store, day)[1] for day in (date(2023, 6, 1), date(2023, 6, 2))] == [1, 0]
