"""The heads of the score log stand signed outside the database: what was rewritten since is found. On SQLite and on PostgreSQL."""

from __future__ import annotations

import json
import logging
import stat
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import delete, select, update

from features.errors import StateError
from serving import database, metrics, own_keys, score_log
from serving.clock import Clock
from serving.score_log import Fault, append, checkpoints, heads, timer, verify
from serving.score_log.line import Line, row, sealed
from serving.tables import score_log as table
from serving.tables import score_log_head, score_log_writers
from tests.serving.conftest import NOW, TODAY
from tests.serving.test_score_log import alter
from tests.serving.test_score_log_writers import as_another_process, erase
from training import keys


@pytest.fixture
def settings(village, tmp_path):
    return village.settings.model_copy(update={"state": tmp_path / "state"})


def fill(engine, *ids, theme="trial"):
    for score_id in ids:
        append(engine, {"id": score_id}, score_id=score_id, theme=theme, logged_at=NOW)


@pytest.fixture
def two(engine, settings):
    """Two writers of three lines each: two before a checkpoint, one after it."""
    as_another_process()
    fill(engine, "a1", "a2")
    first = score_log.read(engine, "a1").writer_id
    as_another_process()
    fill(engine, "b1", "b2")
    checkpoints.add(settings, engine, at=NOW)
    fill(engine, "b3")
    return engine, first, score_log.read(engine, "b1").writer_id


def found(engine, settings):
    return verify(engine, signed=lambda: checkpoints.signed(settings)).fault


def rewrite(engine, writer_id, position, *, keep=None):
    """Write a chain anew from a position on, with every hash and its head in place; keep so many lines of it."""
    with database.writing(engine) as connection:
        lines = [dict(r._mapping) for r in connection.execute(select(table).where(table.c.writer_id == writer_id).order_by(table.c.position))]
        connection.execute(delete(table).where(table.c.writer_id == writer_id))
        written = lines[: position - 1]
        for line in lines[position - 1 : keep]:
            anew = row(Line({"forged": line["score_id"]}, line["score_id"], line["theme"], line["logged_at"]))
            before = written[-1]["entry_hash"] if written else line["previous_hash"]
            written.append(sealed(anew, writer_id=writer_id, position=len(written) + 1, before=before))
        connection.execute(table.insert(), written)
        heads.move(connection, writer_id, position=len(written), entry_hash=written[-1]["entry_hash"])


def test_what_was_signed_is_found_in_an_untouched_log(two, settings):
    engine, *_ = two
    assert found(engine, settings) is None


@pytest.mark.parametrize("position", [1, 2])
def test_a_chain_rewritten_to_its_end_is_found_by_what_was_signed_before(two, settings, position):
    engine, _, writer = two
    rewrite(engine, writer, position)
    assert verify(engine).fault is None, "by itself it fits"
    assert found(engine, settings) == Fault(2, "rewritten")


def test_what_was_rewritten_since_the_newest_checkpoint_shows_only_after_the_next(two, settings):
    engine, _, writer = two
    rewrite(engine, writer, 3)
    assert found(engine, settings) is None


def test_what_was_rewritten_between_two_checkpoints_is_found_by_the_older_one(two, settings):
    engine, _, writer = two
    checkpoints.add(settings, engine, at=NOW)
    rewrite(engine, writer, 2)
    with pytest.raises(StateError, match=r"line 3 of the score log is not as it was written \(rewritten"):
        checkpoints.add(settings, engine, at=NOW)
    assert len(checkpoints.read(settings)) == 2, "what does not fit is not signed over"
    assert found(engine, settings) == Fault(2, "rewritten")


def test_a_tail_cut_with_its_head_is_found(two, settings):
    engine, _, writer = two
    rewrite(engine, writer, 2, keep=1)
    assert verify(engine).fault is None
    assert found(engine, settings) == Fault(2, "tail-removed")
    with pytest.raises(StateError, match="tail-removed"):
        checkpoints.add(settings, engine, at=NOW)


