"""Scoring in one process: the clock, the purpose, the approval, and the sum of the reasons."""

from __future__ import annotations

import hashlib
import math
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from features.declared_clients import Client
from features.engine import replaced_whole
from features.errors import ApprovalError, NotFoundError, PurposeError, ReleaseError
from features.ingestion import ingest
from features.matrix import Builder
from features.store import open_store
from features.themes import load_themes
from serving import access, score_log, scorings
from serving.access import Caller, as_caller, permit, recognise
from serving.addresses import Asked
from serving.backend import open_all
from serving.result import explained
from serving.scorer import Question
from serving.scorings import open_scorings
from tests.serving.conftest import HOME, KEY, TODAY, clock, sources, write_release
from training import model, release


def value(answer, indicator: str) -> float:
    return next(c.value for c in answer.score.contributions if c.indicator.name == indicator)


def ask(opened, caller, address: str = HOME, **changes):
    return opened.scorer.score(Asked(address), Question(**{"theme": "trial", "purpose": "trial", "caller": caller, "clock": opened.clock} | changes))


@pytest.mark.parametrize(("known_on", "counted"), [("2023-12-31", 4.0), ("2024-01-01", 4.0), ("2024-01-02", 3.0)])
def test_a_report_known_today_counts_and_one_of_tomorrow_does_not(own_village, caller, known_on, counted):
    raw = sources()["reports"]
    one_more = raw.iloc[[0]].assign(record_id="R99", happened_on="2023-12-30", known_on=known_on)
    settings = own_village.settings.model_copy(update={"raw": own_village.settings.state / "raw"})
    shutil.copytree(own_village.settings.raw_folder, settings.raw)
    with replaced_whole(settings.raw / "reports.parquet") as draft:
        type(raw)(raw.to_dict("records") + one_more.to_dict("records")).astype("string").to_parquet(draft, index=False)
    ingest(settings, today=max(TODAY, date.fromisoformat(known_on)))
    answer = ask(open_all(settings, clock()), caller)
    assert value(answer, "reports_1y") == counted


def test_the_clock_is_read_for_every_question(open_on, sqlite, caller):
    a_year_on = open_on(sqlite, today=date(2024, 12, 31))
    assert value(ask(open_on(sqlite), caller), "reports_1y") == 3.0
    answer = ask(a_year_on, caller)
    assert answer.as_of == date(2025, 1, 1)
    assert value(answer, "reports_1y") == 0.0


def test_an_answer_holds_nothing_from_a_source_outside_the_purpose(opened, caller):
    answer = ask(opened, caller)
    read = {source for c in answer.score.contributions for source in c.indicator.sources}
    assert read
    assert read <= answer.theme.source_names
    assert set(answer.inputs) <= answer.theme.source_names


def test_a_theme_that_lost_a_source_does_not_answer_with_the_old_model(own_village):
    file = own_village.settings.folder / "themes" / "trial.toml"
    file.write_text(file.read_text().replace('[[sources]]\nname = "reports"\nlegal_basis = "trial"', ""))
    assert "reports" not in file.read_text().split("[[sources]]", 1)[1]
    with pytest.raises(ReleaseError, match="another purpose or on other indicators"):
        open_scorings(own_village.settings, open_store(own_village.settings), load_themes(own_village.settings))


RULES = {
    "other objects": ('uses = ["residential"]', 'uses = ["industry"]'),
    "other exclusions": ('permits = ["room-rental"]', "permits = []"),
    "other permits": ('permits = ["room-rental"]', 'permits = ["conversion"]'),
    "another finding confirms": ('confirming = ["confirmed"]', 'confirming = ["something-else"]'),
    "another span": ("span_days = 120", "span_days = 121"),
    "other limits": ("[capacity]", "[limits]\nminimum_labels = 299\n[capacity]"),
}
TEXTS = {
    "title": ('title_en = "Trial"', 'title_en = "A trial"'),
    "law": ('legal_power = "none: a trial"', 'legal_power = "Omgevingswet art. 18.6"'),
    "what it is not for": ('not_for_en = "anything"', 'not_for_en = "anything at all"'),
    "visits": ("visits = 2", "visits = 3"),
    "share of the random arm": ("share = 0.1\n", "share = 0.2\n"),
    "no random arm": ('form = "visit"\nshare = 0.1\n', 'form = "none"\nnone_because = "a lawyer said so"\n'),
    "legal basis": ('name = "permits"\nlegal_basis = "trial"', 'name = "permits"\nlegal_basis = "the law"'),
    "title of the purpose": ('title_en = "trial"', 'title_en = "a purpose"'),
}


