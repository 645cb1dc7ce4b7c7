"""The registers' SELECTs: one bad cell is one reject, and a home on the list of protected places stays protected (DESIGN rules 11 and 12)."""

from __future__ import annotations

import re
import shutil
from datetime import date
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from features.declared_extracts import Extract
from features.errors import PurposeError, SourceError
from features.extracts import register_extracts
from features.ingestion import ingest, registers
from features.mapping import declare
from features.settings import load
from tests.hamlet import addresses, hamlet

REGISTERS = sorted((Path(__file__).parents[2] / "municipalities").glob("*/registers/*.sql"))
HARD = re.compile(r"::|(?<!try_)\bcast\((?!null )|(?<!try_)strptime\(|\bmake_date\(|\blpad\(|= '[JV]' AS", re.IGNORECASE)
HOME, OTHER = "0999010000000001", "0999010000000002"


@pytest.mark.parametrize("path", REGISTERS, ids=lambda p: f"{p.parts[-3]}-{p.stem}")
def test_no_cell_of_a_register_stops_the_others(path: Path) -> None:
    code = "\n".join(line.split("--")[0] for line in path.read_text(encoding="utf-8").splitlines())
    assert HARD.findall(code) == []


def mapped(text: str) -> object:
    with duckdb.connect() as connection:
        declare(connection, date(2024, 1, 1))
        row = connection.execute(f"SELECT {text}").fetchone()
        return row[0] if row else None


def test_zeros_that_a_spreadsheet_took_are_given_back_and_nothing_is_cut() -> None:
    assert mapped("padded('999010000000001', 16)") == HOME
    assert mapped("padded('099901000000000199', 16)") == "099901000000000199"
    assert mapped("padded(NULL, 16)") is None


def test_what_is_no_day_and_no_flag_stays_for_the_contract_to_refuse() -> None:
    assert mapped("day_of('31-01-2024', '%d-%m-%Y')") == "2024-01-31"
    assert mapped("day_of('31-02-2024', '%d-%m-%Y')") == "31-02-2024"
    assert [mapped(f"flag('{given}', 'J', 'N')") for given in ("J", "N", "Ja")] == ["true", "false", "Ja"]


def places(*lines: tuple[str, str | None, str | None]) -> pd.DataFrame:
    """Give what the town's SELECT makes of a list of protected places."""
    with duckdb.connect() as connection:
        declare(connection, date(2024, 1, 1))
        connection.register("raw_beschermd", pd.DataFrame(lines, columns=["Object", "Soort plek", "Op de lijst sinds"], dtype="string"))
        select = next(p for p in REGISTERS if p.parts[-3:] == ("zaanwijk", "registers", "protected_places.sql")).read_text()
        return connection.execute(select).df()


def test_the_list_of_protected_places_leaves_ids_and_what_it_does_not_know_as_they_were_typed() -> None:
    found = places(("999010000000001", "Opvang", "01-06-2020"), ('"0999200000000001 "', "Opvanghuis", "31-02-2020"))
    assert found["address_id"].tolist() == ["999010000000001", '"0999200000000001 "']
    assert found["kind"].tolist() == ["shelter", "Opvanghuis"]
    assert found["known_on"].tolist() == ["2020-06-01", "31-02-2020"]


@pytest.mark.parametrize(("text", "said"), [("a;b\n", "has 0 rows and 0 lines"), ("a;b\n1;2\n1;2;3\n", "has 1 rows and 1 lines")])
def test_an_extract_that_must_be_complete_stops_the_build_where_it_is_not(tmp_path: Path, text: str, said: str) -> None:
    settings = hamlet(tmp_path, addresses=addresses("A1"))
    (tmp_path / "raw" / "list.csv").write_text(text)
    extract = Extract(form="csv", path="list.csv", complete=True)
    with duckdb.connect() as connection, pytest.raises(SourceError, match=said):
        register_extracts(connection, settings.model_copy(update={"extracts": {"list": extract}}), tmp_path)


def test_an_extract_that_must_be_complete_stops_the_build_where_two_stray_quotes_made_one_cell_of_several_lines(tmp_path: Path) -> None:
    settings = hamlet(tmp_path, addresses=addresses("A1"))
    (tmp_path / "raw" / "list.csv").write_text(
        'id;soort;sinds\nW;Opvang;01-01-2020\nX;"Opvang;01-01-2020\nY;Opvang;01-01-2020\nZ;Opvang";01-01-2020\n'
    )
    extracts = {"list": Extract(form="csv", path="list.csv", complete=True)}
    with duckdb.connect() as connection, pytest.raises(SourceError, match="a cell that runs over more than one line in row 2, counted without"):
        register_extracts(connection, settings.model_copy(update={"extracts": extracts}), tmp_path)


def test_a_line_that_begins_with_a_hash_is_a_line(tmp_path: Path) -> None:
    settings = hamlet(tmp_path, addresses=addresses("A1"))
    (tmp_path / "raw" / "list.csv").write_text("a;b\n" + "".join(f"{'#' if i == 3 else ''}{i};x\n" for i in range(6)))
    with duckdb.connect() as connection:
        register_extracts(connection, settings.model_copy(update={"extracts": {"list": Extract(form="csv", path="list.csv")}}), tmp_path)
        assert connection.execute("SELECT count(*) FROM raw_list").fetchone() == (6,)


@pytest.mark.parametrize(
    ("select", "said"),
    [
        ("SELECT * FROM raw_bibob", "Bibob data"),
        ("SELECT * FROM raw_lbb", "Bibob data"),
        ("SELECT * FROM raw_wijkpolitie", "police data"),
        ("SELECT * FROM raw_bvh", "police data"),
        ("SELECT * FROM raw_meldmisdaadanoniem", "the national anonymous line"),
        ('SELECT x.*, "Bibob advies" AS category FROM raw_reports x', "Bibob data"),
        ("SELECT * FROM raw_reports UNION ALL SELECT * FROM read_csv('elders/politie.csv')", "police data"),
        ("SELECT * FROM raw_reports /* all */ JOIN raw_mma USING (record_id)", "the national anonymous line"),
    ],
)
def test_a_register_that_may_never_inform_a_score_is_not_mapped_into_another(tmp_path: Path, select: str, said: str) -> None:
    settings = hamlet(tmp_path, addresses=addresses("A1"))
    (settings.folder / "registers" / "reports.sql").write_text(select)
    with pytest.raises(
        PurposeError, match=rf"registers/reports\.sql reads {said}\. Expected: registers that a municipality may use .* Do: leave it out: "
    ):
        registers(settings)


def test_a_register_may_leave_out_rows_by_the_name_of_what_may_not_enter(tmp_path: Path) -> None:
    settings = hamlet(tmp_path, addresses=addresses("A1"))
    file = settings.folder / "registers" / "reports.sql"
    file.write_text("-- nothing from the police or Bibob\nSELECT * FROM raw_reports WHERE bron NOT IN ('Politie', 'MMA')")
    assert "reports" in [register.source.name for register in registers(settings)]


def test_a_file_that_names_what_may_not_enter_is_refused_under_any_pattern(tmp_path: Path) -> None:
    settings = hamlet(tmp_path, addresses=addresses("A1"))
    toml = settings.folder / "municipality.toml"
    toml.write_text(toml.read_text().replace('path = "addresses.parquet"', 'path = "*addresses*.parquet"'))
    shutil.copy(settings.raw_folder / "addresses.parquet", settings.raw_folder / "politie_addresses.parquet")
    with pytest.raises(PurposeError, match="a file of extract 'addresses' comes from police data"):
        ingest(load(settings.folder, state=settings.state, raw=settings.raw))
