"""What 'schouw build' says of what came in: deliveries by register, rows set aside, and which sources are stale, on a terminal of 80 columns."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

import schouw
from features.settings import Settings
from tests.features.test_deliveries import DECEMBER, FIRST, SECOND, put, village
from tests.features.test_freshness import place


def built(settings: Settings, monkeypatch: pytest.MonkeyPatch, today: date) -> Result:
    monkeypatch.setattr("features.commands.console.width", 80, raising=False)
    monkeypatch.setattr("features.commands.today", lambda _: today)
    given = {"SCHOUW_RAW": str(settings.raw), "SCHOUW_STATE": str(settings.state)}
    return CliRunner().invoke(schouw.build(), ["build", "trial", "--municipality", str(settings.folder)], env=given)


def cells(said: str, head: str) -> list[str]:
    """Give the cells of the row that begins so; borders are no cells."""
    line = next(line for line in said.splitlines() if line.strip("│ ").startswith(head))
    return [cell.strip() for cell in line.strip("│").split("│")]


def test_a_build_says_how_many_deliveries_came_in_and_how_many_rows_were_set_aside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = village(tmp_path)
    assert cells(built(settings, monkeypatch, FIRST).stdout, "reports") == ["reports", "1", "3", "1"]
    put(tmp_path, "reports_20231231.parquet", DECEMBER)
    said = built(settings, monkeypatch, SECOND).stdout
    assert cells(said, "reports") == ["reports", "1", "3", "0"]
    assert cells(said, "read whole") == ["read whole: 2 registers", "", "4", "0"]
    assert "no source is stale" in said
    said = built(settings, monkeypatch, SECOND).stdout
    assert cells(said, "nothing new") == ["nothing new: 1 register", "0", "0", "0"]


def test_a_build_names_each_stale_source_with_its_last_delivery_and_its_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = built(place(tmp_path), monkeypatch, date(2024, 6, 30)).stdout
    assert cells(said, "reports") == ["reports", "2024-06-01", "29", "14"]
    assert "no source is stale" not in said
    assert max(map(len, said.splitlines())) <= 80


def test_what_came_in_is_said_before_a_stale_source_stops_the_theme(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done = built(place(tmp_path, required=("reports",)), monkeypatch, date(2024, 6, 30))
    assert done.exit_code != 0
    assert cells(done.stdout, "reports") == ["reports", "2024-06-01", "29", "14"]
