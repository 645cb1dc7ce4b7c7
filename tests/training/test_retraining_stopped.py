"""What a retraining that was stopped leaves: a list of addresses goes in time, whatever stands beside it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from features.engine import DRAFT
from tests.training.testdam import TODAY
from training import retraining


@pytest.mark.parametrize("broken", [None, "{}"])
def test_a_list_of_a_retraining_that_was_stopped_is_forgotten_too(tmp_path: Path, broken: str | None) -> None:
    folder = tmp_path / f"{TODAY}-0a1b2c3d"
    folder.mkdir()
    lists = [folder / "changed-list.csv", folder / f".changed-list.csv{DRAFT}"]
    for file in lists:
        file.write_text("address_id")
    if broken is not None:
        (folder / "comparison.json").write_text(broken)
    retraining._forget(tmp_path, today=TODAY + timedelta(days=400))
    assert all(file.exists() for file in lists)
    retraining._forget(tmp_path, today=TODAY + timedelta(days=401))
    assert not any(file.exists() for file in lists)
