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
