"""The model: small LightGBM trees under monotone constraints, and the sum of reasons that they give.

Serving imports this module, so it knows LightGBM, NumPy and pandas and nothing heavier. One thread everywhere: with two,
LightGBM takes 8 ms for one row that takes 0.1 ms with one, and the same rows give the same bits only at a fixed number.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Literal

import lightgbm
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.errors import TrainingError
from training.objective import IN_LIGHTGBM, Objective, sizes

Floats = NDArray[np.float64]
Risk = Literal["+", "-"] | None

MAXIMUM_ROUNDS = 300
"""Trees at most: 400 cost more than the 0.3 ms that a row's reasons may take (experiments/benchmarks/contributions.py)."""
PATIENCE_ROUNDS = 40
MINIMUM_ROUNDS = 10
CONSTRAINT: Mapping[Risk, int] = MappingProxyType({"+": 1, "-": -1, None: 0})

# Small trees: the cost of a reason is the cost of the trees, and larger ones gained 0.004 AUC on 20,000 rows (DESIGN 6).
PARAMETERS: Mapping[str, Any] = MappingProxyType(
    {
        "objective": "binary",
        "learning_rate": 0.05,
        "num_leaves": 8,
        "max_depth": 4,
        "min_data_in_leaf": 20,
        "lambda_l2": 5.0,
        "feature_fraction": 0.7,
        "bagging_fraction": 0.8,
        "bagging_freq": 1,
        "deterministic": True,
        "force_row_wise": True,
        "num_threads": 1,
        "verbosity": -1,
    }
)
SHIPPED: Mapping[str, float | int] = MappingProxyType({})


@dataclass(frozen=True)
class Fitted:
    """A booster and how many rounds the time-ordered stopping rows allowed.

    Attributes
    ----------
    booster : lightgbm.Booster
        Fitted on all rows of the training fold.
    rounds : int
        Number of trees.
    parameters : Mapping
        Everything that was handed to LightGBM.
    """

    booster: lightgbm.Booster
    rounds: int
    parameters: Mapping[str, Any]


@dataclass(frozen=True)
class Beside:
    """What is known of n rows while a model is fitted, and is no part of it.

    Attributes
    ----------
    offset : ndarray of shape (n,)
        Log-odds that the trees need not explain.
    weight : ndarray of shape (n,)
        How much each row counts, above 0.
    """

    offset: Floats
    weight: Floats


@dataclass(frozen=True)
class Explained:
    """Scores of n rows, each the exact sum of its reasons (DESIGN rule 5).

    Attributes
    ----------
    log_odds : ndarray of shape (n,)
        Natural log-odds, after calibration.
    probability : ndarray of shape (n,)
        The score, between 0 and 1.
    base_value : float
        Log-odds of the model's average row.
    contributions : ndarray of shape (n, k)
        What each indicator adds to the base value, in indicator order.
    """

    log_odds: Floats
    probability: Floats
    base_value: float
    contributions: Floats


def fit(
    rows: pd.DataFrame,
    labels: NDArray[np.int8],
    *,
    risks: Sequence[Risk],
    earlier: NDArray[np.bool_],
    stopping: NDArray[np.bool_],
    seed: int,
    tuned: Mapping[str, float | int] = SHIPPED,
    beside: Beside | None = None,
    query: NDArray[np.intp] | None = None,
) -> Fitted:
    """Fit on a training fold; the number of trees is found on its latest part.

    The first fit sees ``earlier`` rows only and stops on the ``stopping`` ones, so that the stopping too looks forward in time.
    The second fit takes that number of trees and all rows: labels are scarce.

    Parameters
    ----------
    rows : DataFrame of shape (n, k), float64
        Indicators in manifest order; NaN is missing.
    labels : ndarray of shape (n,)
        0 or 1.
    risks : sequence of length k
        ``+`` (more is riskier), ``-`` or None per indicator.
    earlier : ndarray of bool, shape (n,)
        Rows of which the outcome was known before the stopping part begins.
    stopping : ndarray of bool, shape (n,)
        The latest rows.
    seed : int
        Seed of the column and row sampling.
    tuned : Mapping, optional
        Parameters of LightGBM that a search chose (`training.tuned`); otherwise those that ship.
    beside : Beside, optional
        Of the rows. With it the margins leave out the base rate too: a line on the calibration fold gives it back.
    query : ndarray of int, shape (n,), optional
        Number of the list that each row is put in order on (`training.objective`); otherwise each row is learned by itself. A margin is then no
        log-odds yet, but a place on a list: the line makes log-odds of it.

    Raises
    ------
    TrainingError
        Either part holds no positive or no negative.
    """
    aim = IN_LIGHTGBM["binary" if query is None else "ranking"]
    parameters = {**PARAMETERS, **aim, **tuned, "seed": seed, "monotone_constraints": [CONSTRAINT[risk] for risk in risks]}
    for part, name in ((earlier, "the earlier part of the training fold"), (stopping, "its stopping part")):
        if len(np.unique(labels[part])) < 2:
            raise TrainingError(
                f"{name} has one class only, over {int(part.sum())} rows",
                expected="confirmed and not confirmed inspections in both parts",
                remedy="add inspections: there are too few outcomes to learn from",
            )
    first = lightgbm.train(
        parameters,
        _dataset(rows, labels, beside, query, only=earlier, base_of=earlier),
        num_boost_round=MAXIMUM_ROUNDS,
        valid_sets=[_dataset(rows, labels, beside, query, only=stopping, base_of=earlier)],
        callbacks=[lightgbm.early_stopping(PATIENCE_ROUNDS, verbose=False)],
    )
    found = Fitted(first, rounds=max(MINIMUM_ROUNDS, first.best_iteration), parameters=MappingProxyType(parameters))
    return replace(found, booster=fit_again(found, rows, labels, beside=beside, query=query))


