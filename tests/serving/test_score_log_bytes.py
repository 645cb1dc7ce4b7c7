"""Whatever byte of the score log is changed, whatever line is taken out: it shows. And what was answered survives kill -9. On both databases."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import CursorResult, select, text
from sqlalchemy.exc import DBAPIError

from serving import score_log
from serving.score_log import append, purge, verify, verifying
from serving.score_log.reading import Excuses
from serving.tables import WRITERS, metadata
from serving.tables import score_log as table
from tests.serving.conftest import NOW
from tests.serving.test_score_log_writers import as_another_process

KEYS = {"score_log": ("writer_id", "position"), "score_log_writers": ("position",), "score_log_head": ("chain",)}
EVERY = {"sqlite": 1, "postgresql": 13}
"""On SQLite every byte; on the slower PostgreSQL, where a column cannot hold another kind of value either, one in thirteen."""


@pytest.fixture
def small(engine):
    """Two writers: a purged line, a kept one, a kept one without an address, and the line of the purge."""
    as_another_process()
    append(engine, {"address_hash": "key.1", "n": 1}, score_id="id-1", theme="trial", logged_at=NOW)
    append(engine, {"address_hash": "key.2", "café": 0.1}, score_id="id-2", theme="trial", logged_at=NOW + timedelta(days=9))
    as_another_process()
    append(engine, {"n": 3}, score_id="id-3", theme="other", logged_at=NOW)
    assert purge(engine, {"trial": 184, "other": 999}, now=NOW + timedelta(days=185)) == {"trial": 1}
    return engine


def stored(connection, name):
    """The rows of a table as SQLite keeps them, times as texts; PostgreSQL keeps times as times."""
    columns = [f"CAST({c.name} AS TEXT) AS {c.name}" if c.name.endswith("_at") else c.name for c in metadata.tables[name].columns]
    return [dict(row._mapping) for row in connection.execute(text(f"SELECT {', '.join(columns)} FROM {name}"))]


def others(value, name, kind):
    """Every value that differs in one byte; of a number its neighbours, of nothing something."""
    if value is None:
        yield "x"
    elif isinstance(value, int):
        yield from (value - 1, value + 1)
    elif name.endswith("_at") and kind == "postgresql":
        yield from (f"{value[:18]}{(int(value[18]) + 1) % 10}{value[19:]}", f"3{value[1:]}")
    else:
        for place, character in enumerate(value):
            yield value[:place] + chr(ord(character) ^ 1) + value[place + 1 :]
            if character == " ":
                yield value[:place] + "T" + value[place + 1 :]


def changes(engine):
    """Every change of one byte of one column of one row: table, key, column, other value."""
    number, kind = count(), engine.dialect.name
    with engine.connect() as connection:
        for name, key in KEYS.items():
            for row in stored(connection, name):
                if row.get("chain") in (None, *writers(connection), WRITERS):
                    for column, value in row.items():
                        for other in others(value, column, kind):
                            if next(number) % EVERY[kind] == 0:
                                yield name, {k: row[k] for k in key}, column, other


def writers(connection):
    return connection.execute(text("SELECT writer_id FROM score_log_writers")).scalars().all()


def found_after(engine, statement, values):
    """Give what a walk finds after a change that is taken back; None where the database itself refused it."""
    with engine.connect() as connection:
        changing = connection.begin()
        try:
            done: CursorResult = connection.execute(text(statement), values)
            assert done.rowcount > 0
            return verifying.check(connection).fault or "nothing"
        except DBAPIError:
            return None
        finally:
            changing.rollback()


@pytest.mark.slow
def test_every_byte_that_is_changed_is_found(small):
    assert verify(small).fault is None
    missed, tried = [], 0
    for name, key, column, other in changes(small):
        cast = "CAST(:other AS TIMESTAMP)" if column.endswith("_at") and small.dialect.name == "postgresql" else ":other"
        statement = f"UPDATE {name} SET {column} = {cast} WHERE {' AND '.join(f'{k} = :key_{k}' for k in key)}"
        tried += 1
        if found_after(small, statement, {"other": other, **{f"key_{k}": v for k, v in key.items()}}) == "nothing":
            missed.append((name, key, column, other))
    assert missed == []
    assert tried > 1500 / EVERY[small.dialect.name]


def test_every_payload_line_tail_and_writer_that_is_taken_out_is_found(small):
    with small.connect() as connection:
        lines = connection.execute(select(table.c.writer_id, table.c.position, table.c.payload.is_not(None).label("kept"))).all()
        excuses = Excuses(connection)
        assert [excuses.cover(row) for row in connection.execute(select(table).where(table.c.payload.is_(None)))] == [True]
    assert len(lines) == 4
    for line in lines:
        where = {"writer": line.writer_id, "position": line.position}
        one = "WHERE writer_id = :writer AND position = :position"
        assert found_after(small, f"DELETE FROM score_log {one}", where) != "nothing"
        assert found_after(small, "DELETE FROM score_log WHERE writer_id = :writer AND position >= :position", where) != "nothing"
        if line.kept:
            assert found_after(small, f"UPDATE score_log SET payload = NULL, address_hash = NULL {one}", where) != "nothing"
        for name, column in (("score_log", "writer_id"), ("score_log_writers", "writer_id"), ("score_log_head", "chain")):
            assert found_after(small, f"DELETE FROM {name} WHERE {column} = :writer", {"writer": line.writer_id}) != "nothing"


THREADS = 8
APPENDING = """
import os, sys, threading, uuid
from datetime import datetime
from serving import database
from serving.score_log import append
engine = database.connect(sys.argv[1])
def work():
    while True:
        score_id = str(uuid.uuid4())
        append(engine, {"text": "x" * 2000}, score_id=score_id, theme="trial", logged_at=datetime(2024, 1, 1))
        os.write(1, f"{score_id}\\n".encode())
for _ in range(int(sys.argv[2])):
    threading.Thread(target=work).start()
"""


@pytest.mark.slow
def test_what_was_answered_survives_kill_9_in_the_middle_of_it(engine):
    url = engine.url.render_as_string(hide_password=False)
    process = subprocess.Popen([sys.executable, "-c", APPENDING, url, str(THREADS)], cwd=Path(__file__).parents[2], stdout=subprocess.PIPE)
    told = []

    def listen():
        told.extend(line.decode().strip() for line in process.stdout if line.endswith(b"\n"))

    listening = threading.Thread(target=listen)
    listening.start()
    try:
        while len(told) < 200 and process.poll() is None:
            listening.join(0.05)
    finally:
        os.kill(process.pid, signal.SIGKILL)
        assert process.wait(20) == -signal.SIGKILL
    listening.join(20)
    process.stdout.close()
    with engine.connect() as connection:
        kept = set(connection.execute(select(table.c.score_id)).scalars())
    assert len(told) >= 200
    assert set(told) <= kept
    assert len(kept) - len(told) <= THREADS, "at most what was on its way"
    found = verify(engine)
    assert (found.fault, found.lines) == (None, len(kept))
    assert score_log.read(engine, told[-1]).payload == {"text": "x" * 2000}
