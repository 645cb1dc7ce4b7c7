"""A table of an external PostgreSQL database as a raw extract: in batches, with its types, and without a word of its password."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
import sqlalchemy

from features.citizen_number import passes
from features.declared_extracts import Extract
from features.errors import ProtectedInputError, SettingsError, SourceError
from features.ingestion import ingest
from features.postgresql import read_postgresql
from features.settings import load
from tests.hamlet import addresses, hamlet, table

VARIABLE = "REGISTER_OF_THE_CITY"
SECRET = "not-for-a-log"
REPORTS = """
    record_id | address_id | happened_on | known_on   | channel | category
    r1        | A1         | 2023-12-01  | 2023-12-02 | app     | housing
"""
COLUMNS = """
    nr bigint, small smallint, place text, day date, at timestamp, seen timestamptz, price numeric(12, 2), free numeric, ratio double precision,
    open boolean, stamp uuid, raw bytea
"""


@pytest.fixture
def city(monkeypatch: pytest.MonkeyPatch) -> Iterator[sqlalchemy.Engine]:
    """Give an external database with a schema of its own; its URL stands in the environment."""
    url = os.environ.get("SCHOUW_TEST_POSTGRES_URL")
    if not url:
        pytest.skip("needs postgres: set SCHOUW_TEST_POSTGRES_URL")
    engine = sqlalchemy.create_engine(url)
    monkeypatch.setenv(VARIABLE, url)
    schema = f"city_{uuid.uuid4().hex[:12]}"
    with engine.begin() as opened:
        opened.exec_driver_sql(f"CREATE SCHEMA {schema}")
        opened.exec_driver_sql(f"CREATE TABLE {schema}.letters ({COLUMNS})")
    engine = engine.execution_options(schema=schema)
    yield engine
    with engine.begin() as opened:
        opened.exec_driver_sql(f"DROP SCHEMA {schema} CASCADE")
    engine.dispose()


def schema_of(city: sqlalchemy.Engine) -> str:
    return str(city.get_execution_options()["schema"])


def fill(city: sqlalchemy.Engine, rows: int) -> None:
    with city.begin() as opened:
        opened.exec_driver_sql(
            f"INSERT INTO {schema_of(city)}.letters SELECT n, 1, 'A1', DATE '2023-11-30', '2023-11-30 08:15', '2023-11-30 08:15+02', 12.50, "
            f"0.1234567890123456789, 0.5, mod(n, 2) = 0, '00000000-0000-0000-0000-000000000001', '\\x0102' FROM generate_series(1, {rows}) n"
        )


def letters(city: sqlalchemy.Engine, **changes: object) -> Extract:
    told = {"form": "postgresql", "table": f"{schema_of(city)}.letters", "url_from": VARIABLE}
    return Extract.model_validate({**told, **changes})


def test_types_and_values_are_kept(city: sqlalchemy.Engine) -> None:
    fill(city, 1)
    connection = duckdb.connect()
    assert read_postgresql(connection, "letters", letters(city))
    kinds = {row[0]: row[1] for row in connection.execute("DESCRIBE raw_letters").fetchall()}
    assert kinds == {
        "nr": "BIGINT", "small": "BIGINT", "place": "VARCHAR", "day": "DATE", "at": "TIMESTAMP", "seen": "TIMESTAMP WITH TIME ZONE",
        "price": "DECIMAL(12,2)", "free": "VARCHAR", "ratio": "DOUBLE", "open": "BOOLEAN", "stamp": "VARCHAR", "raw": "BLOB",
    }  # fmt: skip
    found = connection.execute('SELECT nr, day, "at", price, free, ratio, open, raw, epoch(seen)::BIGINT FROM raw_letters').fetchone()
    assert found == (
        1, date(2023, 11, 30), datetime(2023, 11, 30, 8, 15), Decimal("12.50"), "0.1234567890123456789", 0.5, False, b"\x01\x02",  # noqa: DTZ001 - a timestamp without zone stays without
        1_701_324_900,
    )  # fmt: skip


@pytest.mark.parametrize("rows", [0, 9, 10, 11, 25])
def test_every_row_comes_once_however_the_batches_fall(city: sqlalchemy.Engine, rows: int) -> None:
    fill(city, rows)
    connection = duckdb.connect()
    read_postgresql(connection, "letters", letters(city), batch_rows=10)
    assert connection.execute("SELECT count(*), count(DISTINCT nr), coalesce(max(nr), 0) FROM raw_letters").fetchone() == (rows, rows, rows)
    assert len(connection.execute("DESCRIBE raw_letters").fetchall()) == 12


def test_missing_stays_missing(city: sqlalchemy.Engine) -> None:
    with city.begin() as opened:
        opened.exec_driver_sql(f"INSERT INTO {schema_of(city)}.letters (nr) VALUES (7)")
    connection = duckdb.connect()
    read_postgresql(connection, "letters", letters(city))
    assert connection.execute("SELECT * FROM raw_letters").fetchone() == (7, *(None,) * 11)


def test_a_register_may_read_it_beside_a_file(city: sqlalchemy.Engine, tmp_path: Path) -> None:
    fill(city, 3)
    settings = hamlet(tmp_path, addresses=addresses("A1"), reports=table(REPORTS))
    toml = settings.folder / "municipality.toml"
    toml.write_text(toml.read_text() + f'[extracts.letters]\nform = "postgresql"\ntable = "{schema_of(city)}.letters"\nurl_from = "{VARIABLE}"\n')
    (settings.folder / "registers" / "reports.sql").write_text(
        "SELECT * FROM raw_reports UNION ALL SELECT nr::VARCHAR, place, day::VARCHAR, day::VARCHAR, 'other', 'other' FROM raw_letters"
    )
    again = load(settings.folder, state=settings.state, raw=settings.raw)
    assert [r.accepted for r in ingest(again) if r.source == "reports"] == [4]
    assert os.environ[VARIABLE] not in toml.read_text()


def test_citizen_numbers_in_it_are_refused_as_in_a_file(city: sqlalchemy.Engine, tmp_path: Path) -> None:
    numbers = [n for n in range(999_900_000, 999_909_000) if passes(str(n))]
    with city.begin() as opened:
        opened.exec_driver_sql(f"INSERT INTO {schema_of(city)}.letters (nr) VALUES {', '.join(f'({n})' for n in numbers)}")
    settings = hamlet(tmp_path, addresses=addresses("A1"))
    toml = settings.folder / "municipality.toml"
    toml.write_text(toml.read_text() + f'[extracts.letters]\nform = "postgresql"\ntable = "{schema_of(city)}.letters"\nurl_from = "{VARIABLE}"\n')
    with pytest.raises(ProtectedInputError, match=r"extract 'letters' \(table .*letters\): column 'nr' looks like a citizen number"):
        ingest(load(settings.folder, state=settings.state, raw=settings.raw))


def test_a_missing_table_names_the_extract_and_an_optional_one_is_empty(city: sqlalchemy.Engine) -> None:
    gone = letters(city, table=f"{schema_of(city)}.parcels")
    with pytest.raises(SourceError, match="extract 'letters' is missing: its database has no table"):
        read_postgresql(duckdb.connect(), "letters", gone)
    assert not read_postgresql(duckdb.connect(), "letters", letters(city, table=gone.table, optional=True, columns=("nr",)))


def test_a_login_that_may_not_read_gives_the_code_and_no_row(city: sqlalchemy.Engine) -> None:
    with city.begin() as opened:
        opened.exec_driver_sql(f"CREATE VIEW {schema_of(city)}.broken AS SELECT 1 / (nr - nr) AS nr FROM {schema_of(city)}.letters")
    fill(city, 1)
    with pytest.raises(SourceError, match=r"extract 'letters' cannot be read from its database: data error \(22012\)"):
        read_postgresql(duckdb.connect(), "letters", letters(city, table=f"{schema_of(city)}.broken"))


def test_a_value_that_no_column_can_hold_is_named_by_its_column(city: sqlalchemy.Engine) -> None:
    with city.begin() as opened:
        opened.exec_driver_sql(f"INSERT INTO {schema_of(city)}.letters (price) VALUES ('NaN')")
    with pytest.raises(SourceError, match=r"column 'price' of extract 'letters' holds a value that is no decimal128\(12, 2\)"):
        read_postgresql(duckdb.connect(), "letters", letters(city))


def shown(error: BaseException) -> str:
    """Give everything that an error and those behind it would put in a log."""
    chain, text = [error], ""
    while chain:
        one = chain.pop()
        text += f"{one!r} {one} "
        chain += [e for e in (one.__cause__, None if one.__suppress_context__ else one.__context__) if e is not None]
    return text


@pytest.mark.parametrize(
    ("url", "said"),
    [
        (f"postgresql+psycopg://someone:{SECRET}@127.0.0.1:1/city", "cannot be read from its database"),
        (f"postgresql://someone:{SECRET}@127.0.0.1:1/city", "cannot be read from its database"),
        (f"mysql://someone:{SECRET}@127.0.0.1/city", "has no URL of a PostgreSQL database"),
        (f"someone:{SECRET}", "has no URL of a PostgreSQL database"),
        (f"postgresql+psycopg://someone:{SECRET}@127.0.0.1:port/city", "has no URL of a PostgreSQL database"),
        ("", f"the environment variable {VARIABLE} is empty"),
    ],
)
def test_an_unreachable_database_names_the_extract_and_never_the_password(monkeypatch: pytest.MonkeyPatch, url: str, said: str) -> None:
    monkeypatch.setenv(VARIABLE, url)
    extract = Extract(form="postgresql", table="letters", url_from=VARIABLE)
    with pytest.raises(SourceError, match=said) as caught:
        read_postgresql(duckdb.connect(), "letters", extract)
    assert "extract 'letters'" in str(caught.value)
    assert VARIABLE in str(caught.value)
    assert SECRET not in shown(caught.value)
    assert SECRET not in repr(extract)


def test_a_form_without_what_it_needs_is_named(tmp_path: Path) -> None:
    settings = hamlet(tmp_path, addresses=addresses("A1"))
    toml = settings.folder / "municipality.toml"
    toml.write_text(toml.read_text() + '[extracts.letters]\nform = "postgresql"\ntable = "letters"\n')
    with pytest.raises(SettingsError, match="an extract of form 'postgresql' needs url_from"):
        load(settings.folder)
