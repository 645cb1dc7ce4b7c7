"""Tolerance: how many rows, and cells of a column, may break a contract before the build stops."""

from __future__ import annotations

from collections import Counter

from features.errors import SourceError
from features.placing import is_listed
from features.report import NO_ROW, SourceReport
from features.settings import Settings
from features.sources import all_sources
from features.validation import NOT_REGISTERED


def stop_at_too_many(reports: list[SourceReport], settings: Settings, *, kept: bool) -> None:
    """Stop where a register is empty, or where too much of what is new in it breaks its contract.

    Of a list of protected places no row may be set aside: what it names would be listed. But where the address register itself set aside the rows
    of an object, nobody can list it. ``kept`` says whether what was set aside was written.

    Raises
    ------
    SourceError
        Says which register, how many of how many, what most of it is, and what the limit is.
    """
    for report in reports:
        strict = is_listed(all_sources()[report.source])
        limit, tolerated = (0.0, 0) if strict else (settings.rejects.limit(report.source), settings.rejects.tolerated_rows)
        rows, rejected = report.judged
        if strict:
            rejected -= report.rejects.get(NOT_REGISTERED, 0)
        if report.rows == 0 and report.last_delivery_on is None:
            raise SourceError(f"register '{report.source}' is empty", expected="at least one row", remedy="ask the supplier for a new delivery")
        if rows and rejected / rows > limit and rejected > tolerated:
            worst = max(report.rejects, key=lambda r: report.rejects[r])
            raise SourceError(
                f"{rejected / rows:.1%} of {'what is new in ' if report.rows > rows else ''}register '{report.source}' breaks its contract "
                f"({rejected} of {rows} rows; most: {worst})",
                expected=f"at most {limit:.1%}",
                remedy=_look_at(f"{report.source}{'_lines' if worst == NO_ROW else ''}", kept=kept),
            )
        if not strict:
            _stop_at_left_out(report, limit, tolerated, kept=kept)


def _look_at(file: str, *, kept: bool) -> str:
    where = f"look at rejects/{file}.parquet in the state folder"
    return f"{where if kept else f'run schouw build to see them, then {where}'}, mend the mapping or the delivery, and build again"


def _stop_at_left_out(report: SourceReport, limit: float, tolerated: int, *, kept: bool) -> None:
    """Stop where a column is left out too often: a register of which no decision can be read says nothing of who has a permit."""
    rows, _ = report.judged
    found: Counter[str] = Counter()
    for reason, cells in report.judged_cells.items():
        found[reason.split(" ", 1)[0]] += cells
    for column, cells in found.items():
        if rows and cells / rows > limit and cells > tolerated:
            raise SourceError(
                f"{cells / rows:.1%} of the cells in column '{column}' of {'what is new in ' if report.rows > rows else ''}register "
                f"'{report.source}' had to be left out ({cells} of {rows} rows)",
                expected=f"at most {limit:.1%}",
                remedy=_look_at(f"{report.source}_cells", kept=kept),
            )
