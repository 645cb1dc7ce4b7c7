"""What lists of every length hold: precision, recall and lift along the whole list, and at capacity what a hundred visits bring.

A list of a share of the rows is cut within each round and the rounds are added up: scores of models of different rounds are not compared.
The interval is a bootstrap over buildings in which every cut is drawn anew.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.declared import Frozen
from training.bootstrap import REPLICATES, Estimate, clusters, estimate, resample
from training.metrics import Floats, tie_order
from training.scored import Scorer

SHARES = (0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
"""Lengths of a list as shares of the rows; the theme's capacity comes among them."""
HUNDRED = 100


class Point(Frozen):
    """A list of one length: how many visits, and what they find, each with its 95 % interval.

    Attributes
    ----------
    share : float
        Length of the list as a share of the rows.
    visits : int
        The same in rows, over all rounds.
    precision, recall, lift : Estimate
        Confirmed among those visited; visited among those confirmed; precision over the share confirmed among all rows.
    """

    share: float
    visits: int
    precision: Estimate
    recall: Estimate
    lift: Estimate


class Curve(Frozen):
    """One way of ordering the rows.

    Attributes
    ----------
    points : tuple of Point
        From the shortest list to the whole.
    confirmed_per_100 : Estimate
        Confirmed cases to expect of a hundred visits at capacity.
    """

    points: tuple[Point, ...]
    confirmed_per_100: Estimate


class Curves(Frozen):
    """All ways of ordering the same rows, by name of the scorer, over the same replicates."""

    population: str = "inspected addresses with a known outcome"
    capacity_share: float
    rows: int
    positives: int
    replicates: int
    seed: int
    curves: dict[str, Curve]


@dataclass(frozen=True)
class _Listed:
    """Rows of one round in the order of one scorer, and which of those are confirmed."""

    order: NDArray[np.intp]
    confirmed: NDArray[np.intp]


def curves(rows: pd.DataFrame, *, scorers: list[Scorer], fold: NDArray[np.intp], share: float, seed: int, replicates: int = REPLICATES) -> Curves:
    """Measure lists of every length.

    Parameters
    ----------
    rows : DataFrame
        The test rows: ``address_id``, ``as_of``, ``building_id`` and ``label``.
    scorers : list of Scorer
    fold : ndarray of int, shape (n,)
        The round of each row.
    share : float
        Capacity as a share of the rows.
    seed : int
        Of the replicates and of the order among equal scores.
    replicates : int
        Number of bootstrap replicates.
    """
    labels, ties = rows["label"].to_numpy(dtype=np.int8), tie_order(rows, seed=seed)
    rounds = [np.flatnonzero(fold == number) for number in np.unique(fold)]
    listed = {s.name: [_in_order(s.scores, labels, ties, at) for at in rounds] for s in scorers}
    shares = np.unique([*SHARES, share])
    plain = _found(listed, np.ones((len(rows), 1)), shares)
    blocks = [_found(listed, weights, shares) for weights in resample(clusters(rows), replicates=replicates, seed=seed)]
    drawn = {name: {what: np.concatenate([b[name][what] for b in blocks], axis=1) for what in plain[name]} for name in listed}
    return Curves(
        capacity_share=share,
        rows=len(rows),
        positives=int(labels.sum()),
        replicates=replicates,
        seed=seed,
        curves={name: _curve(plain[name], drawn[name], shares, share) for name in listed},
    )


def _in_order(scores: Floats, labels: NDArray[np.int8], ties: NDArray[np.uint64], at: NDArray[np.intp]) -> _Listed:
    """Sort the rows of one round by falling score; a missing score comes last."""
    filled = np.where(np.isnan(scores[at]), -np.inf, scores[at])
    order = at[np.lexsort((ties[at], -filled))]
    return _Listed(order, np.flatnonzero(labels[order]))


def _found(listed: dict[str, list[_Listed]], weights: Floats, shares: Floats) -> dict[str, dict[str, Floats]]:
    """Give precision, recall, lift and visits by scorer, each of shape (shares, replicates)."""
    return {name: _of_rounds(rounds, weights, shares) for name, rounds in listed.items()}


def _of_rounds(rounds: list[_Listed], weights: Floats, shares: Floats) -> dict[str, Floats]:
    hits = np.zeros((len(shares), weights.shape[1]))
    visits, all_, found = np.zeros_like(hits), np.zeros(weights.shape[1]), np.zeros(weights.shape[1])
    for one in rounds:
        counted = weights[one.order]
        total, held = counted.sum(axis=0), counted[one.confirmed]
        before = (np.cumsum(counted, axis=0) - counted)[one.confirmed]
        capacity = np.minimum(np.maximum(1, np.round(shares[:, None] * total)), total)
        for place, length in enumerate(capacity):
            hits[place] += np.clip(length - before, 0, held).sum(axis=0)
        visits, all_, found = visits + capacity, all_ + total, found + held.sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        precision = hits / visits
        return {"precision": precision, "recall": hits / found, "lift": precision / (found / all_), "visits": visits}


def _curve(plain: dict[str, Floats], drawn: dict[str, Floats], shares: Floats, share: float) -> Curve:
    def at(place: int) -> dict[str, Any]:
        return {what: estimate(plain[what][place], drawn[what][place]) for what in ("precision", "recall", "lift")}

    points = tuple(Point(share=float(s), visits=int(plain["visits"][i, 0]), **at(i)) for i, s in enumerate(shares))
    precision = points[int(np.flatnonzero(shares == share)[0])].precision
    ends = (None if end is None else HUNDRED * end for end in (precision.value, precision.low, precision.high))
    return Curve(points=points, confirmed_per_100=Estimate(**dict(zip(("value", "low", "high"), ends, strict=True))))
