"""How many labels a gate needs before it can be decided: power calculations, each with its method and its source.

All are of one question: with how many labels does a model that is as good as is hoped pass with a chance of `POWER`? None looks at data.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.stats import beta, binom, norm

from features.limits import TELLS_NOTHING
from training.metrics import RELIABILITY_BINS

POWER = 0.8
"""Chance with which a gate passes a model that deserves it: what studies usually ask (Cohen, Statistical Power Analysis, 1988)."""
CONFIDENCE = 0.95
"""Of the gates' intervals."""
DESIGN_EFFECT = 1.2
"""Times the rows that are needed because homes in one building are alike. Assumed: buildings of two or three visited homes, correlation 0.1."""
MOST_LABELS = 1_000_000
"""Nobody waits for more."""
SIMULATED, REPLICATES = 300, 200
"""Data sets, and replicates of each, of the calibration gate: the share that passes is known within 0.05."""
UNLIKELY = 1e-12
LEAST_AT_TOP = 10
"""Measured rows within capacity below which no lift is shown. Assumed: of fewer, all or none may be hits, and the interval then has no width."""
Z = float(norm.ppf((1 + CONFIDENCE) / 2))


def smallest(enough: Callable[[int], bool], *, most: int = MOST_LABELS) -> int | None:
    """Give the smallest number from 1 that is enough, where more always is too; None where ``most`` is not.

    Examples
    --------
    >>> smallest(lambda n: n >= 37), smallest(lambda n: n > 50, most=50)
    (37, None)
    """
    if most < 1 or not enough(most):
        return None
    low, high = 0, 1
    while not enough(high):
        low, high = high, min(2 * high, most)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high


def for_positives(minimum: int, *, base_rate: float) -> int | None:
    """Labels of which ``minimum`` confirm with a chance of `POWER`: exact, the binomial distribution."""
    return smallest(lambda labels: bool(binom.sf(minimum - 1, labels, base_rate) >= POWER))


def lift_power(lift: float, *, labels: int, base_rate: float, capacity_share: float, minimum: float) -> float:
    """Give the chance that the interval of a true lift lies wholly above a minimum, over so many measured labels.

    Adds up the binomial chance of every number of hits within capacity and below it; the interval of each is that of the logarithm of the
    lift by the delta method. The labels are first divided by `DESIGN_EFFECT`.

    References
    ----------
    Katz et al., Obtaining confidence intervals for the risk ratio in cohort studies, 1978; here the top is part of the whole.
    """
    rows = round(labels / DESIGN_EFFECT)
    top = max(1, round(capacity_share * rows))
    rest, at_top, below = rows - top, lift * base_rate, base_rate * (1 - capacity_share * lift) / (1 - capacity_share)
    if top < LEAST_AT_TOP or rest < 1 or at_top >= 1 or below <= 0:
        return 0.0
    hits, others = _likely(top, at_top)[:, None], _likely(rest, below)[None, :]
    high, low, rate = hits / top, others / rest, (hits + others) / rows
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = (1 / high - top / rows / rate) ** 2 * high * (1 - high) / top + (rest / rows / rate) ** 2 * low * (1 - low) / rest
        shown = np.log(high / rate) - Z * np.sqrt(variance) > math.log(minimum)
    chance = binom.pmf(hits, top, at_top) * binom.pmf(others, rest, below)
    return float(chance[shown & (hits > 0)].sum())


def smallest_lift(*, labels: int, base_rate: float, capacity_share: float, minimum: float) -> float | None:
    """Give the smallest true lift that so many measured labels show, to 0.01; None where even the largest possible one does not."""
    largest = min(1 / base_rate, 1 / capacity_share)
    floor = math.floor(100 * minimum)
    shows = smallest(lambda more: _shows((floor + more) / 100, labels, base_rate, capacity_share, minimum), most=math.ceil(100 * largest) - 1 - floor)
    return None if shows is None else (floor + shows) / 100


def for_lift(lift: float, *, base_rate: float, capacity_share: float, minimum: float) -> int | None:
    """Measured labels with which a true lift passes with a chance of `POWER`: exact, see `lift_power`."""
    return smallest(lambda labels: _shows(lift, labels, base_rate, capacity_share, minimum))


def auc_of_lift(lift: float, *, base_rate: float, capacity_share: float) -> float | None:
    """Give the AUC that goes with a lift at capacity where the scores of both classes are normal with one spread; None where it cannot be.

    References
    ----------
    Swets, Measuring the accuracy of diagnostic systems, 1988 (the binormal curve).
    """
    found, raised = lift * capacity_share, (capacity_share - base_rate * lift * capacity_share) / (1 - base_rate)
    if not 0 < found < 1 or not 0 < raised < 1:
        return None
    return float(norm.cdf((norm.ppf(found) - norm.ppf(raised)) / math.sqrt(2)))


def auc_variance(auc: float, *, positives: float, negatives: float) -> float:
    """Give the variance of an AUC.

    References
    ----------
    Hanley and McNeil, The meaning and use of the area under a ROC curve, 1982.
    """
    both_above, both_below = auc / (2 - auc), 2 * auc**2 / (1 + auc)
    spread = auc * (1 - auc) + (positives - 1) * (both_above - auc**2) + (negatives - 1) * (both_below - auc**2)
    return spread / (positives * negatives)


