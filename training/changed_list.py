"""The list that would change: who would be on top of the whole cohort under the challenger, and under the champion.

A list changes with chance too: another draw of the same inspections gives another one. So what both lists share stands beside what the
challenger's list shares with those of models that were fitted on resampled inspections.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from features.declared import Frozen
from training import model
from training.capacity import list_order
from training.metrics import Floats, tie_order
from training.paired import CHALLENGER, CHAMPION
from training.rounds import Round, fit_again
from training.stability import REFITS, Overlap, of_two, refitted, under_resampling

ENTERS, LEAVES, STAYS = "enters", "leaves", "stays"


class ChangedList(Frozen):
    """How the list changes; no address.

    Attributes
    ----------
    addresses : int
        In the cohort.
    not_scorable_challenger, not_scorable_champion : int
        Those of them that are unlike any inspected one to the model: it gives no answer, and lists none.
    places : int
        On the challenger's list: the theme's capacity, or all that can be scored where there are fewer.
    entered, left, stayed : int
        Addresses that are on the challenger's list alone, on the champion's alone, and on both.
    overlap : Overlap
        What both lists share; the interval is that of the addresses, whole buildings drawn anew.
    noise : Overlap
        What the challenger's list shares with those of models fitted on resampled inspections.
    refits : int
        Number of such models.
    """

    addresses: int
    not_scorable_challenger: int = 0
    not_scorable_champion: int = 0
    places: int
    entered: int
    left: int
    stayed: int
    overlap: Overlap
    noise: Overlap
    refits: int

    @property
    def within_noise(self) -> bool | None:
        """Whether both lists share no less than resampling alone would leave; None where that is not known."""
        shared, least = self.overlap.share.value, self.noise.share.low
        return None if shared is None or least is None else shared >= least


@dataclass(frozen=True)
class Lists:
    """Both lists, address by address, for the state folder alone.

    Attributes
    ----------
    rows : DataFrame
        Whoever is on either list: ``address_id``, ``place_champion``, ``place_challenger`` (1 is first) and ``change``.
    positions : ndarray of int
        Where these rows stand in the cohort.
    """

    rows: pd.DataFrame
    positions: np.ndarray


def lists(cohort: pd.DataFrame, scores: Mapping[str, Floats], *, visits: int, seed: int) -> Lists:
    """Put the first ``visits`` addresses of both beside each other, by their place under the challenger; one without a score is on no list.

    Examples
    --------
    >>> cohort = pd.DataFrame({"address_id": ["a", "b", "c"], "as_of": pd.to_datetime(["2024-01-01"] * 3)})
    >>> scores = {"challenger": np.array([0.9, 0.8, 0.1]), "champion": np.array([0.9, 0.1, 0.8])}
    >>> lists(cohort, scores, visits=2, seed=1).rows[["address_id", "change"]].to_numpy().tolist()
    [['a', 'stays'], ['b', 'enters'], ['c', 'leaves']]
    """
    ties, fold = tie_order(cohort, seed=seed), np.zeros(len(cohort), dtype=np.intp)
    places = {name: np.argsort(list_order(scores[name], ties=ties, fold=fold)) + 1 for name in (CHAMPION, CHALLENGER)}
    on = {name: (place <= visits) & ~np.isnan(scores[name]) for name, place in places.items()}
    change = np.select([on[CHAMPION] & on[CHALLENGER], on[CHALLENGER]], [STAYS, ENTERS], LEAVES)
    found = cohort[["address_id"]].assign(place_champion=places[CHAMPION], place_challenger=places[CHALLENGER], change=change)
    kept = found[on[CHAMPION] | on[CHALLENGER]].sort_values("place_challenger")
    return Lists(kept.reset_index(drop=True), kept.index.to_numpy())


def changed(cohort: pd.DataFrame, scores: Mapping[str, Floats], listed: Lists, *, last: Round, visits: int, seed: int) -> ChangedList:
    """Say how the list changes, beside what chance alone does.

    Parameters
    ----------
    cohort : DataFrame
        The scoring matrix of a day, index 0 to n - 1.
    scores : mapping of ndarray of shape (n,)
        By `CHALLENGER` and `CHAMPION`; missing where an address is unlike any inspected one.
    listed : Lists
    last : Round
        The round of which the challenger is the model.
    visits : int
        Capacity in addresses.
    seed : int
        Of the replicates and of the order among equal scores.
    """
    share, names = min(1.0, visits / len(cohort)), last.fitted.booster.feature_name()

    def fit_and_score(rows: pd.DataFrame) -> Floats:
        return np.where(np.isnan(scores[CHALLENGER]), np.nan, model.margins(fit_again(last, names, rows), cohort))

    refits = refitted(last.folds.training.rows, fit_and_score, refits=REFITS, seed=seed)
    counts = listed.rows["change"].value_counts()
    return ChangedList(
        addresses=len(cohort),
        not_scorable_challenger=int(np.isnan(scores[CHALLENGER]).sum()),
        not_scorable_champion=int(np.isnan(scores[CHAMPION]).sum()),
        places=int(counts.get(ENTERS, 0) + counts.get(STAYS, 0)),
        entered=int(counts.get(ENTERS, 0)),
        left=int(counts.get(LEAVES, 0)),
        stayed=int(counts.get(STAYS, 0)),
        overlap=of_two(cohort, scores[CHAMPION], scores[CHALLENGER], share=share, seed=seed),
        noise=under_resampling(cohort, scores[CHALLENGER], refits, fold=np.zeros(len(cohort), dtype=np.intp), share=share, seed=seed),
        refits=len(refits),
    )