def test_the_last_writer_erased_with_the_register_rewritten_is_found(two, settings):
    engine, first, writer = two
    erase(engine, writer, register=True)
    with engine.connect() as connection:
        left = connection.execute(select(score_log_writers.c.entry_hash).where(score_log_writers.c.writer_id == first)).scalar_one()
    alter(engine, update(score_log_head).where(score_log_head.c.chain == heads.WRITERS).values(position=1, entry_hash=left))
    assert verify(engine).fault is None
    assert found(engine, settings) == Fault(2, "writer-removed")
    with pytest.raises(StateError, match="removed"):
        checkpoints.add(settings, engine, at=NOW)


def test_each_line_tells_what_moved_since_the_one_before(two, settings):
    engine, first, writer = two
    second = checkpoints.add(settings, engine, at=NOW)
    third = checkpoints.add(settings, engine, at=NOW + timedelta(hours=1))
    one = checkpoints.read(settings)[0]
    assert set(one.heads) == {first, writer, heads.WRITERS}
    assert (set(second.heads), second.heads[writer][0], third.heads) == ({writer}, 3, {})
    assert checkpoints.newest(checkpoints.read(settings))[first][0] == 2


def test_a_file_of_which_the_end_is_gone_is_missed_by_the_database(two, settings):
    engine, *_ = two
    checkpoints.add(settings, engine, at=NOW)
    file = checkpoints.path(settings)
    file.write_text(file.read_text().splitlines(keepends=True)[0])
    assert found(engine, settings) == Fault(2, "checkpoint-removed")
    file.unlink()
    assert found(engine, settings) == Fault(2, "checkpoint-removed")
    with pytest.raises(StateError, match="checkpoint-removed"):
        checkpoints.add(settings, engine, at=NOW)


def test_a_checkpoint_of_which_the_database_did_not_hear_any_more_is_no_fault(two, settings, monkeypatch):
    engine, *_ = two
    monkeypatch.setattr(heads, "move", lambda *_, **__: None)
    checkpoints.add(settings, engine, at=NOW)
    monkeypatch.undo()
    assert found(engine, settings) is None
    assert checkpoints.add(settings, engine, at=NOW).position == 3


@pytest.mark.parametrize("what", ["at", "heads", "entry_hash", "signature", "public_key"])
def test_a_changed_checkpoint_is_found(two, settings, what):
    file = checkpoints.path(settings)
    line = json.loads(file.read_text())
    (line if what in line else line["content"])[what] = {} if what == "heads" else "2024-01-01T00:00:00"
    file.write_text(json.dumps(line, sort_keys=True, separators=(",", ":")) + "\n")
    with pytest.raises(StateError, match="line 1 is not"):
        checkpoints.read(settings)


def test_a_file_signed_anew_with_another_key_is_found(two, settings, village):
    engine, *_ = two
    listed = village.settings.score_log.model_copy(update={"public_keys": (checkpoints.read(settings)[0].public_key,)})
    bound = settings.model_copy(update={"score_log": listed})
    assert found(engine, bound) is None
    checkpoints.path(settings).unlink()
    (settings.state / "keys" / own_keys.SIGNING).unlink()
    checkpoints.add(settings, engine, at=NOW, restored="so they say it was")
    assert found(engine, settings) is None, "without a listed key the key in the state folder counts"
    with pytest.raises(StateError, match="line 1 is not signed by a key of this service"):
        checkpoints.read(bound)
    checkpoints.path(settings).unlink()
    with pytest.raises(StateError, match=r"which municipality\.toml does not list"):
        checkpoints.add(bound, engine, at=NOW, restored="so they say it was")
    assert checkpoints.read(bound) == []


def test_after_a_restore_the_log_binds_anew_and_the_reason_stays(two, settings):
    engine, _, writer = two
    rewrite(engine, writer, 2, keep=1)  # as a backup of before would be
    checkpoints.add(settings, engine, at=NOW, restored="the backup of 1 January")
    assert found(engine, settings) is None
    assert [one.restored for one in checkpoints.read(settings)] == [None, "the backup of 1 January"]
    rewrite(engine, writer, 1)
    assert found(engine, settings) == Fault(1, "rewritten")


