"""The interval of a figure: a bootstrap over buildings, not over rows.

Homes in one building share their events, so rows of one building are one observation.

References
----------
Efron and Tibshirani, An Introduction to the Bootstrap, 1993 (percentile interval); Davison and Hinkley, 1997 (clusters).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.declared import Frozen
from training.metrics import Floats

REPLICATES = 1000
INTERVAL_PERCENT = 95
# An interval over the few replicates in which a metric happens to exist would flatter it.
MINIMUM_DEFINED_SHARE = 0.95
CELLS_AT_ONCE = 2_000_000


class Estimate(Frozen):
    """A figure with its 95 % interval; None where it is not defined or the rows are too few for an interval."""

    value: float | None
    low: float | None
    high: float | None


def clusters(rows: pd.DataFrame) -> NDArray[np.intp]:
    """Number the buildings; an address without one is a cluster of its own."""
    building = rows["building_id"].where(rows["building_id"].notna() & (rows["building_id"] != ""))
    names = building.map("building {}".format, na_action="ignore").fillna(rows["address_id"].map("address {}".format))
    return np.asarray(pd.factorize(names)[0], dtype=np.intp)


def resample(cluster: NDArray[np.intp], *, replicates: int, seed: int) -> Iterator[Floats]:
    """Draw whole clusters with replacement; give weights of shape (n, some replicates), a block at a time to bound memory."""
    draw = np.random.default_rng(seed)
    count = int(cluster.max()) + 1
    block = max(1, CELLS_AT_ONCE // len(cluster))
    for first in range(0, replicates, block):
        size = min(block, replicates - first)
        drawn = draw.integers(0, count, size=(size, count)) * size + np.arange(size)[:, None]
        times = np.bincount(drawn.ravel(), minlength=size * count).reshape(count, size)
        yield times.astype(np.float64)[cluster]


def estimate(value: Floats, spread: Floats) -> Estimate:
    """Give a figure with its percentile interval over the replicates."""
    plain = None if np.isnan(value[0]) else float(value[0])
    defined = spread[~np.isnan(spread)]
    if plain is None or len(defined) < MINIMUM_DEFINED_SHARE * len(spread):
        return Estimate(value=plain, low=None, high=None)
    tail = (100 - INTERVAL_PERCENT) / 2
    low, high = np.percentile(defined, [tail, 100 - tail])
    return Estimate(value=plain, low=float(low), high=float(high))


def distance(value: Floats, spread: Floats) -> Estimate:
    """Give a mean distance with its interval, corrected for what noise alone adds to it.

    A replicate is noisier than the rows it was drawn from, and noise only ever adds to a distance: the plain interval of a
    perfectly calibrated model lies wholly above 0. Its upper end is lowered by the bias that the replicates show, which leaves
    it on the safe side; its lower end by twice that, for the figure itself carries the bias once.
    """
    plain = estimate(value, spread)
    if plain.value is None or plain.low is None or plain.high is None:
        return plain
    bias = max(0.0, float(np.nanmean(spread)) - plain.value)
    return Estimate(value=plain.value, low=min(plain.value, max(0.0, plain.low - 2 * bias)), high=max(plain.value, plain.high - bias))
