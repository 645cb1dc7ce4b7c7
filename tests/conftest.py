"""What all tests share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

pytest_plugins = ["tests.no_skips"]

REPO = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def shared() -> Path:
    """Folder with public data that stays outside the repo: ``SCHOUW_SHARED``, or ``shared`` beside the repo."""
    folder = Path(os.environ.get("SCHOUW_SHARED") or REPO.parent / "shared") / "data"
    if not folder.is_dir():
        pytest.skip("needs shared: set SCHOUW_SHARED to the folder that holds data/chicago and data/compas")
    return folder
