"""Scores of rows that came later than all they were learned from, by the model and by what it must beat."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from training.metrics import Floats
from training.objective import Objective

MODEL = "model"
RANDOM = "random"
REPORTS = "number of reports"
LOGISTIC_REGRESSION = "logistic regression"
RANKING, BINARY = "ranking objective", "binary objective"
RIVAL: Mapping[Objective, str] = MappingProxyType({"binary": RANKING, "ranking": BINARY})
"""The same trees with the other aim, by the objective of the model."""
LEARNED = frozenset({LOGISTIC_REGRESSION, RANKING, BINARY})
"""Baselines that learn from the same rows: the model need not beat them, only be shown to be no worse than by a margin."""

NO_SOURCE = "the theme may not read reports"
NO_SCORECARD = "the theme declares no points of experts"


@dataclass(frozen=True)
class Scorer:
    """Scores of the test rows by one way of ordering them, in row order; ``are_probabilities`` allows Brier and calibration."""

    name: str
    scores: Floats
    are_probabilities: bool


@dataclass(frozen=True)
class Scored:
    """Rows that came later than all that their scores were learned from, over all rounds.

    Attributes
    ----------
    rows : DataFrame
        Test rows of all rounds in the order of time, with every column of the matrix; index 0 to n - 1.
    fold : ndarray of int, shape (n,)
        Number of the round of each row, from 0. Scores of different rounds are of different models: compare within a round.
    scorers : list of Scorer
        The model first. Each row's score is of a model that was fitted and calibrated before that row's test period began.
    """

    rows: pd.DataFrame
    fold: NDArray[np.intp]
    scorers: list[Scorer]

    @classmethod
    def of(cls, rounds: Sequence[tuple[pd.DataFrame, list[Scorer]]]) -> Scored:
        """Put the test rows and scores of each round one after the other; every round has the same scorers."""
        scorers = [
            Scorer(same[0].name, np.concatenate([one.scores for one in same]), are_probabilities=same[0].are_probabilities)
            for same in zip(*(scorers for _, scorers in rounds), strict=True)
        ]
        sizes = [len(rows) for rows, _ in rounds]
        return cls(pd.concat([rows for rows, _ in rounds], ignore_index=True), np.repeat(np.arange(len(sizes)), sizes), scorers)

    def only(self, chosen: NDArray[np.bool_]) -> Scored:
        """Give a part of the rows with their scores; ``chosen`` has shape (n,)."""
        scorers = [replace(one, scores=one.scores[chosen]) for one in self.scorers]
        return Scored(self.rows[chosen].reset_index(drop=True), self.fold[chosen], scorers)


def never_visited(rows: pd.DataFrame, among: pd.DataFrame) -> NDArray[np.bool_]:
    """Say of each row whether no earlier inspection of its address is known.

    A visit without a label (nobody home, entry refused) is not in a matrix, so an address with only such visits counts as never visited.

    Parameters
    ----------
    rows : DataFrame of shape (n, k)
        ``address_id`` and ``as_of``.
    among : DataFrame
        The whole training matrix, of which ``rows`` are a part.

    Examples
    --------
    >>> days = pd.DataFrame({"address_id": ["a", "b", "a"], "as_of": pd.to_datetime(["2024-01-01", "2024-01-02", "2024-01-03"])})
    >>> never_visited(days, days).tolist()
    [True, True, False]
    """
    first = among.groupby("address_id")["as_of"].min()
    return np.asarray(rows["as_of"] <= rows["address_id"].map(first), dtype=np.bool_)
