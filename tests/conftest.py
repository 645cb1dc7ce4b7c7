"""What all tests share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

pytest_plugins = ["tests.no_skips"]

REPO = Path(__file__).parents[1]
ONCE = {
    "first": ("features", "test_whole_loop.py"),
    "last": ("training", "monitoring", "experiments"),
}
"""What is nearly all numbers, SQL and towns, so that it asks little of the Python, and the loop that `make demo` goes round too. Where
`.ci/run` has several Pythons, it asks each of these on one of them; the whole loop on the first and the demo on the last run every package.
What meets a caller (serving), the rules (spec), the doctests and what stands beside the packages is asked of each."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what `.ci/run` asks on one Python."""
    for item in items:
        for which, names in ONCE.items():
            if any(item.path.is_relative_to(REPO / "tests" / name) for name in names):
                item.add_marker(f"on_{which}")


@pytest.fixture(scope="session")
def shared() -> Path:
    """Folder with public data that stays outside the repo: ``SCHOUW_SHARED``, or ``shared`` beside the repo."""
    folder = Path(os.environ.get("SCHOUW_SHARED") or REPO.parent / "shared") / "data"
    if not folder.is_dir():
        pytest.skip("needs shared: set SCHOUW_SHARED to the folder that holds data/chicago and data/compas")
    return folder
