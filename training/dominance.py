"""How much of the score rests on each source: where one source carries most of it, the score is that register under another name.

The share of a source is its part of the mean absolute contribution (log-odds) of all indicators. An indicator of several sources is
divided equally among them: counted whole for each, shares would add up to more than one, and the register of addresses, which most
ratios read to know a size, would seem to carry what it only divides.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from features.declared import Frozen
from features.manifest import IndicatorRecord
from training.bootstrap import REPLICATES, Estimate, clusters, estimate, resample
from training.metrics import Floats


class Dominance(Frozen):
    """Share of each source, 0 to 1, the largest first; they add up to 1. Not defined where no indicator contributes anything."""

    shares: dict[str, Estimate]


def measure(
    rows: pd.DataFrame, *, contributions: Floats, indicators: Sequence[IndicatorRecord], seed: int, replicates: int = REPLICATES
) -> Dominance:
    """Measure the share of each source.

    Parameters
    ----------
    rows : DataFrame of n rows
        ``address_id`` and ``building_id`` of the rows that were explained.
    contributions : ndarray of shape (n, k)
        In log-odds, in the order of the indicators; of one model.
    indicators : sequence of IndicatorRecord of length k
    seed, replicates : int
        Of the bootstrap.
    """
    names = sorted({source for indicator in indicators for source in indicator.sources})
    parted = np.array([[(name in indicator.sources) / len(indicator.sources) for name in names] for indicator in indicators])
    size = np.abs(contributions) @ parted
    plain = _shares(size, np.ones((len(rows), 1)))
    spread = np.concatenate([_shares(size, weights) for weights in resample(clusters(rows), replicates=replicates, seed=seed)], axis=1)
    found = {name: estimate(plain[at], spread[at]) for at, name in enumerate(names)}
    return Dominance(shares=dict(sorted(found.items(), key=lambda entry: -(entry[1].value or 0.0))))


def _shares(size: Floats, weights: Floats) -> Floats:
    """Give shares of shape (sources, replicates)."""
    of_source = size.T @ weights
    total = of_source.sum(axis=0)
    return np.asarray(np.divide(of_source, total, out=np.full_like(of_source, np.nan), where=total > 0))
