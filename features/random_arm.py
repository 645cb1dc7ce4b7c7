"""The random arm of a theme: which share of a list is drawn at random, and what may happen to what was drawn (DESIGN rule 10).

Only what was drawn with a known probability says how the addresses are that nobody would have chosen. But a draw is no reason to suspect
anyone: where the law asks for doubt before a power is used, nothing may be drawn.

References
----------
Algemene wet bestuursrecht art. 5:13: a supervisor uses a power only as far as the task reasonably needs it.
Algemene wet op het binnentreden art. 1 and 2: who enters a home says why, and asks; without consent only on a warrant.
"""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from features.declared import Frozen

Form = Literal["visit", "desk-check", "none"]
LARGEST_SHARE = 0.5
"""A list of which half or more is drawn is no longer a list of addresses that are worth a look."""


class RandomArm(Frozen):
    """``[random_arm]`` of a theme: its form, the share of a list that is drawn, and the reason where there is none."""

    form: Form
    share: float | None = Field(default=None, gt=0, lt=LARGEST_SHARE, allow_inf_nan=False)
    none_because: str | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        """Refuse a draw without a share, a share without a draw, and no draw without a reason."""
        if self.form == "none":
            if self.share is not None:
                raise ValueError(f"form 'none' draws nothing, so share {self.share:g} means nothing: leave it out, or choose visit or desk-check")
            if not (self.none_because or "").strip():
                raise ValueError("form 'none' needs none_because: the law that asks for doubt first, or another reason")
            return self
        if self.share is None:
            raise ValueError(f"form '{self.form}' needs share: which part of a list is drawn at random, above 0 and below {LARGEST_SHARE:g}")
        if self.none_because is not None:
            raise ValueError(f"none_because is a reason for form 'none', and form is '{self.form}': leave it out")
        return self

    @property
    def said(self) -> str:
        """The arm in words, as the lineage shows it."""
        if self.share is None:
            return f"none: {self.none_because}"
        return f"{self.form}, {self.share:.1%} of a list drawn at random"
