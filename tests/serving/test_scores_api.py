"""Scores as a case system meets them: the real application, over a real release."""

from __future__ import annotations

import math
import re

import pytest
from sqlalchemy import text

from features.catalogue import catalogue
from serving import database, score_log
from tests.serving.asking import ask, is_problem
from tests.serving.conftest import KEY_WITHOUT_PURPOSE, SHED, SHELTER, VISITED


def test_a_score_comes_with_all_that_its_reader_needs(client):
    answer = ask(client)
    assert answer.status_code == 200
    said = answer.json()
    assert re.fullmatch(r"[0-9a-f-]{36}", said["scoreId"])
    assert said["asOf"] == "2024-01-02"  # the day after today: everything known today counts
    assert (said["theme"], said["purpose"], said["notFor"], said["synthetic"]) == ("trial", "trial", "alles", True)
    assert said["model"]["trainedBy"] == "scientist"
    assert said["model"]["approvedBy"] == "owner"
    assert said["note"].startswith("Verzonnen gegevens")
    assert "geschatte kans" in said["result"]["meaning"]
    assert "2 januari 2024" in said["result"]["meaning"]
    assert {s["source"]: s["lastKnownOn"] for s in said["result"]["sources"]}["reports"] == "2023-11-02"


@pytest.mark.parametrize("address", ["A1", "A2"])
def test_the_score_is_the_sum_of_its_reasons(client, address):
    result = ask(client, addressId=address).json()["result"]
    total = result["baseValue"] + math.fsum(c["contribution"] for c in result["contributions"])
    assert total == pytest.approx(result["logOdds"], abs=1e-6)
    assert result["score"] == pytest.approx(1 / (1 + math.exp(-result["logOdds"])), abs=1e-12)
    for direction, sign in (("raising", 1), ("lowering", -1)):
        assert len(result[direction]) <= 5
        for reason in result[direction]:
            assert reason["contribution"] * sign > 0
            assert reason["contribution"] == pytest.approx(math.fsum(c["contribution"] for c in reason["indicators"]), abs=1e-12)


def test_reasons_fall_in_weight_and_name_each_family_once(client):
    result = ask(client).json()["result"]
    for direction in ("raising", "lowering"):
        weights = [abs(reason["contribution"]) for reason in result[direction]]
        assert weights == sorted(weights, reverse=True)
    codes = [reason["code"] for reason in result["raising"] + result["lowering"]]
    assert len(set(codes)) == len(codes)
    assert set(codes) <= {i.family for i in catalogue().values()}
    assert set(codes) - set(catalogue()), "a family goes by its own name, not by that of an indicator with its window"


def test_what_a_score_is_not_for_is_said_in_the_language_asked_for(client):
    said = {language: ask(client, headers={"Accept-Language": language}).json()["notFor"] for language in ("nl", "en")}
    assert said == {"nl": "alles", "en": "anything"}


def test_what_is_missing_is_null_and_told(client):
    result = ask(client).json()["result"]
    without = {c["indicator"] for c in result["contributions"] if c["value"] is None}
    assert {"built_year", "days_since_inspection"} <= without
    said = {name: m["sentence"] for m in result["missing"] for name in m["indicators"]}
    assert said["built_year"] == "Het bouwjaar staat niet in het register"
    assert set(said) == {name for name in without if not catalogue()[name].absence_known}


def test_that_there_never_was_an_inspection_is_a_fact_and_not_missing(client):
    result = ask(client).json()["result"]
    assert "days_since_inspection" not in {name for m in result["missing"] for name in m["indicators"]}
    found = [c for c in result["contributions"] if c["indicator"] == "days_since_inspection"]
    assert [c["value"] for c in found] == [None], "no number was made of it either"


@pytest.mark.parametrize(("header", "language", "word"), [(None, "nl", "meldingen"), ("en-GB, nl;q=0.5", "en", "reports"), ("fr", "nl", "meldingen")])
def test_the_caller_chooses_the_language(client, header, language, word):
    answer = ask(client, headers={} if header is None else {"Accept-Language": header})
    assert answer.headers["content-language"] == language
    assert any(word in reason["sentence"].lower() for reason in answer.json()["result"]["raising"])


