"""A register's SELECT reads the declared extracts and nothing else: what it opened by itself would come in past the check for people."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pandas as pd
import pytest

from features import ingestion
from features.citizen_number import passes
from features.engine import confine, connect
from features.errors import SourceError
from features.ingestion import ingest, registers
from features.register_reads import refuse_reach
from features.settings import Engine, Settings
from tests.hamlet import addresses, hamlet, table

REPORTS = table("""
    record_id | address_id | happened_on | known_on   | channel | category
    r1        | A1         | 2023-12-01  | 2023-12-02 | app     | housing
""")
REGISTERS = sorted((Path(__file__).parents[2] / "municipalities").glob("*/registers/*.sql"))
CITIZENS = [str(n) for n in range(999_900_000, 999_910_000) if passes(str(n))]


@pytest.mark.parametrize(
    ("select", "said"),
    [
        ("SELECT * FROM read_parquet('people.parquet')", r"reads read_parquet\(\.\.\.\)"),
        ("SELECT * FROM read_csv('people.csv')", r"reads read_csv\(\.\.\.\)"),
        ("SELECT * FROM raw_reports WHERE record_id IN (SELECT content FROM read_text('/etc/passwd'))", r"reads read_text\(\.\.\.\)"),
        ("SELECT * FROM raw_reports UNION ALL SELECT * FROM glob('*')", r"reads glob\(\.\.\.\)"),
        ("SELECT * FROM 'people.parquet'", r"reads people\.parquet"),
        ('WITH a AS (FROM "people.csv") SELECT * FROM a JOIN raw_reports USING (record_id)', r"reads people\.csv"),
        ("SELECT * FROM query('SELECT 1')", r"reads query\(\.\.\.\)"),
        ("SELECT * FROM main.raw_reports", r"reads main\.raw_reports"),
        ("SELECT * FROM elsewhere.main.raw_reports", r"reads elsewhere\.main\.raw_reports"),
        ("SELECT * FROM RAW_REPORTS", r"reads RAW_REPORTS"),
        ("SELECT * FROM 'raw_people.parquet'", r"reads raw_people\.parquet"),
        ("SELECT * FROM events_addresses", r"reads events_addresses"),
        ("SELECT * FROM duckdb_tables()", r"reads duckdb_tables\(\.\.\.\)"),
        ("SELECT * FROM (DESCRIBE raw_reports)", "reads what the engine tells of its tables"),
        ('SELECT * FROM (WITH "x.parquet" AS (SELECT 1) FROM "x.parquet"), \'x.parquet\'', r"reads WITH x\.parquet, .*, x\.parquet"),
        (
            "WITH events_addresses AS (SELECT * FROM events_addresses) SELECT * FROM events_addresses",
            "reads WITH events_addresses, a name that it may",
        ),
        ("WITH a AS (SELECT * FROM a) SELECT * FROM a", "reads a"),
        ("WITH a AS (SELECT * FROM b), b AS (SELECT * FROM raw_reports) SELECT * FROM a", "reads b"),
        ("WITH RECURSIVE t AS (SELECT * FROM t UNION ALL SELECT * FROM t) SELECT * FROM t", "reads t"),
        ('WITH "main.places" AS (SELECT 1) SELECT * FROM main.places', r"reads WITH main\.places, .*, main\.places \(a name in a schema\)"),
        ("WITH places AS (SELECT 1) SELECT * FROM main.places", r"reads main\.places \(a name in a schema\)"),
        ('WITH "s/x.parquet" AS (SELECT * FROM "s/x.parquet") SELECT * FROM "s/x.parquet"', r"reads WITH s/x\.parquet, .*, s/x\.parquet"),
        ("WITH raw_reports AS (SELECT 1) SELECT * FROM raw_reports", "reads WITH raw_reports"),
        ("SELECT * FROM raw_reports; COPY raw_reports TO 'out.csv'", "is no SELECT"),
        ("SELECT * FROM raw_reports; SELECT 2", "holds 2 statements"),
        ("SELECT 1) UNION ALL (SELECT 2", "is no SELECT: syntax error"),
        ("ATTACH 'people.db'", "is no SELECT"),
        ("", "holds 0 statements"),
    ],
)
def test_what_is_no_select_over_the_extracts_is_refused_before_anything_is_read(tmp_path: Path, select: str, said: str) -> None:
    settings = hamlet(tmp_path, addresses=addresses("A1"), reports=REPORTS)
    (settings.folder / "registers" / "reports.sql").write_text(select)
    with pytest.raises(SourceError, match=rf"registers/reports\.sql {said}.* Expected: one SELECT.* Do: ") as refused:
        registers(settings)
    assert refused.value.remedy


def test_an_extract_that_nobody_declared_cannot_be_run(tmp_path: Path) -> None:
    settings = hamlet(tmp_path, addresses=addresses("A1"), reports=REPORTS)
    (settings.folder / "registers" / "reports.sql").write_text("SELECT * FROM raw_people")
    with pytest.raises(SourceError, match=r"reports\.sql reads raw_people, and .* Do: declare \[extracts\.people\]"):
        ingest(settings)


@pytest.mark.parametrize(
    "select",
    [
        "WITH a AS (SELECT * FROM raw_letters), b AS (SELECT * FROM a) SELECT * FROM b ASOF JOIN raw_places p ON b.x >= p.x WHERE EXISTS (FROM a)",
        "WITH RECURSIVE t AS (SELECT 1 AS x UNION ALL SELECT x + 1 FROM t WHERE x < 5) SELECT * FROM t",
        "SELECT * FROM (VALUES (1), (2)) v (x), unnest([1, 2]), range(3), raw_letters",
        "FROM raw_letters -- FROM 'people.parquet'",
        "SELECT 'FROM read_csv()' AS said, record_id FROM raw_letters;",
    ],
)
def test_what_a_select_needs_is_allowed(select: str) -> None:
    refuse_reach("reports", select, ["letters", "places"])


@pytest.mark.parametrize("path", REGISTERS, ids=lambda p: f"{p.parts[-3]}-{p.stem}")
def test_every_register_that_ships_reads_its_extracts_alone(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    extracts = [line.split(".")[1].rstrip("]") for line in (path.parents[1] / "municipality.toml").read_text().splitlines() if "[extracts." in line]
    refuse_reach(path.stem, text, extracts)


def hidden(folder: Path, monkeypatch: pytest.MonkeyPatch, file: str) -> Settings:
    """Give a hamlet with people in a file that no extract declares, a register that reads it, and nobody who takes that register apart."""
    settings = hamlet(folder, addresses=addresses("A1"), reports=REPORTS)
    pd.concat([REPORTS] * 40).assign(category=CITIZENS[:40]).to_parquet(folder / "raw" / "people.parquet")
    (settings.folder / "registers" / "reports.sql").write_text(f"SELECT * FROM read_parquet('{file.format(folder=folder)}')")
    monkeypatch.setattr(ingestion, "refuse_reach", lambda *_: None)
    return settings


@pytest.mark.parametrize("file", ["{folder}/raw/people.parquet", "{folder}/raw/../raw/people.parquet", "{folder}/raw/*.parquet"])
def test_the_engine_itself_opens_no_other_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, file: str) -> None:
    settings = hidden(tmp_path, monkeypatch, file)
    with pytest.raises(SourceError, match=r"registers/reports\.sql cannot be run: Permission Error"):
        ingest(settings)


@pytest.mark.parametrize("select", ["FROM events_addresses", "FROM main.events_addresses", "FROM '{rejects}'"])
def test_the_engine_runs_a_select_that_reads_anything_but_extracts_not_even_where_nobody_took_it_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, select: str
) -> None:
    settings = hamlet(tmp_path, addresses=addresses("A1"), reports=REPORTS)
    ingest(settings)
    select = select.format(rejects=settings.state / "rejects" / "addresses.parquet")
    given = "'r' AS record_id, 'A1' AS address_id, DATE '2023-12-01' AS happened_on, DATE '2023-12-02' AS known_on, 'app' AS channel"
    (settings.folder / "registers" / "reports.sql").write_text(f"SELECT {given}, count(*) AS category {select}")
    monkeypatch.setattr(ingestion, "refuse_reach", lambda *_: None)
    with pytest.raises(SourceError, match=r"registers/reports\.sql cannot be run: "):
        ingest(settings)


def test_a_confined_engine_cannot_be_opened_again(tmp_path: Path) -> None:
    with connect(Engine(memory_limit="1GB", threads=1), scratch=tmp_path) as connection:
        (tmp_path / "in").mkdir()
        connection.execute(f"COPY (SELECT 1 AS a) TO '{tmp_path / 'out.parquet'}'")
        confine(connection, files=(), folders=(tmp_path / "in",))
        connection.execute(f"COPY (SELECT 1 AS a) TO '{tmp_path / 'in' / 'its.parquet'}'")
        for statement in ("SET enable_external_access = true", f"SET allowed_directories = ['{tmp_path}']", f"FROM '{tmp_path / 'out.parquet'}'"):
            with pytest.raises(duckdb.Error):
                connection.execute(statement)
