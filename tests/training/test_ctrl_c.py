"""Ctrl-C in a real process: nothing half done is left, and the same command carries on."""

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

pytestmark = pytest.mark.slow


@pytest.fixture
def training(town: Town) -> Callable[[], subprocess.Popen[bytes]]:
    town.keep(make_matrix(town.theme, make_frame(500)))
    environment = {**os.environ, "SCHOUW_STATE": str(town.settings.state), "SCHOUW_MUNICIPALITY": str(town.settings.folder)}
    words = [sys.executable, "schouw.py", "train", "registration", "--key", str(town.scientist)]
    return lambda: subprocess.Popen(words, cwd=REPO, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def test_ctrl_c_leaves_nothing_half_done_and_the_same_command_carries_on(town: Town, training: Callable[[], subprocess.Popen[bytes]]) -> None:
    """When the candidate's folder is there and its pictures are drawn; the steps of the registry are in test_run, one by one."""
    process, until = training(), time.monotonic() + HANGS_S
    while not any((town.settings.state / "candidates").glob("*/*")) and process.poll() is None and time.monotonic() < until:
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    said = process.communicate(timeout=HANGS_S)[1]
    assert process.returncode == INTERRUPTED, said.decode()[-2000:]
    assert b"Traceback" not in said
    assert Registry.open(town.settings).versions("registration") == []
    assert [path.name for path in (town.settings.state / "candidates").glob("*/*")] == []
    process = training()
    assert process.communicate(timeout=HANGS_S)[1] is not None
    assert process.returncode == 0
    registry = Registry.open(town.settings)
    (model,) = registry.versions("registration")
    assert model.aliases == ("challenger",)
    assert [path.name for path in (town.settings.state / "candidates" / "registration").iterdir()] == [model.version]
    experiment = registry.client.get_experiment_by_name("testdam.registration").experiment_id
    assert [run.info.status for run in registry.client.search_runs([experiment])] == ["FINISHED"]
