"""Ingestion: registers to events. A row that breaks its contract goes to the rejects with the reason; nothing is lost.

Each register is one SELECT in ``registers/<source>.sql`` over the raw extracts. What it gives is cast to the contract, checked, linked
to an address where it only has text, dated no earlier than its address, freed of repetitions, and given two columns:
``superseded_on`` (the day on which the next version of the same record became known) and ``ordinal`` (its place in time, unique
and the same in every run).

A register whose extract comes in deliveries is read once per delivery: its new rows go the same way, and join those that were received
before (`features.appending`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from contextlib import closing, nullcontext
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import pandas as pd

from features import appending
from features.anew import ledger_of
from features.appending import Earlier
from features.builds import BUILDS, alone, current, new_build
from features.continuity import refuse_older, refuse_released, refuse_without_list
from features.declared_extracts import Extract
from features.declared_registers import max_age_of, refuse_off, refuse_select
from features.deliveries import Inbox, Ledger, open_inbox
from features.doubts import DOUBTS, gather
from features.engine import confine, connect, copy, replaced_whole, within_limits
from features.errors import SourceError
from features.extracts import register_extracts, unreadable_lines
from features.linkage_audit import write_unlinked
from features.linking import LEADING, link_rows
from features.mapping import declare
from features.placing import follow, is_listed, keep_slips, place
from features.protected import refuse_protected
from features.register_reads import refuse_reach
from features.register_rows import read_rows
from features.report import REPORT, Arrival, SourceReport, measure, write_report
from features.retention import forget, forgotten
from features.scratch import scratch
from features.settings import Settings
from features.sources import all_sources
from features.sources.contract import LAST_DAY, Source
from features.tolerance import stop_at_too_many
from features.validation import cast, judge, mend
from features.versions import order

Progress = Callable[[str], None]

GROUP_ROWS = 2_048
"""Rows of a group of an event file: those of one address are a small read; fewer DuckDB does not write. All files grow by a sixth."""


@dataclass(frozen=True)
class Register:
    """A source that this municipality fills: its contract and its SELECT."""

    source: Source
    select: str

    @property
    def mapping(self) -> str:
        """Hash over what decides how a row of an extract becomes a row of this register."""
        return appending.mapping(self.source, self.select)

    def extract(self, settings: Settings) -> str | None:
        """Give the extract that brings this register in deliveries; None where it is read whole."""
        return appending.extract_of(self.source, self.select, settings.extracts)


def registers(settings: Settings) -> list[Register]:
    """Give the registers of a municipality, addresses and designations first because others are linked to them.

    Raises
    ------
    SourceError
        A file in ``registers/`` has no contract, is more than one SELECT or reads what is no declared extract, or addresses are missing.
    PurposeError
        A source is off, and no legal basis was entered for it, or a SELECT reads a register that may never inform a score.
    """
    files = {path.stem: path for path in sorted((settings.folder / "registers").glob("*.sql"))}
    unknown = sorted(set(files) - set(all_sources()) | set(files) & {DOUBTS})
    if unknown or "addresses" not in files:
        raise SourceError(
            f"registers/ has {'no contract for ' + ', '.join(unknown) if unknown else 'no addresses.sql'}",
            expected=f"addresses.sql, and files named after a source: {', '.join(all_sources())}",
            remedy="rename the file, or write features/sources/<name>.py",
        )
    refuse_off(files, settings, what="registers/")
    names = sorted(files, key=lambda n: (LEADING.index(n) if n in LEADING else len(LEADING), n))
    found = [Register(all_sources()[n], files[n].read_text(encoding="utf-8").strip().rstrip(";")) for n in names]
    for register in found:
        refuse_select(register.source.name, register.select)
        refuse_reach(register.source.name, register.select, settings.extracts)
    return found


def ingest(
    settings: Settings, *, progress: Progress | None = None, keep: bool = True, today: date | None = None, anew: bool | Collection[str] = False,
    held: bool = False,
) -> list[SourceReport]:  # fmt: skip
    """Turn the raw extracts into events and rejects.

    Parameters
    ----------
    settings : Settings
    progress : callable, optional
        Told the name of each source as it is begun.
    keep : bool
        False looks only: nothing in the state folder changes (`schouw check`).
    today : date, optional
        Day of the build, for the registers' SELECTs and as the day of receipt; otherwise the fixed clock of the municipality.
    anew : bool or collection of str
        Read what lies in the raw folder as history, of all registers or of the named ones: forget what was received, and compare nothing
        with the last build.
    held : bool
        Whether the caller holds the state folder (`features.builds.alone`), and goes on holding it while it reads what was built.

    Returns
    -------
    list of SourceReport
        One per register, addresses first.

    Raises
    ------
    ProtectedInputError
        An extract has a column of citizen numbers, names or birth dates. Nothing of this run is written.
    StateError
        Another build is under way, the state folder cannot be read or written, or memory or disk did not suffice.
    SourceError
        A register is missing, unreadable or older than at the last build, a delivery may not follow on what was received, or more rows than
        the set share break the contract. The events of the last good run stay as they were; the rejects of this one are written, so that
        they can be looked at.
    """
    with alone(settings.state) if keep and not held else nullcontext(), scratch(settings.state) as folder, within_limits():
        return _ingest(settings, folder, progress=progress, keep=keep, today=today, anew=anew)


def _ingest(
    settings: Settings, folder: Path, *, progress: Progress | None, keep: bool, today: date | None, anew: bool | Collection[str]
) -> list[SourceReport]:  # fmt: skip
    settings = settings.model_copy(update={"today_on": today or settings.today_on})
    ours = registers(settings)
    inbox = open_inbox(settings, ledger_of(settings.state, {r.source.name: r.extract(settings) for r in ours}, anew))
    with closing(connect(settings.engine, scratch=folder)) as connection:
        ledger = _read_extracts(connection, settings, folder, ours, inbox)
        reports, lines = [], {}
        for register in ours:
            if progress:
                progress(register.source.name)
            name = register.source.name
            earlier = _ingest_one(connection, register, settings, inbox)
            new = unreadable_lines(connection, register.select)
            since = forgotten(connection, register.source).kept_since
            lines[name] = appending.all_lines(new, earlier, today=settings.today_on, kept_since=since)
            arrival = _arrival(register, settings, inbox, earlier, new=len(new), unreadable=len(lines[name]))
            reports.append(measure(connection, register.source, arrival))
            if keep:
                _write_rejects(connection, settings.state / "rejects", register.source, lines[name])
        if keep:
            write_unlinked(connection, settings.state / "rejects")
        stop_at_too_many(reports, settings, kept=keep)
        _stop_at_older(connection, ours, settings, inbox)
        if keep:
            _write_events(connection, settings, reports, ledger, lines)
        return reports


def _read_extracts(connection: duckdb.DuckDBPyConnection, settings: Settings, folder: Path, ours: list[Register], inbox: Inbox) -> Ledger:
    """Make the extracts readable, look at them for people, and close the engine off from all other files; gives the ledger of this build."""
    declare(connection, settings.today_on or LAST_DAY)
    register_extracts(connection, settings, folder, inbox.new)
    ledger = inbox.counted(connection, {r.source.name: r.mapping for r in ours}, settings.today_on)
    seen = refuse_protected(connection, settings.model_copy(update={"extracts": _read_now(settings, inbox)}), inbox.ledger.numbers)
    confine(connection, files=_read_later(settings, inbox), folders=(folder, settings.state / "rejects", settings.state / BUILDS))
    return ledger.model_copy(update={"numbers": seen})


def _read_now(settings: Settings, inbox: Inbox) -> dict[str, Extract]:
    """Give the extracts of which something was read: what was received before was looked at when it came."""
    return {name: extract for name, extract in settings.extracts.items() if inbox.new.get(name) != []}


def _read_later(settings: Settings, inbox: Inbox) -> list[Path]:
    """Give the files that are read while a register's SELECT runs; all others were read into tables."""
    parquet = {name: extract for name, extract in _read_now(settings, inbox).items() if extract.form == "parquet"}
    return [path for name, extract in parquet.items() for path in inbox.new.get(name) or settings.raw_folder.glob(extract.path or "")]


