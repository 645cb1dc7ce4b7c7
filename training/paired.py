"""Challenger and champion on the same later rows, in the same bootstrap replicates: of all inspected rows, and of the random arm alone.

The rows are those of the challenger's newest test period. What was decided before the champion's own test period began is left out, whether the
champion learned from it or not: which of those rows it held is not kept with it, and a row that it did learn from would flatter it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import numpy as np
import pandas as pd

from features.declared import Frozen
from training.bootstrap import Estimate
from training.evaluation import Evaluation, Measured, evaluate
from training.folds import TEST
from training.metrics import Floats
from training.release import Release
from training.sampling import random_arm
from training.scored import Scorer
from training.selection import Figure, selection

CHALLENGER, CHAMPION = "challenger", "champion"
BOTH = 2


class Paired(Frozen):
    """Figures of both on the same rows.

    Attributes
    ----------
    first_on, last_on : date
        First and last day on which a row was decided.
    rows, positives, clusters : int
        Rows, confirmed ones among them, and buildings.
    metrics : dict of dict of Estimate
        By ``challenger`` and ``champion``, then by metric.
    differences : dict of Estimate
        Challenger minus champion, by metric.
    """

    first_on: date
    last_on: date
    rows: int
    positives: int
    clusters: int
    replicates: int
    capacity_share: float
    metrics: dict[str, dict[str, Estimate]]
    differences: dict[str, Estimate]


class Arm(Frozen):
    """The random arm: the addresses of which it speaks, whether it is too few to act on, and figures weighted by the logged chance.

    Attributes
    ----------
    shares : dict of dict of Figure
        By ``challenger`` and ``champion``: base rate, precision, recall and lift with score intervals (`training.selection`).
    """

    population: str
    too_few: bool
    shares: dict[str, dict[str, Figure]]
    figures: Paired


def unlearned(test: pd.DataFrame, champion: Release) -> pd.DataFrame:
    """Give the rows that were decided on or after the day on which the champion's own test period began; index 0 to n - 1."""
    return test[test["as_of"] >= pd.Timestamp(learned_until(champion.evaluation))].reset_index(drop=True)


def learned_until(evaluation: Evaluation) -> date:
    """Give the day before which everything was decided that a model learned from or was calibrated on."""
    return max(fold.ends_on for fold in evaluation.folds if fold.name != TEST)


def compare(rows: pd.DataFrame, scores: Mapping[str, Floats], *, share: float, seed: int) -> Paired | None:
    """Measure both on the rows; None where one outcome is all there is.

    Parameters
    ----------
    rows : DataFrame of shape (n, k)
        Test rows: ``address_id``, ``as_of``, ``building_id`` and ``label``.
    scores : mapping of ndarray of shape (n,)
        Probabilities by `CHALLENGER` and `CHAMPION`, in that order.
    share : float
        Capacity as a share of the rows.
    seed : int
        Of the replicates and of the order among equal scores.
    """
    return _paired(rows, scores, share=share, seed=seed)


def on_random_arm(rows: pd.DataFrame, scores: Mapping[str, Floats], *, share: float, seed: int) -> Arm | str:
    """Measure both on the rows that were drawn by lot, each for as many addresses as the lot makes it; or say why that cannot be."""
    drawable = rows if {"propensity", "frame", "trigger"} <= set(rows.columns) else rows.assign(trigger=None, frame=None, propensity=np.nan)
    sample = random_arm(drawable)
    if isinstance(sample, str):
        return sample
    at, fold = sample.rows, np.zeros(len(rows), dtype=np.intp)
    counted = sample.weights / sample.weights.mean()
    figures = _paired(rows.iloc[at].reset_index(drop=True), {name: s[at] for name, s in scores.items()}, share=share, seed=seed, counted=counted)
    if figures is None:
        return f"the {len(at)} rows that were drawn at random are too few: all of them have the same outcome"
    answers = {name: selection(rows, s, fold=fold, share=share, seed=seed).by("random arm") for name, s in scores.items()}
    shares = {name: answer.figures for name, answer in answers.items() if answer is not None}
    too_few = any(found["precision_at_capacity"].too_few or found["base_rate"].too_few for found in shares.values())
    return Arm(population=sample.speaks_of, too_few=too_few, shares=shares, figures=figures)


def _paired(rows: pd.DataFrame, scores: Mapping[str, Floats], *, share: float, seed: int, counted: Floats | None = None) -> Paired | None:
    if rows["label"].nunique() < BOTH:
        return None
    scorers = [Scorer(name, scores[name], are_probabilities=True) for name in (CHALLENGER, CHAMPION)]
    found = evaluate(rows, scorers=scorers, share=share, seed=seed, counted=counted)
    return _record(found, rows)


def _record(found: Measured, rows: pd.DataFrame) -> Paired:
    return Paired(
        first_on=rows["as_of"].min().date(),
        last_on=rows["as_of"].max().date(),
        rows=found.rows,
        positives=found.positives,
        clusters=found.clusters,
        replicates=found.replicates,
        capacity_share=found.share,
        metrics=found.metrics,
        differences=found.differences[CHAMPION],
    )
