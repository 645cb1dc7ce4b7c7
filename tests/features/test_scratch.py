"""What does not fit in memory lies in a folder of its holder, and is gone with it; what a killed process left is cleared."""

from __future__ import annotations

import gc
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path
from threading import Event, Thread

import pandas as pd
import pytest

from features import matrix
from features.engine import connect, query
from features.errors import StateError
from features.ingestion import ingest
from features.scratch import FOLDER, TURN, hold
from features.settings import Engine, Settings
from features.store import open_store
from features.themes import load_theme
from tests.hamlet import addresses, hamlet

TIGHT = Engine(memory_limit="50MB", threads=1)
REPORTS = 100_000
"""As a table of text they take more than the limit; four times as many no longer go through in pieces."""
ROWS = 400_000
SORTED = f"SELECT md5(i::VARCHAR) AS a, md5((i + 1)::VARCHAR) AS b FROM range({ROWS}) t(i) ORDER BY a"
"""Some 25 MB of text that must be sorted: more than the limit leaves room for."""


@pytest.fixture(autouse=True)
def working_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Start from a folder of its own, in which nothing may be found afterwards."""
    folder = tmp_path / "working"
    folder.mkdir()
    monkeypatch.chdir(folder)
    yield folder
    assert list(folder.rglob("*")) == []


@contextmanager
def watched(*places: Path) -> Iterator[set[Path]]:
    """Give the files of the engine that appear in folders while something runs."""
    seen: set[Path] = set()
    done = Event()

    def look() -> None:
        while not done.wait(0.002):
            with suppress(FileNotFoundError):  # a folder that goes while it is being looked through
                seen.update(p for place in places if place.exists() for p in place.rglob("*") if "duckdb_temp" in p.name)

    watcher = Thread(target=look)
    watcher.start()
    try:
        yield seen
    finally:
        done.set()
        watcher.join()


def left(state: Path) -> list[str]:
    return [p.name for p in (state / FOLDER).iterdir() if p.name != TURN]


def crowded(tmp_path: Path) -> Settings:
    """A hamlet of which the reports do not fit in the memory of its engine."""
    ids = [f"R{n:06}" for n in range(REPORTS)]
    reports = pd.DataFrame({"record_id": ids, "address_id": "A1", "happened_on": "2023-11-30", "known_on": "2023-11-30"})
    settings = hamlet(tmp_path, addresses=addresses("A1"), reports=reports.assign(channel="app", category="housing"))
    return settings.model_copy(update={"engine": TIGHT})


def test_a_build_that_does_not_fit_in_memory_spills_into_its_own_scratch_folder(tmp_path: Path, working_folder: Path) -> None:
    settings = crowded(tmp_path)
    with watched(settings.state, working_folder) as seen:
        assert REPORTS in [r.accepted for r in ingest(settings)]
    assert seen
    assert {p.relative_to(settings.state).parts[0] for p in seen} == {FOLDER}
    assert left(settings.state) == []


def test_a_build_that_does_not_go_in_pieces_either_says_what_it_lacks(tmp_path: Path) -> None:
    settings = crowded(tmp_path).model_copy(update={"engine": Engine(memory_limit="20MB", threads=1)})
    with pytest.raises(StateError, match="the engine stopped: OutOfMemoryException") as raised:
        ingest(settings)
    assert "raise [engine] memory_limit" in str(raised.value)
    assert left(settings.state) == []
    assert not (settings.state / "events").exists()


def test_a_store_spills_under_the_state_folder_until_it_is_gone(tmp_path: Path, working_folder: Path) -> None:
    settings = hamlet(tmp_path, addresses=addresses("A1")).model_copy(update={"engine": TIGHT})
    ingest(settings)
    store = open_store(settings)
    with watched(settings.state, working_folder) as seen:
        assert len(query(store.connection, SORTED)) == ROWS
    assert {p.relative_to(settings.state).parts[0] for p in seen} == {FOLDER}
    assert len(left(settings.state)) == 1
    del store
    gc.collect()
    assert left(settings.state) == []


def test_what_a_killed_process_left_is_cleared_and_what_another_uses_is_not(tmp_path: Path) -> None:
    program = "import sys, pathlib; from features.scratch import hold; h = hold(pathlib.Path(sys.argv[1])); (h.folder / 'raw').write_text('people')"
    command = [sys.executable, "-c", f"{program}; print(h.folder, flush=True); sys.stdin.read()", str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout
        theirs = Path(other.stdout.readline().strip())
        ours = hold(tmp_path)
        assert (theirs / "raw").exists(), "it is still in use"
        ours.release()
        other.kill()
    assert (theirs / "raw").exists(), "a killed process clears nothing"
    again = hold(tmp_path)
    assert left(tmp_path) == [again.folder.parent.name]
    again.release()
    assert left(tmp_path) == []


def test_who_cannot_write_the_state_folder_works_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    (tmp_path / "taken").write_text("a file", encoding="utf-8")
    held = hold(tmp_path / "taken")
    assert held.folder.parents[1] == tmp_path
    held.release()
    assert [p.name for p in tmp_path.iterdir() if p.name.startswith("schouw-")] == []


def test_two_connections_do_not_share_a_folder(tmp_path: Path) -> None:
    settings = hamlet(tmp_path, addresses=addresses("A1"))
    ingest(settings)
    stores = [open_store(settings) for _ in range(2)]
    asked = "SELECT current_setting('temp_directory') AS place"
    assert len({query(store.connection, asked)["place"].iloc[0] for store in stores}) == 2


def test_a_connection_spills_where_it_is_told(tmp_path: Path) -> None:
    with connect(TIGHT, scratch=tmp_path) as connection, watched(tmp_path) as seen:
        assert len(query(connection, SORTED)) == ROWS
    assert {p.parent for p in seen} == {tmp_path / "spill"}


def test_a_build_that_spills_gives_the_same_values_as_one_with_room(tmp_path: Path) -> None:
    crowd = crowded(tmp_path)
    days = [date(2023, 10, 1), date(2023, 12, 1), date(2024, 1, 1)]
    rows = pd.DataFrame([("A1", day) for day in days], columns=["address_id", "as_of"])
    built = []
    for engine in (TIGHT, Engine(memory_limit="2GB", threads=2)):
        settings = crowd.model_copy(update={"engine": engine, "state": tmp_path / engine.memory_limit})
        with watched(settings.state) as seen:
            hashes = [report.content_hash for report in ingest(settings)]
            store = open_store(settings)
            values = matrix.Builder(store, load_theme(settings, "trial")).rows(rows)
        assert values["reports_1y"].tolist() == [0, REPORTS, REPORTS]
        built.append((hashes, matrix.content_hash(values), bool(seen)))
    (tight, roomy) = built
    assert (tight[2], roomy[2]) == (True, False)
    assert tight[:2] == roomy[:2]
