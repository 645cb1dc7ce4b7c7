"""What a model and its baselines do on later rows that neither has seen, each figure with its interval.

Differences are paired: both scorers are measured in the same replicates.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.declared import Frozen
from training.bootstrap import REPLICATES, Estimate, clusters, distance, estimate, resample
from training.folds import FoldSummary
from training.metrics import Floats, Ranked, measure, rank, reliability_bins, tie_order
from training.scored import Scorer

DISTANCES = frozenset({"calibration_gap"})


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
