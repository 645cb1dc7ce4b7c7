"""Ingestion: registers to events. A row that breaks its contract goes to the rejects with the reason; nothing is lost.

Each register is one SELECT in ``registers/<source>.sql`` over the raw extracts. What it gives is cast to the contract, checked, linked
to an address where it only has text, dated no earlier than its address, freed of repetitions, and given two columns:
``superseded_on`` (the day on which the next version of the same record became known) and ``ordinal`` (its place in time, unique
and the same in every run).
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from contextlib import closing, nullcontext
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import pandas as pd

from features.builds import alone, new_build
from features.declared_registers import refuse_off
from features.engine import connect, quoted, replaced_whole
from features.errors import SourceError
from features.extracts import register_extracts, unreadable_lines
from features.linkage_audit import write_unlinked
from features.linking import LEADING, link_rows
from features.mapping import declare
from features.protected import refuse_protected
from features.report import REPORT, SourceReport, measure, write_report
from features.retention import forget
from features.settings import Settings
from features.sources import all_sources
from features.sources.contract import LAST_DAY, Source
from features.validation import cast, judge, mend
from features.versions import order

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Register:
    """A source that this municipality fills: its contract and its SELECT."""

    source: Source
    select: str


def registers(settings: Settings) -> list[Register]:
    """Give the registers of a municipality, addresses and designations first because others are linked to them.

    Raises
    ------
    SourceError
        A file in ``registers/`` has no contract, or addresses are missing.
    PurposeError
        A source is off, and no legal basis was entered for it.
    """
    files = {path.stem: path for path in sorted((settings.folder / "registers").glob("*.sql"))}
    unknown = sorted(set(files) - set(all_sources()))
    if unknown or "addresses" not in files:
        raise SourceError(
            f"registers/ has {'no contract for ' + ', '.join(unknown) if unknown else 'no addresses.sql'}",
            expected=f"addresses.sql, and files named after a source: {', '.join(all_sources())}",
            remedy="rename the file, or write features/sources/<name>.py",
        )
    refuse_off(files, settings, what="registers/")
    names = sorted(files, key=lambda n: (LEADING.index(n) if n in LEADING else len(LEADING), n))
    return [Register(all_sources()[n], files[n].read_text(encoding="utf-8").strip().rstrip(";")) for n in names]


def ingest(settings: Settings, *, progress: Progress | None = None, keep: bool = True, today: date | None = None) -> list[SourceReport]:
    """Turn the raw extracts into events and rejects.

    Parameters
    ----------
    settings : Settings
    progress : callable, optional
        Told the name of each source as it is begun.
    keep : bool
        False looks only: nothing in the state folder changes (`schouw check`).
    today : date, optional
        Day of the build, for the registers' SELECTs; otherwise the fixed clock of the municipality.

    Returns
    -------
    list of SourceReport
        One per register, addresses first.

    Raises
    ------
    ProtectedInputError
        An extract has a column of citizen numbers, names or birth dates. Nothing of this run is written.
    StateError
        Another build is under way, or the state folder cannot be written.
    SourceError
        A register is missing or unreadable, or more of its rows than the set share break the contract. The events of the last
        good run stay as they were; the rejects of this one are written, so that they can be looked at.
    """
    with alone(settings.state) if keep else nullcontext(), tempfile.TemporaryDirectory(prefix="schouw-") as scratch:
        return _ingest(settings, Path(scratch), progress=progress, keep=keep, today=today)


def _ingest(settings: Settings, scratch: Path, *, progress: Progress | None, keep: bool, today: date | None) -> list[SourceReport]:
    with closing(connect(settings.engine)) as connection:
        declare(connection, today or settings.today_on or LAST_DAY)
        register_extracts(connection, settings, scratch)
        refuse_protected(connection, settings)
        reports = []
        for register in registers(settings):
            if progress:
                progress(register.source.name)
            _ingest_one(connection, register, settings)
            lines = unreadable_lines(connection, register.select)
            reports.append(measure(connection, register.source, unreadable=len(lines)))
            if keep:
                _write_rejects(connection, settings.state / "rejects", register.source, lines)
        if keep:
            write_unlinked(connection, settings.state / "rejects")
        _stop_at_too_many(reports, settings)
        if keep:
            _write_events(connection, settings.state, reports)
        return reports


def _ingest_one(connection: duckdb.DuckDBPyConnection, register: Register, settings: Settings) -> None:
    source = register.source
    _read(connection, register)
    cast(connection, source)
    link_rows(connection, source, settings)
    judge(connection, source, settings)
    mend(connection, source)
    order(connection, source)
    forget(connection, source, settings)


def _read(connection: duckdb.DuckDBPyConnection, register: Register) -> None:
    source = register.source
    try:
        connection.execute(f"CREATE OR REPLACE TABLE given AS SELECT *, row_number() OVER () AS delivered FROM ({register.select})")
    except duckdb.Error as error:
        raise SourceError(
            f"registers/{source.name}.sql cannot be run: {str(error).splitlines()[0]}",
            expected="one SELECT over the raw extracts that gives the contract's columns",
            remedy="compare the extract's header with the file; a supplier may have renamed a column",
        ) from error
    given = {row[0] for row in connection.execute("DESCRIBE given").fetchall()} - {"delivered"}
    allowed = {c.name for c in source.columns} | {"record_id", source.place, "happened_on", "known_on", "withdrawn"}
    needed = {c.name for c in source.columns if c.required} | {"record_id", source.place, "happened_on", "known_on"}
    if given - allowed or needed - given:
        raise SourceError(
            f"registers/{source.name}.sql gives {_listed(given - allowed)} too many and misses {_listed(needed - given)}",
            expected=f"the columns of features/sources/{source.name}.py",
            remedy="select exactly those; what is not listed in the contract never enters",
        )


def _listed(names: set[str]) -> str:
    return ", ".join(sorted(names)) or "none"


def _stop_at_too_many(reports: list[SourceReport], settings: Settings) -> None:
    for report in reports:
        limit = settings.rejects.limit(report.source)
        if report.rows == 0:
            raise SourceError(f"register '{report.source}' is empty", expected="at least one row", remedy="ask the supplier for a new delivery")
        if report.reject_share > limit and report.rejected > settings.rejects.tolerated_rows:
            worst = max(report.rejects, key=lambda r: report.rejects[r])
            raise SourceError(
                f"{report.reject_share:.1%} of register '{report.source}' breaks its contract "
                f"({report.rejected} of {report.rows} rows; most: {worst})",
                expected=f"at most {limit:.1%}",
                remedy=f"look at rejects/{report.source}.parquet in the state folder, mend the mapping or the delivery, and build again",
            )


def _write_rejects(connection: duckdb.DuckDBPyConnection, folder: Path, source: Source, lines: pd.DataFrame) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    _copy(connection, f"SELECT * FROM cells_{source.name} ORDER BY delivered, field", folder / f"{source.name}_cells.parquet")
    _copy(connection, f"SELECT * FROM candidate_{source.name} WHERE reason IS NOT NULL ORDER BY delivered", folder / f"{source.name}.parquet")
    with replaced_whole(folder / f"{source.name}_lines.parquet") as draft:
        lines.to_parquet(draft, index=False)


def _write_events(connection: duckdb.DuckDBPyConnection, state: Path, reports: list[SourceReport]) -> None:
    with new_build(state) as folder:
        for report in reports:
            place = all_sources()[report.source].place
            _copy(connection, f"SELECT * FROM events_{report.source} ORDER BY {place}, ordinal", folder / f"{report.source}.parquet")
        write_report(folder / REPORT, reports)


def _copy(connection: duckdb.DuckDBPyConnection, select: str, path: Path) -> None:
    try:
        connection.execute(f"COPY ({select}) TO {quoted(path)} (FORMAT parquet, COMPRESSION zstd)")
    except duckdb.IOException as error:
        raise SourceError(
            f"{path} could not be written: {str(error).splitlines()[0]}", expected="a writable disk with room", remedy="free space and repeat"
        ) from error