@pytest.mark.parametrize(
    ("fields", "address"),
    [({"postcode": "1500 aa", "houseNumber": 1}, "A1"), ({"postcode": "1500AA", "houseNumber": 9, "houseLetter": "B"}, "A10")],
)
def test_postcode_and_number_find_the_address(client, fields, address):
    assert ask(client, addressId=None, **fields).json()["addressId"] == address


@pytest.mark.parametrize(
    "fields", [{"houseNumber": 9}, {"houseNumber": 9, "houseLetter": "c"}, {"houseNumber": 77}, {"houseNumber": 1, "houseLetter": "a"}]
)
def test_a_number_that_does_not_exist_is_not_found(client, fields):
    is_problem(ask(client, addressId=None, postcode="1500AA", **fields), 404)


def test_nobody_protected_can_be_told_from_any_other_address_without_a_score(client):
    said = {address: ask(client, addressId=address).json() for address in (SHELTER, VISITED, SHED)}
    for address, answer in said.items():
        assert answer["result"] is None
        assert answer.pop("addressId") == address
        answer.pop("scoreId")
    assert said[SHELTER] == said[VISITED] == said[SHED]
    assert said[SHELTER]["notScorable"] == {
        "code": "not-in-cohort",
        "reason": "Voor dit adres geeft Schouw bij dit thema geen score. Dat zegt niets over het adres.",
        "outside": [],
    }


def test_the_log_does_not_tell_a_shelter_either(client, opened):
    payloads = [score_log.read(opened.engine, ask(client, addressId=a).json()["scoreId"]).payload for a in (SHELTER, SHED)]
    for payload in payloads:
        for own in ("score_id", "address_id", "address_hash"):
            payload.pop(own)
    assert payloads[0] == payloads[1]


@pytest.mark.parametrize(
    ("changes", "status", "word"),
    [
        ({"addressId": "A999"}, 404, "address"),
        ({"theme": "nothing"}, 404, "theme"),
        ({"theme": "unreleased"}, 404, "no released model"),
        ({"purpose": "joint-case"}, 403, "purpose"),
        ({"purpose": "curiosity"}, 403, "purpose"),
    ],
)
def test_what_is_unknown_and_what_is_not_allowed(client, changes, status, word):
    assert word in is_problem(ask(client, **changes), status)["found"]


def test_another_clients_purpose_is_refused(client):
    is_problem(ask(client, headers={"Authorization": f"Bearer {KEY_WITHOUT_PURPOSE}"}), 403)
    is_problem(ask(client, headers={"Authorization": f"Bearer {KEY_WITHOUT_PURPOSE}"}, purpose="joint-case"), 403)


def test_no_answer_leaves_that_could_not_be_logged(client, opened):
    with database.writing(opened.engine) as connection:
        connection.execute(text("ALTER TABLE score_log RENAME TO score_log_elsewhere"))
    answer = ask(client)
    is_problem(answer, 503)
    assert "contribution" not in answer.text
    assert answer.headers["retry-after"]


def test_every_answer_is_in_the_log_when_it_leaves(client, opened):
    said = [ask(client).json(), ask(client, addressId=SHELTER).json()]
    for answer in said:
        payload = score_log.read(opened.engine, answer["scoreId"]).payload
        assert (payload["caller"], payload["purpose"], payload["address_id"]) == ("case-system", "trial", answer["addressId"])
    logged = score_log.read(opened.engine, said[0]["scoreId"]).payload["answer"]
    assert logged["contributions"] == {c["indicator"]: c["contribution"] for c in said[0]["result"]["contributions"]}
    assert logged["row"] == {c["indicator"]: c["value"] for c in said[0]["result"]["contributions"]}
    assert score_log.verify(opened.engine) == score_log.Verification(2, None)
