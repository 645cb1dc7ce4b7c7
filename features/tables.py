"""Tables for a terminal of 80 columns, or a pipe: nothing in them is cut, what is long stands on lines of its own.

A register's numbers and its days are two tables: together they do not fit, and a number that is cut is another number.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from rich.table import Table

from features.catalogue import catalogue
from features.placing import RELEASE_TO_COME

if TYPE_CHECKING:
    from features.catalogue import Indicator
    from features.lineage import Lineage
    from features.manifest import Manifest
    from features.pseudonymise import Delivered
    from features.report import SourceReport
    from features.unread import Unread


def register_tables(reports: list[SourceReport], *, title: str, kept: bool = True) -> list[Table]:
    """Give per register what became of its rows, when they are from and how old they are, and why rows were set aside.

    ``kept`` says whether what was set aside was written; `schouw check` only looks.
    """
    where = "kept in" if kept else "a build keeps them in"
    rows = _table("source", numbers=("rows", "stored", "repeated", "set aside", "linked"), title=title)
    rows.caption = "linked: of the rows with only a text for an address"
    days = _table("source", numbers=("first", "last", "last known", "days late", "95 %"), title="The days they speak of")
    days.caption = "days late, from happening to knowing: the median, and what 95 % stays under"
    fresh = _table("source", "stale", numbers=("last delivery", "age, days", "expected", "limit"), title="How old they are")
    fresh.caption = "last delivery: or, where a register is read whole, the last day on which something became known"
    reasons = _table("source", "reason", numbers=("rows",), title=f"Why rows were set aside ({where} rejects/)")
    cells = _table("source", "reason", numbers=("cells",), title="Fields filled in later that were left out (the rows stay)")
    past = _table("source", numbers=("versions", "kept since"), title="Past retention: did not enter, and is no reject")
    for r in reports:
        if r.past_retention:
            past.add_row(r.source, f"{r.past_retention:,}", str(r.kept_since))
        linked = "" if r.linked_share is None else f"{r.linked_share:.1%}"
        rows.add_row(r.source, f"{r.rows:,}", f"{r.accepted:,}", f"{r.repeated:,}", f"{r.reject_share:.1%}", linked)
        late = ["" if value is None else f"{value:.0f}" for value in (r.median_late_days, r.late_days_95)]
        days.add_row(r.source, *(str(day or "") for day in (r.first_on, r.last_on, r.last_known_on)), *late)
        age, limit = ("" if number is None else f"{number:,}" for number in (r.age_days, r.max_age_days))
        expected = "" if r.rhythm_days is None else _every(r.rhythm_days)
        fresh.add_row(r.source, "stale" if r.stale else "", str(r.last_delivery_on or "never"), age, expected, limit)
        for reason, number in r.rejects.items():
            reasons.add_row(r.source, reason, f"{number:,}")
        for reason, number in r.mended.items():
            cells.add_row(r.source, reason, f"{number:,}")
    return [rows, days, fresh, *(t for t in (*linkage_tables(reports, where=where), reasons, cells, past) if t.row_count)]


def received_tables(reports: list[SourceReport]) -> list[Table]:
    """Give in few lines what a build received and which sources are stale; `register_tables` tells the rest."""
    came = _table("register", numbers=("files", "rows", "set aside"), title="Received")
    stale = _table("source", numbers=("last delivery", "days ago", "limit, days"), title="Stale: silent for longer than their limit")
    read = {source for indicator in catalogue().values() for source in indicator.sources}
    unread = [r.source for r in reports if r.stale and r.source not in read]
    stale.caption = "days ago: on the day that is scored; an indicator that reads one of these is missing"
    if unread:
        stale.caption += f"\nread by no indicator, and counts as it was last told: {', '.join(unread)}"
    unchanged, whole = [r for r in reports if r.new_files == 0], [r for r in reports if r.new_files is None]
    for r in reports:
        if r.new_files:
            came.add_row(r.source, f"{r.new_files:,}", *(f"{number:,}" for number in r.judged))
        if r.stale:
            age, limit = ("" if number is None else f"{number:,}" for number in (r.age_days, r.max_age_days))
            stale.add_row(r.source, str(r.last_delivery_on or "never"), age, limit)
    if unchanged:
        came.add_row(f"nothing new: {_registers(unchanged)}", "0", "0", "0")
    if whole:
        came.add_row(f"read whole: {_registers(whole)}", "", *(f"{sum(r.judged[place] for r in whole):,}" for place in (0, 1)))
    came.caption = None if stale.row_count else "no source is stale"
    return [came, *([stale] if stale.row_count else [])]


def release_tables(reports: list[SourceReport]) -> list[Table]:
    """Give how many rows would take a place off a list on a day to come, and what to do with them; nothing where there are none."""
    found = _table("register", numbers=("rows",), title="Dated on a day to come, so they take no place off the list")
    found.caption = "as they are these rows of the kind none never count: give each another day in the list, one that has come when you build"
    for r in reports:
        if waiting := r.mended.get(RELEASE_TO_COME):
            found.add_row(r.source, f"{waiting:,}")
    return [found] if found.row_count else []


def linkage_tables(reports: list[SourceReport], *, where: str) -> list[Table]:
    """Give how surely rows without an address id of their own were linked, and why others were not."""
    found = _table("source", "confidence", numbers=("rows",), title="Addresses found where a row had no address id")
    lost = _table("source", "reason", numbers=("rows",), title=f"Not found ({where} rejects/unlinked.parquet, without the text)")
    for r in reports:
        if r.linkage is not None:
            for band, number in [*r.linkage.linked.items(), ("by a designation's id", r.linkage.designations)]:
                if number:
                    found.add_row(r.source, band, f"{number:,}")
            for reason, number in r.linkage.not_linked.items():
                lost.add_row(r.source, reason, f"{number:,}")
    return [found, lost]


def unread_tables(found: Unread) -> list[Table]:
    """Give the files and the columns in the raw folder that nothing reads; nothing where all is read."""
    columns = _table("extract", "columns", title="Columns that no register reads")
    columns.caption = "better left out by who keeps the register: 'schouw pseudonymise' drops what is not listed"
    files = _table("file", title="Files in the raw folder that no extract reads")
    files.caption = "declare them under [extracts] in municipality.toml, or take them away"
    for extract, names in found.columns.items():
        columns.add_row(extract, ", ".join(names))
    for file in found.files:
        files.add_row(file)
    return [table for table in (columns, files) if table.row_count]


def matrix_tables(manifests: list[Manifest]) -> list[Table]:
    """Give the matrices, the rows that are left out with the reason, and the columns for which nothing was delivered."""
    shapes = _table("theme", "kind", numbers=("rows", "indicators", "tier", "first and last day"), title="Matrices")
    out = _table("theme and kind", "reason", numbers=("rows",), title="Left out")
    unfilled: dict[str, set[str]] = {}
    for m in manifests:
        shapes.add_row(m.theme, m.kind, f"{m.rows:,}", str(len(m.indicators)), str(m.tier), f"{m.as_of_first}\n{m.as_of_last}")
        for reason, number in {**m.exclusions, **m.left_out}.items():
            if number:
                out.add_row(f"{m.theme}, {m.kind}", reason, f"{number:,}")
        for name, columns in m.not_filled.items():
            for column in columns:
                unfilled.setdefault(column, set()).add(name)
    return [shapes, *(t for t in (out, _unfilled(unfilled)) if t.row_count)]


def indicator_table(found: Iterable[Indicator], *, title: str) -> Table:
    """Give the indicators, each with what it means under what it is."""
    table = _table("indicator", "definition and sources", title=title)
    table.show_lines = table.columns[0].no_wrap = True
    for i in found:
        direction = f"risk {i.risk}, " if i.risk else ""
        table.add_row(f"{i.name}\n{i.unit}\n{direction}tier {i.tier}, {i.reach}", f"{i.definition}\n{', '.join(i.sources)}")
    return table


def lineage_tables(lineage: Lineage) -> list[Table]:
    """Give who decides and on which ground, the sources with theirs, what is known of these registers, and what each indicator reads."""
    title = "\n".join([f"{lineage.title_en}: {lineage.standing}", *lineage.law])
    sources = _table("source", "legal basis", "kept", numbers=("tier", "read by"), title=title)
    sources.caption = f"required: stale, it stops the theme\nrandom arm: {lineage.random_arm}\nkept: {lineage.retention}"
    registers = _table("source", "known from", "known defects", title="The registers: when what they say is known, and what is wrong with them")
    for s in lineage.sources:
        sources.add_row(f"{s.name}\nrequired" if s.required else s.name, s.ground, f"{s.kept}: {s.kept_because}", str(s.tier), s.read_by)
        rhythm = f"expected {_every(s.rhythm_days)}" + (f", stale after {s.max_age_days}" if s.max_age_days else "")
        registers.add_row(
            s.name, f"{s.known_on_rule}\n{rhythm}", f"{s.catches}\nno indicator reads: {', '.join(s.unread) or 'nothing, all are read'}"
        )
    indicators = _table("indicator", "reads", numbers=("tier",), title=f"{len(lineage.indicators)} indicators")
    indicators.caption = lineage.left_out
    for i in lineage.indicators:
        reads = [f"{source}: {', '.join(columns)}" for source, columns in i.columns.items()]
        reads += [f"{i.mark}: {', '.join(i.not_filled)}"] if i.mark else []
        indicators.add_row(f"{i.name}\n{i.reach}", "\n".join(reads), str(i.tier))
    sources.show_lines = registers.show_lines = indicators.show_lines = True
    return [sources, registers, indicators]


def delivered_table(delivered: Delivered) -> Table:
    """Give what happened to each column of the owner's file."""
    table = _table("column of the register", "in the extract", title=f"{delivered.rows:,} rows, written to {Path(delivered.output).name}")
    for column in delivered.kept:
        table.add_row(column, "kept as it is")
    for keyed in delivered.keyed:
        table.add_row(keyed["column"], f"a keyed hash: {keyed['name']}, domain {keyed['domain']}")
    for column in delivered.dropped:
        table.add_row(column, "dropped: not listed")
    return table


def _every(days: int) -> str:
    return "every day" if days == 1 else f"every {days} days"


def _registers(reports: list[SourceReport]) -> str:
    return f"{len(reports)} register{'s' if len(reports) > 1 else ''}"


def _unfilled(columns: Mapping[str, set[str]]) -> Table:
    table = _table("never filled", "indicators left out", title="Columns in which the registers hold nothing")
    for column, names in sorted(columns.items()):
        table.add_row(column, "\n".join(sorted(names)))
    return table


def _table(*texts: str, numbers: tuple[str, ...] = (), title: str) -> Table:
    table = Table(title=title, title_justify="left", caption_justify="left")
    for heading in texts:
        table.add_column(heading, overflow="fold")
    for heading in numbers:
        table.add_column(heading, overflow="fold", justify="right")
    return table
