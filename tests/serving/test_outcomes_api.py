"""Outcomes over HTTP."""

from __future__ import annotations

from datetime import date

import pytest
from starlette.testclient import TestClient

from serving.api import application
from tests.serving.asking import FOUND, ask, is_problem
from tests.serving.conftest import HEADERS, KEY_WITHOUT_PURPOSE


def test_an_outcome_comes_back(client, open_on, sqlite):
    before = TestClient(application.create(open_on(sqlite, today=date(2023, 11, 30))))
    score_id = ask(before).json()["scoreId"]
    answer = client.post("/v1/outcomes", json={**FOUND, "scoreId": score_id}, headers=HEADERS)
    assert answer.status_code == 201
    assert answer.json() == answer.json() | {"version": 1, "theme": "trial", "inspectionId": "C-1", "receivedOn": "2024-01-01"}
    again = client.post("/v1/outcomes", json={**FOUND, "scoreId": score_id}, headers=HEADERS)
    assert (again.status_code, again.json()) == (201, answer.json())
    is_problem(client.post("/v1/outcomes", json={**FOUND, "caseId": "Z-2"}, headers=HEADERS), 409)


def test_an_outcome_cannot_rest_on_a_score_that_was_given_after_its_decision(client):
    score = ask(client).json()
    problem = is_problem(client.post("/v1/outcomes", json={**FOUND, "scoreId": score["scoreId"]}, headers=HEADERS), 400)
    assert problem["found"] == f"decidedOn 2023-12-01 lies before {score['asOf']}, the first day for which that score counts"
    assert client.post("/v1/outcomes", json=FOUND, headers=HEADERS).json()["version"] == 1, "nothing was stored before"


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"theme": "nothing"}, 404),
        ({"addressId": "A999"}, 404),
        ({"decidedOn": "2024-01-02", "visitedOn": "2024-01-02"}, 400),
        ({"decidedOn": "2023-12-11"}, 400),
        ({"decidedOn": 1_700_000_000}, 400),
        ({"decidedOn": "2023-12-01T00:00:00"}, 400),
        ({"decidedOn": "2023-02-31"}, 400),
        ({"finding": {"code": "overcrowding"}}, 400),
        ({"finding": {"code": "none", "remarks": "free text"}}, 400),
        ({"course": {"code": "nobody-home"}}, 400),
        ({"course": {"code": "inspected", "knownOn": "2023-12-09"}}, 400),
        ({"finding": None, "measure": {"code": "fine"}}, 400),
        ({"trigger": "hunch"}, 400),
        ({"inspectionId": "a b"}, 400),
        ({"scoreId": "0b9f5c1e-1f8f-4a53-9f0e-7d8f2a3b4c5d"}, 400),
        ({"correction": True}, 409),
    ],
)
def test_an_outcome_that_cannot_be_is_refused(client, changes, status):
    is_problem(client.post("/v1/outcomes", json={**FOUND, **changes}, headers=HEADERS), status)


def test_an_outcome_needs_the_themes_purpose(client):
    is_problem(client.post("/v1/outcomes", json=FOUND, headers={"Authorization": f"Bearer {KEY_WITHOUT_PURPOSE}"}), 403)


@pytest.mark.parametrize("key", ["", "a b", "x" * 256])
def test_an_idempotency_key_has_a_form(client, key):
    is_problem(client.post("/v1/outcomes", json=FOUND, headers={**HEADERS, "Idempotency-Key": key}), 400)
