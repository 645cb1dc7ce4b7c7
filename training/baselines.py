"""What a model is held against, scored on the same rows: a random order, number of reports, points of experts, a logistic regression."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from features.manifest import Manifest
from features.scorecard import Line
from features.yardstick import COLUMN, SOURCE, yardstick
from training import calibration
from training import scorecard as points
from training.folds import Folds
from training.metrics import tie_order
from training.scorecard import SCORECARD
from training.scored import LOGISTIC_REGRESSION, NO_SCORECARD, NO_SOURCE, RANDOM, REPORTS, Scorer

# Rows are few and indicators are many and alike: one notch stronger than scikit-learn's default of 1.
INVERSE_PENALTY = 0.1
MAXIMUM_ITERATIONS = 2000
UNCOUNTED = "the matrix holds no count of all reports, though the theme may read them: build and train again"


def score(folds: Folds, manifest: Manifest, *, seed: int, scorecard: Sequence[Line] = ()) -> tuple[list[Scorer], dict[str, str]]:
    """Score the test rows by every baseline.

    Parameters
    ----------
    folds : Folds
    manifest : Manifest
        Of the matrix.
    seed : int
        Of the random order and of the solver.
    scorecard : sequence of Line
        The experts' points of the theme; empty where it declares none.

    Returns
    -------
    list of Scorer, dict of str
        The baselines; and those that could not be computed, with the reason.
    """
    rows = folds.test.rows
    scorers = [Scorer(RANDOM, random_order(rows, seed=seed), are_probabilities=False)]
    absent = {}
    reports = yardstick(manifest.indicators) or COLUMN
    if reports not in rows:
        absent[REPORTS] = UNCOUNTED if SOURCE in manifest.inputs else NO_SOURCE
    else:
        scorers.append(Scorer(REPORTS, rows[reports].to_numpy(dtype=np.float64), are_probabilities=False))
    if not scorecard:
        absent[SCORECARD] = NO_SCORECARD
    elif len(lacking := points.absent(rows, scorecard)) == len({line.indicator for line in scorecard}):
        absent[SCORECARD] = f"the matrix holds none of the {len(lacking)} indicators of the scorecard: build with a higher tier and train again"
    else:
        scorers.append(Scorer(SCORECARD, points.score(rows, scorecard), are_probabilities=False))
    scorers.append(Scorer(LOGISTIC_REGRESSION, logistic(folds, manifest, seed=seed), are_probabilities=True))
    return scorers, absent


def random_order(rows: pd.DataFrame, *, seed: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Give each row a number between 0 and 1 that depends on its address, its date and the seed only."""
    return tie_order(rows, seed=seed + 1).astype(np.float64) / 2.0**64


def logistic(folds: Folds, manifest: Manifest, *, seed: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Fit a logistic regression on the training fold, put a line through it on the calibration fold, score the test rows."""
    names = [indicator.name for indicator in manifest.indicators]
    pipeline: Pipeline = make_pipeline(
        SimpleImputer(strategy="median", add_indicator=True, keep_empty_features=True),
        StandardScaler(),
        LogisticRegression(C=INVERSE_PENALTY, max_iter=MAXIMUM_ITERATIONS, random_state=seed),
    )
    pipeline.fit(folds.training.rows[names].to_numpy(), folds.training.labels)
    line = calibration.fit(pipeline.decision_function(folds.calibration.rows[names].to_numpy()), labels=folds.calibration.labels)
    return np.asarray(line.apply(pipeline.decision_function(folds.test.rows[names].to_numpy())))
