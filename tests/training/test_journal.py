"""Journals of searches: kept while somebody can carry on with them, and no longer."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pandas as pd
import pytest

from features.manifest import Manifest
from tests.training.testdam import TODAY, Town, make_frame, make_matrix
from training import journal
from training.training_matrix import training_matrix

MATRICES = Path("matrices", "registration")


def name(town: Town, manifest: Manifest) -> str:
    return journal.name(make_frame(300), manifest, gap=pd.Timedelta(days=40), seed=1, rules={})


@pytest.fixture
def kept(town: Town) -> Path:
    """A journal of the matrix that is there."""
    town.keep(make_matrix(town.theme))
    folder = town.settings.state / "tuning" / "registration"
    folder.mkdir(parents=True)
    file = folder / f"{name(town, training_matrix(town.settings, town.theme).manifest)}.jsonl"
    file.write_text("{}", encoding="utf-8")
    written(file, TODAY)
    return file


def written(file: Path, day: date) -> None:
    moment = datetime.combine(day, time(12), tzinfo=UTC).timestamp()
    os.utime(file, (moment, moment))


def clear(town: Town, today: date = TODAY) -> list[str]:
    folder = town.settings.state / "tuning" / "registration"
    journal.clear(folder, town.settings.state / MATRICES, today=today)
    return sorted(path.name for path in folder.glob("*.jsonl*"))


def test_a_journal_of_the_matrix_that_is_there_stays(town: Town, kept: Path) -> None:
    assert clear(town) == [kept.name]


def test_a_journal_goes_with_its_matrix(town: Town, kept: Path) -> None:
    town.keep(make_matrix(town.theme, make_frame(seed=2)))
    (kept.parent / "of-before-names-had-a-matrix.jsonl").write_text("{}", encoding="utf-8")
    assert clear(town) == []


def test_a_journal_of_a_matrix_of_another_tier_stays(town: Town, kept: Path) -> None:
    matrix = make_matrix(town.theme)
    town.keep(make_matrix(town.theme, make_frame(seed=2)))
    matrix.write(town.settings.state / MATRICES / "tier-0" / "training")
    (town.settings.state / MATRICES / "training" / "manifest.json").write_text("not json", encoding="utf-8")
    assert clear(town) == [kept.name]


def test_a_journal_that_nobody_wrote_to_for_as_long_as_matrices_are_kept_goes(town: Town, kept: Path) -> None:
    assert clear(town, TODAY + timedelta(days=400)) == [kept.name]
    assert clear(town, TODAY + timedelta(days=401)) == []


def test_nothing_is_cleared_while_someone_is_searching_and_nothing_is_made_where_nobody_did(town: Town, kept: Path) -> None:
    town.keep(make_matrix(town.theme, make_frame(seed=2)))
    with journal.held(kept.parent):
        assert clear(town) == [kept.name]
    journal.clear(town.settings.state / "tuning" / "other", town.settings.state / MATRICES, today=TODAY)
    assert not (town.settings.state / "tuning" / "other").exists()
