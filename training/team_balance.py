"""Weights under which the indicators no longer tell the team: the balancing of `training.team_effects`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from training.model import Beside, Floats

MOST_WEIGHT = 10.0
"""A row counts at most this many times as much, or this many times as little, as it would by itself; beyond, few rows would speak for many."""
INVERSE_PENALTY = 0.1
"""As the logistic regression that the model is held against (`training.baselines`)."""


@dataclass(frozen=True)
class Adversary:
    """A logistic regression for each team against the others, over the standardised indicators; their chances are made to add up to 1."""

    scale: Pipeline
    teams: tuple[LogisticRegression, ...]

    @classmethod
    def of(cls, values: Floats, team: pd.Series, weight: Floats) -> Adversary:
        """Fit on rows, teams in the order of the alphabet."""
        scale = make_pipeline(SimpleImputer(strategy="median", add_indicator=True, keep_empty_features=True), StandardScaler())
        scaled = scale.fit_transform(values)
        each = (LogisticRegression(C=INVERSE_PENALTY, solver="newton-cholesky") for _ in range(team.nunique()))
        return cls(scale, tuple(one.fit(scaled, team == name, sample_weight=weight) for one, name in zip(each, sorted(team.unique()), strict=True)))

    def chances(self, values: Floats) -> Floats:
        """Give how likely each team comes to each row; shape (n, teams)."""
        scaled = self.scale.transform(values)
        found = np.column_stack([one.predict_proba(scaled)[:, 1] for one in self.teams])
        return np.asarray(found / found.sum(axis=1, keepdims=True))


@dataclass(frozen=True)
class Balance:
    """What tells the team, and so gives the weights.

    Attributes
    ----------
    adversary : Adversary
        Tells the team by the indicators, learned from all rows of a fold.
    names : tuple of str
        The indicators.
    share : Series
        Of the visits, by team.
    told_before, told_after : float
        Mean AUC of one team against the others on the rows themselves, by a model that was fitted without and with the weights. On held-out
        rows the second lies below one half: what balances all rows turns their parts against each other.
    effective_rows : float
        What the weighted rows are worth (Kish, Survey sampling, 1965).
    """

    adversary: Adversary
    names: tuple[str, ...]
    share: pd.Series
    told_before: float
    told_after: float
    effective_rows: float

    def beside(self, rows: pd.DataFrame, groups: pd.Series) -> Beside:
        """Give the weight of each row, 1 where it has no team."""
        chance = self.adversary.chances(rows[list(self.names)].to_numpy(dtype=np.float64))
        return Beside(np.zeros(len(rows)), weights(chance, groups, self.share))


def fit(rows: pd.DataFrame, names: list[str], groups: pd.Series) -> Balance:
    """Learn the weights.

    Parameters
    ----------
    rows : DataFrame of n rows
        The indicators.
    names : list of str
    groups : Series of length n
        Team, or small teams together; missing where there is none.
    """
    with_team = groups.notna().to_numpy()
    values, team = rows.loc[with_team, names].to_numpy(dtype=np.float64), groups[with_team].astype(str)
    share, ones = team.value_counts(normalize=True).sort_index(), np.ones(len(team))
    adversary = Adversary.of(values, team, ones)
    before = adversary.chances(values)
    weight = weights(before, team, share)
    after = Adversary.of(values, team, weight).chances(values)
    return Balance(
        adversary, tuple(names), share, _told(before, team, ones), _told(after, team, weight), float(weight.sum() ** 2 / (weight @ weight))
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


def _told(chance: Floats, team: pd.Series, weight: Floats) -> float:
    each = [roc_auc_score(team == name, chance[:, number], sample_weight=weight) for number, name in enumerate(sorted(team.unique()))]
    return float(np.mean(each))
