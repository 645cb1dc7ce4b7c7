"""What the further sources show of the town: areas, signals, the hotline, lets, vacancy, allocations and labels."""

from __future__ import annotations

import pandas as pd
import pytest

from experiments.town.parameters import Parameters
from features.sources import all_sources
from features.themes import load_themes
from tests.experiments.conftest import TODAY, SmallTown


def test_energy_is_given_by_postcode_and_left_out_where_few_are_connected(town: SmallTown) -> None:
    events = town.events("energy").query("not withdrawn")
    assert set(events["postcode"]) <= set(town.events("addresses")["postcode"].dropna())
    few = events["gas_connections"] < Parameters().fewest_connections
    assert 0.02 < few.mean() < 0.3
    assert events.loc[few, "average_gas_m3"].isna().all()
    assert events.loc[~few, "average_gas_m3"].notna().all()
    assert 1_500 < events["average_kwh"].astype(float).median() < 8_000
    share = events.groupby("year")["feed_in_share"].apply(lambda s: s.astype(float).mean())
    assert share.is_monotonic_increasing


def test_a_cable_section_loses_more_where_premises_are_used_oddly(town: SmallTown) -> None:
    events = town.events("grid_anomalies")
    events = events[events["happened_on"] >= TODAY - pd.Timedelta(days=183)]
    share = events["difference_share"].astype(float).groupby(events["cable_section"]).mean()
    addresses = town.events("addresses").drop_duplicates("address_id", keep="last").set_index("address_id")
    traces = town.truth("traces")
    traces = traces[traces["on"] == TODAY].set_index("address_id")
    premises = addresses[addresses["use"] != "residential"].index.intersection(traces.index)
    odd = traces.loc[premises, "trace_5"].gt(1).groupby(addresses.loc[premises, "cable_section"]).sum()
    both = pd.DataFrame({"share": share, "odd": odd}).fillna({"odd": 0}).dropna()
    assert 0.15 < both.corr(method="spearman").loc["share", "odd"] < 0.8, "it follows, and noisily"
    assert 0.02 < share.median() < 0.12


def test_no_figure_of_the_grid_is_about_an_address(town: SmallTown) -> None:
    for source, area in (("energy", "postcode"), ("grid_anomalies", "cable_section")):
        assert all_sources()[source].area == area
        assert "address_id" not in town.events(source).columns
        assert town.events("addresses").groupby(area)["address_id"].nunique().median() >= 20
    assert (town.events("grid_anomalies")["connections"] >= Parameters().fewest_connections).all()


def test_signals_of_address_quality_serve_the_theme_registration_alone(town: SmallTown) -> None:
    listing = {code for code, theme in load_themes(town.settings).items() if "address_quality_signals" in theme.source_names}
    assert listing == {"registration"}
    assert {c.name for c in all_sources()["address_quality_signals"].columns} == {"result", "result_known_on"}, "anonymous to the municipality"
    assert set(town.events("address_quality_signals")["result"].dropna()) == {"adjusted", "correct", "undetermined"}


def test_letters_come_back_more_often_where_the_papers_do_not_fit(town: SmallTown) -> None:
    returned = town.events("register_signals").query("kind == 'returned-mail'")["address_id"].unique()
    traces = town.truth("traces")
    homes = town.events("addresses").query("use == 'residential'")["address_id"].unique()
    now = traces[(traces["on"] == TODAY) & traces["address_id"].isin(homes)]
    paperwork = now.groupby(now["address_id"].isin(returned))["trace_6"].mean()
    assert 0.1 < paperwork[True] - paperwork[False] < 1.2, "it follows, and noisily"


def test_the_citizens_app_and_the_desk_are_one_source_and_channels_of_their_own_are_others(town: SmallTown) -> None:
    reports = all_sources()["reports"]
    assert (
        set(town.events("reports")["channel"].dropna()) == set(reports.column("channel").codes) == {"app", "telephone", "email", "counter", "other"}
    )
    assert "citizens' app" in reports.provenance
    apart = {"rental_hotline", "register_signals", "address_quality_signals"}
    assert apart <= set(town.registers)
    assert all(all_sources()[name].title_en.lower() in reports.provenance.lower() for name in apart)


def test_the_rental_hotline_is_a_source_and_no_channel(town: SmallTown) -> None:
    assert "hotline" not in all_sources()["reports"].column("channel").codes
    assert "Meldpunt wonen" not in set(town.raw("meldingen")["Kanaal"])
    hotline, reports = town.events("rental_hotline"), town.events("reports")
    assert len(hotline) / (len(hotline) + len(reports)) == pytest.approx(Parameters().channel_shares[3], abs=0.02)
    assert set(hotline.query("not withdrawn")["subject"]) == set(all_sources()["rental_hotline"].column("subject").codes)
    listing = {code for code, theme in load_themes(town.settings).items() if "rental_hotline" in theme.source_names}
    assert listing == {"room-rental", "overcrowding"}


