"""No indicator without answers: the five questions of `features.about` are asked of every one, and its page shows the answers."""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path

import pytest

from features import indicator_page
from features.about import SHORTEST, About, must_be_answered
from features.catalogue import catalogue, compose, indicator
from features.columns import Column
from features.errors import CatalogueError
from features.events import Events
from tests.hamlet import TRIAL

QUESTIONS = tuple(f.name for f in fields(About))


def registered(about: About | None) -> dict[str, object]:
    @indicator(about=about, nl="{value}", en="{value}", unit="reports")
    def told_1y(reports: Events) -> Column:
        """Reports of the past year."""
        return reports.within(days=365).count()

    return dict(compose([("trial", told_1y)]))


def test_an_indicator_without_answers_is_refused() -> None:
    with pytest.raises(CatalogueError, match=r"'told_1y' does not answer lawful, proxy, quality, relation, idea\. Expected: .* Do: "):
        registered(None)


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("answer", ["", "n/a", "x" * (SHORTEST - 1), " " * SHORTEST + "x"])
def test_an_answer_that_says_nothing_is_refused_and_named(question: str, answer: str) -> None:
    with pytest.raises(CatalogueError, match=rf"'told_1y' does not answer {question}\. Expected"):
        registered(replace(TRIAL, **{question: answer}))


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_shortest_answer_that_says_something_is_taken(question: str) -> None:
    assert set(registered(replace(TRIAL, **{question: "x" * SHORTEST}))) == {"told_1y"}


def test_every_question_is_asked_on_the_page() -> None:
    assert tuple(indicator_page.QUESTIONS) == QUESTIONS


def test_the_page_shows_every_indicator_once_with_all_its_sentences_and_answers() -> None:
    page = indicator_page.page(catalogue())
    for name, i in catalogue().items():
        assert page.count(f"### {name}\n") == 1
        part = page.split(f"### {name}\n")[1].split("\n## ")[0]
        assert all(sentence in part.split("### ")[0] for sentence in (*i.nl.all, *i.en.all)), name
        members, answers = part.split("**Five questions** (")[1].split(")", 1)
        assert name in members.split(", "), "the first answers below it are its own"
        assert all(getattr(i.about, question) in answers.split("\n### ")[0] for question in QUESTIONS), name


def test_a_subject_is_one_part_of_the_page() -> None:
    heads = [line for line in indicator_page.page(catalogue()).splitlines() if line.startswith("## ")]
    assert sorted(heads) == sorted({f"## {i.subject.replace('_', ' ').capitalize()}" for i in catalogue().values()})


def test_no_sentence_says_today() -> None:
    """The reference day is the day after the question: what is valid until then is valid on a day that has yet to come."""
    said = {sentence for i in catalogue().values() for sentence in (*i.nl.all, *i.en.all)}
    assert [s for s in said if {"vandaag", "today"} & set(s.casefold().split())] == []


def test_an_answer_that_leans_on_the_audit_says_what_the_audit_sees() -> None:
    """It groups scores by the income of the neighbourhood, and by nothing else (`features.audit`)."""
    leaning = {name: i.about.proxy for name, i in catalogue().items() if "audit" in i.about.proxy}
    assert leaning
    assert {name for name, proxy in leaning.items() if "by level of neighbourhood income" not in proxy} == set()


def test_a_page_that_is_fresh_passes_and_one_that_is_stale_or_absent_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "indicators.md"
    assert indicator_page.main([str(path), "--check"]) == 1, "it is not there"
    assert not path.exists(), "looking writes nothing"
    assert indicator_page.main([str(path)]) == 0
    assert indicator_page.main([str(path), "--check"]) == 0
    capsys.readouterr()
    fresh = path.read_text("utf-8")

    changed = dict(catalogue())
    changed["reports_1y"] = replace(changed["reports_1y"], definition="Reports, counted in another way.")
    monkeypatch.setattr(indicator_page, "catalogue", lambda: changed)
    assert indicator_page.main([str(path), "--check"]) == 1
    assert capsys.readouterr().err == (f"{path} is stale. Expected: what the catalogue says. Do: python -m features.indicator_page {path}\n")
    assert path.read_text("utf-8") == fresh, "looking writes nothing"


def test_an_indicator_without_answers_is_said_and_is_no_traceback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(indicator_page, "catalogue", lambda: must_be_answered(None, name="told_1y"))
    assert indicator_page.main([str(tmp_path / "indicators.md"), "--check"]) == CatalogueError.exit_code
    assert "indicator 'told_1y' does not answer lawful" in (said := capsys.readouterr().err)
    assert "an answer of at least 15 characters to each of the five questions" in said
