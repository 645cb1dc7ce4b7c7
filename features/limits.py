"""The limits of a theme: what a model must show before a person may release it. Fixed before training; `training.gates` reads them."""

from __future__ import annotations

from pydantic import Field, field_validator

from features.declared import Frozen

LIFT_OF_CHANCE = 1.0
"""Share of hits on a list over the share in the whole: 1 for a list that was drawn by lot."""
LARGEST_GAP = 0.25
"""Largest gap between said and seen, or between the rates of two groups, that may be allowed. Assumed: one that is off by a quarter says nothing."""
TELLS_NOTHING = 0.5
"""AUC of what tells nothing."""
LARGEST_GROUP_AUC = 0.71
"""AUC of a large difference between two groups (0.8 standard deviations; Cohen, Statistical power analysis, 1988): no limit may let that pass."""
LARGEST_SOURCE_SHARE = 0.8
"""Assumed: where one source carries more of a score than four fifths, the score is that register under another name."""
LARGEST_FORESIGHT = 0.95
"""AUC of one indicator alone that may be allowed. Assumed: models of many indicators reach less in this field."""
LARGEST_AUC_LOSS = 0.05
"""Assumed, as studies of diagnostic readers commonly do: what orders one in twenty pairs worse than a plain regression on the same rows has no
reason to be."""
POOR_STABILITY = 0.4
"""Below it a selection agrees poorly with another (Nogueira, Sechidis and Brown, JMLR 18, 2018, after Fleiss): no limit may let that pass."""
OLDEST_DAYS = 1095
"""Three years; assumed: rules, registers and the market for homes are other ones by then."""


class Limits(Frozen):
    """What a model must show before a person may release it. No limit can be set so that its gate lets everything pass.

    Attributes
    ----------
    maximum_auc_loss : float
        How much lower than that of what learned from the same rows the AUC may be: the most that directions which people agreed on and reasons
        that add up may cost. Less takes more labels to decide, which `schouw plan` counts.
    maximum_selection_gap, maximum_false_positive_gap, maximum_group_bias : float
        Between two audit groups. Within 0.1 is called fair by convention (Bellamy et al., AI Fairness 360, 2018).
    maximum_precision_gap, maximum_recall_gap : float
        Between two audit groups. Assumed: twice that, as these are rates among the few on a list and the few that were confirmed.
    maximum_group_auc : float
        How well the score may tell a group among equal outcomes: below 0.64, the AUC of a medium difference (0.5 standard deviations; Cohen, 1988).
    maximum_source_share : float
        Part of the score's movement that may rest on one source. Assumed: no majority.
    maximum_foresight : float
        How well one indicator alone may tell the outcome. Assumed: what was known before a visit tells less.
    minimum_stability : float
        Part of the list, above chance, that stays when other inspections are drawn to learn from. Above poor agreement (Fleiss, 1981).
    minimum_stability_one_day : float
        The same when the data are a day on: excellent agreement (Fleiss, 1981), as little happens in a night.
    maximum_age_days : int
        Days since the newest inspection with a known outcome was decided. Assumed: a year.
    maximum_learned_age_days : int
        Days since the newest inspection was decided that the model learned from, its calibration too. Assumed: a year more, as the newest
        tenth of the inspections only measures.
    """

    minimum_labels: int = Field(default=300, ge=1)
    minimum_positives: int = Field(default=50, ge=1)
    minimum_lift: float = Field(default=1.0, allow_inf_nan=False)
    maximum_calibration_gap: float = Field(default=0.1, allow_inf_nan=False)
    maximum_auc_loss: float = Field(default=LARGEST_AUC_LOSS, gt=0, le=LARGEST_AUC_LOSS, allow_inf_nan=False)
    maximum_selection_gap: float = Field(default=0.1, allow_inf_nan=False)
    maximum_precision_gap: float = Field(default=0.2, allow_inf_nan=False)
    maximum_recall_gap: float = Field(default=0.2, allow_inf_nan=False)
    maximum_false_positive_gap: float = Field(default=0.1, allow_inf_nan=False)
    maximum_group_bias: float = Field(default=0.1, allow_inf_nan=False)
    maximum_group_auc: float = Field(default=0.64, gt=TELLS_NOTHING, le=LARGEST_GROUP_AUC, allow_inf_nan=False)
    maximum_source_share: float = Field(default=0.5, gt=0, le=LARGEST_SOURCE_SHARE, allow_inf_nan=False)
    maximum_foresight: float = Field(default=0.9, gt=TELLS_NOTHING, le=LARGEST_FORESIGHT, allow_inf_nan=False)
    minimum_stability: float = Field(default=POOR_STABILITY, ge=POOR_STABILITY, lt=1, allow_inf_nan=False)
    minimum_stability_one_day: float = Field(default=0.75, ge=POOR_STABILITY, lt=1, allow_inf_nan=False)
    maximum_age_days: int = Field(default=365, ge=1, le=OLDEST_DAYS)
    maximum_learned_age_days: int = Field(default=730, ge=1, le=OLDEST_DAYS)

    @field_validator("minimum_lift")
    @classmethod
    def _above_chance(cls, given: float) -> float:
        """Refuse a lift that a draw by lot would reach."""
        if given < LIFT_OF_CHANCE:
            raise ValueError(f"{given:g} switches the gate off: a list drawn by lot has a lift of {LIFT_OF_CHANCE:g}; give that or more")
        return given

    @field_validator(
        "maximum_calibration_gap",
        "maximum_selection_gap",
        "maximum_precision_gap",
        "maximum_recall_gap",
        "maximum_false_positive_gap",
        "maximum_group_bias",
    )
    @classmethod
    def _still_a_gate(cls, given: float) -> float:
        """Refuse a gap that no model exceeds, and one that none can stay within."""
        if not 0 < given <= LARGEST_GAP:
            raise ValueError(f"{given:g} is no limit: above 0, and at most {LARGEST_GAP:g}, which few models exceed")
        return given
