"""Weights under which the indicators no longer tell the team: the balancing of `training.team_effects`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from training.bootstrap import clusters
from training.model import Beside, Floats

PARTS = 3
"""Parts of the buildings: each is weighted, and told, by what was learned from the others."""
MOST_WEIGHT = 10.0
"""A row counts at most this many times as much, or this many times as little, as it would by itself; beyond, few rows would speak for many."""
INVERSE_PENALTY = 0.1
"""As the logistic regression that the model is held against (`training.baselines`)."""
MAXIMUM_ITERATIONS, TOLERANCE = 100, 1e-3
"""Closer changes no weight in its third digit."""


@dataclass(frozen=True)
class Balance:
    """What tells the team, and so gives the weights.

    Attributes
    ----------
    adversary : Pipeline
        Tells the team by the indicators, learned from all rows of a fold.
    names : tuple of str
        The indicators.
    share : Series
        Of the visits, by team.
    told_before, told_after : float
        Mean AUC of one team against the others, on buildings that were not learned from, without and with the weights.
    effective_rows : float
        What the weighted rows are worth (Kish, Survey sampling, 1965).
    """

    adversary: Pipeline
    names: tuple[str, ...]
    share: pd.Series
    told_before: float
    told_after: float
    effective_rows: float

    def beside(self, rows: pd.DataFrame, groups: pd.Series) -> Beside:
        """Give the weight of each row, 1 where it has no team."""
        chance = self.adversary.predict_proba(rows[list(self.names)].to_numpy(dtype=np.float64))
        return Beside(np.zeros(len(rows)), weights(chance, groups, self.share))


def fit(rows: pd.DataFrame, names: list[str], groups: pd.Series, *, seed: int) -> Balance:
    """Learn the weights.

    Parameters
    ----------
    rows : DataFrame of n rows
        The indicators, ``address_id`` and ``building_id``.
    names : list of str
    groups : Series of length n
        Team, or small teams together; missing where there is none.
    seed : int
        Of the parts.
    """
    with_team = groups.notna().to_numpy()
    seen, team = rows[with_team], groups[with_team].astype(str)
    share = team.value_counts(normalize=True).sort_index()
    part = np.random.default_rng(seed).permutation(len(seen))[clusters(seen)] % PARTS
    before = _chances(seen, names, team, part, np.ones(len(seen)), list(share.index))
    weight = weights(before, team, share)
    after = _chances(seen, names, team, part, weight, list(share.index))
    everything = _adversary().fit(seen[names].to_numpy(dtype=np.float64), team)
    ones = np.ones(len(seen))
    return Balance(
        everything, tuple(names), share, _told(before, team, ones), _told(after, team, weight), float(weight.sum() ** 2 / (weight @ weight))
    )


def weights(chance: Floats, groups: pd.Series, share: pd.Series) -> Floats:
    """Give the weight of rows, a mean of 1 within each team.

    Parameters
    ----------
    chance : ndarray of shape (n, teams)
        How likely each team comes to each row, teams in the order of ``share``.
    groups : Series of length n
        The team that came; missing, or one that was never learned, weighs 1.
    share : Series
        Part of all visits, by team.
    """
    place = groups.map({name: number for number, name in enumerate(share.index)})
    known = place.notna().to_numpy()
    column = place[known].to_numpy(dtype=np.intp)
    ratio = np.clip(share.to_numpy()[column] / chance[known, column], 1 / MOST_WEIGHT, MOST_WEIGHT)
    found = np.ones(len(groups))
    found[known] = ratio / (np.bincount(column, ratio) / np.maximum(1, np.bincount(column)))[column]
    return found


def _chances(rows: pd.DataFrame, names: list[str], team: pd.Series, part: NDArray[np.intp], weight: Floats, order: list[str]) -> Floats:
    """Give how likely each team is for each row, by a model that did not see its building; a team that the others lack gets its plain share."""
    values, found = rows[names].to_numpy(dtype=np.float64), np.zeros((len(rows), len(order)))
    for number in range(PARTS):
        there = part != number
        adversary = _adversary().fit(values[there], team[there], logisticregression__sample_weight=weight[there])
        places = [order.index(name) for name in adversary.classes_]
        found[np.ix_(~there, places)] = adversary.predict_proba(values[~there])
    return np.where(found > 0, found, team.value_counts(normalize=True).reindex(order).to_numpy())


def _told(chance: Floats, team: pd.Series, weight: Floats) -> float:
    each = [roc_auc_score(team == name, chance[:, number], sample_weight=weight) for number, name in enumerate(sorted(team.unique()))]
    return float(np.mean(each))


def _adversary() -> Pipeline:
    return make_pipeline(
        SimpleImputer(strategy="median", add_indicator=True, keep_empty_features=True),
        StandardScaler(),
        LogisticRegression(C=INVERSE_PENALTY, max_iter=MAXIMUM_ITERATIONS, tol=TOLERANCE),
    )
