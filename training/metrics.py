"""How good an order of addresses is: AUC, average precision, precision, recall and lift at capacity, Brier, calibration gap.

Rows of several test periods are scored by several models, and scores of different models are not compared: pairs, ranks and the
capacity cut are taken within each period and then added up. Only what a probability says is held against the outcome over all rows.

Each metric takes a table of weights, one row per scored row and one column per replicate, and gives one value per
replicate: a bootstrap is one call. All-ones weights give the plain metric. A replicate in which a metric is not defined
(one class only) gives NaN. Rows are sorted once per scorer, and only confirmed rows are looked at one by one.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from functools import reduce
from itertools import pairwise
from operator import add

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]
METRICS = (
    "auc",
    "average_precision",
    "precision_at_capacity",
    "recall_at_capacity",
    "lift_at_capacity",
    "confirmed_per_100_visits",
    "brier",
    "calibration_gap",
)
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


@dataclass(frozen=True)
class Ordered:
    """One scorer's lists: one for each test period, and the rows of all of them in one list where its scores are probabilities."""

    lists: tuple[Ranked, ...]
    whole: Ranked | None


@dataclass(frozen=True)
class Counts:
    """What the figures of a list are made from, each of shape (replicates,); those of several lists add up.

    Attributes
    ----------
    rows, confirmed : ndarray
        Sum of the weights, of all rows and of the confirmed ones.
    pairs, right : ndarray
        Pairs of a confirmed and another row, and those in the right order.
    precisions : ndarray
        Sum over the confirmed rows of the share confirmed among those that score as high or higher.
    visits, found, by_chance : ndarray
        Visits at capacity, what they found, and what as many visits at random would have found.
    """

    rows: Floats
    confirmed: Floats
    pairs: Floats
    right: Floats
    precisions: Floats
    visits: Floats
    found: Floats
    by_chance: Floats

    def __add__(self, other: Counts) -> Counts:
        """Give the counts of both lists together."""
        return Counts(**{field.name: getattr(self, field.name) + getattr(other, field.name) for field in fields(self)})


def order(scores: Floats, *, labels: NDArray[np.int8], ties: NDArray[np.uint64], are_probabilities: bool, fold: NDArray[np.intp]) -> Ordered:
    """Sort the rows of each test period by falling score; ``fold`` is the number of the period of each row."""

    def ranked(rows: NDArray[np.intp]) -> Ranked:
        found = rank(scores[rows], labels=labels[rows], ties=ties[rows], are_probabilities=are_probabilities)
        return replace(found, order=rows[found.order])

    lists = tuple(ranked(np.flatnonzero(fold == number)) for number in np.unique(fold))
    if not are_probabilities:
        return Ordered(lists, whole=None)
    return Ordered(lists, whole=lists[0] if len(lists) == 1 else ranked(np.arange(len(scores))))


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


def measure(ranked: Ranked | Ordered, weights: Floats, *, share: float) -> dict[str, Floats]:
    """Give every metric of one scorer under every replicate.

    Parameters
    ----------
    ranked : Ranked or Ordered
        From `rank`: one list; or from `order`: one for each test period.
    weights : ndarray of shape (n, replicates)
        How often each row counts, in the original row order.
    share : float
        Capacity as a share of the rows of each list.

    Returns
    -------
    dict of ndarray of shape (replicates,)
        One per name in `METRICS`; the last two only where scores are probabilities.
    """
    if isinstance(ranked, Ranked):
        ranked = Ordered((ranked,), whole=ranked if ranked.probabilities is not None else None)
    counts = reduce(add, (_counts(one, _run(one, weights), share=share) for one in ranked.lists))
    whole = {} if ranked.whole is None else _against_outcomes(ranked.whole, _run(ranked.whole, weights))
    return _figures(counts) | whole


def _figures(counts: Counts) -> dict[str, Floats]:
    with np.errstate(invalid="ignore", divide="ignore"):
        any_confirmed = counts.confirmed > 0
        precision = counts.found / counts.visits
        return {
            "auc": np.where(counts.pairs > 0, counts.right / counts.pairs, np.nan),
            "average_precision": np.where(any_confirmed, counts.precisions / counts.confirmed, np.nan),
            "precision_at_capacity": precision,
            "recall_at_capacity": np.where(any_confirmed, counts.found / counts.confirmed, np.nan),
            "lift_at_capacity": np.where(any_confirmed, counts.found / counts.by_chance, np.nan),
            "confirmed_per_100_visits": 100 * precision,
        }


def _against_outcomes(ranked: Ranked, run: Running) -> dict[str, Floats]:
    """Hold probabilities against outcomes: mean squared error, and the calibration gap."""
    if ranked.probabilities is None:
        return {}
    brier = (ranked.probabilities - ranked.labels) ** 2 @ run.weights / run.seen[-1]
    return {"brier": brier, "calibration_gap": _calibration_gap(ranked.probabilities, run)}


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


def _counts(ranked: Ranked, run: Running, *, share: float) -> Counts:
    """Count one list: pairs as Mann and Whitney do, ties half; the capacity cut is drawn anew in each replicate."""
    rows, confirmed, weight = run.seen[-1], run.found[-1], run.weights[run.confirmed]
    first, end = ranked.first[run.confirmed], ranked.end[run.confirmed]
    before, upto, found_upto = run.seen[first], run.seen[end], run.found_before(end)
    misses = rows - confirmed
    right = (weight * (misses - (before - run.found_before(first) + upto - found_upto) / 2)).sum(axis=0)
    precision = np.divide(found_upto, upto, out=np.zeros_like(upto), where=upto > 0)
    visits = np.minimum(np.maximum(1, np.round(share * rows)), rows)
    return Counts(
        rows=rows,
        confirmed=confirmed,
        pairs=confirmed * misses,
        right=right,
        precisions=(weight * precision).sum(axis=0),
        visits=visits,
        found=np.clip(visits - run.seen[run.confirmed], 0, weight).sum(axis=0),
        by_chance=visits * np.divide(confirmed, rows, out=np.zeros_like(rows), where=rows > 0),
    )


def _calibration_gap(probabilities: Floats, run: Running) -> Floats:
    """Mean absolute gap between score and outcome over equal parts of the rows, weighted by their size (ECE)."""
    gap = np.zeros(run.weights.shape[1])
    for part in reliability_bins(len(probabilities)):
        edges = np.searchsorted(run.confirmed, [part.start, part.stop])
        found = run.found[edges[1]] - run.found[edges[0]]
        gap += np.abs(probabilities[part] @ run.weights[part] - found)
    return np.asarray(gap / run.seen[-1])
