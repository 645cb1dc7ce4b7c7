"""Lineage shows what the code reads, for the lawyer and for a program."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest
from typer.testing import CliRunner

import schouw
from features.catalogue import for_sources
from features.lineage import RETENTION, of_theme, picture
from features.settings import Settings, load
from features.themes import find_theme, load_themes

ZAANWIJK = Path(__file__).parents[2] / "municipalities" / "zaanwijk"


@pytest.fixture(scope="module")
def settings() -> Settings:
    return load(ZAANWIJK)


def test_every_theme_has_a_lineage_of_allowed_sources_only(settings: Settings) -> None:
    for theme in load_themes(settings).values():
        lineage = of_theme(theme, settings)
        read = {source for indicator in lineage.indicators for source in indicator.columns}
        assert read <= theme.source_names
        assert {s.name: s.legal_basis for s in lineage.sources} == {s.name: s.legal_basis for s in theme.sources}
        assert [i.name for i in lineage.indicators] == list(for_sources(theme.source_names))


def test_columns_are_those_that_the_expression_reads(settings: Settings) -> None:
    found = {i.name: i for i in of_theme(find_theme(settings, "room-rental"), settings).indicators}
    assert found["residents_now"].columns == {"registrations": ("ended_on", "happened_on", "residents")}
    assert found["owner_other_reports_1y"].tier == 2
    assert set(found["owner_other_reports_1y"].columns) == {"ownership", "reports"}


def test_the_picture_names_every_register_and_indicator_and_nothing_from_elsewhere(settings: Settings) -> None:
    lineage = of_theme(find_theme(settings, "registration"), settings)
    drawn = picture(lineage)
    root = ElementTree.fromstring(drawn)  # noqa: S314 - our own drawing
    words = " ".join("".join(e.itertext()) for e in root.iter())
    assert all(name in words for name in (*(s.title_nl for s in lineage.sources), *(i.name for i in lineage.indicators)))
    lines = sum(len(i.columns) for i in lineage.indicators)
    assert drawn.count('<path class="line') == lines
    assert "<script" not in drawn
    assert drawn.count("http") == 1


@pytest.mark.parametrize("theme", ["premises", "benefits"])
def test_the_command_shows_a_table_json_and_a_graph_for_enabled_and_disabled_themes(theme: str, tmp_path: Path) -> None:
    graph = tmp_path / "lineage.svg"
    told = CliRunner().invoke(schouw.build(), ["lineage", theme, "--municipality", str(ZAANWIJK), "--json", "--graph", str(graph)])
    assert told.exit_code == 0
    assert {"sources", "indicators", "processing_register"} <= set(json.loads(told.stdout))
    assert graph.read_text(encoding="utf-8").startswith("<svg")
    shown = CliRunner().invoke(schouw.build(), ["lineage", theme, "--municipality", str(ZAANWIJK)], env={"COLUMNS": "80"})
    assert "legal basis" in shown.stdout
    assert "…" not in shown.stdout


@pytest.mark.parametrize("code", ["registration", "benefits"])
def test_lineage_says_whether_the_theme_is_on_and_what_is_done_at_the_end_of_retention(settings: Settings, code: str, tmp_path: Path) -> None:
    theme, graph = find_theme(settings, code), tmp_path / "lineage.svg"
    words = ["lineage", code, "--municipality", str(ZAANWIJK)]
    table = CliRunner().invoke(schouw.build(), [*words, "--graph", str(graph)], env={"COLUMNS": "400"})
    told = json.loads(CliRunner().invoke(schouw.build(), [*words, "--json"]).stdout)
    assert (told["enabled"], told["disabled_because"]) == (theme.enabled, theme.disabled_because)
    said = "enabled" if theme.enabled else f"disabled: {theme.disabled_because}"
    drawn = "".join(ElementTree.fromstring(graph.read_text(encoding="utf-8")).itertext())  # noqa: S314 - our own drawing
    for text in (table.stdout, drawn):
        assert said in " ".join(text.split())
        assert RETENTION in text
    assert told["retention"] == RETENTION
    assert f"Drawn: {graph}" in table.stderr
