"""A whole day gives the numbers that its rows give alone, whatever the ids look like and however many rows are joined at a time."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from features import matrix, numbered
from features.ingestion import ingest
from features.numbered import DayQuery, Days
from features.settings import load
from features.store import Store, open_store
from features.themes import load_theme
from tests.hamlet import addresses, hamlet

DAYS = [date(2023, 1, 1), date(2024, 1, 1)]
NOWHERE = "0999999999999999"
"""An id that no register holds."""
IDS = {"digits": [f"0363{n:012d}" for n in range(40)], "letters": [f"A{n}" for n in range(40)]}


@pytest.fixture(scope="module", params=list(IDS))
def village(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Store, list[str]]:
    """Give a store in which households come and go, businesses have directors and branches, and addresses share postcodes and buildings."""
    homes, rng = IDS[request.param], np.random.default_rng(11)
    folder = tmp_path_factory.mktemp(request.param)
    places = addresses(*homes, postcode=list(rng.choice(["1000AA", "1000AB"], 40)), floor_area_m2=list(rng.integers(40, 90, 40)))
    places["building_id"] = rng.choice(["P1", "P2", "P3"], 40)
    places["neighbourhood"] = "N1"

    def happened(number: int, **columns: object) -> pd.DataFrame:
        days = [date(2019, 1, 1) + timedelta(days=int(d)) for d in rng.integers(0, 1825, number)]
        rows = pd.DataFrame({"record_id": [str(n) for n in range(number)], "address_id": rng.choice(homes, number), "happened_on": days})
        return rows.assign(known_on=rows["happened_on"], **columns)

    moves = happened(400, household_key=rng.choice([f"h{n}" for n in range(60)], 400), residents=rng.integers(1, 6, 400))
    moves["ended_on"] = [day + timedelta(days=200) if n % 3 else None for n, day in enumerate(moves["happened_on"])]
    shops = happened(200, business_key=[f"b{n % 70}" for n in range(200)], director_key=[f"d{n}" if n < 3 else None for n in rng.integers(0, 4, 200)])
    shops["legal_form"] = [("sole-trader", "private-company", None)[n] for n in rng.integers(0, 3, 200)]
    settings = hamlet(
        folder,
        addresses=places,
        registrations=moves.assign(ended_known_on=moves["ended_on"]),
        businesses=shops.assign(branch="storage", ended_on=None, ended_known_on=None),
        reports=happened(150, channel="app", category="housing"),
    )
    if request.param == "digits":
        toml = settings.folder / "municipality.toml"
        toml.write_text(toml.read_text().replace("^[A-Z][0-9]*$", "^[0-9]{16}$"))
    settings = load(settings.folder, state=settings.state, raw=settings.raw)
    ingest(settings)
    return open_store(settings), homes


def rows(store: Store, frame: pd.DataFrame, monkeypatch: pytest.MonkeyPatch, *, whole: bool) -> pd.DataFrame:
    with monkeypatch.context() as patch:
        patch.setattr(matrix, "MOST", 0.25 if whole else 2.0)
        builder = matrix.Builder(store, load_theme(store.settings, "trial"))
        assert isinstance(builder.blocks(frame), Days) == whole
        return builder.rows(frame)


@pytest.mark.parametrize(("memory", "whole"), [("1GB", True), ("999MB", False), ("2GB", True)])
def test_a_day_is_computed_for_all_where_the_memory_is_for_so_many(
    village: tuple[Store, list[str]], monkeypatch: pytest.MonkeyPatch, memory: str, whole: bool
) -> None:
    store, homes = village
    monkeypatch.setattr(matrix, "WHOLE_PER_GB", store.addresses)
    engine = store.settings.engine.model_copy(update={"memory_limit": memory})
    limited = replace(store, settings=store.settings.model_copy(update={"engine": engine}))
    builder = matrix.Builder(limited, load_theme(store.settings, "trial"))
    assert isinstance(builder.blocks(pd.DataFrame({"address_id": homes, "as_of": DAYS[0]})), Days) == whole


@pytest.mark.parametrize("days", [DAYS[1:], DAYS], ids=["one day", "more days"])
@pytest.mark.parametrize("at_a_time", [7, 250_000])
def test_a_whole_day_gives_what_the_rows_give_alone(
    village: tuple[Store, list[str]], monkeypatch: pytest.MonkeyPatch, days: list[date], at_a_time: int
) -> None:
    store, homes = village
    monkeypatch.setattr(numbered, "SLICE_ROWS", at_a_time)
    frame = pd.DataFrame([(a, d) for d in days for a in (*reversed(homes), NOWHERE)], columns=["address_id", "as_of"])
    found, alone = (rows(store, frame, monkeypatch, whole=whole) for whole in (True, False))
    pd.testing.assert_frame_equal(found, alone, check_exact=True)
    counted = found[["distinct_households_3y", "director_other_addresses", "household_other_addresses_3y", "residents_rank_building"]]
    assert (counted.max() > counted.min()).all()
    assert found.loc[found["address_id"] == NOWHERE, "building_id"].isna().all()


def test_nothing_is_left_of_the_days_that_were_asked_for(village: tuple[Store, list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    store, homes = village
    rows(store, pd.DataFrame({"address_id": homes, "as_of": DAYS[0]}), monkeypatch, whole=True)
    assert store.look_up("SELECT schema_name FROM duckdb_schemas() WHERE schema_name LIKE 'days_%'").empty


def test_a_table_goes_when_nothing_reads_it_any_more() -> None:
    query = DayQuery.of({"a": "SELECT 1 AS n", "b": 'SELECT n FROM "a"', "c": 'SELECT n FROM "b"'}, 'SELECT n FROM "c" JOIN "b" USING (n)', {})
    assert query.steps == (
        'CREATE TEMP TABLE "a" AS SELECT 1 AS n',
        'CREATE TEMP TABLE "b" AS SELECT n FROM "a"',
        'DROP TABLE "a"',
        'CREATE TEMP TABLE "c" AS SELECT n FROM "b"',
    )
