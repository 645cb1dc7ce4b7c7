"""Outcomes: stored once, corrected by a new version, never overwritten. On SQLite and on PostgreSQL."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from features.errors import InputError
from features.ingestion import ingest
from features.outcomes import labelled
from features.settings import Settings, load, next_as_of
from features.store import open_store
from features.themes import Theme
from serving import database
from serving.access import Caller
from serving.addresses import Asked
from serving.outcome_content import OutcomeContent
from serving.outcomes import ConflictError, Receipt, record
from serving.scorer import Question
from serving.tables import outcomes
from tests.serving.conftest import HOME

FIRST, LATER = date(2024, 1, 1), date(2024, 2, 1)
CONTENT = {
    "theme": "trial",
    "addressId": HOME,
    "inspectionId": "C-1",
    "caseId": "Z-1",
    "trigger": "report",
    "team": "team-1",
    "decidedOn": "2023-12-01",
    "visitedOn": "2023-12-10",
    "course": {"code": "inspected", "knownOn": "2023-12-10"},
}
CONFIRMED = {"finding": {"code": "confirmed", "violations": 2, "severeViolations": 0, "knownOn": "2023-12-12"}}


@pytest.fixture
def theme(village) -> Theme:
    return village.theme()


@pytest.fixture
def keep(engine, theme, caller):
    """Give a function that records, and the engine to look with."""

    def kept(today: date = FIRST, key: str | None = None, by: Caller = caller, address: str = HOME, **changes: object) -> Receipt:
        content = OutcomeContent.model_validate({k: v for k, v in {**CONTENT, **changes}.items() if v is not None})
        return record(engine, content, caller=by, theme=theme, address_id=address, today=today, idempotency_key=key)

    return kept


def rows(engine) -> list[dict]:
    with database.reading(engine) as connection:
        return [dict(r._mapping) for r in connection.execute(select(outcomes).order_by(outcomes.c.version))]


def test_an_outcome_is_stored_as_it_was_sent(keep, engine):
    receipt = keep(**CONFIRMED)
    (row,) = rows(engine)
    assert (receipt.version, receipt.received_on, receipt.inspection_id) == (1, FIRST, "C-1")
    assert row["outcome_id"] == receipt.outcome_id
    assert {k: row[k] for k in ("client_id", "address_id", "case_id", "trigger", "team")} == {
        "client_id": "case-system",
        "address_id": HOME,
        "case_id": "Z-1",
        "trigger": "report",
        "team": "team-1",
    }
    assert (row["decided_on"], row["visited_on"]) == (date(2023, 12, 1), date(2023, 12, 10))
    assert (row["finding"], row["violations"], row["severe_violations"]) == ("confirmed", 2, 0)
    assert '"knownOn":"2023-12-12"' in row["content"]


def test_no_part_counts_as_known_before_it_came_in(keep, engine):
    keep(**CONFIRMED)
    (row,) = rows(engine)
    assert (row["course_known_on"], row["finding_known_on"], row["received_on"]) == (FIRST, FIRST, FIRST)
    assert (row["measure_known_on"], row["standing_known_on"]) == (None, None)


def test_the_same_again_stores_nothing_and_answers_the_same(keep, engine):
    receipt = keep(**CONFIRMED)
    assert keep(today=LATER, **CONFIRMED) == receipt
    assert len(rows(engine)) == 1


def test_another_content_needs_to_be_called_a_correction(keep, engine):
    keep()
    with pytest.raises(ConflictError, match="another outcome of this inspection"):
        keep(**CONFIRMED)
    assert len(rows(engine)) == 1


def test_a_correction_is_a_new_version_and_dates_only_what_it_changes(keep, engine):
    first = keep()
    second = keep(today=LATER, correction=True, **CONFIRMED)
    assert (second.outcome_id, second.version, second.received_on) == (first.outcome_id, 2, LATER)
    before, after = rows(engine)
    assert before["finding"] is None
    assert (after["course_known_on"], after["finding_known_on"], after["received_on"]) == (FIRST, LATER, LATER)


def test_a_changed_count_makes_the_finding_known_anew(keep, engine):
    keep(**CONFIRMED)
    keep(today=LATER, correction=True, finding={"code": "confirmed", "violations": 3})
    assert [row["finding_known_on"] for row in rows(engine)] == [FIRST, LATER]


def test_a_repeated_correction_stores_nothing(keep, engine):
    keep()
    second = keep(today=LATER, correction=True, **CONFIRMED)
    assert keep(today=LATER, correction=True, **CONFIRMED) == second
    assert len(rows(engine)) == 2


def test_a_correction_back_to_what_it_was_is_a_third_version(keep):
    keep()
    keep(correction=True, **CONFIRMED)
    assert keep(correction=True).version == 3


def test_an_old_version_sent_again_is_known(keep, engine):
    first = keep()
    keep(correction=True, **CONFIRMED)
    assert keep() == first
    assert len(rows(engine)) == 2


def test_there_must_be_something_to_correct(keep, engine):
    with pytest.raises(ConflictError, match="no outcome of this inspection to correct"):
        keep(correction=True)
    assert rows(engine) == []


def test_a_key_means_one_call(keep, engine):
    receipt = keep(key="k1")
    assert keep(key="k1", today=LATER) == receipt
    with pytest.raises(ConflictError, match="under this Idempotency-Key"):
        keep(key="k1", inspectionId="C-2")
    assert len(rows(engine)) == 1


def test_a_key_belongs_to_its_client(keep, engine):
    other = Caller("other-system", frozenset({"trial"}), frozenset({"trial"}))
    keep(key="k1")
    keep(key="k1", by=other, inspectionId="C-9")
    assert len(rows(engine)) == 2


def test_an_address_named_otherwise_is_the_same_content(keep, engine):
    receipt = keep()
    assert keep(addressId=None, postcode="1500AA", houseNumber=1) == receipt
    assert len(rows(engine)) == 1


def test_calls_at_the_same_moment_store_one_outcome(keep, engine):
    with ThreadPoolExecutor(6) as pool:
        receipts = list(pool.map(lambda _: keep(key="k1", **CONFIRMED), range(12)))
    assert len({r.outcome_id for r in receipts}) == 1
    assert len(rows(engine)) == 1


def test_a_score_id_must_be_of_this_address_and_theme(keep, open_on, engine, caller):
    opened = open_on(engine, today=date(2023, 11, 30))
    answer = opened.scorer.score(Asked(HOME), Question("trial", "trial", caller, opened.clock))
    assert keep(scoreId=answer.score_id).version == 1
    with pytest.raises(InputError, match="no answer about this address and theme"):
        keep(scoreId=answer.score_id, addressId="A2", address="A2", inspectionId="C-2")


@pytest.mark.parametrize(("days", "taken"), [(-1, False), (0, True), (1, True)])
def test_a_score_is_only_for_an_inspection_decided_on_its_as_of_or_later(keep, open_on, engine, caller, days, taken):
    opened = open_on(engine, today=FIRST)
    answer = opened.scorer.score(Asked(HOME), Question("trial", "trial", caller, opened.clock))
    assert answer.as_of == date(2024, 1, 2)
    decided = answer.as_of + timedelta(days=days)
    said = {"scoreId": answer.score_id, "decidedOn": str(decided), "visitedOn": "2024-01-20", "course": {"code": "inspected"}}
    if taken:
        assert keep(today=LATER, **said).version == 1
        return
    with pytest.raises(InputError, match="decidedOn 2024-01-01 lies before 2024-01-02, the first day for which that score counts"):
        keep(today=LATER, **said)
    assert rows(engine) == []


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"decidedOn": "2024-01-02", "visitedOn": "2024-01-02", "course": {"code": "inspected"}}, "decidedOn 2024-01-02 lies in the future"),
        ({"visitedOn": "2024-01-02", "course": {"code": "inspected"}}, "visitedOn 2024-01-02 lies in the future"),
        ({"course": {"code": "inspected", "knownOn": "2024-01-02"}}, "course.knownOn 2024-01-02 lies in the future"),
        ({"visitedOn": "2023-11-30"}, "visitedOn 2023-11-30 lies before decidedOn"),
        ({"course": {"code": "inspected", "knownOn": "2023-12-09"}}, "course.knownOn lies before visitedOn"),
        ({"finding": {"code": "none", "knownOn": "2023-12-09"}}, "finding.knownOn lies before visitedOn"),
        ({"decidedOn": "1989-12-31"}, "decidedOn 1989-12-31 lies too long ago"),
        ({"decidedOn": "0001-01-01"}, "decidedOn 0001-01-01 lies too long ago"),
        ({"standing": {"code": "upheld", "knownOn": "2024-01-02"}, "finding": {"code": "none"}}, "standing.knownOn 2024-01-02 lies in the future"),
        ({"measure": {"code": "fine", "knownOn": "2024-01-02"}, "finding": {"code": "none"}}, "measure.knownOn 2024-01-02 lies in the future"),
        ({"finding": {"code": "overcrowding"}}, "'overcrowding' is no finding of theme 'trial'"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_stored(keep, engine, changes, found):
    with pytest.raises(InputError, match=found):
        keep(**changes)
    assert rows(engine) == []


def test_an_outcome_of_long_ago_is_taken_and_is_past_retention_in_the_next_build(keep, with_outcomes, theme):
    assert keep(decidedOn="1990-01-01", **CONFIRMED).version == 1
    (report,) = [r for r in ingest(with_outcomes) if r.source == "inspections"]
    assert (report.past_retention, report.rejected) == (1, 0)
    labels = labelled(open_store(with_outcomes), theme, next_as_of(FIRST)).frame
    assert labels["as_of"].tolist() == [date(2023, 11, 1)]


def test_today_is_not_the_future(keep):
    assert keep(decidedOn="2024-01-01", visitedOn="2024-01-01", course={"code": "inspected", "knownOn": "2024-01-01"}).version == 1


@pytest.mark.parametrize("code", ["none", "other-violation", "care-signal", "confirmed"])
def test_findings_of_every_theme_and_of_this_one_are_taken(keep, code):
    assert keep(finding={"code": code}).version == 1


def test_an_inspection_that_was_not_carried_out_has_no_visit(keep, engine):
    keep(course={"code": "not-carried-out"}, visitedOn=None)
    assert rows(engine)[0]["visited_on"] is None


EXTRACT = """
[extracts.outcomes]
form = "database"
table = "outcomes"
optional = true
columns = ["client_id", "version", "address_id", "theme", "inspection_id", "case_id", "trigger", "decided_on", "visited_on", "course",
    "course_known_on", "finding", "finding_known_on", "received_on"]
