"""The labels that there are already, and of whom they speak: what a plan starts from."""

from __future__ import annotations

from datetime import date

from pydantic import Field

from features.declared import Frozen
from features.errors import TrainingError
from features.settings import Settings
from features.sources.contract import Tier
from features.themes import Theme
from training.sampling import random_arm
from training.training_matrix import training_matrix

LOT = {"trigger", "frame", "propensity"}
"""Columns that tell which inspections were drawn by lot."""


class Labels(Frozen):
    """Labels of a training matrix.

    Attributes
    ----------
    rows, confirmed : int
        Inspections with a label, and those of them that confirm.
    drawn : int
        Those that were drawn by lot with a logged chance, and so speak of every address of their lists.
    built_on : date
        Of the matrix.
    """

    rows: int = Field(ge=0)
    confirmed: int = Field(ge=0)
    drawn: int = Field(ge=0)
    built_on: date


def labels_now(settings: Settings, theme: Theme, *, tier: Tier = 2) -> Labels | str:
    """Count the labels of a theme's training matrix; or say why it has none that count."""
    try:
        matrix = training_matrix(settings, theme, tier=tier)
    except TrainingError as error:
        return error.found
    rows = matrix.frame
    drawn = random_arm(rows) if not LOT - set(rows) else ""
    return Labels(
        rows=len(rows),
        confirmed=int(rows["label"].sum()),
        drawn=0 if isinstance(drawn, str) else len(drawn.rows),
        built_on=matrix.manifest.built_on,
    )
