"""The past is biased as in real life, by the parameters that say so."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from experiments.town import Size
from experiments.town.examining import examine
from experiments.town.geography import draw_neighbourhoods, neighbourhood_code
from experiments.town.lives import draw_lives
from experiments.town.making import draw_chunk
from experiments.town.mechanisms import FINDINGS, ORDINARY, THEMES, states_of_theme
from experiments.town.parameters import Parameters
from experiments.town.streams import Clock
from tests.experiments.conftest import SmallTown

CODES = {"registration", "room-rental", "overcrowding", "premises"}


@pytest.fixture(scope="module")
def inspections(town: SmallTown) -> pd.DataFrame:
    return town.events("inspections").sort_values("known_on").drop_duplicates("record_id", keep="first")


def by_area(town: SmallTown) -> pd.DataFrame:
    """Give reports for each address in each neighbourhood, with what kind of neighbourhood it is."""
    areas = draw_neighbourhoods(Size(addresses=3_000, seed=5), Parameters())
    kind = np.select([areas.over_reported, areas.closed, areas.industrial], ["over", "closed", "industrial"], "other")
    codes = neighbourhood_code(np.arange(len(kind))).to_pylist()
    homes = town.events("addresses").query("use == 'residential'").drop_duplicates("address_id").set_index("address_id")["neighbourhood"]
    reports = town.events("reports")["address_id"]
    rate = reports[reports.isin(homes.index)].map(homes).value_counts() / homes.value_counts()
    return pd.DataFrame({"kind": kind, "rate": rate.reindex(codes).to_numpy()}, index=codes)


def test_some_areas_are_reported_more_and_a_closed_community_hardly(town: SmallTown) -> None:
    rate = by_area(town).groupby("kind")["rate"].mean()
    assert rate["over"] > 1.4 * rate["other"]
    assert rate["closed"] < 0.4 * rate["other"]


def test_truth_is_the_same_in_areas_that_are_reported_more(town: SmallTown) -> None:
    areas = draw_neighbourhoods(Size(addresses=3_000, seed=5), Parameters())
    places = town.events("addresses").drop_duplicates("address_id").set_index("address_id")["neighbourhood"]
    over = places.isin(np.array(neighbourhood_code(np.flatnonzero(areas.over_reported)).to_pylist()))
    hit = places.index.isin(town.truth("episodes")["address_id"])
    assert hit[over.to_numpy()].mean() == pytest.approx(hit[~over.to_numpy()].mean(), abs=0.06)


def test_visits_follow_reports(town: SmallTown, inspections: pd.DataFrame) -> None:
    first = inspections.drop_duplicates("case_id")
    shares = first["trigger"].value_counts(normalize=True)
    assert shares["report"] > 0.4
    assert shares["list"] > 0.2
    reports = town.events("reports")[["address_id", "happened_on"]]
    by_report = first[first["trigger"] == "report"][["case_id", "address_id", "happened_on"]]
    joined = by_report.merge(reports, on="address_id", suffixes=("", "_report"))
    before = joined[joined["happened_on_report"] < joined["happened_on"]]["case_id"].nunique()
    assert before / len(by_report) > 0.85


def test_one_visit_in_twenty_is_random_with_frame_and_propensity(inspections: pd.DataFrame) -> None:
    first = inspections.drop_duplicates("case_id")
    random = first[first["trigger"] == "random"]
    assert len(random) / len(first) == pytest.approx(Parameters().random_share, abs=0.012)
    assert random["frame"].notna().all()
    assert random["propensity"].astype(float).between(0, 0.2, inclusive="neither").all()
    others = first[first["trigger"] != "random"]
    assert others["frame"].isna().all()
    assert others["propensity"].isna().all()


def test_propensity_is_the_number_drawn_over_the_size_of_the_frame(inspections: pd.DataFrame) -> None:
    random = inspections[inspections["trigger"] == "random"].drop_duplicates("case_id")
    drawn = random.groupby("frame").agg(n=("case_id", "size"), p=("propensity", "first"), kinds=("propensity", "nunique"))
    assert (drawn["kinds"] == 1).all()
    frame = (drawn["n"] / drawn["p"].astype(float)).to_numpy()
    # A drawn row that was lost to the mess makes its frame look smaller by one or two draws, never larger.
    assert (frame > 100).all()
    assert (frame < 3_000).all()


def test_an_outcome_has_four_parts_each_with_its_own_day(inspections: pd.DataFrame, town: SmallTown) -> None:
    assert set(inspections["course"].dropna()) == {"not-carried-out", "desk-only", "nobody-home", "entry-refused", "inspected"}
    assert set(inspections["finding"].dropna()) == {*FINDINGS.values(), "none", "other-violation", "care-signal"}
    assert {"none", "warning", "penalty-order", "fine"} <= set(inspections["measure"].dropna())
    assert set(town.events("inspections")["standing"].dropna()) == {"first-decision", "upheld", "revoked"}
    days = inspections[["happened_on", "course_known_on", "finding_known_on", "measure_known_on"]].apply(pd.to_datetime)
    for earlier, later in zip(days.columns, days.columns[1:], strict=False):
        both = days[[earlier, later]].dropna()
        assert (both[earlier] <= both[later]).all()


def test_only_an_inspection_that_took_place_finds_something(inspections: pd.DataFrame) -> None:
    assert inspections.loc[inspections["finding"].notna(), "course"].eq("inspected").all()


def test_nobody_home_and_refused_entry_are_followed_by_a_second_visit_of_the_case(inspections: pd.DataFrame) -> None:
    visits = inspections.drop_duplicates(["case_id", "inspection_id"])
    first = visits.drop_duplicates("case_id").set_index("case_id")["course"]
    twice = visits["case_id"].value_counts()
    again = twice[twice == 2].index
    assert 0.05 < len(again) / len(first) < 0.25
    assert first[again].dropna().isin(["nobody-home", "entry-refused"]).all()


def test_a_revoked_finding_is_a_later_version_of_the_same_record(town: SmallTown) -> None:
    events = town.events("inspections")
    revoked = events[events["standing"] == "revoked"]
    assert len(revoked) > 3
    before = events[(events["standing"] == "first-decision") & events["record_id"].isin(revoked["record_id"])].set_index("record_id")
    assert len(before) >= 0.9 * len(revoked)
    after = revoked.drop_duplicates("record_id").set_index("record_id")["known_on"]
    assert (before["known_on"] < after.reindex(before.index)).all()


def test_some_visits_examine_another_theme_or_one_more(inspections: pd.DataFrame) -> None:
    assert set(inspections["theme"]) == CODES == set(THEMES)
    themes = inspections.groupby("inspection_id")["theme"].nunique()
    assert 0.005 < (themes == 2).mean() < 0.1
    planned = inspections["frame"].dropna().str.replace(r"-\d{4}-\d-\d{3}$", "", regex=True)
    assert planned.eq(inspections.loc[planned.index, "theme"]).mean() > 0.9


def test_every_team_visits_and_no_area_has_a_single_team(town: SmallTown, inspections: pd.DataFrame) -> None:
    areas = inspections["address_id"].map(town.events("addresses").drop_duplicates("address_id").set_index("address_id")["neighbourhood"])
    assert (inspections.groupby(areas)["team"].nunique() >= 2).all()
    assert inspections["team"].nunique() == Parameters().teams


STRICT = Parameters()
EQUAL = replace(STRICT, team_sensitivity=(0.86, 0.86), team_false_alarm=(0.012, 0.012))
VISITS = 30_000
"""Visits of each team: the confirmed share of one team then has a standard error of at most 0.0025 with an episode and 0.0008 without."""


def confirmed_by_team(parameters: Parameters, *, with_episode: bool) -> NDArray[np.float64]:
    """Give the share that each team confirms of visits that took place, the same addresses for every team."""
    size = Size(addresses=4_000, chunk=4_000, years=2)
    clock, areas = Clock.of(size), draw_neighbourhoods(size, parameters)
    chunk = draw_chunk(0, 0, size=size, parameters=parameters, clock=clock, neighbourhoods=areas)
    lives = draw_lives(chunk.objects.group, parameters, days=clock.days, rng=np.random.default_rng(1))
    state = states_of_theme("overcrowding") if with_episode else [ORDINARY]
    spells = np.resize(np.flatnonzero(np.isin(lives.state, state) & chunk.objects.is_home[lives.address]), VISITS)
    shares = []
    for number in range(parameters.teams):
        team, drawn = np.full(VISITS, number), np.ones(VISITS, dtype=np.bool_)
        rng = np.random.default_rng(number)
        made = examine(chunk, lives, "overcrowding", lives.address[spells], lives.start[spells], team, drawn, rng)[0]
        assert (made.true == with_episode).all()
        shares.append(made.confirmed[made.course == "inspected"].mean())
    return np.array(shares)


# Six equal teams are apart by 2.5 standard errors on average, and by 6 hardly ever: 0.015 and 0.005.
@pytest.mark.parametrize(("with_episode", "chance"), [(True, 0.015), (False, 0.005)])
def test_teams_are_as_far_apart_in_strictness_as_the_parameters_say(with_episode: bool, chance: float) -> None:
    mildest, strictest = STRICT.team_sensitivity if with_episode else STRICT.team_false_alarm
    shares = np.sort(confirmed_by_team(STRICT, with_episode=with_episode))
    assert np.ptp(shares) > 2 * chance
    assert shares == pytest.approx(np.linspace(mildest, strictest, STRICT.teams), abs=chance)


@pytest.mark.parametrize(("with_episode", "chance"), [(True, 0.015), (False, 0.005)])
def test_teams_with_equal_parameters_are_apart_by_chance_only(with_episode: bool, chance: float) -> None:
    assert np.ptp(confirmed_by_team(EQUAL, with_episode=with_episode)) < chance


def test_the_same_team_is_strict_about_what_is_there_and_what_is_not() -> None:
    order = [np.argsort(confirmed_by_team(STRICT, with_episode=with_episode)).tolist() for with_episode in (True, False)]
    assert order[0] == order[1]


def test_a_protected_or_permitted_place_is_never_visited(town: SmallTown, inspections: pd.DataFrame) -> None:
    listed = town.events("protected_places").sort_values("known_on").drop_duplicates("address_id")
    objects = town.events("addresses").groupby("address_id")["known_on"].min()
    always = listed[listed["known_on"] <= listed["address_id"].map(objects)]["address_id"]
    assert len(always) > 10
    assert not inspections["address_id"].isin(always).any()
    permits = town.events("permits").query("kind in ('room-rental', 'conversion') and decision == 'granted'")
    permits = permits[permits["record_id"].isin(permits.loc[~permits["withdrawn"], "record_id"])]
    both = inspections.merge(permits[["address_id", "decision_known_on"]], on="address_id")
    quarter = pd.Timedelta(days=92)
    homes = both[both["theme"] != "premises"]
    assert not (pd.to_datetime(homes["decision_known_on"]) + quarter < homes["happened_on"]).any()


def test_reports_say_something_about_the_truth_but_not_much(town: SmallTown) -> None:
    homes = town.events("addresses").query("use == 'residential' and object_type == '01'")["address_id"].unique()
    reported = pd.Series(homes).isin(town.events("reports").query("happened_on > '2024-12-31'")["address_id"])
    episodes = town.truth("episodes")
    now = episodes[episodes["end"].isna() | (episodes["end"] > pd.Timestamp(2025, 6, 1))]["address_id"]
    hit = pd.Series(homes).isin(now)
    assert 1.05 < hit[reported].mean() / hit[~reported].mean() < 3


def test_a_random_visit_names_how_many_addresses_were_in_its_frame_and_how_many_were_drawn(inspections: pd.DataFrame) -> None:
    first = inspections.drop_duplicates("case_id")
    random = first[first["trigger"] == "random"]
    counts = random[["frame_size", "frame_listed", "frame_drawn"]].astype(float)
    assert (counts["frame_listed"] == 0).all()
    # Numbers are kept in millionths.
    assert random["propensity"].astype(float).to_numpy() == pytest.approx((counts["frame_drawn"] / counts["frame_size"]).to_numpy(), abs=1e-6)
    held = random.assign(drawn=counts["frame_drawn"]).groupby("frame").agg(n=("case_id", "size"), m=("drawn", "first"))
    assert (held["n"] <= held["m"]).all()
    assert held["n"].sum() / held["m"].sum() > 0.9
    assert first.loc[first["trigger"] != "random", ["frame_size", "frame_listed", "frame_drawn"]].isna().all(axis=None)
