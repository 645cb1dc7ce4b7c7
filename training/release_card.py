"""What release.json holds: what a model is for, its calibration, its indicators and hashes."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from features.declared import Frozen
from training.objective import Objective

Population = Literal["inspected", "cohort"]
"""Among which addresses a score is a share: those like the inspected, or all of the frames of the theme's worklists."""
VERSION = r"^\d{4}-\d{2}-\d{2}-[0-9a-f]{8}$"


class Calibration(Frozen):
    """A straight line in log-odds; the slope is above 0, so no order and no sign of a reason changes.

    Attributes
    ----------
    population : {"inspected", "cohort"}
        Among which addresses the score is a share of confirmed ones: those like the inspected, or all from which the theme's worklists were drawn.
    """

    slope: float = Field(gt=0)
    intercept: float
    population: Population = "inspected"


class Card(Frozen):
    """What release.json holds; ``objective`` is what the trees were fitted for."""

    theme: str
    purpose: str
    municipality: str
    synthetic: bool
    version: str = Field(pattern=VERSION)
    objective: Objective = "binary"
    calibration: Calibration
    indicators: tuple[str, ...]
    catalogue_hash: str
    wording_hash: str
    theme_hash: str
    lock_hash: str | None
    matrix_hash: str
    git_commit: str | None
    trained_on: date
    as_of_last: date