def _ingest_one(connection: duckdb.DuckDBPyConnection, register: Register, settings: Settings, inbox: Inbox) -> Earlier | None:
    """Make the events of one register; gives what was received of it before."""
    source, extract, earlier = register.source, register.extract(settings), _earlier(connection, register, settings, inbox)
    if extract and not inbox.new[extract]:
        appending.give_nothing(connection, source)
    else:
        files = {name: extract.path or str(extract.table) for name, extract in settings.extracts.items()}
        read_rows(connection, source, register.select, files, after=earlier.last if earlier else 0)
    appending.leave_known(connection, source, earlier, whole=extract is None)
    cast(connection, source)
    if received_on := inbox.received_on(extract) if extract else settings.today_on if earlier else None:
        appending.receive(connection, received_on)
    link_rows(connection, source, settings)
    if is_listed(source):
        place(connection, source, pattern=settings.address_id_pattern, after=earlier.last if earlier else 0)
    if earlier:
        appending.reconsider(connection)
    judge(connection, source, settings)
    mend(connection, source)
    if is_listed(source):
        keep_slips(connection, source)
    if earlier:
        appending.append(connection, source, earlier)
    if is_listed(source):
        follow(connection, received_on)
    order(connection, source)
    forget(connection, source, settings)
    return earlier


