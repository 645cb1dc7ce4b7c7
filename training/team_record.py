"""What a training run says about who inspected; apart, so that who reads a release need not load what estimates it."""

from __future__ import annotations

from features.declared import Frozen
from features.team_rule import Way


class TeamEffect(Frozen):
    """How much a team, or small teams together, raise the log-odds of a confirmed finding above the average visit, with a 95 % interval.

    There is no count of rows of a team: between two releases of which the rows differ by one small team, the counts of the others, or the total
    without them, would tell that team's by subtraction. A record of before has one, and nothing shows it.
    """

    team: str
    rows: int | None = None
    log_odds: float
    low: float
    high: float


class TeamRecord(Frozen):
    """What was done about who inspected, for the record.

    Attributes
    ----------
    way : {"none", "mixed", "balanced"}
    teams, rows, rows_without : int
        Teams with an effect of their own (small ones count as one), training rows with a team, and those without one: they count as average.
    spread : float, optional
        Estimated standard deviation of the effects, in log-odds; of ``mixed``.
    effects : tuple of TeamEffect
        Of ``mixed``; each is of five people or more.
    told_before, told_after : float, optional
        How well the indicators tell the team (mean AUC of one team against the others, on the rows that were weighted), before
        and after weighting; of ``balanced``.
    effective_rows : float, optional
        What the weighted rows are worth (Kish); of ``balanced``.
    """

    way: Way
    teams: int = 0
    rows: int = 0
    rows_without: int = 0
    spread: float | None = None
    effects: tuple[TeamEffect, ...] = ()
    told_before: float | None = None
    told_after: float | None = None
    effective_rows: float | None = None
