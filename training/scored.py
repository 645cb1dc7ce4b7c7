"""Scores of rows that came later than all they were learned from, by the model and by what it must beat."""

from __future__ import annotations

from dataclasses import dataclass

from training.metrics import Floats

MODEL = "model"
RANDOM = "random"
REPORTS = "number of reports"
LOGISTIC_REGRESSION = "logistic regression"
NO_SOURCE = "the theme may not read reports"
"""Why a baseline is absent without a gate: whoever may not read reports cannot order by them either."""


@dataclass(frozen=True)
class Scorer:
    """Scores of the test rows by one way of ordering them, in row order; ``are_probabilities`` allows Brier and calibration."""

    name: str
    scores: Floats
    are_probabilities: bool
