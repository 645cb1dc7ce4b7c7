"""The score log: a chain that shows every change, and answers that can be given again. On SQLite and on PostgreSQL."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from sqlalchemy import delete, insert, select, update

from features.errors import NotFoundError, ReleaseError, StateError
from serving import database, score_log
from serving.addresses import Asked
from serving.replay import Replay, replay
from serving.score_log import Fault, Verification, append, read, verify
from serving.tables import score_log as table
from serving.tables import score_log_head
from tests.serving.conftest import HOME, NOW, SHELTER, TODAY, write_release

LINES = 5


@pytest.fixture
def filled(engine):
    for n in range(LINES):
        append(engine, {"n": n, "third": n / 3, "text": "café"}, score_id=f"id-{n}", theme="trial", logged_at=NOW + timedelta(microseconds=n))
    return engine


def alter(engine, statement) -> None:
    with database.writing(engine) as connection:
        connection.execute(statement)


def test_what_was_logged_is_read_back_with_the_same_bits(filled):
    entry = read(filled, "id-1")
    assert (entry.position, entry.theme, entry.logged_at) == (2, "trial", NOW + timedelta(microseconds=1))
    assert entry.payload == {"n": 1, "third": 1 / 3, "text": "café"}


def test_a_score_id_that_nobody_gave_is_not_found(filled):
    with pytest.raises(NotFoundError, match="no answer has this score id"):
        read(filled, "id-99")


def test_an_untouched_log_verifies_and_so_does_an_empty_one(engine):
    assert verify(engine) == Verification(0, None)
    append(engine, {}, score_id="one", theme="trial", logged_at=NOW)
    assert verify(engine) == Verification(1, None)


@pytest.mark.parametrize(
    ("column", "value", "kind"),
    [
        ("payload", '{"n":2,"text":"cafe","third":0.6666666666666666}', "payload-changed"),
        ("payload_hash", "0" * 64, "payload-changed"),
        ("score_id", "another", "line-changed"),
        ("theme", "another", "line-changed"),
        ("logged_at", NOW + timedelta(days=1), "line-changed"),
        ("previous_hash", "0" * 64, "line-changed"),
        ("entry_hash", "0" * 64, "line-changed"),
    ],
)
def test_a_changed_line_is_found(filled, column, value, kind):
    alter(filled, update(table).where(table.c.position == 3).values({column: value}))
    assert verify(filled).fault == Fault(3, kind)


@pytest.mark.parametrize("position", [1, 3])
def test_a_removed_line_is_found(filled, position):
    alter(filled, delete(table).where(table.c.position == position))
    assert verify(filled).fault == Fault(position, "line-removed")


def test_a_line_removed_with_the_numbers_closed_up_is_found(filled):
    alter(filled, delete(table).where(table.c.position == 3))
    for position in (4, 5):
        alter(filled, update(table).where(table.c.position == position).values(position=position - 1))
    assert verify(filled).fault == Fault(3, "line-changed")


def test_a_cut_tail_is_found(filled):
    alter(filled, delete(table).where(table.c.position == LINES))
    assert verify(filled) == Verification(LINES - 1, Fault(LINES, "tail-removed"))


def test_two_lines_that_changed_places_are_found(filled):
    with database.writing(filled) as connection:
        rows = [dict(r._mapping) for r in connection.execute(select(table).where(table.c.position.in_((2, 3))).order_by(table.c.position))]
        connection.execute(delete(table).where(table.c.position.in_((2, 3))))
        for row, position in zip(rows, (3, 2), strict=True):
            connection.execute(insert(table).values({**row, "position": position}))
    assert verify(filled).fault == Fault(2, "line-changed")


def test_a_line_rewritten_with_hashes_of_its_own_breaks_the_next_one(filled):
    text = '{"n":99}'
    with database.writing(filled) as connection:
        row = dict(connection.execute(select(table).where(table.c.position == 3)).one()._mapping)
        forged = sha256(text.encode()).hexdigest()
        line = {name: row[name] for name in ("position", "score_id", "logged_at", "theme", "previous_hash")}
        hashed = score_log.canonical({**line, "logged_at": row["logged_at"].isoformat(), "payload_hash": forged})
        values = {"payload": text, "payload_hash": forged, "entry_hash": sha256(hashed.encode()).hexdigest()}
        connection.execute(update(table).where(table.c.position == 3).values(values))
    assert verify(filled).fault == Fault(4, "line-changed")


def test_a_line_written_past_the_log_is_found(filled):
    last = read(filled, f"id-{LINES - 1}")
    row = {"position": last.position + 1, "score_id": "forged", "logged_at": NOW, "theme": "trial", "previous_hash": "0" * 64}
    alter(filled, insert(table).values(**row, payload="{}", payload_hash="0" * 64, entry_hash="0" * 64))
    assert verify(filled).fault is not None


def test_a_purged_payload_leaves_the_chain_whole(filled):
    alter(filled, update(table).where(table.c.position == 2).values(payload=None))
    assert verify(filled) == Verification(LINES, None)
    assert read(filled, "id-1").payload is None


def test_a_log_without_its_head_takes_no_line(filled):
    alter(filled, delete(score_log_head))
    with pytest.raises(StateError, match="no head"):
        append(filled, {}, score_id="one-more", theme="trial", logged_at=NOW)


def test_nan_is_never_logged(engine):
    with pytest.raises(ValueError, match="not JSON compliant"):
        append(engine, {"score": float("nan")}, score_id="one", theme="trial", logged_at=NOW)
    assert verify(engine) == Verification(0, None)


def test_threads_make_one_chain(engine):
    with ThreadPoolExecutor(8) as pool:
        positions = list(pool.map(lambda n: append(engine, {"n": n}, score_id=f"id-{n}", theme="trial", logged_at=NOW), range(40)))
    assert sorted(positions) == list(range(1, 41))
    assert verify(engine) == Verification(40, None)


def test_a_log_that_grows_meanwhile_verifies(filled):
    with ThreadPoolExecutor(1) as pool:
        growing = pool.submit(lambda: [append(filled, {}, score_id=f"more-{n}", theme="trial", logged_at=NOW) for n in range(60)])
        seen = []
        while not growing.done() or not seen:
            seen.append(verify(filled))
        growing.result()
    assert [v.fault for v in seen if v.fault] == []


def test_a_log_longer_than_a_page_is_read_to_its_end(filled, monkeypatch):
    monkeypatch.setattr(score_log, "FETCH_LINES", 2)
    assert verify(filled) == Verification(LINES, None)
    alter(filled, delete(table).where(table.c.position == LINES))
    assert verify(filled).fault == Fault(LINES, "tail-removed")


def test_writers_that_share_no_lock_in_memory_make_one_chain(engine, monkeypatch):
    monkeypatch.setattr(score_log, "_one_at_a_time", nullcontext())
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: append(engine, {"n": n}, score_id=f"id-{n}", theme="trial", logged_at=NOW), range(40)))
    assert verify(engine) == Verification(40, None)


WRITER = """
import sys
from datetime import datetime
from serving import database
from serving.score_log import append
engine = database.connect(sys.argv[1])
database.upgrade(engine)
for n in range(25):
    append(engine, {"n": n}, score_id=f"{sys.argv[2]}-{n}", theme="trial", logged_at=datetime(2024, 1, 1))
