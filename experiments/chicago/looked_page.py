"""The part of the Chicago page that says who looked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from experiments.chicago.declared import Published
from experiments.chicago.looked import ADDRESS, EVEN, GROUP_ALONE, WITH, Looked, Order, Ranked
from experiments.pictures import svg
from experiments.writing import interval, signed, table
from training.bootstrap import Estimate

CHANCE = 0.5
PICTURE = "chicago.svg"
DRAWN = {
    f"{ADDRESS}, as it comes": "#9db7dd",
    f"{EVEN}, mixed": "#4c72b0",
    f"{EVEN}, {WITH}": "#c44e52",
    GROUP_ALONE: "#7f7f7f",
}
"""Orders in the picture with their colours: two that leave the inspector out, and two that know who comes."""


def words(looked: Looked, *, share: float, published: str, told: Published) -> dict[str, Any]:
    """Give what the template asks for; ``published`` is the name of the newest published order."""
    return {
        "looked": looked,
        "rolling": looked.rolling,
        "once": list(looked.published.orders.values()),
        "rolling_orders": _orders(looked.rolling, share=share),
        "rolling_differences": _differences(looked.rolling),
        "published_orders": _orders(looked.published, share=share),
        "published_differences": _differences(looked.published),
        "by_period": _by_period(looked),
        "picture": PICTURE,
        "compared": _compared(looked),
        "gain": _gain(looked.rolling),
        "published_gain": _published_gain(looked.published.orders, published=published, told=told),
    }


def _orders(ranked: Ranked, *, share: float) -> str:
    rows = [
        (
            name,
            interval(order.auc),
            interval(order.within),
            interval(order.precision),
            interval(order.timing.first_half),
            interval(order.timing.days_earlier, digits=1),
        )
        for name, order in ranked.orders.items()
    ]
    return table(("order", "AUC", "AUC within a group", f"confirmed in the first {share:.0%}", "found in the first half", "days earlier"), rows)


def _differences(ranked: Ranked) -> str:
    rows = [
        (f"{one} minus {other}", signed(found), interval(ranked.days[one, other], digits=1, shape="+"))
        for (one, other), found in ranked.differences.items()
    ]
    return table(("difference", "AUC", "days earlier"), rows)


def _by_period(looked: Looked) -> str:
    rows = [(name, *(interval(each[name]) for each in looked.by_period)) for name in DRAWN]
    return table(("AUC in each period", *(f"{p.first_on} to {p.last_on}" for p in looked.periods)), rows)


def _compared(looked: Looked) -> str:
    rows = [(one.columns, one.way, f"{one.mean:.3f}", ", ".join(f"{auc:.3f}" for auc in one.aucs)) for one in looked.compared]
    return table(("columns", "inspector left out", "mean AUC", "in each period"), rows)


def _gain(ranked: Ranked) -> str:
    """Say which part of what is above chance goes when the group is left out."""
    said = []
    for columns in (ADDRESS, EVEN):
        known, without = (_above_chance(ranked.orders[f"{columns}, {way}"].auc) for way in (WITH, "mixed"))
        part = 1 - without / known
        said.append(f"*{columns}* with the group lies {known:.3f} above chance and without it (mixed) {without:.3f}: {part:.0%} was the group")
    return "Of these, " + "; ".join(said) + "."


def _published_gain(orders: Mapping[str, Order], *, published: str, told: Published) -> str:
    """Say how much of the published gain remains without the inspector: of its own features, and of the files."""
    chosen, known = list(orders.values())[:2]
    newest = orders[published]
    gain = _above_chance(newest.auc)
    own, auc = (told.auc_without_inspector - CHANCE) / (told.auc_glmnet - CHANCE), _above_chance(chosen.auc) / gain
    days = (chosen.timing.days_earlier.value or 0) / (newest.timing.days_earlier.value or 1)
    group = 1 - _above_chance(chosen.auc) / _above_chance(known.auc)
    return (
        f"So of what the published regression of 2014 reaches above chance, its ten features without the inspector carry {own:.0%}"
        f" ({told.auc_without_inspector}): the rest was the inspector. All raw files carry {auc:.0%} of what the {published} reaches without"
        f" knowing who comes, and {days:.0%} of its days earlier; of what they reach with the inspector group, {group:.0%} was the group. These"
        " are shares of point estimates, and the intervals of one test period are wide."
    )


def _above_chance(auc: Estimate) -> float:
    return (auc.value or CHANCE) - CHANCE


def picture(looked: Looked, told: Published) -> bytes:
    """Draw the AUC of each period with and without the inspector, beside both published figures of the last one."""
    figure = Figure(figsize=(9.0, 4.6), layout="constrained")
    axes = figure.add_subplot()
    for number, (name, colour) in enumerate(DRAWN.items()):
        found = np.array([[each[name].value, each[name].low, each[name].high] for each in looked.by_period], dtype=float)
        places = np.arange(len(found)) + 0.14 * (number - (len(DRAWN) - 1) / 2)
        axes.errorbar(places, found[:, 0], yerr=np.abs(found[:, 1:].T - found[:, 0]), fmt="o", markersize=4, color=colour, label=name)
    for auc, colour, words in ((told.auc_xgboost, "#c44e52", "with the inspector: {:.4f}"), (told.auc_without_inspector, "#4c72b0", "without: {}")):
        axes.axhline(auc, color=colour, linewidth=0.9, linestyle="--", label=f"published, {words.format(auc)}")
    axes.axhline(CHANCE, color="black", linewidth=0.6)
    axes.set_xticks(range(len(looked.periods)), [f"{p.first_on}\nto {p.last_on}\n{p.positives} of {p.rows:,}" for p in looked.periods])
    axes.set_ylabel("AUC")
    figure.legend(loc="outside lower center", ncols=2, frameon=False)
    return svg(figure)