"""
MAPPING = """
SELECT record_id, address_id, happened_on, known_on, inspection_id, case_id, theme, trigger, visited_on,
    course, course_known_on, finding, finding_known_on
FROM raw_inspections
UNION ALL BY NAME
SELECT client_id || '/' || inspection_id || '/' || theme AS record_id, address_id, decided_on AS happened_on, received_on AS known_on,
    inspection_id, case_id, theme, trigger, visited_on, course, course_known_on, finding, finding_known_on
FROM raw_outcomes
"""


@pytest.fixture
def with_outcomes(own_village, engine) -> Settings:
    """Give the village whose inspections register also reads what came back."""
    folder = own_village.settings.folder
    (folder / "municipality.toml").write_text((folder / "municipality.toml").read_text() + EXTRACT)
    (folder / "registers" / "inspections.sql").write_text(MAPPING)
    settings = load(folder, state=own_village.settings.state, raw=own_village.settings.raw)
    return settings.model_copy(update={"database_url": engine.url.render_as_string(hide_password=False)})


def test_an_outcome_is_one_more_inspection_in_the_next_build(keep, with_outcomes, theme):
    keep(caseId="Z-old", inspectionId="C-0", finding={"code": "none"})
    keep()
    keep(today=LATER, correction=True, **CONFIRMED)
    ingest(with_outcomes, today=LATER)
    store = open_store(with_outcomes)

    def labels(known_before: date) -> dict[str, int]:
        frame = labelled(store, theme, known_before).frame
        return dict(zip(frame["case_id"], frame["label"], strict=True))

    assert labels(FIRST) == {"C1": 0}  # what was received today is known from tomorrow on
    assert labels(next_as_of(FIRST)) == {"C1": 0, "Z-old": 0}
    assert labels(LATER) == {"C1": 0, "Z-old": 0}
    assert labels(next_as_of(LATER)) == {"C1": 0, "Z-old": 0, "Z-1": 1}


def test_a_build_before_the_first_outcome_is_whole(with_outcomes, theme):
    ingest(with_outcomes)
    assert labelled(open_store(with_outcomes), theme, next_as_of(FIRST)).frame["case_id"].tolist() == ["C1"]