"""


def test_processes_that_start_at_once_make_one_chain(tmp_path):
    url = f"sqlite:///{tmp_path / 'schouw.db'}"
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, url, str(n)], cwd=Path(__file__).parents[2]) for n in range(3)]
    assert [writer.wait(timeout=60) for writer in writers] == [0, 0, 0]
    assert verify(database.connect(url)) == Verification(75, None)


def test_a_line_is_on_disk_when_append_returns(sqlite):
    append(sqlite, {"n": 1}, score_id="one", theme="trial", logged_at=NOW)
    file = sqlite3.connect(str(sqlite.url.database))
    assert file.execute("SELECT score_id FROM score_log").fetchall() == [("one",)]
    file.close()


@pytest.fixture
def answered(open_on, engine, caller):
    opened = open_on(engine)
    answer = opened.scorer.score(Asked(HOME), theme="trial", purpose="trial", caller=caller, clock=opened.clock)
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
    payload = dict(read(engine, score_id).payload)
    payload |= changes
    alter(engine, update(table).where(table.c.score_id == score_id).values(payload=score_log.canonical(payload)))


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
    answer = opened.scorer.score(Asked(SHELTER), theme="trial", purpose="trial", caller=caller, clock=opened.clock)
    with pytest.raises(NotFoundError, match="holds no score"):
        replay(opened.settings, sqlite, answer.score_id)


def test_another_release_under_the_same_name_replays_nothing(answered, own_village):
    opened, answer = answered
    write_release(own_village, seed=2, version=answer.release.version)
    with pytest.raises(ReleaseError, match="it answered with"):
        replay(own_village.settings, opened.engine, answer.score_id)
