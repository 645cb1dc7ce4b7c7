"""Permits of the town: some are withdrawn later, and why one was refused is in the extract and never enters."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest

from experiments.town.suppliers.permits import GROUNDS
from features.errors import SourceError
from features.ingestion import ingest
from features.settings import load
from tests.experiments.conftest import SmallTown


def test_some_permits_are_granted_and_withdrawn_later(town: SmallTown) -> None:
    permits = town.events("permits")
    said = permits.sort_values("known_on").groupby("record_id")["decision"].agg(list)
    ended = [versions for versions in said if "withdrawn" in versions]
    assert len(ended) >= 5
    assert all(versions[-1] == "withdrawn" and "granted" in versions for versions in ended)


def test_the_ground_of_a_refusal_is_delivered_and_never_enters(town: SmallTown) -> None:
    raw = town.raw("vergunningen")
    grounds = set(raw["weigeringsgrond"].dropna())
    assert grounds == set(GROUNDS)
    assert set(raw.loc[raw["weigeringsgrond"].notna(), "besluit"]) <= {"Geweigerd", "geweigerd", "???"}
    kept = [path for path in town.settings.state.rglob("*.parquet") if "permits" in path.name]
    assert {"builds", "rejects"} <= {part for path in kept for part in path.parts}
    for path in kept:
        held = pd.read_parquet(path).astype("string")
        assert not held.isin(grounds).to_numpy().any(), path


def test_a_mapping_that_selects_the_ground_of_a_refusal_is_refused(town: SmallTown, tmp_path: Path) -> None:
    folder = tmp_path / "zaanwijk"
    shutil.copytree(town.settings.folder, folder, ignore=shutil.ignore_patterns("var"))
    file = folder / "registers" / "permits.sql"
    file.write_text(file.read_text(encoding="utf-8").replace("geldig_tot AS", "weigeringsgrond,\n    geldig_tot AS"), encoding="utf-8")
    with pytest.raises(SourceError, match=r"registers/permits\.sql gives weigeringsgrond too many and misses none"):
        ingest(load(folder, state=tmp_path / "state", raw=town.settings.raw))
