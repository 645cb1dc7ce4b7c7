"""Who builds holds the state folder until the matrices are written, clears what a killed build left, and writes to disk before it points."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

import schouw
from features import matrix, matrix_file
from features.builds import POINTER, alone, current
from features.errors import StateError
from features.ingestion import ingest
from features.matrix_file import KEPT_DAYS, folder_of, forget_before
from features.settings import Settings
from tests.features.test_tiers import VISITS
from tests.hamlet import addresses, hamlet

REPO = Path(__file__).parents[2]
DAY = date(2024, 1, 1)
KILLED = "import os, signal; from features import matrix; matrix.file_hash = lambda draft: os.kill(os.getpid(), signal.SIGKILL); "
"""A build that is killed when the rows of its scoring matrix were written and nothing points at them."""


def village(folder: Path) -> Settings:
    homes = addresses("A1", "A2", floor_area_m2="60", built_year="1980", postcode="1000AA")
    return hamlet(folder, today=DAY, addresses=homes, inspections=VISITS)


def given(settings: Settings) -> dict[str, str]:
    return {"SCHOUW_RAW": str(settings.raw), "SCHOUW_STATE": str(settings.state)}


def words(settings: Settings) -> list[str]:
    return ["build", "trial", "--municipality", str(settings.folder), "--json"]


def another(settings: Settings, *, prepared: str = "") -> subprocess.CompletedProcess[str]:
    """Build in a process of its own."""
    code = f"{prepared}import schouw; schouw.main()"
    asked = [sys.executable, "-c", code, *words(settings)]
    return subprocess.run(asked, cwd=REPO, env={**os.environ, **given(settings)}, capture_output=True, text=True, check=False)


def drafts(settings: Settings) -> list[str]:
    return [path.name for path in (settings.state / "matrices").rglob(".*")]


def test_no_other_build_starts_while_the_matrices_of_one_are_computed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings, write, met = village(tmp_path), matrix.Builder.write, []

    def wait(self: matrix.Builder, *rows: object, **more: object) -> object:
        met.append(another(settings))
        return write(self, *rows, **more)  # type: ignore[arg-type] - passed through

    monkeypatch.setattr(matrix.Builder, "write", wait)
    CliRunner().invoke(schouw.build(), words(settings), env=given(settings), catch_exceptions=False)
    assert f"process {os.getpid()} is building in" in met[0].stderr
    folder = folder_of(settings.state, "trial")
    builds = {matrix_file.read(folder / kind).manifest.build for kind in ("training", "2024-01-02")}
    assert builds == {current(settings.state).name}


def test_what_a_killed_build_was_writing_is_cleared_by_the_next(tmp_path: Path) -> None:
    settings = village(tmp_path)
    assert another(settings, prepared=KILLED).returncode == -signal.SIGKILL
    assert drafts(settings) == [".matrix.parquet.new"]
    ingest(settings)
    assert drafts(settings) == []


def test_what_a_living_build_is_writing_stays(tmp_path: Path) -> None:
    settings = village(tmp_path)
    draft = settings.state / "matrices" / "trial" / "2024-01-02" / ".matrix.parquet.new"
    with alone(settings.state):
        draft.parent.mkdir(parents=True)
        draft.write_bytes(b"half")
        with pytest.raises(StateError, match="is building in"):
            ingest(settings)
        assert draft.exists()


def test_a_build_is_on_disk_before_anything_points_at_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings, done, flushed, replace = village(tmp_path), [], os.fsync, Path.replace

    def flush(handle: int) -> None:
        done.append(("flushed", Path(f"/proc/self/fd/{handle}").readlink()))
        flushed(handle)

    def point(path: Path, target: Path) -> Path:
        done.append(("replaced", target))
        return replace(path, target)

    monkeypatch.setattr(os, "fsync", flush)
    monkeypatch.setattr(Path, "replace", point)
    ingest(settings)
    build = current(settings.state)
    turned = done.index(("replaced", settings.state / POINTER))
    before = {path for what, path in done[:turned] if what == "flushed"}
    assert {build, build.parent, *build.rglob("*")} <= before
    assert ("flushed", settings.state) in done[turned:]
    for place in (number for number, (what, path) in enumerate(done) if what == "replaced" and path.suffix == ".parquet"):
        path = done[place][1]
        assert done[place - 1] == ("flushed", path.with_name(f".{path.name}.new"))
        assert done[place + 1] == ("flushed", path.parent)


def test_scoring_matrices_of_long_ago_go_and_one_to_compare_with_stays(tmp_path: Path) -> None:
    for name in ("2022-11-01", "2022-11-26", "2022-11-27", "2022-11-28", "2024-01-02", "training", "tier-0/2020-01-01"):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / matrix_file.MANIFEST).write_text("{}")
    assert (date(2024, 1, 2) - date(2022, 11, 28)).days == KEPT_DAYS
    forget_before(tmp_path, date(2024, 1, 2))
    left = sorted(str(path.parent.relative_to(tmp_path)) for path in tmp_path.rglob(matrix_file.MANIFEST))
    assert left == ["2022-11-27", "2022-11-28", "2024-01-02", "tier-0/2020-01-01", "training"]
