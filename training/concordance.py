"""How often a member of a group has the higher value of two: the AUC, over pairs within one stratum only.

Scores of different rounds come from different models, and outcomes differ between groups: pairs are compared within a round and within
an outcome, and counted together.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.metrics import Floats


@dataclass(frozen=True)
class Ordered:
    """Rows by stratum and rising value.

    Attributes
    ----------
    order : ndarray of int, shape (n,)
        Positions of the rows.
    first, end, begin : ndarray of int, shape (n,)
        Of each row in that order: where its equal values start, where the next value starts, and where its stratum starts.
    starts : ndarray of int, shape (s,)
        Where each stratum starts.
    """

    order: NDArray[np.intp]
    first: NDArray[np.intp]
    end: NDArray[np.intp]
    begin: NDArray[np.intp]
    starts: NDArray[np.intp]


def ordered(values: Floats, *, stratum: NDArray[np.intp] | None = None) -> Ordered:
    """Sort rows by stratum and value; a missing value stands below all others, as what is not known is a value that can tell something.

    Parameters
    ----------
    values : ndarray of shape (n,)
        n is at least 1.
    stratum : ndarray of int, shape (n,), optional
        One for all where it is not given.
    """
    filled = np.where(np.isnan(values), -np.inf, values)
    strata = np.zeros(len(filled), dtype=np.intp) if stratum is None else stratum
    order = np.lexsort((filled, strata))
    ranked, part = filled[order], strata[order]
    new_part = np.r_[True, part[1:] != part[:-1]]
    starts = np.flatnonzero(new_part)
    first = np.flatnonzero(new_part | np.r_[True, ranked[1:] != ranked[:-1]])
    sizes, lengths = np.diff(np.r_[first, len(order)]), np.diff(np.r_[starts, len(order)])
    return Ordered(order, np.repeat(first, sizes), np.repeat(first + sizes, sizes), np.repeat(starts, lengths), starts)


def auc(rows: Ordered, *, members: NDArray[np.bool_], weights: Floats) -> Floats:
    """Give the chance that a member has a higher value than another row of its stratum, equal values counting half.

    Parameters
    ----------
    rows : Ordered
    members : ndarray of bool, shape (n,)
        In the original order of the rows.
    weights : ndarray of shape (n, replicates)
        How often each row counts.

    Returns
    -------
    ndarray of shape (replicates,)
        Between 0 and 1; not a number where no stratum has both.
    """
    inside = members[rows.order]
    listed = weights[rows.order]
    others = np.zeros((len(listed) + 1, listed.shape[1]))
    np.cumsum(np.where(inside[:, None], 0.0, listed), axis=0, out=others[1:])
    at = np.flatnonzero(inside)
    below, upto, before = others[rows.first[at]], others[rows.end[at]], others[rows.begin[at]]
    right = (listed[at] * ((below + upto) / 2 - before)).sum(axis=0)
    own = np.add.reduceat(np.where(inside[:, None], listed, 0.0), rows.starts, axis=0)
    foreign = others[np.r_[rows.starts[1:], len(listed)]] - others[rows.starts]
    pairs = (own * foreign).sum(axis=0)
    return np.asarray(np.divide(right, pairs, out=np.full_like(right, np.nan), where=pairs > 0))
