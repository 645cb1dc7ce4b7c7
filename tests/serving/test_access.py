"""Roles: each may do what the table says and nothing else, and who acts is in the log."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

import pytest
from starlette.testclient import TestClient

from features.declared_clients import Role
from serving import metrics, score_log
from serving.access import MAY, Action
from serving.api import application
from tests.serving.asking import FOUND, ask, is_problem
from tests.serving.conftest import HEADERS


def client_as(opened, *roles: Role) -> TestClient:
    (first, *rest) = opened.settings.clients
    settings = opened.settings.model_copy(update={"clients": (first.model_copy(update={"roles": roles}), *rest)})
    return TestClient(application.create(replace(opened, settings=settings)), raise_server_exceptions=False)


def test_every_action_has_roles():
    assert set(MAY) == set(get_args(Action))
    assert all(MAY.values())


@pytest.mark.parametrize("role", get_args(Role))
def test_only_who_works_on_cases_gets_scores_and_only_case_systems_send_outcomes(opened, role):
    client = client_as(opened, role)
    for action, answer in (("score", ask(client, caseReference="Z-1")), ("record", client.post("/v1/outcomes", json=FOUND, headers=HEADERS))):
        assert (answer.status_code in (200, 201)) == (role in MAY[action]), answer.text
        if role not in MAY[action]:
            is_problem(answer, 403)


def test_who_acts_is_in_the_log_and_in_no_metric(client, opened):
    given = ask(client, {"Acting-User": "p.pietersen"}).json()
    assert score_log.read(opened.engine, given["scoreId"]).payload["user"] == "p.pietersen"
    assert b"pietersen" not in metrics.exposition()


@pytest.mark.parametrize("name", ["111222333", "", "a b", "x" * 256, "p\u00e9"])
def test_a_user_that_is_no_account_name_is_a_400(client, name):
    is_problem(ask(client, {"Acting-User": name.encode()}), 400)
