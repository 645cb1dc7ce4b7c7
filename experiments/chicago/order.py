"""What another order of the same visits would have brought: days earlier, and the share found in the first half.

The k-th earliest real day goes to the row with the k-th highest score, so that every day keeps its number of visits.

References
----------
City of Chicago, food-inspections-evaluation, 2015: the simulated order and both figures.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from training.bootstrap import Estimate, clusters, estimate, resample
from training.metrics import Floats


@dataclass(frozen=True)
class OrderFigures:
    """Figures of one order.

    Attributes
    ----------
    days_earlier : Estimate
        Mean over the positives of the real minus the simulated day.
    spread_days, standard_error_days : float
        Standard deviation over the positives, and of the mean.
    first_half : Estimate
        Share of the positives on days up to which fewer than half of the visits were made.
    """

    days_earlier: Estimate
    spread_days: float
    standard_error_days: float
    first_half: Estimate


def order_figures(rows: pd.DataFrame, scores: Floats, *, replicates: int, seed: int) -> OrderFigures:
    """Measure one order of visits, with a bootstrap over buildings.

    Parameters
    ----------
    rows : DataFrame
        ``as_of`` (day of the real visit), ``label``, ``address_id`` and ``building_id``.
    scores : ndarray of shape (n,)
        Highest is visited first; equal scores keep the order of the rows.
    replicates, seed : int
        Of the bootstrap; 0 replicates give no interval.
    """
    days = _day_numbers(rows)
    labels = rows["label"].to_numpy(dtype=np.int8)
    by_score, by_day = np.argsort(-scores, kind="stable"), np.argsort(days, kind="stable")
    ones = np.ones(len(rows), dtype=np.int64)
    earlier, half = _of_weights(days, labels, by_score, by_day, ones)
    drawn = [
        _of_weights(days, labels, by_score, by_day, weights.astype(np.int64))
        for block in (resample(clusters(rows), replicates=replicates, seed=seed) if replicates else ())
        for weights in block.T
    ]
    spread = float(np.std(earlier, ddof=1))
    return OrderFigures(
        days_earlier=_estimate(float(earlier.mean()), [float(e.mean()) for e, _ in drawn]),
        spread_days=spread,
        standard_error_days=spread / float(np.sqrt(len(earlier))),
        first_half=_estimate(half, [h for _, h in drawn]),
    )


def _day_numbers(rows: pd.DataFrame) -> NDArray[np.int64]:
    """Give the real day of each visit as a number of days since 1970."""
    return rows["as_of"].to_numpy().astype("datetime64[D]").astype(np.int64)


def _of_weights(
    days: NDArray[np.int64], labels: NDArray[np.int8], by_score: NDArray[np.intp], by_day: NDArray[np.intp], weights: NDArray[np.int64]
) -> tuple[Floats, float]:
    """Give real minus simulated day per positive, and the share of positives in the first half, where row i counts weights[i] times."""
    simulated = np.repeat(days[by_day], weights[by_day])
    found = np.repeat(labels[by_score], weights[by_score]) == 1
    real = np.repeat(days[by_score], weights[by_score])
    visited = np.searchsorted(simulated, simulated, side="right")
    return (real - simulated)[found].astype(np.float64), float(np.mean(visited[found] < len(simulated) / 2))


def _estimate(value: float, drawn: list[float]) -> Estimate:
    if not drawn:
        return Estimate(value=value, low=None, high=None)
    return estimate(np.array([value]), np.array(drawn))
