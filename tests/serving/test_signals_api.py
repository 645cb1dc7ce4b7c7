"""Signals over HTTP: the steps in their order, once, and only by who may."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from starlette.testclient import TestClient

from serving.api import application
from serving.backend import Opened
from tests.serving.asking import is_problem
from tests.serving.conftest import HEADERS
from tests.serving.signalling import INTAKE, JUDGED, WEIGHED, WITHDRAWN, allowing, rows


@pytest.fixture
def allowed(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> Opened:
    """Let the theme allow signals."""
    monkeypatch.setattr(opened.scorer, "themes", {**opened.scorer.themes, "trial": allowing(opened.scorer.themes["trial"])})
    return opened


def client_as(opened: Opened, *roles: str) -> TestClient:
    (first, *rest) = opened.settings.clients
    settings = opened.settings.model_copy(update={"clients": (first.model_copy(update={"roles": roles}), *rest)})
    return TestClient(application.create(replace(opened, settings=settings)), raise_server_exceptions=False)


def send(client: TestClient, content: dict[str, Any], **headers: str):
    return client.post("/v1/signals", json=content, headers={**HEADERS, **headers})


def test_a_signal_goes_step_by_step_and_each_call_counts_once(allowed):
    client = client_as(allowed, "case-handler")
    receipts = [send(client, step) for step in (INTAKE, WEIGHED, WEIGHED, JUDGED)]
    assert [receipt.status_code for receipt in receipts] == [201] * 4
    assert [receipt.json()["version"] for receipt in receipts] == [1, 2, 2, 3]
    assert [row["step"] for row in rows(allowed.engine)] == ["intake", "weighed", "judged"]


def test_a_step_that_cannot_follow_is_a_409_and_nothing_is_stored(allowed):
    client = client_as(allowed, "case-system")
    is_problem(send(client, JUDGED), 409)
    assert rows(allowed.engine) == []
    assert send(client, INTAKE).status_code == 201
    is_problem(send(client, JUDGED), 409)
    assert send(client, WITHDRAWN).status_code == 201
    is_problem(send(client, WEIGHED), 409)


def test_the_same_key_with_another_content_is_a_409(allowed):
    client = client_as(allowed, "case-system")
    assert send(client, INTAKE, **{"Idempotency-Key": "k-1"}).status_code == 201
    is_problem(send(client, WEIGHED, **{"Idempotency-Key": "k-1"}), 409)


def test_a_theme_that_does_not_allow_signals_is_a_403(opened):
    is_problem(send(client_as(opened, "case-system"), INTAKE), 403)


@pytest.mark.parametrize("role", ["data-scientist", "process-owner", "privacy-officer", "auditor", "operator"])
def test_who_does_not_work_on_cases_sends_none(allowed, role):
    is_problem(send(client_as(allowed, role), INTAKE), 403)


@pytest.mark.parametrize("changes", [{"weight": 4}, {"status": "hit"}, {"signalNumber": "123456782"}, {"note": "text"}, {"takenInOn": "2999-01-01"}])
def test_what_does_not_fit_is_a_400(allowed, changes):
    is_problem(send(client_as(allowed, "case-system"), {**INTAKE, **changes}), 400)
