"""One round of training: a model and its baselines, fitted and calibrated before the test period, and their scores of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from features.manifest import Manifest
from features.scorecard import Line
from training import baselines, calibration, model, ranking
from training.folds import Folds
from training.metrics import Floats
from training.scored import MODEL, RANKING, Scorer
from training.stability import REFITS, Stability, refitted, under_resampling
from training.tuned import Tuned


@dataclass(frozen=True)
class Round:
    """What one round learned, and how each scorer orders its test rows, the model first; ``absent`` baselines with the reason."""

    folds: Folds
    fitted: model.Fitted
    line: calibration.Line
    scorers: list[Scorer]
    absent: dict[str, str]


def learn_round(folds: Folds, manifest: Manifest, *, seed: int, tuned: Tuned | None = None, scorecard: Sequence[Line] = ()) -> Round:
    """Fit and calibrate on what was known before the test period, and score its rows by the model and by all it is held against.

    Parameters
    ----------
    folds : Folds
    manifest : Manifest
        Which columns are learned from, and in which direction.
    seed : int
        Of the sampling, and of the random order.
    tuned : Tuned, optional
        What the search of this round found; otherwise the parameters are those that ship.
    scorecard : sequence of Line
        The experts' points of the theme.

    Raises
    ------
    TrainingError
        A part of the training period has one class only.
    """
    parameters = model.SHIPPED if tuned is None else tuned.parameters
    fitted = model.fit(
        folds.training.rows[manifest.names],
        folds.training.labels,
        risks=[indicator.risk for indicator in manifest.indicators],
        earlier=folds.earlier,
        stopping=folds.stopping,
        seed=seed,
        tuned=parameters,
    )
    line = calibration.fit(model.margins(fitted.booster, folds.calibration.rows), labels=folds.calibration.labels)
    scores = line.apply(model.margins(fitted.booster, folds.test.rows))
    others, absent = baselines.score(folds, manifest, seed=seed, scorecard=scorecard)
    others.append(Scorer(RANKING, ranking.score(folds, manifest, seed=seed, tuned=parameters), are_probabilities=True))
    return Round(folds, fitted, line, [Scorer(MODEL, scores, are_probabilities=True), *others], absent)


def under_other_draws(learned: Round, names: list[str], *, share: float, seed: int, refits: int = REFITS) -> Stability:
    """Fit the round's model on other draws of its training rows, and compare the lists of the test period.

    Parameters
    ----------
    names : list of str
        Indicators, in the order of the model.
    share : float
        Capacity as a share of the test rows.
    """
    test = learned.folds.test.rows

    def fit_and_score(rows: pd.DataFrame) -> Floats:
        return model.margins(model.fit_again(learned.fitted, rows[names], rows["label"].to_numpy(dtype=np.int8)), test)

    others = refitted(learned.folds.training.rows, fit_and_score, refits=refits, seed=seed)
    scores, one_round = learned.scorers[0].scores, np.zeros(len(test), dtype=np.intp)
    overlap = under_resampling(test, scores, others, fold=one_round, share=share, seed=seed)
    return Stability(capacity_share=share, refits=len(others), resampling=overlap)
