"""How fast a caller may ask, and how many requests a worker takes at once."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from starlette.testclient import TestClient

from serving.api import application, entrance
from serving.api.pace import BURST_S, MOST_HELD, Pace, Places
from tests.serving.asking import ASK, ask, is_problem


class Hand:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.at = 1000.0

    def __call__(self) -> float:
        return self.at


@pytest.mark.parametrize(("workers", "per_minute"), [(1, 60), (1, 6000), (2, 600), (4, 60)])
def test_over_ten_minutes_nobody_gets_more_than_the_limit_and_one_burst(workers, per_minute):
    clock = Hand()
    pace = Pace(workers, clock)
    passed = 0
    for _ in range(60_000):
        passed += pace.take("a", per_minute) == 0
        clock.at += 0.01
    each = per_minute / workers / 60
    assert 600 * each - 1 <= passed <= (600 + BURST_S) * each + 2


def test_who_waits_as_long_as_was_said_may_pass_and_a_refusal_costs_nothing():
    clock = Hand()
    pace = Pace(1, clock)
    while not (wait := pace.take("a", 60)):
        pass
    assert pace.take("a", 60) == wait
    clock.at += wait
    assert pace.take("a", 60) == 0
    assert pace.take("a", 60) > 0
    assert pace.take("b", 60) == 0


def test_names_that_are_tried_do_not_fill_the_memory():
    clock = Hand()
    pace = Pace(1, clock)
    for n in range(3 * MOST_HELD):
        pace.take(str(n), 60_000)
        clock.at += 0.01
    assert len(pace._free_at) <= MOST_HELD


def client_of(opened, per_minute: int) -> TestClient:
    (first, *rest) = opened.settings.clients
    slower = first.model_copy(update={"requests_per_minute": per_minute})
    settings = opened.settings.model_copy(update={"clients": (slower, *rest)})
    return TestClient(application.create(replace(opened, settings=settings)), raise_server_exceptions=False)


def test_a_client_that_asks_too_fast_is_told_how_long_to_wait_and_nothing_is_logged(opened):
    client = client_of(opened, 6)
    answers = [ask(client) for _ in range(3)]
    assert answers[0].status_code == 200
    is_problem(answers[-1], 429)
    assert int(answers[-1].headers["Retry-After"]) >= 1
    assert "at most 6 requests a minute" in answers[-1].json()["expected"]


def test_who_goes_on_trying_keys_is_slowed_down_and_a_known_key_still_passes(client, monkeypatch):
    monkeypatch.setattr(entrance, "FAILED_PER_MINUTE", 6)
    tried = [client.post("/v1/scores", json=ASK, headers={"Authorization": f"Bearer {n}"}).status_code for n in range(5)]
    assert tried[0] == 401
    assert tried[-1] == 429
    assert ask(client).status_code == 200


def test_more_requests_at_once_than_there_are_places_are_refused_and_places_come_free():
    async def tried() -> list[int]:
        go, seen = asyncio.Event(), []

        async def slow(_scope, _receive, send):
            await go.wait()
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body"})

        async def send(message):
            if message["type"] == "http.response.start":
                seen.append(message["status"])

        places = Places(slow, 2)
        scope = {"type": "http", "schouw_request_id": "00000000-0000-0000-0000-000000000000"}
        waiting = [asyncio.create_task(places(scope, None, send)) for _ in range(2)]
        await asyncio.sleep(0)
        await places(scope, None, send)
        go.set()
        await asyncio.gather(*waiting)
        await places(scope, None, send)
        return seen

    assert asyncio.run(tried()) == [429, 200, 200, 200]
