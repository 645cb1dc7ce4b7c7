"""The demo keeps the rules that it shows, and what it shows can be typed over."""

from __future__ import annotations

import json
import re
import shlex
from datetime import date
from pathlib import Path

import pytest

from experiments import demo
from experiments.asking import Asked, curl
from experiments.demo import earlier_visit
from experiments.showcase import abridged, fill_api
from features.errors import StudyError
from features.limits import Limits
from features.settings import load
from features.themes import load_theme
from serving.api.outcomes import OutcomeReceipt
from serving.api.score_views import ScoreAnswer
from serving.api.scores import ScoreBatchRequest, ScoreRequest
from serving.outcome_content import OutcomeContent
from training.gate import Gate
from training.gates import Gates

REPO = Path(__file__).parents[2]
TOWN = REPO / "municipalities" / "zaanwijk"
KEY = (TOWN / "demo-keys" / "client.key").read_text(encoding="utf-8").strip()
TODAY = date(2025, 12, 31)
ASKED = Asked("/v1/scores", {"theme": "registration", "addressId": "0999010000000001"}, {"result": {"raising": [{"a": 1}, {}, {}], "missing": []}})


def typed(command: str) -> tuple[str, dict[str, str], dict[str, object]]:
    """Address, headers and body of a curl line, as a shell reads it; one that only reads has no body."""
    words = shlex.split(command)
    assert words[:2] == ["curl", "-s"]
    options = list(zip(words[3::2], words[4::2], strict=True))
    headers = dict(value.split(": ", 1) for option, value in options if option == "-H")
    return words[2], headers, json.loads(next((value for option, value in options if option == "-d"), "{}"))


def examples() -> list[tuple[str, dict[str, str], dict[str, object]]]:
    page = (REPO / "docs" / "api.md").read_text(encoding="utf-8")
    return [typed(command.replace("\\\n", "")) for command in re.findall(r"```\n(curl .*?)\n```", page, re.DOTALL)]


def test_the_outcome_of_the_demo_is_sound_and_rests_on_no_score_that_was_given_later() -> None:
    theme = load_theme(load(TOWN), "registration")
    outcome = OutcomeContent.model_validate(earlier_visit(theme, "0999010000000001", today=TODAY))
    outcome.check_dates(TODAY)
    assert outcome.decided_on < TODAY
    assert outcome.score_id is None


@pytest.mark.parametrize("between", [" ", " \\\n  "])
def test_the_line_that_the_demo_prints_asks_what_the_demo_asked(between: str) -> None:
    url, headers, body = typed(curl(load(TOWN), "http://127.0.0.1:1234", ASKED, between=between).replace("\\\n", ""))
    assert (url, body) == ("http://127.0.0.1:1234/v1/scores", ASKED.sent)
    assert headers == {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json", "Accept-Language": "nl"}


def test_the_examples_of_the_api_page_are_accepted_on_the_day_of_the_demo() -> None:
    bodies = {url.removeprefix("http://127.0.0.1:3000/v1"): body for url, headers, body in examples() if headers["Authorization"] == f"Bearer {KEY}"}
    assert list(bodies) == ["/scores", "/score-batches", "/scores/SCORE_ID", "/indicators?theme=registration&pageSize=1", "/outcomes"]
    for request in (ScoreRequest.model_validate(bodies["/scores"]), ScoreBatchRequest.model_validate(bodies["/score-batches"])):
        assert request.purpose == load_theme(load(TOWN), request.theme).purpose.code
    today = load(TOWN).today_on
    assert today is not None
    OutcomeContent.model_validate(bodies["/outcomes"]).check_dates(today)


def paths(value: object, at: str = "") -> set[str]:
    """Give the keys in an answer, each with those above it; what was cut off a list has none."""
    if isinstance(value, dict):
        return {f"{at}.{name}" for name in value}.union(*(paths(inner, f"{at}.{name}") for name, inner in value.items()))
    return set().union(*(paths(inner, at) for inner in value)) if isinstance(value, list) else set()


def whole(value: object) -> object:
    """Give an answer without the words that stand for what was cut off a list."""
    if isinstance(value, dict):
        return {name: whole(inner) for name, inner in value.items()}
    return [whole(inner) for inner in value if not re.fullmatch(r"\.\.\. \d+ more", str(inner))] if isinstance(value, list) else value


def test_the_answers_on_the_api_page_have_the_keys_of_what_the_service_answers() -> None:
    page = (REPO / "docs" / "api.md").read_text(encoding="utf-8")
    shown = [whole(json.loads(part)) for part in re.findall(r"```json\n([^`]*)\n```\n\n\*Written by", page)]
    for model, answer in zip((ScoreAnswer, OutcomeReceipt), shown, strict=True):
        assert paths(answer) == paths(model.model_validate(answer).model_dump(mode="json", by_alias=True))


def test_an_answer_that_is_abridged_says_so_and_keeps_its_figures() -> None:
    assert abridged(ASKED.answer)["result"] == {"raising": [{"a": 1}, "... 2 more"], "missing": []}


def test_an_api_page_without_its_marks_is_not_changed(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    page = tmp_path / "docs" / "api.md"
    page.write_text("<!-- score:begin --><!-- score:end -->", encoding="utf-8")
    with pytest.raises(StudyError, match="lost its marks 'outcome'"):
        fill_api(load(TOWN), ASKED, ASKED, root=tmp_path)
    assert page.read_text(encoding="utf-8") == "<!-- score:begin --><!-- score:end -->"


def gates(*states: str) -> Gates:
    return Gates(limits=Limits(), gates=tuple(Gate(name=f"g{n}", state=s, measured=None, limit=0, why="") for n, s in enumerate(states)))


def test_a_demo_overrides_what_is_undecided_and_nothing_that_failed() -> None:
    assert demo.undecided(gates("passed", "not enough data", "not enough data")) == ["g1", "g2"]
    assert demo.undecided(gates("passed", "not enough data", "failed")) == []
    assert demo.undecided(gates("passed")) == []


def test_a_demo_that_ends_names_no_address_to_ask() -> None:
    assert "http" not in demo.STOPPED
    assert "schouw serve" in demo.STOPPED
