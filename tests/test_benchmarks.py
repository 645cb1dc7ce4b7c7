"""Benchmarks run as modules, and every command that names one names one that is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

REPO = Path(__file__).parents[1]
FOLDER = REPO / "experiments" / "benchmarks"
BENCHMARKS = sorted(path.stem for path in FOLDER.glob("*.py") if path.stem != "__init__")
WHERE = [REPO / "Makefile", *REPO.glob("*.md"), *(REPO / "docs").rglob("*.md"), *FOLDER.rglob("*.py"), *(REPO / "training").glob("*.py")]
NAMED = re.compile(r"experiments[./]benchmarks[./]([a-z]\w*)")
AS_SCRIPT = re.compile(r"python\S* +\"?\S*experiments/benchmarks/|python\"? \"\$\$script\"")


@pytest.mark.parametrize("path", WHERE, ids=lambda path: str(path.relative_to(REPO)))
def test_every_benchmark_that_is_named_is_there_and_none_is_run_as_a_script(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    there = {*BENCHMARKS, *(folder.name for folder in FOLDER.iterdir() if folder.is_dir())}
    assert set(NAMED.findall(text)) <= there
    assert not AS_SCRIPT.search(text), "the folder of a script comes first on its path, and hides the package of the same name"


@pytest.mark.parametrize("name", BENCHMARKS)
def test_a_benchmark_says_how_it_is_run(name: str) -> None:
    assert f"python -m experiments.benchmarks.{name}" in (FOLDER / f"{name}.py").read_text(encoding="utf-8")


def test_make_runs_every_benchmark_as_a_module() -> None:
    recipe = (REPO / "Makefile").read_text(encoding="utf-8").partition("\nbench:")[2].partition("\nclean:")[0]
    assert '-m "experiments.benchmarks.$$name"' in recipe
