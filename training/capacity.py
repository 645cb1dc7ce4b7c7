"""The cut at capacity: a share of each round, drawn anew in each replicate."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.metrics import Floats


def list_order(scores: Floats, *, ties: NDArray[np.uint64], fold: NDArray[np.intp]) -> NDArray[np.intp]:
    """Give the positions of the rows by round, then by falling score, equal scores by ``ties``: the order in which each round would visit them."""
    return np.lexsort((ties, -scores, fold))


@dataclass(frozen=True)
class Cut:
    """Where a list stops.

    Attributes
    ----------
    starts : ndarray of int, shape (rounds,)
        Where each round starts.
    share : float
        Capacity as a share of the rows of a round.
    """

    starts: NDArray[np.intp]
    share: float

    @classmethod
    def of(cls, fold: NDArray[np.intp], *, share: float) -> Cut:
        """Make the cut of rows that are in `list_order`; ``fold`` is their round, in that order."""
        return cls(np.flatnonzero(np.r_[True, fold[1:] != fold[:-1]]), share)

    def within(self, weights: Floats) -> Floats:
        """Say how much of each row is within capacity, which is at least one row a round.

        Parameters
        ----------
        weights : ndarray of shape (n, replicates)
            How often each row counts, in `list_order`.

        Returns
        -------
        ndarray of shape (n, replicates)
            Between 0 and the row's weight.

        Examples
        --------
        Two rounds of two rows, half of each; in the second replicate the first row was not drawn.

        >>> cut = Cut.of(np.array([0, 0, 1, 1]), share=0.5)
        >>> cut.within(np.array([[1.0, 0.0], [1.0, 2.0], [1.0, 3.0], [1.0, 1.0]])).T.tolist()
        [[1.0, 0.0, 1.0, 0.0], [0.0, 1.0, 2.0, 0.0]]
        """
        chosen = np.empty_like(weights)
        for start, end in zip(self.starts, np.r_[self.starts[1:], len(weights)], strict=True):
            part = weights[start:end]
            seen = np.cumsum(part, axis=0)
            capacity = np.maximum(1, np.round(self.share * seen[-1]))
            chosen[start:end] = np.clip(capacity - seen + part, 0, part)
        return chosen
