"""A chain per worker, lines that wait share a commit, and a writer that vanished is missed. On SQLite and on PostgreSQL."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta

import alembic.command
import alembic.config
import pytest
from sqlalchemy import delete, insert, select, text, update

from features.errors import StateError
from serving import database, score_log
from serving.score_log import Fault, Line, Verification, append, append_many, appending, heads, read, verify
from serving.score_log.line import sha256
from serving.tables import score_log as table
from serving.tables import score_log_head, score_log_writers
from tests.serving.conftest import NOW
from tests.serving.test_score_log import alter


def as_another_process():
    """Let what follows come from a process with a chain of its own."""
    appending._place.forget()


@pytest.fixture
def three(engine):
    """Three writers, with 1, 2 and 3 lines."""
    for writer in range(1, 4):
        as_another_process()
        for n in range(writer):
            append(engine, {"n": n}, score_id=f"{writer}-{n}", theme="trial", logged_at=NOW)
    return engine


def id_of(engine, number):
    return read(engine, f"{number}-0").writer_id


def test_each_process_has_a_chain_that_starts_at_one(three):
    entries = [read(three, score_id) for score_id in ("1-0", "2-0", "2-1", "3-2")]
    assert [e.position for e in entries] == [1, 1, 2, 3]
    assert len({e.writer_id for e in entries}) == 3
    found = verify(three)
    assert (found.lines, found.fault, found.writers) == (6, None, 3)


def erase(engine, writer_id, *, register=False):
    alter(engine, delete(table).where(table.c.writer_id == writer_id))
    alter(engine, delete(score_log_head).where(score_log_head.c.chain == writer_id))
    if register:
        alter(engine, delete(score_log_writers).where(score_log_writers.c.writer_id == writer_id))


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_writer_of_which_lines_and_head_are_gone_is_missed(three, number):
    erase(three, id_of(three, number))
    assert verify(three).fault == Fault(number, "writer-removed")


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_writer_that_is_gone_from_the_register_too_is_missed(three, number):
    erase(three, id_of(three, number), register=True)
    assert verify(three).fault == Fault(number, "writer-removed")


def test_a_tail_that_was_cut_with_its_head_moved_back_still_has_to_fit_the_line_before(three):
    writer = id_of(three, 3)
    alter(three, delete(table).where(table.c.writer_id == writer, table.c.position == 3))
    alter(three, update(score_log_head).where(score_log_head.c.chain == writer).values(position=2))
    assert verify(three).fault == Fault(3, "tail-removed")


def test_a_line_moved_to_another_chain_is_found(three):
    alter(three, update(table).where(table.c.score_id == "3-2").values(writer_id=id_of(three, 2)))
    assert verify(three).fault == Fault(3, "line-changed")


def test_two_chains_that_changed_their_names_are_found(three):
    one, two = id_of(three, 1), id_of(three, 2)
    for old, new in ((one, "x"), (two, one), ("x", two)):
        alter(three, update(table).where(table.c.writer_id == old).values(writer_id=new))
        alter(three, update(score_log_head).where(score_log_head.c.chain == old).values(chain=new))
    assert verify(three).fault == Fault(1, "line-changed")


@pytest.mark.parametrize("column", ["writer_id", "registered_at", "previous_hash", "entry_hash"])
def test_a_changed_register_is_found(three, column):
    changed = NOW + timedelta(days=1) if column == "registered_at" else "0" * 36
    alter(three, update(score_log_writers).where(score_log_writers.c.position == 2).values({column: changed}))
    assert verify(three).fault == Fault(2, "writer-changed")


def test_lines_and_heads_of_nobody_are_found(three):
    row = {"position": 1, "score_id": "forged", "logged_at": NOW, "theme": "trial", "previous_hash": "0" * 64}
    alter(three, insert(table).values(**row, writer_id="nobody", payload="{}", payload_hash="0" * 64, entry_hash="0" * 64))
    assert verify(three).fault == Fault(1, "writer-unknown")
    alter(three, delete(table).where(table.c.writer_id == "nobody"))
    alter(three, insert(score_log_head).values(chain="nobody", position=0, entry_hash="0" * 64))
    assert verify(three).fault == Fault(1, "writer-unknown")


def test_a_register_without_its_head_takes_no_new_writer(three):
    alter(three, delete(score_log_head).where(score_log_head.c.chain == heads.WRITERS))
    as_another_process()
    with pytest.raises(StateError, match="no head"):
        append(three, {}, score_id="one-more", theme="trial", logged_at=NOW)
    assert verify(three).fault == Fault(4, "writer-removed")


def test_a_call_about_many_addresses_is_one_commit_and_keeps_its_order(engine, commits):
    lines = [Line({"n": n}, f"id-{n}", "trial", NOW) for n in range(40)]
    assert append_many(engine, lines) == list(range(1, 41))
    assert append_many(engine, []) == []
    assert len(commits) == 1
    assert [read(engine, f"id-{n}").payload["n"] for n in (0, 39)] == [0, 39]


@pytest.fixture
def commits(monkeypatch):
    """Count the transactions of the log, and let them take their time: what comes meanwhile must share the next."""
    seen = []
    real = database.writing

    @contextmanager
    def counted(engine):
        seen.append(threading.current_thread().name)
        with real(engine) as connection:
            yield connection

    monkeypatch.setattr(database, "writing", counted)
    return seen


def test_what_waits_shares_a_commit(engine, monkeypatch, commits):
    held, go = threading.Event(), threading.Event()
    real = appending.Writer.write

    def slow(self, connection, rows):
        held.set()
        go.wait(20)
        return real(self, connection, rows)

    monkeypatch.setattr(appending.Writer, "write", slow)
    with ThreadPoolExecutor(9) as pool:
        first = pool.submit(append, engine, {}, score_id="first", theme="trial", logged_at=NOW)
        assert held.wait(20)
        others = [pool.submit(append, engine, {"n": n}, score_id=f"id-{n}", theme="trial", logged_at=NOW) for n in range(8)]
        while len(appending.own_writer(engine)._waiting) < 8:
            time.sleep(0.01)
        assert not first.done()
        go.set()
        assert sorted([first.result(20), *(other.result(20) for other in others)]) == list(range(1, 10))
    assert len(commits) == 2
    assert verify(engine) == Verification(9, None)


def test_a_commit_that_fails_fails_everyone_of_its_group_and_keeps_nothing(engine, monkeypatch):
    append(engine, {}, score_id="before", theme="trial", logged_at=NOW)
    together = threading.Barrier(8)
    writer = appending.own_writer(engine)
    writer._led = True  # as if one were being written: all that come now form one group

    def ask(n):
        together.wait(20)
        try:
            return append(engine, {"n": n}, score_id="before" if n == 3 else f"id-{n}", theme="trial", logged_at=NOW)
        except StateError as error:
            return error

    with ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(ask, n) for n in range(8)]
        while len(writer._waiting) < 8:
            time.sleep(0.01)
        writer._hand_over()
        told = [one.result(20) for one in asked]
    assert all(isinstance(error, StateError) and "the database refused (" in str(error) for error in told)
    assert len({id(error) for error in told}) == 8, "each has an error of its own"
    assert verify(engine) == Verification(1, None)
    assert append(engine, {}, score_id="after", theme="trial", logged_at=NOW) == 2


def test_a_group_takes_no_more_calls_than_fit(engine, monkeypatch, commits):
    monkeypatch.setattr(appending, "GROUP_LINES", 4)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda c: append_many(engine, [Line({}, f"{c}-{n}", "trial", NOW) for n in range(3)]), range(8)))
    assert len(commits) >= 4, "two calls of three lines at most share a commit"
    assert verify(engine) == Verification(24, None)


def test_an_error_of_the_leader_that_is_not_ours_leaves_the_next_one_free(engine, monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(appending.Writer, "write", interrupted)
        with pytest.raises(KeyboardInterrupt):
            append(engine, {}, score_id="one", theme="trial", logged_at=NOW)
    assert append(engine, {}, score_id="two", theme="trial", logged_at=NOW) == 1
    assert verify(engine) == Verification(1, None)


def test_a_writer_enters_the_register_once_though_two_of_its_threads_begin_at_once(engine):
    append(engine, {}, score_id="one", theme="trial", logged_at=NOW)
    appending.own_writer(engine)._entered = False  # as the other thread still sees it
    assert append(engine, {}, score_id="two", theme="trial", logged_at=NOW) == 2
    assert verify(engine).writers == 1


def before_the_writers(engine, *payloads):
    """Write one chain as it was before each writer had its own; a payload of None was purged."""
    back_to_one_chain(engine)
    before = "0" * 64
    with database.writing(engine) as connection:
        for n, payload in enumerate(payloads, start=1):
            theme = score_log.PURGE if payload and "purged_through" in payload else "trial"
            line = {"position": n, "score_id": f"old-{n}", "logged_at": NOW, "theme": theme, "previous_hash": before}
            payload_hash = sha256(payload or "{}")
            before = sha256(score_log.canonical({**line, "logged_at": NOW.isoformat(), "payload_hash": payload_hash}))
            row = line | {"logged_at": NOW.isoformat(sep=" ", timespec="microseconds"), "payload_hash": payload_hash, "entry_hash": before}
            names = ", ".join(row)
            connection.execute(text(f"INSERT INTO score_log ({names}, payload) VALUES (:{', :'.join(row)}, :payload)"), {**row, "payload": payload})
        connection.execute(text("UPDATE score_log_head SET position = :n, entry_hash = :h"), {"n": len(payloads), "h": before})


@pytest.mark.parametrize("payloads", [(), ("{}", "{}", "{}")])
def test_the_chain_from_before_becomes_that_of_the_first_writer(engine, payloads):
    before_the_writers(engine, *payloads)
    database.upgrade(engine)
    found = verify(engine)
    assert (found.lines, found.fault, found.writers) == (len(payloads), None, int(bool(payloads)))
    assert append(engine, {}, score_id="new", theme="trial", logged_at=NOW) == 1
    assert verify(engine) == Verification(len(payloads) + 1, None)


def test_the_purges_from_before_excuse_what_they_took_and_not_each_other(engine):
    notes = ['{"payloads":1,"purged_through":1}', '{"payloads":1,"purged_through":3}']
    before_the_writers(engine, None, notes[0], None, notes[1], "{}")
    database.upgrade(engine)
    assert verify(engine) == Verification(5, None, purged=2)
    alter(engine, update(table).where(table.c.position == 2).values(payload=None))
    assert verify(engine).fault == Fault(2, "payload-removed")


def back_to_one_chain(engine):
    """Make the tables as the migrations before this one left them."""
    with database.writing(engine) as connection:
        names = ("score_log", "score_log_writers", "score_log_head", "outcomes", "signals", "release_ledger_seen", "schema_version")
        kept = connection.execute(select(text("name")).select_from(text("sqlite_master")).where(text("type = 'table'"))).scalars().all() if (
            engine.dialect.name == "sqlite") else connection.execute(
                text("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")).scalars().all()  # fmt: skip
        assert set(names) <= set(kept)
        for name in kept:
            connection.execute(text(f"DROP TABLE {name}"))
        configuration = alembic.config.Config()
        configuration.set_main_option("script_location", str(database.MIGRATIONS))
        configuration.attributes["connection"] = connection
        alembic.command.upgrade(configuration, "0003")
