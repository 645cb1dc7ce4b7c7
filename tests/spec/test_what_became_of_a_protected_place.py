"""A protected place that is split, merged or numbered anew stays protected under its new ids (DESIGN rule 12)."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from features import cohort
from features.ingestion import ingest
from features.store import Store, open_store
from features.themes import load_theme
from tests.hamlet import hamlet, table

AS_OF = date(2024, 1, 1)
OLD = ("2000-01-01", "2000-01-01")
SPLIT = """
    record_id | address_id | building_id | happened_on | known_on   | postcode | house_number | ended_on   | ended_known_on
    A1        | A1         | P           | 2000-01-01  | 2000-01-01 | 1234AB   | 1            | 2023-06-01 | 2023-06-09
    A2        | A2         | P           | 2000-03-01  | 2000-03-01 | 1234AB   | 3            |            |
    A3        | A3         | P           | 2023-06-01  | 2023-06-09 | 1234AB   | 5            |            |
    A4        | A4         | Q           | 2023-06-01  | 2023-06-09 | 1234AB   | 1            |            |
    A5        | A5         | R           | 2023-06-01  | 2023-06-09 | 1234AB   | 7            |            |
"""
"""A1 ended; A3 began in its building and A4 at its door; A2 was always beside it, and A5 is somewhere else."""


def place(home: str, kind: str = "shelter", since: str = "2020-01-01") -> dict[str, str]:
    return {"record_id": home, "address_id": home, "happened_on": since, "known_on": since, "kind": kind}


def settle(folder: Path, homes: str, *places: dict[str, str]) -> Store:
    rows = table(homes).assign(object_type="01", use="residential", protection="none")
    settings = hamlet(folder, addresses=rows, protected_places=pd.DataFrame(places, dtype=object))
    ingest(settings)
    return open_store(settings)


def listed(store: Store, as_of: date = AS_OF) -> list[str]:
    found = cohort.at(store, load_theme(store.settings, "trial"), as_of)
    return list(found.frame["address_id"])


def test_what_began_in_the_building_or_at_the_door_of_a_place_that_ended_is_not_listed(tmp_path: Path) -> None:
    store = settle(tmp_path, SPLIT, place("A1"))
    found = cohort.at(store, load_theme(store.settings, "trial"), AS_OF)
    assert found.frame["address_id"].tolist() == ["A2", "A5"]
    assert (found.exclusions["protected place"], found.exclusions["not in the register on the day"]) == (2, 1)


@pytest.mark.parametrize("since", ["1995-01-01", "2020-01-01", "2023-05-31"])
def test_a_place_that_stands_still_protects_what_began_in_its_building_since_it_was_on_the_list(tmp_path: Path, since: str) -> None:
    homes = SPLIT.replace("| 2023-06-01 | 2023-06-09\n", "|            |\n", 1)
    assert listed(settle(tmp_path, homes, place("A1", since=since))) == ["A2", "A5"]


def test_what_was_there_before_a_place_came_onto_the_list_is_listed(tmp_path: Path) -> None:
    homes = SPLIT.replace("| 2023-06-01 | 2023-06-09\n", "|            |\n", 1)
    assert listed(settle(tmp_path, homes, place("A1", since="2023-06-01"))) == ["A2", "A3", "A4", "A5"]


def test_what_became_of_what_became_of_a_place_is_not_listed_either(tmp_path: Path) -> None:
    later = "    A6        | A6         | Q           | 2023-09-01  | 2023-09-09 | 1234AB   | 9            |            |\n"
    assert listed(settle(tmp_path, SPLIT + later, place("A1"))) == ["A2", "A5"]


def test_what_someone_judged_is_listed_again(tmp_path: Path) -> None:
    assert listed(settle(tmp_path, SPLIT, place("A1"), place("A3", "none", "2023-07-01"))) == ["A2", "A3", "A5"]


def test_a_row_that_is_mended_keeps_what_became_of_its_place(tmp_path: Path) -> None:
    assert listed(settle(tmp_path, SPLIT, place("'A1", "opvang"))) == ["A2", "A5"]
    assert listed(settle(tmp_path, SPLIT, place("A1"))) == ["A2", "A5"]
    assert listed(settle(tmp_path, SPLIT, place("A1"))) == ["A2", "A5"]


def test_a_new_object_of_a_later_build_is_found_too(tmp_path: Path) -> None:
    before = "\n".join(line for line in SPLIT.splitlines() if " A3 " not in line)
    assert listed(settle(tmp_path, before, place("A1"))) == ["A2", "A5"]
    assert listed(settle(tmp_path, SPLIT, place("A1"))) == ["A2", "A5"]


def test_a_door_is_the_same_however_its_postcode_was_typed(tmp_path: Path) -> None:
    assert listed(settle(tmp_path, SPLIT.replace("2023-06-09 | 1234AB   | 1 ", "2023-06-09 | 1234 ab  | 1 "), place("A1"))) == ["A2", "A5"]


MERGED = "\n".join(line for line in SPLIT.splitlines() if " A3 " not in line and " A4 " not in line)
"""A1 ended and nothing began: A2, that always stood beside it, may have taken it over."""


def test_what_stands_in_the_building_of_a_place_that_ended_is_not_listed_where_nothing_began(tmp_path: Path) -> None:
    store = settle(tmp_path, MERGED, place("A1"))
    assert [listed(store, day) for day in (date(2023, 6, 9), AS_OF)] == [["A2"], ["A5"]]


@pytest.mark.parametrize(("looked_on", "off"), [("2022-07-01", ["A5"]), ("2023-06-09", ["A5"]), ("2023-07-01", ["A2", "A5"])])
def test_what_took_a_place_over_is_listed_when_someone_looked_afterwards(tmp_path: Path, looked_on: str, off: list[str]) -> None:
    store = settle(tmp_path, MERGED, place("A1"), place("A2", "none", looked_on))
    assert listed(store) == off
    assert "A2" in listed(store, date(2023, 6, 9))
