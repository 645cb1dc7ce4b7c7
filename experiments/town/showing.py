"""What the town prints about itself, and its page in the docs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from rich.table import Table

from experiments.town.making import TownReport
from experiments.town.mechanisms import HOMES, MECHANISMS, TRACES, Mechanism
from experiments.town.parameters import Parameters

CEILING = (
    "The oracle sees the noise-free traces, never the truth; look-alikes share those traces. It is a ceiling: a model that comes near it says "
    "that this town is too easy, not that the model is good."
)
BEGIN, END = "<!-- {name}: written by experiments.town.showing -->", "<!-- end of {name} -->"
PARTS = {
    "home_share": "The place",
    "prevalence": "Hidden truth",
    "crowding_people": "What registers show of the traces (change of the logarithm or log-odds per standard deviation)",
    "litres_per_person_day": "Registers as they usually are, and how they lag",
    "home_kwh_year": "Energy by postcode, and what a cable section loses",
    "let_share": "Registered lets, vacancy, allocations and energy labels",
    "reports_per_year_home": "Reports, and who makes them",
    "returned_mail_per_year": "Signals: of registers, of the national programme, of case handlers",
    "by_report_share": "Inspections",
    "lost_zero_share": "Mess",
}
"""Heading above the first parameter of each part."""


def as_table(report: TownReport, *, name: str) -> Table:
    """Give the report as a table for the terminal."""
    title = f"{name}: {report.addresses:,} addresses, {report.years} years, seed {report.seed}"
    shown = Table(title=title, pad_edge=False)
    for heading in ("theme", "cohort", "prevalence", "a year", "inspected", "confirmed", "oracle AUC"):
        shown.add_column(heading, no_wrap=heading != "oracle AUC")
    for theme in report.themes:
        confirmed = f"{theme.confirmed / theme.inspected:.1%}" if theme.inspected else ""
        shown.add_row(theme.theme, f"{theme.cohort:,.0f}", _share(theme.prevalence), f"{theme.inspections_per_year:,.0f}",
                      str(theme.inspected), confirmed, "" if theme.oracle_auc is None else f"{theme.oracle_auc:.3f}")  # fmt: skip
    return shown


def mechanism_table() -> str:
    """Give all mechanisms and their look-alikes as a Markdown table."""
    lines = [
        "| theme | mechanism | moves its traces by (standard deviations) | innocent look-alike | differs in | per episode |",
        "|---|---|---|---|---|---|",
    ]
    for m in MECHANISMS:
        own, other = (", ".join(f"{trace} {value:+g}" for trace, value in _moved(m, shift)) for shift in (m.shift, m.lookalike_shift))
        lines.append(f"| {m.theme} | `{m.name}` | {own} | `{m.lookalike}` | {other} | {m.lookalike_per_episode:g} |")
    return "\n".join(lines)


def parameter_table() -> str:
    """Give all parameters as Markdown tables, one for each part: name, value, meaning, source."""
    lines: list[str] = []
    for item in fields(Parameters):
        if item.name in PARTS:
            lines += ["", f"### {PARTS[item.name]}", "", "| parameter | value | what it means | source |", "|---|---|---|---|"]
        lines.append(f"| `{item.name}` | {_shown(item.default)} | {item.metadata['meaning']} | {item.metadata['source']} |")
    return "\n".join(lines).strip()


def filled(page: str) -> str:
    """Give the page with its generated tables renewed; everything outside the marks stays.

    Examples
    --------
    >>> page = filled("before <!-- parameters: written by experiments.town.showing --> STALE <!-- end of parameters --> after")
    >>> page.startswith("before"), "STALE" in page, "`prevalence`" in page, page.endswith("after")
    (True, False, True, True)
    """
    for name, table in (("parameters", parameter_table()), ("mechanisms", mechanism_table())):
        begin, end = BEGIN.format(name=name), END.format(name=name)
        if begin in page and end in page:
            head, rest = page.split(begin, 1)
            page = f"{head}{begin}\n\n{table}\n\n{end}{rest.split(end, 1)[1]}"
    return page


def write_page(path: Path) -> None:
    """Renew the generated tables of a page."""
    path.write_text(filled(path.read_text(encoding="utf-8")), encoding="utf-8")


def _moved(mechanism: Mechanism, shift: Mapping[str, float]) -> list[tuple[str, float]]:
    return [(trace, shift[trace]) for trace in TRACES[mechanism.group == HOMES] if trace in shift]


def _shown(value: Any) -> str:
    """Give a value as a cell; parts of parts as a sentence."""
    if isinstance(value, tuple) and value and isinstance(value[0], tuple):
        return "; ".join(f"{name}: {', '.join(held)}" for name, held in value)
    return ", ".join(f"{v:g}" for v in value) if isinstance(value, tuple) else f"{value:g}"


def _share(value: float | None) -> str:
    return "" if value is None else f"{value:.2%}"
