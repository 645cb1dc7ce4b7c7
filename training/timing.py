"""What another order of the same visits would have brought: days earlier, and the share found in the first half.

Within a round the k-th earliest real day goes to the row with the k-th highest score, so that every day keeps its number of visits. Nobody visited
in that order: a visit that comes earlier may find something else, and visits that were never made are not in it.

The simulated order and both figures are those of the public evaluation of food inspections that experiments reproduces.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.declared import Frozen
from training.bootstrap import REPLICATES, Estimate, clusters, estimate, resample
from training.metrics import Floats

Ints = NDArray[np.int64]


class Timing(Frozen):
    """Figures of one order of visits against the real one.

    Attributes
    ----------
    population : str
        Which rows the figures speak of.
    days_earlier : Estimate
        Mean over the confirmed of the real minus the simulated day; above 0 is earlier.
    spread_days, standard_error_days : float, optional
        Standard deviation over the confirmed, and of the mean, as if they were independent; None with fewer than two.
    first_half : Estimate
        Share of the confirmed on days up to which fewer than half of the round's visits were made.
    """

    population: str = "inspected addresses with a known outcome, in another order"
    days_earlier: Estimate
    spread_days: float | None
    standard_error_days: float | None
    first_half: Estimate


def days_earlier(rows: pd.DataFrame, scores: Floats, *, fold: NDArray[np.intp] | None = None, replicates: int = REPLICATES, seed: int) -> Timing:
    """Measure one order of visits, with a bootstrap over buildings.

    Parameters
    ----------
    rows : DataFrame
        ``as_of`` (day of the real visit), ``label``, ``address_id`` and ``building_id``.
    scores : ndarray of shape (n,)
        Highest is visited first; equal scores keep the order of the rows.
    fold : ndarray of int, shape (n,), optional
        The round of each row: days are handed out anew within each. One round where absent.
    replicates, seed : int
        Of the bootstrap; 0 replicates give no interval.
    """
    rounds = _rounds(rows, scores, fold)
    earlier, half = _of_weights(rounds, np.ones(len(rows), dtype=np.int64))
    drawn = [
        _of_weights(rounds, weights.astype(np.int64))
        for block in (resample(clusters(rows), replicates=replicates, seed=seed) if replicates else ())
        for weights in block.T
    ]
    spread = float(np.std(earlier, ddof=1)) if len(earlier) > 1 else None
    return Timing(
        days_earlier=_estimate(_mean(earlier), [_mean(e) for e, _ in drawn]),
        spread_days=spread,
        standard_error_days=None if spread is None else spread / float(np.sqrt(len(earlier))),
        first_half=_estimate(_mean(half), [_mean(h) for _, h in drawn]),
    )


def days_gained(
    rows: pd.DataFrame, one: Floats, other: Floats, *, fold: NDArray[np.intp] | None = None, replicates: int = REPLICATES, seed: int
) -> Estimate:
    """Give the days earlier of one order minus those of another, both in the same replicates; arguments as in `days_earlier`."""
    orders = [_rounds(rows, scores, fold) for scores in (one, other)]

    def gained(weights: Ints) -> float:
        first, second = (_mean(_of_weights(rounds, weights)[0]) for rounds in orders)
        return first - second

    drawn = resample(clusters(rows), replicates=replicates, seed=seed) if replicates else ()
    return _estimate(gained(np.ones(len(rows), dtype=np.int64)), [gained(weights.astype(np.int64)) for block in drawn for weights in block.T])


def _rounds(rows: pd.DataFrame, scores: Floats, fold: NDArray[np.intp] | None) -> list[_Round]:
    """Sort the rows of each round; one round where none is told."""
    days = rows["as_of"].to_numpy().astype("datetime64[D]").astype(np.int64)
    labels, of = rows["label"].to_numpy(dtype=np.int8), np.zeros(len(rows), dtype=np.intp) if fold is None else fold
    return [_Round.of(days, labels, scores, np.flatnonzero(of == n)) for n in np.unique(of)]


class _Round:
    """The rows of one round, by falling score and by real day."""

    def __init__(self, at: NDArray[np.intp], days: Ints, labels: NDArray[np.int8], by_score: NDArray[np.intp], by_day: NDArray[np.intp]) -> None:
        self.at, self.days, self.labels, self.by_score, self.by_day = at, days, labels, by_score, by_day

    @classmethod
    def of(cls, days: Ints, labels: NDArray[np.int8], scores: Floats, at: NDArray[np.intp]) -> _Round:
        """Sort the rows of one round."""
        return cls(at, days[at], labels[at], np.argsort(-scores[at], kind="stable"), np.argsort(days[at], kind="stable"))


def _of_weights(rounds: Sequence[_Round], weights: Ints) -> tuple[Floats, NDArray[np.bool_]]:
    """Give per confirmed row its real minus its simulated day and whether it is in the first half, where row i counts weights[i] times."""
    parts = [_of_round(one, weights[one.at]) for one in rounds]
    return np.concatenate([days for days, _ in parts]), np.concatenate([half for _, half in parts])


def _of_round(one: _Round, weights: Ints) -> tuple[Floats, NDArray[np.bool_]]:
    simulated = np.repeat(one.days[one.by_day], weights[one.by_day])
    found = np.repeat(one.labels[one.by_score], weights[one.by_score]) == 1
    real = np.repeat(one.days[one.by_score], weights[one.by_score])
    visited = np.searchsorted(simulated, simulated, side="right")
    return (real - simulated)[found].astype(np.float64), visited[found] < len(simulated) / 2


def _mean(values: NDArray[np.float64] | NDArray[np.bool_]) -> float:
    return float(values.mean()) if len(values) else float("nan")


def _estimate(value: float, drawn: list[float]) -> Estimate:
    if not drawn:
        return Estimate(value=None if np.isnan(value) else value, low=None, high=None)
    return estimate(np.array([value]), np.array(drawn))
