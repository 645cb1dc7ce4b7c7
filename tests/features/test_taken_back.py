"""What the owner of a register that is read whole takes back counts no more from the day of the build, and changes no day of before."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest

from features import cohort
from features.ingestion import ingest
from features.report import SourceReport
from features.settings import Settings
from features.store import open_store
from features.themes import load_theme
from tests.features.test_whole_files import FIRST, HEAD, NEWEST, S1, S2, SECOND, THIRD, residents, tell
from tests.hamlet import addresses, hamlet, table

DAY = timedelta(days=1)
ENDED = "s1 | A1 | 2020-01-01 | 2023-06-02 | h1 | 2 | 2023-06-01 | 2023-06-02"
BETWEEN = "s1 | A1 | 2020-01-01 | 2023-03-02 | h1 | 5 | |"
DAYS = [date(2020, 1, 3), date(2023, 4, 1), date(2023, 7, 1), FIRST, FIRST + DAY, SECOND]


def place(tmp_path: Path, *stays: str) -> Settings:
    settings = hamlet(tmp_path, addresses=addresses("A1", "A2"), registrations=table("\n".join([HEAD, *stays])))
    ingest(settings, today=FIRST)
    return settings


def seen(settings: Settings, *days: date) -> list[float | None]:
    return [residents(settings, "A1", day) for day in days or DAYS]


def test_an_end_that_is_taken_back_counts_no_more_from_the_day_of_the_build(tmp_path: Path) -> None:
    settings = place(tmp_path, S1, ENDED, S2, NEWEST)
    before = seen(settings)
    assert before == [2, 2, None, None, None, None]
    report = tell(settings, S1, S2, NEWEST, today=SECOND)
    assert seen(settings) == before
    assert seen(settings, SECOND + DAY) == [2]
    assert (report.rows, report.rejected, report.replaced) == (3, 0, 2)
    again = tell(settings, S1, S2, NEWEST, today=THIRD)
    assert (again.content_hash, again.replaced) == (report.content_hash, 2), "the same file says nothing new"


def test_what_is_told_once_more_after_it_was_taken_back_counts_from_then(tmp_path: Path) -> None:
    settings = place(tmp_path, S1, ENDED, S2, NEWEST)
    tell(settings, S1, S2, NEWEST, today=SECOND)
    tell(settings, S1, ENDED, S2, NEWEST, today=THIRD)
    assert seen(settings, SECOND, SECOND + DAY, THIRD, THIRD + DAY) == [None, 2, 2, None]


def test_a_withdrawal_that_is_taken_back_counts_no_more_from_the_day_of_the_build(tmp_path: Path) -> None:
    gone = "s1 | | | 2023-06-02 | | | | | true"
    stays = [HEAD + " | withdrawn", *(f"{stay} | false" for stay in (S1, S2, NEWEST))]
    settings = hamlet(tmp_path, addresses=addresses("A1", "A2"), registrations=table("\n".join([*stays, gone])))
    ingest(settings, today=FIRST)
    before = seen(settings)
    assert before == [2, 2, None, None, None, None]
    table("\n".join(stays)).astype("string").to_parquet(settings.raw_folder / "registrations.parquet", index=False)
    ingest(settings, today=SECOND)
    assert seen(settings) == before
    assert seen(settings, SECOND + DAY) == [2]


def test_an_older_row_in_the_place_of_a_newer_one_wins(tmp_path: Path) -> None:
    settings = place(tmp_path, ENDED, S2, NEWEST)
    assert tell(settings, BETWEEN, S2, NEWEST, today=SECOND).overtaken == 0
    assert seen(settings, SECOND, SECOND + DAY) == [None, 5]


def test_what_was_overtaken_counts_once_what_overtook_it_is_taken_back_and_not_before(tmp_path: Path) -> None:
    settings = place(tmp_path, S1, ENDED, S2, NEWEST)
    assert tell(settings, S1, BETWEEN, ENDED, S2, NEWEST, today=SECOND).overtaken == 1
    before = seen(settings, *DAYS, SECOND + DAY, THIRD)
    assert before[-3:] == [None, None, None]
    tell(settings, S1, BETWEEN, S2, NEWEST, today=THIRD)
    assert seen(settings, *DAYS, SECOND + DAY, THIRD) == before
    assert seen(settings, THIRD + DAY) == [5]


def test_a_correction_that_is_told_adds_no_version_of_what_is_older(tmp_path: Path) -> None:
    settings = place(tmp_path, S1, BETWEEN, S2, NEWEST)
    accepted = next(r for r in open_store(settings).reports() if r.source == "registrations").accepted
    report = tell(settings, S1, BETWEEN.replace("| 5 |", "| 6 |"), S2, NEWEST, today=SECOND)
    assert (report.accepted, report.replaced) == (accepted + 1, 1)
    assert seen(settings, SECOND, SECOND + DAY) == [5, 6]


def test_a_newest_row_that_fits_no_longer_leaves_what_it_said_before(tmp_path: Path) -> None:
    settings = place(tmp_path, S1, BETWEEN, S2, NEWEST)
    settings = settings.model_copy(update={"rejects": settings.rejects.model_copy(update={"maximum_share": 1.0})})
    for today in (SECOND, THIRD):
        report = tell(settings, S1, BETWEEN.replace("| 5 |", "| -5 |"), S2, NEWEST, today=today)
        assert (report.rejected, report.replaced) == (1, 1)
        assert seen(settings, today + DAY) == [5]


def test_a_row_that_never_fitted_and_is_told_no_more_does_not_come_back(tmp_path: Path) -> None:
    elsewhere = S1.replace("A1", "A9").replace("| 2 |", "| 9 |")
    settings = hamlet(tmp_path, addresses=addresses("A1", "A2"), registrations=table("\n".join([HEAD, elsewhere, S2, NEWEST])))
    settings = settings.model_copy(update={"rejects": settings.rejects.model_copy(update={"maximum_share": 1.0})})
    assert next(r for r in ingest(settings, today=FIRST) if r.source == "registrations").rejected == 1
    tell(settings, S1, S2, NEWEST, today=SECOND)
    addresses("A1", "A2", "A9").astype("string").to_parquet(settings.raw_folder / "addresses.parquet", index=False)
    report = tell(settings, S1, S2, NEWEST, today=THIRD)
    assert (report.accepted, report.rejected) == (3, 0)
    assert [residents(settings, home, THIRD + DAY) for home in ("A1", "A9")] == [2, None]


def protected(settings: Settings, *versions: tuple[str, str], today: date) -> SourceReport:
    """Let the register tell of A1 how it was protected since which days, and build."""
    homes = addresses("A1", "A2", "A3")
    told = [homes.iloc[:1].assign(protection=how, known_on=since) for how, since in versions]
    pd.concat([*told, homes.iloc[1:]]).astype("string").to_parquet(settings.raw_folder / "addresses.parquet", index=False)
    return next(r for r in ingest(settings, today=today) if r.source == "addresses")


def listed(settings: Settings, as_of: date) -> bool:
    return "A1" in set(cohort.at(open_store(settings), load_theme(settings, "trial"), as_of).frame["address_id"])


@pytest.mark.parametrize("kind", ["shelter", "none"])
def test_a_place_that_came_onto_the_list_or_off_it_by_mistake_is_as_it_was_before(tmp_path: Path, kind: str) -> None:
    settings = hamlet(tmp_path, addresses=addresses("A1", "A2", "A3"))
    before, mistake = ("none" if kind == "shelter" else "shelter", "2000-01-01"), (kind, "2023-12-20")
    protected(settings, before, mistake, today=FIRST)
    assert listed(settings, SECOND) == (kind == "none")
    protected(settings, before, today=SECOND)
    assert [listed(settings, day) for day in (FIRST, SECOND, SECOND + DAY)] == [kind == "none", kind == "none", kind == "shelter"]
