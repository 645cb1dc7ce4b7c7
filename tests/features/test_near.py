"""One row computed from near by is the row of the full build: of linked addresses, and of those in a group, too."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from threading import Event, Thread
from threading import enumerate as enumerate_threads
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from features import cohort, live, matrix, near, numbered, sorted_file
from features.errors import StateError
from features.ingestion import ingest
from features.live import Live
from features.planned import KEPT, Planned
from features.sorted_file import MappedFile
from features.store import Store
from features.themes import load_theme
from tests.hamlet import addresses, settle

DAY, LATER = date(2024, 1, 1), date(2024, 3, 1)
HOMES = [f"A{i:02}" for i in range(40)]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """Give a hamlet of flats that share owners, buildings, postcodes and a neighbourhood."""
    rng = np.random.default_rng(5)
    homes = addresses(*HOMES, postcode=list(rng.choice(["1000AA", "1000AB", "1000AC"], len(HOMES))), neighbourhood="N1")
    homes["building_id"] = [f"P{i // 4}" for i in range(len(HOMES))]
    homes["floor_area_m2"] = [str(40 + 5 * (i % 7)) for i in range(len(HOMES))]
    owners = _dated(HOMES, "2015-01-01", "o").assign(owner_key=list(rng.choice([f"k{i}" for i in range(9)], len(HOMES))))
    movers = _dated(list(rng.choice(HOMES, 120)), _days(rng, 120), "m").assign(
        household_key=list(rng.choice([f"h{i}" for i in range(80)], 120)), residents="2"
    )
    reports = _dated(list(rng.choice(HOMES, 150)), _days(rng, 150), "r").assign(channel="app", category="housing")
    return settle(tmp_path, addresses=homes, ownership=owners, registrations=movers, reports=reports, today=LATER)


def _days(rng: np.random.Generator, number: int) -> list[str]:
    """Give days on both sides of `DAY`."""
    return [str(day.date()) for day in pd.Timestamp("2022-03-01") + pd.to_timedelta(rng.integers(0, 720, number), unit="D")]


def _dated(homes: list[str], days: list[str] | str, letter: str) -> pd.DataFrame:
    records = [f"{letter}{n}" for n in range(len(homes))]
    return pd.DataFrame({"record_id": records, "address_id": homes, "happened_on": days, "known_on": days})


def opened(store: Store) -> Live:
    builder = matrix.Builder(store, load_theme(store.settings, "trial"))
    return Live(matrix.Builder(store, builder.theme, tuple(builder.indicators)))


def whole(store: Store, day: date) -> pd.DataFrame:
    """Give the matrix of a day, by address."""
    builder = matrix.Builder(store, load_theme(store.settings, "trial"))
    return builder.build(cohort.at(store, builder.theme, day), built_on=LATER).frame.set_index("address_id")


def assert_same(asked: Live, expected: pd.DataFrame, day: date) -> None:
    assert asked.prepare(day)
    for home in HOMES:
        row = asked.compute(home, day, built_on=LATER)
        assert row is not None
        wanted = expected.loc[[home], list(row.indicators.columns)]
        pd.testing.assert_frame_equal(row.indicators.reset_index(drop=True), wanted.reset_index(drop=True), check_exact=True)


@pytest.fixture
def near_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a row that is computed on the general road stop the test."""
    computed = live._computed

    def guarded(builder: matrix.Builder, *arguments: object) -> object:
        assert isinstance(builder.store, near.NearStore)
        return computed(builder, *arguments)  # type: ignore[arg-type]  # passed through

    monkeypatch.setattr(live, "_computed", guarded)


def test_a_row_from_near_by_is_the_row_of_the_full_build(store: Store, near_only: None) -> None:
    for day in (DAY, LATER):
        expected = whole(store, day)
        assert_same(opened(store), expected, day)


def test_what_is_compared_of_others_is_filled_and_differs(store: Store) -> None:
    builder = opened(store).builder
    reaches = {name: i.reach for name, i in builder.indicators.items()}
    expected = whole(store, DAY)
    for reach in ("linked", "group"):
        names = [name for name in builder.indicators if reaches[name] == reach]
        assert (expected[names].nunique() > 1).sum() >= 2


def test_another_day_and_another_build_are_prepared_anew(store: Store, near_only: None) -> None:
    asked = opened(store)
    for day in (DAY, LATER, DAY):
        assert_same(asked, whole(store, day), day)
    assert store.settings.raw is not None
    extract = store.settings.raw / "reports.parquet"
    reports = pd.read_parquet(extract)
    reports.assign(address_id=HOMES[3], happened_on="2023-06-01", known_on="2023-06-01").to_parquet(extract, index=False)
    before = asked.compute(HOMES[3], DAY, built_on=LATER)
    ingest(store.settings, anew=True)
    assert asked.prepare(DAY)
    after = asked.compute(HOMES[3], DAY, built_on=LATER)
    assert before is not None
    assert after is not None
    assert before.manifest.build != after.manifest.build == store.folder.name
    assert_same(asked, whole(store, DAY), DAY)


