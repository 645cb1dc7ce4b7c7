"""Whether the same addresses stay on top: under another draw of the inspections learned from, and under a shift of the data by one day.

A list that changes with chance cannot be explained to whoever is on it. Two lists of equal length are compared by the part of one that is also on
the other, by Jaccard's index, and by that part above what two lists drawn by lot would share (Kuncheva), which a long list has for nothing.
What is resampled is what was learned from: whole buildings of the training rows, and the model fitted anew, a few times. Resampling the scored rows
alone would leave every score as it is.

References
----------
Kuncheva, A stability index for feature selection, 2007. Nogueira, Sechidis and Brown, On the stability of feature selection algorithms, JMLR 18, 2018
(what a measure of overlap must have, among which the correction for chance). Webber, Moffat and Zobel, A similarity measure for indefinite rankings,
2010, weighs the top of a list more; not used: within capacity every address is visited.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.declared import Frozen
from training.bootstrap import REPLICATES, Estimate, clusters, estimate, resample
from training.capacity import Cut, list_order
from training.metrics import Floats, tie_order

REFITS = 10
"""Models fitted anew. Assumed: enough for a mean within a few hundredths; each costs one fit."""


class Overlap(Frozen):
    """How much two lists within capacity share, each with its 95 % interval.

    Attributes
    ----------
    share : Estimate
        Part of one list that is on the other too.
    jaccard : Estimate
        Addresses on both over addresses on either.
    above_chance : Estimate
        The share, where 0 is two lists drawn by lot and 1 the same list.
    """

    share: Estimate
    jaccard: Estimate
    above_chance: Estimate


class Stability(Frozen):
    """How stable the top of the list is.

    Attributes
    ----------
    resampling : Overlap
        Of the list with that of a model fitted on resampled inspections: the mean over the refits; the interval holds 95 of 100 single refits.
    refits : int
        Number of such models.
    one_day : Overlap, optional
        Of the whole cohort's list with that of a day later; None where it was not scored on two days.
    one_day_on : date, optional
        The later of those two days.
    one_day_absent : str, optional
        Why the cohort was not scored on two days; None where it was, or where nobody asked.
    """

    capacity_share: float
    refits: int
    resampling: Overlap
    one_day: Overlap | None = None
    one_day_on: date | None = None
    one_day_absent: str | None = None


def resampled_rows(rows: pd.DataFrame, *, refits: int = REFITS, seed: int) -> Iterator[NDArray[np.intp]]:
    """Give for each refit the positions of rows drawn with replacement, whole buildings at a time, in the order of the rows."""
    for weights in resample(clusters(rows), replicates=refits, seed=seed):
        yield from (np.repeat(np.arange(len(rows)), times.astype(np.intp)) for times in weights.T)


def refitted(
    training: pd.DataFrame, fit_and_score: Callable[[pd.DataFrame], Floats], *, refits: int = REFITS, seed: int
) -> list[Floats]:  # fmt: skip
    """Fit a model on each of some resampled sets of training rows; gives the scores of the same test rows by each.

    Parameters
    ----------
    training : DataFrame
        Rows to learn from, with ``address_id`` and ``building_id``.
    fit_and_score : callable
        Fits on the rows that it is handed and gives scores of shape (n,).
    """
    return [fit_and_score(training.iloc[drawn].reset_index(drop=True)) for drawn in resampled_rows(training, refits=refits, seed=seed)]


def under_resampling(
    rows: pd.DataFrame, scores: Floats, refits: Sequence[Floats], *, fold: NDArray[np.intp], share: float, seed: int, replicates: int = REPLICATES
) -> Overlap:  # fmt: skip
    """Compare a list with those of models that were fitted on resampled rows.

    Parameters
    ----------
    rows : DataFrame
        The scored rows: ``address_id``, ``as_of``, ``building_id``.
    scores : ndarray of shape (n,)
        Of the model.
    refits : sequence of ndarray of shape (n,)
        Of the others.
    fold : ndarray of int, shape (n,)
        The round of each row; lists are cut within each.
    share : float
        Capacity as a share of the rows.
    """
    rounds, cluster = _Rounds(rows, fold, share=share, seed=seed), clusters(rows)
    ones = np.ones((len(rows), 1))
    plain = np.mean([rounds.shared(scores, other, ones)[0] for other in refits])
    each = [
        np.concatenate(
            [rounds.shared(scores, other, weights) for weights in resample(cluster, replicates=-(-replicates // len(refits)), seed=seed + n)]
        )
        for n, other in enumerate(refits)
    ]
    return _overlap(np.array([plain]), np.concatenate(each), share)


def of_two(
    rows: pd.DataFrame, first: Floats, second: Floats, *, share: float, seed: int, fold: NDArray[np.intp] | None = None,
    replicates: int = REPLICATES,
) -> Overlap:  # fmt: skip
    """Compare the lists of two scores of the same rows; a row without a score is on no list before one that has one."""
    rounds = _Rounds(rows, np.zeros(len(rows), dtype=np.intp) if fold is None else fold, share=share, seed=seed)
    drawn = [rounds.shared(first, second, weights) for weights in resample(clusters(rows), replicates=replicates, seed=seed)]
    return _overlap(rounds.shared(first, second, np.ones((len(rows), 1))), np.concatenate(drawn), share)


def of_two_days(today: pd.DataFrame, tomorrow: pd.DataFrame, *, share: float, seed: int, replicates: int = REPLICATES) -> Overlap:
    """Compare the lists of two days over all addresses that were in the cohort on either.

    Parameters
    ----------
    today, tomorrow : DataFrame
        One row per address: ``address_id``, ``building_id``, ``score``.
    """
    both = today.merge(tomorrow, on="address_id", how="outer", validate="one_to_one", suffixes=("", "_later"))
    rows = both.assign(building_id=both["building_id"].where(both["building_id"].notna(), both["building_id_later"]), as_of="both").sort_values(
        "address_id", ignore_index=True
    )
    first, second = (rows[name].to_numpy(dtype=np.float64) for name in ("score", "score_later"))
    return of_two(rows, first, second, share=share, seed=seed, replicates=replicates)


class _Rounds:
    """Rows by round, with one order among equal scores for every list."""

    def __init__(self, rows: pd.DataFrame, fold: NDArray[np.intp], *, share: float, seed: int) -> None:
        self.fold, self.ties, self.share = fold, tie_order(rows, seed=seed), share

    def shared(self, first: Floats, second: Floats, weights: Floats) -> Floats:
        """Give the part of the first list that is on the second too, one value per column of weights; both cut anew in each."""
        one, other = (self._held(scores, weights) for scores in (first, second))
        return np.asarray(np.minimum(one, other).sum(axis=0) / one.sum(axis=0))

    def _held(self, scores: Floats, weights: Floats) -> Floats:
        """Give how much of each row is on the list, in row order."""
        order = list_order(np.where(np.isnan(scores), -np.inf, scores), ties=self.ties, fold=self.fold)
        held = np.empty_like(weights)
        held[order] = Cut.of(self.fold[order], share=self.share).within(weights[order])
        return held


def _overlap(value: Floats, drawn: Floats, share: float) -> Overlap:
    return Overlap(
        share=estimate(value, drawn),
        jaccard=estimate(value / (2 - value), drawn / (2 - drawn)),
        above_chance=estimate((value - share) / (1 - share), (drawn - share) / (1 - share)),
    )
