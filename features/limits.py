"""The limits of a theme: what a model must show before a person may release it. Fixed before training; `training.gates` reads them."""

from __future__ import annotations

from pydantic import Field, field_validator

from features.declared import Frozen

LIFT_OF_CHANCE = 1.0
"""Share of hits on a list over the share in the whole: 1 for a list that was drawn by lot."""
LARGEST_GAP = 0.25
"""Largest gap between said and seen that may be allowed, a probability. Assumed: a score that is off by a quarter says nothing."""


class Limits(Frozen):
    """What a model must show before a person may release it. No limit can be set so that its gate lets everything pass."""

    minimum_labels: int = Field(default=300, ge=1)
    minimum_positives: int = Field(default=50, ge=1)
    minimum_lift: float = Field(default=1.0, allow_inf_nan=False)
    maximum_calibration_gap: float = Field(default=0.1, allow_inf_nan=False)

    @field_validator("minimum_lift")
    @classmethod
    def _above_chance(cls, given: float) -> float:
        """Refuse a lift that a draw by lot would reach."""
        if given < LIFT_OF_CHANCE:
            raise ValueError(f"{given:g} switches the gate off: a list drawn by lot has a lift of {LIFT_OF_CHANCE:g}; give that or more")
        return given

    @field_validator("maximum_calibration_gap")
    @classmethod
    def _still_a_gate(cls, given: float) -> float:
        """Refuse a gap that no model exceeds, and one that none can stay within."""
        if not 0 < given <= LARGEST_GAP:
            raise ValueError(f"{given:g} is no limit: above 0, and at most {LARGEST_GAP:g}, which few models exceed")
        return given
