"""A file written some rows at a time is whole, or it is not there."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from features.engine import connect, streamed
from features.errors import StateError
from features.row_groups import appended
from features.settings import Engine


def _rows(*ids: str) -> pa.RecordBatchReader:
    return pa.table({"address_id": list(ids), "n": [1.0] * len(ids)}).to_reader()


def test_what_is_appended_stands_in_its_order_in_groups_of_their_own(tmp_path: Path) -> None:
    """Rows come back in their order, and each group tells its first and last address alone."""
    with appended(tmp_path / "rows.parquet", bounds_of=["address_id"]) as append:
        append(_rows("1", "2"))
        append(_rows("3"))
    file = pq.ParquetFile(tmp_path / "rows.parquet")
    groups = [file.metadata.row_group(n) for n in range(file.metadata.num_row_groups)]
    assert file.read().column("address_id").to_pylist() == ["1", "2", "3"]
    assert [(g.column(0).statistics.min, g.column(0).statistics.max) for g in groups] == [("1", "2"), ("3", "3")]
    assert groups[0].column(1).statistics is None


def test_where_it_stops_nothing_is_left(tmp_path: Path) -> None:
    """A run that stops between two days leaves no file."""
    with pytest.raises(ZeroDivisionError):  # noqa: PT012, SIM117 - what is between the days is what stops
        with appended(tmp_path / "rows.parquet", bounds_of=["address_id"]) as append:
            append(_rows("1"))
            raise ZeroDivisionError
    assert not list(tmp_path.iterdir())


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    """What cannot be written is a state error, as everywhere."""
    with pytest.raises(StateError, match="could not be written"), appended(tmp_path / "none" / "rows.parquet", bounds_of=["address_id"]) as append:
        append(_rows("1"))


def test_an_engine_that_stops_while_its_rows_are_read_is_said(tmp_path: Path) -> None:
    """An error halfway the rows comes out as a state error, and leaves no file."""
    frame = pd.DataFrame({"address_id": ["1"], "as_of": [date(2024, 1, 1)]})
    sql = "SELECT address_id, CASE WHEN range < 5000000 THEN 1 ELSE 1000 END::UTINYINT AS n FROM frame, range(6000000)"
    with connect(Engine(), scratch=tmp_path / "scratch") as connection:
        asked = streamed(connection, sql, settings=Engine(), state=tmp_path, events=tmp_path, frame=frame, batch_rows=8_192)
        target = tmp_path / "rows.parquet"
        with pytest.raises(StateError, match="the engine stopped") as raised, appended(target, bounds_of=["address_id"]) as append, asked as batches:
            append(batches)
    assert "1000" not in str(raised.value)
    assert not target.exists()
