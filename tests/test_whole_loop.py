"""The whole loop against the real processes, each command as a user types it: town, build, train, promote, serve, outcome, retrain.

The town's clock stands still, so the test moves it on by hand: a visit is decided after the score it rests on.
Under 90 seconds on two cores that do nothing else. The report on drift and fairness has its own tests, and closes the demo.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

REPO = Path(__file__).parents[1]
TOWN = REPO / "municipalities" / "zaanwijk"
KEYS = TOWN / "demo-keys"
THEME = "registration"
HANGS_S = 300
"""What has said nothing for so long hangs. It is no measure of speed: CI runs other things beside this test."""

UNDECIDED = {"group gap: precision", "group gap: recall"}
OVERRIDDEN = "a town of a test, of which nobody is visited"

Schouw = Callable[..., Any]

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Give an environment in which the town keeps everything in a folder of this test."""
    folder = tmp_path_factory.mktemp("loop")
    town = folder / TOWN.name
    shutil.copytree(TOWN, town, ignore=shutil.ignore_patterns("var"))
    return {**os.environ, "SCHOUW_STATE": str(folder / "state"), "SCHOUW_RAW": str(folder / "raw"), "SCHOUW_MUNICIPALITY": str(town)}


@pytest.fixture(scope="module")
def schouw(environment: dict[str, str]) -> Schouw:
    """Run a command and give what it prints as JSON, or fail with what it said."""

    def run(*arguments: str) -> Any:
        done = subprocess.run(
            [sys.executable, "schouw.py", *arguments], cwd=REPO, env=environment, capture_output=True, text=True, timeout=HANGS_S, check=False
        )
        assert done.returncode == 0, f"schouw {' '.join(arguments)}: {done.stderr[-2000:]}"
        return json.loads(done.stdout)

    return run


@pytest.fixture(scope="module")
def released(schouw: Schouw) -> dict[str, Any]:
    """Give the champion of a town that was made, built, trained on and promoted from.

    Visits of 6,000 homes are too few to tell how alike it treats groups among the few on a list and the few confirmed: a process owner
    overrides that.
    """
    schouw("town", "--addresses", "6000", "--inspections-per-year", "1500", "--json")
    schouw("build", THEME, "--json")
    trained = schouw("train", THEME, "--key", str(KEYS / "data-scientist.pem"), "--json")
    blocking = {gate["name"]: gate["state"] for gate in trained["gates"] if gate["state"] != "passed"}
    assert blocking == dict.fromkeys(UNDECIDED, "not enough data"), trained["gates"]
    kept = trained["evaluation"]["stability"]["one_day"]["share"]
    assert 0.8 < kept["low"] <= kept["value"] <= 1, "most of the list of one day is that of the next"
    overridden = ("--override", OVERRIDDEN, "--until", "2026-06-30")
    promoted: dict[str, Any] = schouw("promote", THEME, "--key", str(KEYS / "process-owner.pem"), *overridden, "--json")
    return promoted


