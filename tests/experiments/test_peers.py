"""The peers of the benchmark: SQL written by hand and a pandas twin give what the matrix builder gives, in every column."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from experiments.benchmarks.hundred.by_hand import by_hand
from experiments.benchmarks.hundred.names import NAMES, THEME
from experiments.benchmarks.hundred.ours import ours
from experiments.benchmarks.hundred.twin import twin
from features import matrix
from features.builds import current
from features.matrix import KEYS, Builder
from features.settings import load
from features.store import event_table, open_store
from features.themes import load_theme
from tests.experiments.conftest import ZAANWIJK, SmallTown

DAYS = (date(2023, 7, 16), date(2026, 1, 1))
NUMBERS = 1e-9


def with_branches(events: Path, folder: Path) -> Path:
    """Copy the events, with many more businesses that have a second branch than the town has, and one with more than fifty."""
    shutil.copytree(events, folder)
    key = "CASE WHEN business_key < '1' THEN 'many' ELSE left(business_key, 3) END"
    duckdb.sql(f"COPY (SELECT * REPLACE ({key} AS business_key) FROM read_parquet('{events}/businesses.parquet')) TO '{folder}/businesses.parquet'")
    return folder


@pytest.fixture(scope="module")
def delivered(town: SmallTown, tmp_path_factory: pytest.TempPathFactory) -> dict[str, pd.DataFrame]:
    """Give what each of the three wrote about every address of the town on both days."""
    folder = tmp_path_factory.mktemp("peers")
    settings = load(ZAANWIJK, state=folder, raw=town.settings.raw_folder)
    events = with_branches(current(town.settings.state), folder / "events")
    store = open_store(settings)
    homes = store.run(event_table("addresses").select("address_id").distinct().order_by("address_id"))
    frame = pd.concat([homes.assign(as_of=day) for day in DAYS], ignore_index=True)
    ours(store, load_theme(settings, THEME), NAMES, frame, folder / "ours")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(matrix, "MOST", 2.0)  # a share that no frame reaches
        ours(store, load_theme(settings, THEME), NAMES, frame, folder / "of_rows_alone")
    by_hand(events, frame, folder / "by_hand")
    twin(events, frame, folder / "twin")
    found = {name: pd.read_parquet(folder / name) for name in ("ours", "of_rows_alone", "by_hand", "twin")}
    return {name: rows.assign(as_of=pd.to_datetime(rows["as_of"])) for name, rows in found.items()}


def test_there_are_a_hundred_columns_of_all_three_reaches(town: SmallTown) -> None:
    theme = load_theme(town.settings, THEME)
    reaches = [i.reach for i in Builder(open_store(town.settings), theme, names=NAMES).indicators.values()]
    assert (len(NAMES), len(set(NAMES))) == (100, 100)
    assert {reach: reaches.count(reach) for reach in set(reaches)} == {"own": 74, "linked": 10, "group": 16}


@pytest.mark.parametrize("peer", ["by_hand", "twin"])
def test_a_peer_writes_the_same_rows_in_the_same_order(delivered: dict[str, pd.DataFrame], peer: str) -> None:
    assert list(delivered[peer].columns) == list(delivered["ours"].columns) == [*KEYS, *NAMES]
    left, right = (delivered[name][KEYS].astype(object) for name in (peer, "ours"))
    assert left.where(left.notna(), None).equals(right.where(right.notna(), None))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("peer", ["by_hand", "twin"])
def test_a_peer_gives_the_same_values(delivered: dict[str, pd.DataFrame], peer: str, name: str) -> None:
    left, right = (delivered[who][name].to_numpy("float64") for who in (peer, "ours"))
    whole = bool((pd.Series(right).dropna() % 1 == 0).all())
    assert left == pytest.approx(right, rel=0 if whole else NUMBERS, abs=0 if whole else NUMBERS, nan_ok=True)


def test_what_is_computed_for_all_addresses_is_what_is_computed_for_the_rows_alone(delivered: dict[str, pd.DataFrame]) -> None:
    pd.testing.assert_frame_equal(delivered["ours"], delivered["of_rows_alone"], check_exact=True)


def test_the_columns_differ_between_addresses_and_days(delivered: dict[str, pd.DataFrame]) -> None:
    """A column of one value would agree whatever a peer does with it."""
    rows = delivered["ours"]
    assert [n for n in NAMES if rows[n].nunique(dropna=False) < 2] == []
    days = [part[list(NAMES)].reset_index(drop=True) for _, part in rows.groupby("as_of")]
    assert not days[0].equals(days[1])
