"""The study of who looked: many towns, a model per way in each, and how far each ranking is from the truth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats
from sklearn.metrics import roc_auc_score

from experiments.kinds import Step
from experiments.who_looked.declared import TeamsDiffer, WhoLookedStudy
from experiments.who_looked.drawing import Town, draw
from features.team_rule import FEWEST_STAFF, TeamRule
from training import model, team_effects
from training.bootstrap import Estimate
from training.metrics import Floats

NONE, EVEN = "none", "teams alike"
WAYS = (NONE, "mixed", "balanced", EVEN)
"""The last one learns from outcomes that no town has: as if every team were of average strictness."""
FIGURES = ("auc", "auc_chance", "precision", "explained", "lean")
EARLIER_SHARE = 0.8
COVERAGE = 0.975


@dataclass(frozen=True)
class Found:
    """One figure of one way, over all towns of a sort.

    Attributes
    ----------
    value, against : Estimate
        Mean over the towns with a 95 % interval (Student's t); and its difference with ``none`` in the same towns.
    """

    town: str
    way: str
    figure: str
    value: Estimate
    against: Estimate


@dataclass(frozen=True)
class Estimated:
    """How well the mixed model found the teams: correlation of its effects with the true strictness, and its spread; means over the towns."""

    town: str
    correlation: Estimate
    spread: Estimate
    told_before: Estimate
    told_after: Estimate
    effective_share: Estimate


@dataclass(frozen=True)
class WhoLookedResult:
    """Everything that the page prints and draws; ``visits`` and ``confirmed`` are means over the towns, by sort.

    ``effects`` holds by sort, for each team of each town, its true effect and the one that ``mixed`` found, in log-odds; shape (towns x teams, 2).
    """

    found: tuple[Found, ...]
    estimated: tuple[Estimated, ...]
    visits: dict[str, float]
    confirmed: dict[str, float]
    effects: dict[str, Floats]

    def of(self, town: str, way: str, figure: str) -> Found:
        """Give one figure."""
        return next(f for f in self.found if (f.town, f.way, f.figure) == (town, way, figure))

    def as_json(self) -> dict[str, Any]:
        """Give the figures for a program to read."""
        told = [
            {"town": f.town, "way": f.way, "figure": f.figure, "value": f.value.model_dump(), "against_none": f.against.model_dump()}
            for f in self.found
        ]
        teams = [{name: e.model_dump() if isinstance(e, Estimate) else e for name, e in one.__dict__.items()} for one in self.estimated]
        effects = {town: pairs.tolist() for town, pairs in self.effects.items()}
        return {"found": told, "teams": teams, "visits": self.visits, "confirmed": self.confirmed, "effects": effects}


def run(study: WhoLookedStudy, *, progress: Step) -> WhoLookedResult:
    """Run the study."""
    found: list[Found] = []
    estimated, visits, confirmed, effects = [], {}, {}, {}
    for number, teams in enumerate(study.towns):
        progress(f"who looked: {teams.name}")
        made = [_one(study, teams, seed=study.seed * 1_000 + number * 100 + n) for n in range(study.simulations)]
        values = {(way, figure): np.array([one.figures[way][figure] for one in made]) for way in WAYS for figure in FIGURES}
        found += [Found(teams.name, way, figure, mean(each), mean(each - values[NONE, figure])) for (way, figure), each in values.items()]
        beside = [mean(np.array(column)) for column in zip(*(one.teams for one in made), strict=True)]
        estimated.append(Estimated(teams.name, *beside))
        visits[teams.name] = float(np.mean([one.visits for one in made]))
        confirmed[teams.name] = float(np.mean([one.confirmed for one in made]))
        effects[teams.name] = np.concatenate([one.effects for one in made])
    return WhoLookedResult(tuple(found), tuple(estimated), visits, confirmed, effects)


@dataclass(frozen=True)
class _One:
    figures: dict[str, dict[str, float]]
    teams: tuple[float, ...]
    visits: int
    confirmed: int
    effects: Floats


def _one(study: WhoLookedStudy, teams: TeamsDiffer, *, seed: int) -> _One:
    """Draw one town, rank its addresses in every way, and hold each ranking against the truth."""
    town = draw(study, teams, seed=seed)
    visits, strictness = town.visits, town.addresses.groupby("own_team")["strictness"].first()
    figures, records = {}, {}
    for way in WAYS:
        scores, adjustment = rank(town, way, seed=seed)
        figures[way] = measured(town.addresses, scores, share=study.capacity_share)
        if adjustment is not None:
            records[way] = adjustment.record
    effects = records["mixed"].effects
    true = [strictness[int(effect.team.removeprefix("team-"))] for effect in effects]
    correlation = float(np.corrcoef(true, [effect.log_odds for effect in effects])[0, 1])
    balanced = records["balanced"]
    told = (balanced.told_before, balanced.told_after, (balanced.effective_rows or 0.0) / balanced.rows)
    teams_found = (correlation, records["mixed"].spread, *told)
    sizes = np.array([(town.true_effects[effect.team], effect.log_odds) for effect in effects])
    return _One(figures, tuple(float(value or 0.0) for value in teams_found), len(visits), int(visits["label"].sum()), sizes)


def rank(town: Town, way: str, *, seed: int) -> tuple[Floats, team_effects.Adjustment | None]:
    """Learn from the visits as training does, and score every address; of none is it known who would come."""
    visits, names = town.visits, town.names
    labels = visits["even" if way == EVEN else "label"].to_numpy(dtype=np.int8)
    staff = dict.fromkeys(visits["team"].unique(), FEWEST_STAFF)
    rule = TeamRule.model_validate({"adjustment": NONE if way == EVEN else way, "staff": staff})
    found = team_effects.learn(visits, names, rule)
    earlier = np.arange(len(visits)) < int(EARLIER_SHARE * len(visits))
    fitted = model.fit(
        visits[names],
        labels,
        risks=[None] * len(names),
        earlier=earlier,
        stopping=~earlier,
        seed=seed,
        beside=None if found is None else found.beside(visits),
    )
    return model.margins(fitted.booster, town.addresses), found


def measured(addresses: pd.DataFrame, scores: Floats, *, share: float) -> dict[str, float]:
    """Hold a ranking against the truth.

    Parameters
    ----------
    addresses : DataFrame
        As `Town.addresses`.
    scores : ndarray of shape (n,)
    share : float
        Capacity as a share of the addresses.

    Returns
    -------
    dict of float
        ``auc`` against the hidden episode; ``auc_chance``, the same weighted by how likely a team of average strictness confirms; ``precision``:
        share with an episode within capacity; ``explained``: share of the variance of the rank that own teams explain, among addresses without an
        episode; ``lean``: how many percent of all addresses those of the strictest team's area stand higher on average than those of the mildest.
    """
    order = stats.rankdata(scores) / len(scores)
    episode, chance = addresses["episode"].to_numpy(), addresses["chance"].to_numpy()
    held = order > 1 - share
    quiet = addresses.assign(rank=order)[~episode]
    by_team = quiet.groupby("own_team")["rank"]
    between = float(((by_team.transform("mean") - quiet["rank"].mean()) ** 2).mean())
    by_strictness = quiet.groupby("strictness")["rank"].mean()
    both = np.r_[np.ones(len(scores)), np.zeros(len(scores))]
    return {
        "auc": float(roc_auc_score(episode, scores)),
        "auc_chance": float(roc_auc_score(both, np.r_[scores, scores], sample_weight=np.r_[chance, 1 - chance])),
        "precision": float(episode[held].mean()),
        "explained": between / float(quiet["rank"].var(ddof=0)),
        "lean": 100 * float(by_strictness.iloc[-1] - by_strictness.iloc[0]),
    }


def mean(values: Floats) -> Estimate:
    """Give the mean of independent values with a 95 % interval."""
    center, error = float(values.mean()), float(values.std(ddof=1) / np.sqrt(len(values)))
    reach = float(stats.t.ppf(COVERAGE, len(values) - 1)) * error
    return Estimate(value=center, low=center - reach, high=center + reach)
