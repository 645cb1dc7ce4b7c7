"""Team effects: how strict who inspected is, estimated on training rows and taken out, so that a score is of an address (DESIGN rule 6).

One team confirms what another lets pass. Where teams have areas of their own, a model learns *who comes to look* and ranks by it. Two ways
out, chosen in the theme's TOML; what is learned from here stays in training, and no model, matrix to score or answer holds a team:

``mixed``
    A random intercept for each team beside all indicators, in one logistic regression; its spread is the one that makes the outcomes
    likeliest. Trees and line are fitted with each row's team effect given, so that they need not explain it, and scored with the average
    of all visits, 0. It holds for teams that see other addresses too, as far as one effect fits them all.
``balanced``
    Each row weighs how often its team comes anywhere over how often it comes to addresses like this one, so that an adversary who sees the
    indicators can no longer tell the team: what is learned then is of all teams alike. It asks nothing of the shape of an effect, but needs
    teams that come to the same kinds of address, and pays in rows.

References
----------
Breslow and Clayton, Approximate inference in generalized linear mixed models, 1993 (the Laplace approximation).
Sigrist, Gaussian process boosting, 2022; Hajjem, Bellavance and Larocque, Mixed-effects random forest, 2014 (trees beside a random intercept).
Ozery-Flato, Thodoroff, Ninio, Rosen-Zvi and El-Hay, Adversarial balancing for causal inference, 2018; Lee, Lessler and Stuart,
Weight trimming and propensity score weighting, 2011.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import pandas as pd

from features.errors import TrainingError
from features.team_rule import TeamRule
from training import team_balance, team_intercepts
from training.model import Beside
from training.team_record import TeamEffect, TeamRecord

TEAM = "team"
"""Column of the training matrix, beside the label; no scoring matrix has it."""


class Adjuster(Protocol):
    """Gives offset and weight of rows by their group; an empty group is no team."""

    def beside(self, rows: pd.DataFrame, groups: pd.Series) -> Beside:
        """Of n rows."""


@dataclass(frozen=True)
class Adjustment:
    """Learned team effects.

    Attributes
    ----------
    names : dict of str
        Under which name each team was estimated.
    adjuster : Adjuster
    record : TeamRecord
    """

    names: dict[str, str]
    adjuster: Adjuster
    record: TeamRecord

    def beside(self, rows: pd.DataFrame) -> Beside:
        """Give what stands beside rows of a training matrix while a model or a line is fitted; never beside rows that are scored."""
        return self.adjuster.beside(rows, rows[TEAM].map(self.names))


def learn(rows: pd.DataFrame, names: list[str], rule: TeamRule) -> Adjustment | None:
    """Learn how to take team effects out; None where the theme takes out none.

    Parameters
    ----------
    rows : DataFrame of shape (n, k)
        A training fold: the indicators, ``label`` and ``team`` (missing where nobody wrote it).
    names : list of str
        Indicators.
    rule : TeamRule
        The theme's.

    Raises
    ------
    TrainingError
        The rows name fewer than two teams that may be told apart.
    """
    if rule.adjustment == "none":
        return None
    teams = rows[TEAM] if TEAM in rows else pd.Series(pd.NA, index=rows.index, dtype="string")
    grouped = rule.groups(teams.dropna().unique())
    groups = teams.map(grouped)
    if groups.nunique() < 2:
        raise TrainingError(
            f"the training rows hold {groups.nunique()} teams of five people or more, over {int(groups.notna().sum())} rows with a team",
            expected=f"at least two for team.adjustment '{rule.adjustment}'",
            remedy="fill team in registers/inspections.sql, declare the staff of each team under [team] in the theme, or set adjustment to none",
        )
    counted = {"way": rule.adjustment, "teams": groups.nunique(), "rows": groups.notna().sum(), "rows_without": groups.isna().sum()}
    if rule.adjustment == "mixed":
        fitted = team_intercepts.fit(rows, names, groups)
        found = (TeamEffect(team=e.group, log_odds=e.log_odds, low=e.low, high=e.high) for e in fitted.effects)
        return Adjustment(grouped, fitted, TeamRecord(**counted, spread=fitted.spread, effects=tuple(found)))
    balanced = team_balance.fit(rows, names, groups)
    told = {"told_before": balanced.told_before, "told_after": balanced.told_after, "effective_rows": balanced.effective_rows}
    return Adjustment(grouped, balanced, TeamRecord(**counted, **told))
