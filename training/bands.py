"""What was seen at each height of the score: k of n inspected addresses confirmed, on rows that came after all that was learned.

A band is made of equal parts of the later scores, and the highest tenth apart, where lists are made. Homes of one building are not as
many observations as rows, so the exact interval is taken over the effective number of rows: the rows divided by the design effect of
the buildings, at least 1.

References
----------
Clopper and Pearson, The use of confidence or fiducial limits, 1934; Korn and Graubard, Confidence intervals for proportions with small
expected number of positive counts estimated from survey data, 1998 (the effective number of rows).
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from pydantic import Field
from scipy.stats import beta

from features.declared import Frozen
from training.bootstrap import INTERVAL_PERCENT, Estimate
from training.metrics import Floats

CUTS = (0.2, 0.4, 0.6, 0.8, 0.9)
"""Shares of the rows at which a band ends; assumed: fifths, and the highest in two, as few lists reach further."""
MINIMUM_ROWS = 10
"""Fewest rows of a band that is told (rule of thumb: Bond, Brandt and de Wolf, Eurostat DwB, 2015)."""


class Band(Frozen):
    """Scores from ``above`` up to ``upto``, and what inspections of such addresses found.

    Attributes
    ----------
    above, upto : float
        A score belongs here where ``above <= score < upto``; the last band holds 1 too.
    inspected, confirmed : int
    share : Estimate
        Confirmed as a share of the inspected, with its exact 95 % interval; not defined where fewer than ten were inspected.
    """

    above: float = Field(ge=0, le=1)
    upto: float = Field(ge=0, le=1)
    inspected: int
    confirmed: int
    share: Estimate


def bands(probabilities: Floats, labels: NDArray[np.int8], *, cluster: NDArray[np.intp]) -> tuple[Band, ...]:
    """Give what was seen in each band, lowest first; together they cover 0 to 1.

    Parameters
    ----------
    probabilities, labels : ndarray of shape (n,)
        Scores and outcomes of later rows; n is at least 1.
    cluster : ndarray of int, shape (n,)
        Number of the building of each row.
    """
    inner = [float(edge) for edge in np.unique(np.quantile(probabilities, CUTS)) if 0 < edge < 1]
    edges = [0.0, *inner, 1.0]
    number = np.searchsorted(inner, probabilities, side="right")
    return tuple(_band(above, upto, labels[number == at], cluster[number == at]) for at, (above, upto) in enumerate(pairwise(edges)))


def band_of(score: float, told: tuple[Band, ...]) -> Band:
    """Give the band of a score.

    Examples
    --------
    >>> told = bands(np.linspace(0, 1, 100), np.tile(np.array([0, 1], dtype=np.int8), 50), cluster=np.arange(100))
    >>> band_of(0.95, told).inspected, band_of(1.0, told).inspected, band_of(0.0, told).inspected
    (10, 10, 20)
    """
    return next((band for band in told if score < band.upto), told[-1])


def effective_rows(labels: NDArray[np.int8], cluster: NDArray[np.intp]) -> float:
    """Give how many rows that are drawn one by one would say as much as these, of which some share a building.

    Rows divided by the variance of their mean between buildings over the variance that single rows would have, and never more than the rows.

    Examples
    --------
    Each row twice in a building of its own says half as much.

    >>> once = np.arange(400) % 4 == 0
    >>> round(effective_rows(np.repeat(once, 2).astype(np.int8), np.repeat(np.arange(400), 2)))
    399
    """
    rows, mean = len(labels), float(labels.mean())
    _, place = np.unique(cluster, return_inverse=True)
    count = int(place.max()) + 1
    if mean in (0.0, 1.0) or count < 2:
        return float(count)
    off = np.bincount(place, weights=labels - mean)
    between = count / (count - 1) * float(off @ off) / rows**2
    return min(float(rows), mean * (1 - mean) / between)


def exact(confirmed: float, rows: float) -> tuple[float, float]:
    """Give the Clopper-Pearson interval; neither number needs to be whole.

    Examples
    --------
    >>> [round(end, 4) for end in exact(0, 20)], [round(end, 4) for end in exact(5, 20)]
    ([0.0, 0.1684], [0.0866, 0.491])
    """
    tail = (100 - INTERVAL_PERCENT) / 200
    low = float(beta.ppf(tail, confirmed, rows - confirmed + 1)) if confirmed > 0 else 0.0
    high = float(beta.ppf(1 - tail, confirmed + 1, rows - confirmed)) if confirmed < rows else 1.0
    return low, high


def _band(above: float, upto: float, labels: NDArray[np.int8], cluster: NDArray[np.intp]) -> Band:
    rows, confirmed = len(labels), int(labels.sum())
    if rows < MINIMUM_ROWS:
        return Band(above=above, upto=upto, inspected=rows, confirmed=confirmed, share=Estimate(value=None, low=None, high=None))
    told = effective_rows(labels, cluster)
    low, high = exact(confirmed / rows * told, told)
    return Band(above=above, upto=upto, inspected=rows, confirmed=confirmed, share=Estimate(value=confirmed / rows, low=low, high=high))
