"""Lines that cannot be read are counted and can be found again, but nothing of what stands in them is kept, and they are forgotten in time."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest

from features.ingestion import ingest
from features.settings import Settings, load
from tests.features.test_protected import CITIZENS
from tests.hamlet import addresses, hamlet, table

TODAY = date(2024, 1, 1)
HEADER = "nr;object;gemeld"
SELECT = """
    SELECT nr AS record_id, object AS address_id, gemeld AS happened_on, gemeld AS known_on, 'app' AS channel, 'housing' AS category FROM raw_letters
"""


def office(folder: Path, *, deliveries: bool, keep_days: int = 3_000) -> Settings:
    settings = hamlet(folder, addresses=addresses("A1"), reports=table("record_id"), today=TODAY)
    toml = settings.folder / "municipality.toml"
    told = toml.read_text().split("[extracts.reports]")[0] + '[extracts.letters]\nform = "csv"\npath = "letters*.csv"\nencoding = "cp1252"\n'
    toml.write_text(
        told
        + ("deliveries = '_(?P<day>[0-9]{8})\\.csv$'\n" if deliveries else "")
        + f"[retention]\nreports = {keep_days}\n[rejects]\nmaximum_share = 1\n"
    )
    (settings.folder / "registers" / "reports.sql").write_text(SELECT)
    return load(settings.folder, state=settings.state, raw=settings.raw)


def put(folder: Path, name: str, *lines: str) -> None:
    (folder / "raw" / name).write_bytes("\n".join([HEADER, *lines, ""]).encode("cp1252"))


def lines(settings: Settings) -> list[tuple[str, int, date]]:
    kept, rejects = (
        pd.read_parquet(folder / "reports_lines.parquet") for folder in (settings.state / "events" / "received", settings.state / "rejects")
    )
    pd.testing.assert_frame_equal(kept, rejects)
    return list(kept[["file", "line", "received_on"]].itertuples(index=False, name=None))


@pytest.mark.parametrize("deliveries", [True, False])
def test_nothing_of_what_stands_in_a_line_that_cannot_be_read_is_kept(tmp_path: Path, deliveries: bool) -> None:
    settings = office(tmp_path, deliveries=deliveries)
    put(tmp_path, "letters.csv", "r1;A1;2023-12-01", f"r2;A1;2023-12-02;Jan de Vries;{CITIZENS[0]}", 'r3;"A1"Zwaanzin";2023-12-03')
    put(tmp_path, "letters_20231201.csv", f"r4;{CITIZENS[1]}", "r5;A1;2023-12-01")
    ingest(settings)
    assert lines(settings) == [("letters.csv", 3, TODAY), ("letters.csv", 4, TODAY), ("letters_20231201.csv", 2, TODAY)]
    stored = b"".join(path.read_bytes() for path in settings.state.rglob("*") if path.is_file())
    for word in (*CITIZENS[:2], "Vries", "Zwaanzin"):
        assert word.encode() not in stored
    texts = [str(frame.to_dict()) for path in settings.state.rglob("*.parquet") if len(frame := pd.read_parquet(path))]
    assert not [word for word in (*CITIZENS[:2], "Vries", "Zwaanzin") if word in " ".join(texts)]


def test_lines_that_cannot_be_read_are_forgotten_with_what_was_set_aside(tmp_path: Path) -> None:
    settings = office(tmp_path, deliveries=True, keep_days=3_000)
    put(tmp_path, "letters.csv", "r1;A1;2023-12-01", "r2;A1")
    ingest(settings, today=TODAY)
    last = TODAY + timedelta(days=3_000)
    put(tmp_path, "letters_20240201.csv", "r3;A1;2024-02-01", "r4;A1")
    ingest(settings, today=last)
    assert lines(settings) == [("letters.csv", 3, TODAY), ("letters_20240201.csv", 3, last)]
    put(tmp_path, "letters_20320320.csv", "r5;A1;2032-03-01")
    ingest(settings, today=last + timedelta(days=1))
    assert lines(settings) == [("letters_20240201.csv", 3, last)]
