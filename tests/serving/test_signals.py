"""Signals: taken in, weighed, judged; each step a new version, never overwritten. On SQLite and on PostgreSQL."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from pydantic import ValidationError

from features.errors import InputError, PurposeError
from serving.access import Caller
from serving.outcomes import ConflictError
from serving.signal_content import SignalContent
from serving.signals import record
from tests.serving.conftest import HOME
from tests.serving.signalling import FIRST, INTAKE, JUDGED, LAST, LATER, WEIGHED, WITHDRAWN, Keep, allowing, keeper, rows


@pytest.fixture
def keep(engine, village, caller) -> Keep:
    return keeper(engine, allowing(village.theme()), caller)


def test_each_step_is_a_version_and_none_is_overwritten(keep, engine):
    receipts = [keep(INTAKE), keep(WEIGHED, LATER), keep(JUDGED, LAST)]
    assert [(r.version, r.step, r.received_on) for r in receipts] == [(1, "intake", FIRST), (2, "weighed", LATER), (3, "judged", LAST)]
    assert len({r.signal_id for r in receipts}) == 1
    told = [(r["step"], r["weight"], r["status"], r["judged_on"], r["received_on"]) for r in rows(engine)]
    assert told == [("intake", None, None, None, FIRST), ("weighed", 2, None, None, LATER), ("judged", 2, "hit", date(2023, 12, 28), LAST)]
    assert {(r["client_id"], r["address_id"], r["theme"], r["taken_in_on"]) for r in rows(engine)} == {
        ("case-system", HOME, "trial", date(2023, 12, 20))
    }


@pytest.mark.parametrize(
    ("before", "step", "expected"),
    [
        ((), WEIGHED, "intake"),
        ((), JUDGED, "intake"),
        ((), WITHDRAWN, "intake"),
        ((INTAKE,), JUDGED, "weighed or withdrawn"),
        ((INTAKE, WEIGHED, JUDGED), INTAKE | {"takenInOn": "2023-12-20", "correction": True}, "withdrawn"),
        ((INTAKE, WEIGHED, JUDGED), WEIGHED | {"weight": 3}, "withdrawn"),
        ((INTAKE, WITHDRAWN), WEIGHED, "nothing"),
    ],
)
def test_a_step_that_cannot_follow_is_refused_and_nothing_is_stored(keep, engine, before, step, expected):
    for content in before:
        keep(content)
    stored = rows(engine)
    with pytest.raises(ConflictError, match=rf"step '{step['step']}' cannot follow .*Expected: {expected}"):
        keep(step, LATER)
    assert rows(engine) == stored


def test_the_same_again_stores_nothing_and_answers_the_same(keep, engine):
    first = keep(INTAKE)
    assert keep(INTAKE, LATER) == first
    second = keep(WEIGHED, LATER)
    assert keep(INTAKE, LAST) == first, "an earlier step that is sent again is known"
    assert keep(WEIGHED, LAST) == second
    assert len(rows(engine)) == 2


def test_another_weight_or_judgement_needs_to_be_called_a_correction(keep, engine):
    keep(INTAKE)
    keep(WEIGHED)
    with pytest.raises(ConflictError, match="another content of this step is stored"):
        keep(WEIGHED, weight=3)
    assert keep(WEIGHED, LATER, weight=3, correction=True).version == 3
    keep(JUDGED, LATER)
    with pytest.raises(ConflictError, match="another content of this step is stored"):
        keep(JUDGED, status="no-hit")
    assert keep(JUDGED, LAST, status="no-hit", correction=True).version == 5
    assert [(r["weight"], r["status"]) for r in rows(engine)] == [(None, None), (2, None), (3, None), (2, "hit"), (2, "no-hit")]


def test_there_must_be_something_to_correct(keep, engine):
    with pytest.raises(ConflictError, match="no signal with this number to correct"):
        keep(INTAKE, correction=True)
    assert rows(engine) == []


@pytest.mark.parametrize(
    ("changes", "what"), [({"addressId": "A2"}, "address"), ({"takenInOn": "2023-12-21"}, "day of intake"), ({"theme": "unreleased"}, "theme")]
)
def test_a_signal_stays_at_its_address_theme_and_day(keep, engine, changes, what):
    keep(INTAKE)
    with pytest.raises(ConflictError, match=f"the {what} of this signal is another one.*withdraw it"):
        keep(WEIGHED, **changes)
    assert len(rows(engine)) == 1


def test_a_key_means_one_call_and_belongs_to_its_client(keep, engine):
    receipt = keep(INTAKE, key="k1")
    assert keep(INTAKE, LATER, key="k1") == receipt
    with pytest.raises(ConflictError, match="under this Idempotency-Key"):
        keep(WEIGHED, key="k1")
    other = Caller("other-system", frozenset({"trial"}), frozenset({"trial"}))
    assert keep(INTAKE, key="k1", by=other).signal_id != receipt.signal_id
    assert len(rows(engine)) == 2


def test_calls_at_the_same_moment_store_one_version(keep, engine):
    with ThreadPoolExecutor(6) as pool:
        receipts = list(pool.map(lambda _: keep(INTAKE, key="k1"), range(12)))
    assert len({r.signal_id for r in receipts}) == 1
    assert len(rows(engine)) == 1


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (INTAKE | {"weight": 2}, "step intake has no weight"),
        (INTAKE | {"status": "hit"}, "step intake has no status"),
        (WEIGHED | {"weight": None}, "step weighed needs weight"),
        (WEIGHED | {"weight": 4}, "less than or equal to 3"),
        (WEIGHED | {"weight": 0}, "greater than or equal to 1"),
        (WEIGHED | {"judgedOn": "2023-12-28"}, "step weighed has no judgedOn"),
        (JUDGED | {"status": None}, "step judged needs status"),
        (JUDGED | {"status": "maybe"}, "Input should be 'hit' or 'no-hit'"),
        (JUDGED | {"judgedOn": None}, "step judged needs judgedOn"),
        (WITHDRAWN | {"weight": 2}, "step withdrawn has no weight"),
        (INTAKE | {"step": "forgotten"}, "Input should be 'intake', 'weighed', 'judged' or 'withdrawn'"),
        (INTAKE | {"note": "someone called"}, "Extra inputs are not permitted"),
        (INTAKE | {"handler": "someone"}, "Extra inputs are not permitted"),
        (INTAKE | {"signalNumber": "a free text"}, "String should match pattern"),
        (INTAKE | {"signalNumber": "999990019"}, "a citizen number by its check digit"),
        (INTAKE | {"signalNumber": "9999.90.019"}, "a citizen number by its check digit"),
        (INTAKE | {"takenInOn": "31-12-2023"}, "a date is text in the form 2024-12-31"),
    ],
)
def test_fields_are_a_closed_list_and_fit_their_step(content, said):
    with pytest.raises(ValidationError, match=said):
        SignalContent.model_validate(content)


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (INTAKE | {"takenInOn": "2024-01-02"}, "takenInOn 2024-01-02 lies in the future"),
        (INTAKE | {"takenInOn": "1989-12-31"}, "takenInOn 1989-12-31 lies too long ago"),
        (JUDGED | {"judgedOn": "2024-01-02"}, "judgedOn 2024-01-02 lies in the future"),
        (JUDGED | {"judgedOn": "2023-12-19"}, "judgedOn 2023-12-19 lies before takenInOn 2023-12-20"),
    ],
)
def test_days_that_cannot_be_are_refused(keep, engine, content, found):
    with pytest.raises(InputError, match=found):
        keep(content)
    assert rows(engine) == []


def test_today_is_not_the_future(keep):
    assert keep(INTAKE, takenInOn="2024-01-01").version == 1


def test_a_citizen_number_as_key_is_refused(keep, engine):
    with pytest.raises(InputError, match="the key of the call is a citizen number by its check digit"):
        keep(INTAKE, key="999990019")
    assert rows(engine) == []


def test_a_theme_that_does_not_allow_signals_takes_none(engine, village, caller):
    with pytest.raises(PurposeError, match="source 'signals' is not allowed for theme 'trial'"):
        record(engine, SignalContent.model_validate(INTAKE), caller=caller, theme=village.theme(), address_id=HOME, today=FIRST, idempotency_key=None)
    assert rows(engine) == []
