"""A release of which a gate did not pass and was overridden: every answer says so, and after its last day there is none."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from features.errors import ApprovalError
from features.store import open_store
from features.themes import load_themes
from serving import score_log
from serving.api import application
from serving.backend import Opened, open_all
from serving.commands import _print
from serving.scorer import Scorer
from serving.scorings import open_scorings
from tests.serving.asking import ask, is_problem
from tests.serving.conftest import TODAY, clock, write_release
from tests.training.test_gates import evaluation

UNTIL = TODAY + timedelta(days=30)
REASON = "a [bold]reason[/bold] that is long enough to be one"


@pytest.fixture
def overridden(own_village):
    """A village of which the model lacks labels, and was promoted all the same."""
    folder = write_release(own_village, evaluation=evaluation(rows=299), overridden=(REASON, UNTIL))
    assert json.loads((folder / "gates.json").read_text(encoding="utf-8"))["gates"][0]["state"] == "not enough data"
    return own_village


@pytest.fixture
def on(overridden, sqlite):
    """Give the service as it was opened today, on another day."""

    def asked(day):
        store, themes = open_store(overridden.settings), load_themes(overridden.settings)
        scorer = Scorer(overridden.settings, store, sqlite, themes=themes, scorings=scorings(overridden))
        return TestClient(application.create(Opened(overridden.settings, sqlite, scorer, clock(day))), raise_server_exceptions=False)

    return asked


def scorings(village):
    return open_scorings(village.settings, open_store(village.settings), load_themes(village.settings))


def test_every_answer_says_which_gates_were_overridden_by_whom_why_and_until_when(on, sqlite):
    for address in ("A1", "A7"):  # A7 gets no score, and its answer says it too
        answer = ask(on(TODAY), addressId=address)
        said = answer.json()["model"]["override"]
        assert said == {"gates": ["labels"], "reason": REASON, "overriddenBy": "owner", "untilOn": UNTIL.isoformat()}
        logged = score_log.read(sqlite, answer.json()["scoreId"]).payload["override"]
        assert (logged["person"], logged["until_on"], logged["reason"]) == ("owner", UNTIL.isoformat(), REASON)


def test_an_answer_of_a_model_that_passed_has_no_override(client, opened):
    answer = ask(client)
    assert answer.json()["model"]["override"] is None
    assert score_log.read(opened.engine, answer.json()["scoreId"]).payload["override"] is None


def test_the_command_line_says_it_too_and_prints_the_reason_as_text(on, capsys):
    from serving.api.score_views import ScoreAnswer

    _print(ScoreAnswer.model_validate_json(ask(on(TODAY)).content))
    said = " ".join(capsys.readouterr().out.split())
    assert f"Its model did not pass: labels. Used until {UNTIL} by owner, because: {REASON}" in said


def test_on_its_last_day_it_answers_and_after_it_neither_answers_nor_is_ready(on):
    last, after = on(UNTIL), on(UNTIL + timedelta(days=1))
    assert ask(last).status_code == 200
    assert last.get("/readyz").status_code == 200
    for answer in (ask(after), after.get("/readyz")):
        problem = is_problem(answer, 503)
        assert f"under an override until {UNTIL} (labels), and it is {UNTIL + timedelta(days=1)}" in problem["found"]
        assert "schouw rollback trial" in problem["remedy"]


def test_a_theme_of_which_the_override_ended_stops_and_another_answers_on(overridden, on, sqlite):
    write_release(overridden, theme="unreleased", seed=2)
    client = on(UNTIL + timedelta(days=1))
    problem = is_problem(ask(client), 503)
    assert f"under an override until {UNTIL} (labels)" in problem["found"]
    other = ask(client, theme="unreleased")
    assert other.status_code == 200
    assert other.json()["result"]["score"] > 0
    ready = client.get("/readyz")
    assert ready.status_code == 200
    assert list(ready.json()["releases"]) == ["unreleased"]
    assert ready.json()["withheld"] == {"trial": problem["found"]}
    assert score_log.verify(sqlite).lines == 1, "what was not answered is not in the log"


def test_it_can_be_opened_after_the_last_day_and_is_not_ready_where_no_theme_answers(overridden):
    after = clock(UNTIL + timedelta(days=1))
    opened = open_all(overridden.settings, after)
    with pytest.raises(ApprovalError, match=f"under an override until {UNTIL}"):
        opened.check()
    write_release(overridden, theme="unreleased", seed=2)
    open_all(overridden.settings, after).check()


def test_without_the_override_the_same_release_is_not_loaded(overridden):
    (overridden.folder() / "override.json").unlink()
    with pytest.raises(ApprovalError, match=r"did not pass: labels \(not enough data\)"):
        scorings(overridden)
