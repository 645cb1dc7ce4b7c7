"""The page of the study of who looked: the figures of a run set into experiments/studies/who-looked.md, and its picture."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.pictures import svg
from experiments.who_looked.declared import TeamsDiffer, WhoLookedStudy
from experiments.who_looked.run import EVEN, NONE, WAYS, WhoLookedResult
from experiments.writing import interval, rendered, signed, table
from training.bootstrap import Estimate
from training.metrics import Floats

PICTURE = "who-looked.svg"
COMMAND = "schouw study who-looked"
WORDS = {NONE: "as it comes", "mixed": "mixed", "balanced": "balanced", EVEN: "*teams alike* (no town has it)"}
LETTERS = 24
"""In a line beside a picture."""
COLOURS = {NONE: "#7f7f7f", "mixed": "#4c72b0", "balanced": "#dd8452", EVEN: "#55a868"}


def page(result: WhoLookedResult, study: WhoLookedStudy) -> str:
    """Give the page as Markdown."""
    return rendered(
        "who-looked.md",
        command=COMMAND,
        picture=PICTURE,
        study=study,
        towns=table(
            ("town", "confirms what is there", "confirms what is not", "visits by the own team", "visits", "confirmed"), _towns(result, study)
        ),
        rankings=[(town.name, _ranking(result, town.name), _against(result, town.name)) for town in study.towns],
        estimated=_estimated(result),
        verdict=_verdict(result, study),
    )


def _towns(result: WhoLookedResult, study: WhoLookedStudy) -> list[tuple[str, ...]]:
    from experiments.town.parameters import Parameters

    usual = Parameters()

    def row(town: TeamsDiffer) -> tuple[str, ...]:
        right, wrong = town.sensitivity or usual.team_sensitivity, town.false_alarm or usual.team_false_alarm
        home = usual.home_team_share if town.home_share is None else town.home_share
        pairs = (f"{right[0]:.0%} to {right[1]:.0%}", f"{wrong[0]:.1%} to {wrong[1]:.1%}")
        return (town.name, *pairs, f"{home:.0%}", f"{result.visits[town.name]:,.0f}", f"{result.confirmed[town.name]:,.0f}")

    return [row(town) for town in study.towns]


def _ranking(result: WhoLookedResult, town: str) -> str:
    head = (
        "team effects",
        "AUC, hidden episode",
        "AUC, average team",
        "precision at capacity",
        "rank explained by own team",
        "strictest area stands higher by",
    )
    return table(
        head,
        [
            (
                WORDS[way],
                interval(result.of(town, way, "auc").value),
                interval(result.of(town, way, "auc_chance").value),
                interval(result.of(town, way, "precision").value),
                interval(result.of(town, way, "explained").value),
                f"{interval(result.of(town, way, 'lean').value, digits=1)} %",
            )
            for way in WAYS
        ],
    )


def _against(result: WhoLookedResult, town: str) -> str:
    rows = [
        (
            f"{WORDS[way]} minus {WORDS[NONE]}",
            *(signed(result.of(town, way, figure).against) for figure in ("auc", "auc_chance", "precision", "explained")),
        )
        for way in WAYS
        if way != NONE
    ]
    return table(("difference, in the same towns", "AUC, hidden episode", "AUC, average team", "precision at capacity", "rank explained"), rows)


def _estimated(result: WhoLookedResult) -> str:
    rows = [
        (
            one.town,
            interval(one.correlation, digits=2),
            interval(one.spread, digits=2),
            interval(one.told_before),
            interval(one.told_after),
            interval(one.effective_share, digits=2),
        )
        for one in result.estimated
    ]
    head = (
        "town",
        "mixed: correlation of effects with strictness",
        "mixed: spread, log-odds",
        "balanced: AUC of the team before",
        "after",
        "worth of a row",
    )
    return table(head, rows)


def _verdict(result: WhoLookedResult, study: WhoLookedStudy) -> str:
    """Say of each way and town whether the interval of its difference leaves out zero."""
    said = []
    for town in study.towns:
        for way in ("mixed", "balanced"):
            found = result.of(town.name, way, "auc_chance").against
            low, high = found.low or 0.0, found.high or 0.0
            word = "nearer to the truth than" if low > 0 else "further from it than" if high < 0 else "not to be told apart from"
            said.append(f"- *{town.name}*, {way}: {word} a ranking that leaves team effects in ({signed(found)} AUC).")
    return "\n".join(said)


def picture(result: WhoLookedResult, study: WhoLookedStudy) -> bytes:
    """Draw the effects of the teams as `mixed` finds them against the true ones, and what each way does to the ranking."""
    figure = Figure(figsize=(10.0, 3.6 + 0.75 * len(study.towns)), layout="constrained")
    above, below = figure.subfigures(2, 1, squeeze=False, height_ratios=(3.4, 0.2 + 0.75 * len(study.towns)))[:, 0]
    names = [town.name for town in study.towns]
    for axes, name in zip(above.subplots(1, len(names), squeeze=False, sharex=True, sharey=True)[0], names, strict=True):
        _effects(axes, result.effects[name], name)
    gained, leaning = below.subplots(1, 2, sharey=True)
    _by_way(gained, [[result.of(name, way, "auc_chance").against for name in names] for way in WAYS if way != NONE], names, of=WAYS[1:])
    gained.set_xlabel("AUC, average team: minus as it comes")
    _by_way(leaning, [[result.of(name, way, "lean").value for name in names] for way in WAYS], names, of=WAYS)
    leaning.set_xlabel("strictest area stands higher by, % of the list")
    below.legend(*leaning.get_legend_handles_labels(), loc="outside lower center", ncols=len(WAYS), frameon=False)
    return svg(figure)


def _effects(axes: Axes, pairs: Floats, name: str) -> None:
    """Draw one dot for each team of each town; on the dashed line a team would be found as it is."""
    reach = [float(pairs[:, 0].min()), float(pairs[:, 0].max())]
    axes.plot(pairs[:, 0], pairs[:, 1], "o", markersize=2.5, color=COLOURS["mixed"], alpha=0.5)
    axes.plot(reach, reach, color="black", linewidth=0.6, linestyle="--")
    axes.set_title(name, loc="left", fontsize=8)
    axes.set_xlabel("true effect of the team, log-odds")
    axes.set_ylabel("as mixed finds it")
    axes.label_outer()


def _by_way(axes: Axes, estimates: Sequence[Sequence[Estimate]], names: Sequence[str], *, of: Sequence[str]) -> None:
    """Draw an estimate with its interval for each way and sort of town."""
    for number, (way, row) in enumerate(zip(of, estimates, strict=True)):
        told = np.array([[e.value, e.low, e.high] for e in row], dtype=float)
        places = np.arange(len(names)) + 0.16 * (number - (len(of) - 1) / 2)
        label = WORDS[way].replace("*", "")
        axes.errorbar(told[:, 0], places, xerr=np.abs(told[:, 1:].T - told[:, 0]), fmt="o", markersize=4, color=COLOURS[way], label=label)
    axes.axvline(0, color="black", linewidth=0.6)
    axes.set_yticks(range(len(names)), [textwrap.fill(name, LETTERS) for name in names])
    axes.set_ylim(len(names) - 0.5, -0.5)
