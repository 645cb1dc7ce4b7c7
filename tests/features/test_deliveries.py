"""Deliveries are appended: earlier files are not read again, no day of before changes, and a bad one leaves the state as it was."""

from __future__ import annotations

import json
import os
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from features import matrix
from features.deliveries import LEDGER
from features.errors import SettingsError, SourceError, StateError
from features.ingestion import ingest
from features.report import SourceReport
from features.settings import Settings, load
from features.store import open_store
from features.themes import load_theme
from tests.hamlet import addresses, hamlet, table

FIRST, SECOND, THIRD = date(2023, 12, 1), date(2024, 1, 5), date(2024, 2, 5)
HEAD = "record_id | address_id | happened_on | known_on | channel | category | closed_on | closed_known_on | withdrawn"
BEFORE = f"""
    {HEAD}
    r1 | A1 | 2023-10-01 | 2023-10-02 | app | housing | | | false
    r2 | A1 | 2023-11-01 | 2023-11-20 | app | housing | | | false
    r3 | A9 | 2023-11-01 | 2023-11-20 | app | housing | | | false
"""
DECEMBER = f"""
    {HEAD}
    r1 | A1 | 2023-10-01 | 2023-10-02 | app | housing | 2023-12-10 | 2023-12-11 | false
    r2 | A2 | 2023-11-01 | 2023-11-10 | app | waste | | | false
    r4 | A2 | 2023-12-20 | 2023-12-21 | app | nuisance | | | false
"""
JANUARY = f"""
    {HEAD}
    r4 | A2 | 2023-12-20 | 2024-01-20 | app | housing | | | false
    r1 | | | 2024-01-25 | | | | | true
"""
NAMES = ("reports_1y", "housing_reports_1y", "nuisance_reports_1y", "days_since_report")


def put(tmp_path: Path, name: str, text: str) -> Path:
    path = tmp_path / "raw" / name
    table(text).astype("string").to_parquet(path, index=False)
    return path


def village(tmp_path: Path, *homes: str) -> Settings:
    """Give a hamlet of which the reports come in deliveries, with the history in place."""
    settings = hamlet(tmp_path, today=FIRST, addresses=addresses(*(homes or ("A1", "A2"))), reports=table(BEFORE))
    toml = settings.folder / "municipality.toml"
    told = toml.read_text().replace("[max_age_days]", "[rejects]\nmaximum_share = 0.6\n[max_age_days]")
    toml.write_text(told.replace('"reports.parquet"', "\"reports*.parquet\"\ndeliveries = '_(?P<day>\\d{8})\\.parquet$'"))
    return load(settings.folder, state=settings.state, raw=settings.raw)


def values(settings: Settings, as_of: date, *, names: tuple[str, ...] = NAMES) -> str:
    store = open_store(settings)
    builder = matrix.Builder(store, load_theme(settings, "trial"), names)
    return matrix.content_hash(builder.rows(pd.DataFrame({"address_id": ["A1", "A2"], "as_of": as_of})))


def count(settings: Settings, home: str, as_of: date, name: str = "reports_1y") -> float:
    builder = matrix.Builder(open_store(settings), load_theme(settings, "trial"), (name,))
    return float(builder.rows(pd.DataFrame({"address_id": [home], "as_of": as_of}))[name].iloc[0])


def came_in(settings: Settings) -> SourceReport:
    return next(r for r in open_store(settings).reports() if r.source == "reports")


def contents(settings: Settings) -> dict[str, bytes]:
    """Give every file of the state that a reader can meet; what was set aside may be looked at after a refusal."""
    state = settings.state
    return {str(p.relative_to(state)): p.read_bytes() for p in sorted(state.rglob("*")) if p.is_file() and "rejects" not in p.parts}


def test_a_delivery_is_appended_without_the_files_of_before(tmp_path: Path) -> None:
    settings = village(tmp_path)
    ingest(settings, today=FIRST)
    (tmp_path / "raw" / "reports.parquet").unlink()
    put(tmp_path, "reports_20231231.parquet", DECEMBER)
    ingest(settings, today=SECOND)
    (tmp_path / "raw" / "reports_20231231.parquet").write_bytes(b"")
    (tmp_path / "raw" / "reports_20231231.parquet").unlink()
    put(tmp_path, "reports_20240131.parquet", JANUARY)
    ingest(settings, today=THIRD)
    report = came_in(settings)
    assert (report.rows, report.new_rows, report.accepted, report.overtaken, report.rejected) == (8, 2, 6, 1, 1)
    assert (count(settings, "A1", date(2024, 3, 1)), count(settings, "A2", date(2024, 3, 1))) == (1, 1)