def test_the_first_row_of_a_day_does_not_wait_for_what_the_next_ones_need(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    prepare, begun, may_end = near.prepare, Event(), Event()

    def slow(*arguments: Any) -> near.NearStore:
        begun.set()
        assert may_end.wait(60)
        return prepare(*arguments)

    monkeypatch.setattr(near, "prepare", slow)
    asked, expected = opened(store), whole(store, DAY)
    for home in HOMES[:2]:
        row = asked.compute(home, DAY, built_on=LATER)
        assert begun.wait(60)
        assert row is not None
        wanted = expected.loc[[home], list(row.indicators.columns)]
        pd.testing.assert_frame_equal(row.indicators.reset_index(drop=True), wanted.reset_index(drop=True), check_exact=True)
    may_end.set()
    assert_same(asked, expected, DAY)


def test_a_process_that_ends_waits_for_what_is_being_prepared(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever asks is a daemon thread of the web server, and from Python 3.12 on an ending process can start no thread."""
    prepare, begun, may_end, ready = near.prepare, Event(), Event(), []

    def slow(*arguments: Any) -> near.NearStore:
        begun.set()
        assert may_end.wait(60)
        ready.append(prepare(*arguments))
        return ready[0]

    monkeypatch.setattr(near, "prepare", slow)
    asked = opened(store)
    asker = Thread(target=asked.compute, args=(HOMES[0], DAY), kwargs={"built_on": LATER}, daemon=True)
    asker.start()
    assert begun.wait(60)
    asker.join(60)
    (preparing,) = [thread for thread in enumerate_threads() if thread.name == "near"]
    assert not preparing.daemon
    monkeypatch.delattr(numbered, "ThreadPoolExecutor")
    may_end.set()
    preparing.join(60)
    assert ready


def test_above_so_many_addresses_nothing_is_prepared(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "NEAR_ADDRESSES", store.addresses - 1)
    assert not opened(store).prepare(DAY)
    monkeypatch.setattr(live, "NEAR_ADDRESSES", store.addresses)
    assert opened(store).prepare(DAY)


def test_threads_get_the_rows_that_one_gets(store: Store) -> None:
    asked, expected, found = opened(store), whole(store, DAY), {}

    def ask(homes: list[str]) -> None:
        found.update({home: asked.compute(home, DAY, built_on=LATER) for home in homes})

    threads = [Thread(target=ask, args=(HOMES[start::4],)) for start in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == HOMES
    for home, row in found.items():
        assert row is not None
        wanted = expected.loc[[home], list(row.indicators.columns)]
        pd.testing.assert_frame_equal(row.indicators.reset_index(drop=True), wanted.reset_index(drop=True), check_exact=True)


def test_where_the_disk_is_full_a_row_is_computed_on_the_general_road(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    tried = []

    def full(*_: object) -> None:
        tried.append(1)
        raise StateError("the engine stopped", expected="room", remedy="free disk space")

    monkeypatch.setattr(near, "prepare", full)
    asked = opened(store)
    assert not asked.prepare(DAY)
    found = [asked.compute(home, DAY, built_on=LATER) for home in HOMES[:2]]
    assert len(tried) == 1
    expected = whole(store, DAY)
    for home, row in zip(HOMES, found, strict=False):
        assert row is not None
        wanted = expected.loc[[home], list(row.indicators.columns)]
        pd.testing.assert_frame_equal(row.indicators.reset_index(drop=True), wanted.reset_index(drop=True), check_exact=True)


def test_a_planned_query_reads_the_rows_of_now() -> None:
    planned = Planned(duckdb.connect())
    for numbers in ([1, 2], [], [7]):
        rows = pa.table({"n": pa.array(numbers, pa.int64())})
        for factor in range(KEPT + 2):  # more than are kept
            found = planned.ask(f"SELECT n * {factor} AS n FROM asked", {"asked": rows})
            assert found["n"].to_pylist() == [n * factor for n in numbers]


def test_a_mapped_file_gives_all_rows_of_some_places_and_no_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sorted_file, "BATCH_ROWS", 700)  # places that begin in one piece and end in another
    places = sorted(["a"] * 3 + ["b"] * 5000 + ["c"] + ["e"] * 3000) + [None] * 10
    frame = pd.DataFrame({"other": 0, "place": places, "n": range(len(places))})
    frame.to_parquet(tmp_path / "f.parquet", index=False, row_group_size=1000)
    file = MappedFile.copy(tmp_path / "f.parquet", tmp_path / "f.arrow", place="place", columns=["n", "place"])
    assert file.rows["n"].num_chunks > 1
    for wanted in (["a"], ["b"], ["c", "a"], ["d"], ["e", "zz"], [], ["A"]):
        found = file.of(wanted)
        assert found["n"].to_pylist() == frame.loc[frame["place"].isin(wanted), "n"].tolist()
        assert found.column_names == ["n", "place"]


def test_a_mapped_file_without_rows_gives_none(tmp_path: Path) -> None:
    pd.DataFrame({"place": pd.Series([], dtype=str)}).to_parquet(tmp_path / "f.parquet", index=False)
    assert MappedFile.copy(tmp_path / "f.parquet", tmp_path / "f.arrow", place="place", columns=["place"]).of(["a"]).num_rows == 0
