"""A matrix of tier 0 knows objects and areas, one of tier 1 facts about an address, and only tier 2 knows keys and links."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from features import cohort, matrix
from features.sources import all_sources
from features.sources.contract import Tier
from features.store import Store
from features.themes import load_theme
from tests.hamlet import addresses, settle

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