def test_signals_are_reports_of_which_a_handler_thinks_something(town: SmallTown) -> None:
    signals = town.events("signals").query("not withdrawn")
    assert len(signals) < len(town.events("reports"))
    assert set(signals["theme"]) == {"registration", "room-rental", "overcrowding", "premises"}
    assert set(signals["weight"]) == {1, 2, 3}
    judged = signals.dropna(subset="status")
    assert 0.05 < 1 - len(judged) / len(signals) < 0.3
    heavy = judged["status"].eq("hit").groupby(judged["weight"]).mean()
    assert heavy[3] > heavy[1]


def test_every_legal_form_occurs_and_a_branch_at_a_home_is_mostly_a_sole_trader(town: SmallTown) -> None:
    branches = town.events("businesses").query("not withdrawn").dropna(subset="legal_form")
    homes = town.events("addresses").query("use == 'residential'")["address_id"]
    assert set(branches["legal_form"]) == set(all_sources()["businesses"].column("legal_form").codes)
    sole = branches["legal_form"].eq("sole-trader").groupby(branches["address_id"].isin(homes)).mean()
    assert sole[True] > 0.7 > 0.5 > sole[False]


def test_objects_are_split_and_merged_and_a_door_leads_to_one_of_them_on_each_day(town: SmallTown) -> None:
    addresses = town.events("addresses")
    began = addresses[addresses["address_id"].str[6:] >= "2000000000"]
    for first in ("2", "3"):
        assert began["address_id"].str[6].eq(first).any()
    for new in began.itertuples():
        number = int(new.address_id[6:])
        old = [(number - 2_000_000_000) // 10] if number < 3_000_000_000 else [number - 3_000_000_000, number - 3_000_000_000 + 1]
        for one in old:
            before = addresses[addresses["address_id"].str[6:] == f"{one + 1:010d}"].iloc[0]
            assert before["ended_on"] == new.happened_on
            assert before["ended_known_on"] == new.known_on
            assert before["building_id"] == new.building_id


def test_nights_of_a_let_follow_its_registration_and_are_known_after_the_year(town: SmallTown) -> None:
    lets = town.events("tourist_lets").query("not withdrawn")
    registrations, nights = lets.query("kind == 'registration'"), lets.query("kind == 'nights'")
    assert len(registrations) > 30
    assert nights["record_id"].str.rsplit("-", n=1).str[0].isin(registrations["record_id"]).mean() > 0.97
    assert nights["nights"].between(0, 366).all()
    assert (nights["known_on"] > pd.to_datetime(nights["year"].astype(int).astype(str) + "-12-31")).all()
    assert registrations["ended_on"].notna().any()


def test_vacancy_ends_late_or_never(town: SmallTown) -> None:
    events = town.events("vacancy").query("not withdrawn").drop_duplicates("record_id")
    assert set(events["kind"]) == set(all_sources()["vacancy"].column("kind").codes)
    assert events["ended_on"].isna().mean() > 0.1
    ended = events.dropna(subset="ended_on")
    assert (ended["ended_on"] > ended["happened_on"]).all()


def test_allocations_are_of_corporation_homes_and_say_nothing_of_who_came(town: SmallTown) -> None:
    owned = town.events("ownership").query("owner_kind == 'corporation'")["address_id"]
    events = town.events("allocations").query("not withdrawn")
    assert events["address_id"].isin(owned).mean() > 0.97
    assert {c.name for c in all_sources()["allocations"].columns} == {"rooms", "kind"}


def test_some_energy_labels_were_made_of_another_floor_area(town: SmallTown) -> None:
    labels = town.events("energy_labels").dropna(subset="surveyed_area_m2")
    area = (
        town.events("addresses").dropna(subset="floor_area_m2").drop_duplicates("address_id").set_index("address_id")["floor_area_m2"].astype(float)
    )
    ratio = labels["surveyed_area_m2"].astype(float) / labels["address_id"].map(area)
    assert ratio.median() == pytest.approx(1, abs=0.02)
    assert 0.01 < (ratio.sub(1).abs() > 0.15).mean() < 0.10
    assert labels["label"].nunique() >= 8
    assert (labels["valid_until_on"] > labels["known_on"]).all()


def test_a_chain_has_branches_at_several_addresses_of_one_kind_with_one_director_and_one_legal_form(town: SmallTown) -> None:
    raw = town.raw("kvk").query("mutatie == 'N'").drop_duplicates("vestigingsnummer")
    branches = raw.groupby("onderneming")["vestigingsnummer"].transform("nunique")
    chains, alone = raw[branches > 1], raw[branches == 1]
    assert 10 < chains["onderneming"].nunique() < 60
    assert chains.groupby("onderneming")[["bestuurder", "rechtsvorm"]].nunique().le(1).all(axis=None)
    assert chains["rechtsvorm"].dropna().eq("Besloten vennootschap").all()
    assert len(chains) < 0.15 * (len(chains) + len(alone))
    homes = town.events("addresses").query("use == 'residential'")["address_id"]
    events = town.events("businesses").query("not withdrawn")
    assert not events[events["business_key"].isin(chains["onderneming"])]["address_id"].isin(homes).any()
