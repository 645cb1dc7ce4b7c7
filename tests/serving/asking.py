"""Asking as a case system does: one sound request of each kind, and what every error must look like."""

from __future__ import annotations

from typing import Any

from httpx import Response
from starlette.testclient import TestClient

from tests.serving.conftest import HEADERS, HOME

ASK = {"theme": "trial", "purpose": "trial", "addressId": HOME}
FOUND = {
    "theme": "trial",
    "addressId": HOME,
    "inspectionId": "C-1",
    "caseId": "Z-1",
    "trigger": "list",
    "decidedOn": "2023-12-01",
    "visitedOn": "2023-12-10",
    "course": {"code": "inspected"},
    "finding": {"code": "confirmed", "violations": 1},
}


def ask(client: TestClient, headers: dict[str, str] | None = None, **changes: object) -> Response:
    body = {name: value for name, value in {**ASK, **changes}.items() if value is not None}
    return client.post("/v1/scores", json=body, headers={**HEADERS, **(headers or {})})


def send(client: TestClient, raw: bytes | str, headers: dict[str, str] | None = None) -> Response:
    return client.post("/v1/scores", content=raw, headers={**HEADERS, "Content-Type": "application/json", **(headers or {})})


def is_problem(answer: Response, status: int) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = answer.json()
    assert problem["status"] == status
    assert {"type", "title", "detail", "instance", "found", "expected", "remedy"} <= problem.keys()
    return problem
