"""The units of deploy/: what they start exists, with those options, and is given the time that it takes."""

from __future__ import annotations

import shlex
from configparser import RawConfigParser
from pathlib import Path

import pytest
import typer

import schouw
from serving.process import STOP_S

DEPLOY = Path(__file__).parents[1] / "deploy"
SERVICES = sorted(DEPLOY.glob("*.service"))


def unit(path: Path) -> RawConfigParser:
    parser = RawConfigParser(strict=True)
    parser.optionxform = str  # type: ignore[assignment,method-assign] # systemd's keys keep their capitals
    parser.read_string(path.read_text(encoding="utf-8"))
    return parser


@pytest.mark.parametrize("path", SERVICES, ids=lambda p: p.name)
def test_what_a_unit_starts_is_a_command_with_these_options(path: Path) -> None:
    program, command, *given = shlex.split(unit(path)["Service"]["ExecStart"])
    assert program.endswith("/.venv/bin/schouw")
    found = typer.main.get_command(schouw.build()).commands[command]  # type: ignore[attr-defined] # a group, as it has commands
    found.make_context(command, given, resilient_parsing=False)


@pytest.mark.parametrize("path", SERVICES, ids=lambda p: p.name)
def test_no_unit_runs_as_root_or_lets_others_read_its_state(path: Path) -> None:
    service = unit(path)["Service"]
    assert service["User"] == "schouw"
    assert (service["UMask"], service["StateDirectoryMode"], service["NoNewPrivileges"]) == ("0077", "0700", "yes")


def test_the_service_has_the_time_that_a_stop_takes() -> None:
    service = unit(DEPLOY / "schouw.service")["Service"]
    assert int(service["TimeoutStopSec"]) > STOP_S
    assert (service["KillSignal"], service["KillMode"]) == ("SIGTERM", "mixed")


def test_the_timer_starts_the_night() -> None:
    assert (DEPLOY / unit(DEPLOY / "schouw-nightly.timer")["Timer"]["Unit"]).exists()
