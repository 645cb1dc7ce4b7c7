"""The night: its stages in order, each once a day, one night at a time, and an exit code that says where it stopped."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from typer.testing import CliRunner

from features import turn
from features.errors import SourceError, StateError, TakenError
from monitoring import nightly
from monitoring.commands import app
from tests import hamlet

TODAY = date(2024, 1, 1)


@pytest.fixture
def settings(tmp_path):
    """Give a municipality with two themes, of which one has a champion, and an earlier build."""
    made = hamlet.hamlet(tmp_path / "hamlet", today=TODAY, addresses=hamlet.addresses("A1"))
    trial = (made.folder / "themes" / "trial.toml").read_text()
    (made.folder / "themes" / "other.toml").write_text(trial.replace('code = "trial"', 'code = "other"', 1))
    (made.state / "releases" / "trial").mkdir(parents=True)
    (made.state / "releases" / "trial" / nightly.CHAMPION).write_text("x")
    (made.state / "builds" / "b").mkdir(parents=True)
    (made.state / "events").symlink_to(made.state / "builds" / "b")
    return made


@pytest.fixture
def acts(monkeypatch: pytest.MonkeyPatch) -> tuple[list[str], dict[str, Exception]]:
    """Let each stage only say that it was done, or raise what stands ready for it: what they do has tests of its own."""
    done: list[str] = []
    ready: dict[str, Exception] = {}

    def of(name: str) -> Callable[..., None]:
        def act(*given: Any, **_: Any) -> None:
            said = f"{name} {given[1]}" if name in ("score", "monitor") else name
            done.append(said)
            if said in ready:
                raise ready[said]

        return act

    for name, stage in (("_check", "check"), ("_build", "build"), ("score_all", "score"), ("monitor", "monitor")):
        monkeypatch.setattr(nightly, name, of(stage))
    return done, ready


def night(settings, **options: Any) -> nightly.Night:
    return nightly.run(settings, **{"today": TODAY, "say": lambda _said: None, **options})


def test_a_night_does_all_in_order_and_once_a_day(settings, acts):
    done, _ = acts
    assert night(settings).exit_code == 0
    whole = ["check", "build", "score trial", "monitor other", "monitor trial"]
    assert done == whole
    assert night(settings).done == whole
    assert done == whole
    night(settings, anew=True)
    night(settings, today=TODAY + timedelta(days=1))
    assert done == whole * 3


@pytest.mark.parametrize(("fails", "code", "left_out"), [("check", 21, 4), ("build", 22, 3), ("score trial", 23, 0), ("monitor other", 24, 0)])
def test_what_failed_is_tried_again_and_what_was_done_is_not(settings, acts, fails, code, left_out):
    done, ready = acts
    ready[fails] = SourceError("register 'reports' is missing", expected="a file", remedy="deliver it")
    first = night(settings)
    assert first.exit_code == code
    assert "register 'reports' is missing" in first.failed[fails.split()[0]][0]
    assert len(done) == 5 - left_out
    ready.clear()
    before = len(done)
    assert night(settings).exit_code == 0
    assert done[before] == fails
    assert len(done) - before == left_out + 1


def test_what_is_no_error_of_ours_is_not_swallowed(settings, acts):
    acts[1]["build"] = KeyError("x")
    with pytest.raises(KeyError):
        night(settings)


def test_one_night_at_a_time(settings, acts):
    with turn.refusing(settings.state / nightly.LOCK, doing="d", expected="e", remedy="r"), pytest.raises(TakenError, match="at work on the night"):
        night(settings)
    assert acts[0] == []


def test_a_record_that_cannot_be_read_or_a_build_that_is_gone_begins_anew(settings, acts):
    night(settings)
    (settings.state / nightly.RECORD).write_text("{")
    night(settings)
    (settings.state / "events").unlink()
    night(settings)
    assert acts[0].count("build") == 3


def test_the_command_says_what_it_does_and_ends_with_the_code_of_the_stage(settings, acts, monkeypatch):
    monkeypatch.setenv("SCHOUW_STATE", str(settings.state))
    acts[1]["score trial"] = StateError("no room", expected="room", remedy="make room")
    said = CliRunner().invoke(app, ["nightly", "--municipality", str(settings.folder)])
    assert said.exit_code == 23
    assert "score trial failed: no room" in said.stdout
    told = CliRunner().invoke(app, ["nightly", "--json", "--municipality", str(settings.folder)])
    assert told.exit_code == 23
    assert json.loads(told.stdout)["done"] == ["check", "build", "monitor other", "monitor trial"]
