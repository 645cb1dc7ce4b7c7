"""How far a score is from what was found: equal parts of the rows by falling score, and the mean gap over them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from features.declared import Frozen
from training.bootstrap import REPLICATES, Estimate, distance, resample
from training.metrics import Floats, reliability_bins


class ReliabilityBin(Frozen):
    """A part of the test rows by falling score: how many were confirmed, against the mean score."""

    lowest: float
    highest: float
    mean_score: float
    rows: int
    positives: int


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


def calibration_gap(probabilities: Floats, labels: NDArray[np.int8], weights: Floats) -> Floats:
    """Give the expected calibration error over those parts, per replicate.

    Parameters
    ----------
    probabilities, labels : ndarray of shape (n,)
        Scores between 0 and 1, and outcomes; n is at least 1.
    weights : ndarray of shape (n, replicates)
        How often each row counts.

    Returns
    -------
    ndarray of shape (replicates,)
        Between 0 and 1; not a number in a replicate that drew no row.

    References
    ----------
    Naeini, Cooper and Hauskrecht, Obtaining well calibrated probabilities using Bayesian binning, 2015 (with parts of equal width).
    """
    order = np.argsort(-probabilities, kind="stable")
    off = (probabilities - labels)[order, None] * weights[order]
    starts = [part.start for part in reliability_bins(len(order))]
    total = weights.sum(axis=0)
    gap = np.abs(np.add.reduceat(off, starts, axis=0)).sum(axis=0)
    return np.asarray(np.divide(gap, total, out=np.full_like(gap, np.nan), where=total > 0))


def weighted_gap(probabilities: Floats, labels: NDArray[np.int8], weights: Floats, *, cluster: NDArray[np.intp], seed: int) -> Estimate:
    """Give the expected calibration error of rows that stand for more than themselves, with its interval by whole buildings.

    Parameters
    ----------
    probabilities, labels, weights : ndarray of shape (n,)
        Scores, outcomes, and how many addresses each row stands for; a row of weight 0 does not count.
    cluster : ndarray of int, shape (n,)
        Number of the building of each row.
    seed : int
        Of the replicates.
    """
    counted = np.flatnonzero(weights > 0)
    scores, outcomes, counts = probabilities[counted], labels[counted], weights[counted, None]
    buildings = np.unique(cluster[counted], return_inverse=True)[1]
    drawn = [calibration_gap(scores, outcomes, counts * times) for times in resample(buildings, replicates=REPLICATES, seed=seed)]
    return distance(calibration_gap(scores, outcomes, counts), np.concatenate(drawn))
