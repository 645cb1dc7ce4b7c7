"""Shares with score intervals, also of weighted rows: Wilson at the effective number of rows, and sums and ratios of strata made from those.

A Wald interval (share plus and minus its standard error) is too narrow just where it matters: few rows, and a share near 0 or 1. Wilson's
is a score interval, and at the effective number of rows it is what simulations of weighted surveys advise. Where several strata make one figure,
their intervals are put together by MOVER, which needs no symmetry: a stratum in which nothing was found still has an upper end.

A recall is a ratio of two estimated totals. Where listed rows are surely inside and few drawn ones tell what was missed, the plain ratio is too
high on average: missing little by chance raises it more than missing much lowers it. Beale's estimator takes that out.

References
----------
Wilson, Probable inference, JASA 22, 1927. Kish, Survey Sampling, 1965 (effective number of rows). Franco, Little, Louis and Slud, Comparative
study of confidence intervals for proportions in complex sample surveys, JSSAM 7, 2019. Zou and Donner, Construction of confidence limits about
effect measures, Statistics in Medicine 27, 2008, and Tang, MOVER confidence intervals under stratified sampling, arXiv 2110.12636 (strata, ratios).
Beale, Some use of computers in operational research, Industrielle Organisation 31, 1962; Tin, Comparison of some ratio estimators, JASA 60, 1965
(bias of a ratio). Parker et al., NCHS data presentation standards for proportions, Vital and Health Statistics 2(175), 2017 (too few).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, hypot, inf, log, nan, sqrt
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from training.metrics import Floats

LEVEL = 0.95
FEWEST_ROWS = 30
"""Effective rows below which a share is not shown as one (NCHS standard, 2017)."""
WIDEST = 0.30
"""Width of an interval from which a share is not shown as one, whatever its value (the same standard)."""
NARROW = 0.05
"""Width up to which an interval is narrow enough, whatever the share (the same standard)."""
WIDEST_RELATIVE = 1.30
"""Between those two: largest width as a part of the share, or of its complement where that is smaller (the same standard)."""


@dataclass(frozen=True)
class Share:
    """A share between 0 and 1 with its interval, from ``rows`` effective rows; NaN with 0 to 1 where there is no row."""

    value: float
    low: float
    high: float
    rows: float

    @property
    def width(self) -> float:
        """Upper end minus lower end."""
        return self.high - self.low

    @property
    def too_few(self) -> bool:
        """Whether the rows are too few to call this a figure.

        Examples
        --------
        >>> wilson(0.05, 100).too_few, wilson(0.05, 1000).too_few, wilson(0.5, 29).too_few
        (True, False, True)
        """
        if not self.rows >= FEWEST_ROWS or self.width >= WIDEST:
            return True
        smaller = min(self.value, 1 - self.value)
        return self.width > NARROW and self.width > WIDEST_RELATIVE * smaller


@dataclass(frozen=True)
class Stratum:
    """One part of a population: how many addresses it stands for, and the share found among its rows."""

    size: float
    share: Share

    @property
    def total(self) -> float:
        """Addresses that would be confirmed; 0 where it holds none."""
        return self.size * self.share.value if self.size > 0 else 0.0


def wilson(rate: float, rows: float, *, level: float = LEVEL) -> Share:
    """Give the Wilson score interval of a share of ``rows`` effective rows, which need not be a whole number.

    Examples
    --------
    >>> nothing = wilson(0.0, 20)
    >>> round(nothing.low, 3), round(nothing.high, 3)
    (0.0, 0.161)
    """
    if rows <= 0:
        return Share(nan, 0.0, 1.0, 0.0)
    z = NormalDist().inv_cdf((1 + level) / 2)
    middle = (rate + z * z / (2 * rows)) / (1 + z * z / rows)
    half = z * sqrt(max(0.0, rate * (1 - rate)) / rows + z * z / (4 * rows * rows)) / (1 + z * z / rows)
    return Share(rate, max(0.0, min(rate, middle - half)), min(1.0, max(rate, middle + half)), rows)


def effective_rows(weights: Floats, cluster: NDArray[np.intp]) -> float:
    """Give the number of equally weighted, independent rows that say as much (Kish).

    Rows of one cluster count together as one: homes in one building share their events, and how much is not known.

    Parameters
    ----------
    weights : ndarray of shape (n,)
        At least 0.
    cluster : ndarray of int, shape (n,)
        Number of the building of each row.

    Examples
    --------
    >>> effective_rows(np.array([1.0, 1.0, 1.0, 1.0]), np.array([0, 1, 2, 2]))
    2.6666666666666665
    """
    if not len(weights) or weights.sum() <= 0:
        return 0.0
    together = np.bincount(np.unique(cluster, return_inverse=True)[1], weights=weights)
    return float(weights.sum() ** 2 / (together**2).sum())


def weighted(labels: NDArray[np.int8], weights: Floats, cluster: NDArray[np.intp]) -> Share:
    """Give the weighted share of confirmed rows with its Wilson interval at the effective number of rows."""
    rows = effective_rows(weights, cluster)
    return wilson(float(labels @ weights / weights.sum()), rows) if rows else wilson(nan, 0)


def stratified(strata: Sequence[Stratum]) -> Share:
    """Give the share over all strata together; nothing is known where a stratum that holds addresses has no row.

    Examples
    --------
    >>> half = stratified([Stratum(10, wilson(0.5, 100)), Stratum(90, wilson(0.0, 50))])
    >>> round(half.value, 3), round(half.low, 3), round(half.high, 3)
    (0.05, 0.04, 0.115)
    """
    held = [s for s in strata if s.size > 0]
    total = sum(s.size for s in held)
    rows = _effective(held)
    if not held or not rows:
        return wilson(nan, 0)
    parts = [(s.size / total, s.share) for s in held]
    value = sum(w * share.value for w, share in parts)
    below = hypot(*(w * (share.value - share.low) for w, share in parts))
    above = hypot(*(w * (share.high - share.value) for w, share in parts))
    return Share(value, max(0.0, value - below), min(1.0, value + above), rows)


def part_of_found(inside: Sequence[Stratum], outside: Sequence[Stratum]) -> Share:
    """Give what part of all that is to be found lies inside: a recall, from what each stratum holds within and beyond the cut.

    Parameters
    ----------
    inside, outside : sequence of Stratum
        In the same order and as long: two parts of one stratum have the same place, and a part that holds no address has size 0.

    Returns
    -------
    Share
        Its value is Beale's estimator, between 0 and 1: (a x + c) / (x^2 + v), with a found inside and x in all, v the variance of x and c its
        covariance with a. Within a stratum it was chance how many rows lie inside, so of one stratum it is the plain ratio.

    Notes
    -----
    The interval is MOVER on the logarithm of found inside over found outside. Where nothing was found on one side the end there is open, and
    the other end rests on the far end of both.

    Examples
    --------
    One stratum, and the same where the part within was listed and the part beyond was drawn:

    >>> recall = part_of_found([Stratum(10, wilson(0.5, 100))], [Stratum(90, wilson(0.05, 100))])
    >>> round(recall.value, 3), round(recall.low, 3), round(recall.high, 3)
    (0.526, 0.326, 0.724)
    >>> nobody = Stratum(0, wilson(0.0, 0))
    >>> listed, drawn = Stratum(10, wilson(0.5, 100)), Stratum(90, wilson(0.05, 100))
    >>> round(part_of_found([listed, nobody], [nobody, drawn]).value, 3)
    0.506
    """
    caught, missed = stratified(inside), stratified(outside)
    sizes = [sum(s.size for s in strata) for strata in (inside, outside)]
    if not caught.rows or (sizes[1] and not missed.rows):
        return wilson(nan, 0)
    one, other = ([v * size for v in (s.value, s.low, s.high)] if size else [0.0] * 3 for s, size in zip((caught, missed), sizes, strict=True))
    rows = _found(inside, outside)
    if one[0] + other[0] <= 0:
        return Share(nan, 0.0, 1.0, 0.0)
    value = _beale(inside, outside)
    if not one[0] or not other[0]:
        return Share(value, _part(one[1], other[2]), _part(one[2], other[1]), rows)
    odds = log(one[0] / other[0])
    below = hypot(_log(one[0], one[1]), _log(other[2], other[0]))
    above = hypot(_log(one[2], one[0]), _log(other[0], other[1]))
    low, high = _of_odds(odds - below), _of_odds(odds + above)
    return Share(min(max(value, low), high), low, high, rows)


def _beale(inside: Sequence[Stratum], outside: Sequence[Stratum]) -> float:
    """Give the total inside over that of both, less the bias that the spread of the two gives it; something was found."""
    caught, found, together, spread = (0.0,) * 4
    for within, beyond in zip(inside, outside, strict=True):
        size = max(within.size, 0.0) + max(beyond.size, 0.0)
        both = within.total + beyond.total
        rest = max(0.0, size - both) / max(1.0, within.share.rows + beyond.share.rows - 1)
        caught, found = caught + within.total, found + both
        together, spread = together + within.total * rest, spread + both * rest
    return (caught * found + together) / (found**2 + spread)


def _effective(strata: Sequence[Stratum]) -> float:
    """Give the effective rows of strata together, by their sizes; 0 where one has none."""
    if not strata or any(not s.share.rows for s in strata):
        return 0.0
    return float(sum(s.size for s in strata) ** 2 / sum(s.size**2 / s.share.rows for s in strata))


def _found(inside: Sequence[Stratum], outside: Sequence[Stratum]) -> float:
    """Give the effective number of confirmed rows, over which a recall is a share."""
    found = [(s.size * s.share.value, s.share.rows * s.share.value) for s in (*inside, *outside) if s.size > 0 and s.share.value > 0]
    return sum(size for size, _ in found) ** 2 / sum(size**2 / rows for size, rows in found) if found else 0.0


def _log(above: float, below: float) -> float:
    """Give the distance between two totals on the scale of logarithms; endless down to 0."""
    return log(above / below) if below > 0 else inf


def _of_odds(odds: float) -> float:
    return 1 / (1 + exp(-odds)) if odds > -inf else 0.0


def _part(one: float, other: float) -> float:
    return one / (one + other) if one + other > 0 else nan
