"""Payloads go when their retention ended, and lines of the log say so. On SQLite and on PostgreSQL."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from features.errors import NotFoundError
from serving.score_log import EXPORT, PURGE, Fault, Verification, append, purge, purging, read, verify
from serving.tables import score_log as table
from tests.serving.conftest import NOW
from tests.serving.test_score_log import alter

DAYS = {"trial": 200, "other": 300}
LINES = 5


def on(day):
    return NOW + timedelta(days=day)


def rows_of(engine, condition):
    with engine.connect() as connection:
        return connection.execute(select(table).where(condition).order_by(table.c.position)).all()


@pytest.fixture
def filled(engine):
    for n in range(LINES):
        append(engine, {"n": n, "address_hash": f"key.{n}"}, score_id=f"id-{n}", theme="trial", logged_at=on(n))
    return engine


def test_what_is_past_retention_goes_and_a_line_says_what_and_by_which_rule(filled):
    assert purge(filled, DAYS, now=on(202)) == {"trial": 2}
    assert verify(filled) == Verification(LINES + 1, None, purged=2)
    assert read(filled, "id-1").payload is None
    assert read(filled, "id-2").payload["n"] == 2
    (said,) = rows_of(filled, table.c.theme == PURGE)
    assert json.loads(said.payload) == {
        "writer_id": said.writer_id, "theme": "trial", "purged_through": 2, "payloads": 2, "days": 200,
        "rule": "score_retention_days of theme 'trial'", "before": on(2).isoformat(),
    }  # fmt: skip


def test_the_hash_by_which_a_line_is_found_goes_with_its_payload(filled):
    purge(filled, DAYS, now=on(202))
    assert [row.address_hash for row in rows_of(filled, table.c.theme == "trial")] == [None, None, "key.2", "key.3", "key.4"]


def test_what_was_purged_is_not_in_the_files_of_sqlite_either(sqlite):
    append(sqlite, {"text": "secret of 1 " * 900}, score_id="old", theme="trial", logged_at=on(0))
    append(sqlite, {"text": "secret of 2 " * 900}, score_id="new", theme="trial", logged_at=on(9))

    def on_disk(text):
        return any(text in file.read_bytes() for file in Path(sqlite.url.database).parent.iterdir())

    assert on_disk(b"secret of 1")
    assert purge(sqlite, DAYS, now=on(202)) == {"trial": 1}
    assert not on_disk(b"secret of 1")
    assert on_disk(b"secret of 2")


def test_a_payload_stays_on_the_last_day_of_its_retention(filled):
    assert purge(filled, DAYS, now=on(200)) == {}
    assert verify(filled) == Verification(LINES, None)
    assert purge(filled, DAYS, now=on(200) + timedelta(microseconds=1)) == {"trial": 1}


def test_each_theme_has_a_retention_of_its_own_and_what_is_of_none_the_longest(filled):
    for theme in ("other", "gone", EXPORT):
        append(filled, {}, score_id=theme, theme=theme, logged_at=on(0))
    assert purge(filled, DAYS, now=on(250)) == {"trial": LINES}
    assert purge(filled, DAYS, now=on(301)) == {"other": 1, "gone": 1, EXPORT: 1}
    assert verify(filled) == Verification(LINES + 3 + 4, None, purged=LINES + 3)
    assert purge(filled, DAYS, now=on(9999)) == {}, "the lines of purges stay"


def test_many_go_in_turns_each_with_a_line(filled, monkeypatch):
    monkeypatch.setattr(purging, "PURGE_LINES", 2)
    assert purge(filled, DAYS, now=on(900)) == {"trial": LINES}
    assert [json.loads(row.payload)["purged_through"] for row in rows_of(filled, table.c.theme == PURGE)] == [2, 4, 5]
    assert verify(filled) == Verification(LINES + 3, None, purged=LINES)


def test_where_the_clock_jumped_back_a_payload_waits_for_those_before_it(filled):
    append(filled, {}, score_id="earlier", theme="trial", logged_at=on(0))
    assert purge(filled, DAYS, now=on(202)) == {"trial": 2}
    assert read(filled, "earlier").payload == {}
    assert purge(filled, DAYS, now=on(205)) == {"trial": LINES - 2 + 1}
    assert verify(filled).fault is None


@pytest.mark.parametrize(
    "change",
    [
        {"payload": '{"payloads":9,"purged_through":9}', "kind": "payload-removed"},
        {"payload": None},
        {"theme": "trial"},
    ],
)
def test_a_purge_that_was_altered_excuses_nothing(filled, change):
    purge(filled, DAYS, now=on(202))
    change.pop("kind", None)
    alter(filled, update(table).where(table.c.position == LINES + 1).values(change))
    assert verify(filled).fault == Fault(1, "payload-removed")


def test_a_payload_that_is_gone_beyond_the_purge_is_found(filled):
    purge(filled, DAYS, now=on(202))
    alter(filled, update(table).where(table.c.position == 3).values(payload=None, address_hash=None))
    assert verify(filled) == Verification(2, Fault(3, "payload-removed"), purged=2)


def test_a_purge_of_one_theme_excuses_no_other(filled):
    append(filled, {}, score_id="other", theme="other", logged_at=on(5))
    purge(filled, {"trial": 200, "other": 9999}, now=on(900))
    alter(filled, update(table).where(table.c.score_id == "other").values(payload=None))
    assert verify(filled).fault == Fault(LINES + 1, "payload-removed")


def test_a_hash_that_stays_behind_is_found(filled):
    purge(filled, DAYS, now=on(202))
    alter(filled, update(table).where(table.c.position == 1).values(address_hash="key.0"))
    assert verify(filled).fault == Fault(1, "line-changed")


def test_a_line_that_calls_itself_a_purge_excuses_nothing(filled):
    writer = read(filled, "id-1").writer_id
    forged = f'{{"purged_through":5,"theme":"trial","writer_id":"{writer}"}}'
    alter(filled, update(table).where(table.c.position == 4).values(theme=PURGE, payload=forged))
    alter(filled, update(table).where(table.c.position == 2).values(payload=None))
    assert verify(filled).fault == Fault(2, "payload-removed")


def test_an_answer_that_was_purged_is_no_answer_that_nobody_gave(filled):
    purge(filled, DAYS, now=on(202))
    assert read(filled, "id-0").logged_at == on(0)
    with pytest.raises(NotFoundError, match=re.escape("no answer has this score id")):
        read(filled, "id-9")
