"""What CI runs, tried on a repository of its own with a Makefile that only writes down what was asked."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

REPO = Path(__file__).parents[1]
AUTHOR = ("-c", "user.name=a", "-c", "user.email=a@example.org")
MAKEFILE = """
setup check demo test:
\t@echo "$@ $(PYTHON) serve=$(SERVE) coverage=$(findstring --cov,$(PYTEST_ARGS)) municipality=$$SCHOUW_MUNICIPALITY" >> {record}
\t@pwd >> {folders}
\t@test "$@ $(PYTHON)" != "{fails}"
"""
Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def pythons(tmp_path: Path) -> list[str]:
    """Two Pythons that are no more than a name."""
    return [str(tmp_path / name) for name in ("first", "second")]


@pytest.fixture
def run(tmp_path: Path, pythons: list[str]) -> Run:
    """Make a clean repository with our .ci/run, and give a function that runs it there."""
    repo = tmp_path / "repo"
    (repo / ".ci").mkdir(parents=True)
    (tmp_path / "temporary").mkdir()
    shutil.copy(REPO / ".ci" / "run", repo / ".ci" / "run")

    def ran(fails: str = "nothing", stray: str | None = None, **more: str) -> subprocess.CompletedProcess[str]:
        text = MAKEFILE.format(record=tmp_path / "record", folders=tmp_path / "folders", fails=fails)
        (repo / "Makefile").write_text(text, encoding="utf-8")
        for words in (("init", "-q"), ("add", "."), (*AUTHOR, "commit", "-qm", "all")):
            subprocess.run(["git", *words], cwd=repo, check=True)
        if stray:
            (repo / stray).write_text("changed", encoding="utf-8")
        ours = {"CI_PYTHONS": " ".join(pythons), "TMPDIR": str(tmp_path / "temporary"), "SCHOUW_TEST_POSTGRES_URL": "given", **more}
        environment = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ} | ours  # `make test` hands down its own variables
        return subprocess.run(["bash", ".ci/run"], cwd=repo, env=environment, capture_output=True, text=True, timeout=60, check=False)

    return ran


def asked(tmp_path: Path) -> list[str]:
    record = tmp_path / "record"
    return record.read_text(encoding="utf-8").splitlines() if record.exists() else []


def test_every_python_runs_the_demo_and_all_tests_and_the_first_one_checks(run: Run, tmp_path: Path, pythons: list[str]) -> None:
    done = run(SCHOUW_MUNICIPALITY="somewhere")
    assert done.returncode == 0, done.stderr
    first, second = pythons
    assert asked(tmp_path) == [
        f"setup {first} serve= coverage= municipality=somewhere",
        f"check {first} serve= coverage= municipality=somewhere",
        f"demo {first} serve=0 coverage= municipality=",
        f"test {first} serve= coverage=--cov municipality=somewhere",
        f"setup {second} serve= coverage= municipality=somewhere",
        f"demo {second} serve=0 coverage= municipality=",
        f"test {second} serve= coverage= municipality=somewhere",
    ]


def test_all_of_it_runs_in_a_clone_that_is_gone_afterwards(run: Run, tmp_path: Path) -> None:
    run()
    folders = {Path(line) for line in (tmp_path / "folders").read_text(encoding="utf-8").splitlines()}
    assert len(folders) == 1
    assert (tmp_path / "temporary") in folders.pop().parents
    assert list((tmp_path / "temporary").iterdir()) == []


@pytest.mark.parametrize("target", ["setup", "check", "demo", "test"])
def test_a_step_that_fails_ends_the_run(run: Run, tmp_path: Path, pythons: list[str], target: str) -> None:
    done = run(fails=f"{target} {pythons[0]}")
    assert done.returncode != 0
    assert asked(tmp_path)[-1].startswith(f"{target} {pythons[0]}")
    assert list((tmp_path / "temporary").iterdir()) == []


def test_changes_that_are_not_committed_are_not_passed_over(run: Run, tmp_path: Path) -> None:
    done = run(stray="Makefile")
    assert done.returncode == 1
    assert "1 uncommitted changes are not tested" in done.stderr
    assert asked(tmp_path) == []


def test_who_knows_that_may_test_what_is_committed(run: Run, tmp_path: Path) -> None:
    done = run(stray="Makefile", CI_DIRTY="1")
    assert done.returncode == 0, done.stderr
    assert "1 uncommitted changes are not tested" in done.stderr
    assert len(asked(tmp_path)) == 7


def test_files_that_are_not_in_git_are_named_and_stop_nothing(run: Run, tmp_path: Path) -> None:
    done = run(stray="notes.txt")
    assert done.returncode == 0, done.stderr
    assert "Some files are not in git: they are not tested." in done.stderr
