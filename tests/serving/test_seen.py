"""Beside its score an answer says what later inspections found at such scores, and among which addresses the score holds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from serving import score_log
from serving.api.score_views import ScoreAnswer
from serving.backend import Opened, open_all
from serving.commands import _print
from serving.replay import replay
from serving.wording import seen
from tests.serving.asking import ask
from tests.serving.conftest import Village, clock, write_release
from tests.serving.test_score_log import reseal
from tests.serving.test_unlike import client
from tests.training.test_gates import evaluation, of, scrutiny
from training.bands import Band

LOW = Band(above=0.0, upto=0.05, inspected=200, confirmed=4, share=of(0.02, 0.0055, 0.0504))
HIGH = Band(above=0.05, upto=1.0, inspected=1234, confirmed=300, share=of(0.2431, 0.2194, 0.268))
FEW = Band(above=0.0, upto=1.0, inspected=9, confirmed=1, share=of(None))


@pytest.fixture
def with_bands(own_village: Village) -> Callable[..., Opened]:
    """Open the village over a release that says what was seen at each height of the score."""

    def opened(*bands: Band) -> Opened:
        write_release(own_village, evaluation=evaluation().model_copy(update={"scrutiny": scrutiny().model_copy(update={"bands": bands})}))
        return open_all(own_village.settings, clock())

    return opened


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("nl", "Bij een score van 0,05 tot 1 bevestigden 300 van 1.234 latere controles een bevinding: 24,3% (95%-interval 21,9% tot 26,8%)"),
        ("en", "At a score from 0.05 to 1, 300 of 1,234 later inspections confirmed a finding: 24.3% (95% interval 21.9% to 26.8%)"),
    ],
)
def test_an_answer_says_how_many_of_those_inspected_at_such_scores_confirmed(with_bands, language: str, sentence: str) -> None:
    result = ask(client(with_bands(LOW, HIGH)), headers={"Accept-Language": language}).json()["result"]
    assert 0.05 < result["score"] < 1
    figures = {"above": 0.05, "upto": 1.0, "inspected": 1234, "confirmed": 300, "share": 0.2431, "low": 0.2194, "high": 0.268}
    assert result["band"] == {**figures, "sentence": sentence}


def test_of_fewer_than_ten_no_count_is_told(with_bands) -> None:
    band = ask(client(with_bands(FEW)), headers={"Accept-Language": "en"}).json()["result"]["band"]
    assert [band[name] for name in ("inspected", "confirmed", "share", "low", "high")] == [None] * 5
    assert band["sentence"] == seen(FEW, "en")
    assert band["sentence"].startswith("At a score from 0 to 1 there are fewer than 10 later inspections")


def test_a_release_that_does_not_say_gives_no_band(with_bands) -> None:
    assert ask(client(with_bands())).json()["result"]["band"] is None


@pytest.mark.parametrize(
    ("language", "sentence"),
    [("nl", "De score geldt onder adressen zoals die zijn gecontroleerd"), ("en", "The score holds among addresses like those inspected")],
)
def test_an_answer_says_among_which_addresses_its_score_holds(with_bands, language: str, sentence: str) -> None:
    result = ask(client(with_bands(LOW, HIGH)), headers={"Accept-Language": language}).json()["result"]
    assert result["population"] == {"code": "inspected", "sentence": sentence}


def test_a_release_that_is_calibrated_to_the_cohort_says_so(with_bands) -> None:
    opened = with_bands(LOW, HIGH)
    scoring = opened.scorer.scorings["trial"]
    calibrated = scoring.release.card.calibration.model_copy(update={"population": "cohort"})
    loaded = replace(scoring.release, card=scoring.release.card.model_copy(update={"calibration": calibrated}))
    opened.scorer.scorings["trial"] = replace(scoring, release=loaded)
    answer = ask(client(opened), headers={"Accept-Language": "en"}).json()
    sentence = "The score is calibrated to all addresses from which the worklists of this theme were drawn"
    assert answer["result"]["population"] == {"code": "cohort", "sentence": sentence}
    assert score_log.read(opened.engine, answer["scoreId"]).payload["population"] == "cohort"


def test_the_band_is_logged_and_replays(with_bands) -> None:
    opened = with_bands(LOW, HIGH)
    entry = score_log.read(opened.engine, ask(client(opened)).json()["scoreId"])
    logged = entry.payload["answer"]
    assert logged["band"] == HIGH.model_dump(mode="json")
    assert replay(opened.settings, opened.engine, entry.score_id).verdict == "bit-equal"
    reseal(opened.engine, entry.position, dict(entry.payload) | {"answer": logged | {"band": logged["band"] | {"confirmed": 301}}})
    again = replay(opened.settings, opened.engine, entry.score_id)
    assert (again.verdict, again.figures) == ("differs", ("confirmed of the band",))


def test_an_answer_from_before_there_were_bands_replays(with_bands) -> None:
    opened = with_bands(LOW, HIGH)
    entry = score_log.read(opened.engine, ask(client(opened)).json()["scoreId"])
    logged = {name: value for name, value in entry.payload["answer"].items() if name != "band"}
    reseal(opened.engine, entry.position, dict(entry.payload) | {"answer": logged})
    assert replay(opened.settings, opened.engine, entry.score_id).verdict == "bit-equal"


def test_the_command_line_says_it_too(with_bands, capsys) -> None:
    _print(ScoreAnswer.model_validate_json(ask(client(with_bands(LOW, HIGH)), headers={"Accept-Language": "en"}).content))
    said = " ".join(capsys.readouterr().out.split())
    assert f"The score holds among addresses like those inspected. {seen(HIGH, 'en')}." in said


@pytest.mark.parametrize(
    ("language", "objective", "sentence"),
    [
        ("nl", "binary", "Het model leerde van elke controle hoe waarschijnlijk het is dat die een bevinding bevestigt"),
        ("en", "ranking", "The model learned in which order the inspections of one month confirm a finding; then it was calibrated to probabilities"),
    ],
)
def test_an_answer_says_what_its_model_learned(with_bands, capsys, language: str, objective: str, sentence: str) -> None:
    opened = with_bands(LOW, HIGH)
    scoring = opened.scorer.scorings["trial"]
    loaded = replace(scoring.release, card=scoring.release.card.model_copy(update={"objective": objective}))
    opened.scorer.scorings["trial"] = replace(scoring, release=loaded)
    answer = ask(client(opened), headers={"Accept-Language": language}).json()
    assert (answer["model"]["objective"], answer["model"]["sentence"]) == (objective, sentence)
    _print(ScoreAnswer.model_validate(answer))
    assert " ".join(capsys.readouterr().out.split()).count(f"{sentence}.") == 1