def test_nothing_in_a_delivery_is_known_before_it_was_received(tmp_path: Path) -> None:
    settings = village(tmp_path)
    ingest(settings, today=FIRST)
    days = [date(2023, 10, 2), date(2023, 10, 3), date(2023, 11, 21), date(2023, 12, 31), SECOND]
    before = [values(settings, day) for day in days]
    put(tmp_path, "reports_20231231.parquet", DECEMBER)
    ingest(settings, today=SECOND)
    assert [values(settings, day) for day in days] == before
    stored = pd.read_parquet(settings.state / "events" / "reports.parquet")
    assert stored["known_on"].max() == SECOND
    assert (count(settings, "A2", SECOND), count(settings, "A2", date(2024, 1, 6))) == (0, 1)


def test_a_later_day_is_as_if_everything_had_been_read_at_once(tmp_path: Path) -> None:
    settings = village(tmp_path)
    ingest(settings, today=FIRST)
    for name, text, day in (("reports_20231231.parquet", DECEMBER, SECOND), ("reports_20240131.parquet", JANUARY, THIRD)):
        put(tmp_path, name, text)
        ingest(settings, today=day)
    scratch = settings.model_copy(update={"state": tmp_path / "other"})
    ingest(scratch, today=THIRD)
    for as_of in (date(2024, 2, 6), date(2024, 6, 1)):
        assert values(settings, as_of) == values(scratch, as_of)
    assert values(settings, date(2023, 12, 31)) != values(scratch, date(2023, 12, 31)), "read at once, December is known in December"


def test_an_older_version_that_comes_late_changes_no_day(tmp_path: Path) -> None:
    settings = village(tmp_path)
    ingest(settings, today=FIRST)
    put(tmp_path, "reports_20231231.parquet", f"{HEAD}\n r2 | A2 | 2023-11-01 | 2023-11-10 | app | housing | | | false")
    ingest(settings, today=SECOND)
    assert (count(settings, "A1", date(2023, 12, 1)), count(settings, "A1", date(2024, 2, 1)), count(settings, "A2", date(2024, 2, 1))) == (2, 2, 0)
    assert came_in(settings).overtaken == 1


def test_a_row_told_again_in_a_later_delivery_is_stored_once(tmp_path: Path) -> None:
    settings = village(tmp_path)
    ingest(settings, today=FIRST)
    events = (settings.state / "events" / "reports.parquet").read_bytes()
    put(tmp_path, "reports_20231231.parquet", BEFORE.replace("r3 | A9", "r2 | A1"))
    ingest(settings, today=SECOND)
    assert (settings.state / "events" / "reports.parquet").read_bytes() == events
    assert came_in(settings).repeated == 3


def test_a_row_whose_address_came_into_the_register_later_counts_from_then(tmp_path: Path) -> None:
    settings = village(tmp_path)
    ingest(settings, today=FIRST)
    assert came_in(settings).rejects == {"address_id is not in the address register": 1}
    village(tmp_path, "A1", "A2", "A9")
    ingest(settings, today=SECOND)
    assert (came_in(settings).rejects, came_in(settings).accepted) == ({}, 3)


def test_a_build_without_a_new_delivery_changes_no_event(tmp_path: Path) -> None:
    settings = village(tmp_path)
    first = ingest(settings, today=FIRST)
    again = ingest(settings, today=SECOND)
    assert [r.content_hash for r in again] == [r.content_hash for r in first]
    assert next(r for r in again if r.source == "reports").new_rows == 0


def test_the_ledger_says_what_was_received(tmp_path: Path) -> None:
    settings = village(tmp_path)
    ingest(settings, today=FIRST)
    put(tmp_path, "reports_20231231.parquet", DECEMBER)
    ingest(settings, today=SECOND)
    found = json.loads((settings.state / "events" / LEDGER).read_text())["received"]
    assert [(one["file"], one["rows"], one["day"], one["received_on"], one["history"]) for one in found] == [
        ("reports.parquet", 3, None, "2023-12-01", True),
        ("reports_20231231.parquet", 3, "2023-12-31", "2024-01-05", False),
    ]
    assert all(len(one["sha256"]) == 64 and one["bytes"] for one in found)


