"""What suppliers deliver: every mess is there, every register mends it, and nothing is known before its day."""

from __future__ import annotations

import json
import re

import numpy as np
import pandas as pd
import pytest

from experiments.town.objects import PROTECTIONS
from experiments.town.parameters import Parameters
from features.sources import all_sources
from tests.experiments.conftest import FILLED, TODAY, SmallTown

IDS = {
    "toeristische_verhuur": "Object",
    "leegstand": "Object",
    "meldpunt": "Object",
    "registersignalen": "Object",
    "adreskwaliteit": "Object",
    "water": "Object",
    "woz": "Verblijfsobject",
    "kvk": "object",
    "meldingen": "Object",
    "beschermd": "Object",
}
REFUSING = (
    "address_quality_signals", "addresses", "allocations", "businesses", "designations", "energy", "energy_labels", "grid_anomalies", "inspections",
    "ownership", "permits", "property_values", "register_signals", "registrations", "rental_hotline", "reports", "signals", "tourist_lets",
    "vacancy", "water",
)  # fmt: skip


def test_every_source_has_a_register_and_none_passes_its_limit(town: SmallTown) -> None:
    assert set(town.registers) == set(FILLED)
    for source, report in town.registers.items():
        assert report.reject_share < town.settings.rejects.limit(source) * 0.75, report.rejects


@pytest.mark.parametrize("source", REFUSING)
def test_rows_that_break_the_contract_are_kept_aside_with_their_reason(town: SmallTown, source: str) -> None:
    rejects = town.rejects(source)
    assert len(rejects) == town.registers[source].rejected > 0
    assert rejects["reason"].notna().all()


@pytest.mark.parametrize("source", REFUSING)
def test_some_rows_come_twice_and_are_stored_once(town: SmallTown, source: str) -> None:
    assert town.registers[source].repeated > 0


@pytest.mark.parametrize(
    "source",
    [
        "tourist_lets",
        "vacancy",
        "allocations",
        "energy_labels",
        "rental_hotline",
        "signals",
        "address_quality_signals",
        "register_signals",
        "addresses",
        "energy",
        "grid_anomalies",
        "registrations",
        "water",
        "property_values",
        "reports",
        "inspections",
    ],
)
def test_some_rows_are_corrected_by_a_later_version(town: SmallTown, source: str) -> None:
    events = town.events(source)
    assert events.loc[~events["withdrawn"], "superseded_on"].notna().any()
    later = events.dropna(subset="superseded_on")
    assert (later["superseded_on"] >= later["known_on"]).all()


@pytest.mark.parametrize(
    "source",
    [
        "tourist_lets",
        "vacancy",
        "allocations",
        "rental_hotline",
        "signals",
        "address_quality_signals",
        "register_signals",
        "registrations",
        "businesses",
        "permits",
        "reports",
        "inspections",
    ],
)
def test_some_records_are_deleted(town: SmallTown, source: str) -> None:
    events = town.events(source)
    deleted = events.loc[events["withdrawn"], "record_id"]
    assert 0 < len(deleted) < 0.02 * len(events)
    assert events.loc[~events["withdrawn"], "record_id"].isin(deleted).any()


@pytest.mark.parametrize(("extract", "column"), list(IDS.items()))
def test_ids_that_lost_their_leading_zero_are_repaired(town: SmallTown, extract: str, column: str) -> None:
    ids = town.raw(extract)[column].dropna()
    assert (ids.str.len() == 15).mean() == pytest.approx(Parameters().lost_zero_share, abs=0.08)
    assert ids[ids.str.len() == 15].str.startswith("999").all()


def test_all_linked_ids_have_sixteen_digits_and_exist(town: SmallTown) -> None:
    known = set(town.events("addresses")["address_id"])
    for source, contract in FILLED.items():
        if contract.area is None:
            ids = town.events(source).query("not withdrawn")["address_id"]
            assert ids.str.fullmatch(r"0999(01|02|03)[0-9]{10}").all(), source
            assert set(ids) <= known, source


