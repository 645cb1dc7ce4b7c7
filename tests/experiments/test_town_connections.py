"""What one connection uses: the town can write it, Zaanwijk does not read it, and a municipality with a ground can."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from experiments.town import Size
from experiments.town.making import make_town
from experiments.town.parameters import Parameters
from features.errors import PurposeError
from features.ingestion import ingest
from features.lineage import of_theme
from features.settings import Settings, load
from features.themes import load_theme
from tests.experiments.conftest import ZAANWIJK, SmallTown

EXTRACT = '\n[extracts.aansluitingen]\nform = "csv"\npath = "aansluitingen/verbruik_*.csv"\nencoding = "cp1252"\n'
BASIS = """
[legal_basis.connection_energy]
law = "Algemene wet bestuursrecht art. 5:16 and 5:17 (made up, for a test)"
agreement = "DA-2025-07"
impact_assessment = "DPIA-2025-03"
entered_by = "process-owner.demo"
entered_on = 2025-10-01
"""
SOURCE = '\n[[sources]]\nname = "connection_energy"\nlegal_basis = "made up, for a test"\n'


@pytest.fixture(scope="module")
def delivered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a town of which the grid operator delivers nearly all connections."""
    folder = tmp_path_factory.mktemp("delivered")
    parameters = replace(Parameters(), connections_delivered_share=0.97)
    make_town(Size(addresses=600, inspections_per_year=60, seed=7), raw=folder / "raw", truth_folder=folder / "truth", parameters=parameters)
    return folder


def opened(folder: Path, home: Path, *, basis: str) -> Settings:
    """Give a copy of Zaanwijk that fills the source, and whose theme overcrowding lists it."""
    for part in ("themes", "registers"):
        shutil.copytree(ZAANWIJK / part, home / part)
    shutil.copy(ZAANWIJK / "off" / "connection_energy.sql", home / "registers")
    (home / "municipality.toml").write_text((ZAANWIJK / "municipality.toml").read_text() + EXTRACT + basis)
    theme = home / "themes" / "overcrowding.toml"
    theme.write_text(theme.read_text() + SOURCE)
    return load(home, state=folder / f"state-{bool(basis)}", raw=folder / "raw")


def test_no_town_writes_it_unless_it_is_asked_for(town: SmallTown) -> None:
    assert Parameters().connections_delivered_share == 0
    assert not list(town.settings.raw_folder.glob("aansluitingen/*"))
    assert "connection_energy" not in town.registers


def test_it_is_refused_without_a_ground_though_the_extract_is_there(delivered: Path, tmp_path: Path) -> None:
    assert len(list((delivered / "raw" / "aansluitingen").glob("verbruik_*.csv"))) >= 5
    settings = opened(delivered, tmp_path, basis="")
    with pytest.raises(PurposeError, match="registers/ reads source 'connection_energy', which is off"):
        ingest(settings)
    with pytest.raises(PurposeError, match="theme 'overcrowding' reads source 'connection_energy', which is off"):
        load_theme(settings, "overcrowding")


def test_with_a_ground_it_comes_in_with_the_mess_of_a_delivery(delivered: Path, tmp_path: Path) -> None:
    settings = opened(delivered, tmp_path, basis=BASIS)
    report = {r.source: r for r in ingest(settings)}["connection_energy"]
    assert report.rejected > 0 < report.repeated
    assert report.past_retention == 0
    events = pd.read_parquet(settings.state / "events" / "connection_energy.parquet")
    assert 0.9 < events["address_id"].nunique() / 600 <= 0.98
    assert events["record_id"].nunique() < len(events), "some years are counted again"
    assert events["address_id"].str.fullmatch("0999(01|02|03)[0-9]{10}").all()
    used = events["used_kwh"].astype(float)
    assert 0 < used.isna().mean() < 0.05
    assert 1_500 < used.median() < 8_000
    assert events["gas_m3"].isna().mean() == pytest.approx(1 - Parameters().gas_share, abs=0.05)
    assert set(events["reading"]) == {"read", "self-reported", "estimated"}
    lineage = of_theme(load_theme(settings, "overcrowding"), settings)
    assert "entered by process-owner.demo on 2025-10-01" in str({s.name: s.off_unless for s in lineage.sources}["connection_energy"])
