"""A build counts whole or not at all, whoever is killed, reads or builds meanwhile (DESIGN rules 1 and 11)."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pandas as pd
import pytest

from features.builds import BUILDS, alone
from features.errors import StateError
from features.ingestion import ingest
from features.report import REPORT
from features.settings import Settings
from features.store import Store, open_store
from tests.hamlet import addresses, hamlet, table


def about(folder: Path, home: str) -> Settings:
    """Give a hamlet of one home with one report about it."""
    reports = table(f"""
        record_id | address_id | happened_on | known_on   | channel | category
        r1        | {home}     | 2023-12-01  | 2023-12-02 | app     | housing
    """)
    return hamlet(folder, addresses=addresses(home), reports=reports)


def homes(store: Store) -> list[list[str]]:
    return [store.run(store.events(source))["address_id"].tolist() for source in ("addresses", "reports")]


def killed_when_put_in_place(settings: Settings, number: int) -> int:
    """Build in a process of its own that is killed at the nth file that it puts in place; give how it ended."""
    child = os.fork()
    if child == 0:
        real, seen = Path.replace, [0]

        def replace(path: Path, target: Path) -> Path:
            seen[0] += path.suffix != ".parquet" or not path.name.startswith(".")
            if seen[0] == number:
                os.kill(os.getpid(), signal.SIGKILL)
            return real(path, target)

        Path.replace = replace  # type: ignore[method-assign, assignment] - in the child alone
        try:
            ingest(settings, anew=True)
        finally:
            os._exit(0)
    return os.waitpid(child, 0)[1]


@pytest.mark.parametrize("number", range(1, 7))
def test_a_build_that_is_killed_leaves_one_whole_build(tmp_path: Path, number: int) -> None:
    ingest(about(tmp_path, "A1"))
    settings = about(tmp_path, "A2")
    ended = killed_when_put_in_place(settings, number)
    assert homes(open_store(settings)) == ([["A1"], ["A1"]] if ended == signal.SIGKILL else [["A2"], ["A2"]])
    ingest(settings, anew=True)
    assert homes(open_store(settings)) == [["A2"], ["A2"]]
    assert len(list((settings.state / BUILDS).iterdir())) == 2, "this build and the one before it"


def test_a_second_build_is_told_who_is_building(tmp_path: Path) -> None:
    settings = about(tmp_path, "A1")
    with alone(settings.state), pytest.raises(StateError, match=f"process {os.getpid()} is building in"):
        ingest(settings)
    assert {report.source for report in ingest(settings)} == {"addresses", "inspections", "reports"}


def test_an_open_store_sees_a_new_build_whole(tmp_path: Path) -> None:
    ingest(about(tmp_path, "A1"))
    store = open_store(about(tmp_path, "A2"))
    assert homes(store) == [["A1"], ["A1"]]
    ingest(store.settings, anew=True)
    assert homes(store) == [["A2"], ["A2"]]
    assert store.look_up("SELECT address_id FROM events_reports")["address_id"].tolist() == ["A2"]


def test_a_folder_of_events_from_before_is_replaced(tmp_path: Path) -> None:
    settings = about(tmp_path, "A1")
    ingest(settings)
    built = (settings.state / "events").resolve()
    (settings.state / "events").unlink()
    built.rename(settings.state / "events")
    assert homes(open_store(settings)) == [["A1"], ["A1"]]
    ingest(about(tmp_path, "A2"), anew=True)
    assert homes(open_store(settings)) == [["A2"], ["A2"]]


@pytest.mark.parametrize("name", ["reports.parquet", REPORT])
@pytest.mark.parametrize("left", [None, 20])
def test_half_a_build_is_not_opened(tmp_path: Path, name: str, left: int | None) -> None:
    settings = about(tmp_path, "A1")
    ingest(settings)
    file = settings.state / "events" / name
    content = file.read_bytes()
    file.unlink()
    if left:
        file.write_bytes(content[:left])
    with pytest.raises(StateError, match="build"):
        open_store(settings)


def test_a_state_folder_that_is_a_file_is_named(tmp_path: Path) -> None:
    settings = about(tmp_path, "A1")
    settings.state.write_text("")
    with pytest.raises(StateError, match="could not be written"):
        ingest(settings)


def test_a_build_that_stops_leaves_no_folder(tmp_path: Path) -> None:
    settings = about(tmp_path, "A1")
    ingest(settings)
    pd.DataFrame({"x": ["1"]}).to_parquet(tmp_path / "raw" / "reports.parquet")
    with pytest.raises(Exception, match=r"reports\.sql"):
        ingest(settings)
    assert len(list((settings.state / BUILDS).iterdir())) == 1
