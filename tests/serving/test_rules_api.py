"""Themes, indicators and models over HTTP: what a caller may know, page by page, and not twice."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from serving.api import application
from serving.backend import Opened
from tests.serving.asking import is_problem
from tests.serving.conftest import HEADERS, KEY_WITHOUT_PURPOSE, write_release
from training import release


def get(client: TestClient, path: str, **headers: str):
    return client.get(f"/v1{path}", headers={**HEADERS, **{name.replace("_", "-"): value for name, value in headers.items()}})


def test_the_themes_of_a_caller_with_purpose_and_ground(client, village):
    answer = get(client, "/themes", Accept_Language="en").json()
    assert [theme["theme"] for theme in answer["items"]] == ["trial", "unreleased"]
    assert (answer["page"], answer["pageSize"], answer["total"]) == (1, 50, 2)
    trial, unreleased = answer["items"]
    assert trial["purpose"]["code"] == "trial"
    assert trial["modelVersion"] == village.folder().name
    assert unreleased["modelVersion"] is None
    assert {source["source"] for source in trial["sources"]} == village.theme().source_names
    assert all(source["legalBasis"] for source in trial["sources"])
    assert get(client, "/themes/trial", Accept_Language="en").json() == trial


def test_a_theme_of_another_caller_is_not_told_from_one_that_is_not_there(opened):
    (first, *rest) = opened.settings.clients
    settings = opened.settings.model_copy(update={"clients": (first.model_copy(update={"themes": ("unreleased",)}), *rest)})
    client = TestClient(application.create(replace(opened, settings=settings)), raise_server_exceptions=False)
    assert [theme["theme"] for theme in get(client, "/themes").json()["items"]] == ["unreleased"]
    assert get(client, "/models").json()["items"] == []
    for path in ("/themes/{}", "/indicators?theme={}"):
        problems = [is_problem(get(client, path.format(code)), 404) for code in ("trial", "nothing")]
        assert problems[0]["found"].replace("trial", "nothing") == problems[1]["found"]


def test_indicators_are_those_of_the_model_each_with_what_it_reads_and_on_which_ground(client, village):
    names, page, grounds = [], 1, {source.name: source.legal_basis for source in village.theme().sources}
    while items := (answer := get(client, f"/indicators?theme=trial&pageSize=7&page={page}").json())["items"]:
        assert len(items) <= 7
        for item in items:
            assert item["reads"]
            assert all(read["columns"] and read["legalBasis"] == grounds[read["source"]] for read in item["reads"])
            assert all(item["about"].values())
        names += [item["indicator"] for item in items]
        page += 1
    assert names == list(release.load(village.folder(), village.settings).indicators)
    assert answer["total"] == len(names)


def test_what_a_reader_has_is_not_sent_again(client):
    first = get(client, "/indicators?theme=trial", Accept_Language="nl")
    tag = first.headers["ETag"]
    assert first.headers["Cache-Control"] == "private, no-cache"
    for sent in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        again = get(client, "/indicators?theme=trial", Accept_Language="nl", If_None_Match=sent)
        assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", tag)
        assert again.headers["API-Version"]
    assert get(client, "/indicators?theme=trial", Accept_Language="nl", If_None_Match='"other"').status_code == 200
    assert get(client, "/indicators?theme=trial", Accept_Language="en", If_None_Match=tag).status_code == 200


def test_a_score_is_kept_by_nobody_on_the_way(client):
    assert client.post("/v1/scores", json={}, headers=HEADERS).headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "path",
    [
        "/themes?page=0",
        "/themes?pageSize=0",
        "/themes?pageSize=101",
        "/themes?page=1&page=2",
        "/themes?page=x",
        "/themes?addressId=0999010000000001",
        "/themes/Trial",
        "/indicators",
        "/indicators?theme=Trial",
        "/indicators?theme=trial&theme=unreleased",
        "/models?theme=../x",
    ],
)
def test_a_url_that_does_not_fit_is_a_400(client, path):
    is_problem(get(client, path), 400)


def test_an_address_in_the_url_is_refused_where_the_body_has_one_too(client):
    from tests.serving.asking import ASK

    is_problem(client.post("/v1/scores?addressId=A1", json=ASK, headers=HEADERS), 400)


def test_beyond_the_last_page_there_is_nothing(client):
    assert get(client, "/themes?page=2").json()["items"] == []


def test_the_champion_stands_with_its_gates_and_who_stood_for_it(client, village):
    (model,) = get(client, "/models").json()["items"]
    loaded = release.load(village.folder(), village.settings)
    assert (model["theme"], model["role"], model["version"], model["releaseHash"]) == ("trial", "champion", loaded.version, loaded.release_hash)
    assert (model["trainedBy"], model["approvedBy"]) == ("scientist", "owner")
    assert [(gate["gate"], gate["state"], gate["why"]) for gate in model["gates"]] == [(g.name, g.state, g.why) for g in loaded.gates.gates]
    assert model["override"] is None


@pytest.fixture
def with_candidate(own_village, open_on, sqlite) -> tuple[Opened, Path]:
    """Give a village of which a candidate lies beside the champion."""
    opened = replace(open_on(sqlite), settings=own_village.settings)
    made = write_release(own_village, seed=2, signed_by_owner=False, version="2024-01-01-00000002")
    folder = own_village.settings.state / "candidates" / "trial" / made.name
    folder.parent.mkdir(parents=True)
    shutil.move(made, folder)
    return opened, folder


def test_the_newest_candidate_is_the_challenger_and_nobody_approved_it(with_candidate):
    opened, folder = with_candidate
    client = TestClient(application.create(opened), raise_server_exceptions=False)
    (folder / release.MODEL_CARD).write_text("# Card")
    champion, challenger = get(client, "/models?theme=trial").json()["items"]
    assert (champion["role"], challenger["role"]) == ("champion", "challenger")
    assert (challenger["version"], challenger["approvedBy"], challenger["card"]) == (folder.name, None, "# Card")


def test_a_release_that_a_rollback_left_is_no_challenger(with_candidate):
    opened, folder = with_candidate
    (opened.settings.state / "releases" / "trial" / folder.name).mkdir()
    client = TestClient(application.create(opened), raise_server_exceptions=False)
    assert [model["role"] for model in get(client, "/models").json()["items"]] == ["champion"]


def test_a_candidate_that_was_changed_is_not_listed_and_one_that_is_put_back_is(with_candidate):
    opened, folder = with_candidate
    client = TestClient(application.create(opened), raise_server_exceptions=False)
    before = (folder / release.GATES).read_bytes()
    (folder / release.GATES).write_bytes(before + b" ")
    assert [model["role"] for model in get(client, "/models").json()["items"]] == ["champion"]
    (folder / release.GATES).write_bytes(before)
    assert len(get(client, "/models").json()["items"]) == 2


def test_a_candidate_or_a_card_that_cannot_be_read_keeps_no_model_from_its_reader(with_candidate):
    opened, folder = with_candidate
    client = TestClient(application.create(opened), raise_server_exceptions=False)
    card = folder / release.MODEL_CARD
    card.write_bytes(b"\xff")
    assert [(one["role"], one["card"]) for one in get(client, "/models?theme=trial").json()["items"]][1:] == [("challenger", None)]
    card.unlink()
    card.symlink_to(folder / "nowhere")
    assert [one["role"] for one in get(client, "/models?theme=trial").json()["items"]] == ["champion"]


def test_without_a_theme_for_which_it_may_ask_a_caller_still_reads_only_its_own(client):
    headers = {"Authorization": f"Bearer {KEY_WITHOUT_PURPOSE}"}
    assert {item["theme"] for item in client.get("/v1/themes", headers=headers).json()["items"]} == {"trial", "unreleased"}


def test_every_reader_needs_a_key(client):
    for path in ("/themes", "/themes/trial", "/indicators?theme=trial", "/models"):
        is_problem(client.get(f"/v1{path}"), 401)
