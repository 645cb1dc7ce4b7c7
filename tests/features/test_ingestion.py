"""Registers to events: nothing is lost, and every reason is said (DESIGN rule 11)."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path

import pandas as pd
import pytest
import sqlalchemy

from features.errors import SettingsError, SourceError, StateError
from features.ingestion import ingest
from features.settings import Settings, load
from features.store import open_store
from tests.hamlet import addresses, hamlet, table

REPORTS = """
    record_id | address_id | happened_on | known_on   | channel | category
    r1        | A1         | 2023-12-01  | 2023-12-02 | app     | housing
"""


def lenient(settings: Settings, share: float = 1.0) -> Settings:
    return settings.model_copy(update={"rejects": settings.rejects.model_copy(update={"maximum_share": share})})


def rejected(tmp_path: Path, text: str, source: str = "reports") -> dict[str, int]:
    settings = lenient(hamlet(tmp_path, addresses=addresses("A1"), **{source: table(text)}))
    report = next(r for r in ingest(settings) if r.source == source)
    kept = pd.read_parquet(settings.state / "rejects" / f"{source}.parquet")
    assert len(kept) == report.rejected
    assert report.rows == report.accepted + report.repeated + report.rejected
    return report.rejects


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("r1 | A1 | 2023-12-01 | 2023-12-02 | smoke | housing", "channel is not a listed code"),
        ("r1 | A1 | 2023-12-01 | 2023-12-02 |  | housing", "channel is missing"),
        ("   | A1 | 2023-12-01 | 2023-12-02 | app | housing", "record_id is missing"),
        ("r1 | A1 | 2023-02-31 | 2023-12-02 | app | housing", "happened_on is not a date"),
        ("r1 | A1 | 0001-01-01 | 2023-12-02 | app | housing", "happened_on is no likely day"),
        ("r1 | A1 | 1699-12-31 | 2023-12-02 | app | housing", "happened_on is no likely day"),
        ("r1 | A1 | 2023-12-01 | 2201-01-01 | app | housing", "known_on is no likely day"),
        ("r1 | A1 | 2023-12-03 | 2023-12-02 | app | housing", "known_on lies before happened_on"),
        ("r1 | A1 | 2023-12-01 |            | app | housing", "known_on is missing"),
        ("r1 | A7 | 2023-12-01 | 2023-12-02 | app | housing", "address_id is not in the address register"),
        ("r1 | 17 | 2023-12-01 | 2023-12-02 | app | housing", "address_id has the wrong form"),
        ("r1 |    | 2023-12-01 | 2023-12-02 | app | housing", "address_id is missing"),
    ],
)
def test_a_row_that_breaks_its_contract_is_kept_aside_with_its_reason(tmp_path: Path, row: str, reason: str) -> None:
    header = "record_id | address_id | happened_on | known_on | channel | category"
    assert rejected(tmp_path, f"{header}\n{row}") == {reason: 1}


def test_a_number_outside_its_bounds_is_kept_aside(tmp_path: Path) -> None:
    found = rejected(
        tmp_path,
        """
        record_id | address_id | happened_on | known_on   | household_key | residents
        h1        | A1         | 2023-12-01  | 2023-12-02 | k             | 0
        h2        | A1         | 2023-12-01  | 2023-12-02 | k             | 100
        h3        | A1         | 2023-12-01  | 2023-12-02 | k             | many
        """,
        "registrations",
    )
    assert found == {"residents is not a integer": 1, "residents lies above 99": 1, "residents lies below 1": 1}


@pytest.mark.parametrize(("tolerated", "stops"), [(0, True), (1, False)])
def test_a_few_rejects_in_a_small_register_stop_only_where_none_is_tolerated(tmp_path: Path, tolerated: int, stops: bool) -> None:
    reports = table(REPORTS + "    r2        | A7         | 2023-12-01  | 2023-12-02 | app     | housing")
    settings = hamlet(tmp_path, addresses=addresses("A1"), reports=reports)
    settings = settings.model_copy(update={"rejects": settings.rejects.model_copy(update={"tolerated_rows": tolerated})})
    with pytest.raises(SourceError, match=r"50\.0% of register 'reports'") if stops else nullcontext():
        assert next(r for r in ingest(settings) if r.source == "reports").rejected == 1


def test_more_rejects_than_the_set_share_stop_the_build_and_leave_the_last_good_one(tmp_path: Path) -> None:
    settings = hamlet(tmp_path, addresses=addresses("A1"), reports=table(REPORTS))
    ingest(settings)
    before = (settings.state / "events" / "reports.parquet").read_bytes()
    pd.DataFrame(table(REPORTS).assign(channel="smoke")).astype("string").to_parquet(tmp_path / "raw" / "reports.parquet")
    with pytest.raises(SourceError, match=r"100\.0% of register 'reports' breaks its contract") as raised:
        ingest(settings)
    assert "rejects/reports.parquet" in str(raised.value)
    assert (settings.state / "events" / "reports.parquet").read_bytes() == before
    assert len(pd.read_parquet(settings.state / "rejects" / "reports.parquet")) == 1


def test_a_row_repeated_to_the_letter_is_stored_once_and_counted(tmp_path: Path) -> None:
    settings = hamlet(tmp_path, addresses=addresses("A1"), reports=pd.concat([table(REPORTS)] * 3))
    report = next(r for r in ingest(settings) if r.source == "reports")
    assert (report.rows, report.accepted, report.repeated, report.rejected) == (3, 1, 2, 0)


def test_a_text_that_names_an_address_is_linked_and_the_text_is_dropped(tmp_path: Path) -> None:
    homes = addresses("A1", street="Dorpsstraat", house_number="12", postcode="1506AB")
    reports = table("""
        record_id | address_id | happened_on | known_on   | channel | category | address_text
        r1        |            | 2023-12-01  | 2023-12-02 | app     | housing  | Dorpsstr. 12, 1506 AB
        r2        |            | 2023-12-01  | 2023-12-02 | app     | housing  | somewhere near the mill
        r3        | A1         | 2023-12-01  | 2023-12-02 | app     | housing  |
    """)
    settings = lenient(hamlet(tmp_path, addresses=homes, reports=reports))
    report = next(r for r in ingest(settings) if r.source == "reports")
    stored = pd.read_parquet(settings.state / "events" / "reports.parquet")
    assert report.linked_share == 0.5
    assert sorted(stored["record_id"]) == ["r1", "r3"]
    assert set(stored["address_id"]) == {"A1"}
    assert "address_text" not in stored.columns
    assert [r.startswith("address text not linked") for r in report.rejects] == [True]


@pytest.mark.parametrize(
    ("text", "known_on", "found"),
    [
        ("Dorpsstraat 9", "2023-03-09", "A1"),
        ("Dorpsstraat 9", "2023-03-10", None),
        ("Dorpsstraat 9a", "2023-03-10", "A2"),
        ("Dorpsstraat 9b", "2023-04-01", "A3"),
        ("Dorpsstraat 11", "2023-03-09", "A4"),
        ("Dorpsstraat 13", "2023-03-09", "A5"),
        ("Dorpsstraat 11", "2023-03-10", "A6"),
        ("Dorpsstraat 13", "2023-03-10", None),
        ("Dorpsstraat 15", "2023-03-09", "A7"),
        ("Dorpsstraat 15", "2023-03-10", None),
    ],
)
def test_a_door_leads_to_the_object_that_the_register_knows_behind_it_on_the_day(tmp_path: Path, text: str, known_on: str, found: str | None) -> None:
    """A1 is split into A2 and A3, A4 and A5 are merged into A6, A7 is withdrawn: on 1 March, and known on the 10th."""
    doors = [("A1", "9", None), ("A2", "9", "a"), ("A3", "9", "b"), ("A4", "11", None), ("A5", "13", None), ("A6", "11", None), ("A7", "15", None)]
    homes = addresses(*(d[0] for d in doors), street="Dorpsstraat", postcode="1506AB")
    homes = homes.assign(house_number=[d[1] for d in doors], house_letter=[d[2] for d in doors])
    new = homes["address_id"].isin(["A2", "A3", "A6"])
    homes.loc[new, ["happened_on", "known_on"]] = ["2023-03-01", "2023-03-10"]
    homes["ended_on"], homes["ended_known_on"] = (new.map({True: None, False: day}) for day in ("2023-03-01", "2023-03-10"))
    reports = table(f"""
        record_id | address_id | happened_on | known_on   | channel | category | address_text
        r1        |            | 2023-03-01  | {known_on} | app     | housing  | {text}
    """)
    settings = lenient(hamlet(tmp_path, addresses=homes, reports=reports))
    ingest(settings)
    stored = pd.read_parquet(settings.state / "events" / "reports.parquet")
    assert list(stored["address_id"]) == ([found] if found else [])


def test_a_column_outside_the_contract_never_enters(tmp_path: Path) -> None:
    settings = hamlet(tmp_path, addresses=addresses("A1"), reports=table(REPORTS).assign(reporter="someone"))
    with pytest.raises(SourceError, match="gives reporter too many"):
        ingest(settings)


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    settings = hamlet(tmp_path, addresses=addresses("A1"), reports=table(REPORTS).drop(columns="channel"))
    with pytest.raises(SourceError, match="misses channel"):
        ingest(settings)


def test_a_missing_file_is_named_with_what_to_do(tmp_path: Path) -> None:
    settings = hamlet(tmp_path, addresses=addresses("A1"), reports=table(REPORTS))
    (tmp_path / "raw" / "reports.parquet").unlink()
    with pytest.raises(SourceError, match=r"no file matches 'reports\.parquet'"):
        ingest(settings)


def test_an_empty_register_stops_the_build(tmp_path: Path) -> None:
    settings = hamlet(tmp_path, addresses=addresses("A1"), reports=table(REPORTS))
    (settings.folder / "registers" / "reports.sql").write_text("SELECT * FROM raw_reports WHERE channel = 'letter'")
    with pytest.raises(SourceError, match="register 'reports' is empty"):
        ingest(settings)


@pytest.mark.parametrize(("line", "stops"), [("", True), ("may_be_empty = true\n", False), ("optional = true\n", False)])
def test_an_empty_extract_beside_a_full_one_stops_the_build_unless_it_may_be_empty(tmp_path: Path, line: str, stops: bool) -> None:
    settings = hamlet(tmp_path, addresses=addresses("A1"), reports=table(REPORTS))
    table(REPORTS).iloc[:0].astype("string").to_parquet(tmp_path / "raw" / "letters.parquet", index=False)
    (settings.folder / "registers" / "reports.sql").write_text("SELECT * FROM raw_reports UNION ALL SELECT * FROM raw_letters")
    toml = settings.folder / "municipality.toml"
    toml.write_text(f'{toml.read_text()}[extracts.letters]\nform = "parquet"\npath = "letters.parquet"\n{line}')
    settings = load(settings.folder, state=settings.state, raw=settings.raw)
    with pytest.raises(SourceError, match="extract 'letters' holds no row") if stops else nullcontext():
        assert [r.rows for r in ingest(settings) if r.source != "inspections"] == [1, 1]
    assert (settings.state / "events").exists() is not stops


def test_a_register_without_a_contract_is_refused(tmp_path: Path) -> None:
    settings = hamlet(tmp_path, addresses=addresses("A1"))
    (settings.folder / "registers" / "police.sql").write_text("SELECT 1")
    with pytest.raises(SourceError, match="no contract for police"):
        ingest(settings)


def test_csv_of_a_supplier_is_transcoded_and_kept_as_text(tmp_path: Path) -> None:
    settings = hamlet(tmp_path, addresses=addresses("A1"), property_values=table("record_id"))
    text = "nummer;object;peildatum;bekend;waarde;jaar;omschrijving\nv1;A1;01-01-2023;15-02-2023;1234,50;2024;één\n"
    (tmp_path / "raw" / "woz.csv").write_bytes(text.encode("cp1252"))
    toml = settings.folder / "municipality.toml"
    kept = toml.read_text().split("[extracts.property_values]")[0]
    toml.write_text(kept + '[extracts.woz]\nform = "csv"\npath = "woz*.csv"\nencoding = "cp1252"\n')
    (settings.folder / "registers" / "property_values.sql").write_text("""
        SELECT nummer AS record_id, object AS address_id, strptime(peildatum, '%d-%m-%Y')::DATE AS happened_on,
            strptime(bekend, '%d-%m-%Y')::DATE AS known_on, replace(waarde, ',', '.') AS value_eur, jaar AS tax_year FROM raw_woz
    """)
    again = load(settings.folder, state=settings.state, raw=settings.raw)
    ingest(again)
    assert float(pd.read_parquet(again.state / "events" / "property_values.parquet")["value_eur"].iloc[0]) == 1234.5
    toml.write_text(toml.read_text().replace("cp1252", "utf-8").replace("utf-8", "ascii"))
    with pytest.raises(SourceError, match="is not in encoding ascii"):
        ingest(load(settings.folder, state=settings.state, raw=settings.raw))


def test_a_line_that_cannot_be_read_is_kept_and_counted(tmp_path: Path) -> None:
    settings = hamlet(tmp_path, addresses=addresses("A1"), reports=table(REPORTS))
    toml = settings.folder / "municipality.toml"
    toml.write_text(toml.read_text() + '[extracts.letters]\nform = "csv"\npath = "letters*.csv"\n')
    (tmp_path / "raw" / "letters.csv").write_text("nr;place;day\nb1;A1;2023-12-01\nb2;A1;2023-12-01;surplus\nb3;A1;2023-12-03\n")
    (settings.folder / "registers" / "reports.sql").write_text("SELECT nr AS record_id, place AS address_id, day AS happened_on, day AS known_on, "
                                                              "'other' AS channel, 'other' AS category FROM raw_letters")  # fmt: skip
    again = lenient(load(settings.folder, state=settings.state, raw=settings.raw))
    report = next(r for r in ingest(again) if r.source == "reports")
    assert (report.rows, report.accepted, report.rejects) == (3, 2, {"line cannot be read": 1})
    kept = pd.read_parquet(again.state / "rejects" / "reports_lines.parquet")
    assert kept[["extract", "file", "line"]].to_numpy().tolist() == [["letters", "letters.csv", 3]]
    (tmp_path / "raw" / "letters_2.csv").write_text("nr;day;place\nb1;2023-12-01;A1\n")
    with pytest.raises(SourceError, match=r"it has the same columns in another order.* Do: ask for the file again"):
        ingest(again)


def test_a_table_of_our_own_database_is_one_more_extract(tmp_path: Path) -> None:
    settings = hamlet(tmp_path, addresses=addresses("A1"), reports=table(REPORTS))
    toml = settings.folder / "municipality.toml"
    columns = "columns = ['nr', 'place', 'day']"
    toml.write_text(toml.read_text() + f'[extracts.returned]\nform = "database"\ntable = "returned"\noptional = true\n{columns}\n')
    (settings.folder / "registers" / "reports.sql").write_text("""
        SELECT * FROM raw_reports UNION ALL
        SELECT nr, place, day, day, 'other', 'other' FROM raw_returned
    """)
    again = load(settings.folder, state=settings.state, raw=settings.raw)
    assert [r.rows for r in ingest(again) if r.source == "reports"] == [1], "an absent optional table is empty"
    engine = sqlalchemy.create_engine(again.database_url)
    with engine.begin() as opened:
        opened.execute(sqlalchemy.text("CREATE TABLE returned (nr INTEGER, place TEXT, day DATE)"))
        opened.execute(sqlalchemy.text("INSERT INTO returned VALUES (7, 'A1', '2023-11-30')"))
    engine.dispose()
    assert [r.accepted for r in ingest(again) if r.source == "reports"] == [2]


def test_two_runs_over_the_same_extracts_give_the_same_hash(tmp_path: Path) -> None:
    settings = hamlet(tmp_path, addresses=addresses("A2", "A1"), reports=pd.concat([table(REPORTS)] * 2))
    assert [r.content_hash for r in ingest(settings)] == [r.content_hash for r in ingest(settings, keep=False)]


def test_checking_changes_nothing(tmp_path: Path) -> None:
    settings = hamlet(tmp_path, addresses=addresses("A1"))
    ingest(settings, keep=False)
    assert not settings.state.exists()
    with pytest.raises(StateError, match="no events were built yet"):
        open_store(settings)


def test_a_setting_that_does_not_exist_is_named(tmp_path: Path) -> None:
    settings = hamlet(tmp_path, addresses=addresses("A1"))
    toml = settings.folder / "municipality.toml"
    toml.write_text('speed = "fast"\n' + toml.read_text())
    with pytest.raises(SettingsError, match="speed"):
        load(settings.folder)
