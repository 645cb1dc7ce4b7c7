"""How far a score is from what was found: equal parts of the rows by falling score, and the mean gap over them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from features.declared import Frozen
from training.bootstrap import REPLICATES, Estimate, distance, resample
from training.metrics import Floats, reliability_bins


class ReliabilityBin(Frozen):
    """A part of the test rows by falling score: how many were confirmed, against the mean score.

    Attributes
    ----------
    lowest, highest, mean_score : float
        Scores; the mean is weighted where rows stand for more than themselves.
    rows, positives : int
        Inspections, each counted once.
    weighted_share : float, optional
        Share confirmed of the addresses that the rows stand for; None where each stands for itself.
    """

    lowest: float
    highest: float
    mean_score: float
    rows: int
    positives: int
    weighted_share: float | None = None

    @property
    def share(self) -> float:
        """Share confirmed, of whoever the mean score is of."""
        return self.positives / self.rows if self.weighted_share is None else self.weighted_share


def reliability(probabilities: Floats, labels: NDArray[np.int8], *, weights: Floats | None = None) -> tuple[ReliabilityBin, ...]:
    """Give what was found in parts of equally many rows, highest scores first.

    Parameters
    ----------
    probabilities, labels : ndarray of shape (n,)
    weights : ndarray of shape (n,), optional
        How many addresses each row stands for; a row of weight 0 is in no part. Otherwise each row stands for itself.
    """
    counted = np.arange(len(labels)) if weights is None else np.flatnonzero(weights > 0)
    order = counted[np.argsort(-probabilities[counted], kind="stable")]
    scores, outcomes, counts = probabilities[order], labels[order], None if weights is None else weights[order]
    return tuple(
        ReliabilityBin(
            lowest=float(scores[part].min()),
            highest=float(scores[part].max()),
            mean_score=float(scores[part].mean() if counts is None else np.average(scores[part], weights=counts[part])),
            rows=len(scores[part]),
            positives=int(outcomes[part].sum()),
            weighted_share=None if counts is None else float(np.average(outcomes[part], weights=counts[part])),
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
