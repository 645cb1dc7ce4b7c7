"""A release that is promoted while the service runs: no request is lost, and one that cannot be loaded changes nothing."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest
from starlette.testclient import TestClient

from serving import champions
from serving.api import application
from serving.backend import Opened, open_all
from tests.serving.asking import ask
from tests.serving.conftest import Village, clock, write_release
from training import release

NEWER = "2024-01-01-00000007"


@pytest.fixture(autouse=True)
def quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(champions, "LOOK_S", 0.0)
    monkeypatch.setattr(champions, "AGAIN_S", 0.05)


@pytest.fixture
def opened(own_village: Village) -> Opened:
    return open_all(own_village.settings, clock())


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_promotion_is_answered_with_while_others_ask_and_no_request_is_lost(own_village, opened):
    client = TestClient(application.create(opened), raise_server_exceptions=False)
    before = ask(client).json()["model"]["version"]
    seen: list[tuple[int, str]] = []
    go_on = threading.Event()

    def asking() -> None:
        while not go_on.is_set():
            answer = ask(client)
            seen.append((answer.status_code, answer.json()["model"]["version"]))

    threads = [threading.Thread(target=asking) for _ in range(3)]
    for thread in threads:
        thread.start()
    write_release(own_village, seed=7, version=NEWER)
    try:
        until(lambda: bool(seen) and seen[-1][1] == NEWER)
    finally:
        go_on.set()
        for thread in threads:
            thread.join()
    assert {status for status, _ in seen} == {200}
    assert {version for _, version in seen} == {before, NEWER}
    assert opened.scorer.champions.failed is None


def test_a_release_that_cannot_be_loaded_is_told_and_the_one_before_answers_on(own_village, opened):
    client = TestClient(application.create(opened), raise_server_exceptions=False)
    before = ask(client).json()["model"]["version"]
    folder = write_release(own_village, seed=7, version=NEWER)
    whole = (folder / release.GATES).read_bytes()
    (folder / release.GATES).write_bytes(whole + b" ")
    ask(client)
    until(lambda: opened.scorer.champions.failed is not None)
    assert ask(client).json()["model"]["version"] == before
    assert "not loaded" in client.get("/readyz").json()
    (folder / release.GATES).write_bytes(whole)
    until(lambda: ask(client).json()["model"]["version"] == NEWER)
    assert "not loaded" not in client.get("/readyz").json()


def test_a_fault_of_our_own_is_no_release_that_was_loaded(own_village, opened, monkeypatch):
    client = TestClient(application.create(opened), raise_server_exceptions=False)
    before = ask(client).json()["model"]["version"]
    reopen = opened.scorer.champions._reopen
    monkeypatch.setattr(opened.scorer.champions, "_reopen", lambda _code: {}["nothing"])
    write_release(own_village, seed=7, version=NEWER)
    ask(client)
    until(lambda: opened.scorer.champions.failed is not None)
    assert "KeyError" in client.get("/readyz").json()["not loaded"]
    assert ask(client).json()["model"]["version"] == before
    monkeypatch.setattr(opened.scorer.champions, "_reopen", reopen)
    until(lambda: ask(client).json()["model"]["version"] == NEWER)


def test_a_theme_that_cannot_be_loaded_keeps_no_other_from_going_back(own_village, opened):
    client = TestClient(application.create(opened), raise_server_exceptions=False)
    ask(client)
    other = own_village.settings.state / "releases" / "unreleased"
    other.mkdir()
    (other / release.CHAMPION).write_text("2024-01-01-0badbad0")
    write_release(own_village, seed=7, version=NEWER)
    until(lambda: ask(client).json()["model"]["version"] == NEWER)
    until(lambda: "not loaded" in client.get("/readyz").json())


def test_what_did_not_change_is_not_loaded_again(opened, monkeypatch):
    client = TestClient(application.create(opened), raise_server_exceptions=False)
    monkeypatch.setattr(opened.scorer.champions, "_reopen", lambda _code: pytest.fail("it was loaded again"))
    for _ in range(3):
        assert ask(client).status_code == 200
    until(lambda: not opened.scorer.champions._turn.locked())
