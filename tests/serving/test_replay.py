"""Replay: an answer given again from its line in the score log. On SQLite and on PostgreSQL."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from features.errors import NotFoundError, ReleaseError, StateError
from serving import score_log
from serving.addresses import Asked
from serving.replay import Replay, replay
from serving.score_log import read
from serving.scorer import Question
from serving.tables import score_log as table
from tests.serving.conftest import HOME, SHELTER, TODAY, write_release
from tests.serving.test_score_log import alter, reseal


@pytest.fixture
def answered(open_on, engine, caller):
    opened = open_on(engine)
    answer = opened.scorer.score(Asked(HOME), Question("trial", "trial", caller, opened.clock))
    return opened, answer


def test_a_replayed_answer_has_the_same_bits(answered):
    opened, answer = answered
    assert replay(opened.settings, opened.engine, answer.score_id) == Replay(answer.score_id, equal=True, difference=0.0, differs=())


def test_an_answer_replays_after_its_approver_left(answered):
    opened, answer = answered
    left = tuple(p.model_copy(update={"until_on": TODAY}) for p in opened.settings.people)
    settings = opened.settings.model_copy(update={"people": left})
    assert replay(settings, opened.engine, answer.score_id).equal


def test_the_log_holds_all_that_made_the_answer(answered):
    opened, answer = answered
    payload = read(opened.engine, answer.score_id).payload
    assert payload["release_hash"] == answer.release.release_hash
    assert payload["calibration"] == [0.9, -0.1]
    for name in ("catalogue_hash", "theme_hash", "wording_hash", "lock_hash", "processor", "caller", "purpose", "version", "inputs"):
        assert payload[name], name
    assert payload["as_of"] == "2024-01-02"
    assert len(payload["answer"]["row"]) == len(answer.release.indicators)


def rewrite(engine, score_id, **changes) -> None:
    entry = read(engine, score_id)
    reseal(engine, entry.position, dict(entry.payload) | changes)


def test_an_edited_answer_is_not_replayed(answered):
    opened, answer = answered
    payload = dict(read(opened.engine, answer.score_id).payload) | {"caller": "somebody else"}
    alter(opened.engine, update(table).where(table.c.score_id == answer.score_id).values(payload=score_log.canonical(payload)))
    with pytest.raises(StateError, match="line 1 of the score log is not as it was written"):
        replay(opened.settings, opened.engine, answer.score_id)


def test_a_changed_row_replays_to_another_answer(answered):
    opened, answer = answered
    logged = read(opened.engine, answer.score_id).payload["answer"]
    row = dict.fromkeys(logged["row"], 40.0)
    rewrite(opened.engine, answer.score_id, answer=logged | {"row": row})
    again = replay(opened.settings, opened.engine, answer.score_id)
    assert not again.equal
    assert not again.faithful
    assert again.difference > 1e-3


def test_under_another_lock_a_hair_is_allowed_and_named(answered):
    opened, answer = answered
    logged = read(opened.engine, answer.score_id).payload["answer"]
    hair = logged | {"log_odds": logged["log_odds"] + 1e-12}
    rewrite(opened.engine, answer.score_id, answer=hair)
    assert not replay(opened.settings, opened.engine, answer.score_id).faithful
    rewrite(opened.engine, answer.score_id, answer=hair, lock_hash="another", processor="another")
    again = replay(opened.settings, opened.engine, answer.score_id)
    assert again.differs == ("lock_hash", "processor")
    assert again.faithful
    assert not again.equal


def test_an_answer_without_a_score_has_nothing_to_replay(open_on, sqlite, caller):
    opened = open_on(sqlite)
    answer = opened.scorer.score(Asked(SHELTER), Question("trial", "trial", caller, opened.clock))
    with pytest.raises(NotFoundError, match="holds no score"):
        replay(opened.settings, sqlite, answer.score_id)


def test_another_release_under_the_same_name_replays_nothing(answered, own_village):
    opened, answer = answered
    write_release(own_village, seed=2, version=answer.release.version)
    with pytest.raises(ReleaseError, match="it answered with"):
        replay(own_village.settings, opened.engine, answer.score_id)
