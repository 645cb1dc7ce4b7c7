"""Appending: the rows of earlier builds, kept as they were judged, so that what is new joins them and no day of before changes.

Beside the events of a build stands, for each register, every row that was ever received, those that were set aside too. A text in which
someone typed an address is kept only of a row that was set aside, as in ``rejects/``.

A delivery is new as a whole. Of a register that is read whole a row is new that the last file did not hold, to the letter: it was received
today, whatever day the register gives. A row that the file no longer holds was replaced or left out, and stays as it was on the days before.
Where it was the one that counted, and the file still tells an older row of the record, its owner took it back: from today the newest row that
is told counts.
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
from features.sources.contract import LAST_DAY, Source, column_types
from features.validation import NOT_REGISTERED, YET_TO_COME
from features.versions import IDLE, IN_TURN

FOLDER = "received"
PARTS = ("_cells", "_lines", "_fates", "_unkept")
MAY_FIT_LATER = (NOT_REGISTERED, IDLE, YET_TO_COME)
"""Reasons that a later delivery, a later state of the address register, or a later day takes away."""


@dataclass(frozen=True)
class Earlier:
    """What was received of one register before: its rows are in the table ``earlier``.

    Attributes
    ----------
    last : int
        Number of the last row; new ones count on from there.
    whole : bool
        Whether the register is read whole, so that what is read now must be compared with it.
    cells, lines, fates, unkept : Path
        Files with the cells that were left out, the lines that could not be read, what became of the texts and doors' ids, and the hashes of
        rows that are past retention and that the last file still held.
    """

    last: int
    whole: bool
    cells: Path
    lines: Path
    fates: Path
    unkept: Path


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
    return hashlib.sha256(f"{column_types(source)}{' '.join(select.split())}".encode()).hexdigest()


def same_mapping(source: Source, select: str, ledger: Ledger) -> bool:
    """Say whether a register was read at the last build as it is now; never where there was none, or where it is built anew."""
    return ledger.mappings.get(source.name) == mapping(source, select)


def open_earlier(
    connection: duckdb.DuckDBPyConnection, source: Source, select: str, *, ledger: Ledger, build: Path, whole: bool
) -> Earlier:  # fmt: skip
    """Make the rows of earlier builds readable as ``earlier``.

    Raises
    ------
    SourceError
        They were read under another mapping or contract.
    StateError
        They are not there or cannot be read.
    """
    if not same_mapping(source, select, ledger):
        raise SourceError(
            f"registers/{source.name}.sql or its contract changed since its deliveries were received",
            expected="one mapping for all of them: a record may not mean two things",
            remedy=f"restore it; or put all deliveries back in the raw folder: {ANEW}",
        )
    rows, *parts = (build / FOLDER / f"{source.name}{part}.parquet" for part in ("", *PARTS))
    try:
        connection.execute(f"CREATE OR REPLACE TABLE earlier AS SELECT * FROM read_parquet({quoted(rows)})")
    except duckdb.Error as error:
        raise StateError(
            f"the rows received of register '{source.name}' cannot be read: {type(error).__name__}",
            expected=f"{rows}, as it was written",
            remedy=f"restore the state folder; or {ANEW}",
        ) from error
    last = connection.execute("SELECT coalesce(max(delivered), 0) FROM earlier").fetchone()
    return Earlier(int(last[0]) if last else 0, whole, *parts)


def is_hashed(connection: duckdb.DuckDBPyConnection) -> bool:
    """Say whether the rows in ``earlier`` can be compared with a whole file; those of deliveries cannot."""
    return connection.execute("SELECT 1 FROM earlier WHERE row_hash IS NULL LIMIT 1").fetchone() is None


def give_nothing(connection: duckdb.DuckDBPyConnection, source: Source) -> None:
    """Make an empty ``given``: nothing new was delivered of this register."""
    columns = ", ".join(f"{name} VARCHAR" for name in column_types(source))
    connection.execute(f"CREATE OR REPLACE TABLE given ({columns}, delivered BIGINT)")


def leave_known(connection: duckdb.DuckDBPyConnection, source: Source, earlier: Earlier | None, *, whole: bool) -> None:
    """Leave in ``given``, of a register that is read whole, what the last file did not hold; mark in ``earlier`` what is still told.

    ``unkept_<source>`` gets the hashes of what this file holds, and an earlier build took out as past retention.
    """
    connection.execute(f"CREATE OR REPLACE TABLE unkept_{source.name} (row_hash VARCHAR)")
    if not whole:
        return
    columns = sorted(name for name, *_ in connection.execute("DESCRIBE given").fetchall() if name != "delivered")
    row = ", ".join(f"coalesce(CAST({name} AS VARCHAR), chr(0))" for name in columns)
    connection.execute(
        "CREATE OR REPLACE TABLE given AS "
        "SELECT * EXCLUDE (said), said || '-' || row_number() OVER (PARTITION BY said ORDER BY delivered) AS row_hash "
        f"FROM (SELECT *, md5(concat_ws(chr(31), {row})) AS said FROM given) ORDER BY delivered"
    )
    if earlier is not None:
        taken_out = f"SELECT row_hash FROM read_parquet({quoted(earlier.unkept)})"
        connection.execute(f"INSERT INTO unkept_{source.name} SELECT row_hash FROM given WHERE row_hash IN ({taken_out})")
        connection.execute("UPDATE earlier SET told = told AND row_hash IN (SELECT row_hash FROM given)")
        _tell_again(connection)
        known = f"SELECT row_hash FROM earlier WHERE told UNION ALL SELECT row_hash FROM unkept_{source.name}"
        connection.execute(f"DELETE FROM given WHERE row_hash IN ({known})")


def _tell_again(connection: duckdb.DuckDBPyConnection) -> None:
    """Let the newest row that is told of a record be new again, where what counted of it was taken back.

    Not where the file says something newer, that was not seen before or does not fit: then that takes its place, or leaves what was said.
    """
    turn = IN_TURN.format(told_on="known_on")
    connection.execute(
        f"""
        UPDATE earlier SET told = false WHERE told AND delivered IN (
            WITH counting AS (
                SELECT record_id FROM earlier
                WHERE reason IS NULL AND overtaken IS NOT TRUE AND record_id IN (SELECT record_id FROM earlier WHERE reason IS NULL AND NOT told)
                GROUP BY record_id HAVING NOT last(told ORDER BY {turn})
            ),
            told_now AS (
                SELECT record_id, known_on, received_on, delivered, CASE WHEN reason IS NULL THEN delivered END AS again FROM earlier WHERE told
                UNION ALL
                SELECT CAST(record_id AS VARCHAR), TRY_CAST(known_on AS DATE), DATE '{LAST_DAY}', delivered, NULL FROM given
                WHERE row_hash NOT IN (SELECT row_hash FROM earlier WHERE told)
            )
            SELECT last(again ORDER BY known_on NULLS FIRST, received_on NULLS FIRST, delivered)
            FROM told_now WHERE record_id IN (SELECT record_id FROM counting) GROUP BY record_id
        )
        """
    )


def receive(connection: duckdb.DuckDBPyConnection, received_on: date) -> None:
    """Say of the rows in ``candidate`` on which day they were received."""
    connection.execute(f"UPDATE candidate SET received_on = DATE {quoted(received_on)}")


def reconsider(connection: duckdb.DuckDBPyConnection) -> None:
    """Move the earlier rows that may fit by now, and are still told, from ``earlier`` to ``candidate``, to be judged again.

    What was told before its own day is known from the first build on which that day has come, and changes no day before.
    """
    may_fit = f"told AND reason IN ({', '.join(quoted(reason) for reason in MAY_FIT_LATER)})"
    received_on = f"CASE WHEN reason = {quoted(YET_TO_COME)} THEN getvariable('today') ELSE received_on END"
    connection.execute(f"INSERT INTO candidate BY NAME SELECT * REPLACE (NULL AS reason, {received_on} AS received_on) FROM earlier WHERE {may_fit}")
    connection.execute(f"DELETE FROM earlier WHERE {may_fit}")


def append(connection: duckdb.DuckDBPyConnection, source: Source, earlier: Earlier) -> None:
    """Set what was judged before beside what was judged now."""
    connection.execute("INSERT INTO candidate BY NAME SELECT * FROM earlier")
    connection.execute(f"INSERT INTO cells_{source.name} BY NAME SELECT * FROM read_parquet({quoted(earlier.cells)})")
    if is_linked(source):
        connection.execute(f"INSERT INTO linkage_{source.name} BY NAME SELECT * FROM read_parquet({quoted(earlier.fates)})")
    connection.execute("DROP TABLE earlier")


def all_lines(new: pd.DataFrame, earlier: Earlier | None, *, today: date | None, kept_since: date | None) -> pd.DataFrame:
    """Give the lines that could not be read in any delivery, each with the day of the build that met it, but for those past retention.

    A register that is read whole gives them all again. Whose line it is nobody knows, so its term runs from when it came.
    """
    told = new.assign(received_on=pd.Series([today] * len(new), index=new.index, dtype=object))
    if earlier is None or earlier.whole:
        return told
    before = pd.read_parquet(earlier.lines)
    kept = [day is None or kept_since is None or day >= kept_since for day in before["received_on"]]
    return pd.concat([part for part in (before[kept], told) if len(part)] or [told], ignore_index=True)


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
        "_unkept": f"SELECT row_hash FROM candidate_{source.name} WHERE told AND row_hash IS NOT NULL "
        f"AND delivered IN (SELECT delivered FROM gone_{source.name}) UNION ALL SELECT row_hash FROM unkept_{source.name}",
    }
    for part, select in selects.items():
        copy(connection, select, folder / f"{source.name}{part}.parquet")
    lines.to_parquet(folder / f"{source.name}_lines.parquet", index=False)
