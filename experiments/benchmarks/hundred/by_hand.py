"""The hundred columns in DuckDB SQL that was written by hand (by_hand_once.sql, then by_hand.sql per day): the first peer."""

from __future__ import annotations

import tempfile
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow.parquet as pq

from features.engine import connect
from features.settings import Engine

ONCE, DAILY = (Path(__file__).with_name(name) for name in ("by_hand_once.sql", "by_hand.sql"))
BATCH_ROWS = 122_880
"""Rows per group of the file, as DuckDB writes it by itself."""


def by_hand(events: Path, frame: pd.DataFrame, target: Path, *, memory_limit: str = "3GB", threads: int = 2) -> None:
    """Write the hundred columns of each row of the frame.

    Parameters
    ----------
    events : Path
        Folder with the event files.
    frame : pandas.DataFrame
        ``address_id`` (str) and ``as_of`` (date), sorted by ``as_of`` and ``address_id``.
    target : Path
        Parquet file to write, in the order of the frame.
    memory_limit : str
        Of DuckDB; beyond it, it uses disk.
    threads : int
        Of DuckDB.
    """
    engine = Engine(memory_limit=memory_limit, threads=threads)
    with tempfile.TemporaryDirectory() as spill, connect(engine, scratch=Path(spill)) as connection:
        for path in events.glob("*.parquet"):
            connection.read_parquet(str(path)).create_view(f"events_{path.stem}")
        connection.register("handed", frame)
        connection.execute("CREATE TEMP TABLE frame AS SELECT address_id, as_of::DATE AS as_of FROM handed")
        connection.execute(ONCE.read_text(encoding="utf-8"))
        _write(connection, sorted(frame["as_of"].unique()), target)


def _write(connection: duckdb.DuckDBPyConnection, days: list[object], target: Path) -> None:
    """Compute a day at a time and add it to the file: what is held in memory is one day."""
    writer = None
    for day in days:
        connection.execute(f"SET VARIABLE as_of = DATE '{day}'")
        connection.execute(DAILY.read_text(encoding="utf-8"))
        rows = connection.sql("FROM delivered").to_arrow_reader(BATCH_ROWS)
        writer = writer or pq.ParquetWriter(target, rows.schema)
        for batch in rows:
            writer.write_batch(batch)
    if writer:
        writer.close()
