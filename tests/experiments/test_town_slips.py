"""The town has every slip by which someone who must not be listed could be, and none of them reaches a list (DESIGN rule 12)."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from features import cohort
from features.store import open_store
from features.themes import load_theme
from tests.experiments.conftest import TODAY, SmallTown

AS_OF = TODAY + pd.Timedelta(days=1)
ROOMS = ["room-rental", "conversion"]
CODES = ("registration", "room-rental", "overcrowding")


@pytest.fixture(scope="module")
def listed(town: SmallTown) -> dict[str, set[str]]:
    store, day = open_store(town.settings), date(AS_OF.year, AS_OF.month, AS_OF.day)
    return {code: set(cohort.at(store, load_theme(town.settings, code), day).frame["address_id"]) for code in CODES}


@pytest.mark.parametrize("slip", [r"^\d{15}$", r"^\d{4}20\d{10}$", r"^'.*'$", r" $", r"^\S+ en \S+ ?$"])
def test_a_place_with_a_slip_in_its_id_is_not_listed(town: SmallTown, listed: dict[str, set[str]], slip: str) -> None:
    written = town.raw("beschermd")["Object"]
    found = written[written.str.contains(slip)]
    numbers = found.str.findall(r"\d{10}(?!\d)").explode()
    assert len(found)
    homes = town.events("addresses").query("use == 'residential' and object_type == '01'")["address_id"]
    meant = "099901" + numbers
    assert meant.isin(homes).any()
    for code in CODES:
        assert not set(meant) & listed[code]


def test_what_became_of_a_protected_place_is_not_listed_and_of_others_is(town: SmallTown, listed: dict[str, set[str]]) -> None:
    homes = town.events("addresses").query("use == 'residential' and ended_on.isna()").drop_duplicates("address_id")
    began = homes[homes["address_id"].str[6:] >= "2000000000"]["address_id"]
    number = began.str[6:].astype(int)
    old = number.where(number >= 3_000_000_000, (number - 2_000_000_000) // 10).where(number < 3_000_000_000, number - 3_000_000_000) + 1
    on_the_list = ("099901" + old.map("{:010d}".format)).isin(town.events("protected_places")["address_id"])
    assert set(began[on_the_list].str[6]) == {"2", "3"}, "of a split and of a merger"
    for code in CODES:
        assert not set(began[on_the_list]) & listed[code]
    assert set(began[~on_the_list]) & listed["overcrowding"]


def test_a_permit_for_rooms_of_which_the_decision_cannot_be_read_keeps_its_home_off(town: SmallTown, listed: dict[str, set[str]]) -> None:
    cells = pd.read_parquet(town.settings.state / "rejects" / "permits_cells.parquet")
    permits = town.events("permits").query("kind in @ROOMS and decision.isna()")
    reasons = cells[cells["record_id"].isin(permits["record_id"])]["reason"]
    assert {"decision is not a listed code", "decision has no decision_known_on"} <= set(reasons)
    homes = set(permits.loc[permits["record_id"].isin(cells["record_id"]), "address_id"])
    assert not homes & listed["room-rental"]


def test_both_addresses_of_one_inspection_and_a_late_visit_are_not_listed(town: SmallTown, listed: dict[str, set[str]]) -> None:
    inspections = town.events("inspections").query("not withdrawn")
    year = pd.Timedelta(days=365)
    recent = inspections[
        (AS_OF - inspections["visited_on"] <= year) & (inspections["course_known_on"] < AS_OF) & (inspections["course"] == "inspected")
    ]
    several = recent.groupby("record_id").filter(lambda rows: rows["address_id"].nunique() > 1)
    late = recent[AS_OF - recent["happened_on"] > year]
    assert len(several)
    assert len(late)
    for code in CODES:
        assert not set(several["address_id"]) & listed[code]
        assert not set(late["address_id"]) & listed[code]
