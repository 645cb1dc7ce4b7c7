"""Appending: the rows of earlier deliveries, kept as they were judged, so that a new delivery joins them without their files.

Beside the events of a build stands, for each register that comes in deliveries, every row that was ever received, those that were set
aside too. A text in which someone typed an address is kept only of a row that was set aside, as in ``rejects/``.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import pandas as pd

from features.declared_extracts import Extract
from features.deliveries import ANEW, Ledger
from features.engine import copy, quoted
from features.errors import SourceError, StateError
from features.linking import is_linked
from features.sources.contract import Source, column_types
from features.validation import NOT_REGISTERED
from features.versions import IDLE

FOLDER = "received"
PARTS = ("_cells", "_lines", "_fates")
MAY_FIT_LATER = (NOT_REGISTERED, IDLE)
"""Reasons that a later delivery, or a later state of the address register, takes away."""


@dataclass(frozen=True)
class Earlier:
    """What was received of one register before: its rows are in the table ``earlier``.

    Attributes
    ----------
    last : int
        Number of the last row; new ones count on from there.
    cells, lines, fates : Path
        Files with the cells that were left out, the lines that could not be read, and what became of the texts and doors' ids.
    """

    last: int
    cells: Path
    lines: Path
    fates: Path


def extract_of(source: Source, select: str, extracts: Mapping[str, Extract]) -> str | None:
    """Give the extract that brings a register in deliveries; None where the register is read whole.

    Raises
    ------
    SourceError
        The SELECT reads another extract beside it. It would meet the new rows of the one with all rows of the other, or with no more than
        the new ones, and an earlier row would never meet a later one.
    """
    read = [name for name in extracts if re.search(rf"\braw_{re.escape(name)}\b", select)]
    delivered = [name for name in read if extracts[name].deliveries]
    if delivered and len(read) > 1:
        raise SourceError(
            f"registers/{source.name}.sql reads {', '.join(read)} together, and {', '.join(delivered)} comes in deliveries",
            expected="one extract that comes in deliveries, or extracts that are read whole",
            remedy="take deliveries off those extracts in municipality.toml, or map each in a register of its own",
        )
    return delivered[0] if delivered else None


def mapping(source: Source, select: str) -> str:
    """Give a hash over what decides how a row of an extract becomes a row of the register."""
    return hashlib.sha256(f"{column_types(source)}{select}".encode()).hexdigest()


def open_earlier(connection: duckdb.DuckDBPyConnection, source: Source, select: str, *, ledger: Ledger, build: Path) -> Earlier:
    """Make the rows of earlier deliveries readable as ``earlier``.

    Raises
    ------
    SourceError
        They were read under another mapping or contract.
    StateError
        They are not there or cannot be read.
    """
    if ledger.mappings.get(source.name) != mapping(source, select):
        raise SourceError(
            f"registers/{source.name}.sql or its contract changed since its deliveries were received",
            expected="one mapping for all of them: a record may not mean two things",
            remedy=f"restore it; or put all deliveries back in the raw folder: {ANEW}",
        )
    rows, cells, lines, fates = (build / FOLDER / f"{source.name}{part}.parquet" for part in ("", *PARTS))
    try:
        connection.execute(f"CREATE OR REPLACE TABLE earlier AS SELECT * FROM read_parquet({quoted(rows)})")
    except duckdb.Error as error:
        raise StateError(
            f"the rows received of register '{source.name}' cannot be read: {type(error).__name__}",
            expected=f"{rows}, as it was written",
            remedy=f"restore the state folder; or {ANEW}",
        ) from error
    last = connection.execute("SELECT coalesce(max(delivered), 0) FROM earlier").fetchone()
    return Earlier(int(last[0]) if last else 0, cells, lines, fates)


def give_nothing(connection: duckdb.DuckDBPyConnection, source: Source) -> None:
    """Make an empty ``given``: nothing new was delivered of this register."""
    columns = ", ".join(f"{name} VARCHAR" for name in column_types(source))
    connection.execute(f"CREATE OR REPLACE TABLE given ({columns}, delivered BIGINT)")


def receive(connection: duckdb.DuckDBPyConnection, received_on: date) -> None:
    """Say of the rows in ``candidate`` on which day they were received."""
    connection.execute(f"UPDATE candidate SET received_on = DATE {quoted(received_on)}")


def reconsider(connection: duckdb.DuckDBPyConnection) -> None:
    """Move the earlier rows that may fit by now from ``earlier`` to ``candidate``, to be judged again."""
    may_fit = f"reason IN ({', '.join(quoted(reason) for reason in MAY_FIT_LATER)})"
    connection.execute(f"INSERT INTO candidate BY NAME SELECT * REPLACE (NULL AS reason) FROM earlier WHERE {may_fit}")
    connection.execute(f"DELETE FROM earlier WHERE {may_fit}")


def append(connection: duckdb.DuckDBPyConnection, source: Source, earlier: Earlier) -> None:
    """Set what was judged before beside what was judged now."""
    connection.execute("INSERT INTO candidate BY NAME SELECT * FROM earlier")
    connection.execute(f"INSERT INTO cells_{source.name} BY NAME SELECT * FROM read_parquet({quoted(earlier.cells)})")
    if is_linked(source):
        connection.execute(f"INSERT INTO linkage_{source.name} BY NAME SELECT * FROM read_parquet({quoted(earlier.fates)})")
    connection.execute("DROP TABLE earlier")


def all_lines(new: pd.DataFrame, earlier: Earlier | None) -> pd.DataFrame:
    """Give the lines that could not be read in any delivery."""
    return new if earlier is None else pd.concat([pd.read_parquet(earlier.lines), new], ignore_index=True)


def write_received(connection: duckdb.DuckDBPyConnection, build: Path, source: Source, lines: pd.DataFrame) -> None:
    """Keep what a later delivery will be appended to: all rows but those past retention, and a text only where its row was set aside."""
    folder = build / FOLDER
    folder.mkdir(exist_ok=True)
    text = "REPLACE (CASE WHEN reason IS NOT NULL THEN address_text END AS address_text) " if "address_text" in column_types(source) else ""
    kept = f"WHERE delivered NOT IN (SELECT delivered FROM gone_{source.name}) ORDER BY delivered"
    selects = {
        "": f"SELECT * {text}FROM candidate_{source.name} {kept}",
        "_cells": f"SELECT * FROM cells_{source.name} {kept}, field",
        "_fates": f"SELECT * FROM linkage_{source.name} {kept}" if is_linked(source) else "SELECT NULL AS delivered WHERE false",
    }
    for part, select in selects.items():
        copy(connection, select, folder / f"{source.name}{part}.parquet")
    lines.to_parquet(folder / f"{source.name}_lines.parquet", index=False)
