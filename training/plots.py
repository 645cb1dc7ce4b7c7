"""Pictures of a training run: the rounds, reliability, precision and lift along the list, rates of each audit group, and what the model uses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from training import shap_plots
from training.curve import Curve
from training.evaluation import Evaluation
from training.fairness import MEASURES
from training.folds import CALIBRATION, TEST, TRAINING, Rolling
from training.metrics import Floats, order, tie_order
from training.release_card import Population
from training.scored import MODEL, Scored, Scorer

SHOWN_INDICATORS = 20
SIZE, DOTS_PER_INCH = (7.0, 4.5), 110
# Shares of confirmed inspections over the first few rows say nothing.
FIRST_ROWS = 10
BETWEEN_GROUPS = 0.15
SPOKEN_OF: Mapping[Population, tuple[str, str]] = {
    "inspected": ("inspected addresses", "confirmed, of the rows of each part"),
    "cohort": ("inspected addresses with a logged chance, weighted to the cohort", "inspections that confirmed, of those of each part, unweighted"),
}
COLOUR = {TRAINING: "#4c72b0", CALIBRATION: "#8172b3", TEST: "#c44e52"}


@dataclass(frozen=True)
class Drawn:
    """What the pictures are drawn from; ``contributions`` is after calibration, shape (test rows of the last round, indicators)."""

    evaluation: Evaluation
    rolling: Rolling
    scored: Scored
    contributions: Floats
    names: list[str]


def draw(folder: Path, drawn: Drawn) -> None:
    """Write the pictures as PNG into a folder that is there: five of ours, and two by `shap`."""
    pictures: dict[str, Callable[[Axes], None]] = {
        "folds": lambda axes: _folds(axes, drawn.rolling),
        "reliability": lambda axes: _reliability(axes, drawn.evaluation),
        "precision_and_lift": lambda axes: _precision(axes, drawn),
        "groups": lambda axes: _groups(axes, drawn.evaluation),
        "contributions": lambda axes: _contributions(axes, drawn.contributions, names=drawn.names),
    }
    for name, picture in pictures.items():
        figure = Figure(figsize=SIZE, dpi=DOTS_PER_INCH, layout="constrained")
        picture(figure.add_subplot())
        figure.savefig(folder / f"{name}.png")
    shap_plots.draw(folder, contributions=drawn.contributions, rows=drawn.rolling.last.test.rows[drawn.names])


def _folds(axes: Axes, rolling: Rolling) -> None:
    """The periods of each round along the days, with the rows that each gave; nothing is learned or measured in the gap at an end."""
    gap = rolling.gap_days
    for number, folds in enumerate(rolling.rounds):
        begins = _day_number(folds.training.rows["as_of"].min())
        for fold in folds:
            ends = _day_number(pd.Timestamp(fold.ends_on))
            length = ends - begins
            axes.barh(number, length, left=begins, color=COLOUR[fold.name], edgecolor="white", label=fold.name if number == 0 else None)
            if fold.name != TEST or number == len(rolling.rounds) - 1:
                axes.barh(number, gap, left=ends - gap, color="white", alpha=0.5, label="gap" if fold.name == TEST else None)
            said = f"{len(fold.rows)}\n{int(fold.labels.sum())}"
            axes.text(begins + length / 2, number, said, ha="center", va="center", fontsize=7, color="white")
            begins = ends
    axes.xaxis_date()
    axes.invert_yaxis()
    axes.set_yticks(range(len(rolling.rounds)), [f"round {number}" for number in range(1, len(rolling.rounds) + 1)])
    left_out = sum(fold.late + fold.in_gap for fold in rolling.last)
    told = f"in each bar: inspections, and confirmed ones below; gap {gap} days, {left_out} left out of the last round"
    axes.set(title="Rounds, by day of the decision")
    axes.set_xlabel(told, fontsize=8)
    axes.tick_params(axis="x", labelsize=7)
    _legend_below(axes)


def _day_number(day: pd.Timestamp) -> int:
    """Give the number that matplotlib has for a day."""
    return (day - pd.Timestamp("1970-01-01")).days


def _reliability(axes: Axes, evaluation: Evaluation) -> None:
    """Share confirmed against mean score, in equal parts of the test rows of all rounds; of each audit group too, where that may be shown."""
    score = [part.mean_score for part in evaluation.reliability]
    found = [part.share for part in evaluation.reliability]
    top = max(*score, *found) * 1.1
    axes.plot([0, top], [0, top], color="grey", linestyle="--", linewidth=1, label="equal")
    axes.plot(score, found, marker="o", label="test rows")
    for group in evaluation.scrutiny.fairness.groups if evaluation.scrutiny else ():
        of = group.reliability
        if of:
            axes.plot([part.mean_score for part in of], [part.share for part in of], linewidth=1, alpha=0.7, label=group.name)
    for number, (x, y) in enumerate(zip(score, found, strict=True), start=1):
        axes.annotate(str(number), (x, y), textcoords="offset points", xytext=(-9, 6) if number % 2 else (5, -12), fontsize=8)
    counts = ", ".join(f"{n}: {part.positives} of {part.rows}" for n, part in enumerate(evaluation.reliability, start=1))
    of_whom, told = SPOKEN_OF[evaluation.calibrated_for]
    axes.set(title=f"Reliability: {of_whom}", xlabel=f"mean score\n{told}: {counts}", ylabel="share confirmed")
    axes.xaxis.label.set_fontsize(8)
    axes.legend(fontsize=8, loc="upper left")


def _legend_below(axes: Axes) -> None:
    """Put the legend outside the axes: within, it covers bars wherever there are many."""
    axes.figure.legend(fontsize=8, loc="outside lower center")


def _precision(axes: Axes, drawn: Drawn) -> None:
    """Share confirmed among the first part of the list of each round, for the model and its baselines."""
    scored, seed = drawn.scored, drawn.evaluation.seed
    base = float(scored.rows["label"].mean())
    share = np.arange(1, len(scored.rows) + 1) / len(scored.rows)
    for scorer in scored.scorers:
        precision = _running_precision(scorer, scored, seed=seed)
        axes.plot(share[FIRST_ROWS:], precision[FIRST_ROWS:], label=scorer.name, linewidth=2 if scorer.name == MODEL else 1)
    if drawn.evaluation.curves is not None:
        _interval(axes, drawn.evaluation.curves.curves[MODEL])
    axes.axvline(drawn.evaluation.capacity_share, color="grey", linestyle="--", linewidth=1, label="capacity")
    axes.axhline(base, color="grey", linewidth=1)
    axes.set(title="Precision and lift along the list", xlabel="share of the test rows of each round visited", ylabel="share confirmed")
    axes.secondary_yaxis("right", functions=(lambda y: np.asarray(y) / base, lambda y: np.asarray(y) * base)).set_ylabel("lift")
    axes.legend(fontsize=8)


def _interval(axes: Axes, curve: Curve) -> None:
    """Shade the 95 % interval of the model's precision, as far as there is one."""
    ends = [(point.share, point.precision.low, point.precision.high) for point in curve.points]
    known = [(share, low, high) for share, low, high in ends if low is not None and high is not None]
    if known:
        share, low, high = (np.array(values) for values in zip(*known, strict=True))
        axes.fill_between(share, low, high, color="grey", alpha=0.2, linewidth=0, label="95 % of the model")


