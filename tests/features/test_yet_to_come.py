"""Nobody can know today what becomes known tomorrow: such a row is set aside, counted, and comes in by itself once its day has come."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pandas as pd

from features.ingestion import ingest
from features.settings import Settings
from features.validation import YET_TO_COME
from tests.features.test_deliveries import HEAD, count, put
from tests.features.test_deliveries import village as of_deliveries
from tests.hamlet import addresses, hamlet, table

FIRST, DUE, SECOND, DAY = date(2023, 12, 1), date(2023, 12, 20), date(2024, 1, 5), timedelta(days=1)
TODAY = f"r1 | A1 | 2023-11-01 | {FIRST} | app | housing | | | false"
LATER = f"r2 | A1 | 2023-11-02 | {DUE} | app | housing | | | false"


def built(settings: Settings, today: date) -> tuple[int, dict[str, int]]:
    report = next(r for r in ingest(settings, today=today) if r.source == "reports")
    return report.accepted, report.rejects


def village(tmp_path: Path, *rows: str) -> Settings:
    settings = hamlet(tmp_path, today=FIRST, addresses=addresses("A1"), reports=table("\n".join([HEAD, *rows])))
    return settings.model_copy(update={"rejects": settings.rejects.model_copy(update={"maximum_share": 0.6})})


def test_what_is_known_after_the_day_of_the_build_is_set_aside_and_counted(tmp_path: Path) -> None:
    settings = village(tmp_path, TODAY, LATER)
    assert built(settings, FIRST) == (1, {YET_TO_COME: 1})
    assert pd.read_parquet(settings.state / "rejects" / "reports.parquet")["record_id"].tolist() == ["r2"]
    assert [count(settings, "A1", day) for day in (FIRST, FIRST + DAY, SECOND)] == [0, 1, 1]


def test_it_comes_in_once_its_day_has_come_and_changes_no_day_before(tmp_path: Path) -> None:
    settings = village(tmp_path, TODAY, LATER)
    built(settings, FIRST)
    assert built(settings, DUE - DAY) == (1, {YET_TO_COME: 1})
    assert built(settings, SECOND) == (2, {})
    assert [count(settings, "A1", day) for day in (DUE + DAY, SECOND, SECOND + DAY)] == [1, 1, 2]


def test_built_on_its_own_day_it_counts_from_the_next(tmp_path: Path) -> None:
    settings = village(tmp_path, TODAY, LATER)
    built(settings, FIRST)
    assert built(settings, DUE) == (2, {})
    assert [count(settings, "A1", day) for day in (DUE, DUE + DAY)] == [1, 2]


def test_what_is_told_no_more_by_then_stays_out(tmp_path: Path) -> None:
    settings = village(tmp_path, TODAY, LATER)
    built(settings, FIRST)
    table("\n".join([HEAD, TODAY])).astype("string").to_parquet(settings.raw_folder / "reports.parquet", index=False)
    assert built(settings, SECOND) == (1, {})
    assert count(settings, "A1", SECOND + DAY) == 1


def test_a_delivery_that_knows_of_tomorrow_waits_as_well(tmp_path: Path) -> None:
    settings = of_deliveries(tmp_path)
    built(settings, FIRST)
    put(tmp_path, "reports_20231202.parquet", "\n".join([HEAD, LATER.replace("A1", "A2"), TODAY.replace("r1", "r8")]))
    assert built(settings, date(2023, 12, 2))[1][YET_TO_COME] == 1
    assert YET_TO_COME not in built(settings, SECOND)[1]
    assert [count(settings, "A2", day) for day in (SECOND, SECOND + DAY)] == [0, 1]
