"""The same trees with another aim: to order the inspections of a month, not to say how likely each is to be confirmed.

A list is what is used, so a model that learns orders might order better. It is measured beside the model as a candidate of its own; where
the model is worse beyond noise, a gate says so.

References
----------
Burges, From RankNet to LambdaRank to LambdaMART: an overview, 2010.
"""

from __future__ import annotations

from collections.abc import Mapping

import lightgbm
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.manifest import Manifest
from training import calibration, model
from training.folds import Folds
from training.model import CONSTRAINT, MAXIMUM_ROUNDS, MINIMUM_ROUNDS, PARAMETERS, PATIENCE_ROUNDS, SHIPPED

QUERY = "M"
"""Inspections of one calendar month are put in order among each other. Assumed: about as many as one works through with one list."""

JUDGED_AT = 10
"""Places at the top of a month's list by which the number of trees is chosen. Assumed: a tenth of a hundred inspections a month."""


def score(folds: Folds, manifest: Manifest, *, seed: int, tuned: Mapping[str, float | int] = SHIPPED) -> NDArray[np.float64]:
    """Fit on the training fold, put a line through it on the calibration fold, score the test rows.

    Parameters
    ----------
    folds : Folds
    manifest : Manifest
        Which columns are learned from, and in which direction.
    seed : int
        Of the column and row sampling.
    tuned : Mapping, optional
        Parameters of the trees, as the model's.
    """
    rows, names = folds.training.rows, manifest.names
    parameters = {
        **PARAMETERS,
        **tuned,
        "objective": "lambdarank",
        "metric": "ndcg",
        "eval_at": [JUDGED_AT],
        "seed": seed,
        "monotone_constraints": [CONSTRAINT[indicator.risk] for indicator in manifest.indicators],
    }
    first = lightgbm.train(
        parameters,
        _queries(rows[folds.earlier], names),
        num_boost_round=MAXIMUM_ROUNDS,
        valid_sets=[_queries(rows[folds.stopping], names)],
        callbacks=[lightgbm.early_stopping(PATIENCE_ROUNDS, verbose=False)],
    )
    booster = lightgbm.train(parameters, _queries(rows, names), num_boost_round=max(MINIMUM_ROUNDS, first.best_iteration))
    line = calibration.fit(model.margins(booster, folds.calibration.rows), labels=folds.calibration.labels)
    return line.apply(model.margins(booster, folds.test.rows))


def _queries(rows: pd.DataFrame, names: list[str]) -> lightgbm.Dataset:
    """Hand over the rows month by month; they are in the order of time."""
    sizes = rows.groupby(rows["as_of"].dt.to_period(QUERY), sort=True).size().to_numpy()
    return lightgbm.Dataset(rows[names], label=rows["label"], group=sizes, free_raw_data=False)