def change(village, found, put):
    file = village.settings.folder / "themes" / "trial.toml"
    text = file.read_text()
    assert found in text
    file.write_text(text.replace(found, put))


@pytest.mark.parametrize("rule", RULES)
def test_a_theme_whose_rules_changed_does_not_answer_with_the_old_model(own_village, rule):
    change(own_village, *RULES[rule])
    with pytest.raises(
        ReleaseError, match=r"learned under other rules than theme 'trial' has now.*build, train and promote again, or restore the theme"
    ):
        load_scorings(own_village)


@pytest.mark.parametrize("text", TEXTS)
def test_a_theme_of_which_only_a_text_changed_answers_on(own_village, text):
    change(own_village, *TEXTS[text])
    assert list(load_scorings(own_village)) == ["trial"]


def test_limits_of_the_release_itself_do_not_count(own_village, monkeypatch):
    """Even where the two hashes agree: the limits are those of the municipality."""
    change(own_village, "[capacity]", "[limits]\nminimum_labels = 301\n[capacity]")
    monkeypatch.setattr(scorings, "_check_same", lambda *_: None)
    with pytest.raises(ApprovalError, match="are not what its evaluation gives under the limits of its theme"):
        load_scorings(own_village)


def test_a_release_of_another_theme_is_not_served(own_village):
    releases = own_village.settings.state / "releases"
    shutil.copytree(releases / "trial", releases / "unreleased")
    with pytest.raises(ReleaseError, match="is of theme 'trial', not 'unreleased'"):
        load_scorings(own_village)


def test_a_column_that_is_filled_after_the_release_changes_no_answer(own_village, caller):
    """The release keeps the indicators it was trained on; a matrix that is built anew has the new ones too."""
    before = ask(open_all(own_village.settings, clock()), caller)
    assert "violations_last" not in before.score.row
    raw = sources()["inspections"].assign(violations="3", severe_violations="1")
    settings = own_village.settings.model_copy(update={"raw": own_village.settings.state / "raw"})
    shutil.copytree(own_village.settings.raw_folder, settings.raw)
    with replaced_whole(settings.raw / "inspections.parquet") as draft:
        raw.astype("string").to_parquet(draft, index=False)
    ingest(settings)
    opened = open_all(settings, clock())
    after = ask(opened, caller)
    assert repr(after.score) == repr(before.score)
    assert tuple(after.score.row) == after.release.indicators == after.release.card.indicators
    anew = Builder(open_store(settings), own_village.theme())
    assert set(anew.indicators) - set(after.score.row) >= {"violations_last", "severe_violations_last"}


def test_a_column_that_is_no_longer_filled_is_missing_and_the_release_still_answers(own_village, caller):
    settings = own_village.settings.model_copy(update={"raw": own_village.settings.state / "raw"})
    shutil.copytree(own_village.settings.raw_folder, settings.raw)
    with replaced_whole(settings.raw / "addresses.parquet") as draft:
        sources()["addresses"].drop(columns="built_year").astype("string").to_parquet(draft, index=False)
    ingest(settings)
    answer = ask(open_all(settings, clock()), caller, "A2")
    assert "built_year" in answer.release.indicators
    assert math.isnan(value(answer, "built_year"))
    assert tuple(answer.score.row) == answer.release.indicators


def test_a_theme_with_another_purpose_does_not_answer_with_the_old_model(own_village):
    file = own_village.settings.folder / "themes" / "trial.toml"
    file.write_text(file.read_text().replace('[purpose]\ncode = "trial"', '[purpose]\ncode = "another"'))
    with pytest.raises(ReleaseError, match="another purpose"):
        open_scorings(own_village.settings, open_store(own_village.settings), load_themes(own_village.settings))


