"""A matrix on disk: written beyond memory it is the same, and its hash is of its values, however they are cut."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from features import cohort, matrix, matrix_file
from features.errors import CohortError
from features.store import Store
from features.themes import load_theme
from tests.hamlet import addresses, settle

DAY = date(2024, 1, 1)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    homes = addresses(*(f"A{i}" for i in range(12)), postcode="1000AA", floor_area_m2="60")
    homes["building_id"] = [f"P{i % 3}" for i in range(12)]
    reports = pd.DataFrame({"record_id": ["r1", "r2"], "address_id": ["A3", "A11"], "happened_on": "2023-05-05", "known_on": "2023-05-05"})
    return settle(tmp_path, addresses=homes, reports=reports.assign(channel="app", category="housing"))


@pytest.mark.parametrize("block_rows", [5, 12, 1_000])
def test_a_matrix_written_past_memory_is_the_one_that_is_built(
    store: Store, tmp_path: Path, block_rows: int, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    builder = matrix.Builder(store, load_theme(store.settings, "trial"))
    who = cohort.at(store, builder.theme, DAY)
    with monkeypatch.context() as patch:
        patch.setattr(matrix, "MOST", 2.0)  # a share that no frame reaches: in blocks
        patch.setattr(matrix, "BLOCK_ROWS", block_rows)
        manifest = builder.write(who, tmp_path / "m", built_on=DAY)
    built = builder.build(who, built_on=DAY)
    assert manifest == built.manifest
    read = matrix_file.read(tmp_path / "m")
    assert sorted(p.name for p in (tmp_path / "m").iterdir()) == ["manifest.json", "matrix.parquet"]
    assert read.manifest == manifest
    pd.testing.assert_frame_equal(read.frame, built.frame)
    assert read.frame["as_of"].dtype == built.frame["as_of"].dtype == "datetime64[us]"


def test_one_row_is_found_in_whichever_group_it_stands(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matrix_file, "GROUP_ROWS", 5)
    builder = matrix.Builder(store, load_theme(store.settings, "trial"))
    built = builder.build(cohort.at(store, builder.theme, DAY), built_on=DAY)
    built.write(tmp_path / "m")
    opened = matrix_file.open_scoring(tmp_path / "m")
    assert opened.file.num_row_groups == 3
    names = built.manifest.names[::-2]
    for number, home in enumerate(built.frame["address_id"]):
        found = opened.row(home, names)
        assert found is not None
        pd.testing.assert_frame_equal(found.reset_index(drop=True), built.frame[names].iloc[[number]].reset_index(drop=True))
    assert [opened.row(home, names) for home in ("", "A", "A10x", "A9x", "Z")] == [None] * 5


def test_nothing_is_written_of_an_empty_cohort(store: Store, tmp_path: Path) -> None:
    builder = matrix.Builder(store, load_theme(store.settings, "trial"))
    who = cohort.at(store, builder.theme, DAY)
    with pytest.raises(CohortError, match="the cohort is empty"):
        builder.write(cohort.Cohort(who.frame.head(0), {}), tmp_path / "m", built_on=DAY)
    assert not (tmp_path / "m").exists()


@pytest.mark.parametrize("group_rows", [7, 100, 1_000])
@pytest.mark.parametrize("rows", [1, 99, 100, 101, 350])
def test_the_hash_is_of_the_values_however_the_file_is_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows: int, group_rows: int) -> None:
    monkeypatch.setattr(matrix_file, "SLICE_ROWS", 100)
    rng = np.random.default_rng(rows)
    frame = pd.DataFrame({"address_id": [f"A{i}" for i in range(rows)], "as_of": pd.Timestamp(DAY), "x": rng.random(rows)})
    frame.loc[rows // 2, "x"] = np.nan
    frame.to_parquet(tmp_path / "f.parquet", index=False, row_group_size=group_rows)
    found = matrix_file.file_hash(tmp_path / "f.parquet")
    assert found == matrix_file.content_hash(frame)
    changed = frame.assign(x=frame["x"].where(frame.index != rows - 1, 2.0))
    assert matrix_file.content_hash(changed) != found
    if rows > 1:
        assert matrix_file.content_hash(frame.iloc[::-1]) != found


def test_a_matrix_counts_every_rule_of_exclusion_in_its_manifest(tmp_path: Path) -> None:
    """A theme without permits too: that nobody was left out for one is told."""
    store = settle(tmp_path, addresses=addresses("A1"))
    theme = load_theme(store.settings, "trial")
    built = matrix.build(store, theme, cohort.at(store, theme, DAY), built_on=DAY)
    ours = ("not in the register on the day", "other type of object", "other use", "protected place", "permitted", "open case", "recently inspected")
    assert built.manifest.exclusions == dict.fromkeys(ours, 0)
