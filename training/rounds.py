"""One round of training: a model and its baselines, fitted and calibrated before the test period, and their scores of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import lightgbm
import numpy as np
import pandas as pd

from features.manifest import Manifest
from features.scorecard import Line
from features.team_rule import TeamRule
from training import baselines, calibration, model, team_effects
from training.folds import Folds
from training.metrics import Floats
from training.objective import OTHER, Objective, queries
from training.scored import MODEL, RIVAL, Scorer
from training.stability import REFITS, Stability, refitted, under_resampling
from training.team_record import TeamRecord
from training.tuned import Tuned
from training.weighting import to_cohort

NOBODY = TeamRule()
"""Takes no team effects out."""


@dataclass(frozen=True)
class Round:
    """What one round learned, and how each scorer orders its test rows, the model first; ``absent`` baselines with the reason.

    ``team`` is what was learned about who inspects, and taken out; test rows are scored without it. ``cohort`` is how many addresses of the cohort
    each test row stands for, where the line is that of the cohort; otherwise 0 for each. ``objective`` is what the model was fitted for.
    """

    folds: Folds
    fitted: model.Fitted
    line: calibration.Line
    scorers: list[Scorer]
    absent: dict[str, str]
    cohort: Floats
    team: team_effects.Adjustment | None = None
    objective: Objective = "binary"

    @property
    def looked(self) -> TeamRecord:
        """What was done about who inspected, for the record."""
        return TeamRecord(way="none") if self.team is None else self.team.record


def learn_round(folds: Folds, manifest: Manifest, *, seed: int, tuned: Tuned | None = None, scorecard: Sequence[Line] = (),
                team: TeamRule = NOBODY, objective: Objective = "binary") -> Round:  # fmt: skip
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
    team : TeamRule
        How the theme takes team effects out; those of the baselines stay.
    objective : {"binary", "ranking"}
        Of the model; the same trees with the other one are among what it is held against.

    Raises
    ------
    TrainingError
        A part of the training period has one class only, or too few teams.
    """
    parameters = model.SHIPPED if tuned is None else tuned.parameters
    fitted, line, looked = fit_and_calibrate(folds, manifest, seed=seed, parameters=parameters, team=team, objective=objective)
    scores = line.apply(model.margins(fitted.booster, folds.test.rows))
    others, absent = baselines.score(folds, manifest, seed=seed, scorecard=scorecard)
    others.append(rival(folds, manifest, seed=seed, parameters=parameters, objective=objective))
    weighting = to_cohort(folds)
    cohort = np.zeros(len(scores)) if isinstance(weighting, str) else weighting.test
    return Round(folds, fitted, line, [Scorer(MODEL, scores, are_probabilities=True), *others], absent, cohort, looked, objective)


def fit_and_calibrate(
    folds: Folds, manifest: Manifest, *, seed: int, parameters: Mapping[str, float | int] = model.SHIPPED, team: TeamRule = NOBODY,
    objective: Objective = "binary",
) -> tuple[model.Fitted, calibration.Line, team_effects.Adjustment | None]:  # fmt: skip
    """Fit the model of a round and put the straight line through it, without all that it is held against; arguments and errors of `learn_round`."""
    looked = team_effects.learn(folds.training.rows, manifest.names, team)
    beside = None if looked is None else looked.beside(folds.training.rows)
    fitted = trees(folds, manifest, seed=seed, parameters=parameters, objective=objective, beside=beside)
    weighting = to_cohort(folds)
    return fitted, _line(fitted, folds, looked, weights=None if isinstance(weighting, str) else weighting.calibration), looked


def trees(folds: Folds, manifest: Manifest, *, seed: int, parameters: Mapping[str, float | int], objective: Objective,
          beside: model.Beside | None = None) -> model.Fitted:  # fmt: skip
    """Fit the trees of a round for an objective; arguments and errors of `learn_round`."""
    return model.fit(
        folds.training.rows[manifest.names],
        folds.training.labels,
        risks=[indicator.risk for indicator in manifest.indicators],
        earlier=folds.earlier,
        stopping=folds.stopping,
        seed=seed,
        tuned=parameters,
        beside=beside,
        query=queries(folds.training.rows, objective),
    )


def rival(folds: Folds, manifest: Manifest, *, seed: int, parameters: Mapping[str, float | int] = model.SHIPPED, objective: Objective) -> Scorer:
    """Give the test scores of the same trees with the other objective than this one, calibrated on the same rows, each for itself."""
    fitted = trees(folds, manifest, seed=seed, parameters=parameters, objective=OTHER[objective])
    line = calibration.fit(model.margins(fitted.booster, folds.calibration.rows), labels=folds.calibration.labels)
    return Scorer(RIVAL[objective], line.apply(model.margins(fitted.booster, folds.test.rows)), are_probabilities=True)


def _line(fitted: model.Fitted, folds: Folds, looked: team_effects.Adjustment | None, *, weights: Floats | None) -> calibration.Line:
    """Fit the line of the round, with team effects given where they are taken out, and of the cohort where its rows have weights for that."""
    margins, labels = model.margins(fitted.booster, folds.calibration.rows), folds.calibration.labels
    if looked is None:
        line = calibration.fit(margins, labels=labels, weights=weights)
    else:
        beside = looked.beside(folds.calibration.rows)
        counted = beside.weight if weights is None else beside.weight * weights
        line = calibration.fit(margins, labels=labels, weights=counted, offset=beside.offset)
    return line if weights is None else replace(line, population="cohort")


def cohort_of(rounds: Sequence[Round]) -> Floats | None:
    """Give how many addresses of the cohort each test row of all rounds stands for; None where the line of the last one is not the cohort's."""
    return np.concatenate([one.cohort for one in rounds]) if rounds[-1].line.population == "cohort" else None


def fit_again(learned: Round, names: list[str], rows: pd.DataFrame) -> lightgbm.Booster:
    """Fit the round's model on other rows in the order of time, with the same objective, parameters, number of trees and adjustment for teams."""
    beside, labels = None if learned.team is None else learned.team.beside(rows), rows["label"].to_numpy(dtype=np.int8)
    return model.fit_again(learned.fitted, rows[names], labels, beside=beside, query=queries(rows, learned.objective))


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
        return model.margins(fit_again(learned, names, rows), test)

    others = refitted(learned.folds.training.rows, fit_and_score, refits=refits, seed=seed)
    scores, one_round = learned.scorers[0].scores, np.zeros(len(test), dtype=np.intp)
    overlap = under_resampling(test, scores, others, fold=one_round, share=share, seed=seed)
    return Stability(capacity_share=share, refits=len(others), resampling=overlap)
