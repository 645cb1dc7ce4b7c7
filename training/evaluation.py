"""What a model and its baselines do on later rows that neither has seen, each figure with its interval.

Differences are paired: both scorers are measured in the same replicates.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.declared import Frozen
from training.bootstrap import REPLICATES, Estimate, clusters, distance, estimate, resample
from training.chances import Chances
from training.curve import Curves, curves
from training.folds import Folds, FoldSummary, Rolling
from training.metrics import Floats, Ordered, measure, order, tie_order
from training.objective import Objective
from training.release_card import Population
from training.reliability import ReliabilityBin, reliability, weighted_gap
from training.scored import Scored, Scorer
from training.scrutiny import Scrutiny
from training.selection import Selection, selection
from training.stability import Stability
from training.team_record import TeamRecord
from training.timing import Timing, days_earlier
from training.tuned import Tuning

Figures = dict[str, dict[str, Floats]]
DISTANCES = frozenset({"calibration_gap"})


class Part(Frozen):
    """Figures over a part of the test rows, capacity being the same share of that part; by scorer, then by metric."""

    rows: int
    positives: int
    clusters: int
    metrics: dict[str, dict[str, Estimate]]
    differences: dict[str, dict[str, Estimate]]


class Round(Frozen):
    """One round: its folds, and the figures of its own test period alone."""

    folds: tuple[FoldSummary, ...]
    figures: Part


class Evaluation(Frozen):
    """Everything measured on the test periods of all rounds.

    Attributes
    ----------
    population : str
        Which rows the figures speak of.
    objective : {"binary", "ranking"}
        What the model's trees were fitted for.
    calibrated_for : {"inspected", "cohort"}
        Of whom the model's ``calibration_gap`` and ``reliability`` speak, those of each audit group too; with cohort, ``calibration_gap_inspected``
        is the plain one.
    rows, positives, clusters : int
        Test rows of all rounds, confirmed ones among them, and buildings.
    capacity_share : float
        Capacity as a share of the test rows of each round.
    folds : tuple of FoldSummary
        Of the last round, whose model this is.
    gap_days : int
        Days before the end of a fold from which nothing is learned.
    tuning : Tuning, optional
        What a search found in each round; None where the parameters are those that ship.
    rounds : tuple of Round
        Each round by itself, in the order of time.
    metrics : dict of dict of Estimate
        By scorer (``model`` and the baselines), then by metric, over all rounds.
    differences : dict of dict of Estimate
        Model minus baseline, paired, by baseline and metric.
    never_visited : Part, optional
        Over the rows at addresses of which no earlier inspection is known.
    curves : Curves, optional
        Lists of every length, by scorer.
    selection : Selection, optional
        Figures of the model for every population of which the labels can speak.
    timing : Timing, optional
        Days earlier than the real order.
    stability : Stability, optional
        How much of the list of the last round stays.
    absent_baselines : dict of str
        Baselines that could not be computed, with the reason; a gate blocks for each but those of `gates.WITHOUT_GATE`.
    scrutiny : Scrutiny, optional
        For whom the model may be wrong, and what it stands on; a gate blocks where it is absent.
    team : TeamRecord, optional
        What was done in the last round about who inspected.
    chances : Chances, optional
        Inspections of the whole matrix that name a frame, held against the lists that Schouw drew; None where they were not.
    """

    population: str
    objective: Objective = "binary"
    calibrated_for: Population = "inspected"
    rows: int
    positives: int
    clusters: int
    replicates: int
    seed: int
    capacity_share: float
    folds: tuple[FoldSummary, ...]
    gap_days: int = 0
    tuning: Tuning | None = None
    rounds: tuple[Round, ...] = ()
    metrics: dict[str, dict[str, Estimate]]
    differences: dict[str, dict[str, Estimate]]
    never_visited: Part | None = None
    curves: Curves | None = None
    selection: Selection | None = None
    timing: Timing | None = None
    stability: Stability | None = None
    absent_baselines: dict[str, str]
    reliability: tuple[ReliabilityBin, ...]
    scrutiny: Scrutiny | None = None
    team: TeamRecord | None = None
    chances: Chances | None = None


@dataclass(frozen=True)
class Measured:
    """What `evaluate` gives: estimates by scorer and metric, paired differences by baseline and metric, and over what."""

    metrics: dict[str, dict[str, Estimate]]
    differences: dict[str, dict[str, Estimate]]
    rows: int
    positives: int
    clusters: int
    replicates: int
    seed: int
    share: float

    @property
    def part(self) -> Part:
        """The figures, for the record."""
        return Part(rows=self.rows, positives=self.positives, clusters=self.clusters, metrics=self.metrics, differences=self.differences)


def assess(scored: Scored, rolling: Rolling, *, unseen: NDArray[np.bool_], share: float, seed: int, absent_baselines: dict[str, str],
           cohort: Floats | None = None, listed: pd.DataFrame | None = None) -> Evaluation:  # fmt: skip
    """Measure all rounds together, each by itself, and the addresses that were never visited.

    Parameters
    ----------
    scored : Scored
    rolling : Rolling
        The folds that it was made in.
    unseen : ndarray of bool, shape (n,)
        Rows at addresses without an earlier inspection.
    share : float
        Capacity as a share of the rows.
    seed : int
        Of the replicates and of the order among equal scores.
    absent_baselines : dict of str
        As in `Evaluation`.
    cohort : ndarray of shape (n,), optional
        How many addresses of the cohort each row stands for, where the line of the last round is that of the cohort.
    listed : DataFrame, optional
        The cohort of today by the model of the last round, ``address_id`` and ``score``: for bounds.
    """

    def over(part: Scored) -> Measured:
        return evaluate(part.rows, scorers=part.scorers, share=share, seed=seed, fold=part.fold)

    everything, model = over(scored), scored.scorers[0]
    first, last = scored.rows["as_of"].min().date(), scored.rows["as_of"].max().date()
    return Evaluation(
        population=f"inspected addresses with a known outcome, decided from {first} to {last}",
        rows=everything.rows,
        positives=everything.positives,
        clusters=everything.clusters,
        replicates=everything.replicates,
        seed=seed,
        capacity_share=share,
        folds=_summaries(rolling.last),
        gap_days=rolling.gap_days,
        rounds=tuple(
            Round(folds=_summaries(folds), figures=over(scored.only(scored.fold == number)).part) for number, folds in enumerate(rolling.rounds)
        ),
        metrics=everything.metrics if cohort is None else _of_cohort(everything.metrics, scored, cohort, seed=seed),
        calibrated_for="inspected" if cohort is None else "cohort",
        differences=everything.differences,
        never_visited=over(scored.only(unseen)).part if unseen.any() else None,
        **_beside(scored, share=share, seed=seed, listed=listed),
        absent_baselines=absent_baselines,
        reliability=reliability(model.scores, scored.rows["label"].to_numpy(dtype=np.int8), weights=cohort),
    )


def _of_cohort(metrics: dict[str, dict[str, Estimate]], scored: Scored, weights: Floats, *, seed: int) -> dict[str, dict[str, Estimate]]:
    """Let the model's calibration gap speak of the addresses that its line speaks of, and keep the plain one beside it."""
    model, labels = scored.scorers[0], scored.rows["label"].to_numpy(dtype=np.int8)
    gap = weighted_gap(model.scores, labels, weights, cluster=clusters(scored.rows), seed=seed)
    plain = metrics[model.name]
    return {**metrics, model.name: {**plain, "calibration_gap": gap, "calibration_gap_inspected": plain["calibration_gap"]}}


