"""Calibration: a straight line in log-odds, fitted on a later fold than the model.

A line with a slope above 0 keeps the order of the addresses and lets every reason scale with it, so that the score stays
the sum of its reasons (DESIGN rule 5). A more supple curve would break both.

References
----------
Platt, Probabilistic outputs for support vector machines, 1999; the smoothed targets are his equation 2, counted over the effective number
of rows where these are weighted (Kish, Survey sampling, 1965).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from training.model import Floats, probability
from training.release_card import Population

# A slope this low already says that the model orders the fold hardly better than chance; a gate will say so too.
MINIMUM_SLOPE = 0.01


@dataclass(frozen=True)
class Line:
    """Calibrated log-odds are ``slope`` times the margin plus ``intercept``; ``population`` says among which addresses."""

    slope: float
    intercept: float
    population: Population = "inspected"

    def apply(self, margins: Floats) -> Floats:
        """Give calibrated probabilities."""
        return probability(self.slope * margins + self.intercept)


def fit(margins: Floats, *, labels: NDArray[np.int8], weights: Floats | None = None, offset: Floats | None = None) -> Line:
    """Fit the line by maximum likelihood, its slope at least `MINIMUM_SLOPE`; it is said to be that of addresses like those inspected.

    Parameters
    ----------
    margins : ndarray of shape (n,)
        Raw log-odds of the calibration rows.
    labels : ndarray of shape (n,)
        0 or 1; both occur among the rows that weigh something.
    weights : ndarray of shape (n,), optional
        How many addresses each row stands for, up to a factor, at least 0 and not all 0; otherwise each row stands for itself.
    offset : ndarray of shape (n,), optional
        Log-odds of each row that are not the address's, and for which the line need not answer (`training.team_effects`).

    Examples
    --------
    A model that is twice too sure of itself is halved.

    >>> random = np.random.default_rng(1)
    >>> truth = random.normal(size=100_000)
    >>> labels = (random.random(100_000) < probability(truth)).astype(np.int8)
    >>> line = fit(2 * truth, labels=labels)
    >>> round(line.slope, 1), abs(round(line.intercept, 1))
    (0.5, 0.0)
    """
    weight = np.ones(len(labels)) if weights is None else weights * (weights.sum() / (weights @ weights))
    rows, positives = float(weight.sum()), float(weight @ labels)
    targets = np.where(labels == 1, (positives + 1) / (positives + 2), 1 / (rows - positives + 2))
    center, scale = float(margins.mean()), float(margins.std()) or 1.0
    standard, given = (margins - center) / scale, np.zeros(len(labels)) if offset is None else offset

    def loss(line: Floats) -> tuple[float, Floats]:
        log_odds = line[0] * standard + line[1] + given
        error = probability(log_odds) - targets
        value = weight @ (np.logaddexp(0, log_odds) - targets * log_odds) / rows
        return float(value), np.array([weight @ (error * standard), weight @ error]) / rows

    mean = float(weight @ targets) / rows
    base = float(np.log(mean / (1 - mean)))
    found = minimize(loss, x0=np.array([scale, base]), jac=True, method="L-BFGS-B", bounds=[(MINIMUM_SLOPE * scale, None), (None, None)])
    slope = float(found.x[0] / scale)
    return Line(slope=slope, intercept=float(found.x[1] - slope * center))
