"""Files and columns in the raw folder that nothing reads are named, and not one value of them is looked at."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from features.commands import app
from features.ingestion import registers
from features.register_reads import reads
from features.settings import Settings, load
from features.unread import Unread, unread
from tests.hamlet import addresses, hamlet, table

REPORTS = table("""
    record_id | address_id | happened_on | known_on   | channel | category | behandelaar | notitie
    r1        | A1         | 2023-12-01  | 2023-12-02 | app     | housing  | team 1      | ja
""")
SELECT = "SELECT record_id, address_id, happened_on, known_on, channel, category FROM raw_reports"


def office(folder: Path, select: str = SELECT, more: str = "") -> Settings:
    settings = hamlet(folder, addresses=addresses("A1"), reports=REPORTS)
    (settings.folder / "registers" / "reports.sql").write_text(select)
    (settings.folder / "municipality.toml").write_text((settings.folder / "municipality.toml").read_text() + more)
    return load(settings.folder, state=folder / "state", raw=folder / "raw")


def found(settings: Settings) -> Unread:
    return unread(settings, {one.source.name: one.select for one in registers(settings)})


def test_columns_that_no_register_takes_are_named(tmp_path: Path) -> None:
    assert found(office(tmp_path)) == Unread((), {"reports": ("behandelaar", "notitie")})


@pytest.mark.parametrize(
    ("select", "left"),
    [
        ("SELECT * FROM raw_reports", ()),
        ("SELECT r.* EXCLUDE (Notitie) FROM raw_reports r JOIN raw_addresses USING (address_id)", ("notitie",)),
        ("SELECT * EXCLUDE (notitie) FROM raw_reports UNION ALL SELECT * EXCLUDE (behandelaar) FROM raw_reports", ()),
        (f"WITH x AS (SELECT *, 1 AS y FROM ({SELECT})) SELECT * FROM x", ("behandelaar", "notitie")),
        (SELECT.replace("category FROM", '"Behandelaar" AS category FROM'), ("category", "notitie")),
        (f"{SELECT} WHERE length(notitie) > 2", ("behandelaar",)),
        (f"{SELECT} -- behandelaar and notitie", ("behandelaar", "notitie")),
    ],
)
def test_a_column_is_taken_where_a_select_names_it_or_takes_all(tmp_path: Path, select: str, left: tuple[str, ...]) -> None:
    assert found(office(tmp_path, select)).columns == ({"reports": left} if left else {})


def test_of_an_extract_that_no_register_reads_every_column_is_named(tmp_path: Path) -> None:
    settings = office(tmp_path, more='[extracts.letters]\nform = "csv"\npath = "letters_*.csv"\nencoding = "cp1252"\n')
    (tmp_path / "raw" / "letters_1.csv").write_bytes("nr;één;\n1;2;3\n".encode("cp1252"))
    assert found(settings).columns["letters"] == ("nr", "één", "column_2")


def test_files_that_no_extract_reads_are_named_and_not_opened(tmp_path: Path) -> None:
    settings = office(tmp_path)
    (tmp_path / "raw" / "new").mkdir()
    (tmp_path / "raw" / "new" / "meldingen_2024.csv").write_bytes(b"\x81\xff")
    (tmp_path / "raw" / ".hidden").write_bytes(b"")
    assert found(settings).files == ("new/meldingen_2024.csv",)


@pytest.mark.parametrize("as_json", [True, False])
def test_check_says_so(tmp_path: Path, as_json: bool) -> None:
    settings = office(tmp_path)
    pd.DataFrame({"a": [1]}).to_parquet(tmp_path / "raw" / "surplus.parquet")
    words = ["check", "--municipality", str(settings.folder), *(["--json"] if as_json else [])]
    said = CliRunner().invoke(app, words, env={"SCHOUW_RAW": str(tmp_path / "raw"), "SCHOUW_STATE": str(tmp_path / "state")})
    assert said.exit_code == 0, said.output
    shown = " ".join((said.stderr if as_json else said.stdout).split())
    for words_shown in ("Columns that no register reads", "behandelaar, notitie", "Files in the raw folder that no extract reads", "surplus.parquet"):
        assert words_shown in shown
    assert "team 1" not in said.output


def test_what_a_select_reads_is_told_by_name() -> None:
    told = reads("reports", 'SELECT a.B, "C d", count(*) FROM raw_x a LEFT JOIN raw_y USING (e) WHERE f = (SELECT max(g) FROM raw_z)')
    assert (told.extracts, told.columns - {"a"}, told.whole) == ({"x", "y", "z"}, {"b", "c d", "e", "f", "g"}, {})
