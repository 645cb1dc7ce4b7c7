"""The API under generated requests, sound and unsound: Schemathesis with every check, on a real server on loopback.

``make fuzz`` asks more of it (``SCHOUW_FUZZ_CASES``).
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import pytest
import uvicorn

from features.declared_clients import Role
from serving import score_log
from serving.access import MAY
from serving.api import application, entrance
from serving.backend import Opened
from tests.serving.conftest import HOME, KEY, SHELTER, VISITED

CASES = int(os.environ.get("SCHOUW_FUZZ_CASES", "15"))
SEED = 20251128
CONFIGURATION = Path(__file__).with_name("schemathesis.toml")
pytestmark = pytest.mark.slow


@pytest.fixture
def quick(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> Opened:
    """Let the fuzzer ask as fast as it can, without a key too, in every role but those that may stop the theme on which it asks."""
    monkeypatch.setattr(entrance, "FAILED_PER_MINUTE", 1_000_000)
    roles = tuple(role for role in get_args(Role) if role not in MAY["stop"])
    most = {"requests_per_minute": 1_000_000, "roles": roles}
    clients = tuple(client.model_copy(update=most) for client in opened.settings.clients)
    return replace(opened, settings=opened.settings.model_copy(update={"clients": clients}))


@pytest.fixture
def url(quick: Opened) -> Iterator[str]:
    """Start the application on a free port."""
    server = uvicorn.Server(uvicorn.Config(application.create(quick), host="127.0.0.1", port=0, log_level="warning", lifespan="off"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join()


def known_here(document: dict[str, Any]) -> dict[str, Any]:
    """Let the fuzzer know the hamlet's own codes and addresses, or all it asks is about what is not there."""
    here = {"theme": ["trial"], "purpose": ["trial"], "addressId": [HOME, SHELTER, VISITED]}
    for name in ("ScoreRequest", "AskedAddress", "ScoreBatchRequest", "PreviewRequest", "OutcomeContent", "SignalContent"):
        fields = document["components"]["schemas"][name]["properties"]
        for field, values in here.items():
            if field in fields:
                fields[field] = {"enum": values, "title": fields[field]["title"]}
    return document


@pytest.mark.parametrize("told", [lambda document: document, known_here], ids=["as described", "with codes that are known"])
def test_no_generated_request_breaks_a_promise_of_the_description(url: str, quick: Opened, tmp_path: Path, told: Callable[..., Any]):
    (tmp_path / "openapi.json").write_text(json.dumps(told(application.openapi())))
    schemathesis = [str(Path(sys.executable).with_name("schemathesis")), "--config-file", str(CONFIGURATION), "run", str(tmp_path / "openapi.json")]
    words = ["--url", f"{url}/v1", "--header", f"Authorization:Bearer {KEY}", "--checks", "all", "--max-examples", str(CASES), "--seed", str(SEED)]
    done = subprocess.run([*schemathesis, *words, "--no-color", "--continue-on-failure"], check=False, cwd=tmp_path, capture_output=True, text=True,
                          timeout=60 * 60)  # fmt: skip
    sys.stdout.write(done.stdout)
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
    assert re.search(r"[1-9][\d,]* generated, [\d,]+ passed", done.stdout)
    assert score_log.verify(quick.engine).fault is None