@contextmanager
def service(environment: dict[str, str]) -> Iterator[str]:
    """Serve the champion as a user does, and give its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen([sys.executable, "schouw.py", "serve", "--port", str(port)], cwd=REPO, env=environment, stdout=subprocess.DEVNULL)
    try:
        _until(lambda: _status(f"http://127.0.0.1:{port}/readyz") == 200)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=HANGS_S) == 0, "the service stops cleanly"


def test_an_outcome_that_comes_back_is_a_label_in_the_next_training(schouw: Schouw, environment: dict[str, str], released: dict[str, Any]) -> None:
    assert released["trained_by"] != released["approved_by"]
    state = Path(environment["SCHOUW_STATE"])
    before = pd.read_parquet(state / "matrices" / THEME / "training" / "matrix.parquet")
    scoring = next(path for path in (state / "matrices" / THEME).iterdir() if path.name != "training")
    purpose = json.loads((scoring / "manifest.json").read_text())["purpose"]
    address = pd.read_parquet(scoring / "matrix.parquet")["address_id"].iloc[0]

    with service(environment) as url:
        computed = _post(f"{url}/v1/scores", {"theme": THEME, "purpose": purpose, "addressId": address})
        assert schouw("score", THEME, "--all", "--json")["addresses"] > 1000
        answer = _post(f"{url}/v1/scores", {"theme": THEME, "purpose": purpose, "addressId": address})
    assert {**answer, "scoreId": None} == {**computed, "scoreId": None}, "what is looked up is what would be computed"
    result = answer["result"]
    assert result["baseValue"] + sum(c["contribution"] for c in result["contributions"]) == pytest.approx(result["logOdds"], abs=1e-6)
    assert answer["model"]["version"] == released["version"]
    assert answer["synthetic"]
    assert answer["model"]["override"]["reason"] == OVERRIDDEN
    assert result["raising"] or result["lowering"]

    decided = answer["asOf"]
    assert decided == scoring.name
    outcome = {"theme": THEME, "addressId": address, "scoreId": answer["scoreId"], "inspectionId": "loop-1", "caseId": "loop-1", "trigger": "list",
               "decidedOn": decided, "visitedOn": decided, "course": {"code": "inspected"}, "finding": {"code": "registration-mismatch"}}  # fmt: skip
    _move_clock(environment, days=10)
    with service(environment) as url:
        with pytest.raises(urllib.error.HTTPError, match="400"):
            _post(f"{url}/v1/outcomes", {**outcome, "decidedOn": str(date.fromisoformat(decided) - timedelta(days=1))})
        receipt = _post(f"{url}/v1/outcomes", outcome)
        assert _post(f"{url}/v1/outcomes", outcome) == receipt, "the same outcome again is stored once"
        schouw("build", THEME, "--json")
        asked_again = _post(f"{url}/v1/scores", {"theme": THEME, "purpose": purpose, "addressId": address})

    after = pd.read_parquet(state / "matrices" / THEME / "training" / "matrix.parquet")
    added = after[~after["case_id"].isin(before["case_id"])]
    whole_on = json.loads((state / "matrices" / THEME / "training" / "manifest.json").read_text())["first_whole_on"]
    stays = before[before["as_of"] >= pd.Timestamp(whole_on)]
    assert whole_on == "2020-01-10", "six years of training: ten days on, ten days less of the past"
    assert 0 < len(before) - len(stays) < 50
    assert len(after) == len(stays) + 1
    assert added[["address_id", "case_id", "label"]].to_numpy().tolist() == [[address, "loop-1", 1]]
    assert str(added["as_of"].iloc[0].date()) == decided
    assert asked_again["notScorable"], "it was inspected recently"

    retrained = schouw("retrain", THEME, "--key", str(KEYS / "data-scientist.pem"), "--json")
    challenger = retrained["challenger"]["version"]
    assert (retrained["champion"]["version"], retrained["challenger"]["inspections"]) == (released["version"], len(after))
    evaluation = json.loads((state / "candidates" / THEME / challenger / "evaluation.json").read_text(encoding="utf-8"))
    assert sum(fold["rows"] + fold["outcome_too_late"] + fold["in_gap"] for fold in evaluation["folds"]) == len(after)
    assert retrained["newest"]["rows"] + retrained["left_out_rows"] + retrained["not_scorable_rows"] == evaluation["folds"][-1]["rows"]
    assert retrained["advice"]["kind"] in ("promote", "keep the champion", "not enough data")
    again = schouw("retrain", THEME, "--key", str(KEYS / "data-scientist.pem"), "--json")
    assert again == {"nothing_new_since": {"version": challenger, "trained_on": retrained["challenger"]["trained_on"]}}


def _move_clock(environment: dict[str, str], *, days: int) -> None:
    file = Path(environment["SCHOUW_MUNICIPALITY"]) / "municipality.toml"
    text = file.read_text(encoding="utf-8")
    found = re.search(r"^today_on = (\S+)", text, re.MULTILINE)
    assert found
    file.write_text(text.replace(found[0], f"today_on = {date.fromisoformat(found[1]) + timedelta(days=days)}", 1), encoding="utf-8")


def _post(url: str, content: dict[str, Any]) -> dict[str, Any]:
    key = (KEYS / "client.key").read_text().strip()
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    with urllib.request.urlopen(urllib.request.Request(url, json.dumps(content).encode(), headers), timeout=HANGS_S) as answer:
        found: dict[str, Any] = json.load(answer)
        return found


def _status(url: str) -> int:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return int(answer.status)
    except OSError:
        return 0


def _until(ready: Callable[[], bool], *, seconds: int = HANGS_S) -> None:
    deadline = time.monotonic() + seconds
    while not ready():
        assert time.monotonic() < deadline, f"not ready within {seconds} s"
        time.sleep(0.1)
