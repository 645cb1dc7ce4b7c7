"""What the commands print of the town on 80 columns, as a pipe has them: every name and every number is there whole."""

from __future__ import annotations

from io import StringIO

import pytest
from rich.console import Console

from features import commands
from features.catalogue import for_sources
from features.matrix_file import read
from features.report import read_report
from features.themes import load_themes
from tests.experiments.conftest import ZAANWIJK, SmallTown

WIDTH = 80


@pytest.fixture
def printed(monkeypatch: pytest.MonkeyPatch) -> StringIO:
    screen = StringIO()
    monkeypatch.setattr(commands, "console", Console(file=screen, width=WIDTH, color_system=None))
    return screen


def cells(text: str) -> set[str]:
    """Give the cells of printed tables line by line."""
    assert "…" not in text
    assert max(len(line) for line in text.splitlines()) <= WIDTH
    return {cell.strip() for line in text.splitlines() for cell in line.replace("┃", "│").split("│")}


def test_a_check_says_of_each_register_its_first_and_last_day_and_every_number(town: SmallTown, printed: StringIO) -> None:
    reports = list(town.registers.values())
    commands.print_reports(reports, title="Zaanwijk")
    found = cells(printed.getvalue())
    for r in reports:
        assert {r.source, str(r.first_on), str(r.last_on), str(r.last_known_on)} <= found
        assert {f"{r.rows:,}", f"{r.accepted:,}", f"{r.repeated:,}", f"{r.reject_share:.1%}"} <= found
        assert set(r.rejects) | {f"{number:,}" for number in r.rejects.values()} <= found


def test_a_check_has_room_for_a_million_addresses(town: SmallTown, printed: StringIO) -> None:
    large = [r.model_copy(update={"rows": 12_345_678, "accepted": 12_345_678, "repeated": 1_234_567}) for r in town.registers.values()]
    commands.print_reports(large, title="Zaanwijk")
    assert {"12,345,678", "1,234,567", *town.registers} <= cells(printed.getvalue())


def test_a_build_says_what_is_in_each_matrix_and_what_is_left_out(town: SmallTown, printed: StringIO, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCHOUW_STATE", str(town.settings.state))
    monkeypatch.setenv("SCHOUW_RAW", str(town.settings.raw_folder))
    commands.build(municipality=ZAANWIJK, anew=True)
    found = cells(printed.getvalue())
    themes = [theme.code for theme in load_themes(town.settings).values() if theme.enabled]
    assert len(themes) == 4
    for theme in themes:
        training = read(town.settings.state / "matrices" / theme / "training").manifest
        assert {theme, "training", "scoring", f"{training.rows:,}", str(training.as_of_first), str(training.as_of_last)} <= found
        assert f"{theme}, training" in found
        assert {f"{number:,}" for number in training.left_out.values() if number} <= found
        assert set(training.not_filled) | {column for columns in training.not_filled.values() for column in columns} <= found
    assert read_report(town.settings.state / "events" / "report.json") == list(town.registers.values())


def test_the_list_of_indicators_holds_every_name_unit_and_source(printed: StringIO, town: SmallTown) -> None:
    theme = next(t for t in load_themes(town.settings).values() if t.enabled)
    commands.indicators(theme=theme.code, municipality=ZAANWIJK)
    found, text = cells(printed.getvalue()), printed.getvalue()
    for name, i in for_sources(theme.source_names).items():
        assert {name, i.unit} <= found
        assert all(word in text for word in i.definition.split())
