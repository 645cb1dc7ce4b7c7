"""Pictures of a training run: the folds, reliability, precision and lift along the list, and what the model uses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from training.evaluation import Evaluation
from training.folds import Folds
from training.metrics import Floats, rank, tie_order
from training.scored import MODEL, Scorer

SHOWN_INDICATORS = 20
SIZE, DOTS_PER_INCH = (7.0, 4.5), 110
# Shares of confirmed inspections over the first few rows say nothing.
FIRST_ROWS = 10


@dataclass(frozen=True)
class Drawn:
    """What the pictures are drawn from; ``contributions`` is after calibration, shape (test rows, indicators)."""

    evaluation: Evaluation
    folds: Folds
    scorers: list[Scorer]
    contributions: Floats
    names: list[str]


def draw(folder: Path, drawn: Drawn) -> None:
    """Write the four pictures as PNG into a folder that is there."""
    pictures: dict[str, Callable[[Axes], None]] = {
        "folds": lambda axes: _folds(axes, drawn.folds),
        "reliability": lambda axes: _reliability(axes, drawn.evaluation),
        "precision_and_lift": lambda axes: _precision(axes, drawn),
        "contributions": lambda axes: _contributions(axes, drawn.contributions, names=drawn.names),
    }
    for name, picture in pictures.items():
        figure = Figure(figsize=SIZE, dpi=DOTS_PER_INCH, layout="constrained")
        picture(figure.add_subplot())
        figure.savefig(folder / f"{name}.png")


def _folds(axes: Axes, folds: Folds) -> None:
    """Rows per quarter, each fold its own colour."""
    rows = pd.concat([fold.rows[["as_of", "label"]].assign(fold=fold.name) for fold in folds])
    rows["quarter"] = rows["as_of"].dt.to_period("Q").astype(str)
    sizes = rows.pivot_table(index="quarter", columns="fold", values="label", aggfunc="size", fill_value=0)
    bottom = np.zeros(len(sizes))
    for fold in folds:
        size = sizes[fold.name].to_numpy(dtype=np.float64)
        label = f"{fold.name}: {len(fold.rows)} rows, {int(fold.labels.sum())} confirmed, {fold.late} with an outcome too late"
        axes.bar(list(sizes.index), size, bottom=bottom, label=label)
        bottom = bottom + size
    confirmed = rows.groupby("quarter")["label"].sum()
    axes.plot(list(confirmed.index), confirmed.to_numpy(), color="black", marker="o", markersize=3, linewidth=1, label="confirmed")
    axes.set(title="Folds, by quarter of the decision", ylabel="inspections")
    axes.tick_params(axis="x", rotation=90, labelsize=7)
    _legend_below(axes)


def _reliability(axes: Axes, evaluation: Evaluation) -> None:
    """Share confirmed against mean score, in equal parts of the test rows."""
    score = [part.mean_score for part in evaluation.reliability]
    found = [part.positives / part.rows for part in evaluation.reliability]
    top = max(*score, *found) * 1.1
    axes.plot([0, top], [0, top], color="grey", linestyle="--", linewidth=1, label="equal")
    axes.plot(score, found, marker="o", label="test rows")
    for number, (x, y) in enumerate(zip(score, found, strict=True), start=1):
        axes.annotate(str(number), (x, y), textcoords="offset points", xytext=(-9, 6) if number % 2 else (5, -12), fontsize=8)
    counts = ", ".join(f"{n}: {part.positives} of {part.rows}" for n, part in enumerate(evaluation.reliability, start=1))
    axes.set(title="Reliability", xlabel=f"mean score\nconfirmed, of the rows of each part: {counts}", ylabel="share confirmed")
    axes.xaxis.label.set_fontsize(8)
    axes.legend(fontsize=8, loc="upper left")


def _legend_below(axes: Axes) -> None:
    """Put the legend outside the axes: within, it covers bars wherever there are many."""
    axes.figure.legend(fontsize=8, loc="outside lower center")


def _precision(axes: Axes, drawn: Drawn) -> None:
    """Share confirmed among the first part of the list, for the model and its baselines."""
    rows = drawn.folds.test.rows
    labels = drawn.folds.test.labels
    base = float(labels.mean())
    share = np.arange(1, len(rows) + 1) / len(rows)
    for scorer in drawn.scorers:
        precision = _running_precision(scorer, rows, labels=labels, seed=drawn.evaluation.seed)
        axes.plot(share[FIRST_ROWS:], precision[FIRST_ROWS:], label=scorer.name, linewidth=2 if scorer.name == MODEL else 1)
    axes.axvline(drawn.evaluation.capacity_share, color="grey", linestyle="--", linewidth=1, label="capacity")
    axes.axhline(base, color="grey", linewidth=1)
    axes.set(title="Precision and lift along the list", xlabel="share of the test rows visited", ylabel="share confirmed")
    axes.secondary_yaxis("right", functions=(lambda y: np.asarray(y) / base, lambda y: np.asarray(y) * base)).set_ylabel("lift")
    axes.legend(fontsize=8)


def _running_precision(scorer: Scorer, rows: pd.DataFrame, *, labels: NDArray[np.int8], seed: int) -> Floats:
    ranked = rank(scorer.scores, labels=labels, ties=tie_order(rows, seed=seed), are_probabilities=False)
    return np.asarray(np.cumsum(ranked.labels) / np.arange(1, len(rows) + 1))


def _contributions(axes: Axes, contributions: Floats, *, names: list[str]) -> None:
    """Mean size of each indicator's contribution over the test rows."""
    size = pd.Series(np.abs(contributions).mean(axis=0), index=names).nlargest(SHOWN_INDICATORS).iloc[::-1]
    axes.barh(size.index, size.to_numpy())
    axes.set(title="What moves the score", xlabel="mean absolute contribution, log-odds")
    axes.tick_params(axis="y", labelsize=7)
