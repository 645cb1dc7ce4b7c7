"""The town as a whole: seeded, in bounded memory, with a prevalence and a ceiling that are what they are said to be."""

from __future__ import annotations

import hashlib
import tracemalloc
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from sklearn.metrics import roc_auc_score

from experiments.town import Size, TownReport, make_town
from experiments.town.lives import Lives, draw_lives
from experiments.town.mechanisms import GROUPS, MECHANISMS, THEMES, episode, lookalike, of_group, states_of_theme
from experiments.town.oracle import Tally, is_episode, probabilities
from experiments.town.parameters import Parameters
from experiments.town.streams import Clock
from tests.experiments.conftest import SmallTown

SMALL = Size(addresses=1_200, chunk=600, inspections_per_year=60)
DAYS = Clock.of(SMALL).days


def made(folder: Path, size: Size) -> TownReport:
    return make_town(size, raw=folder / "raw", truth_folder=folder / "truth")


def content(folder: Path) -> dict[str, str]:
    """Give a hash over the rows of every file."""
    found = {}
    for path in sorted(p for p in folder.rglob("*") if p.is_file() and p.suffix != ".json"):
        rows = pd.read_parquet(path).to_csv().encode() if path.suffix == ".parquet" else path.read_bytes()
        found[str(path.relative_to(folder))] = hashlib.sha256(rows).hexdigest()
    return found


@pytest.fixture(scope="module")
def homes() -> Lives:
    return draw_lives(np.zeros(60_000, dtype=np.int64), Parameters(), days=DAYS, rng=np.random.default_rng(3))


def test_same_seed_makes_the_same_town_and_another_seed_another(tmp_path: Path) -> None:
    made(tmp_path / "a", SMALL)
    made(tmp_path / "b", SMALL)
    made(tmp_path / "c", replace(SMALL, seed=2))
    first, second, other = (content(tmp_path / name) for name in "abc")
    assert first == second
    assert first.keys() == other.keys()
    assert all(first[name] != other[name] for name in first)


def test_size_of_a_chunk_changes_no_number_of_objects(tmp_path: Path) -> None:
    halves, whole = made(tmp_path / "halves", SMALL), made(tmp_path / "whole", replace(SMALL, chunk=1_200))
    objects = [pd.read_parquet(tmp_path / name / "raw/bag/objecten.parquet") for name in ("halves", "whole")]
    ids = [set(o.loc[(o.identificatie.str.len() == 16) & (o.identificatie.str[6:] < "1000000000"), "identificatie"]) for o in objects]
    assert len(ids[0]) == len(ids[1]) == 1_200
    assert halves.rows["cbs_buurten.csv"] == whole.rows["cbs_buurten.csv"]
    for name, rows in halves.rows.items():
        if name.startswith(("brp", "water", "woz")):
            assert rows == pytest.approx(whole.rows[name], rel=0.15), name


def test_an_area_across_two_chunks_is_delivered_once(tmp_path: Path) -> None:
    made(tmp_path, Size(addresses=500, chunk=130, inspections_per_year=20, years=2))
    first = {}
    for path in (tmp_path / "raw/energie").glob("*.csv"):
        rows = pd.read_csv(path, sep=";", encoding="cp1252", dtype=str)
        rows["published"] = pd.to_datetime(rows["Gepubliceerd op"], format="%d-%m-%Y")
        first[path.name] = rows[rows["published"] == rows["published"].min()].drop_duplicates()
        assert first[path.name]["Postcode"].nunique() <= 25
    sections = pd.read_parquet(tmp_path / "raw/netbeheer/kabelvakken.parquet")
    per_month = sections[sections["aansluitingen"] > 0].groupby(["kabelvak", "maand"])["aansluitingen"].nunique()
    assert (per_month == 1).all()
    assert sections["kabelvak"].nunique() == 13


def test_memory_follows_the_chunk_and_not_the_town(tmp_path: Path) -> None:
    peaks = []
    for chunks in (2, 6):
        arrow: list[int] = []
        tracemalloc.start()
        make_town(
            Size(addresses=400 * chunks, chunk=400, inspections_per_year=50, years=2),
            raw=tmp_path / "raw",
            truth_folder=tmp_path / "truth",
            progress=lambda said, seen=arrow: seen.append(pa.total_allocated_bytes()),  # type: ignore[misc] # mypy knows no type of a default
        )
        peaks.append(tracemalloc.get_traced_memory()[1] + max(arrow))
        tracemalloc.stop()
    assert peaks[1] < 1.25 * peaks[0]


