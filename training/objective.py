"""What the trees are fitted for: how likely each inspection is to be confirmed, or in what order those of one month come.

A list is what is used, so a model that learns orders might order better. Whichever of the two is trained, the other one is measured beside it on the
same rows. The margin of either goes through a straight line in log-odds, so the score of either is a probability and the sum of its reasons.

References
----------
Burges, From RankNet to LambdaRank to LambdaMART: an overview, 2010.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.errors import TrainingError

Objective = Literal["binary", "ranking"]
"""*binary*: the log loss of each inspection. *ranking*: LambdaRank over the inspections of one calendar month."""
Loss = Literal["log loss", "1 - NDCG at 10"]

QUERY = "M"
"""Inspections of one calendar month are put in order among each other. Assumed: about as many as one works through with one list."""

JUDGED_AT = 10
"""Places at the top of a month's list by which the number of trees is chosen. Assumed: a tenth of a hundred inspections a month."""

IN_LIGHTGBM: Mapping[Objective, Mapping[str, Any]] = MappingProxyType(
    {
        "binary": MappingProxyType({"objective": "binary"}),
        "ranking": MappingProxyType({"objective": "lambdarank", "metric": "ndcg", "eval_at": [JUDGED_AT]}),
    }
)
OTHER: Mapping[Objective, Objective] = MappingProxyType({"binary": "ranking", "ranking": "binary"})
SEARCHED_BY: Mapping[Objective, Loss] = MappingProxyType({"binary": "log loss", "ranking": "1 - NDCG at 10"})
"""What the search for parameters makes small (`training.tuning`)."""


def checked(name: str) -> Objective:
    """Give the objective of this name.

    Raises
    ------
    TrainingError
        There is none.
    """
    found: Objective | None = next((known for known in OTHER if known == name), None)
    if found is None:
        raise TrainingError(f"objective '{name}' is not known", expected=f"one of {', '.join(OTHER)}", remedy="correct the name")
    return found


def queries(rows: pd.DataFrame, objective: Objective) -> NDArray[np.intp] | None:
    """Number the list that each row is put in order on, from 0; None where the objective takes each row by itself.

    Parameters
    ----------
    rows : DataFrame of shape (n, k)
        ``as_of``, in the order of time.
    """
    if objective == "binary":
        return None
    return np.asarray(pd.factorize(rows["as_of"].dt.to_period(QUERY))[0], dtype=np.intp)


def sizes(query: NDArray[np.intp] | None) -> NDArray[np.intp] | None:
    """Give how many rows in a row are of one list, as LightGBM reads it; None for rows that are each by themselves.

    Examples
    --------
    >>> sizes(np.array([0, 0, 2, 3, 3, 3])).tolist(), sizes(None)
    ([2, 1, 3], None)
    """
    if query is None:
        return None
    begins = np.flatnonzero(np.diff(query, prepend=-1))
    return np.asarray(np.diff(begins, append=len(query)), dtype=np.intp)
