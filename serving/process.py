"""The service as a process: BentoML with our application, started, watched and stopped from one command.

What would make every worker fail (no release, no approval, an older database) is looked at once before anything starts, so that the
reader gets one clear message.
"""

from __future__ import annotations

import ipaddress
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import typer

from features.errors import InputError, StateError
from features.settings import Settings
from serving.backend import open_all
from serving.clock import system_clock

ROOT = Path(__file__).resolve().parent.parent
START_S = 60
"""How long a start may take; five seconds is usual, a cold disk takes longer."""

STOP_S = 20
"""How long requests in flight may take after a stop was asked; then the process is killed."""

LOOK_AGAIN_S = 0.1


def serve(settings: Settings, *, host: str, port: int, workers: int) -> int:
    """Run the service until it is told to stop.

    Parameters
    ----------
    settings : Settings
    host : str
        IP address to listen on.
    port, workers : int

    Returns
    -------
    int
        Exit code: 0 after Ctrl-C or SIGTERM.

    Raises
    ------
    InputError
        The host is a name; the process behind it takes addresses only.
    SchouwError
        Database, events or a release cannot be opened, no theme has a release, or the port is taken.
    """
    _check_host(host)
    opened = open_all(settings, system_clock(settings))
    opened.check()
    for theme, error in opened.scorer.withheld(opened.clock.today()).items():
        typer.echo(f"Theme '{theme}' gives no score: {error}", err=True)
    opened.engine.dispose()
    _check_port(host, port)
    with tempfile.TemporaryDirectory(prefix="schouw-") as home, _stopped_by_signal() as stop:
        environment = _environment(settings, Path(home), workers)
        process = subprocess.Popen(_command(host, port), cwd=ROOT, env=environment, start_new_session=True)  # noqa: S603 - our own words
        try:
            _wait_until_ready(process, f"http://{_reachable(host)}:{port}", stop)
            while process.poll() is None and not stop:
                time.sleep(LOOK_AGAIN_S)
        finally:
            code = _end(process)
    return 0 if stop else code


def _command(host: str, port: int) -> list[str]:
    return [sys.executable, "-m", "bentoml", "serve", "serving.service:Service", "--host", host, "--port", str(port), "--working-dir", str(ROOT),
            "--timeout-graceful-shutdown", str(STOP_S // 2)]  # fmt: skip


def _environment(settings: Settings, home: Path, workers: int) -> dict[str, str]:
    """Say where everything is; no telemetry, and nothing of BentoML in the user's home."""
    ours = {
        "SCHOUW_MUNICIPALITY": str(settings.folder),
        "SCHOUW_STATE": str(settings.state),
        "SCHOUW_DATABASE_URL": settings.database_url,
        "SCHOUW_WORKERS": str(workers),
        "BENTOML_HOME": str(home),
        "BENTOML_DO_NOT_TRACK": "True",
        "DO_NOT_TRACK": "true",
        "OTEL_SDK_DISABLED": "true",
        "PYTHONUNBUFFERED": "1",
    }
    return {**os.environ, **ours}


@contextmanager
def _stopped_by_signal() -> Iterator[list[int]]:
    """Hand out a list that fills when the process is told to stop."""
    told: list[int] = []

    def tell(number: int, _frame: FrameType | None) -> None:
        told.append(number)

    before = {number: signal.signal(number, tell) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield told
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _wait_until_ready(process: subprocess.Popen[bytes], url: str, stop: list[int]) -> None:
    deadline = time.monotonic() + START_S
    while not stop:
        if process.poll() is not None or time.monotonic() > deadline:
            raise StateError("the service did not start", expected=f"an answer within {START_S} s", remedy="read what stands above this line")
        if _ready(url):
            typer.echo(f"Schouw answers at {url} (API in {url}/v1/openapi.json); stop with Ctrl-C.")
            return
        time.sleep(LOOK_AGAIN_S)


def _ready(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/readyz", timeout=2) as answer:  # noqa: S310 - our own address
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _end(process: subprocess.Popen[bytes]) -> int:
    """Ask the process and its workers to stop, and see to it that they do."""
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
    try:
        return process.wait(timeout=STOP_S)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        return process.wait()


def _check_host(host: str) -> None:
    try:
        ipaddress.ip_address(host)
    except ValueError as error:
        raise InputError(f"--host {host} is a name", expected="an IP address to listen on", remedy="use 127.0.0.1 for this machine alone") from error


def _check_port(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise StateError(
                f"port {port} of {host} cannot be used: {error.strerror}", expected="a free port", remedy="name another with --port"
            ) from error


def _reachable(host: str) -> str:
    """Give an address at which a listener on all addresses can be asked."""
    named = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, host)  # noqa: S104 - compared, not bound
    return f"[{named}]" if ":" in named and not named.startswith("[") else named