def test_water_is_windows_1252_with_decimal_commas_and_dutch_dates(town: SmallTown) -> None:
    path = next((town.settings.raw_folder / "water").glob("*.csv"))
    with pytest.raises(UnicodeDecodeError):
        path.read_text(encoding="utf-8")
    raw = town.raw("water")
    assert raw["Verbruik (m³)"].dropna().str.fullmatch(r"-?\d+,\d").all()
    assert raw["Aangeleverd op"].dropna().str.fullmatch(r"\d{2}-\d{2}-\d{4}").all()
    assert raw["Verbruik (m³)"].isna().mean() == pytest.approx(Parameters().missing_share, abs=0.008)
    assert set(raw["Opname"]) >= {"Opgenomen", "Zelf doorgegeven", "Geschat"}
    assert set(raw["Gedeelde meter"]) == {"J", "N"}


def test_water_keeps_its_volume_when_it_is_read(town: SmallTown) -> None:
    events = town.events("water")
    measured = events[(events["reading"] == "read") & ~events["shared_meter"] & events["volume_m3"].notna()]
    homes = town.events("addresses").query("use == 'residential'")["address_id"]
    per_day = 1000 * measured["volume_m3"].astype(float) / measured["period_days"]
    assert 150 < per_day[measured["address_id"].isin(homes)].median() < 400


@pytest.mark.parametrize(
    ("source", "days"),
    [
        ("register_signals", 60),
        ("rental_hotline", 60),
        ("allocations", 60),
        ("grid_anomalies", 60),
        ("water", 90),
        ("reports", 60),
        ("registrations", 90),
        ("ownership", 90),
        ("businesses", 90),
    ],
)
def test_some_deliveries_are_months_late(town: SmallTown, source: str, days: int) -> None:
    first = town.events(source).sort_values("known_on", kind="stable").drop_duplicates("record_id")
    late = (first["known_on"] - first["happened_on"]).dt.days > days
    assert 0.005 < late.mean() < 0.15


def test_departures_are_late_or_never_heard_of(town: SmallTown) -> None:
    events = town.events("registrations").dropna(subset="ended_on")
    assert ((events["ended_known_on"] - events["ended_on"]).dt.days > 90).mean() > 0.02
    assert events["household_key"].str.fullmatch(r"[0-9a-f]{16}").all()


def test_nothing_is_known_after_today(town: SmallTown) -> None:
    for source, contract in FILLED.items():
        events = town.events(source)
        for column in {"known_on", *(c.known_by for c in contract.columns if c.known_by)}:
            assert not (pd.to_datetime(events[column]) > TODAY).any(), (source, column)


def test_what_is_filled_in_later_always_has_its_day(town: SmallTown) -> None:
    for source, contract in FILLED.items():
        events = town.events(source)
        for column in contract.columns:
            if column.known_by is not None:
                assert events.loc[events[column.name].notna(), column.known_by].notna().all(), (source, column.name)


def test_addresses_as_text_are_linked_to_where_they_belong(town: SmallTown) -> None:
    linked = town.registers["reports"].linked_share
    assert linked is not None
    assert 0.85 < linked < 0.97
    raw = town.raw("meldingen")
    assert (raw["Object"].isna()).mean() == pytest.approx(Parameters().report_as_text_share, abs=0.03)
    truth = town.truth("report_texts").set_index("report")["address_id"]
    events = town.events("reports").drop_duplicates("record_id").set_index("record_id")["address_id"]
    both = truth.index.intersection(events.index)
    assert (truth[both] == events[both]).mean() > 0.98


def test_people_write_an_address_in_many_ways(town: SmallTown) -> None:
    texts = town.raw("meldingen")["Adres volgens melder"].dropna()
    for pattern in (r"str\. ", r", \d{4}[A-Z]{2} Zaanwijk$", r"^[a-zéë ]+ \d", r"^\d{4}[A-Z]{2} \d", r"hoek bij de kerk"):
        assert texts.str.contains(pattern).any(), pattern


