"""The list of today and that of tomorrow, from the same data: which part of it stays when every window moves by one day.

Two scoring matrices are built for it, which is why it is asked for and is no part of each training run.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta

import pandas as pd

from features import cohort
from features.matrix import Builder
from features.store import Store
from features.themes import Theme
from training.metrics import Floats
from training.stability import Overlap, of_two_days

Score = Callable[[pd.DataFrame], Floats]


def scores_on(store: Store, theme: Theme, names: Sequence[str], score: Score, *, as_of: date) -> pd.DataFrame:
    """Score the theme's cohort of one day.

    Parameters
    ----------
    store : Store
    theme : Theme
    names : sequence of str
        Indicators of the model, in its order.
    score : callable
        Gives scores of shape (n,) for rows that hold those indicators.
    as_of : date
        Only what was known before this day counts.

    Returns
    -------
    DataFrame
        One row per address: ``address_id``, ``building_id``, ``score``.

    Raises
    ------
    CohortError
        Nobody is in the cohort on that day.
    PurposeError, SourceError
        The theme does not give one of the indicators, or a source is stale on that day.
    """
    rows = Builder(store, theme, tuple(names)).build(cohort.at(store, theme, as_of), built_on=as_of).frame
    return rows[["address_id", "building_id"]].assign(score=score(rows))


def one_day_shift(store: Store, theme: Theme, names: Sequence[str], score: Score, *, as_of: date, seed: int) -> Overlap:
    """Compare the list of a day with that of the day after, each as long as the theme's capacity.

    Raises
    ------
    CohortError, PurposeError, SourceError
        One of the two days cannot be scored; see `scores_on`.
    """
    today, tomorrow = (scores_on(store, theme, names, score, as_of=as_of + timedelta(days=later)) for later in range(2))
    either = len(set(today["address_id"]) | set(tomorrow["address_id"]))
    return of_two_days(today, tomorrow, share=min(1.0, theme.capacity.visits / either), seed=seed)
