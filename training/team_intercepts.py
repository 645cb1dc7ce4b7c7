"""A random intercept for each team beside all indicators: the mixed model of `training.team_effects`.

The indicators, standardised, stand in one logistic regression with a penalty; the teams in the same with one of their own, 1 over the
square of their spread. Estimated together, a team in a worse area is not taken for a strict one as far as the indicators tell the area.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.linalg import cho_factor, cho_solve
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from training.model import Beside, Floats, probability

PENALTY = 10.0
"""Of each standardised indicator: as the logistic regression that the model is held against (`training.baselines`)."""
SPREADS = tuple(float(spread) for spread in np.geomspace(0.03, 2.0, 13))
"""Spreads that are tried, in log-odds: the smallest is no effect that anyone would notice, the largest makes a one in ten into a half."""
FIRST_SPREAD = 0.5
"""With which the indicators are first estimated; that of the result is another."""
NORMAL_95 = 1.959964
"""Standard deviations of a normal distribution to either side of its mean that hold 95 %."""
STEPS, CLOSE = 50, 1e-9


@dataclass(frozen=True)
class Effect:
    """An intercept minus the mean over all visits, in log-odds, with a 95 % interval given the spread."""

    group: str
    rows: int
    log_odds: float
    low: float
    high: float


@dataclass(frozen=True)
class Intercepts:
    """The intercepts, the mean over all visits being 0, and their estimated standard deviation."""

    effects: tuple[Effect, ...]
    spread: float

    def beside(self, rows: pd.DataFrame, groups: pd.Series) -> Beside:
        """Give the effect of each row's team, 0 where there is none; all rows weigh the same."""
        known = {effect.group: effect.log_odds for effect in self.effects}
        return Beside(np.asarray(groups.map(known).fillna(0.0), dtype=np.float64), np.ones(len(rows)))


def design(rows: pd.DataFrame, names: list[str]) -> Floats:
    """Give the indicators with medians for what is missing, columns that say where it was, all standardised; shape (n, up to 2 k)."""
    pipeline = make_pipeline(SimpleImputer(strategy="median", add_indicator=True, keep_empty_features=True), StandardScaler())
    return np.asarray(pipeline.fit_transform(rows[names].to_numpy(dtype=np.float64)))


def fit(rows: pd.DataFrame, names: list[str], groups: pd.Series) -> Intercepts:
    """Fit the mixed model.

    Parameters
    ----------
    rows : DataFrame of n rows
        The indicators and ``label``.
    names : list of str
    groups : Series of length n
        Team, or small teams together; missing where there is none.
    """
    dummies = pd.get_dummies(groups, dtype="float64")
    columns = np.column_stack([np.ones(len(rows)), design(rows, names), dummies.to_numpy()])
    fixed, labels = columns.shape[1] - dummies.shape[1], rows["label"].to_numpy(dtype=np.float64)
    at, _ = _peak(columns, labels, _penalties(fixed, dummies.shape[1], FIRST_SPREAD), np.zeros(columns.shape[1]))
    spread = _likeliest(columns[:, 1:fixed] @ at[1:fixed], dummies.to_numpy(), labels)
    at, information = _peak(columns, labels, _penalties(fixed, dummies.shape[1], spread), at)
    visits = dummies.sum().to_numpy()
    centre = np.eye(len(visits)) - np.outer(np.ones(len(visits)), visits / visits.sum())
    effects = centre @ at[fixed:]
    error = NORMAL_95 * np.sqrt(np.diag(centre @ np.linalg.inv(information)[fixed:, fixed:] @ centre.T))
    found = (
        Effect(str(group), int(n), float(effect), float(effect - e), float(effect + e))
        for group, n, effect, e in zip(dummies.columns, visits, effects, error, strict=True)
    )
    return Intercepts(tuple(found), spread)


def _penalties(fixed: int, teams: int, spread: float) -> Floats:
    return np.concatenate([[CLOSE], np.full(fixed - 1, PENALTY), np.full(teams, spread**-2)])


def _likeliest(margin: Floats, dummies: Floats, labels: Floats) -> float:
    """Give the spread of `SPREADS` under which the outcomes are likeliest, beside what the indicators say together."""
    columns = np.column_stack([np.ones(len(labels)), margin, dummies])
    at = np.array([0.0, 1.0, *np.zeros(dummies.shape[1])])

    def likelihood(spread: float) -> float:
        penalty = np.concatenate([[CLOSE, CLOSE], np.full(dummies.shape[1], spread**-2)])
        there, information = _peak(columns, labels, penalty, at)
        normal = dummies.shape[1] * np.log(spread) + np.linalg.slogdet(information)[1] / 2
        return float(_log_likelihood(columns, labels, penalty, there) - normal)

    return float(max(SPREADS, key=likelihood))


def _peak(columns: Floats, labels: Floats, penalty: Floats, start: Floats) -> tuple[Floats, Floats]:
    """Find the penalised maximum by Newton's method, halving a step that leads down; gives it with minus the second derivatives there."""
    at, value, information = start, _log_likelihood(columns, labels, penalty, start), np.diag(penalty)
    for _ in range(STEPS):
        chance = probability(columns @ at)
        slope = columns.T @ (labels - chance) - penalty * at
        information = (columns.T * (chance * (1 - chance))) @ columns + np.diag(penalty)
        step = cho_solve(cho_factor(information), slope)
        while (reached := _log_likelihood(columns, labels, penalty, at + step)) < value and np.abs(step).max() > CLOSE:
            step = step / 2
        if np.abs(step).max() <= CLOSE or reached <= value:
            break
        at, value = at + step, reached
    return at, information


def _log_likelihood(columns: Floats, labels: Floats, penalty: Floats, at: Floats) -> float:
    log_odds = columns @ at
    return float((labels * log_odds - np.logaddexp(0, log_odds)).sum() - penalty @ at**2 / 2)