def _earlier(connection: duckdb.DuckDBPyConnection, register: Register, settings: Settings, inbox: Inbox) -> Earlier | None:
    """Open what was received before: of deliveries, and of a register that is read whole where there is a clock and its mapping is the same."""
    source, extract, ledger = register.source, register.extract(settings), inbox.ledger
    whole = not extract and settings.today_on is not None and appending.same_mapping(source, register.select, ledger)
    if not whole and not (extract and ledger.of(extract)):
        return None
    found = appending.open_earlier(connection, source, register.select, ledger=ledger, build=current(settings.state), whole=whole)
    return None if whole and not appending.is_hashed(connection) else found


def _arrival(register: Register, settings: Settings, inbox: Inbox, earlier: Earlier | None, *, new: int, unreadable: int) -> Arrival:
    source, extract = register.source, register.extract(settings)
    return Arrival(
        max_age_days=max_age_of(source, settings),
        today=settings.today_on or LAST_DAY,
        unreadable=unreadable,
        new_unreadable=new,
        after=(earlier.last if earlier else 0) if extract else None,
        delivered=inbox.signs(extract) if extract else (),
        new_files=len(inbox.new[extract]) if extract else 0,
    )


def _stop_at_older(connection: duckdb.DuckDBPyConnection, ours: list[Register], settings: Settings, inbox: Inbox) -> None:
    """Refuse a register that tells less than before, read whole or a list; built anew, the ledger is empty and nothing is compared."""
    refuse_without_list(inbox.ledger.mappings, [register.source.name for register in ours])
    for register in ours:
        same = inbox.ledger.mappings.get(register.source.name) == register.mapping
        if same and register.extract(settings) is None:
            refuse_older(connection, register.source, settings, current(settings.state))
        if is_listed(register.source) and register.source.name in inbox.ledger.mappings:
            refuse_released(connection, register.source, current(settings.state))


def _write_rejects(connection: duckdb.DuckDBPyConnection, folder: Path, source: Source, lines: pd.DataFrame) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    copy(connection, f"SELECT * FROM cells_{source.name} ORDER BY delivered, field", folder / f"{source.name}_cells.parquet")
    copy(connection, f"SELECT * FROM candidate_{source.name} WHERE told AND reason IS NOT NULL ORDER BY delivered", folder / f"{source.name}.parquet")
    with replaced_whole(folder / f"{source.name}_lines.parquet") as draft:
        lines.to_parquet(draft, index=False)


def _write_events(
    connection: duckdb.DuckDBPyConnection, settings: Settings, reports: list[SourceReport], ledger: Ledger, lines: dict[str, pd.DataFrame]
) -> None:  # fmt: skip
    gather(connection, [report.source for report in reports])
    with new_build(settings.state) as folder:
        copy(connection, f"SELECT * FROM events_{DOUBTS} ORDER BY address_id, ordinal", folder / f"{DOUBTS}.parquet", group_rows=GROUP_ROWS)
        for report in reports:
            source = all_sources()[report.source]
            select = f"SELECT * FROM events_{source.name} ORDER BY {source.place}, ordinal"
            copy(connection, select, folder / f"{source.name}.parquet", group_rows=GROUP_ROWS)
            appending.write_received(connection, folder, source, lines[source.name])
        ledger.write(folder)
        write_report(folder / REPORT, reports)
