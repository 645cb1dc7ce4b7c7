"""What 'schouw build' says of what came in: deliveries by register, rows set aside, and which sources are stale, on a terminal of 80 columns."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

import schouw
from features.ingestion import ingest
from features.settings import Settings
from features.tables import received_tables
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
    assert cells(said, "reports") == ["reports", "2024-06-01", "30", "14"]
    assert "no source is stale" not in said
    assert max(map(len, said.splitlines())) <= 80


def test_what_came_in_is_said_before_a_stale_source_stops_the_theme(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done = built(place(tmp_path, required=("reports",)), monkeypatch, date(2024, 6, 30))
    assert done.exit_code != 0
    assert cells(done.stdout, "reports") == ["reports", "2024-06-01", "30", "14"]


def test_a_stale_list_that_no_indicator_reads_is_said_to_count_still(tmp_path: Path) -> None:
    reports = ingest(place(tmp_path), today=date(2024, 6, 30))
    silent = next(r for r in reports if r.source == "reports")
    _, stale = received_tables([silent, silent.model_copy(update={"source": "protected_places"})])
    assert str(stale.caption).endswith("read by no indicator, and counts as it was last told: protected_places")


def test_a_source_at_its_limit_is_not_stale_and_shows_the_days_that_the_rule_counts(tmp_path: Path) -> None:
    settings = place(tmp_path)
    for limit, stale in ((30, False), (29, True)):
        limited = settings.model_copy(update={"max_age_days": {**settings.max_age_days, "reports": limit}})
        found = next(r for r in ingest(limited, today=date(2024, 6, 30), keep=False) if r.source == "reports")
        assert (found.age_days, found.max_age_days, found.stale) == (30, limit, stale)