def for_auc(model: float, baseline: float, *, base_rate: float, correlation: float, margin: float = 0.0) -> int | None:
    """Measured labels with which a paired AUC difference lies above minus a margin with a chance of `POWER`: closed form.

    References
    ----------
    Hanley and McNeil, A method of comparing the areas under ROC curves derived from the same cases, 1983.
    """

    def enough(labels: int) -> bool:
        positives, negatives = base_rate * labels, (1 - base_rate) * labels
        if min(positives, negatives) < 1:
            return False
        one, other = (auc_variance(auc, positives=positives, negatives=negatives) for auc in (model, baseline))
        error = math.sqrt(DESIGN_EFFECT * (one + other - 2 * correlation * math.sqrt(one * other)))
        return bool((model - baseline + margin) / error >= Z + norm.ppf(POWER))

    return smallest(enough)


def for_calibration(limit: float, *, base_rate: float, seed: int = 1) -> int | None:
    """Measured labels with which a perfectly calibrated model stays within a calibration gap with a chance of `POWER`: simulated.

    Every row has the base rate as its score, the case with the most noise; the interval is that of `training.bootstrap.distance`.
    """
    return smallest(lambda labels: labels >= RELIABILITY_BINS and calibration_power(limit, labels=labels, base_rate=base_rate, seed=seed) >= POWER)


def calibration_power(limit: float, *, labels: int, base_rate: float, seed: int) -> float:
    """Give the share of simulated perfect models of which the whole interval lies at most at the limit."""
    generator = np.random.default_rng(seed)
    size = max(1, int(labels / DESIGN_EFFECT / RELIABILITY_BINS))
    seen = generator.binomial(size, base_rate, size=(SIMULATED, 1, RELIABILITY_BINS)) / size
    again = generator.binomial(size, seen, size=(SIMULATED, REPLICATES, RELIABILITY_BINS)) / size
    value, spread = np.abs(seen - base_rate).mean(axis=2)[:, 0], np.abs(again - base_rate).mean(axis=2)
    bias = np.maximum(0.0, spread.mean(axis=1) - value)
    upper = np.maximum(value, np.percentile(spread, 100 * (1 + CONFIDENCE) / 2, axis=1) - bias)
    return float((upper <= limit).mean())


def for_group_gap(limit: float, *, share: float, group_share: float, other_share: float) -> int | None:
    """Rows with which no gap between two groups is shown to be none: two one-sided tests, closed form.

    Parameters
    ----------
    limit : float
        Largest gap in a share, on either side.
    share : float
        The share itself, in both groups.
    group_share, other_share : float
        Part of the rows that is of each.

    References
    ----------
    Schuirmann, A comparison of the two one-sided tests procedure, 1987.
    """
    needed = Z + norm.ppf((1 + POWER) / 2)
    variance = DESIGN_EFFECT * share * (1 - share) * (1 / group_share + 1 / other_share)
    return smallest(lambda labels: bool(limit >= needed * math.sqrt(variance / labels)))


def for_group_auc(limit: float, *, group_share: float) -> int | None:
    """Rows with which a score that tells nothing of a group is shown to tell it no better than the limit: two one-sided tests, closed form.

    Rows of equal outcome and round are compared, which takes away some pairs: it errs to the early side.

    References
    ----------
    Schuirmann 1987, with the variance of Hanley and McNeil 1982 at one half.
    """
    needed = Z + norm.ppf((1 + POWER) / 2)

    def enough(rows: int) -> bool:
        members, others = group_share * rows, (1 - group_share) * rows
        if min(members, others) < 1:
            return False
        return bool(limit - TELLS_NOTHING >= needed * math.sqrt(DESIGN_EFFECT * auc_variance(TELLS_NOTHING, positives=members, negatives=others)))

    return smallest(enough)


def half_width(labels: int, *, base_rate: float) -> float:
    """Give half the width of the exact interval of a share, at the number of confirmed ones that is expected.

    References
    ----------
    Clopper and Pearson, The use of confidence or fiducial limits, 1934.
    """
    if labels < 1:
        return 0.5
    found, tail = round(labels * base_rate), (1 - CONFIDENCE) / 2
    low = beta.ppf(tail, found, labels - found + 1) if found else 0.0
    high = beta.ppf(1 - tail, found + 1, labels - found) if found < labels else 1.0
    return float(high - low) / 2


def _likely(rows: int, rate: float) -> NDArray[np.float64]:
    """Give the numbers of hits that matter: what lies further out has a chance of less than one in a million million."""
    low, high = binom.ppf([UNLIKELY, 1 - UNLIKELY], rows, rate)
    return np.arange(low, high + 1, dtype=np.float64)


def _shows(lift: float, labels: int, base_rate: float, capacity_share: float, minimum: float) -> bool:
    return lift_power(lift, labels=labels, base_rate=base_rate, capacity_share=capacity_share, minimum=minimum) >= POWER