def _beside(scored: Scored, *, share: float, seed: int, listed: pd.DataFrame | None) -> dict[str, Any]:
    """Give what stands beside the figures: lists of every length, of whom the figures speak, and how early."""
    rows, fold, scores = scored.rows, scored.fold, scored.scorers[0].scores
    return {
        "curves": curves(rows, scorers=scored.scorers, fold=fold, share=share, seed=seed),
        "selection": selection(rows, scores, fold=fold, share=share, seed=seed, cohort=listed),
        "timing": days_earlier(rows, scores, fold=fold, seed=seed),
    }


def evaluate(
    rows: pd.DataFrame,
    *,
    scorers: list[Scorer],
    share: float,
    seed: int,
    replicates: int = REPLICATES,
    fold: NDArray[np.intp] | None = None,
    counted: Floats | None = None,
) -> Measured:
    """Measure every scorer on the same rows and in the same replicates.

    Parameters
    ----------
    rows : DataFrame of shape (n, k)
        The test rows: ``address_id``, ``as_of``, ``building_id`` and ``label``.
    scorers : list of Scorer
        The model first; the others are its baselines.
    share : float
        Capacity as a share of the rows of each fold.
    seed : int
        Of the replicates and of the order among equal scores.
    replicates : int
        Number of bootstrap replicates.
    fold : ndarray of int, shape (n,), optional
        Number of the test period of each row: scores are compared within it only. Otherwise there is one.
    counted : ndarray of shape (n,), optional
        For how many rows each stands, one on average; otherwise each for itself.
    """
    labels = rows["label"].to_numpy(dtype=np.int8)
    ties, cluster = tie_order(rows, seed=seed), clusters(rows)
    within = np.zeros(len(rows), dtype=np.intp) if fold is None else fold
    ordered = {
        scorer.name: order(scorer.scores, labels=labels, ties=ties, are_probabilities=scorer.are_probabilities, fold=within) for scorer in scorers
    }
    once = np.ones((len(rows), 1)) if counted is None else counted[:, None]
    plain = _all(ordered, once, share=share)
    drawn = [_all(ordered, weights * once, share=share) for weights in resample(cluster, replicates=replicates, seed=seed)]
    spread = {name: {metric: np.concatenate([part[name][metric] for part in drawn]) for metric in plain[name]} for name in ordered}
    return Measured(
        metrics={name: {metric: _estimated(metric, plain[name][metric], spread[name][metric]) for metric in plain[name]} for name in ordered},
        differences=_differences(plain, spread),
        rows=len(rows),
        positives=int(labels.sum()),
        clusters=int(cluster.max()) + 1,
        replicates=replicates,
        seed=seed,
        share=share,
    )


def _differences(plain: Figures, spread: Figures) -> dict[str, dict[str, Estimate]]:
    """Give the first scorer minus each other one, in the same replicates."""
    model, *others = plain

    def minus(name: str, metric: str) -> Estimate:
        return estimate(plain[model][metric] - plain[name][metric], spread[model][metric] - spread[name][metric])

    return {name: {metric: minus(name, metric) for metric in plain[name] if metric in plain[model]} for name in others}


def _summaries(folds: Folds) -> tuple[FoldSummary, ...]:
    return tuple(fold.summary for fold in folds)


def _estimated(metric: str, value: Floats, spread: Floats) -> Estimate:
    return distance(value, spread) if metric in DISTANCES else estimate(value, spread)


def _all(ordered: Mapping[str, Ordered], weights: Floats, *, share: float) -> Figures:
    return {name: measure(lists, weights, share=share) for name, lists in ordered.items()}
