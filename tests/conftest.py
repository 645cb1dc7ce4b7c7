"""What all tests share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

pytest_plugins = ["tests.no_skips"]

REPO = Path(__file__).parents[1]
ONCE = (
    "experiments",
    "features/test_spark.py",
    "features/test_spark_on_a_cluster.py",
    "features/test_point_in_time.py",
    "features/test_planted_faults.py",
    "test_whole_loop.py",
    "training/test_ctrl_c.py",
)
"""Long ones that ask about towns, engines and SQL, the same on every Python, and the loop that `make demo` goes round too: one is enough."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what `.ci/run` asks on one Python."""
    for item in items:
        if any(item.path.is_relative_to(REPO / "tests" / name) for name in ONCE):
            item.add_marker(pytest.mark.once)


@pytest.fixture(scope="session")
def shared() -> Path:
    """Folder with public data that stays outside the repo: ``SCHOUW_SHARED``, or ``shared`` beside the repo."""
    folder = Path(os.environ.get("SCHOUW_SHARED") or REPO.parent / "shared") / "data"
    if not folder.is_dir():
        pytest.skip("needs shared: set SCHOUW_SHARED to the folder that holds data/chicago and data/compas")
    return folder