def fit_again(fitted: Fitted, rows: pd.DataFrame, labels: NDArray[np.int8], *, beside: Beside | None = None,
              query: NDArray[np.intp] | None = None) -> lightgbm.Booster:  # fmt: skip
    """Fit on other rows with the parameters and the number of trees that were found before; ``query`` as in the first fit."""
    return lightgbm.train(dict(fitted.parameters), _dataset(rows, labels, beside, query), num_boost_round=fitted.rounds)


def _dataset(rows: pd.DataFrame, labels: NDArray[np.int8], beside: Beside | None, query: NDArray[np.intp] | None, *,
             only: NDArray[np.bool_] | None = None, base_of: NDArray[np.bool_] | None = None) -> lightgbm.Dataset:  # fmt: skip
    """Hand rows over; where an offset stands beside them, a base rate goes with it, for LightGBM then adds none of its own."""
    everything = np.ones(len(rows), dtype=np.bool_)
    chosen, counted = (everything if mask is None else mask for mask in (only, base_of))
    group = sizes(None if query is None else query[chosen])
    if beside is None:
        return lightgbm.Dataset(rows[chosen], label=labels[chosen], group=group, free_raw_data=False)
    mean = float(np.average(labels[counted], weights=beside.weight[counted]))
    start = np.log(mean / (1 - mean)) + beside.offset
    weight, given = beside.weight[chosen], start[chosen]
    return lightgbm.Dataset(rows[chosen], label=labels[chosen], weight=weight, group=group, init_score=given, free_raw_data=False)


def objective_of(booster: lightgbm.Booster) -> Objective | None:
    """Say what trees were fitted for, by their own text; None where that is neither of ours."""
    head = booster.model_to_string(num_iteration=1).splitlines()
    told = next((line.removeprefix("objective=").split(" ")[0] for line in head if line.startswith("objective=")), "")
    return next((name for name, parameters in IN_LIGHTGBM.items() if parameters["objective"] == told), None)


def margins(booster: lightgbm.Booster, rows: pd.DataFrame) -> Floats:
    """Give the raw log-odds of each row, before calibration; shape (n,)."""
    return np.asarray(booster.predict(_in_order(booster, rows), raw_score=True, num_threads=1), dtype=np.float64)


def contributions(booster: lightgbm.Booster, rows: pd.DataFrame) -> Floats:
    """Give the TreeSHAP contributions of each row, before calibration; shape (n, k + 1), the last column is the base.

    References
    ----------
    Lundberg et al., From local explanations to global understanding with explainable AI for trees, 2020.
    """
    return np.asarray(booster.predict(_in_order(booster, rows), pred_contrib=True, num_threads=1), dtype=np.float64)


def explain(booster: lightgbm.Booster, rows: pd.DataFrame, *, slope: float, intercept: float) -> Explained:
    """Score rows with their reasons, both after calibration.

    Parameters
    ----------
    booster : lightgbm.Booster
        The model.
    rows : DataFrame of shape (n, k) or wider
        Holds the booster's indicators; n is at least 1.
    slope, intercept : float
        The straight line of the calibration, in log-odds.
    """
    parts = contributions(booster, rows)
    log_odds = slope * margins(booster, rows) + intercept
    return Explained(
        log_odds=log_odds,
        probability=probability(log_odds),
        base_value=float(slope * parts[0, -1] + intercept),
        contributions=slope * parts[:, :-1],
    )


def probability(log_odds: Floats) -> Floats:
    """Turn log-odds into probabilities, without overflow.

    Examples
    --------
    >>> probability(np.array([-1000.0, 0.0, 1000.0])).tolist()
    [0.0, 0.5, 1.0]
    """
    shrunk = np.exp(-np.abs(log_odds))
    return np.where(log_odds >= 0, 1 / (1 + shrunk), shrunk / (1 + shrunk))


def _in_order(booster: lightgbm.Booster, rows: pd.DataFrame) -> NDArray[np.float64]:
    """LightGBM reads columns by position: hand them over by name, in the booster's order."""
    names = booster.feature_name()
    missing = [name for name in names if name not in rows.columns]
    if missing:
        raise TrainingError(
            f"the rows lack {len(missing)} of the model's {len(names)} indicators, first '{missing[0]}'",
            expected="every indicator that the model was trained on",
            remedy="build the matrix again with the catalogue of the release",
        )
    return rows[names].to_numpy(dtype=np.float64)
