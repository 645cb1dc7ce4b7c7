"""Lineage shows what the code reads, for the lawyer and for a program."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest
from typer.testing import CliRunner

import schouw
from features.catalogue import for_sources
from features.lineage import ACROSS, BESIDE, NEWLY_SAID, RECEIPT, RETENTION, UNREAD, of_theme, picture
from features.settings import Settings, load
from features.sources import all_sources
from features.tables import lineage_tables
from features.themes import find_theme, load_themes
from tests.hamlet import addresses, hamlet, table

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


def test_no_text_of_the_picture_runs_into_another_or_past_its_place(settings: Settings) -> None:
    for theme in load_themes(settings).values():
        root = ElementTree.fromstring(picture(of_theme(theme, settings)))  # noqa: S314 - our own drawing
        texts = [e for e in root if e.tag.endswith("text") and e.get("x") == "20" and e.get("font-size") is None]
        assert all(len(e.text or "") <= ACROSS for e in texts)
        top = min(float(e.get("cy", "0")) for e in root if e.tag.endswith("circle") and e.get("r") == "6")
        beside = [e for e in texts if float(e.get("y", "0")) >= top]
        assert [e.text for e in beside if len(e.text or "") > BESIDE] == [], theme.code
        places = [float(e.get("y", "0")) for e in texts]
        assert min(after - before for before, after in pairwise(places)) >= 14, theme.code


def test_table_picture_and_json_say_who_decides_on_which_ground_and_what_is_required(settings: Settings) -> None:
    theme = find_theme(settings, "registration")
    lineage = of_theme(theme, settings)
    told = {"decided by: college", f"process owner: {theme.process_owner}", f"legal power: {theme.legal_power}", theme.purpose.processing_register}
    shown = CliRunner().invoke(schouw.build(), ["lineage", "registration", "--municipality", str(ZAANWIJK)], env={"COLUMNS": "80"}).stdout
    for text in (" ".join(shown.split()), " ".join(ElementTree.fromstring(picture(lineage)).itertext())):  # noqa: S314 - our own drawing
        assert [words for words in told if words not in text] == []
    assert (lineage.authority, lineage.process_owner) == (theme.authority, theme.process_owner)
    assert {s.name for s in lineage.sources if s.required} == theme.required_sources
    cells = [str(cell) for cell in lineage_tables(lineage)[0].columns[0].cells]
    assert {cell.removesuffix("\nrequired") for cell in cells if cell.endswith("\nrequired")} == theme.required_sources
    assert picture(lineage).count(", required, kept: ") == len(theme.required_sources)


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


@pytest.mark.parametrize("code", ["registration", "premises"])
def test_what_is_known_of_a_register_is_dated_by_the_way_in_which_it_is_read_too(settings: Settings, code: str) -> None:
    said = {s.name: s.known_on_rule for s in of_theme(find_theme(settings, code), settings).sources}
    whole = {"addresses", "registrations", "inspections", "signals"} & set(said)
    assert {"addresses", "inspections", "signals"} <= whole
    assert said == {name: f"{all_sources()[name].known_on_rule}; {NEWLY_SAID if name in whole else RECEIPT}" for name in said}


def test_a_register_that_the_municipality_does_not_fill_is_dated_by_its_contract_alone(tmp_path: Path) -> None:
    settings = hamlet(tmp_path, theme_sources=("addresses", "grid_anomalies"), addresses=addresses("A1"))
    said = {s.name: s.known_on_rule for s in of_theme(find_theme(settings, "trial"), settings).sources}
    assert said["grid_anomalies"] == all_sources()["grid_anomalies"].known_on_rule
    assert said["addresses"].endswith(NEWLY_SAID)


@pytest.mark.parametrize("name", ["water", "addresses"])
def test_lineage_shows_how_often_a_register_is_expected_and_what_is_wrong_with_it(settings: Settings, name: str) -> None:
    contract, words = all_sources()[name], ["lineage", "registration", "--municipality", str(ZAANWIJK)]
    told = {s["name"]: s for s in json.loads(CliRunner().invoke(schouw.build(), [*words, "--json"]).stdout)["sources"]}[name]
    assert (told["rhythm_days"], told["catches"]) == (contract.rhythm_days, contract.catches)
    cells = lineage_tables(of_theme(find_theme(settings, "registration"), settings))[1].columns
    shown = dict(zip(cells[0].cells, zip(cells[1].cells, cells[2].cells, strict=True), strict=True))[name]
    assert ("expected every day, stale after" if contract.rhythm_days == 1 else f"expected every {contract.rhythm_days} days, stale after") in str(
        shown[0]
    )
    assert str(shown[1]).startswith(f"{contract.catches}\nno indicator reads: ")


def test_check_shows_how_often_each_register_is_expected(tmp_path: Path) -> None:
    reports = table("""
        record_id | address_id | happened_on | known_on   | channel | category
        r1        | A1         | 2023-12-01  | 2023-12-02 | app     | housing
    """)
    vacancy = table("""
        record_id | address_id | happened_on | known_on   | kind
        v1        | A1         | 2023-12-01  | 2023-12-02 | found
    """)
    words = ["check", "--municipality", str(hamlet(tmp_path, addresses=addresses("A1"), reports=reports, vacancy=vacancy).folder)]
    given = {"SCHOUW_RAW": str(tmp_path / "raw"), "SCHOUW_STATE": str(tmp_path / "state")}
    told = json.loads(CliRunner().invoke(schouw.build(), [*words, "--json"], env=given).stdout)
    assert {r["source"]: r["rhythm_days"] for r in told} == {r["source"]: all_sources()[r["source"]].rhythm_days for r in told}
    shown = CliRunner().invoke(schouw.build(), words, env={**given, "COLUMNS": "80"}).stdout
    assert "every day" in shown
    assert f"every {all_sources()['vacancy'].rhythm_days} days" in shown


def test_a_source_and_a_column_that_no_indicator_reads_are_named(tmp_path: Path) -> None:
    """What nobody needs may not be asked for (GDPR art. 5(1)(c)): a legal basis for it is none."""
    settings = hamlet(tmp_path, theme_sources=("addresses", "reports", "grid_anomalies"), addresses=addresses("A1"))
    lineage = of_theme(find_theme(settings, "trial"), settings)
    found = {s.name: s for s in lineage.sources}
    assert (found["grid_anomalies"].read_by, found["reports"].read_by) == (UNREAD, str(found["reports"].indicators))
    assert found["grid_anomalies"].unread == tuple(column.name for column in all_sources()["grid_anomalies"].columns)
    assert "closed_on" in found["reports"].unread
    assert "category" not in found["reports"].unread
    assert UNREAD in list(lineage_tables(lineage)[0].columns[-1].cells)
    assert picture(lineage).count(UNREAD) == 1


@pytest.mark.parametrize("folder", ["zaanwijk", "chicago"])
def test_every_source_of_a_theme_that_ships_is_read(folder: str) -> None:
    settings = load(ZAANWIJK.parent / folder)
    for theme in load_themes(settings).values():
        assert [s.name for s in of_theme(theme, settings).sources if not s.indicators] == [], theme.code
