"""The doors of the town: secondary addresses, renamed streets and ids of designations, and how they lead to their object by date."""

from __future__ import annotations

import pandas as pd
import pytest

from experiments.town.parameters import Parameters
from tests.experiments.conftest import SmallTown


def doors(town: SmallTown) -> pd.DataFrame:
    return town.events("designations").query("not withdrawn")


def test_every_object_has_a_main_designation_and_some_have_a_secondary_one_in_another_street(town: SmallTown) -> None:
    found, objects = doors(town), town.events("addresses")
    main, secondary = (found[found["kind"] == kind] for kind in ("main", "secondary"))
    assert objects["address_id"].isin(main["address_id"]).mean() > 0.98
    assert 0.01 < secondary["address_id"].nunique() / objects["address_id"].nunique() < 0.06
    assert found["record_id"].str.fullmatch(r"099920\d{10}").all()
    streets = main.groupby("address_id")["street"].agg(set)
    own = [street in streets[address] for address, street in zip(secondary["address_id"], secondary["street"], strict=True) if address in streets]
    assert not any(own)


def test_a_secondary_number_is_withdrawn_and_goes_to_another_object_later(town: SmallTown) -> None:
    secondary = doors(town).query("kind == 'secondary'")
    door = secondary.groupby(["street", "house_number"]).filter(lambda rows: rows["address_id"].nunique() > 1)
    assert len(door)
    for _, rows in door.groupby(["street", "house_number"]):
        ended, begun = rows["ended_on"].dropna().min(), rows.loc[rows["ended_on"].isna(), "happened_on"].max()
        assert ended < begun


def test_an_object_that_came_of_a_merger_takes_over_the_designation_of_the_first(town: SmallTown) -> None:
    main = doors(town).query("kind == 'main'").sort_values(["record_id", "known_on", "ordinal"])
    passed = main.groupby("record_id").filter(lambda rows: rows["address_id"].nunique() > 1)
    assert passed["address_id"].str[6:].astype(int).ge(3_000_000_000).any()


def test_a_street_is_renamed_once_for_all_its_doors_and_the_old_name_stays_in_the_past(town: SmallTown) -> None:
    objects = town.events("addresses").query("not withdrawn").sort_values(["address_id", "known_on", "ordinal"])
    first, last = (objects.groupby("address_id")["street"].agg(which) for which in ("first", "last"))
    renamed = pd.DataFrame({"old": first, "new": last})[first != last]
    assert renamed.groupby("old")["new"].nunique().eq(1).all()
    assert len(renamed)
    days = objects[objects["street"].isin(renamed["new"])].groupby("street")["known_on"].min()
    late = objects.merge(renamed.drop_duplicates(), left_on="street", right_on="old").assign(day=lambda t: t["new"].map(days))
    assert (late["known_on"] < late["day"]).all()


def test_ids_of_designations_in_reports_and_branches_lead_to_the_object_that_was_meant(town: SmallTown) -> None:
    assert town.raw("kvk")["object"].dropna().str.fullmatch(r"0?99920\d{10}").mean() == pytest.approx(Parameters().designation_id_share, abs=0.04)
    truth = town.truth("report_designations").set_index("report")
    stored = pd.concat([town.events(s) for s in ("reports", "rental_hotline")]).query("not withdrawn").drop_duplicates("record_id")
    both = stored.set_index("record_id")["address_id"].reindex(truth.index).dropna()
    assert len(both) > 0.9 * len(truth)
    assert (both == truth["address_id"][both.index]).all()
    assert set(truth["kind"]) == {"main", "secondary"}
    said = town.registers["reports"].linkage
    assert said is not None
    assert said.designations > 100


def test_texts_name_secondary_addresses_and_renamed_streets_by_both_names_and_are_linked(town: SmallTown) -> None:
    truth = town.truth("report_texts").set_index("report")
    assert set(truth["kind"]) == {"ordinary", "secondary", "old-name", "new-name"}
    stored = pd.concat([town.events(s) for s in ("reports", "rental_hotline")]).drop_duplicates("record_id").set_index("record_id")["address_id"]
    right = truth["address_id"] == stored.reindex(truth.index)
    assert right[truth["kind"] == "secondary"].mean() > 0.6
    assert right[truth["kind"].isin(["old-name", "new-name"])].any()


def test_a_text_leaves_out_which_home_at_the_number_and_fits_several(town: SmallTown) -> None:
    truth = town.truth("report_texts").set_index("report")
    assert set(truth["spelling"]) == {"whole", "no-postcode", "short", "lower-case", "typo", "postcode-only", "no-unit", "nowhere"}
    unlinked = pd.read_parquet(town.settings.state / "rejects" / "unlinked.parquet").drop_duplicates("record_id").set_index("record_id")
    reason, candidates = (unlinked[name].reindex(truth.index) for name in ("reason", "candidates"))
    left_out = truth["spelling"] == "no-unit"
    assert (reason[left_out] == "several").mean() > 0.5
    assert candidates[left_out & (reason == "several")].ge(2).all()
    named = unlinked["candidate_ids"].reindex(truth.index)[left_out & (reason == "several") & (candidates <= 5)]
    meant = [truth.loc[report, "address_id"] in list(ids) for report, ids in named.items()]
    assert sum(meant) > 0.8 * len(meant) > 0
