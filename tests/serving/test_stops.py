"""Stop: every worker at once, lists by lot, only a process owner lets it go on, and who was answered since is told."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from starlette.testclient import TestClient
from typer.testing import CliRunner

from features import cohort
from features.errors import ApprovalError, InputError, NotFoundError, StateError
from features.matrix import Builder
from features.matrix_file import folder_of
from features.settings import next_as_of
from serving.api import application
from serving.backend import Opened
from serving.commands import app
from serving.score_log.since import since
from tests.serving.asking import ASK, FOUND, ask, is_problem
from tests.serving.conftest import HEADERS, HOME, NOW, TODAY, Village
from training import chain
from training.replay import replay
from training.stops import FILE, Stops, resume, stop
from training.worklist import without_model

REASON = "The meter readings of last night were doubled."


@pytest.fixture
def here(own_village: Village, open_on, sqlite) -> Opened:
    """Open a village of which the state may be changed, for a client in every role."""
    opened = open_on(sqlite)
    (first, *rest) = opened.settings.clients
    client = first.model_copy(update={"roles": ("case-system", "operator")})
    settings = own_village.settings.model_copy(update={"clients": (client, *rest)})
    opened.scorer.stops = Stops(settings)
    return replace(opened, settings=settings)


def client_of(opened: Opened) -> TestClient:
    return TestClient(application.create(opened), raise_server_exceptions=False)


@pytest.fixture
def key(own_village: Village, tmp_path: Path):
    """Give the files of the keys of the process owner and of the scientist."""

    def written(name: str) -> Path:
        key = getattr(own_village, name)
        content = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        (tmp_path / name).write_bytes(content)
        return tmp_path / name

    return written


def test_a_stop_holds_in_every_worker_from_the_answer_on_and_ends_by_a_process_owner(here, key):
    one, other = client_of(here), client_of(here)
    assert ask(other).status_code == 200
    made = one.post("/v1/stops", json={"theme": "trial", "reason": REASON}, headers=HEADERS)
    assert made.status_code == 201, made.text
    refused = is_problem(ask(other), 503)
    assert REASON in refused["detail"]
    assert "case-system" in refused["detail"]
    assert other.get("/readyz").json()["stopped"] == ["trial"]
    resume(here.settings, "trial", private_key=key("owner"), reason="The readings were delivered again and checked.", now=NOW)
    assert ask(other).status_code == 200
    listed = one.get("/v1/stops", headers=HEADERS).json()["items"]
    assert [(line["act"], line["by"]) for line in listed] == [("resumed", "owner"), ("stopped", "case-system")]


@pytest.mark.parametrize("path", ["scores", "score-batches", "score-previews"])
def test_a_stop_holds_for_who_asked_before_it_and_was_not_answered_yet(here, monkeypatch, path):
    more = {"scores": {}, "score-batches": {"addresses": [{"addressId": HOME}]}}.get(path, {"otherwise": [{"indicator": "reports_1y", "value": 0}]})
    body = {**({"theme": "trial", "purpose": "trial"} if "addresses" in more else ASK), **more}
    (first, *rest) = here.settings.clients
    client = first.model_copy(update={"roles": ("case-system", "auditor")})
    asking = client_of(replace(here, settings=here.settings.model_copy(update={"clients": (client, *rest)})))
    assert asking.post(f"/v1/{path}", json=body, headers=HEADERS).status_code == 200
    compute = here.scorer._compute

    def meanwhile(*words: object, **named: object) -> object:
        stop(here.settings, "trial", by="someone", reason=REASON, now=NOW)
        return compute(*words, **named)

    monkeypatch.setattr(here.scorer, "_compute", meanwhile)
    is_problem(asking.post(f"/v1/{path}", json=body, headers=HEADERS), 503)
    assert len(list(since(here.engine, NOW))) == (path != "score-previews")


def test_who_stopped_it_is_named_to_those_who_may_stop_it_themselves_alone(here):
    client = client_of(here)
    client.post("/v1/stops", json={"theme": "trial", "reason": REASON}, headers={**HEADERS, "Acting-User": "p.pietersen"})
    assert "pietersen" not in ask(client).text
    assert client.get("/v1/stops", headers=HEADERS).json()["items"][0]["by"] == "case-system/p.pietersen"
    (first, *rest) = here.settings.clients
    plain = replace(here, settings=here.settings.model_copy(update={"clients": (first.model_copy(update={"roles": ("case-system",)}), *rest)}))
    assert client_of(plain).get("/v1/stops", headers=HEADERS).json()["items"][0]["by"] == "case-system"


def test_outcomes_still_come_in_and_other_themes_are_not_touched(here):
    stop(here.settings, "trial", by="someone", reason=REASON, now=NOW)
    client = client_of(here)
    assert client.post("/v1/outcomes", json=FOUND, headers=HEADERS).status_code == 201
    assert client.get("/readyz").status_code == 200
    assert "unreleased" not in Stops(here.settings).now()


def test_only_a_process_owner_lets_it_go_on(here, key):
    with pytest.raises(NotFoundError, match="not stopped"):
        resume(here.settings, "trial", private_key=key("owner"), reason=REASON, now=NOW)
    stop(here.settings, "trial", by="someone", reason=REASON, now=NOW)
    with pytest.raises(ApprovalError, match="the role process-owner"):
        resume(here.settings, "trial", private_key=key("scientist"), reason=REASON, now=NOW)
    assert "trial" in Stops(here.settings).now()


@pytest.mark.parametrize(
    "reason", ["short", "x" * 1001, "Because of what was found at 1500 AB 12 last night", "Because of number 123456782 in the list"]
)
def test_a_reason_that_says_nothing_or_names_a_home_is_refused_and_nothing_is_stopped(here, reason):
    is_problem(client_of(here).post("/v1/stops", json={"theme": "trial", "reason": reason}, headers=HEADERS), 400)
    with pytest.raises(InputError):
        stop(here.settings, "trial", by="someone", reason=reason, now=NOW)
    assert Stops(here.settings).all() == ()


def test_a_theme_that_is_not_there_is_refused(here):
    is_problem(client_of(here).post("/v1/stops", json={"theme": "nothing", "reason": REASON}, headers=HEADERS), 404)
    with pytest.raises(NotFoundError):
        stop(here.settings, "nothing", by="someone", reason=REASON, now=NOW)


def test_a_file_that_was_changed_stops_every_theme(here):
    stop(here.settings, "trial", by="someone", reason=REASON, now=NOW)
    path = here.settings.state / FILE
    path.write_text(path.read_text().replace("doubled", "halved."))
    is_problem(ask(client_of(here)), 503)
    with pytest.raises(StateError):
        Stops(here.settings).now()


def test_the_end_of_a_stop_that_nobody_signed_for_its_place_lets_nothing_go_on(here, key):
    client, path = client_of(here), here.settings.state / FILE
    unsigned = {"theme": "trial", "act": "resumed", "by": "owner", "reason": REASON, "at": NOW.isoformat()}
    stop(here.settings, "trial", by="someone", reason=REASON, now=NOW)
    stopped = path.read_bytes()
    chain.append(path, lambda *_: unsigned)
    is_problem(ask(client), 503)
    path.write_bytes(stopped)
    resume(here.settings, "trial", private_key=key("owner"), reason="The readings were delivered again and checked.", now=NOW)
    assert ask(client).status_code == 200
    signed = chain.read(path)[-1].content
    stop(here.settings, "trial", by="someone", reason=REASON, now=NOW)
    for forged in (signed, {**signed, "theme": "unreleased"}, {**signed, "by": "scientist"}, {**signed, "signature": "none"}):
        whole = path.read_bytes()
        chain.append(path, lambda *_, forged=forged: forged)
        is_problem(ask(client), 503)
        with pytest.raises(StateError, match="not as"):
            Stops(here.settings).now()
        path.write_bytes(whole)


def test_who_let_a_theme_go_on_and_left_since_stops_nothing_once_others_did(here, key):
    for _ in range(2):
        stop(here.settings, "trial", by="someone", reason=REASON, now=NOW)
        resume(here.settings, "trial", private_key=key("owner"), reason="The readings were delivered again and checked.", now=NOW)
    without = here.settings.model_copy(update={"people": tuple(person for person in here.settings.people if person.id != "owner")})
    with pytest.raises(StateError, match="belongs to nobody"):
        Stops(without).now()
    stop(here.settings, "trial", by="someone", reason=REASON, now=NOW)
    assert "trial" in Stops(without).now()


def test_a_stop_that_a_worker_saw_is_not_taken_away_with_its_file(here):
    client, path = client_of(here), here.settings.state / FILE
    stop(here.settings, "trial", by="someone", reason=REASON, now=NOW)
    is_problem(ask(client), 503)
    written = path.read_bytes()
    path.write_bytes(b"")
    is_problem(ask(client), 503)
    with pytest.raises(StateError, match="read before"):
        here.scorer.stops.now()
    path.unlink()
    is_problem(ask(client), 503)
    path.write_bytes(written)
    assert "was stopped on" in is_problem(ask(client), 503)["detail"]


def test_every_answer_since_a_fault_began_is_told(here):
    client = client_of(here)
    given = [ask(client).json()["scoreId"] for _ in range(3)]
    told = list(since(here.engine, NOW))
    assert sorted(entry.score_id for entry in told) == sorted(given)
    assert {entry.payload["address_id"] for entry in told} == {"A1"}
    assert list(since(here.engine, NOW + timedelta(seconds=1))) == []
    assert list(since(here.engine, NOW, theme="unreleased")) == []
    assert list(since(here.engine, datetime(2000, 1, 1), theme="trial"))  # noqa: DTZ001 - UTC without zone, as the log keeps it


def test_while_a_theme_is_stopped_its_list_is_drawn_by_lot(own_village, store):
    as_of, theme = next_as_of(TODAY), own_village.theme()
    folder = folder_of(own_village.settings.state, "trial") / as_of.isoformat()
    Builder(store, theme).write(cohort.at(store, theme, as_of), folder, built_on=TODAY)
    stop(own_village.settings, "trial", by="someone", reason=REASON, now=NOW)
    made = without_model(own_village.settings, "trial", today=TODAY, by="reports", visits=2)
    frame = made.record.frame
    assert {item.arm for item in made.record.items} == {"random"}
    assert {item.propensity for item in made.record.items} == {2 / frame.frame_size}
    assert {item.points for item in made.record.items} == {0.0}
    assert "stopped" in made.record.basis
    assert replay(own_village.settings, "trial", made.record.id) == made.record


def test_the_commands_stop_tell_and_list(here, key, monkeypatch):
    monkeypatch.setenv("SCHOUW_STATE", str(here.settings.state))
    monkeypatch.setattr("features.commands.console.width", 250, raising=False)

    def run(*words: str) -> str:
        done = CliRunner().invoke(app, [*words, "--municipality", str(here.settings.folder)], catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return done.stdout

    assert "Nothing was ever stopped" in run("stops")
    marked = f"{REASON} See [/26-118] and [red]."
    assert "schouw resume trial --key FILE --reason WHY" in run("stop", "trial", "--reason", marked)
    assert marked in run("stops")
    assert [line["act"] for line in json.loads(run("stops", "--json"))] == ["stopped"]
    assert "gives scores again" in run("resume", "trial", "--reason", "Checked and found to be right.", "--key", str(key("owner")))
    again = json.loads(run("stop", "trial", "--reason", REASON, "--json"))
    assert (again["theme"], again["act"], again["reason"]) == ("trial", "stopped", REASON)