def test_who_verifies_makes_no_key(two, settings):
    engine, *_ = two
    file = settings.state / "keys" / own_keys.SIGNING
    file.unlink()
    with pytest.raises(StateError, match="is not there"):
        found(engine, settings)
    assert not file.exists()


def test_a_log_that_grows_and_is_signed_meanwhile_verifies(two, settings):
    engine, *_ = two

    def grow():
        for n in range(15):
            fill(engine, f"more-{n}")
            checkpoints.add(settings, engine, at=NOW)

    with ThreadPoolExecutor(1) as pool:
        growing = pool.submit(grow)
        seen = [found(engine, settings)]
        while not growing.done():
            seen.append(found(engine, settings))
        growing.result()
    assert set(seen) == {None}


def test_the_folder_may_be_another_one(settings, engine, village, tmp_path):
    elsewhere = village.settings.score_log.model_copy(update={"checkpoints": tmp_path / "other disk"})
    checkpoints.add(settings.model_copy(update={"score_log": elsewhere}), engine, at=NOW)
    assert (tmp_path / "other disk" / checkpoints.FILE).is_file()
    assert not (settings.state / checkpoints.FILE).exists()


def test_the_key_is_for_its_owner_alone(settings):
    own_keys.signing(settings.state)
    file = settings.state / "keys" / own_keys.SIGNING
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert [p.name for p in file.parent.iterdir()] == [own_keys.SIGNING]
    file.chmod(0o640)
    with pytest.raises(StateError, match="may be used by others \\(mode 0640\\)"):
        own_keys.signing(settings.state)


def test_workers_that_start_at_once_have_one_key(settings):
    drawn, together = [], threading.Barrier(6)

    def draw():
        together.wait(20)
        drawn.append(keys.public_text(own_keys.signing(settings.state)))

    threads = [threading.Thread(target=draw) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(drawn) == 6
    assert len(set(drawn)) == 1


@pytest.mark.parametrize(("minutes", "made"), [(0, 1), (49, 1), (50, 2), (60, 2), (-1, 2)])
def test_the_timer_makes_a_checkpoint_when_one_is_due(settings, sqlite, minutes, made):
    settings.state.mkdir()
    timer.tick(settings, sqlite, now=NOW)
    timer.tick(settings, sqlite, now=NOW + timedelta(minutes=minutes))
    assert len(checkpoints.read(settings)) == made
    assert timer.DUE_S + timer.TICK_S < checkpoints.LATE_S


def test_where_another_worker_is_at_it_the_timer_leaves_it(settings, sqlite, monkeypatch):
    settings.state.mkdir()
    read = checkpoints.read

    def meanwhile(given):
        found_before = read(given)
        if not timer_of_another.is_set():
            timer_of_another.set()
            timer.tick(settings, sqlite, now=NOW)
        return found_before

    timer_of_another = threading.Event()
    monkeypatch.setattr(checkpoints, "read", meanwhile)
    timer.tick(settings, sqlite, now=NOW)
    assert len(read(settings)) == 1


def test_a_checkpoint_that_fails_is_said_in_the_log_and_tried_again(settings, sqlite, caplog):
    fill(sqlite, "a1")
    settings.state.mkdir()
    timer.tick(settings, sqlite, now=NOW)
    alter(sqlite, delete(score_log_head).where(score_log_head.c.chain != heads.CHECKPOINTS))
    with caplog.at_level(logging.ERROR):
        timer.tick(settings, sqlite, now=NOW + timedelta(hours=1))
        timer.tick(settings.model_copy(update={"state": settings.state / "gone"}), sqlite, now=NOW)
    assert ["writer-removed" in r.getMessage() or "No such file" in r.getMessage() for r in caplog.records] == [True, True]


def test_a_service_that_starts_signs_at_once_and_tells_when(settings, sqlite):
    settings.state.mkdir()
    stop = timer.start(settings, sqlite, Clock(today=lambda: TODAY, now=lambda: NOW))
    deadline = time.monotonic() + 20
    while not checkpoints.read(settings) or b"checkpoint_timestamp_seconds 1.7041" not in metrics.exposition():
        assert time.monotonic() < deadline
        time.sleep(0.01)
    stop.set()
