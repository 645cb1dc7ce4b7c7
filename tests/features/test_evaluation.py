"""Links and values of others against a slow, obvious twin that walks over addresses one by one."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from features import matrix, matrix_file
from features.errors import StateError
from features.matrix_file import Matrix
from features.store import Store
from features.themes import load_theme
from tests.hamlet import addresses, settle

DAYS = [date(2023, 1, 1), date(2023, 7, 1), date(2024, 1, 1)]
HOMES = [f"A{i}" for i in range(24)]


@pytest.fixture(autouse=True, params=[matrix.MOST, 2.0], ids=["for all addresses", "for the rows alone"])
def both_ways(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Compute in both ways: a share that no frame reaches lets only what the rows need be computed."""
    monkeypatch.setattr(matrix, "MOST", request.param)


@pytest.fixture(scope="module")
def village(tmp_path_factory: pytest.TempPathFactory) -> tuple[Store, pd.DataFrame, pd.DataFrame]:
    """Give a store with reports and owners, and both tables as they were written."""
    rng = np.random.default_rng(7)
    known = [date(2022, 1, 1) + timedelta(days=int(d)) for d in rng.integers(0, 800, 300)]
    reports = pd.DataFrame(
        {"record_id": [f"r{i}" for i in range(300)], "address_id": rng.choice(HOMES, 300), "happened_on": known, "known_on": known}
    )
    since = [date(2021, 1, 1) + timedelta(days=int(d)) for d in rng.integers(0, 900, 40)]
    owners = pd.DataFrame({"record_id": [f"o{i}" for i in range(40)], "address_id": rng.choice(HOMES, 40), "happened_on": since, "known_on": since})
    owners["owner_key"] = rng.choice(["k1", "k2", "k3", "k4"], 40)
    homes = addresses(*HOMES, postcode=list(rng.choice(["1000AA", "1000AB", "1000AC"], len(HOMES))), floor_area_m2="60")
    homes["use"] = ["residential"] * 18 + ["retail"] * 6
    told = {"addresses": homes, "reports": reports.assign(channel="app", category="housing"), "ownership": owners}
    store = settle(tmp_path_factory.mktemp("village"), today=date(2024, 4, 1), **told)
    return store, reports.merge(homes[["address_id", "postcode", "use"]]), owners


def rows(store: Store) -> pd.DataFrame:
    frame = pd.DataFrame([(a, d) for a in HOMES for d in DAYS], columns=["address_id", "as_of"])
    return matrix.Builder(store, load_theme(store.settings, "trial")).rows(frame).set_index(["address_id", "as_of"])


def test_the_mean_of_others_is_that_of_the_other_addresses_on_the_same_day(village: tuple[Store, pd.DataFrame, pd.DataFrame]) -> None:
    store, reports, _ = village
    homes = pd.read_parquet(store.folder / "addresses.parquet").set_index("address_id")
    found = rows(store)["reports_vs_postcode_3y"]
    for (home, day), value in found.items():
        seen = reports[reports["known_on"] < day.date()].groupby("address_id").size()
        alike = homes[(homes["postcode"] == homes.loc[home, "postcode"]) & (homes["use"] == homes.loc[home, "use"])].index.drop(home)
        others = np.mean([seen.get(a, 0) for a in alike]) if len(alike) else np.nan
        expected = seen.get(home, 0) / others if others else np.nan
        np.testing.assert_allclose(value, expected, rtol=1e-9)


def test_links_add_up_once_per_key_and_leave_the_address_itself_out(village: tuple[Store, pd.DataFrame, pd.DataFrame]) -> None:
    store, reports, owners = village
    found = rows(store)
    for (home, day), row in found.iterrows():
        known = owners[owners["known_on"] < day.date()].drop_duplicates(["address_id", "owner_key"])
        recent = reports[(reports["known_on"] < day.date()) & (reports["happened_on"] >= day.date() - timedelta(days=365))]
        counts = recent.groupby("address_id").size()
        others = [
            a for key in known.loc[known["address_id"] == home, "owner_key"] for a in known.loc[known["owner_key"] == key, "address_id"] if a != home
        ]
        assert row["owner_other_addresses"] == len(others)
        assert row["owner_other_reports_1y"] == sum(counts.get(a, 0) for a in others)


def test_a_key_that_many_addresses_share_links_nothing(tmp_path: Path) -> None:
    homes = [f"A{i}" for i in range(60)]
    owners = pd.DataFrame(
        {"record_id": homes, "address_id": homes, "happened_on": "2020-01-01", "known_on": "2020-01-01", "owner_key": "corporation"}
    )
    small = owners.head(50).assign(record_id=lambda t: "s" + t["record_id"], owner_key="private")
    store = settle(tmp_path, addresses=addresses(*homes), ownership=pd.concat([owners, small]))
    frame = pd.DataFrame({"address_id": ["A0", "A59"], "as_of": date(2024, 1, 1)})
    found = matrix.Builder(store, load_theme(store.settings, "trial")).rows(frame)["owner_other_addresses"]
    assert found.tolist() == [49, 0]


def test_one_address_live_equals_its_row_in_the_whole_matrix(village: tuple[Store, pd.DataFrame, pd.DataFrame]) -> None:
    store, _, _ = village
    builder = matrix.Builder(store, load_theme(store.settings, "trial"))
    whole = builder.rows(pd.DataFrame({"address_id": HOMES, "as_of": DAYS[2]}))
    for home in HOMES[:5]:
        alone = builder.rows(pd.DataFrame({"address_id": [home], "as_of": DAYS[2]}))
        pd.testing.assert_frame_equal(alone, whole[whole["address_id"] == home].reset_index(drop=True))


def test_two_builds_give_the_same_content_hash_and_survive_the_file(village: tuple[Store, pd.DataFrame, pd.DataFrame], tmp_path: Path) -> None:
    from features import cohort

    store, _, _ = village
    theme = load_theme(store.settings, "trial")
    built: list[Matrix] = [matrix.build(store, theme, cohort.at(store, theme, DAYS[2]), built_on=DAYS[2]) for _ in range(2)]
    assert built[0].manifest.content_hash == built[1].manifest.content_hash
    built[0].write(tmp_path / "m")
    read = matrix_file.read(tmp_path / "m")
    pd.testing.assert_frame_equal(read.frame, built[0].frame, check_dtype=False)
    assert read.manifest == built[0].manifest


@pytest.mark.parametrize("name", ["matrix.parquet", "manifest.json"])
def test_half_a_matrix_is_not_read(village: tuple[Store, pd.DataFrame, pd.DataFrame], tmp_path: Path, name: str) -> None:
    from features import cohort

    store, _, _ = village
    theme = load_theme(store.settings, "trial")
    matrix.build(store, theme, cohort.at(store, theme, DAYS[2]), built_on=DAYS[2]).write(tmp_path / "m")
    file = tmp_path / "m" / name
    file.write_bytes(file.read_bytes()[:50])
    with pytest.raises(StateError, match="cannot be read"):
        matrix_file.read(tmp_path / "m")
