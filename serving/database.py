"""Our own database: SQLite in a file by default, PostgreSQL by URL; one code path for both.

A write that was answered is on disk (DESIGN rule 11): SQLite runs in WAL with ``synchronous=FULL``, and every transaction
that writes waits for its turn (`serving.turn`) and takes its lock at the start (``BEGIN IMMEDIATE``), so that workers wait for each other
instead of failing.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import alembic.command
import alembic.config
from sqlalchemy import Connection, Engine, create_engine, event, inspect, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from features.errors import SettingsError, StateError
from serving.tables import WRITERS, score_log_head
from serving.turn import turn

MIGRATIONS = Path(__file__).parent / "migrations"
LOCK_WAIT_S = 10
"""How long a writer waits for another one before it gives up; assumed: a commit takes less than a millisecond."""

SYNCHRONOUS_FULL = 2


def connect(url: str) -> Engine:
    """Open the database; nothing is written.

    Parameters
    ----------
    url : str
        SQLAlchemy URL, ``sqlite:///file`` or ``postgresql+psycopg://``.

    Raises
    ------
    SettingsError
        It is another kind of database, or not a URL.
    StateError
        The folder of the SQLite file cannot be made.
    """
    try:
        kind = make_url(url).get_backend_name()
    except SQLAlchemyError as error:
        raise _wrong_url("is not a URL") from error
    if kind == "postgresql":
        engine = create_engine(url, pool_pre_ping=True, hide_parameters=True)
        event.listen(engine, "connect", _set_up_postgresql)
        return engine
    if kind != "sqlite":
        raise _wrong_url(f"names '{kind}'")
    _make_folder(make_url(url).database)
    engine = create_engine(url, hide_parameters=True, connect_args={"timeout": LOCK_WAIT_S, "check_same_thread": False})
    event.listen(engine, "connect", _set_up_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """Hand out a transaction that may write; it is on disk when this block has ended.

    Raises
    ------
    StateError
        The database refuses: locked, read-only, full or gone. Nothing of the block was kept.
    """
    with _ours(), turn(engine, wait_s=LOCK_WAIT_S), engine.connect().execution_options(schouw_writes=True) as connection, connection.begin():
        yield connection


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Hand out a transaction that sees one state of the database from begin to end; raises `StateError` as `writing` does."""
    with _ours(), engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            connection.execution_options(isolation_level="REPEATABLE READ")  # SQLite's transactions are so by themselves
        with connection.begin():
            yield connection


def upgrade(engine: Engine) -> None:
    """Bring the tables to the newest migration, under a lock, so that many workers can start at once.

    Raises
    ------
    StateError
        The database refuses.
    """
    with writing(engine) as connection:
        serialise(connection, "migrations of schouw")
        configuration = alembic.config.Config()
        configuration.set_main_option("script_location", str(MIGRATIONS))
        configuration.attributes["connection"] = connection
        alembic.command.upgrade(configuration, "head")


def serialise(connection: Connection, matter: str) -> None:
    """Let one transaction at a time pass per matter, until it ends; on SQLite only one transaction writes anyway."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(hashtext(:matter))"), {"matter": matter})


def check_writable(engine: Engine) -> None:
    """Write the head of the register of writers to itself: proves that tables, disk and lock are there, and stops no writer.

    Raises
    ------
    StateError
        The database refuses, or has no tables.
    """
    with writing(engine) as connection:
        of_register = score_log_head.c.chain == WRITERS
        head = connection.execute(select(score_log_head.c.position).where(of_register).with_for_update()).scalar()
        if head is None:
            raise _no_tables()
        connection.execute(score_log_head.update().where(of_register).values(position=head))


def forget(engine: Engine) -> None:
    """Let what was taken out leave the disk too: SQLite keeps it in its journal until that is written back.

    On PostgreSQL its own vacuum sees to it.

    Raises
    ------
    StateError
        The database refuses.
    """
    if engine.dialect.name == "sqlite":
        with _ours(), engine.connect() as connection:
            connection.exec_driver_sql("ROLLBACK")  # of the transaction that this connection began: no journal is written back within one
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")


def has_tables(engine: Engine) -> bool:
    """Say whether the migrations ran."""
    with _ours():
        return inspect(engine).has_table(score_log_head.name)


def _set_up_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # The driver must not begin by itself: _begin_sqlite does
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {LOCK_WAIT_S * 1000}")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute(f"PRAGMA synchronous = {SYNCHRONOUS_FULL}")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA secure_delete = ON")  # what a purge takes out is overwritten, not only let go
    cursor.close()


def _set_up_postgresql(connection: Any, _record: Any) -> None:
    connection.execute("SET synchronous_commit TO on")  # A server may have it off: then an answered write could be lost
    connection.commit()


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("schouw_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def _ours() -> Iterator[None]:
    """Turn what the driver says into one of our errors, without statement, values or password."""
    try:
        yield
    except DBAPIError as error:
        kind = type(error.orig).__name__ if error.orig is not None else type(error).__name__
        raise StateError(
            f"the database refused ({kind})",
            expected="a database that is up, has its tables, is not locked and has room",
            remedy="look at disk space and at the database; nothing was half-written, so repeat the request",
        ) from error


def _make_folder(file: str | None) -> None:
    if not file or file == ":memory:":
        raise _wrong_url("names no file")
    try:
        Path(file).parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StateError(
            f"the folder of the database cannot be made: {error.strerror}", expected="a writable folder", remedy="name another"
        ) from error


def _no_tables() -> StateError:
    return StateError("the database has no score log", expected="its tables", remedy="start with 'schouw serve', which makes them")


def _wrong_url(found: str) -> SettingsError:
    return SettingsError(
        f"the database URL {found}",
        expected="sqlite:///FILE or postgresql+psycopg://USER@HOST/NAME",
        remedy="correct SCHOUW_DATABASE_URL or database_url in municipality.toml",
    )
