"""A parquet file and a table of a database that are broken or missing: the message, and the stored state as it was."""

from __future__ import annotations

import io
import os
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pytest
import sqlalchemy

from tests.office import GOOD, PARQUET, POSTGRESQL, Office, refused, settled


@pytest.fixture
def office(tmp_path: Path) -> Callable[..., Office]:
    return settled(tmp_path)


def test_a_parquet_file_that_cannot_be_read_or_is_missing(office: Callable[..., Office]) -> None:
    rows = pd.read_csv(io.StringIO(GOOD), sep=";", dtype="string")
    home = office(extract=PARQUET, deliver=lambda raw: rows.to_parquet(raw / "letters.parquet", index=False))
    (home.raw / "letters.parquet").write_bytes(b"PAR1 and no more")
    refused(home, r"extract 'letters' cannot be read \(letters\.parquet\)")
    (home.raw / "letters.parquet").unlink()
    refused(home, r"extract 'letters' is missing: no file matches 'letters\*\.parquet'")


@pytest.fixture
def city(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Callable[[str], None], str]]:
    """Give what runs a statement in an external database, and the name of a schema there."""
    url = os.environ.get("SCHOUW_TEST_POSTGRES_URL")
    if not url:
        pytest.skip("needs postgres: set SCHOUW_TEST_POSTGRES_URL")
    monkeypatch.setenv("LETTERS_OF_THE_CITY", url)
    engine, schema = sqlalchemy.create_engine(url), f"bad_{uuid.uuid4().hex[:12]}"

    def run(statement: str) -> None:
        with engine.begin() as opened:
            opened.exec_driver_sql(statement)

    run(f"CREATE SCHEMA {schema}")
    yield run, schema
    run(f"DROP SCHEMA {schema} CASCADE")
    engine.dispose()


def test_a_table_of_a_database_that_cannot_be_read_or_is_missing(office: Callable[..., Office], city: tuple[Callable[[str], None], str]) -> None:
    run, schema = city
    row = "'r1' AS nr, '0999010000000001' AS object, '01-12-2023' AS gemeld, '02-12-2023' AS bekend"
    home = office(extract=POSTGRESQL.format(schema=schema), deliver=lambda _: run(f"CREATE VIEW {schema}.letters AS SELECT {row}"))
    run(f"CREATE OR REPLACE VIEW {schema}.letters AS SELECT {row} WHERE 1 / (SELECT count(*) - count(*) FROM generate_series(1, 2)) = 1")
    refused(home, r"extract 'letters' cannot be read from its database: data error \(22012\)")
    run(f"DROP VIEW {schema}.letters")
    refused(home, rf"extract 'letters' is missing: its database has no table '{schema}\.letters'")
