"""Many addresses in a call, an answer read back, a case with its limit, an earlier day, and what would be otherwise."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pandas as pd
import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from features.settings import next_as_of
from features.store import open_store
from features.themes import load_themes
from serving import database, score_log
from serving.api import application, guard
from serving.backend import Opened
from serving.score_log.line import PREVIEW, READ
from serving.scorer import Scorer
from serving.scorings import open_scorings
from serving.tables import case_addresses
from serving.tables import score_log as log
from tests.serving import conftest
from tests.serving.asking import ASK, ask, is_problem
from tests.serving.conftest import HEADERS, HOME, KEY_WITHOUT_PURPOSE, SHELTER, TODAY, VISITED, clock, make_village, sources

NOWHERE = "A99"


def client_as(opened: Opened, **changes: Any) -> TestClient:
    (first, *rest) = opened.settings.clients
    settings = opened.settings.model_copy(update={"clients": (first.model_copy(update=changes), *rest)})
    return TestClient(application.create(replace(opened, settings=settings)), raise_server_exceptions=False)


def many(client: TestClient, *addresses: str, **more: Any):
    body = {"theme": "trial", "purpose": "trial", "addresses": [{"addressId": address} for address in addresses], **more}
    return client.post("/v1/score-batches", json=body, headers=HEADERS)


def lines(opened: Opened) -> list[Any]:
    with database.reading(opened.engine) as connection:
        return list(connection.execute(select(log.c.theme, log.c.payload).order_by(log.c.writer_id, log.c.position)))


def test_each_address_of_a_batch_has_its_own_answer_in_order_and_all_are_logged(client, opened):
    answer = many(client, HOME, NOWHERE, SHELTER, "A2", HOME)
    assert answer.status_code == 200, answer.text
    items = answer.json()["items"]
    assert [item["place"] for item in items] == [0, 1, 2, 3, 4]
    assert items[1]["answer"] is None
    assert (items[1]["problem"]["status"], items[1]["problem"]["type"]) == (404, "urn:schouw:problem:not-found")
    assert items[2]["answer"]["notScorable"]["code"] == "not-in-cohort"
    alone = ask(client).json()
    assert items[0]["answer"]["result"] == items[4]["answer"]["result"] == alone["result"]
    ids = [item["answer"]["scoreId"] for item in items if item["answer"]]
    assert len(set(ids)) == 4
    assert all(score_log.read(opened.engine, one).payload["address_id"] for one in ids)
    assert score_log.verify(opened.engine).fault is None


@pytest.mark.parametrize(("addresses", "status"), [([], 400), ([{}], 400), ([{"addressId": HOME}] * 1001, 400), ("A1", 400)])
def test_a_batch_of_none_of_too_many_or_of_no_addresses_is_refused_and_nothing_is_logged(client, opened, addresses, status):
    body = {"theme": "trial", "purpose": "trial", "addresses": addresses}
    is_problem(client.post("/v1/score-batches", json=body, headers=HEADERS), status)
    assert lines(opened) == []


def test_a_thousand_addresses_by_number_fit_in_a_body_and_much_more_does_not():
    longest = {"postcode": "1500 AA", "houseNumber": 99_999, "houseLetter": "b", "houseNumberAddition": "1234567890"}
    assert len(json.dumps([longest] * 1000)) < guard.LargeBodyRoute.maximum_body_bytes


def test_a_purpose_that_is_not_the_callers_gives_no_answer_at_all(client, opened):
    body = {"theme": "trial", "purpose": "joint-case", "addresses": [{"addressId": HOME}]}
    is_problem(client.post("/v1/score-batches", json=body, headers={"Authorization": f"Bearer {KEY_WITHOUT_PURPOSE}"}), 403)
    assert lines(opened) == []


def test_each_address_of_a_batch_counts_as_a_request(opened):
    client = client_as(opened, requests_per_minute=60)
    assert many(client, *([HOME] * 50)).status_code == 200
    is_problem(many(client, HOME), 429)


def test_an_answer_is_read_back_as_it_was_given_in_another_language_too(client):
    for address in (HOME, SHELTER):
        given = ask(client, {"Accept-Language": "nl"}, addressId=address).json()
        path = f"/v1/scores/{given['scoreId']}"
        assert client.get(path, headers={**HEADERS, "Accept-Language": "nl"}).json() == given
        english = client.get(path, headers={**HEADERS, "Accept-Language": "en"})
        assert english.json()["scoreId"] == given["scoreId"]
        assert english.json() != given
        assert client.get(path, headers={**HEADERS, "Accept-Language": "en", "If-None-Match": english.headers["ETag"]}).status_code == 304


def test_that_an_answer_was_read_back_is_logged_with_who_read_it(client, opened):
    score_id = ask(client).json()["scoreId"]
    client.get(f"/v1/scores/{score_id}", headers={**HEADERS, "Acting-User": "p.pietersen"})
    last = lines(opened)[-1]
    said = json.loads(last.payload)
    assert (last.theme, said["read"], said["caller"], said["user"], said["address_id"]) == (READ, score_id, "case-system", "p.pietersen", HOME)
    assert client.get(f"/v1/scores/{said['read'][:-1]}0", headers=HEADERS).status_code == 404
    assert len(lines(opened)) == 2


def test_an_answer_of_another_is_not_told_from_one_that_is_not_there(opened, client):
    score_id = ask(client).json()["scoreId"]
    (first, second) = opened.settings.clients
    for roles, status in ((("case-system",), 404), (("auditor",), 200), (("privacy-officer",), 200), (("data-scientist",), 403)):
        settings = opened.settings.model_copy(update={"clients": (first, second.model_copy(update={"roles": roles}))})
        other = TestClient(application.create(replace(opened, settings=settings)), raise_server_exceptions=False)
        headers = {"Authorization": f"Bearer {KEY_WITHOUT_PURPOSE}"}
        assert other.get(f"/v1/scores/{score_id}", headers=headers).status_code == status
        if status == 404:
            texts = [other.get(f"/v1/scores/{one}", headers=headers).json()["detail"] for one in (score_id, "0" * 8 + score_id[8:])]
            assert texts[0] == texts[1]


def test_a_case_is_about_few_addresses_and_the_same_one_again_is_free(opened):
    client = client_as(opened, addresses_per_case=2)
    for address in (HOME, "A2", HOME):
        assert ask(client, addressId=address, caseReference="Z-1").status_code == 200
    logged = len(lines(opened))
    refused = is_problem(ask(client, addressId="A3", caseReference="Z-1"), 403)
    assert "at most 2 different addresses" in refused["expected"]
    is_problem(many(client, HOME, "A3", caseReference="Z-1"), 403)
    assert len(lines(opened)) == logged
    assert ask(client, addressId="A3", caseReference="Z-2").status_code == 200
    assert ask(client, addressId="A3").status_code == 200
    with database.reading(opened.engine) as connection:
        counted = connection.execute(select(case_addresses.c.case_reference, case_addresses.c.address_id).order_by(*case_addresses.c)).all()
    assert [tuple(row) for row in counted] == [("Z-1", "A1"), ("Z-1", "A2"), ("Z-2", "A3")]


@pytest.mark.parametrize("more", [(), ("data-scientist",), ("auditor", "operator")])
def test_a_handler_looks_up_an_address_within_a_case_alone_whatever_else_they_may(opened, more):
    client = client_as(opened, roles=("case-handler", *more))
    is_problem(ask(client), 403)
    assert ask(client, caseReference="Z-1").json()["caseReference"] == "Z-1"


@pytest.mark.parametrize("reference", ["123456782", "", "a b", None, 1])
def test_a_case_reference_that_is_a_citizen_number_or_no_reference_is_refused(client, reference):
    body = {**ASK, "caseReference": reference}
    is_problem(client.post("/v1/scores", json=body, headers=HEADERS), 400)


def test_an_earlier_day_counts_only_what_was_known_before_it(client, village):
    earlier = ask(client, asOf="2023-11-02").json()
    assert earlier["asOf"] == "2023-11-02"
    values = {c["indicator"]: c["value"] for c in earlier["result"]["contributions"]}
    later = {c["indicator"]: c["value"] for c in ask(client).json()["result"]["contributions"]}
    assert (values["reports_1y"], later["reports_1y"]) == (0.0, 3.0)


def test_an_earlier_day_tells_nothing_of_an_address_that_is_protected_since(tmp_path, sqlite, monkeypatch):
    homes = sources()["addresses"]
    since = homes[homes["address_id"] == "A3"].assign(protection="secret", happened_on="2023-12-20", known_on="2023-12-20")
    monkeypatch.setattr(conftest, "sources", lambda: {**sources(), "addresses": pd.concat([homes, since], ignore_index=True)})
    settings = make_village(tmp_path).settings
    store, themes = open_store(settings), load_themes(settings)
    scorer = Scorer(settings, store, sqlite, themes=themes, scorings=open_scorings(settings, store, themes))
    client = TestClient(application.create(Opened(settings, sqlite, scorer, clock())), raise_server_exceptions=False)
    for day in ("2023-12-10", "2023-12-20", "2023-12-21", None):
        said = ask(client, addressId="A3", asOf=day).json()
        assert (said["result"], said["notScorable"]["code"]) == (None, "not-in-cohort"), day
    assert ask(client, addressId="A4", asOf="2023-12-10").json()["result"]


def test_an_earlier_day_is_answered_of_an_address_that_was_visited_since(client):
    assert ask(client, addressId=VISITED).json()["notScorable"]["code"] == "not-in-cohort"
    assert ask(client, addressId=VISITED, asOf="2023-11-01").json()["result"]


def test_a_day_outside_what_is_kept_is_refused(client, village):
    newest = next_as_of(TODAY)
    for day in (newest + timedelta(days=1), newest - timedelta(days=village.theme().score_retention_days + 1)):
        is_problem(ask(client, asOf=day.isoformat()), 404)
    assert ask(client, asOf=newest.isoformat()).status_code == 200


def test_a_preview_says_what_would_be_and_counts_as_no_score(opened):
    client = client_as(opened, roles=("auditor",))
    body = {**ASK, "otherwise": [{"indicator": "reports_1y", "value": 0}, {"indicator": "reports_3y", "value": None}]}
    answer = client.post("/v1/score-previews", json=body, headers=HEADERS)
    assert answer.status_code == 200, answer.text
    said = answer.json()
    assert said["preview"] is True
    now = ask(client_as(opened)).json()["result"]
    assert said["isNow"] == now["score"]
    row = {part["indicator"]: part["value"] for part in said["otherwise"]["contributions"]}
    assert (row["reports_1y"], row["reports_3y"]) == (0, None)
    total = said["otherwise"]["baseValue"] + sum(part["contribution"] for part in said["otherwise"]["contributions"])
    assert abs(total - said["otherwise"]["logOdds"]) <= 1e-6
    (first, _) = lines(opened)
    assert first.theme == PREVIEW


@pytest.mark.parametrize(
    ("indicator", "value", "status"), [("nothing_such", 1, 404), ("reports_1y", "3", 400), ("reports_1y", True, 400), ("Reports", 1, 400)]
)
def test_a_preview_of_what_the_model_does_not_read_is_refused_and_not_logged(opened, indicator, value, status):
    client = client_as(opened, roles=("auditor",))
    body = {**ASK, "otherwise": [{"indicator": indicator, "value": value}]}
    is_problem(client.post("/v1/score-previews", json=body, headers=HEADERS), status)
    is_problem(client.post("/v1/score-previews", json={**ASK, "otherwise": []}, headers=HEADERS), 400)
    is_problem(client.post("/v1/score-previews", json={**body, "addressId": SHELTER}, headers=HEADERS), status)
    assert lines(opened) == []


def test_a_preview_of_an_address_without_a_score_is_refused_and_that_someone_looked_is_logged(opened):
    body = {**ASK, "addressId": SHELTER, "otherwise": [{"indicator": "reports_1y", "value": 0}]}
    is_problem(client_as(opened, roles=("auditor",)).post("/v1/score-previews", json=body, headers=HEADERS), 404)
    ((theme, payload),) = lines(opened)
    said = json.loads(payload)
    assert (theme, said["address_id"], said["answer"]) == (PREVIEW, SHELTER, None)


def test_who_works_on_cases_gets_no_preview(client):
    is_problem(client.post("/v1/score-previews", json={**ASK, "otherwise": [{"indicator": "reports_1y", "value": 0}]}, headers=HEADERS), 403)
