"""The report as a page: one HTML file without script, picture or font from elsewhere, readable on screen, on paper and by ear."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

import jinja2

from monitoring import advice, disclosure, drift, performance
from monitoring.drift import ColumnDrift
from monitoring.fairness import Measure
from monitoring.language import Code, read
from monitoring.report import Report

TEMPLATES = Path(__file__).parent / "templates"
STRIP_WIDTH = 160
"""Width of a small drawing in a table, in CSS pixels."""


def render(report: Report, code: Code, *, plots: str | None, other: Mapping[Code, str]) -> str:
    """Give the page in one language.

    Parameters
    ----------
    report : Report
    code : {"en", "nl"}
    plots : str, optional
        File name of Evidently's own page, where it was kept.
    other : mapping
        File name of the page in each language.
    """
    definitions = report.definitions_nl if code == "nl" else report.definitions_en
    return _template(code).render(report=report, definitions=definitions, plots=plots, other=other, style=(TEMPLATES / "report.css").read_text())


@cache
def _template(code: Code) -> jinja2.Template:
    language = read(code)
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {"show": language.any, "share": lambda v: language.any(v, "share"), "points": lambda v: language.any(v, "points")}
    environment.globals |= {
        "say": language.say,
        "language": code,
        "width": STRIP_WIDTH,
        "top": top,
        "scale": scale,
        "bars": {"cell": disclosure.MINIMUM_CELL, "outcomes": performance.MINIMUM_OUTCOMES, "values": drift.MINIMUM_VALUES, "bar": drift.BAR},
        "verdict": advice.verdict,
        "in_words": {"group": language.group, "reason": language.reason},
        "is_missing_otherwise": advice.is_missing_otherwise,
    }
    return environment.get_template("report.html")


def with_notice(page: str, *, synthetic: bool) -> str:
    """Put above Evidently's own page what it is, and where its data are synthetic that they prove nothing about the world."""
    lines = [read(code).say(key) for code in ("nl", "en") for key in ("plots_notice", *(["synthetic"] if synthetic else []))]
    notice = "".join(f"<p>{escape(line)}</p>" for line in lines)
    head, tag, rest = page.partition("<body>")
    return f'{head}{tag}<div style="font:16px sans-serif;padding:1em;border:3px solid #7a4b00;background:#fff6e0;color:#222">{notice}</div>{rest}'


def top(measure: Measure) -> float:
    """Give the end of the scale on which a measure's intervals are drawn."""
    highs = [cell.high for cell in measure.cells if cell.high is not None]
    return max(highs, default=1.0) or 1.0


def scale(column: ColumnDrift) -> Any:
    """Give a function that places a value on the drawing of a column, over what both sides span."""
    both = [*(column.reference.quantiles or ()), *(column.current.quantiles or ())]
    low, high = min(both, default=0.0), max(both, default=1.0)
    span = (high - low) or 1.0
    return lambda value: round(2 + (STRIP_WIDTH - 4) * (value - low) / span, 1)
