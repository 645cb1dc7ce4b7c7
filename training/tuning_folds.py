"""The folds of a search for parameters, within one training period.

They go forward in time too, and no building stands on both sides of one: homes in one building share their events, and a tree that remembers a
building would look good on its other homes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise

import lightgbm
import numpy as np
import pandas as pd

from features.errors import TrainingError
from training.bootstrap import clusters
from training.objective import Objective, queries, sizes

CUTS = (0.55, 0.7, 0.85, 1.0)
"""Shares of a training period between which the tuning folds lie: each is held out once, and learned for from all before it."""


@dataclass(frozen=True)
class Part:
    """One tuning fold, as LightGBM reads it."""

    learned: lightgbm.Dataset
    held_out: lightgbm.Dataset


def cut(rows: pd.DataFrame, names: list[str], *, gap: timedelta, objective: Objective, number: int) -> list[Part]:
    """Cut a training period forward in time; a building that is held out is not learned from.

    Parameters
    ----------
    rows : DataFrame
        Of the training fold, in the order of time.
    names : list of str
        Columns to learn from.
    gap : timedelta
        Nothing is learned from the days just before a part that is held out.
    objective : {"binary", "ranking"}
        With *ranking* the rows are handed over list by list.
    number : int
        Of the round, for the error.

    Raises
    ------
    TrainingError
        No fold has both classes on both sides.
    """
    groups, query = clusters(rows), queries(rows, objective)
    days = [pd.Timestamp(rows["as_of"].iloc[min(int(share * len(rows)), len(rows) - 1)]) for share in CUTS]
    parts = []
    for first, last in pairwise(days):
        held = ((rows["as_of"] >= first) & (rows["as_of"] < last if last < days[-1] else True)).to_numpy()
        before = ((rows["as_of"] + gap < first) & (rows["label_known_on"] < first)).to_numpy()
        learned = before & ~np.isin(groups, groups[held])
        if all(rows.loc[side, "label"].nunique() == 2 for side in (learned, held)):
            settings = {"feature_pre_filter": False, "verbosity": -1, "num_threads": 1}
            group = [sizes(None if query is None else query[side]) for side in (learned, held)]
            made = lightgbm.Dataset(rows.loc[learned, names], label=rows.loc[learned, "label"], group=group[0], params=settings, free_raw_data=False)
            parts.append(Part(made, made.create_valid(rows.loc[held, names], label=rows.loc[held, "label"], group=group[1], params=settings)))
    if not parts:
        raise TrainingError(
            f"the {len(rows)} rows of the training fold of round {number} cannot be cut in tuning folds",
            expected=f"confirmed and not confirmed inspections on both sides of one of {len(CUTS) - 1} tuning folds",
            remedy="train without --trials: there are too few outcomes to choose by",
        )
    return parts
