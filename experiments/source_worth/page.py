"""The page of the study of the worth of sources: the figures of a run set into experiments/studies/source-worth.md, and its picture."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from matplotlib.figure import Figure

from experiments.pictures import svg
from experiments.source_worth.declared import SourceWorthStudy
from experiments.source_worth.run import EARNS, MAY_GO, NOT_SHOWN, OfTheme, SourceWorthResult, Worth, base
from experiments.writing import percent, points, rendered, surely_less, surely_more, table

COMMAND = "schouw study source-worth"
ASKED = "water"
"""The source that was asked about before there was any other study."""


def page(result: SourceWorthResult, study: SourceWorthStudy) -> str:
    """Give the page as Markdown."""
    return rendered(
        "source-worth.md",
        command=COMMAND,
        study=study,
        short="\n".join([*_advised(result), *_asked(result), _agrees(result)]),
        base=", ".join(f"`{name}`" for name in sorted(base())),
        intervals=sum(w.cost is not None for w in result.worth),
        themes=[(theme, _worth(result, theme.theme), _whole(theme, study)) for theme in result.themes],
        MAY_GO=MAY_GO,
        EARNS=EARNS,
        NOT_SHOWN=NOT_SHOWN,
    )


def _advised(result: SourceWorthResult) -> Iterable[str]:
    for theme in result.themes:
        named = {
            advice: ", ".join(f"`{w.source}`" for w in result.worth if w.theme == theme.theme and w.advice == advice) or "none"
            for advice in (MAY_GO, EARNS, NOT_SHOWN)
        }
        yield f"- *{theme.theme}*: {MAY_GO}: {named[MAY_GO]}. {EARNS.capitalize()}: {named[EARNS]}. {NOT_SHOWN.capitalize()}: {named[NOT_SHOWN]}."


def _asked(result: SourceWorthResult) -> Iterable[str]:
    for w in (w for w in result.worth if w.source == ASKED):
        alone = "adds nothing to read" if w.gain is None else f"adds {points(w.gain)} points to the base, {points(w.truth_gain)} against the truth"
        yield f"- *{ASKED}* in *{w.theme}*: its removal costs {points(w.cost)} points, {points(w.truth_cost)} against the truth; alone it {alone}."


def _agrees(result: SourceWorthResult) -> str:
    """Say how the advice, which a town could give itself, stands against the truth, which only this one knows."""
    gone, earning = ([w for w in result.worth if w.advice == advice] for advice in (MAY_GO, EARNS))
    wrong, right = sum(surely_more(w.truth_cost) for w in gone), sum(surely_more(w.truth_cost) for w in earning)
    less = sum(surely_less(w.truth_cost) for w in earning)
    return (
        f"- Against the truth of the whole cohort, which no municipality has: of {len(gone)} sources whose removal is called noise, "
        f"{wrong} surely add; of {len(earning)} that are said to add, {right} surely do and {less} surely do the opposite."
    )


def _whole(theme: OfTheme, study: SourceWorthStudy) -> str:
    return (
        f"Everything: {percent(theme.everything)} of the list confirmed among later inspected addresses, an episode at {percent(theme.truth)} "
        f"of a list from the cohort. The base: {percent(theme.base)} and {percent(theme.truth_base)}. Learned from {theme.learned:,} inspections "
        f"in the last round, measured on {theme.rows:,}. The noise is {100 * theme.noise:.1f} points, so the limit is "
        f"{100 * min(theme.noise, study.most_given_away):.1f}."
    )


def _worth(result: SourceWorthResult, theme: str) -> str:
    head = ("source", "tier", "indicators", "removal costs, inspected", "truth", "alone adds, inspected", "truth", "advice")
    return table(head, [_row(w) for w in result.worth if w.theme == theme])


def _row(w: Worth) -> tuple[str, ...]:
    cost = (points(w.cost), points(w.truth_cost)) if w.cost else ("there is no address without it", "")
    gain = (points(w.gain), points(w.truth_gain)) if w.gain else ("in the base, or silent without others", "")
    return (f"`{w.source}`", str(w.tier), str(w.indicators), *cost, *gain, w.advice or "")


def picture(result: SourceWorthResult, study: SourceWorthStudy) -> bytes:
    """Draw what the removal of each source costs, with the limit of each theme."""
    rows = {t.theme: [w for w in result.worth if w.theme == t.theme and w.cost is not None] for t in result.themes}
    figure = Figure(figsize=(8.0, 0.9 + 0.28 * sum(map(len, rows.values()))), layout="constrained")
    drawn = figure.subplots(len(rows), 1, squeeze=False, gridspec_kw={"height_ratios": [max(1, len(found)) for found in rows.values()]})[:, 0]
    for axes, theme in zip(drawn, result.themes, strict=True):
        found = rows[theme.theme]
        costs = np.array([[w.cost.value, w.cost.low, w.cost.high] for w in found if w.cost], dtype=float).reshape(-1, 3) * 100
        axes.errorbar(costs[:, 0], range(len(found)), xerr=np.abs(costs[:, 1:].T - costs[:, 0]), fmt="o", markersize=4, color="#4c72b0")
        axes.axvline(0, color="black", linewidth=0.6)
        axes.axvline(100 * min(theme.noise, study.most_given_away), color="#c44e52", linewidth=0.8, linestyle="--")
        axes.set_yticks(range(len(found)), [w.source for w in found])
        axes.invert_yaxis()
        axes.set_title(theme.theme, loc="left")
    drawn[-1].set_xlabel("points of precision that the removal costs; dashed: the limit below which it is noise")
    return svg(figure)
