"""Journals of searches: kept while somebody can carry on with them, and no longer."""

from __future__ import annotations

import errno
import os
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import NoReturn

import pandas as pd
import pytest

from features.errors import StateError, TrainingError
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


def test_a_matrix_that_may_not_be_read_leaves_every_journal_and_is_said(town: Town, kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    manifest, read = town.settings.state / MATRICES / "training" / "manifest.json", Path.read_bytes
    monkeypatch.setattr(Path, "read_bytes", lambda path: denied(path) if path == manifest else read(path))
    with pytest.raises(StateError, match=r"the matrix in .*training cannot be read: Permission denied.*let this account read them"):
        clear(town)
    assert kept.exists()
    with pytest.raises(TrainingError, match=r"Permission denied.*let this account read them, and repeat the command"):
        training_matrix(town.settings, town.theme)


def test_a_folder_that_may_not_be_looked_into_leaves_every_journal_and_is_said(town: Town, kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, scan = str(town.settings.state / MATRICES / "training"), os.scandir
    monkeypatch.setattr(os, "scandir", lambda path: denied(path) if str(path) == folder else scan(path))
    with pytest.raises(StateError, match=r"training cannot be read: Permission denied.*let this account read it"):
        clear(town)
    assert kept.exists()


def test_a_folder_of_journals_that_may_not_be_written_is_said(town: Town, kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    town.keep(make_matrix(town.theme, make_frame(seed=2)))
    opened = Path.open
    monkeypatch.setattr(Path, "open", lambda path, *how, **more: denied(path) if path.name == journal.LOCK else opened(path, *how, **more))
    with pytest.raises(StateError, match=r"search\.lock could not be written: Permission denied.*let this account write there"):
        clear(town)
    assert kept.exists()


def denied(path: object) -> NoReturn:
    raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
