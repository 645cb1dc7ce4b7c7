"""A matrix of tier 0 knows objects and areas, one of tier 1 facts about an address, and only tier 2 knows keys and links."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

import schouw
from features import cohort, matrix, matrix_file, outcomes
from features.errors import TrainingError
from features.matrix_file import folder_of
from features.sources import all_sources
from features.sources.contract import Tier
from features.store import Store
from features.themes import load_theme
from features.yardstick import COLUMN
from monitoring.evidence import scoring_days
from tests.hamlet import addresses, hamlet, settle, table
from training.training_matrix import training_matrix

DAY = date(2024, 1, 1)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    known = {"record_id": ["x1"], "address_id": ["A1"], "happened_on": ["2023-05-01"], "known_on": ["2023-05-02"]}
    folder: Path = tmp_path_factory.mktemp("tiers")
    return settle(
        folder,
        today=DAY,
        addresses=addresses("A1", "A2", floor_area_m2="60", built_year="1980", postcode="1000AA"),
        reports=pd.DataFrame({**known, "channel": ["app"], "category": ["housing"]}),
        permits=pd.DataFrame({**known, "kind": ["building"]}),
        ownership=pd.DataFrame({**known, "owner_key": ["k1"]}),
    )


def built(store: Store, tier: Tier) -> matrix.Manifest:
    theme = load_theme(store.settings, "trial")
    return matrix.build(store, theme, cohort.at(store, theme, DAY), built_on=DAY, tier=tier).manifest


@pytest.mark.parametrize(("tier", "sources"), [(0, {"addresses", "permits"}), (1, {"addresses", "permits", "reports"})])
def test_a_lower_tier_reads_fewer_registers_and_the_manifest_says_so(store: Store, tier: Tier, sources: set[str]) -> None:
    manifest = built(store, tier)
    assert (manifest.tier, manifest.tier_limit) == (tier, tier)
    assert {s for i in manifest.indicators for s in i.sources} == sources
    assert max(i.tier for i in manifest.indicators) == tier


def test_keys_and_what_is_linked_by_them_are_tier_2(store: Store) -> None:
    manifest = built(store, 2)
    beyond = {i.name: i for i in manifest.indicators if i.name not in {j.name for j in built(store, 1).indicators}}
    assert {"owner_other_addresses", "owner_other_reports_1y"} <= set(beyond)
    for found in beyond.values():
        keyed = any(column.type == "key" for source in found.sources for column in all_sources()[source].columns)
        assert keyed or found.reach == "linked"


VISITS = table("""
    record_id | address_id | happened_on | known_on   | inspection_id | case_id | course    | course_known_on | finding   | finding_known_on
    i1        | A1         | 2022-03-01  | 2022-03-01 | i1            | c1      | inspected | 2022-03-08      | confirmed | 2022-03-10
    i2        | A2         | 2022-03-01  | 2022-03-01 | i2            | c2      | inspected | 2022-03-08      | none      | 2022-03-10
""").assign(theme="trial", trigger="report")


def test_a_build_of_a_lower_tier_stands_apart_and_leaves_what_is_served_and_trained_on_as_it_was(tmp_path: Path) -> None:
    homes = addresses("A1", "A2", floor_area_m2="60", built_year="1980", postcode="1000AA")
    settings = hamlet(tmp_path, today=DAY, addresses=homes, inspections=VISITS)
    given = {"SCHOUW_RAW": str(settings.raw), "SCHOUW_STATE": str(settings.state)}
    words = ["build", "trial", "--municipality", str(settings.folder), "--json"]

    def told(*more: str) -> list[int]:
        done = CliRunner().invoke(schouw.build(), [*words, *more], env=given, catch_exceptions=False)
        return [manifest["tier_limit"] for manifest in json.loads(done.stdout)]

    def files(folder: Path) -> dict[str, bytes]:
        return {f"{path.parent.name}/{path.name}": path.read_bytes() for path in sorted(folder.glob("[!.]*/m*"))}

    assert told() == [2, 2]
    whole = files(folder_of(settings.state, "trial"))
    assert sorted(whole) == [f"{kind}/{name}" for kind in ("2024-01-02", "training") for name in ("manifest.json", "matrix.parquet")]
    assert told("--tier", "0") == [0, 0]
    assert files(folder_of(settings.state, "trial")) == whole
    lower = settings.state / "matrices" / "trial" / "tier-0"
    assert sorted(files(lower)) == sorted(whole)
    assert matrix_file.read(lower / "training").manifest.tier == 0
    assert scoring_days(folder_of(settings.state, "trial")) == [date(2024, 1, 2)]
    refused = CliRunner().invoke(schouw.build(), [*words, "--tier", "3"], env=given)
    assert refused.exit_code == 2


def test_what_a_model_must_beat_is_counted_in_training_rows_of_every_tier_and_nowhere_else(tmp_path: Path) -> None:
    known = {"record_id": ["x1", "x2"], "address_id": ["A1", "A1"], "happened_on": ["2021-05-01", "2023-01-01"]}
    reports = pd.DataFrame({**known, "known_on": ["2021-05-02", "2023-01-02"], "channel": "app", "category": "housing"})
    homes = addresses("A1", "A2", floor_area_m2="60", built_year="1980", postcode="1000AA")
    ours = settle(tmp_path, today=DAY, addresses=homes, reports=reports, inspections=VISITS)
    theme = load_theme(ours.settings, "trial")
    labels = outcomes.labelled(ours, theme, date(2024, 1, 2))
    rows = cohort.screen(ours, theme, labels.frame, listing=False)

    def trained_on(tier: Tier) -> matrix_file.Matrix:
        return matrix.build(ours, theme, rows, labels=labels, built_on=DAY, tier=tier)

    assert trained_on(0).frame.set_index("address_id")[COLUMN].to_dict() == {"A1": 1.0, "A2": 0.0}
    assert COLUMN not in trained_on(0).manifest.names
    assert trained_on(0).manifest.tier == 0
    assert COLUMN not in trained_on(1).frame, "there the indicator itself is the count"
    assert COLUMN not in matrix.build(ours, theme, cohort.at(ours, theme, DAY), built_on=DAY, tier=0).frame


def test_what_is_trained_on_a_lower_tier_reads_the_matrix_of_that_tier(tmp_path: Path) -> None:
    settings = hamlet(tmp_path, today=DAY, addresses=addresses("A1"))
    with pytest.raises(TrainingError, match=r"there is no matrix in .*/trial/tier-1/training.*run 'schouw build --tier 1' for theme 'trial'"):
        training_matrix(settings, load_theme(settings, "trial"), tier=1)
