"""What CI runs, tried on a repository of its own with a Makefile that only writes down what was asked."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

REPO = Path(__file__).parents[1]
AUTHOR = ("-c", "user.name=a", "-c", "user.email=a@example.org")
MAKEFILE = """
asked = $(findstring --cov,$(PYTEST_ARGS))$(findstring not on_first,$(PYTEST_ARGS))$(findstring not on_last,$(PYTEST_ARGS))
setup check demo test:
\t@echo "$@ $(PYTHON) serve=$(SERVE) tests=$(asked) municipality=$$SCHOUW_MUNICIPALITY" >> {record}
\t@pwd >> {folders}
\t@echo "of $(PYTHON): $@"
\t@{does}
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

    def ran(
        fails: str = "nothing", does: str = "true", stray: str | None = None, stop_when: Callable[[], bool] | None = None, **more: str
    ) -> subprocess.CompletedProcess[str]:
        text = MAKEFILE.format(record=tmp_path / "record", folders=tmp_path / "folders", fails=fails, does=does)
        (repo / "Makefile").write_text(text, encoding="utf-8")
        for words in (("init", "-q"), ("add", "."), (*AUTHOR, "commit", "-qm", "all")):
            subprocess.run(["git", *words], cwd=repo, check=True)
        if stray:
            (repo / stray).write_text("changed", encoding="utf-8")
        ours = {
            "CI_PYTHONS": " ".join(pythons),
            "TMPDIR": str(tmp_path / "temporary"),
            "SCHOUW_TEST_POSTGRES_URL": "given",
            "SCHOUW_SPECTRAL": "given",
            **more,
        }
        environment = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ} | ours  # `make test` hands down its own variables
        process = subprocess.Popen(["bash", ".ci/run"], cwd=repo, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        while stop_when and process.poll() is None:
            if stop_when():
                process.terminate()
                break
            time.sleep(0.1)
        said, error = process.communicate(timeout=60)
        return subprocess.CompletedProcess(process.args, process.returncode, said, error)

    return ran


def asked(tmp_path: Path, python: str = "") -> list[str]:
    """What was asked, of one Python or of all; they run side by side, so only what is asked of one has an order."""
    record = tmp_path / "record"
    lines = record.read_text(encoding="utf-8").splitlines() if record.exists() else []
    return [line for line in lines if python in line]


def test_the_pythons_divide_what_one_is_enough_for_and_the_last_checks_and_runs_the_demo(run: Run, tmp_path: Path, pythons: list[str]) -> None:
    done = run(SCHOUW_MUNICIPALITY="somewhere")
    assert done.returncode == 0, done.stderr
    first, second = pythons
    assert asked(tmp_path, first) == [
        f"setup {first} serve= tests= municipality=somewhere",
        f"test {first} serve= tests=--covnot on_last municipality=somewhere",
    ]
    assert asked(tmp_path, second) == [
        f"setup {second} serve= tests= municipality=somewhere",
        f"check {second} serve= tests= municipality=somewhere",
        f"demo {second} serve=0 tests= municipality=",
        f"test {second} serve= tests=--covnot on_first municipality=somewhere",
    ]


def test_a_python_alone_shows_everything(run: Run, tmp_path: Path, pythons: list[str]) -> None:
    assert run(CI_PYTHONS=pythons[0]).returncode == 0
    assert [line.split()[0] for line in asked(tmp_path)] == ["setup", "check", "demo", "test"]
    assert "tests=--cov municipality" in asked(tmp_path)[-1]


def test_a_python_in_between_is_asked_none_of_those(run: Run, tmp_path: Path, pythons: list[str]) -> None:
    assert run(CI_PYTHONS=" ".join([*pythons, f"{pythons[1]}-more"])).returncode == 0
    (tests,) = [line for line in asked(tmp_path, f"{pythons[1]} ") if line.startswith("test")]
    assert "tests=--covnot on_firstnot on_last " in tests


def test_every_python_runs_in_a_clone_of_its_own_that_is_gone_afterwards(run: Run, tmp_path: Path) -> None:
    run()
    folders = {Path(line) for line in (tmp_path / "folders").read_text(encoding="utf-8").splitlines()}
    assert len(folders) == 2
    assert all((tmp_path / "temporary") in folder.parents for folder in folders)
    assert list((tmp_path / "temporary").iterdir()) == []


def test_the_pythons_run_side_by_side(run: Run, tmp_path: Path) -> None:
    here = tmp_path / "here"
    waits = f'for n in $$(seq 100); do test "$$(sort -u {here} | wc -l)" = 2 && exit; sleep 0.1; done; false'
    done = run(does=f"echo $(PYTHON) >> {here}; {waits}")
    assert done.returncode == 0, done.stderr


def test_what_one_python_says_is_not_mixed_with_what_another_says(run: Run, pythons: list[str]) -> None:
    said = [line for line in run().stdout.splitlines() if line.startswith("of ")]
    assert said == [f"of {pythons[0]}: {step}" for step in ("setup", "test")] + [
        f"of {pythons[1]}: {step}" for step in ("setup", "check", "demo", "test")
    ]


@pytest.mark.parametrize(("target", "number"), [("setup", 0), ("test", 0), ("setup", 1), ("check", 1), ("demo", 1), ("test", 1)])
def test_a_step_that_fails_ends_that_python_and_fails_the_run(run: Run, tmp_path: Path, pythons: list[str], target: str, number: int) -> None:
    failing, other = pythons[number], pythons[1 - number]
    done = run(fails=f"{target} {failing}")
    assert done.returncode == 1
    assert asked(tmp_path, failing)[-1].startswith(f"{target} {failing}")
    assert asked(tmp_path, other)[-1].startswith(f"test {other}")
    assert f"It does not hold on {failing}" in done.stdout
    assert "All of it holds" not in done.stdout
    assert list((tmp_path / "temporary").iterdir()) == []


def test_a_run_that_is_stopped_ends_all_that_it_started(run: Run, tmp_path: Path) -> None:
    started = tmp_path / "started"
    done = run(does=f"echo $$$$ >> {started}; sleep 100", stop_when=lambda: started.exists() and len(started.read_text().split()) == 2)
    assert done.returncode == -signal.SIGTERM
    deadline = time.monotonic() + 20
    while [pid for pid in started.read_text().split() if Path(f"/proc/{pid}").exists()]:
        assert time.monotonic() < deadline, "what a Python was doing goes on"
        time.sleep(0.1)
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
    assert len(asked(tmp_path)) == 6


@pytest.mark.parametrize("spark", ["1", "0"])
def test_without_java_the_equality_on_spark_is_left_out_only_where_that_is_said(run: Run, tmp_path: Path, spark: str) -> None:
    (tmp_path / "bin").mkdir()
    for name in ("java", "apt-get"):
        (tmp_path / "bin" / name).write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
        (tmp_path / "bin" / name).chmod(0o755)
    done = run(PATH=f"{tmp_path / 'bin'}:{os.environ['PATH']}", JAVA_HOME=str(tmp_path), SPARK=spark)
    assert done.returncode == (0 if spark == "0" else 1), done.stderr
    assert ("No Java runs here" in done.stderr, "give SPARK=0" in done.stderr) == (spark != "0", spark != "0")
    assert ("absent: java" in done.stdout) == (spark == "0")
    assert (asked(tmp_path) == []) == (spark != "0")


def test_files_that_are_not_in_git_are_named_and_stop_nothing(run: Run, tmp_path: Path) -> None:
    done = run(stray="notes.txt")
    assert done.returncode == 0, done.stderr
    assert "Some files are not in git: they are not tested." in done.stderr
