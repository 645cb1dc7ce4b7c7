"""Asking over HTTP, as a case system does: the service started as a user starts it, and one request at a time."""

from __future__ import annotations

import json
import os
import shlex
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from features.errors import StateError
from features.settings import Settings
from serving.wording import Language

KEYS = "demo-keys"
"""Folder beside municipality.toml with keys that everyone may see; synthetic municipalities only."""

READY_S = 180
"""What takes longer hangs: a start takes ten seconds, and several times that where the machine does other things beside it."""


@dataclass(frozen=True)
class Asked:
    """One request over HTTP and what came back."""

    path: str
    sent: dict[str, Any]
    answer: dict[str, Any]


@contextmanager
def service(settings: Settings, *, port: int) -> Iterator[str]:
    """Start the service as a user starts it, and stop it again; gives its address.

    Raises
    ------
    StateError
        It was not ready in time.
    """
    port = port or _free_port()
    url = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-c", "from schouw import main; main()", "serve", "--municipality", str(settings.folder), "--port", str(port)]
    environment = {**os.environ, "SCHOUW_STATE": str(settings.state), "PYTHONPATH": str(Path(__file__).resolve().parent.parent)}
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, start_new_session=True)  # noqa: S603 - our own command line
    try:
        _until_ready(process, url)
        yield url
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        process.wait(timeout=READY_S)


def post(settings: Settings, url: str, path: str, content: dict[str, Any], *, language: Language = "nl") -> Asked:
    """Send one request as the demo's case system, with its public key."""
    headers = _headers(settings, language)
    request = urllib.request.Request(url + path, data=json.dumps(content).encode(), headers=headers, method="POST")  # noqa: S310 - our own address
    with urllib.request.urlopen(request, timeout=READY_S) as answer:  # noqa: S310 - our own address
        return Asked(path, content, json.load(answer))


def curl(settings: Settings, url: str, asked: Asked, *, language: Language = "nl", between: str = " ") -> str:
    """Give the command line that asks the same, with the public key; ``between`` stands between its parts."""
    headers = [f"-H {shlex.quote(f'{name}: {value}')}" for name, value in _headers(settings, language).items()]
    return between.join([f"curl -s {url}{asked.path}", *headers, f"-d {shlex.quote(json.dumps(asked.sent))}"])


def _headers(settings: Settings, language: Language) -> dict[str, str]:
    key = (settings.folder / KEYS / "client.key").read_text(encoding="utf-8").strip()
    return {"Authorization": f"Bearer {key}", "Content-Type": "application/json", "Accept-Language": language}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _until_ready(process: subprocess.Popen[bytes], url: str) -> None:
    deadline = time.monotonic() + READY_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{url}/readyz", timeout=2) as answer:  # noqa: S310 - our own address
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.1)
    raise StateError("the service did not start", expected=f"an answer at {url}/readyz", remedy="run 'schouw serve' to see why")
