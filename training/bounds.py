"""What a list of a given length is worth when nothing is assumed of the addresses without an outcome: worst case and best case.

Every address of a population has a score and some have an outcome. Over all outcomes that the others may hide, precision is lowest where none of the
listed ones is confirmed and highest where all are; recall is lowest where none of the listed and all of the others are, and highest the other way
round. These ends are reached, so no narrower ones hold without an assumption. They count a finite population: there is no sampling in them.

References
----------
Manski, Nonparametric bounds on treatment effects, 1990.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from training.metrics import Floats, tie_order


@dataclass(frozen=True)
class Whole:
    """Every address of a population once.

    Attributes
    ----------
    scores : ndarray of shape (n,)
        Missing where the address gets no answer: such an address is listed after all others.
    labels : ndarray of shape (n,)
        1 or 0; missing where there is no outcome.
    ties : ndarray of shape (n,)
        Order among equal scores.
    """

    scores: Floats
    labels: Floats
    ties: NDArray[np.uint64]

    @classmethod
    def of(cls, inspected: pd.DataFrame, scores: Floats, cohort: pd.DataFrame, *, seed: int) -> Whole:
        """Put inspected addresses, each by its newest outcome and the score from before it, with those of a cohort that have none.

        Parameters
        ----------
        inspected : DataFrame of n rows
            ``address_id``, ``as_of`` and ``label``.
        scores : ndarray of shape (n,)
            Of these rows, by one model.
        cohort : DataFrame
            One row per address: ``address_id`` and ``score``, by the same model.
        seed : int
            Of the order among equal scores.
        """
        rows = inspected.assign(score=scores).sort_values("as_of", kind="stable").drop_duplicates("address_id", keep="last")
        others = cohort[~cohort["address_id"].isin(rows["address_id"])]
        everyone = pd.concat([rows[["address_id", "score", "label"]], others[["address_id", "score"]].assign(label=np.nan)], ignore_index=True)
        ties = tie_order(everyone.assign(as_of="both"), seed=seed)
        return cls(everyone["score"].to_numpy(dtype=np.float64), everyone["label"].to_numpy(dtype=np.float64), ties)


@dataclass(frozen=True)
class Ends:
    """Lowest and highest value of a figure; missing where no outcome of the others defines it."""

    low: float
    high: float


def at_capacity(whole: Whole, *, share: float) -> tuple[int, dict[str, Ends]]:
    """Give how many addresses a list of a share of them holds, and the ends of its precision, recall and lift.

    Examples
    --------
    Of five addresses two are listed; of one of those, and of one of the others, nothing is known.

    >>> labels = np.array([1.0, np.nan, 0.0, np.nan, 1.0])
    >>> places, found = at_capacity(Whole(np.array([0.9, 0.8, 0.3, 0.2, 0.1]), labels, np.arange(5, dtype=np.uint64)), share=0.4)
    >>> places, found["precision_at_capacity"], found["recall_at_capacity"]
    (2, Ends(low=0.5, high=1.0), Ends(low=0.3333333333333333, high=0.6666666666666666))
    """
    count = len(whole.scores)
    places = max(1, round(share * count))
    listed = np.lexsort((whole.ties, -np.where(np.isnan(whole.scores), -np.inf, whole.scores)))[:places]
    inside = np.zeros(count, dtype=bool)
    inside[listed] = True
    found, hidden = whole.labels == 1, np.isnan(whole.labels)
    precision = Ends(float(found[inside].mean()), float((found | hidden)[inside].mean()))
    recall = _recall(*(int(part.sum()) for side in (inside, ~inside) for part in (found[side], hidden[side])))
    lift = Ends(recall.low * count / places, recall.high * count / places)
    return places, {"precision_at_capacity": precision, "recall_at_capacity": recall, "lift_at_capacity": lift}


def _recall(found: int, hidden: int, found_outside: int, hidden_outside: int) -> Ends:
    """Give the ends over all outcomes in which anything at all is confirmed."""
    worst, best = found + found_outside + hidden_outside, found + hidden + found_outside
    nothing = float("nan") if worst == best == 0 else None
    low = found / worst if worst else 1.0
    high = (found + hidden) / best if best else 0.0
    return Ends(low, high) if nothing is None else Ends(nothing, nothing)
