"""Ctrl-C in a real process, at several moments: nothing half done is left, and the same command carries on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.training.testdam import Town, make_frame, make_matrix
from training.registry import Registry

REPO = Path(__file__).parents[2]
HANGS_S = 300
INTERRUPTED = 130

MOMENTS: dict[str, Callable[[Path], bool]] = {
    "when the candidate's folder is there": lambda state: any((state / "candidates").glob("*/*")),
    "while it logs the model": lambda state: any((state / "mlartifacts").rglob("model.lgb")),
}
"""By what the state folder then holds. Not earlier: while MLflow makes its tables a library may swallow the first Ctrl-C."""

pytestmark = pytest.mark.slow


@pytest.fixture
def training(town: Town) -> Callable[[], subprocess.Popen[bytes]]:
    town.keep(make_matrix(town.theme, make_frame(500)))
    environment = {**os.environ, "SCHOUW_STATE": str(town.settings.state), "SCHOUW_MUNICIPALITY": str(town.settings.folder)}
    words = [sys.executable, "schouw.py", "train", "registration", "--key", str(town.scientist)]
    return lambda: subprocess.Popen(words, cwd=REPO, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def test_ctrl_c_leaves_nothing_half_done_and_the_same_command_carries_on(town: Town, training: Callable[[], subprocess.Popen[bytes]]) -> None:
    for moment, come in MOMENTS.items():
        process = training()
        until = time.monotonic() + HANGS_S
        while not come(town.settings.state) and process.poll() is None and time.monotonic() < until:
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        said = process.communicate(timeout=HANGS_S)[1]
        assert process.returncode == INTERRUPTED, f"{moment}: {said.decode()[-2000:]}"
        assert b"Traceback" not in said, moment
        assert Registry.open(town.settings).versions("registration") == [], moment
        assert [path.name for path in (town.settings.state / "candidates").glob("*/*")] == [], moment
        for left in (town.settings.state / "mlartifacts").rglob("*.*"):  # so that the next moment is that of the next process
            left.unlink(missing_ok=True) if left.is_file() else None
    process = training()
    assert process.communicate(timeout=HANGS_S)[1] is not None
    assert process.returncode == 0
    registry = Registry.open(town.settings)
    (model,) = registry.versions("registration")
    assert model.aliases == ("challenger",)
    assert [path.name for path in (town.settings.state / "candidates" / "registration").iterdir()] == [model.version]
    experiment = registry.client.get_experiment_by_name("testdam.registration").experiment_id
    assert sorted({run.info.status for run in registry.client.search_runs([experiment])}) == ["FAILED", "FINISHED"]
