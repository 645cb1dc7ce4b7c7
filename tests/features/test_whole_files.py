"""A register that is read whole changes no day of before: what its file newly says was received today, whatever day it gives."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest

from features import cohort, matrix
from features.deliveries import LEDGER
from features.errors import StateError
from features.ingestion import ingest
from features.report import SourceReport
from features.settings import Settings
from features.store import open_store
from features.themes import load_theme
from tests.hamlet import addresses, hamlet, table

FIRST, SECOND, THIRD = date(2024, 1, 5), date(2024, 2, 5), date(2024, 3, 5)
HEAD = "record_id | address_id | happened_on | known_on | household_key | residents | ended_on | ended_known_on"
S1 = "s1 | A1 | 2020-01-01 | 2020-01-02 | h1 | 2 | |"
S2 = "s2 | A2 | 2020-01-01 | 2020-01-02 | h2 | 1 | |"
NEWEST = "s9 | A2 | 2023-12-01 | 2023-12-02 | h9 | 1 | |"
STAYS = (S1, S2, NEWEST)
LATE = "s3 | A1 | 2022-01-01 | 2022-01-02 | h3 | 4 | |"
MOVED_OUT = "s1 | A1 | 2020-01-01 | 2020-01-02 | h1 | 2 | 2023-06-01 | 2023-06-02"
DAYS = [date(2020, 1, 3), date(2022, 6, 1), date(2023, 7, 1), FIRST, SECOND]
OF_THE_DAY = {"age_days", "stale", "kept_since", "silences"}


def place(tmp_path: Path, *, retention: dict[str, int] | None = None) -> Settings:
    settings = hamlet(tmp_path, addresses=addresses("A1", "A2"), registrations=table("\n".join([HEAD, *STAYS])))
    ingest(settings.model_copy(update={"retention": retention or {}}), today=FIRST)
    return settings.model_copy(update={"retention": retention or {}})


def tell(settings: Settings, *stays: str, today: date, anew: bool = False) -> SourceReport:
    """Put a file in the place of the last one, and build."""
    table("\n".join([HEAD, *stays])).astype("string").to_parquet(settings.raw_folder / "registrations.parquet", index=False)
    return next(r for r in ingest(settings, today=today, anew=anew) if r.source == "registrations")


def residents(settings: Settings, home: str, as_of: date) -> float | None:
    """Give who is registered at an address, as far as known; None where nobody is."""
    builder = matrix.Builder(open_store(settings), load_theme(settings, "trial"), ("residents_now",))
    found = float(builder.rows(pd.DataFrame({"address_id": [home], "as_of": as_of}))["residents_now"].iloc[0])
    return None if pd.isna(found) else found


def seen(settings: Settings) -> list[float | None]:
    return [residents(settings, home, day) for home in ("A1", "A2") for day in DAYS]


@pytest.mark.parametrize(
    ("file", "after"),
    [((*STAYS, LATE), 6), ((MOVED_OUT, S2, NEWEST), None), ((S1.replace("| 2 |", "| 7 |"), S2, NEWEST), 7)],
    ids=["a late row", "a stay that ended", "another number"],
)
def test_what_a_file_newly_says_changes_no_day_up_to_the_build(tmp_path: Path, file: tuple[str, ...], after: float | None) -> None:
    settings = place(tmp_path)
    before = seen(settings)
    tell(settings, *file, today=SECOND)
    assert seen(settings) == before
    assert residents(settings, "A1", date(2024, 2, 6)) == after


def test_built_anew_a_file_is_history_as_at_the_first_build(tmp_path: Path) -> None:
    settings = place(tmp_path)
    tell(settings, *STAYS, LATE, today=SECOND, anew=True)
    assert residents(settings, "A1", date(2022, 6, 1)) == 6


def test_what_is_said_again_after_it_was_replaced_counts_from_then(tmp_path: Path) -> None:
    settings = place(tmp_path)
    assert tell(settings, MOVED_OUT, S2, NEWEST, today=SECOND).replaced == 1
    report = tell(settings, *STAYS, today=THIRD)
    assert [residents(settings, "A1", day) for day in (SECOND, date(2024, 2, 6), THIRD, date(2024, 3, 6))] == [2, None, None, 2]
    assert (report.rows, report.rejected, report.replaced) == (3, 0, 2)


def test_the_same_file_on_a_later_day_changes_no_event(tmp_path: Path) -> None:
    settings = place(tmp_path)
    first = {r.source: (r.content_hash, r.rows, r.accepted, r.repeated) for r in open_store(settings).reports()}
    for day in (SECOND, THIRD):
        assert {r.source: (r.content_hash, r.rows, r.accepted, r.repeated) for r in ingest(settings, today=day)} == first


def test_what_is_past_retention_does_not_come_back_as_news(tmp_path: Path) -> None:
    """The stay ended 2023-06-02, as the register knew: 218 days before the first build, and 249 before the second."""
    settings = place(tmp_path, retention={"registrations": 230})
    tell(settings, MOVED_OUT, S2, NEWEST, today=FIRST, anew=True)
    report = tell(settings, MOVED_OUT, S2, NEWEST, today=SECOND)
    assert (report.rows, report.accepted, report.past_retention, report.repeated) == (3, 2, 1, 0)
    kept = pd.read_parquet(settings.state / "events" / "received" / "registrations.parquet")
    assert sorted(kept["record_id"]) == ["s2", "s9"]
    again = tell(settings, MOVED_OUT, S2, NEWEST, today=THIRD)
    assert again.model_dump(exclude=OF_THE_DAY) == report.model_dump(exclude=OF_THE_DAY)


def test_a_row_that_fits_no_longer_leaves_what_it_said_before(tmp_path: Path) -> None:
    settings = place(tmp_path)
    settings = settings.model_copy(update={"rejects": settings.rejects.model_copy(update={"maximum_share": 1.0})})
    report = tell(settings, S1.replace("| 2 |", "| -3 |"), S2, NEWEST, today=SECOND)
    assert (report.rows, report.rejected, report.replaced) == (3, 1, 1)
    assert residents(settings, "A1", date(2024, 2, 6)) == 2


def test_a_cell_left_out_of_a_row_that_was_replaced_is_not_counted_again(tmp_path: Path) -> None:
    settings = place(tmp_path)
    settings = settings.model_copy(update={"rejects": settings.rejects.model_copy(update={"maximum_share": 1.0})})
    undated = {"ended_on has no ended_known_on": 1}
    assert tell(settings, S1.replace("| 2 | |", "| 2 | 2023-06-01 |"), S2, NEWEST, today=SECOND).mended == undated
    assert tell(settings, S1.replace("| 2 | |", "| 4 | 2023-06-01 |"), S2, NEWEST, today=THIRD).mended == undated
    assert tell(settings, *STAYS, today=THIRD + timedelta(days=1)).mended == {}


def test_a_build_on_a_day_before_the_last_one_is_refused(tmp_path: Path) -> None:
    settings = place(tmp_path)
    before = seen(settings)
    with pytest.raises(StateError, match="it is 2024-01-04, and the last build was made on 2024-01-05"):
        tell(settings, *STAYS, LATE, today=FIRST - timedelta(days=1))
    assert seen(settings) == before
    assert tell(settings, *STAYS, LATE, today=FIRST - timedelta(days=1), anew=True).accepted == 4


def test_a_ledger_that_is_lost_makes_no_first_build(tmp_path: Path) -> None:
    settings = place(tmp_path)
    (settings.state / "events" / LEDGER).unlink()
    with pytest.raises(StateError, match="is no ledger of deliveries"):
        tell(settings, *STAYS, LATE, today=SECOND)


def test_blanks_and_a_remark_in_a_mapping_make_it_no_other_one(tmp_path: Path) -> None:
    settings = place(tmp_path)
    before = seen(settings)
    select = settings.folder / "registers" / "registrations.sql"
    select.write_text(select.read_text().replace(" ", "\n  "))
    tell(settings, *STAYS, LATE, today=SECOND)
    assert seen(settings) == before
    select.write_text(f"{select.read_text()} -- as the register gives it")
    tell(settings, *STAYS, LATE, today=THIRD)


def test_a_place_is_protected_by_a_row_that_is_older_than_what_was_said_before(tmp_path: Path) -> None:
    """Such a row is overtaken, so it counts on no day; a shelter is never on a list for it (DESIGN rule 12)."""
    homes = addresses("A1", "A2", "A3").assign(known_on=["2023-12-20", "2023-12-28", "2023-12-20"])
    settings = hamlet(tmp_path, addresses=homes)
    ingest(settings, today=FIRST)
    older = homes.iloc[:1].assign(protection="shelter", known_on="2023-12-10")
    pd.concat([homes, older]).astype("string").to_parquet(settings.raw_folder / "addresses.parquet", index=False)
    told = next(r for r in ingest(settings, today=SECOND) if r.source == "addresses")
    assert told.overtaken == 1
    store = open_store(settings)
    assert cohort.at(store, load_theme(settings, "trial"), date(2024, 2, 6)).frame["address_id"].tolist() == ["A2", "A3"]
