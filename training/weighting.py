"""Whom a round's calibration speaks of: every address of the theme's worklists where chances were logged, otherwise those like the inspected.

Inspected addresses were chosen by people. Where the theme draws its own worklists, each listed or drawn address has a logged chance of being
listed (`training.drawing`), and weighted by its inverse the inspected ones stand for all addresses of the frames. The line is weighted so only where
the calibration period holds enough of them to fit it and the test period enough to show how far it is off; a visit after a report has no chance
and never enters.

References
----------
Horvitz and Thompson, A generalization of sampling without replacement, JASA 47, 1952. Peduzzi et al., A simulation study of the number of events
per variable in logistic regression analysis, Journal of Clinical Epidemiology 49, 1996 (ten a parameter; a line has two).
Kish, Survey Sampling, 1965 (effective number of rows).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from training.folds import Folds
from training.metrics import Floats
from training.sampling import EVERY_ADDRESS, Sample, inverse_propensity, random_arm

ENOUGH = 20
"""Effective confirmed rows, and as many others, that a line of two parameters asks for: ten each."""
NOTHING = {"trigger": None, "frame": None, "propensity": np.nan}
"""Columns of a matrix from before there were worklists."""


@dataclass(frozen=True)
class Weighting:
    """How many addresses each row stands for, up to a factor; 0 for one that has no logged chance.

    Attributes
    ----------
    calibration, test : ndarray
        One per row of the calibration and of the test period.
    """

    calibration: Floats
    test: Floats


def to_cohort(folds: Folds) -> Weighting | str:
    """Give the weights of a round's calibration and test rows, or say why there are none.

    Parameters
    ----------
    folds : Folds
        Rows with ``trigger``, ``frame`` and ``propensity``, and ``frame_size`` and ``frame_listed`` where these were logged.
    """
    parts = list(folds)
    rows = pd.concat([fold.rows for fold in parts], ignore_index=True)
    number = np.repeat(np.arange(len(parts)), [len(fold.rows) for fold in parts])
    rows = rows.assign(**{name: value for name, value in NOTHING.items() if name not in rows})
    sample = inverse_propensity(rows, number)
    if isinstance(sample, str):
        drawn = random_arm(rows)
        if isinstance(drawn, str) or drawn.population != EVERY_ADDRESS:
            return sample
        sample = drawn
    weights = _spread(sample, len(rows))
    found = Weighting(*(weights[number == at] for at in (1, 2)))
    confirmed = folds.calibration.labels == 1
    counted = (effective(found.calibration[confirmed]), effective(found.calibration[~confirmed]))
    if min(counted) < ENOUGH or effective(found.test) < 2 * ENOUGH:
        return (
            f"with a logged chance there are {counted[0]:.0f} confirmed and {counted[1]:.0f} other effective rows to calibrate on and "
            f"{effective(found.test):.0f} to test on; it takes {ENOUGH}, {ENOUGH} and {2 * ENOUGH}"
        )
    return found


def effective(weights: Floats) -> float:
    """Give how many equally weighted rows would say as much.

    Examples
    --------
    >>> effective(np.array([1.0, 1.0, 0.0])), effective(np.array([])), effective(np.array([3.0, 1.0]))
    (2.0, 0.0, 1.6)
    """
    squares = float(weights @ weights)
    return float(weights.sum()) ** 2 / squares if squares else 0.0


def _spread(sample: Sample, rows: int) -> Floats:
    weights = np.zeros(rows)
    weights[sample.rows] = sample.weights
    return weights
