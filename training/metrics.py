"""How good an order of addresses is: AUC, average precision, precision and lift at capacity, Brier, calibration gap.

Each metric takes a table of weights, one row per scored row and one column per replicate, and gives one value per
replicate: a bootstrap is one call. All-ones weights give the plain metric. A replicate in which a metric is not defined
(one class only) gives NaN. Rows are sorted once per scorer, and only confirmed rows are looked at one by one.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]
METRICS = ("auc", "average_precision", "precision_at_capacity", "lift_at_capacity", "brier", "calibration_gap")
RELIABILITY_BINS = 5


@dataclass(frozen=True)
class Ranked:
    """Rows in the order in which one scorer would visit them.

    Attributes
    ----------
    order : ndarray of int, shape (n,)
        Positions of the rows, highest score first, equal scores by the hashed order.
    labels : ndarray of float, shape (n,)
        0 or 1, in that order.
    first, end : ndarray of int, shape (n,)
        For each row, where its group of equal scores starts, and where the next one starts.
    probabilities : ndarray of shape (n,), optional
        The scores themselves where they are probabilities, in that order.
    """

    order: NDArray[np.intp]
    labels: Floats
    first: NDArray[np.intp]
    end: NDArray[np.intp]
    probabilities: Floats | None


@dataclass(frozen=True)
class Running:
    """Weights along the list, per replicate.

    Attributes
    ----------
    weights : ndarray of shape (n, replicates)
        In list order.
    seen : ndarray of shape (n + 1, replicates)
        Sum of the weights of the rows before.
    confirmed : ndarray of int, shape (p,)
        Positions of the confirmed rows.
    found : ndarray of shape (p + 1, replicates)
        Sum of the weights of the confirmed rows before.
    """

    weights: Floats
    seen: Floats
    confirmed: NDArray[np.intp]
    found: Floats

    def found_before(self, positions: NDArray[np.intp]) -> Floats:
        """Sum of the weights of confirmed rows before each position."""
        return np.asarray(self.found[np.searchsorted(self.confirmed, positions)])


def rank(scores: Floats, *, labels: NDArray[np.int8], ties: NDArray[np.uint64], are_probabilities: bool) -> Ranked:
    """Sort rows by falling score, ties by ``ties``; a missing score comes last."""
    filled = np.where(np.isnan(scores), -np.inf, scores)
    order = np.lexsort((ties, -filled))
    ranked = filled[order]
    starts = np.flatnonzero(np.r_[True, ranked[1:] != ranked[:-1]])
    ends = np.r_[starts[1:], len(ranked)]
    sizes = ends - starts
    return Ranked(
        order=order,
        labels=labels[order].astype(np.float64),
        first=np.repeat(starts, sizes),
        end=np.repeat(ends, sizes),
        probabilities=ranked if are_probabilities else None,
    )


def tie_order(rows: pd.DataFrame, *, seed: int) -> NDArray[np.uint64]:
    """Give each row a number that depends on its address, its date and the seed and on nothing else.

    Where scores tie, as counts of reports do, the order of a file would decide otherwise.
    """
    return np.asarray(pd.util.hash_pandas_object(rows[["address_id", "as_of"]], index=False, hash_key=f"{seed:016d}"), dtype=np.uint64)


def measure(ranked: Ranked, weights: Floats, *, share: float) -> dict[str, Floats]:
    """Give every metric of one scorer under every replicate.

    Parameters
    ----------
    ranked : Ranked
        From `rank`.
    weights : ndarray of shape (n, replicates)
        How often each row counts, in the original row order.
    share : float
        Capacity as a share of the rows.

    Returns
    -------
    dict of ndarray of shape (replicates,)
        One per name in `METRICS`; the last two only where scores are probabilities.
    """
    run = _run(ranked, weights)
    total, found = run.seen[-1], run.found[-1]
    precision = _precision(run, share=share)
    with np.errstate(invalid="ignore", divide="ignore"):
        measured = {
            "auc": _auc(ranked, run),
            "average_precision": _average_precision(ranked, run),
            "precision_at_capacity": precision,
            "lift_at_capacity": np.where(found > 0, precision / (found / total), np.nan),
        }
    if ranked.probabilities is not None:
        measured["brier"] = (ranked.probabilities - ranked.labels) ** 2 @ run.weights / total
        measured["calibration_gap"] = _calibration_gap(ranked.probabilities, run)
    return measured


def reliability_bins(rows: int, *, bins: int = RELIABILITY_BINS) -> list[slice]:
    """Cut a number of sorted rows into parts of equal size.

    Examples
    --------
    >>> reliability_bins(7, bins=3)
    [slice(0, 2, None), slice(2, 5, None), slice(5, 7, None)]
    """
    edges = np.linspace(0, rows, bins + 1).round().astype(int)
    return [slice(int(low), int(high)) for low, high in pairwise(edges) if high > low]


def _run(ranked: Ranked, weights: Floats) -> Running:
    listed = weights[ranked.order]
    confirmed = np.flatnonzero(ranked.labels)
    return Running(listed, _cumulated(listed), confirmed, _cumulated(listed[confirmed]))


def _cumulated(weights: Floats) -> Floats:
    summed = np.zeros((len(weights) + 1, weights.shape[1]))
    np.cumsum(weights, axis=0, out=summed[1:])
    return summed


def _auc(ranked: Ranked, run: Running) -> Floats:
    """Share of pairs in the right order, ties counting half (Mann and Whitney)."""
    first, end = ranked.first[run.confirmed], ranked.end[run.confirmed]
    above = run.seen[first] - run.found_before(first)
    upto = run.seen[end] - run.found_before(end)
    misses = run.seen[-1] - run.found[-1]
    right = (run.weights[run.confirmed] * (misses - (above + upto) / 2)).sum(axis=0)
    pairs = run.found[-1] * misses
    return np.asarray(np.where(pairs > 0, right / pairs, np.nan))


def _average_precision(ranked: Ranked, run: Running) -> Floats:
    """Mean, over confirmed rows, of the share confirmed among the rows that score as high or higher."""
    end = ranked.end[run.confirmed]
    seen = run.seen[end]
    precision = np.divide(run.found_before(end), seen, out=np.zeros_like(seen), where=seen > 0)
    found = run.found[-1]
    return np.asarray(np.where(found > 0, (run.weights[run.confirmed] * precision).sum(axis=0) / found, np.nan))


def _precision(run: Running, *, share: float) -> Floats:
    """Share confirmed among the first ``share`` of the rows, at least one; the cut is drawn anew in each replicate."""
    capacity = np.maximum(1, np.round(share * run.seen[-1]))
    weight = run.weights[run.confirmed]
    visited = np.clip(capacity - run.seen[run.confirmed], 0, weight)
    return np.asarray(visited.sum(axis=0) / capacity)


def _calibration_gap(probabilities: Floats, run: Running) -> Floats:
    """Mean absolute gap between score and outcome over equal parts of the rows, weighted by their size (ECE)."""
    gap = np.zeros(run.weights.shape[1])
    for part in reliability_bins(len(probabilities)):
        edges = np.searchsorted(run.confirmed, [part.start, part.stop])
        found = run.found[edges[1]] - run.found[edges[0]]
        gap += np.abs(probabilities[part] @ run.weights[part] - found)
    return np.asarray(gap / run.seen[-1])
