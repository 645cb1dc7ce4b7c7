"""PostgreSQL databases of the tests' own: made, copied from one that holds a training, and dropped."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy

POSTGRES = "SCHOUW_TEST_POSTGRES_URL"


@contextmanager
def postgresql(template: str | None = None) -> Iterator[str]:
    """Give the URL of a database, empty or a copy of another, and drop it afterwards."""
    url = os.environ.get(POSTGRES)
    if not url:
        pytest.skip(f"needs postgres: set {POSTGRES} to a database in which others may be created")
    name = f"schouw_training_{uuid.uuid4().hex[:8]}"
    with _server(url) as connection:
        if template is not None:
            # A database that someone is connected to cannot be copied, and MLflow keeps its connections.
            connection.execute(sqlalchemy.text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :n"), {"n": named(template)})
        connection.execute(sqlalchemy.text(f'CREATE DATABASE "{name}"' + (f' TEMPLATE "{named(template)}"' if template else "")))
    try:
        yield sqlalchemy.engine.make_url(url).set(database=name).render_as_string(hide_password=False)
    finally:
        with _server(url) as connection:
            connection.execute(sqlalchemy.text(f'DROP DATABASE "{name}" WITH (FORCE)'))


def named(url: str) -> str | None:
    return sqlalchemy.engine.make_url(url).database


@contextmanager
def _server(url: str) -> Iterator[sqlalchemy.Connection]:
    server = sqlalchemy.create_engine(url, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        yield connection
    server.dispose()
