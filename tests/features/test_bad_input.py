"""What suppliers get wrong: each kind has its message, and the stored state stays as it was.

One test per line of the list, in its order. After each the state folder is compared file by file with what it was; only ``rejects/``, where
anyone may look at what was set aside, may differ.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from features import cohort, matrix
from features.errors import SourceError, StaleSourceError, StateError
from features.ingestion import ingest
from features.settings import load
from features.store import open_store
from features.themes import load_theme
from tests.hamlet import NEVER_STALE
from tests.office import GOOD, HEADER, SELECT, TODAY, Office, refused, settled


@pytest.fixture
def office(tmp_path: Path) -> Callable[..., Office]:
    return settled(tmp_path)


def test_a_missing_register(office: Callable[..., Office]) -> None:
    home = office()
    (home.raw / "letters.csv").unlink()
    refused(home, r"extract 'letters' is missing: no file matches 'letters\*\.csv'")


def test_a_missing_first_delivery(office: Callable[..., Office]) -> None:
    home = office(deliveries=True)
    (home.raw / "letters.csv").unlink()
    home.build()  # what was received is not asked for again
    before = home.state()
    with pytest.raises(SourceError, match="extract 'letters' is missing"):
        ingest(home.settings, today=TODAY, anew=True)
    assert home.state() == before


def test_a_wrong_encoding(office: Callable[..., Office]) -> None:
    home = office()
    (home.raw / "letters.csv").write_bytes(GOOD.encode() + b"r4;0999010000000001;01-12-2023;\x81\n")
    refused(home, r"letters\.csv is not in encoding cp1252 \(byte \d+ of a chunk\)")


@pytest.mark.parametrize("line", ["r4;0999010000000001;01-12-2023;02-12-2023;too many", "r4;0999010000000001;01-12-2023"])
def test_a_line_with_a_column_too_many_or_too_few(office: Callable[..., Office], line: str) -> None:
    home = office()
    home.put(GOOD + line + "\n")
    refused(home, r"25\.0% of register 'reports' breaks its contract \(1 of 4 rows; most: line cannot be read\)")
    kept = pd.read_parquet(home.settings.state / "rejects" / "reports_lines.parquet")
    assert kept[["extract", "file", "line"]].to_numpy().tolist() == [["letters", "letters.csv", 5]]
    assert kept["error"].str.startswith("Expected Number of Columns: 4 Found: ").all()


def test_a_file_with_a_column_too_few(office: Callable[..., Office]) -> None:
    home = office()
    home.put("nr;object;gemeld\nr1;0999010000000001;01-12-2023\n")
    refused(home, r"reports\.sql cannot be run: it names column 'bekend'.* 'letters' \(letters\*\.csv\) has nr, object, gemeld")


def test_a_column_too_many_in_the_file_never_enters(office: Callable[..., Office]) -> None:
    home = office()
    head, *lines = GOOD.splitlines()
    home.put("\n".join([f"{head};opmerking", *(f"{line};is vaak weg" for line in lines)]) + "\n")
    assert home.build().accepted == 3
    assert "opmerking" not in pd.read_parquet(home.settings.state / "events" / "reports.parquet").columns


def test_a_column_too_many_from_the_mapping(office: Callable[..., Office]) -> None:
    home = office()
    (home.settings.folder / "registers" / "reports.sql").write_text(SELECT.replace("SELECT nr", "SELECT nr AS opmerking, nr"))
    refused(home, r"registers/reports\.sql gives opmerking too many and misses none")


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("r1;999010000000001;01-12-2023;02-12-2023", "address_id has the wrong form"),
        ("r1;0999010000000001;31-02-2023;02-12-2023", "happened_on is not a date"),
        ("r1;0999010000000001;01-12-2023;31-02-2023", "known_on is not a date"),
        ("r1;0999010000000001;03-12-2023;02-12-2023", "known_on lies before happened_on"),
    ],
    ids=["an id of 15 digits", "happened on 31-02", "known on 31-02", "known before it happened"],
)
def test_a_row_that_cannot_be(office: Callable[..., Office], line: str, reason: str) -> None:
    home = office()
    home.put(f"{HEADER}\n{line}\n")
    refused(home, rf"100\.0% of register 'reports' breaks its contract \(1 of 1 rows; most: {reason}\)")
    assert pd.read_parquet(home.settings.state / "rejects" / "reports.parquet")["reason"].tolist() == [reason]


def test_a_delivery_older_than_the_last(office: Callable[..., Office]) -> None:
    home = office(deliveries=True)
    home.put(f"{HEADER}\nr7;0999010000000001;01-01-2024;02-01-2024\n", "letters_20240131.csv")
    home.build(date(2024, 2, 1))
    home.put(f"{HEADER}\nr6;0999010000000001;01-01-2024;02-01-2024\n", "letters_20240115.csv")
    refused(home, r"letters_20240115\.csv of extract 'letters' was made on 2024-01-15, before the last delivery of 2024-01-31", day=date(2024, 2, 2))


def test_a_delivery_of_a_day_that_is_yet_to_come(office: Callable[..., Office]) -> None:
    home = office(deliveries=True)
    home.put(f"{HEADER}\nr7;0999010000000001;01-01-2024;02-01-2024\n", "letters_20240131.csv")
    refused(home, r"letters_20240131\.csv of extract 'letters' was made on 2024-01-31, and it is 2024-01-30", day=date(2024, 1, 30))


@pytest.mark.parametrize("name", ["letters_20231231.csv", "letters-2024.csv"])
def test_a_delivery_without_a_likely_day(office: Callable[..., Office], name: str) -> None:
    home = office(deliveries=True)
    home.put(f"{HEADER}\nr7;0999010000000001;01-12-2023;02-12-2023\n", name.replace("20231231", "20230231"))
    refused(home, r"of extract 'letters' has no day in its name, and history was received on 2024-01-01", day=date(2024, 1, 2))


def test_a_register_delivered_twice(office: Callable[..., Office]) -> None:
    home = office(deliveries=True)
    home.put(GOOD, "letters_20231231.csv")
    refused(home, r"letters_20231231\.csv of extract 'letters' was delivered twice: it is letters\.csv to the letter", day=date(2024, 1, 2))


def test_a_register_delivered_twice_at_the_first_build(office: Callable[..., Office]) -> None:
    home = office(deliveries=True)
    home.put(GOOD, "letters_copy.csv")
    before = home.state()
    with pytest.raises(SourceError, match=r"letters_copy\.csv of extract 'letters' was delivered twice"):
        ingest(home.settings, today=TODAY, anew=True)
    assert home.state() == before


def test_rows_delivered_twice_are_stored_once_and_counted(office: Callable[..., Office]) -> None:
    home = office()
    home.put(GOOD + "\n".join(GOOD.splitlines()[1:]) + "\n")
    report = home.build()
    assert (report.rows, report.accepted, report.repeated) == (6, 3, 3)


@pytest.mark.parametrize("text", [GOOD.replace("03-12", "02-12"), GOOD + "r9;0999010000000001;05-12-2023;06-12-2023\n"])
def test_a_file_that_changed_since_it_was_received(office: Callable[..., Office], text: str) -> None:
    home = office(deliveries=True)
    home.put(text)
    refused(home, r"letters\.csv of extract 'letters' changed since it was received on 2024-01-01", day=date(2024, 1, 2))


@pytest.mark.parametrize(("text", "said"), [("", r"\(letters\.csv\): it has no header"), (HEADER + "\n", "extract 'letters' holds no row")])
def test_an_empty_register(office: Callable[..., Office], text: str, said: str) -> None:
    home = office()
    home.put(text)
    refused(home, said)


@pytest.mark.parametrize(("text", "said"), [("", "it has no header"), (HEADER + "\n", r"letters_20240131\.csv of extract 'letters' is empty")])
def test_an_empty_delivery(office: Callable[..., Office], text: str, said: str) -> None:
    home = office(deliveries=True)
    home.put(text, "letters_20240131.csv")
    refused(home, said, day=date(2024, 2, 1))


def test_a_delivery_with_another_delimiter_is_not_called_empty(office: Callable[..., Office]) -> None:
    home = office(deliveries=True)
    home.put(f"{HEADER}\nr7,0999010000000001,01-12-2023,02-12-2023\n", "letters_20240131.csv")
    refused(home, r"no line of letters_20240131\.csv .*: 1 line is not as its header.* delimiter ';' and encoding 'cp1252'", day=date(2024, 2, 1))


def test_who_only_looks_is_told_that_a_build_keeps_what_is_set_aside(office: Callable[..., Office]) -> None:
    home = office()
    home.put(GOOD + "r4;0999010000000001;01-12-2023\n")
    with pytest.raises(SourceError, match=r"Do: run schouw build to see them, then look at rejects/reports_lines\.parquet"):
        ingest(home.settings, keep=False)
    refused(home, r"Do: look at rejects/reports_lines\.parquet")


def test_a_file_in_utf16_is_told_by_its_first_bytes(office: Callable[..., Office]) -> None:
    home = office()
    home.put(GOOD, encoding="utf-16")
    refused(home, r"letters\.csv begins with the byte order mark of UTF-16, and municipality\.toml declares cp1252.* set encoding = 'utf-16'")


def test_a_file_with_another_header_is_named_with_the_columns_that_differ(office: Callable[..., Office]) -> None:
    home = office()
    home.put(GOOD.replace("bekend", "kenbaar"), "letters_2.csv")
    home.put(GOOD, "letters_3.csv")
    refused(home, r"letters_2\.csv has another header .* it misses 'bekend' and has 'kenbaar'.* Do: ask for the file again, or rename the column")


def test_a_clock_that_runs_back(office: Callable[..., Office]) -> None:
    home = office(deliveries=True)
    home.put(f"{HEADER}\nr7;0999010000000001;01-12-2023;02-12-2023\n", "letters_20231231.csv")
    refused(home, "it is 2023-12-31, and the last build was made on 2024-01-01", day=date(2023, 12, 31), kind=StateError)


def test_a_stale_register_is_missing_and_a_stale_required_one_stops_the_theme(office: Callable[..., Office]) -> None:
    home = office()
    toml, theme_file = home.settings.folder / "municipality.toml", home.settings.folder / "themes" / "trial.toml"
    toml.write_text(toml.read_text().replace(f"\nreports = {NEVER_STALE}\n", "\nreports = 14\n"))
    settings = load(home.settings.folder, state=home.settings.state, raw=home.settings.raw)
    assert next(r for r in ingest(settings) if r.source == "reports").stale
    store, as_of = open_store(settings), date(2024, 1, 2)
    built = matrix.build(store, load_theme(settings, "trial"), cohort.at(store, load_theme(settings, "trial"), as_of), built_on=TODAY)
    assert (built.frame["reports_1y"].isna().all(), set(built.manifest.stale)) == (True, {"reports"})
    theme_file.write_text(theme_file.read_text().replace('name = "reports"', 'name = "reports"\nrequired = true'))
    before = home.state()
    theme = load_theme(settings, "trial")
    with pytest.raises(StaleSourceError, match="theme 'trial' cannot do without 'reports'"):
        matrix.build(store, theme, cohort.at(store, theme, as_of), built_on=TODAY)
    assert home.state() == before
