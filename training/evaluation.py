"""What a model and its baselines do on later rows that neither has seen, each figure with its interval.

The interval is a bootstrap over buildings, not over rows: homes in one building share their events, so rows of one
building are one observation. Differences are paired: both scorers are measured in the same replicates.

References
----------
Efron and Tibshirani, An Introduction to the Bootstrap, 1993 (percentile interval); Davison and Hinkley, 1997 (clusters).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.declared import Frozen
from training.metrics import Floats, Ranked, measure, rank, reliability_bins, tie_order

REPLICATES = 1000
INTERVAL_PERCENT = 95
# An interval over the few replicates in which a metric happens to exist would flatter it.
MINIMUM_DEFINED_SHARE = 0.95
DISTANCES = frozenset({"calibration_gap"})
CELLS_AT_ONCE = 2_000_000
MODEL = "model"
RANDOM = "random"
REPORTS = "number of reports"
LOGISTIC_REGRESSION = "logistic regression"
NO_SOURCE = "the theme may not read reports"
"""Why a baseline is absent without a gate: whoever may not read reports cannot order by them either."""


class Estimate(Frozen):
    """A figure with its 95 % interval; None where it is not defined or the rows are too few for an interval."""

    value: float | None
    low: float | None
    high: float | None


class FoldSummary(Frozen):
    """One fold as it was used: first and last ``as_of``, rows, confirmed ones, and rows left out because their outcome came too late."""

    name: str
    first_on: date
    last_on: date
    ends_on: date
    rows: int
    positives: int
    outcome_too_late: int


class ReliabilityBin(Frozen):
    """A part of the test rows by falling score: how many were confirmed, against the mean score."""

    lowest: float
    highest: float
    mean_score: float
    rows: int
    positives: int


class Evaluation(Frozen):
    """Everything measured on the test fold.

    Attributes
    ----------
    population : str
        Which rows the figures speak of.
    capacity_share : float
        Capacity as a share of the test rows.
    metrics : dict of dict of Estimate
        By scorer (``model`` and the baselines), then by metric.
    differences : dict of dict of Estimate
        Model minus baseline, paired, by baseline and metric.
    absent_baselines : dict of str
        Baselines that could not be computed, with the reason; a gate blocks for each but `NO_SOURCE`.
    """

    population: str
    rows: int
    positives: int
    clusters: int
    replicates: int
    seed: int
    capacity_share: float
    folds: tuple[FoldSummary, ...]
    metrics: dict[str, dict[str, Estimate]]
    differences: dict[str, dict[str, Estimate]]
    absent_baselines: dict[str, str]
    reliability: tuple[ReliabilityBin, ...]


@dataclass(frozen=True)
class Scorer:
    """Scores of the test rows by one way of ordering them, in row order; ``are_probabilities`` allows Brier and calibration."""

    name: str
    scores: Floats
    are_probabilities: bool


@dataclass(frozen=True)
class Measured:
    """What `evaluate` gives: estimates by scorer and metric, paired differences by baseline and metric, and over what."""

    metrics: dict[str, dict[str, Estimate]]
    differences: dict[str, dict[str, Estimate]]
    clusters: int
    replicates: int
    seed: int
    share: float

    def told(self, *, folds: tuple[FoldSummary, ...], absent_baselines: dict[str, str], reliability: tuple[ReliabilityBin, ...]) -> Evaluation:
        """Give the record of it; the last of the folds is the one that was measured."""
        test = folds[-1]
        return Evaluation(
            population=f"inspected addresses with a known outcome, decided from {test.first_on} to {test.last_on}",
            rows=test.rows,
            positives=test.positives,
            clusters=self.clusters,
            replicates=self.replicates,
            seed=self.seed,
            capacity_share=self.share,
            folds=folds,
            metrics=self.metrics,
            differences=self.differences,
            absent_baselines=absent_baselines,
            reliability=reliability,
        )


def evaluate(rows: pd.DataFrame, *, scorers: list[Scorer], share: float, seed: int, replicates: int = REPLICATES) -> Measured:
    """Measure every scorer on the same rows and in the same replicates.

    Parameters
    ----------
    rows : DataFrame
        The test rows: ``address_id``, ``as_of``, ``building_id`` and ``label``.
    scorers : list of Scorer
        The model first; the others are its baselines.
    share : float
        Capacity as a share of the rows.
    seed : int
        Of the replicates and of the order among equal scores.
    replicates : int
        Number of bootstrap replicates.
    """
    labels = rows["label"].to_numpy(dtype=np.int8)
    ties = tie_order(rows, seed=seed)
    ranked = {scorer.name: rank(scorer.scores, labels=labels, ties=ties, are_probabilities=scorer.are_probabilities) for scorer in scorers}
    cluster = clusters(rows)
    plain = _all(ranked, np.ones((len(rows), 1)), share=share)
    drawn = [_all(ranked, weights, share=share) for weights in resample(cluster, replicates=replicates, seed=seed)]
    spread = {name: {metric: np.concatenate([part[name][metric] for part in drawn]) for metric in plain[name]} for name in ranked}
    model, *others = ranked
    return Measured(
        metrics={name: {metric: _estimated(metric, plain[name][metric], spread[name][metric]) for metric in plain[name]} for name in ranked},
        differences={
            name: {
                metric: estimate(plain[model][metric] - plain[name][metric], spread[model][metric] - spread[name][metric]) for metric in plain[name]
            }
            for name in others
        },
        clusters=int(cluster.max()) + 1,
        replicates=replicates,
        seed=seed,
        share=share,
    )


def clusters(rows: pd.DataFrame) -> NDArray[np.intp]:
    """Number the buildings; an address without one is a cluster of its own."""
    building = rows["building_id"].where(rows["building_id"].notna() & (rows["building_id"] != ""))
    names = building.map("building {}".format, na_action="ignore").fillna(rows["address_id"].map("address {}".format))
    return np.asarray(pd.factorize(names)[0], dtype=np.intp)


def resample(cluster: NDArray[np.intp], *, replicates: int, seed: int) -> Iterator[Floats]:
    """Draw whole clusters with replacement; give weights of shape (n, some replicates), a block at a time to bound memory."""
    draw = np.random.default_rng(seed)
    count = int(cluster.max()) + 1
    block = max(1, CELLS_AT_ONCE // len(cluster))
    for first in range(0, replicates, block):
        size = min(block, replicates - first)
        drawn = draw.integers(0, count, size=(size, count)) * size + np.arange(size)[:, None]
        times = np.bincount(drawn.ravel(), minlength=size * count).reshape(count, size)
        yield times.astype(np.float64)[cluster]


def estimate(value: Floats, spread: Floats) -> Estimate:
    """Give a figure with its percentile interval over the replicates."""
    plain = None if np.isnan(value[0]) else float(value[0])
    defined = spread[~np.isnan(spread)]
    if plain is None or len(defined) < MINIMUM_DEFINED_SHARE * len(spread):
        return Estimate(value=plain, low=None, high=None)
    tail = (100 - INTERVAL_PERCENT) / 2
    low, high = np.percentile(defined, [tail, 100 - tail])
    return Estimate(value=plain, low=float(low), high=float(high))


def distance(value: Floats, spread: Floats) -> Estimate:
    """Give a mean distance with its interval, corrected for what noise alone adds to it.

    A replicate is noisier than the rows it was drawn from, and noise only ever adds to a distance: the plain interval of a
    perfectly calibrated model lies wholly above 0. Its upper end is lowered by the bias that the replicates show, which leaves
    it on the safe side; its lower end by twice that, for the figure itself carries the bias once.
    """
    plain = estimate(value, spread)
    if plain.value is None or plain.low is None or plain.high is None:
        return plain
    bias = max(0.0, float(np.nanmean(spread)) - plain.value)
    return Estimate(value=plain.value, low=min(plain.value, max(0.0, plain.low - 2 * bias)), high=max(plain.value, plain.high - bias))


def _estimated(metric: str, value: Floats, spread: Floats) -> Estimate:
    return distance(value, spread) if metric in DISTANCES else estimate(value, spread)


def reliability(probabilities: Floats, labels: NDArray[np.int8]) -> tuple[ReliabilityBin, ...]:
    """Give what was found in equal parts of the rows, highest scores first."""
    order = np.argsort(-probabilities, kind="stable")
    scores, outcomes = probabilities[order], labels[order]
    return tuple(
        ReliabilityBin(
            lowest=float(scores[part].min()),
            highest=float(scores[part].max()),
            mean_score=float(scores[part].mean()),
            rows=len(scores[part]),
            positives=int(outcomes[part].sum()),
        )
        for part in reliability_bins(len(scores))
    )


def _all(ranked: Mapping[str, Ranked], weights: Floats, *, share: float) -> dict[str, dict[str, Floats]]:
    return {name: measure(scored, weights, share=share) for name, scored in ranked.items()}
