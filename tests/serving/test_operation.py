"""What whoever runs it sees: health, metrics, headers, faults; never an id."""

from __future__ import annotations

import logging
import os
import subprocess
import sys

import pytest
from httpx import Response
from sqlalchemy import text
from starlette.testclient import TestClient

from features.errors import StateError
from serving import database
from serving.api import application
from serving.api.envelope import HEADERS as SECURITY
from serving.backend import Opened
from serving.scorer import Scorer
from tests.serving.asking import ask, is_problem
from tests.serving.conftest import HEADERS, HOME, KEY, clock


def test_every_answer_carries_version_and_security_headers(client):
    answers = [
        ask(client),
        ask(client, theme="nothing"),
        client.get("/nothing"),
        client.post("/v1/scores"),
        client.get("/livez"),
        client.get("/metrics"),
    ]
    for answer in answers:
        assert {name: answer.headers[name] for name in SECURITY} == SECURITY
    assert SECURITY["API-Version"] == "1.0.0"


def test_a_fault_of_ours_is_told_without_details_and_logged_without_values(client, opened, monkeypatch, caplog):
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError(f"nothing for {HOME} of {KEY}")

    monkeypatch.setattr(Scorer, "score", fail)
    with caplog.at_level(logging.DEBUG):
        answer = ask(client)
    problem = is_problem(answer, 500)
    assert problem["found"] == "the service failed"
    assert HOME not in answer.text
    logged = "\n".join(record.getMessage() + str(record.exc_info or "") for record in caplog.records if record.name.startswith("schouw"))
    assert "RuntimeError at" in logged
    assert problem["instance"].removeprefix("urn:uuid:") in logged
    assert HOME not in logged
    assert KEY not in logged


def test_alive_and_ready(client):
    assert client.get("/livez").json() == {"status": "alive"}
    ready = client.get("/readyz").json()
    assert ready["status"] == "ready"
    assert list(ready["releases"]) == ["trial"]
    assert client.head("/readyz").status_code == 200


def test_not_ready_without_a_database_a_release_or_events(client, opened, store, own_village):
    def readiness(changed: Opened) -> Response:
        return TestClient(application.create(changed), raise_server_exceptions=False).get("/readyz")

    bare = Scorer(opened.settings, store, opened.engine, themes=opened.scorer.themes, scorings={})
    is_problem(readiness(Opened(opened.settings, opened.engine, bare, clock())), 503)
    (own_village.settings.state / "events" / "report.json").unlink()
    without_events = Opened(own_village.settings, opened.engine, opened.scorer, clock())
    is_problem(readiness(without_events), 503)
    with pytest.raises(StateError, match="there are no events"):
        without_events.check()
    with database.writing(opened.engine) as connection:
        connection.execute(text("DROP TABLE score_log_head"))
    is_problem(client.get("/readyz"), 503)


def test_metrics_count_routes_and_never_what_was_asked(client):
    for path in ("/v1/scores", f"/v1/scores/{HOME}", "/secret-path"):
        client.get(path, headers=HEADERS)
    client.request("BREW", "/secret-path")
    ask(client)
    told = client.get("/metrics").text
    assert 'schouw_requests_total{method="POST",route="/v1/scores",status="200"}' in told
    assert 'method="other",route="unmatched"' in told
    for secret in (HOME, KEY, "case-system", "secret-path", "BREW"):
        assert secret not in told


def test_different_paths_and_methods_add_no_series(client):
    client.get("/nothing/0")
    client.request("X0", "/nothing")
    before = len(client.get("/metrics").text.splitlines())
    for n in range(50):
        client.get(f"/nothing/{n}")
        client.request(f"X{n}", "/nothing")
    assert len(client.get("/metrics").text.splitlines()) == before


def test_metrics_are_told_while_a_worker_has_an_empty_file(tmp_path):
    (tmp_path / "counter_1.db").touch()
    counts = "from serving import metrics; metrics.answered('GET', '/livez', 200, 0.1); print(metrics.exposition().decode())"
    environment = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    told = subprocess.run([sys.executable, "-c", counts], env=environment, capture_output=True, text=True, check=False)
    assert 'schouw_requests_total{method="GET",route="/livez",status="200"} 1.0' in told.stdout, told.stderr