def _running_precision(scorer: Scorer, scored: Scored, *, seed: int) -> Floats:
    """Share confirmed so far where every round's list is followed at the same pace."""
    labels, ties = scored.rows["label"].to_numpy(dtype=np.int8), tie_order(scored.rows, seed=seed)
    lists = order(scorer.scores, labels=labels, ties=ties, are_probabilities=False, fold=scored.fold).lists
    pace = np.concatenate([(np.arange(len(one.order)) + 0.5) / len(one.order) for one in lists])
    found = np.concatenate([one.labels for one in lists])[np.argsort(pace, kind="stable")]
    return np.asarray(np.cumsum(found) / np.arange(1, len(found) + 1))


def _groups(axes: Axes, evaluation: Evaluation) -> None:
    """Rates of each audit group with their intervals, side by side; one that is withheld has no point, and is named below."""
    fairness = None if evaluation.scrutiny is None else evaluation.scrutiny.fairness
    axes.set(title="For whom it may be wrong")
    if fairness is None or not fairness.groups:
        axes.text(0.5, 0.5, "no audit data: nothing can be shown", ha="center", transform=axes.transAxes)
        return
    for number, group in enumerate(fairness.groups):
        beside = (number - (len(fairness.groups) - 1) / 2) * BETWEEN_GROUPS
        known = [(at + beside, group.rates[m]) for at, m in enumerate(MEASURES) if m in group.rates]
        ends = [(x, e.value, e.value - e.low, e.high - e.value) for x, e in known if e.value is not None and e.low is not None and e.high is not None]
        x, value, below, above = np.array(ends).reshape(-1, 4).T
        axes.errorbar(x, value, yerr=np.maximum(0, [below, above]), fmt="o", capsize=3, label=group.name)
    axes.axhline(0, color="grey", linewidth=1)
    axes.set_xticks(range(len(MEASURES)), [m.replace("_", " ") for m in MEASURES], fontsize=8)
    hidden = "; ".join(f"{m.replace('_', ' ')}: {', '.join(names)}" for m, names in fairness.withheld.items())
    axes.set_xlabel(f"95 % intervals, later inspected addresses; not shown, of too few rows: {hidden or 'none'}", fontsize=8)
    _legend_below(axes)


def _contributions(axes: Axes, contributions: Floats, *, names: list[str]) -> None:
    """Mean size of each indicator's contribution over the test rows of the last round."""
    size = pd.Series(np.abs(contributions).mean(axis=0), index=names).nlargest(SHOWN_INDICATORS).iloc[::-1]
    axes.barh(size.index, size.to_numpy())
    axes.set(title="What moves the score", xlabel="mean absolute contribution, log-odds")
    axes.tick_params(axis="y", labelsize=7)