def test_a_file_that_was_only_copied_again_is_no_other_file(tmp_path: Path) -> None:
    settings = village(tmp_path)
    ingest(settings, today=FIRST)
    os.utime(tmp_path / "raw" / "reports.parquet", (0, 0))
    ingest(settings, today=SECOND)


def test_a_bad_delivery_does_not_hide_behind_good_ones(tmp_path: Path) -> None:
    settings = village(tmp_path)
    ingest(settings, today=FIRST)
    put(tmp_path, "reports_20231231.parquet", f"{HEAD}\n r9 | A1 | 2023-12-01 | 2023-12-02 | smoke | housing | | | false")
    before = contents(settings)
    with pytest.raises(SourceError, match=r"100\.0% of what is new in register 'reports' breaks its contract"):
        ingest(settings, today=SECOND)
    assert contents(settings) == before


def test_an_address_text_is_kept_only_of_a_row_that_was_set_aside(tmp_path: Path) -> None:
    settings = village(tmp_path)
    text = BEFORE.replace("| withdrawn", "| withdrawn | address_text").replace("| false", "| false | Dorpsstraat 1")
    put(tmp_path, "reports.parquet", text)
    ingest(settings, today=FIRST)
    kept = pd.read_parquet(settings.state / "events" / "received" / "reports.parquet")
    assert kept.loc[kept["address_text"].notna(), "record_id"].tolist() == ["r3"]


def test_an_optional_extract_without_any_delivery_is_told_of_as_a_register_without_rows(tmp_path: Path) -> None:
    settings = village(tmp_path)
    file = settings.folder / "municipality.toml"
    columns = [name.strip() for name in HEAD.split("|")]
    file.write_text(file.read_text().replace("deliveries =", f"optional = true\ncolumns = {columns}\ndeliveries ="))
    (tmp_path / "raw" / "reports.parquet").unlink()
    settings = load(settings.folder, state=settings.state, raw=settings.raw)
    with pytest.raises(SourceError, match="register 'reports' is empty"):
        ingest(settings, today=FIRST)
    put(tmp_path, "reports.parquet", BEFORE)
    ingest(settings, today=FIRST)
    ingest(settings, today=SECOND)
    assert came_in(settings).rows == 3, "a day on which nothing came changes nothing"


def test_a_mapping_that_changed_is_not_laid_over_earlier_deliveries(tmp_path: Path) -> None:
    settings = village(tmp_path)
    ingest(settings, today=FIRST)
    (settings.folder / "registers" / "reports.sql").write_text("SELECT * FROM raw_reports WHERE channel = 'app'")
    before = contents(settings)
    with pytest.raises(SourceError, match=r"registers/reports\.sql or its contract changed since its deliveries were received"):
        ingest(settings, today=SECOND)
    assert contents(settings) == before
    ingest(settings, today=SECOND, anew=True)
    assert came_in(settings).accepted == 2


def test_a_register_does_not_mix_deliveries_with_what_is_read_whole(tmp_path: Path) -> None:
    settings = village(tmp_path)
    (settings.folder / "registers" / "reports.sql").write_text("SELECT r.* FROM raw_reports r JOIN raw_addresses a USING (address_id)")
    with pytest.raises(SourceError, match=r"reads addresses, reports together, and reports comes in deliveries"):
        ingest(settings, today=FIRST)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("deliveries = '('", "it is no regular expression"),
        ("deliveries = '[0-9]{8}'", "it finds no day"),
        ("deliveries = '(?P<day>[0-9]{8})'\ncomplete = true", "is never complete"),
    ],
)
def test_a_declaration_of_deliveries_that_cannot_work_is_refused(tmp_path: Path, line: str, said: str) -> None:
    settings = hamlet(tmp_path, addresses=addresses("A1"))
    toml = settings.folder / "municipality.toml"
    toml.write_text(toml.read_text() + line + "\n")
    with pytest.raises(SettingsError, match=said):
        load(settings.folder, state=settings.state, raw=settings.raw)


def test_a_ledger_that_is_half_there_is_named(tmp_path: Path) -> None:
    settings = village(tmp_path)
    ingest(settings, today=FIRST)
    (settings.state / "events" / LEDGER).write_text("{")
    with pytest.raises(StateError, match="is no ledger of deliveries"):
        ingest(settings, today=SECOND)