def test_every_kind_of_protected_place_exists(town: SmallTown) -> None:
    kinds = town.events("protected_places")["kind"].value_counts()
    assert set(kinds.index) == set(PROTECTIONS) - {"none"}
    assert (kinds > 0).all()


def test_a_place_protected_later_was_not_protected_before(town: SmallTown) -> None:
    raw = town.raw("beschermd").assign(Object=lambda t: t["Object"].str.strip().str.zfill(16))
    plain = raw[raw["Object"].str.fullmatch(r"099901\d{10}")]
    listed = pd.to_datetime(plain["Op de lijst sinds"], format="%d-%m-%Y").groupby(plain["Object"]).min()
    first = town.events("protected_places").groupby("record_id")["known_on"].min()[listed.index]
    assert (listed >= pd.Timestamp(2020, 1, 1)).any()
    assert (first >= listed).all()
    later = listed >= pd.Timestamp(2020, 1, 1)
    assert (first[later] == listed[later]).all()


def test_permitted_student_houses_have_a_permit_are_listed_or_have_it_on_paper(town: SmallTown) -> None:
    twins = town.truth("lookalikes").query("mechanism == 'permitted-student-house'")["address_id"].unique()
    permits = town.events("permits").query("kind in ('room-rental', 'conversion') and decision == 'granted'")["address_id"]
    listed = town.events("protected_places").query("kind == 'student-housing'")["address_id"]
    with_permit, on_list = np.isin(twins, permits), np.isin(twins, listed)
    assert with_permit.mean() == pytest.approx(0.35, abs=0.12)
    assert 0.05 < on_list.mean() < 0.30
    assert (~with_permit & ~on_list).mean() > 0.3


def test_permits_and_houseboats_and_withdrawn_objects_exist(town: SmallTown) -> None:
    addresses = town.events("addresses")
    assert set(addresses["object_type"]) == {"01", "02", "03"}
    assert addresses["ended_on"].notna().any()
    assert addresses["floor_area_m2"].isna().any()
    assert not (addresses["floor_area_m2"].astype(float) > 99_999).any()
    assert set(town.events("permits")["decision"].dropna()) == {"granted", "refused", "withdrawn"}


def test_neighbourhood_statistics_are_audit_only_and_have_three_groups(town: SmallTown) -> None:
    events = town.events("neighbourhoods")
    assert all_sources()["neighbourhoods"].use == "audit"
    assert set(events["audit_group"]) == {"lower-income", "middle-income", "higher-income"}
    shares = events[["low_income_share", "migration_background_share", "rental_share"]].astype(float)
    assert shares.stack().between(0, 1).all()
    assert set(events["neighbourhood"]) == set(town.events("addresses")["neighbourhood"].dropna())


def test_the_truth_folder_names_its_parameters(town: SmallTown) -> None:
    said = json.loads((town.settings.state / "truth" / "parameters.json").read_text(encoding="utf-8"))
    assert said["addresses"] == 3_000
    assert said["prevalence"] == Parameters().prevalence


def test_links_between_addresses_are_left_in_the_registers(town: SmallTown) -> None:
    owners = town.events("ownership").drop_duplicates(["owner_key", "address_id"]).groupby("owner_key").size()
    directors = town.events("businesses").drop_duplicates(["director_key", "address_id"]).groupby("director_key").size()
    households = town.events("registrations").drop_duplicates(["household_key", "address_id"]).groupby("household_key").size()
    for size in (owners, directors, households):
        assert (size == 1).mean() > 0.5
        assert (size > 1).sum() > 20
    assert owners.max() > 50


def test_dutch_headers_are_what_the_registers_read(town: SmallTown) -> None:
    for source in FILLED:
        text = (town.settings.folder / "registers" / f"{source}.sql").read_text(encoding="utf-8")
        assert set(re.findall(r"raw_([a-z_]+)", text)) <= set(town.settings.extracts)
