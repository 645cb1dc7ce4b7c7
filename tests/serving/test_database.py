"""Our own database: the migrations make the declared tables, and what was answered is on disk."""

from __future__ import annotations

import fcntl
import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from features.errors import SettingsError, StateError
from serving import database
from serving.tables import CHECKPOINTS, WRITERS, metadata, score_log_head
from serving.turn import NEXT, turn

HEADS = [(CHECKPOINTS, 0, "0" * 64), (WRITERS, 0, "0" * 64)]


def test_the_migrations_make_the_declared_tables(engine):
    with database.reading(engine) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "version_table": "schema_version"})
        assert compare_metadata(context, metadata) == []


def test_an_upgrade_may_be_repeated_and_run_by_many_at_once(engine):
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: database.upgrade(engine), range(4)))
    with database.reading(engine) as connection:
        assert connection.execute(score_log_head.select().order_by(score_log_head.c.chain)).all() == HEADS


def test_sqlite_keeps_what_it_answered(sqlite):
    with database.reading(sqlite) as connection:
        assert connection.execute(text("PRAGMA journal_mode")).scalar() == "wal"
        assert connection.execute(text("PRAGMA synchronous")).scalar() == 2  # FULL: 1 loses the last writes when power fails


def test_postgresql_keeps_what_it_answered(engine):
    if engine.dialect.name == "postgresql":
        with database.reading(engine) as connection:
            assert connection.execute(text("SHOW synchronous_commit")).scalar() == "on"


def test_a_block_that_fails_leaves_nothing(engine):
    def fail_halfway() -> None:
        with database.writing(engine) as connection:
            connection.execute(score_log_head.update().values(position=7))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_halfway()
    with database.reading(engine) as connection:
        assert connection.execute(score_log_head.select().order_by(score_log_head.c.chain)).all() == HEADS


def test_a_writer_waits_for_another_one(sqlite):
    other = database.connect(str(sqlite.url))
    with ThreadPoolExecutor(1) as pool:
        with database.writing(sqlite) as connection:
            connection.execute(score_log_head.update().values(position=1))
            waiting = pool.submit(database.check_writable, other)
            assert not waiting.done()
        waiting.result(timeout=database.LOCK_WAIT_S)
    other.dispose()


def test_a_locked_database_is_an_error_of_ours_without_values(sqlite, monkeypatch):
    monkeypatch.setattr(database, "LOCK_WAIT_S", 0)
    hasty = database.connect(str(sqlite.url))
    with database.writing(sqlite), pytest.raises(StateError, match=r"the database refused \(another one is writing\)"):
        database.check_writable(hasty)
    hasty.dispose()


def test_a_database_that_another_program_locked_is_an_error_of_ours_without_values(sqlite, monkeypatch):
    monkeypatch.setattr(database, "LOCK_WAIT_S", 0)
    hasty = database.connect(str(sqlite.url))
    other = sqlite3.connect(str(sqlite.url.database), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StateError, match=r"the database refused \(OperationalError\)"):
        database.check_writable(hasty)
    other.close()
    database.check_writable(hasty)
    hasty.dispose()


def test_who_waits_comes_before_who_was_just_at_it(sqlite):
    order = []

    def other():
        with turn(sqlite, wait_s=20):
            order.append("who waited")

    with ThreadPoolExecutor(1) as pool:
        with turn(sqlite, wait_s=20):
            waiting = pool.submit(other)
            deadline = time.monotonic() + 20
            while not taken(f"{sqlite.url.database}{NEXT}"):
                assert time.monotonic() < deadline, "who waits takes the place of the next"
                time.sleep(0.001)
        with turn(sqlite, wait_s=20):
            order.append("who was at it")
        waiting.result(20)
    assert order == ["who waited", "who was at it"]


def taken(file):
    try:
        with Path(file).open("ab") as place:
            fcntl.flock(place, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    return False


def test_a_database_without_tables_takes_no_write(tmp_path):
    empty = database.connect(f"sqlite:///{tmp_path / 'empty.db'}")
    assert not database.has_tables(empty)
    with pytest.raises(StateError):
        database.check_writable(empty)
    empty.dispose()


@pytest.mark.parametrize("url", ["mysql://user:secret@host/name", "no url", "sqlite://", "sqlite:///:memory:"])
def test_another_database_is_refused_without_its_password(url):
    with pytest.raises(SettingsError) as refused:
        database.connect(url)
    assert "secret" not in str(refused.value)


def test_an_unreachable_server_is_an_error_of_ours_without_its_password():
    engine = database.connect("postgresql+psycopg://user:secret@127.0.0.1:1/none")
    with pytest.raises(StateError) as refused:
        database.check_writable(engine)
    assert "secret" not in str(refused.value)
    engine.dispose()