def test_prevalence_is_five_percent_of_each_theme_on_every_day(homes: Lives) -> None:
    everyone = np.arange(60_000)
    for day in (0, DAYS // 2, DAYS - 1):
        state = homes.state[homes.at(everyone, day)]
        for theme in ("registration", "room-rental", "overcrowding"):
            assert is_episode(state, theme).mean() == pytest.approx(0.05, abs=0.004)


@pytest.mark.parametrize("theme", THEMES)
def test_an_oracle_of_the_traces_reaches_80_to_88_and_no_more(theme: str) -> None:
    parameters, tally = Parameters(), Tally()
    for number, group in enumerate(GROUPS):
        if any(MECHANISMS[i].theme == theme for i in of_group(group)):
            lives = draw_lives(np.full(40_000, number), parameters, days=DAYS, rng=np.random.default_rng(number))
            here = lives.at(np.arange(40_000), DAYS - 1)
            tally.add(probabilities(lives.traces[here], group, parameters)[theme], is_episode(lives.state[here], theme))
    assert tally.auc is not None
    assert 0.80 <= tally.auc <= 0.88


def test_the_oracle_is_as_sure_as_it_is_right(homes: Lives) -> None:
    here = homes.at(np.arange(60_000), 1_000)
    truth = is_episode(homes.state[here], "overcrowding")
    chance = probabilities(homes.traces[here], "homes", Parameters())["overcrowding"]
    assert chance.mean() == pytest.approx(truth.mean(), abs=0.003)
    for part in np.array_split(np.argsort(chance), 5):
        assert chance[part].mean() == pytest.approx(truth[part].mean(), abs=0.012)


def test_counting_in_steps_gives_the_auc_of_every_pair(homes: Lives) -> None:
    here = homes.at(np.arange(5_000), 1_000)
    truth = is_episode(homes.state[here], "registration")
    chance = probabilities(homes.traces[here], "homes", Parameters())["registration"]
    tally = Tally()
    tally.add(chance[:2_000], truth[:2_000])
    tally.add(chance[2_000:], truth[2_000:])
    assert tally.auc == pytest.approx(roc_auc_score(truth, chance), abs=0.001)
    assert tally.prevalence == pytest.approx(truth.mean())


def test_a_look_alike_can_hardly_be_told_from_the_real_thing() -> None:
    for number, mechanism in enumerate(MECHANISMS):
        group = GROUPS.index(mechanism.group)
        lives = draw_lives(np.full(60_000, group), Parameters(), days=DAYS, rng=np.random.default_rng(number))
        both = np.isin(lives.state, (episode(number), lookalike(number)))
        chance = probabilities(lives.traces[both], mechanism.group, Parameters())[mechanism.theme]
        auc = roc_auc_score(lives.state[both] == episode(number), chance)
        assert auc < 0.62, mechanism.name
        ordinary = lives.state == 0
        seen = probabilities(lives.traces[ordinary], mechanism.group, Parameters())[mechanism.theme].mean()
        assert chance[lives.state[both] == lookalike(number)].mean() > 2 * seen, mechanism.lookalike


def test_spells_of_an_address_follow_each_other_without_gap_or_overlap(homes: Lives) -> None:
    same = homes.address[1:] == homes.address[:-1]
    assert (homes.start[1:][same] == homes.end[:-1][same]).all()
    assert (homes.end > homes.start).all()
    first, last = np.flatnonzero(~np.append(False, same)), np.flatnonzero(~np.append(same, False))
    assert (homes.start[first] < 0).all()
    assert (homes.end[last] >= DAYS).all()


def test_an_episode_that_is_ended_becomes_ordinary_for_the_rest_of_its_time(homes: Lives) -> None:
    spell = np.flatnonzero((homes.state == episode(0)) & (homes.start < 100) & (homes.end > 900))[:3]
    cut = homes.cut(spell, np.array([300, 400, 500]), rng=np.random.default_rng(0))
    address = homes.address[spell]
    assert (cut.state[cut.at(address, np.array([299, 399, 499]))] == episode(0)).all()
    assert (cut.state[cut.at(address, np.array([300, 400, 500]))] == 0).all()
    assert (cut.end[cut.at(address, 800)] == homes.end[spell]).all()
    assert len(cut.address) == len(homes.address) + 3


def test_the_town_says_what_it_is(town: SmallTown) -> None:
    assert [t.theme for t in town.report.themes] == list(THEMES)
    for theme in town.report.themes:
        assert theme.prevalence == pytest.approx(0.05, abs=0.02)
        assert theme.oracle_auc is not None
        assert 0.75 < theme.oracle_auc < 0.93
        assert 0 < theme.confirmed < theme.inspected
    for theme in town.report.themes[:3]:
        assert 300 <= theme.inspections_per_year <= 400


@pytest.mark.parametrize("asked", [100, 300])
def test_as_many_inspections_are_decided_as_were_asked_for(tmp_path: Path, asked: int) -> None:
    made(tmp_path, Size(addresses=6_000, inspections_per_year=asked, chunk=3_000))
    lines = pd.read_parquet(tmp_path / "raw/handhaving/controles.parquet").drop_duplicates("zaaknummer")
    assert len(lines) / 6 / len(THEMES) == pytest.approx(asked, rel=0.05)


def test_some_confirmed_episodes_end_and_the_truth_says_which(town: SmallTown) -> None:
    truth = town.truth("episodes")
    assert 0 < truth["ended_by_inspection"].mean() < 0.5
    assert set(truth["theme"]) == set(THEMES)
    assert set(truth["mechanism"]) == {m.name for m in MECHANISMS}
    assert set(town.truth("lookalikes")["mechanism"]) == {m.lookalike for m in MECHANISMS}


def test_every_theme_has_its_mechanisms_and_each_its_look_alike() -> None:
    assert len(MECHANISMS) == 6
    for theme in THEMES:
        assert states_of_theme(theme)
    assert len({m.lookalike for m in MECHANISMS}) == len(MECHANISMS)


def test_a_town_replaces_the_one_before_it_and_nothing_else(tmp_path: Path) -> None:
    size = Size(addresses=500, chunk=500, years=3, inspections_per_year=20)
    made(tmp_path, size)
    (tmp_path / "raw" / "notes.txt").write_text("mine", encoding="utf-8")
    assert (tmp_path / "raw/water/verbruik_2023.csv").exists()
    made(tmp_path, replace(size, years=2))
    assert not (tmp_path / "raw/water/verbruik_2023.csv").exists()
    assert (tmp_path / "raw" / "notes.txt").read_text(encoding="utf-8") == "mine"


def test_a_town_that_was_broken_off_leaves_the_one_before_it(tmp_path: Path) -> None:
    size = Size(addresses=1_000, chunk=500, years=2, inspections_per_year=20)
    made(tmp_path, size)
    before = content(tmp_path)

    def stop(said: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        make_town(replace(size, seed=9), raw=tmp_path / "raw", truth_folder=tmp_path / "truth", progress=stop)
    assert content(tmp_path) == before


@pytest.mark.parametrize("today", [date(2025, 6, 30), date(2024, 2, 29), date(2023, 12, 31)])
def test_a_town_may_end_on_any_day_and_knows_nothing_after_it(tmp_path: Path, today: date) -> None:
    size = Size(addresses=800, chunk=800, years=3, inspections_per_year=40, today_on=today)
    made(tmp_path, size)
    clock = Clock.of(size)
    assert clock.first_on + timedelta(days=clock.last) == today
    lines = pd.read_parquet(tmp_path / "raw/handhaving/controles.parquet")
    reports = pd.concat([pd.read_csv(f, sep=";", encoding="cp1252", dtype=str) for f in (tmp_path / "raw/meldingen").glob("*.csv")])
    received = pd.to_datetime(reports["Ontvangen op"], format="%d-%m-%Y", errors="coerce")
    for days in (pd.to_datetime(lines["besloten_op"]), received):
        assert pd.Timestamp(today) - pd.Timedelta(days=120) < days.max() <= pd.Timestamp(today)
        assert days.min() < pd.Timestamp(clock.first_on) + pd.Timedelta(days=120)
