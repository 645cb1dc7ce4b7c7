"""Rows of our own database keep their types, and come in batches, on SQLite and on PostgreSQL."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest
import sqlalchemy
from sqlalchemy import Boolean, Column, Date, Integer, String, Table

from features.declared_extracts import Extract
from features.errors import SourceError, StateError
from features.own_database import read_own

RETURNED = Extract(form="database", table="returned")


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Give an empty database of each kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'own.db'}"
        return
    given = os.environ.get("SCHOUW_TEST_POSTGRES_URL")
    if not given:
        pytest.skip("needs postgres: set SCHOUW_TEST_POSTGRES_URL")
    schema, engine = f"own_{uuid.uuid4().hex[:12]}", sqlalchemy.create_engine(given)
    with engine.begin() as opened:
        opened.exec_driver_sql(f"CREATE SCHEMA {schema}")
    yield sqlalchemy.make_url(given).update_query_dict({"options": f"-csearch_path={schema}"}).render_as_string(hide_password=False)
    with engine.begin() as opened:
        opened.exec_driver_sql(f"DROP SCHEMA {schema} CASCADE")
    engine.dispose()


def fill(url: str, rows: int) -> None:
    engine = sqlalchemy.create_engine(url)
    columns = (Column("nr", Integer), Column("place", String(8)), Column("day", Date), Column("open", Boolean), Column("weight", Integer))
    table = Table("returned", sqlalchemy.MetaData(), *columns)
    with engine.begin() as opened:
        table.create(opened)
        if rows:
            day = date(2023, 11, 30)
            told = [{"nr": n, "place": "A1", "day": day + timedelta(days=n), "open": n % 2 == 0, "weight": None} for n in range(rows)]
            opened.execute(table.insert(), told)
    engine.dispose()


def test_types_and_missing_values_are_kept(url: str) -> None:
    fill(url, 1)
    with duckdb.connect() as connection:
        assert read_own(connection, "returned", RETURNED, url)
        kinds = {row[0]: row[1] for row in connection.execute("DESCRIBE raw_returned").fetchall()}
        assert kinds == {"nr": "BIGINT", "place": "VARCHAR", "day": "DATE", "open": "BOOLEAN", "weight": "BIGINT"}
        assert connection.execute("SELECT * FROM raw_returned").fetchall() == [(0, "A1", date(2023, 11, 30), True, None)]


@pytest.mark.parametrize("rows", [0, 9, 10, 11, 25])
def test_every_row_comes_once_however_the_batches_fall(url: str, rows: int) -> None:
    fill(url, rows)
    with duckdb.connect() as connection:
        read_own(connection, "returned", RETURNED, url, batch_rows=10)
        assert connection.execute("SELECT count(*), count(DISTINCT nr) FROM raw_returned").fetchone() == (rows, rows)
        assert len(connection.execute("DESCRIBE raw_returned").fetchall()) == 5


def test_a_table_that_is_not_there_is_an_error_or_nothing(url: str) -> None:
    with duckdb.connect() as connection:
        assert not read_own(connection, "returned", RETURNED.model_copy(update={"optional": True}), url)
        with pytest.raises(SourceError, match="table 'returned' is not in our database"):
            read_own(connection, "returned", RETURNED, url)


def test_a_value_that_is_none_of_its_type_is_said_without_the_value(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'own.db'}"
    fill(url, 0)
    engine = sqlalchemy.create_engine(url)
    with engine.begin() as opened:
        opened.exec_driver_sql("INSERT INTO returned (day) VALUES ('van de week')")
    engine.dispose()
    with duckdb.connect() as connection, pytest.raises(StateError, match="our own database cannot be read for extract 'returned'") as raised:
        read_own(connection, "returned", RETURNED, url)
    assert "van de week" not in str(raised.value)
