"""The service as a user starts it: real processes, a real port, and a clean end."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from select import select as readable

import httpx
import pytest
from sqlalchemy import select

from features.errors import ApprovalError, InputError, StateError
from serving import database, score_log
from serving.process import serve
from serving.score_log import checkpoints
from serving.tables import outcomes
from tests.serving.asking import ASK, FOUND
from tests.serving.conftest import HEADERS, HOME, KEY, SHELTER, Village, make_village, write_release

REPO = Path(__file__).parents[2]
START_S, STOP_S = 180, 40
WORKERS = 2
pytestmark = pytest.mark.slow


@dataclass
class Running:
    """A started service, its address and everything it printed so far."""

    process: subprocess.Popen[bytes]
    url: str
    log: Path
    home: Path
    village: Village

    def wait_for(self, words: str) -> None:
        deadline = time.monotonic() + START_S
        while words not in self.log.read_text():
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() < deadline, self.log.read_text()
            time.sleep(0.1)

    def stop(self, number: int) -> int:
        self.process.send_signal(number)
        return self.process.wait(timeout=STOP_S)

    def family(self) -> list[int]:
        """Give the processes below the command: BentoML and its workers."""
        listed = subprocess.run(["ps", "-eo", "pid=,ppid="], capture_output=True, text=True, check=True).stdout.split()
        parents = dict(zip(map(int, listed[::2]), map(int, listed[1::2]), strict=True))
        found: list[int] = []
        for pid in sorted(parents):
            if parents[pid] in (self.process.pid, *found):
                found.append(pid)
        return found


def start(village: Village, folder: Path) -> Running:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log, home = folder / "output.txt", folder / "home"
    home.mkdir()
    environment = {**os.environ, "HOME": str(home), "SCHOUW_STATE": str(village.settings.state), "SCHOUW_RAW": str(village.settings.raw)}
    command = [sys.executable, "schouw.py", "serve", "--municipality", str(village.settings.folder), "--port", str(port), "--workers", str(WORKERS)]
    with log.open("wb") as out:
        process = subprocess.Popen(command, cwd=REPO, env=environment, stdout=out, stderr=subprocess.STDOUT)
    return Running(process, f"http://127.0.0.1:{port}", log, home, village)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("service")
    service = start(make_village(folder), folder)
    try:
        service.wait_for("Schouw answers at")
        yield service
    finally:
        if service.process.poll() is None:
            service.stop(signal.SIGTERM)


@pytest.fixture(scope="module")
def http(running: Running) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=running.url, timeout=30, trust_env=False) as client:
        yield client


@pytest.mark.parametrize("host", ["localhost", "example.org", ""])
def test_a_host_that_is_no_ip_address_is_refused_at_once(host, tmp_path):
    settings = make_village(tmp_path).settings
    with pytest.raises(InputError, match=r"is a name\. Expected: an IP address to listen on"):
        serve(settings, host=host, port=3000, workers=1)


def test_a_refused_start_on_an_empty_state_folder_leaves_nothing(tmp_path):
    village = make_village(tmp_path)
    empty = tmp_path / "empty"
    settings = village.settings.model_copy(update={"state": empty, "database_url": f"sqlite:///{empty / 'schouw.db'}"})
    with pytest.raises(StateError, match="schouw build"):
        serve(settings, host="127.0.0.1", port=3000, workers=1)
    assert not empty.exists()


def test_it_answers_with_a_score_and_logs_it_first(http, running):
    answer = http.post("/v1/scores", json=ASK, headers={**HEADERS, "Accept-Language": "en"})
    assert answer.status_code == 200
    assert answer.headers["content-language"] == "en"
    assert answer.headers["api-version"] == "1.0.0"
    engine = database.connect(running.village.settings.database_url)
    assert score_log.read(engine, answer.json()["scoreId"]).payload["answer"]["score"] == answer.json()["result"]["score"]
    engine.dispose()


def test_health_is_ours_and_nothing_of_bentoml_answers(http):
    assert http.get("/livez").json() == {"status": "alive"}
    assert list(http.get("/readyz").json()["releases"]) == ["trial"]
    for path in ("/", "/healthz", "/schema.json", "/docs.json", "/static_content/index.html"):
        assert http.get(path).headers["content-type"] == "application/problem+json", path


def test_a_body_without_an_end_is_cut_off(http, running):
    with socket.create_connection(("127.0.0.1", int(running.url.rsplit(":", 1)[1])), timeout=20) as line:
        head = (
            "POST /v1/scores HTTP/1.1",
            "Host: x",
            f"Authorization: Bearer {KEY}",
            "Content-Type: application/json",
            "Transfer-Encoding: chunked",
            "",
            "",
        )
        line.sendall("\r\n".join(head).encode())
        for _ in range(70):
            if readable([line], [], [], 0)[0]:
                break  # it was answered already, and takes no more
            line.sendall(b"400\r\n" + b" " * 1024 + b"\r\n")
        assert line.recv(4096).startswith(b"HTTP/1.1 413")
    assert http.get("/livez").status_code == 200


def test_a_caller_that_leaves_halfway_stores_nothing_and_is_no_fault(http, running):
    head = f"POST /v1/outcomes HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {KEY}\r\nContent-Type: application/json\r\n"
    body = json.dumps({**FOUND, "inspectionId": "C-half"})
    with socket.create_connection(("127.0.0.1", int(running.url.rsplit(":", 1)[1])), timeout=20) as line:
        line.sendall(f"{head}Content-Length: {len(body) + 1}\r\n\r\n{body}".encode())
        line.shutdown(socket.SHUT_WR)
        line.recv(4096)
    deadline = time.monotonic() + STOP_S
    while not re.search(r'route="/v1/outcomes",status="400"\} 1.0$', http.get("/metrics").text, re.MULTILINE):
        assert time.monotonic() < deadline, "it was not counted as the caller's own"
        time.sleep(0.1)
    assert "failed" not in running.log.read_text()
    engine = database.connect(running.village.settings.database_url)
    with database.reading(engine) as connection:
        assert connection.execute(select(outcomes).where(outcomes.c.inspection_id == "C-half")).all() == []
    engine.dispose()


@pytest.mark.parametrize("length", ["abc", "-5", "9" * 30])
def test_what_is_no_http_is_a_400_and_harms_nobody(http, running, length):
    with socket.create_connection(("127.0.0.1", int(running.url.rsplit(":", 1)[1])), timeout=20) as line:
        line.sendall(f"POST /v1/scores HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n{{}}".encode())
        assert line.recv(4096).startswith(b"HTTP/1.1 400")
    assert http.get("/livez").status_code == 200


def test_each_worker_writes_a_chain_and_their_heads_are_signed(http, running):
    for _ in range(6):
        with httpx.Client(base_url=running.url, timeout=30, trust_env=False) as fresh:
            assert fresh.post("/v1/scores", json={**ASK, "addressId": SHELTER}, headers=HEADERS).status_code == 200
    engine = database.connect(running.village.settings.database_url)
    deadline = time.monotonic() + START_S
    while not checkpoints.read(running.village.settings):
        assert time.monotonic() < deadline, "a service that started signs at once"
        time.sleep(0.1)
    verification = score_log.verify(engine, signed=lambda: checkpoints.signed(running.village.settings))
    engine.dispose()
    assert verification.fault is None
    assert verification.lines >= 6


def test_an_outcome_comes_back_once(http):
    answers = [http.post("/v1/outcomes", json=FOUND, headers=HEADERS) for _ in range(2)]
    assert [a.status_code for a in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()


def test_metrics_add_up_the_workers_and_hold_no_id(http, running):
    def counted() -> float:
        told = http.get("/metrics").text
        assert HOME not in told
        lines = re.findall(r'^schouw_requests_total\{method="POST",route="/v1/scores",status="404"\} (\S+)$', told, re.MULTILINE)
        assert len(lines) <= 1
        return float(lines[0]) if lines else 0.0

    before = counted()
    for _ in range(8):
        with httpx.Client(base_url=running.url, timeout=30, trust_env=False) as fresh:
            fresh.post("/v1/scores", json={**ASK, "theme": "nothing"}, headers=HEADERS)
    deadline = time.monotonic() + 30  # a worker counts a request when its answer is on its way
    while counted() < before + 8 and time.monotonic() < deadline:
        time.sleep(0.1)
    assert counted() == before + 8


def test_ctrl_c_ends_every_process_and_leaves_nothing(http, running):
    http.post(f"/v1/scores/{HOME}?key={KEY}", headers=HEADERS)
    http.post("/v1/scores", content=b"{", headers=HEADERS)
    family = running.family()
    assert len(family) >= 1 + WORKERS
    assert running.stop(signal.SIGINT) == 0
    assert [pid for pid in family if Path(f"/proc/{pid}").exists()] == []
    said = running.log.read_text()
    assert HOME not in said.replace(str(running.village.settings.folder), "").split()
    assert f"/v1/scores/{HOME}" not in said
    assert KEY not in said
    assert "Traceback" not in said
    assert not (running.home / "bentoml").exists()


def test_a_stop_while_it_starts_is_clean(own_village, tmp_path):
    service = start(own_village, tmp_path)
    deadline = time.monotonic() + START_S
    while not service.family():
        assert time.monotonic() < deadline
        assert service.process.poll() is None, service.log.read_text()
        time.sleep(0.1)
    family = service.family()
    assert service.stop(signal.SIGTERM) == 0
    assert [pid for pid in family if Path(f"/proc/{pid}").exists()] == []


@pytest.mark.parametrize(
    ("prepare", "error", "words"), [("unapproved", ApprovalError, "nobody approved"), ("none", StateError, "no theme has a released")]
)
def test_without_an_approved_release_it_says_so_before_it_starts_anything(own_village, prepare, error, words):
    if prepare == "unapproved":
        write_release(own_village, signed_by_owner=False, seed=3)
    else:
        (own_village.settings.state / "releases" / "trial" / "champion").unlink()
    with pytest.raises(error, match=words):
        serve(own_village.settings, host="127.0.0.1", port=1, workers=1)


def test_a_port_that_is_taken_is_said_before_it_starts_anything(own_village):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(StateError, match=f"port {port} of 127.0.0.1 cannot be used"):
            serve(own_village.settings, host="127.0.0.1", port=port, workers=1)


LOADED = """
import json, sys
from features import settings
from serving import service
from serving.clock import system_clock
from starlette.testclient import TestClient
service.Service.inner()
answer = TestClient(service.app).post("/v1/scores", json=json.loads(sys.argv[1]), headers=json.loads(sys.argv[2]))
heavy = ("mlflow", "shap", "evidently", "sklearn", "fairlearn", "matplotlib", "typer")
print(json.dumps({"status": answer.status_code, "loaded": [name for name in heavy if name in sys.modules]}))
"""


def test_a_worker_loads_nothing_heavy(own_village):
    settings = own_village.settings
    environment = {**os.environ, "SCHOUW_MUNICIPALITY": str(settings.folder), "SCHOUW_STATE": str(settings.state)}
    command = [sys.executable, "-W", "ignore", "-c", LOADED, json.dumps(ASK), json.dumps(HEADERS)]
    done = subprocess.run(command, cwd=REPO, env=environment, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout.splitlines()[-1]) == {"status": 200, "loaded": []}
