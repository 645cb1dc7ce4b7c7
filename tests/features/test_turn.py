"""One process at a time: who comes second is refused or waits, and is told for whom."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

from features import turn
from features.disk import unwritable
from features.errors import StateError, TakenError

HOLDING = """
import sys
from contextlib import ExitStack
from pathlib import Path
from features import turn
with turn.refusing(Path(sys.argv[1]), doing="d", expected="e", remedy="r"):
    print("held", flush=True)
    sys.stdin.read()
"""


def refusing(lock: Path) -> None:
    with turn.refusing(lock, doing="counting", expected="one at a time", remedy="wait, and count again"):
        pass


def test_a_refusal_names_the_process_that_has_the_turn_and_a_killed_one_has_none(tmp_path: Path) -> None:
    lock = tmp_path / "new" / "count.lock"
    with subprocess.Popen([sys.executable, "-c", HOLDING, str(lock)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(TakenError, match=rf"^process {other.pid} is counting\. Expected: one at a time\. Do: wait, and count again\.$"):
            refusing(lock)
        other.kill()
    refusing(lock)
    assert lock.read_text(encoding="utf-8") == str(os.getpid())


def test_who_need_not_wait_is_told_nothing(tmp_path: Path) -> None:
    said: list[str] = []
    for _ in range(2):
        with turn.waiting(tmp_path / "count.lock", doing="counting", say=said.append):
            pass
    assert said == []


def test_a_full_disk_holds_the_turn_without_a_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lock = tmp_path / "count.lock"
    with ExitStack() as held:
        with monkeypatch.context() as full:
            full.setattr(os, "getpid", _refuse)
            held.enter_context(turn.refusing(lock, doing="counting", expected="one at a time", remedy="wait"))
        with pytest.raises(TakenError, match="process unknown is counting"):
            refusing(lock)


def _refuse() -> int:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.parametrize(
    ("number", "remedy"),
    [
        (errno.ENOSPC, "free space"),
        (errno.EACCES, "let this account write there"),
        (errno.EROFS, "let this account write there"),
        (errno.ENOTDIR, "move away what is in its place"),
    ],
)
def test_what_cannot_be_written_says_what_to_do_about_it(tmp_path: Path, number: int, remedy: str) -> None:
    said = str(unwritable(tmp_path, OSError(number, os.strerror(number))))
    assert (
        said == f"{tmp_path} could not be written: {os.strerror(number)}. Expected: a writable disk with room. Do: {remedy} and repeat the command."
    )


def test_a_file_in_the_way_of_the_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("", encoding="utf-8")
    with pytest.raises(StateError, match=r"state could not be written: .*move away what is in its place"):
        refusing(tmp_path / "state" / "count.lock")
