"""What never passes the door: no key, another kind of body, JSON that is not sound."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator

import pytest
from starlette.requests import Request

from serving.api import application, entrance
from serving.api.guard import MAXIMUM_BODY_BYTES, parse, read_body
from serving.api.problems import MOST_FIELDS, Problem
from tests.serving.asking import ASK, FOUND, ask, is_problem, send
from tests.serving.conftest import HEADERS, HOME, KEY


@pytest.mark.parametrize(
    "changes",
    [
        {"purpose": None},
        {"theme": None},
        {"addressId": None},
        {"addressId": 1},
        {"addressId": "0479010000000001"},  # not an id of this municipality
        {"addressId": "A1' OR 1=1"},
        {"theme": ["trial"]},
        {"theme": "Trial"},
        {"theme": "t" * 100},
        {"extra": 1},
        {"address_id": "A1"},
        {"postcode": "1500AA", "houseNumber": 1},
        {"addressId": None, "postcode": "1500AA"},
        {"addressId": None, "postcode": "1500AA", "houseNumber": "1"},
        {"addressId": None, "postcode": "1500AA", "houseNumber": 1.5},
        {"addressId": None, "postcode": "1500AA", "houseNumber": True},
        {"addressId": None, "postcode": "1500AA", "houseNumber": 0},
        {"addressId": None, "postcode": "1500AA", "houseNumber": 10**30},
        {"addressId": None, "postcode": "\x00", "houseNumber": 1},
    ],
)
def test_a_body_that_does_not_fit_is_a_400(client, changes):
    is_problem(ask(client, **changes), 400)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"text"',
        b'{"theme": "trial", "theme": "trial", "purpose": "trial", "addressId": "A1"}',
        b'{"theme": "trial", "purpose": "trial", "postcode": "1500AA", "houseNumber": NaN}',
        b'{"theme": "trial", "purpose": "trial", "postcode": "1500AA", "houseNumber": Infinity}',
        b'{"theme": "trial", "purpose": "trial", "postcode": "1500AA", "houseNumber": -Infinity}',
        b'{"theme": "trial", "purpose": "trial", "postcode": "1500AA", "houseNumber": 1e999}',
        b'{"theme": "trial", "purpose": "trial", "postcode": "1500AA", "houseNumber": ' + b"9" * 5000 + b"}",
        b'{"theme": "\\ud800", "purpose": "trial", "addressId": "A1"}',
        b'{"\\ud800": 1}',
        b"\xff\xfe{}",
        b"[" * 50_000,
        b"{}{}",
    ],
)
def test_json_that_is_not_sound_is_a_400(client, raw):
    is_problem(send(client, raw), 400)


@pytest.mark.parametrize("raw", [b'{"a": NaN}', b'{"a": [-Infinity]}', b"Infinity", b'{"a": 1e999}', b'{"a": 1, "a": 1}', b"\xff"])
def test_what_json_does_not_know_never_reaches_a_model(raw):
    with pytest.raises(Problem, match="not sound JSON"):
        parse(raw)


def test_a_refusal_names_the_field_and_never_repeats_its_value(client):
    problem = is_problem(ask(client, addressId=None, postcode="1500AA", houseNumber="Dorpsstraat 1"), 400)
    assert [e["pointer"] for e in problem["errors"]] == ["/houseNumber"]
    assert "Dorpsstraat" not in json.dumps(problem)


def test_a_refusal_repeats_no_key_that_is_no_name_of_a_field(client):
    problem = is_problem(send(client, json.dumps({**ASK, "Jan de Vries": 1, "x" * 65: 2, "extra": 3})), 400)
    assert [e["pointer"] for e in problem["errors"]] == ["/...", "/...", "/extra"]


def test_a_refusal_tells_a_few_faults_however_many_there_are(client):
    problem = is_problem(send(client, json.dumps({**ASK, **{f"k{n}": n for n in range(3000)}})), 400)
    assert len(problem["errors"]) == MOST_FIELDS


@pytest.mark.parametrize("raw", [b"[" * 900 + b"]" * 900, b'{"a":' * 900 + b"1" + b"}" * 900])
@pytest.mark.parametrize("path", ["/v1/scores", "/v1/outcomes"])
def test_a_value_nested_deep_is_a_400(client, path, raw):
    body = b'{"theme": "trial", "purpose": "trial", "finding": ' + raw + b', "addressId": ' + raw + b"}"
    is_problem(client.post(path, content=body, headers={**HEADERS, "Content-Type": "application/json"}), 400)


@pytest.mark.parametrize("name", ["theme", "purpose", "addressId"])
@pytest.mark.parametrize("change", [" {}", "{} ", "{}\n", "{}\t", "{}\x00", "\u200b{}", "{}\u0661", "{}\uff11"])
def test_an_id_is_taken_as_it_is_or_not_at_all(client, name, change):
    is_problem(ask(client, **{name: change.format(ASK[name])}), 400)


@pytest.mark.parametrize("header", [None, "Bearer", "Bearer ", "Bearer wrong", f"Basic {KEY}", KEY, "Bearer " + "x" * 5000, f"Bearer {KEY} {KEY}"])
def test_without_a_known_key_nothing_is_said(client, header):
    headers = {"Content-Type": "application/json"} | ({} if header is None else {"Authorization": header})
    answer = client.post("/v1/scores", json=ASK, headers=headers)
    is_problem(answer, 401)
    assert answer.headers["www-authenticate"].startswith("Bearer")


def test_a_key_that_is_no_text_is_refused(client):
    is_problem(client.post("/v1/scores", json=ASK, headers=[(b"Authorization", b"Bearer \xff\xfe")]), 401)


def test_two_keys_are_no_key(client):
    is_problem(client.post("/v1/scores", json=ASK, headers=[*HEADERS.items(), ("Authorization", "Bearer other")]), 401)


@pytest.mark.parametrize(("name", "value"), [("Content-Type", "application/json"), ("Idempotency-Key", "k1")])
def test_a_header_that_can_mean_one_thing_stands_once(client, name, value):
    headers = [*HEADERS.items(), (name, value), (name, "text/plain")]
    problem = is_problem(client.post("/v1/outcomes", content=json.dumps(FOUND), headers=headers), 400)
    assert problem["found"] == f"the header {name.lower()} stands twice"


def test_a_caller_that_leaves_before_the_end_is_no_fault_of_ours():
    async def receive() -> dict[str, object]:
        return {"type": "http.disconnect"}

    with pytest.raises(Problem, match="ended before it was whole") as refused:
        asyncio.run(read_body(Request({"type": "http", "headers": []}, receive)))
    assert refused.value.status == 400


def test_every_route_of_the_api_asks_for_a_key_before_anything_else(client, monkeypatch):
    monkeypatch.setattr(entrance, "FAILED_PER_MINUTE", 1_000_000)
    paths = {f"/v1{re.sub('{.*?}', 'x', path)}": list(operations) for path, operations in application.openapi()["paths"].items()}
    assert len(paths) > 10
    for path, methods in paths.items():
        for method in methods:
            is_problem(client.request(method, path, content=b"{"), 401)


def test_a_body_that_is_too_large_is_refused_as_declared_and_in_chunks(client):
    large = json.dumps({**ASK, "extra": "x" * MAXIMUM_BODY_BYTES}).encode()

    def chunks() -> Iterator[bytes]:
        for start in range(0, len(large), 1000):
            yield large[start : start + 1000]

    is_problem(send(client, large), 413)
    is_problem(client.post("/v1/scores", content=chunks(), headers={**HEADERS, "Content-Type": "application/json"}), 413)


def test_a_body_of_another_kind_is_refused(client):
    for kind in ("text/plain", "application/xml", "application/json; charset=latin-1", ""):
        is_problem(send(client, json.dumps(ASK), {"Content-Type": kind}), 415)
    is_problem(send(client, json.dumps(ASK), {"Content-Encoding": "gzip"}), 415)
    assert send(client, json.dumps(ASK), {"Content-Type": "Application/JSON; charset=UTF-8"}).status_code == 200


def test_an_answer_that_the_caller_cannot_read_is_refused(client):
    is_problem(ask(client, headers={"Accept": "text/html, application/xml;q=0.9"}), 406)
    assert ask(client, headers={"Accept": "text/html, application/*;q=0.5"}).status_code == 200


@pytest.mark.parametrize(
    ("accept", "status"),
    [("application/json;q=0", 406), ("*/*;q=0", 406), ("*/*, application/json;q=0", 406), ("*/*;q=0, application/json", 200), ("", 200)],
)
def test_a_weight_of_zero_is_a_refusal(client, accept, status):
    answer = ask(client, headers={"Accept": accept})
    assert answer.status_code == status


@pytest.mark.parametrize(
    ("path", "would_do"),
    [("/v1/scores", "POST"), ("/v1/outcomes", "POST"), ("/v1/stops", "GET, POST"), ("/v1/openapi.json", "GET"), ("/livez", "GET, HEAD")],
)
def test_another_method_is_a_405_that_says_which_would_do(client, path, would_do):
    answer = client.request("DELETE", path, headers=HEADERS)
    is_problem(answer, 405)
    assert answer.headers["allow"] == would_do


@pytest.mark.parametrize("path", ["/", "/v1", "/v1/scores/", f"/v1/scores/{HOME}/x", "/docs", "/v1/docs", "/openapi.json"])
def test_another_path_is_a_404(client, path):
    is_problem(client.get(path, headers=HEADERS, follow_redirects=False), 404)
