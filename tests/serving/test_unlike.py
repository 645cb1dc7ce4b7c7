"""An address unlike any that the model learned from gets no number: the answer says in which facts, and the log can give it again."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import Engine
from starlette.testclient import TestClient

from features.errors import ReleaseError
from features.ingestion import ingest
from features.settings import load
from serving import metrics, score_log
from serving.api import application
from serving.backend import Opened, open_all
from serving.commands import _print
from serving.replay import replay
from serving.wording import outside
from tests.hamlet import NEVER_STALE
from tests.serving.asking import ask
from tests.serving.conftest import SHELTER, Village, clock, write_release
from tests.serving.test_score_log import reseal
from tests.training.test_gates import evaluation, scrutiny
from training.support import Support, Usual

REPORTS = Usual(indicator="reports_1y", lowest=0.0, highest=2.0, missing=False)
AREA = Usual(indicator="floor_area_m2", lowest=70.0, highest=90.0, missing=False)
YEAR = Usual(indicator="built_year", lowest=1900.0, highest=2000.0, missing=False)
UNLIKE = "a1"


@pytest.fixture
def with_support(own_village: Village) -> Callable[..., Opened]:
    """Open the village over a release that says what inspected addresses look like."""

    def opened(*usual: Usual, most: int = 0, stale: str | None = None) -> Opened:
        like = Support(rows=300, usual=usual, most=most)
        toml = own_village.settings.folder / "municipality.toml"
        if stale:
            toml.write_text(toml.read_text().replace(f"\n{stale} = {NEVER_STALE}\n", f"\n{stale} = 10\n"))
        write_release(own_village, evaluation=evaluation().model_copy(update={"scrutiny": scrutiny().model_copy(update={"support": like})}))
        settings = load(toml.parent, state=own_village.settings.state, raw=own_village.settings.raw)
        if stale:
            ingest(settings)
        return open_all(settings, clock())

    return opened


def client(opened: Opened) -> TestClient:
    return TestClient(application.create(opened), raise_server_exceptions=False)


@pytest.mark.parametrize(
    ("language", "reason", "sentence"),
    [
        (
            "nl",
            "verschilt in te veel feiten",
            "Aantal meldingen in de afgelopen 12 maanden: 3. Bij geen adres waarvan het model leerde was dit zo hoog",
        ),
        ("en", "differs in too many facts", "Reports in the past 12 months: 3. At no address that the model learned from it was as high"),
    ],
)
def test_an_address_unlike_any_gets_no_number_and_the_facts_that_say_so(with_support, language: str, reason: str, sentence: str) -> None:
    said = ask(client(with_support(REPORTS, AREA)), headers={"Accept-Language": language}).json()
    assert said["result"] is None
    assert said["notScorable"]["code"] == "unlike-inspected"
    assert reason in said["notScorable"]["reason"]
    fact = {"indicator": "reports_1y", "value": 3.0, "unit": "reports", "sentence": sentence, "sources": ["reports"]}
    assert said["notScorable"]["outside"] == [fact]


def test_one_fact_fewer_than_too_many_is_scored_and_so_is_an_address_within_all_bounds(with_support) -> None:
    assert ask(client(with_support(REPORTS, AREA, most=1))).json()["result"]
    assert ask(client(with_support(REPORTS, AREA)), addressId="A2").json()["result"]


def test_what_was_never_missing_and_is_missing_here_counts(with_support) -> None:
    (fact,) = ask(client(with_support(YEAR))).json()["notScorable"]["outside"]
    assert fact["value"] is None
    assert fact["sentence"] == "Het bouwjaar staat niet in het register. Bij elk adres waarvan het model leerde was dit bekend"


def test_what_a_stale_source_leaves_missing_does_not_count(with_support) -> None:
    few = REPORTS.model_copy(update={"highest": 9.0})
    opened = with_support(few, stale="reports")
    result = ask(client(opened)).json()["result"]
    assert result, "it is scored without the reports"
    assert {c["indicator"]: c["value"] for c in result["contributions"]}["reports_1y"] is None


def test_who_is_outside_the_cohort_is_told_no_more_than_that(with_support) -> None:
    nothing = Usual(indicator="floor_area_m2", lowest=1.0, highest=2.0, missing=False)
    said = ask(client(with_support(nothing)), addressId=SHELTER).json()["notScorable"]
    assert (said["code"], said["outside"]) == ("not-in-cohort", [])


def test_a_release_that_speaks_of_what_it_does_not_read_is_refused(with_support) -> None:
    with pytest.raises(ReleaseError, match="says what inspected addresses look like in indicators that it does not read"):
        with_support(REPORTS.model_copy(update={"indicator": "no_such_indicator"}))


def test_it_is_logged_with_its_row_and_replays(with_support) -> None:
    opened = with_support(REPORTS, YEAR)
    score_id = ask(client(opened)).json()["scoreId"]
    logged = score_log.read(opened.engine, score_id).payload["answer"]
    assert logged["unlike"] == {"reports_1y": "above", "built_year": "missing"}
    assert (logged["row"]["reports_1y"], logged["row"]["built_year"]) == (3.0, None)
    assert set(logged) == {"unlike", "row"}, "there is no number of it anywhere"
    assert replay(opened.settings, opened.engine, score_id).verdict == "bit-equal"


def test_one_that_a_source_fell_silent_for_replays_with_that_source_silent(with_support) -> None:
    opened = with_support(REPORTS, AREA.model_copy(update={"highest": 75.0}), stale="reports")
    score_id = ask(client(opened)).json()["scoreId"]
    assert score_log.read(opened.engine, score_id).payload["answer"]["unlike"] == {"floor_area_m2": "above"}
    assert replay(opened.settings, opened.engine, score_id).verdict == "bit-equal"


def test_a_changed_row_replays_to_another_answer_and_names_the_fact(with_support) -> None:
    opened = with_support(REPORTS)
    entry = score_log.read(opened.engine, ask(client(opened)).json()["scoreId"])
    logged = entry.payload["answer"]
    reseal(opened.engine, entry.position, dict(entry.payload) | {"answer": logged | {"row": logged["row"] | {"reports_1y": 2.0}}})
    again = replay(opened.settings, opened.engine, entry.score_id)
    assert (again.verdict, again.figures) == ("differs", ("reports_1y (above)",))


def test_the_command_line_says_it_too(with_support, capsys) -> None:
    from serving.api.score_views import ScoreAnswer

    _print(ScoreAnswer.model_validate_json(ask(client(with_support(REPORTS)), headers={"Accept-Language": "en"}).content))
    said = " ".join(capsys.readouterr().out.split())
    assert "So Schouw gives no score" in said
    assert "- Reports in the past 12 months: 3. At no address that the model learned from it was as high" in said


def test_it_is_counted_as_an_answer_without_a_score(with_support) -> None:
    def counted() -> float:
        return metrics.registry.get_sample_value("schouw_scores_total", {"theme": "trial", "result": "not-scorable"}) or 0

    caller, before = client(with_support(REPORTS)), counted()
    ask(caller)
    assert counted() == before + 1


def test_yes_or_no_is_neither_high_nor_low(village: Village, sqlite: Engine) -> None:
    record = next(i for i in open_all(village.settings, clock()).scorer.scorings["trial"].release.manifest.indicators if i.unit == "reports")
    flag = record.model_copy(update={"unit": "yes or no", "en": "A shed: {value}", "en_zero": None})
    assert outside(flag, 1.0, "above", "en") == "A shed: yes. At every address that the model learned from it was otherwise"
