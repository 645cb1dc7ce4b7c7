"""The score log: a chain that shows every change, and answers that can be given again. On SQLite and on PostgreSQL."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from sqlalchemy import delete, insert, select, text, update

from features.errors import NotFoundError, StateError
from serving import database, score_log
from serving.score_log import Fault, Verification, append, read, verify, verifying
from serving.score_log import line as lines
from serving.tables import score_log as table
from serving.tables import score_log_head
from tests.serving.conftest import NOW

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


def reseal(engine, position, payload) -> None:
    """Put another payload in a line, with the hashes that belong to it."""
    written = score_log.canonical(payload)
    with database.writing(engine) as connection:
        row = dict(connection.execute(select(table).where(table.c.position == position)).one()._mapping)
        forged = sha256(written.encode()).hexdigest()
        values = {"payload": written, "payload_hash": forged, "entry_hash": lines.entry_hash({**row, "payload_hash": forged})}
        connection.execute(update(table).where(table.c.position == position).values(values))


def test_a_line_rewritten_with_hashes_of_its_own_breaks_the_next_one(filled):
    reseal(filled, 3, {"n": 99})
    assert verify(filled).fault == Fault(4, "line-changed")


def test_a_line_written_past_the_log_is_found(filled):
    last = read(filled, f"id-{LINES - 1}")
    row = {
        "writer_id": last.writer_id,
        "position": last.position + 1,
        "score_id": "forged",
        "logged_at": NOW,
        "theme": "trial",
        "previous_hash": "0" * 64,
    }
    alter(filled, insert(table).values(**row, payload="{}", payload_hash="0" * 64, entry_hash="0" * 64))
    assert verify(filled).fault is not None


@pytest.mark.parametrize("position", [1, 3, LINES])
def test_a_payload_that_was_taken_out_is_found(filled, position):
    alter(filled, update(table).where(table.c.position == position).values(payload=None))
    assert verify(filled).fault == Fault(position, "payload-removed")
    with pytest.raises(StateError, match=rf"line {position} of the score log is not as it was written \(payload-removed; chain .*\)"):
        read(filled, f"id-{position - 1}")


def test_an_answer_that_was_edited_is_not_read(filled):
    alter(filled, update(table).where(table.c.position == 3).values(payload='{"n":99}'))
    with pytest.raises(StateError, match=r"line 3 of the score log is not as it was written \(payload-changed; chain .*\)"):
        read(filled, "id-2")


@pytest.mark.parametrize(("column", "value"), [("theme", "another"), ("logged_at", NOW), ("payload_hash", "0" * 64)])
def test_an_answer_of_which_the_line_was_edited_is_not_read(filled, column, value):
    alter(filled, update(table).where(table.c.position == 3).values({column: value}))
    with pytest.raises(StateError, match="line 3 of the score log is not as it was written"):
        read(filled, "id-2")


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ("payload = CAST(payload AS BLOB)", "payload-changed"),
        ("payload = 7", "payload-changed"),
        ("logged_at = 'yesterday'", "line-changed"),
        ("score_id = CAST(score_id AS BLOB)", "line-changed"),
        ("theme = CAST('t' AS BLOB)", "line-changed"),
    ],
)
def test_a_value_of_another_kind_is_a_fault_and_no_crash(sqlite, change, kind):
    for n in range(3):
        append(sqlite, {"n": n}, score_id=f"id-{n}", theme="trial", logged_at=NOW)
    alter(sqlite, text(f"UPDATE score_log SET {change} WHERE position = 2"))
    assert verify(sqlite).fault == Fault(2, kind)


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
    monkeypatch.setattr(verifying, "FETCH_LINES", 2)
    assert verify(filled) == Verification(LINES, None)
    alter(filled, delete(table).where(table.c.position == LINES))
    assert verify(filled).fault == Fault(LINES, "tail-removed")


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


def test_processes_that_start_at_once_have_a_chain_each(tmp_path):
    url = f"sqlite:///{tmp_path / 'schouw.db'}"
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, url, str(n)], cwd=Path(__file__).parents[2]) for n in range(3)]
    assert [writer.wait(timeout=60) for writer in writers] == [0, 0, 0]
    assert verify(database.connect(url)) == Verification(75, None)


def test_a_line_is_on_disk_when_append_returns(sqlite):
    append(sqlite, {"n": 1}, score_id="one", theme="trial", logged_at=NOW)
    file = sqlite3.connect(str(sqlite.url.database))
    assert file.execute("SELECT score_id FROM score_log").fetchall() == [("one",)]
    file.close()
