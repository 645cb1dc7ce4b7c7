"""What all tests share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

pytest_plugins = ["tests.no_skips"]

REPO = Path(__file__).parents[1]
ONCE = (
    "features/test_spark.py",
    "features/test_spark_on_a_cluster.py",
    "features/test_point_in_time.py",
    "features/test_planted_faults.py",
    "experiments/test_chicago.py",
    "experiments/test_tables_of_the_town.py",
    "experiments/test_town_deliveries.py",
    "experiments/test_two_builds.py",
)
"""Long ones that ask about engines, SQL and files: the same on every Python, so that `.ci/run` asks them on one."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what one Python is enough for."""
    once = {REPO / "tests" / name for name in ONCE}
    for item in items:
        if item.path in once:
            item.add_marker(pytest.mark.once)


@pytest.fixture(scope="session")
def shared() -> Path:
    """Folder with public data that stays outside the repo: ``SCHOUW_SHARED``, or ``shared`` beside the repo."""
    folder = Path(os.environ.get("SCHOUW_SHARED") or REPO.parent / "shared") / "data"
    if not folder.is_dir():
        pytest.skip("needs shared: set SCHOUW_SHARED to the folder that holds data/chicago and data/compas")
    return folder
