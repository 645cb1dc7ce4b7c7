"""Lineage marks the indicators that a municipality cannot have, because no register of it fills what they need."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pandas as pd
import pytest
from typer.testing import CliRunner

import schouw
from features.catalogue import for_sources
from features.filled import AS_BUILT, NOT_BUILT
from features.ingestion import ingest
from features.lineage import NOT_FILLED
from features.settings import Settings
from tests.hamlet import addresses, hamlet
from tests.spec.test_unknown_is_not_zero import NOWHERE, SOMEWHERE

SOURCES = ("addresses", "businesses", "vacancy")


def shown(settings: Settings, graph: Path) -> tuple[dict[str, tuple[str, ...]], str, str, str]:
    """Give what is marked as JSON, by what that is known, the table and the graph."""
    words = ["lineage", "trial", "--municipality", str(settings.folder)]
    given = {"SCHOUW_RAW": str(settings.raw), "SCHOUW_STATE": str(settings.state), "COLUMNS": "400"}
    told = json.loads(CliRunner().invoke(schouw.build(), [*words, "--json", "--graph", str(graph)], env=given).stdout)
    table = CliRunner().invoke(schouw.build(), words, env=given).stdout
    drawn = " ".join(" ".join(e.itertext()) for e in ElementTree.fromstring(graph.read_text(encoding="utf-8")).iter())  # noqa: S314 - our own drawing
    return {i["name"]: tuple(i["not_filled"]) for i in told["indicators"]}, told["filled_known_by"], table, drawn


def of(folder: Path, businesses: pd.DataFrame) -> Settings:
    return hamlet(folder, theme_sources=SOURCES, addresses=addresses("A1", "A2", "A3", "A4"), businesses=businesses)


def test_before_a_build_every_indicator_of_a_register_without_a_select_is_marked(tmp_path: Path) -> None:
    said, known_by, table, drawn = shown(of(tmp_path, NOWHERE), tmp_path / "lineage.svg")
    marked = {name for name, lacking in said.items() if lacking}
    assert marked == {name for name, i in for_sources(frozenset(SOURCES)).items() if "vacancy" in i.sources}
    assert {lacking for lacking in said.values() if lacking} == {("vacancy",)}
    assert known_by == NOT_BUILT
    for text in (table, drawn):
        assert f"{NOT_FILLED}: {len(marked)} of {len(said)} indicators, {NOT_BUILT}" in " ".join(text.split())


@pytest.mark.parametrize(("businesses", "lacking"), [(NOWHERE, ("businesses.serves_alcohol",)), (SOMEWHERE, ())], ids=["nowhere", "somewhere"])
def test_after_a_build_an_indicator_of_a_column_that_no_row_fills_is_marked(
    tmp_path: Path, businesses: pd.DataFrame, lacking: tuple[str, ...]
) -> None:
    settings = of(tmp_path, businesses)
    ingest(settings)
    said, known_by, table, drawn = shown(settings, tmp_path / "lineage.svg")
    assert said["alcohol_licences_now"] == lacking
    assert said["businesses_now"] == ()
    assert known_by == AS_BUILT
    for text in (table, drawn):
        assert (f"{NOT_FILLED}: businesses.serves_alcohol" in text) is bool(lacking)
        assert f"{NOT_FILLED}: vacancy" in text
