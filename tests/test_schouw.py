"""The command line: cheap to import, one exit code per kind of error, the same options everywhere."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.main import get_command

import schouw
from features import errors

REPO = Path(__file__).parents[1]
HEAVY = {
    "pandas",
    "numpy",
    "pyarrow",
    "duckdb",
    "ibis",
    "lightgbm",
    "sklearn",
    "scipy",
    "shap",
    "matplotlib",
    "mlflow",
    "bentoml",
    "evidently",
    "fairlearn",
    "fastapi",
    "sqlalchemy",
    "alembic",
}
PROMISED = {
    "town",
    "pseudonymise",
    "check",
    "build",
    "indicators",
    "train",
    "retrain",
    "models",
    "promote",
    "rollback",
    "releases",
    "card",
    "shadow",
    "plan",
    "worklist",
    "serve",
    "openapi",
    "score",
    "record-outcome",
    "record-signal",
    "log",
    "ingest-mail",
    "mail-reports",
    "mail-report",
    "monitor",
    "study",
    "demo",
}
WITHOUT_JSON = {"serve", "openapi", "demo", "log export"}
"""Two that run until they are stopped, and two that give JSON anyway."""

KINDS = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.SchouwError)]


def leaves(command: Any, path: str = "") -> dict[str, Any]:
    """Every command that does something, by its full name."""
    if not hasattr(command, "commands"):
        return {path: command}
    return {found: leaf for name, part in command.commands.items() for found, leaf in leaves(part, f"{path} {name}".strip()).items()}


def app_that(raises: BaseException) -> typer.Typer:
    app = typer.Typer()

    @app.command()
    def fail() -> None:
        raise raises

    return app


def run(monkeypatch: pytest.MonkeyPatch, raises: BaseException) -> int:
    monkeypatch.setattr(schouw, "build", lambda: app_that(raises))
    with pytest.raises(SystemExit) as leaving:
        schouw.main([])
    assert isinstance(leaving.value.code, int)
    return leaving.value.code


@pytest.mark.parametrize("kind", KINDS, ids=lambda k: k.__name__)
def test_each_kind_of_error_leaves_with_its_own_code_and_its_text(
    kind: type[errors.SchouwError], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, kind("found this", expected="that", remedy="do so")) == kind.exit_code
    printed = capsys.readouterr()
    assert printed.err == "schouw: found this. Expected: that. Do: do so.\n"
    assert printed.out == ""


def test_no_two_kinds_of_error_share_a_code() -> None:
    codes = [kind.exit_code for kind in KINDS]
    assert len(codes) == len(set(codes))
    assert not {0, 2, schouw.INTERRUPTED} & set(codes)


def test_ctrl_c_leaves_with_130(monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(monkeypatch, KeyboardInterrupt()) == 130


def test_ctrl_c_while_commands_are_loaded_leaves_with_130_too(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted() -> typer.Typer:
        raise KeyboardInterrupt

    monkeypatch.setattr(schouw, "build", interrupted)
    with pytest.raises(SystemExit) as leaving:
        schouw.main([])
    assert leaving.value.code == 130


def test_a_fault_of_ours_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schouw, "build", lambda: app_that(ZeroDivisionError("ours")))
    with pytest.raises(ZeroDivisionError, match="ours"):
        schouw.main([])


def test_no_tool_may_tell_anyone_that_it_ran(monkeypatch: pytest.MonkeyPatch) -> None:
    for switch in schouw.NO_TELEMETRY:
        monkeypatch.setenv(switch, "false")
    run(monkeypatch, errors.SchouwError("x", expected="y", remedy="z"))
    assert {switch: os.environ[switch] for switch in schouw.NO_TELEMETRY} == schouw.NO_TELEMETRY


def test_loading_every_command_imports_nothing_heavy() -> None:
    code = "import json, sys, schouw; schouw.build(); print(json.dumps(sorted({m.split('.')[0] for m in sys.modules})))"
    loaded = json.loads(subprocess.run([sys.executable, "-c", code], cwd=REPO, check=True, capture_output=True, text=True).stdout)
    assert HEAVY & set(loaded) == set()


def test_every_promised_command_is_there() -> None:
    assert {name.split()[0] for name in leaves(get_command(schouw.build()))} >= PROMISED


def test_every_command_takes_the_municipality_and_says_what_it_does() -> None:
    for name, command in leaves(get_command(schouw.build())).items():
        assert command.help, f"schouw {name} has no first line"
        options = {option for parameter in command.params for option in parameter.opts}
        assert "--municipality" in options, f"schouw {name} has no --municipality"
        assert "--json" in options or name in WITHOUT_JSON, f"schouw {name} has no --json"


def test_the_pages_name_no_command_that_is_not_there() -> None:
    pages = [*REPO.glob("*.md"), *(REPO / "docs").rglob("*.md")]
    named = {command for page in pages for command in re.findall(r"`schouw ([a-z][a-z-]+)", page.read_text(encoding="utf-8"))}
    assert named - {name.split()[0] for name in leaves(get_command(schouw.build()))} == set()
