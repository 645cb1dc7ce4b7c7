"""The town's case system as a table in PostgreSQL: made, read and stored, it is the register that a file gives."""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy

from experiments.town import Size, make
from features.errors import SourceError, StateError
from features.ingestion import ingest
from features.report import SourceReport
from features.settings import Settings, load
from tests.experiments.conftest import ZAANWIJK

VARIABLE = "ZAANWIJK_CASE_SYSTEM"
FILE = '[extracts.signalen]\nform = "parquet"\npath = "signalen.parquet"\n'
REGISTERS = ("addresses", "designations", "signals")
SMALL = Size(addresses=1_000, years=2, inspections_per_year=20, seed=3)


def settings_of(folder: Path, table: str | None) -> Settings:
    """Give Zaanwijk with three of its registers, and with its case system as a table where one is named."""
    home = folder / "zaanwijk"
    (home / "registers").mkdir(parents=True)
    for name in REGISTERS:
        shutil.copy(ZAANWIJK / "registers" / f"{name}.sql", home / "registers")
    text = (ZAANWIJK / "municipality.toml").read_text()
    assert FILE in text
    served = f'[extracts.signalen]\nform = "postgresql"\ntable = "{table}"\nurl_from = "{VARIABLE}"\n'
    (home / "municipality.toml").write_text(text.replace(FILE, served) if table else text)
    return load(home, state=folder / "state", raw=folder / "raw")


def came_in(settings: Settings) -> dict[str, SourceReport]:
    """Give what came in, of the extracts that these registers read."""
    needed = ("bag", "beschermd", "nummeraanduidingen", "signalen", "signals")
    return {r.source: r for r in ingest(settings.model_copy(update={"extracts": {n: settings.extracts[n] for n in needed}}))}


@pytest.fixture
def schema(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Give a schema of its own in the test database; its URL stands in the environment."""
    url = os.environ.get("SCHOUW_TEST_POSTGRES_URL")
    if not url:
        pytest.skip("needs postgres: set SCHOUW_TEST_POSTGRES_URL")
    monkeypatch.setenv(VARIABLE, url)
    name, engine = f"town_{uuid.uuid4().hex[:12]}", sqlalchemy.create_engine(url)
    with engine.begin() as opened:
        opened.exec_driver_sql(f"CREATE SCHEMA {name}")
    yield name
    with engine.begin() as opened:
        opened.exec_driver_sql(f"DROP SCHEMA {name} CASCADE")
    engine.dispose()


def test_a_town_with_its_case_system_in_postgresql_gives_the_same_register(tmp_path: Path, schema: str) -> None:
    of_file, of_table = settings_of(tmp_path / "file", None), settings_of(tmp_path / "table", f"{schema}.signalen")
    for settings in (of_file, of_table):
        make(settings, SMALL)
    assert (of_file.raw_folder / "signalen.parquet").is_file()
    assert not (of_table.raw_folder / "signalen.parquet").exists()
    one, other = came_in(of_file)["signals"], came_in(of_table)["signals"]
    assert one.accepted > 20
    assert (other.rows, other.accepted, other.rejects, other.content_hash) == (one.rows, one.accepted, one.rejects, one.content_hash)
    make(of_table, SMALL)
    assert came_in(of_table)["signals"].content_hash == one.content_hash, "a town that is made again replaces its table"


def test_a_database_that_is_not_named_or_does_not_answer_is_said_without_its_password(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = settings_of(tmp_path, "signalen")
    with pytest.raises(SourceError, match=f"the environment variable {VARIABLE} is empty"):
        make(settings, SMALL)
    monkeypatch.setenv(VARIABLE, "postgresql+psycopg://u:not-for-a-log@127.0.0.1:1/x")
    with pytest.raises(StateError, match="the town could not fill table 'signalen': OperationalError") as raised:
        make(settings, SMALL)
    assert "not-for-a-log" not in str(raised.value)
