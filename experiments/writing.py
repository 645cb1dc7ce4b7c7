"""How studies write: their figures set into a text of experiments/studies, and the tables and intervals in it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import jinja2

from training.bootstrap import Estimate

TEMPLATES = Path(__file__).parent / "studies"


def rendered(template: str, **values: Any) -> str:
    """Give a text of experiments/studies as Markdown; a value that it names and nobody gave is an error."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 - Markdown, and every value is a number or a word of ours
    )
    return environment.get_template(template).render(**values)


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Give a table.

    Examples
    --------
    >>> print(table(("town", "homes"), [("Zaanwijk", "20,000")]))
    | town | homes |
    | --- | --- |
    | Zaanwijk | 20,000 |
    """
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def interval(estimate: Estimate, *, digits: int = 3, shape: str = "") -> str:
    """Give a figure with its interval, as far as it has one.

    Examples
    --------
    >>> interval(Estimate(value=0.5, low=0.25, high=0.75), digits=2)
    '0.50 (0.25 to 0.75)'
    >>> interval(Estimate(value=None, low=None, high=None))
    'not defined'
    """
    shape = f"{shape}.{digits}f"
    if estimate.value is None:
        return "not defined"
    if estimate.low is None or estimate.high is None:
        return format(estimate.value, shape)
    return f"{estimate.value:{shape}} ({estimate.low:{shape}} to {estimate.high:{shape}})"


def signed(estimate: Estimate) -> str:
    """Give a difference with its interval, each with its sign."""
    return interval(estimate, shape="+")


def percent(estimate: Estimate | None) -> str:
    """Give a share with its interval, in percent.

    Examples
    --------
    >>> percent(Estimate(value=0.213, low=0.18, high=0.25))
    '21.3% (18.0 to 25.0)'
    """
    return _times_hundred(estimate, shape="", unit="%")


def points(estimate: Estimate | None) -> str:
    """Give a difference of shares with its interval, in percentage points.

    Examples
    --------
    >>> points(Estimate(value=0.012, low=-0.005, high=0.03))
    '+1.2 (-0.5 to +3.0)'
    """
    return _times_hundred(estimate, shape="+", unit="")


def _times_hundred(estimate: Estimate | None, *, shape: str, unit: str) -> str:
    if estimate is None or estimate.value is None:
        return ""
    value = f"{100 * estimate.value:{shape}.1f}{unit}"
    if estimate.low is None or estimate.high is None:
        return value
    return f"{value} ({100 * estimate.low:{shape}.1f} to {100 * estimate.high:{shape}.1f})"


def surely_more(estimate: Estimate | None) -> bool:
    """Say whether the whole interval lies above 0."""
    return estimate is not None and estimate.low is not None and estimate.low > 0


def surely_less(estimate: Estimate | None) -> bool:
    """Say whether the whole interval lies below 0."""
    return estimate is not None and estimate.high is not None and estimate.high < 0