@pytest.mark.parametrize(
    ("themes", "purposes", "purpose"),
    [
        ({"trial"}, {"trial"}, "joint-case"),
        ({"trial"}, {"joint-case"}, "trial"),
        ({"trial"}, {"joint-case"}, "joint-case"),
        ({"other"}, {"trial"}, "trial"),
    ],
)
def test_only_the_themes_own_purpose_by_a_caller_who_has_it(village, themes, purposes, purpose):
    with pytest.raises(PurposeError):
        permit(Caller("x", frozenset(themes), frozenset(purposes)), village.theme(), purpose)


def test_a_refused_purpose_computes_and_logs_nothing(opened, caller):
    with pytest.raises(PurposeError):
        ask(opened, caller, purpose="curiosity")
    assert score_log.verify(opened.engine).lines == 0


def test_a_key_is_recognised_by_its_hash_alone():
    digest = hashlib.sha256(KEY.encode()).hexdigest()
    client = Client(id="one", key_sha256=digest, purposes=("p",), themes=("t",))
    other = Client(id="two", key_sha256="0" * 64, purposes=("p",), themes=("t",))
    for listed in ((client, other), (other, client)):
        assert recognise(listed, KEY) == as_caller(client)
    assert recognise((client, other), digest) is None
    assert recognise((), KEY) is None


def test_every_client_is_compared_in_constant_time(monkeypatch):
    compared = []
    monkeypatch.setattr(access.hmac, "compare_digest", lambda a, b: compared.append(a) or a == b)
    clients = [Client(id=f"c{n}", key_sha256=hashlib.sha256(str(n).encode()).hexdigest(), purposes=(), themes=()) for n in range(3)]
    assert recognise(clients, "0").id == "c0"
    assert len(compared) == 3


def load_scorings(village):
    return open_scorings(village.settings, open_store(village.settings), load_themes(village.settings))


def test_a_release_that_nobody_approved_is_not_served(own_village):
    write_release(own_village, signed_by_owner=False, seed=3)
    with pytest.raises(ApprovalError, match="nobody approved"):
        load_scorings(own_village)


def test_a_trainers_statement_turned_into_an_approval_is_not_served(own_village):
    write_release(own_village, signed_by_owner=False, seed=3)
    folder = own_village.folder()
    approval = (folder / release.TRAINED).read_text().replace('"trained"', '"approved"')
    (folder / release.APPROVAL).write_text(approval)
    with pytest.raises(ApprovalError):
        load_scorings(own_village)


@pytest.mark.parametrize("file", [release.MODEL, release.CARD, release.MANIFEST, release.GATES])
def test_a_release_changed_after_approval_is_not_served(own_village, file):
    path = own_village.folder() / file
    path.write_text(path.read_text().replace("1", "2", 1))
    with pytest.raises((ReleaseError, ApprovalError)):
        load_scorings(own_village)


def test_a_model_whose_reasons_do_not_add_up_is_not_served(opened, caller, monkeypatch):
    answer = ask(opened, caller)
    frame = pd.DataFrame({"address_id": [answer.address_id], "as_of": [answer.as_of]})
    row = opened.scorer.scorings["trial"].live.builder.rows(frame)
    assert explained(answer.release, row).score == answer.score.score
    honest = model.explain

    def off(*arguments, **named):
        found = honest(*arguments, **named)
        return replace(found, base_value=found.base_value + 2e-6)

    monkeypatch.setattr(model, "explain", off)
    with pytest.raises(ReleaseError, match=r"differ by 2\.0e-06 in log-odds"):
        ask(opened, caller)
    assert score_log.verify(opened.engine).lines == 1


def test_threads_get_the_answers_that_one_after_the_other_would_get(opened, caller):
    addresses = ["A1", "A2"] * 3
    alone = {a: ask(opened, caller, a).score for a in set(addresses)}
    with ThreadPoolExecutor(6) as pool:
        together = list(pool.map(lambda a: ask(opened, caller, a), addresses))
    assert all(repr(t.score) == repr(alone[t.address_id]) for t in together)
    assert score_log.verify(opened.engine) == score_log.Verification(len(alone) + len(addresses), None)


def test_an_address_that_the_register_learns_of_tomorrow_is_not_known_today(open_on, sqlite, caller):
    early = open_on(sqlite, today=date(1999, 12, 31))
    with pytest.raises(NotFoundError, match="address is not known"):
        ask(early, caller)
    assert date(2000, 1, 1) < TODAY
