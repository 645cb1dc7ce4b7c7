"""The study from end to end: many towns, each looped through with every random arm, and means over the towns with intervals."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.stats import t

from experiments.feedback_loop.declared import FeedbackLoopStudy
from experiments.feedback_loop.looping import AREAS, Arm, Seen, draw_town, loop
from experiments.kinds import Step
from training.bootstrap import INTERVAL_PERCENT, Estimate
from training.metrics import Floats

FROZEN = "never retrained"
AREA_TOO = "area read too"
FIGURES = ("precision", "recall", *(f"{what}, {area}" for what in ("selection ratio", "recall ratio") for area in AREAS))


def arms(study: FeedbackLoopStudy) -> tuple[Arm, ...]:
    """Give every way of going on: each random share, the largest and none with a model that reads the area, and the first model for ever."""
    shares = (study.random_shares[0], study.random_shares[-1])
    return (
        *(Arm(f"{share:.0%} at random", share) for share in study.random_shares),
        *(Arm(f"{share:.0%} at random, {AREA_TOO}", share, reads_area=True) for share in shares),
        Arm(FROZEN, 0.0, retrained=False),
    )


@dataclass(frozen=True)
class FeedbackLoopResult:
    """Everything that the page prints: ``values`` of shape (towns, rounds) by theme, arm and figure."""

    values: dict[tuple[str, str, str], Floats]

    def over(self, theme: str, arm: str, figure: str, rounds: slice) -> Estimate:
        """Give the mean over some rounds and all towns, with its interval over the towns."""
        return mean(self.values[theme, arm, figure][:, rounds].mean(axis=1))

    def minus(self, theme: str, one: str, other: str, figure: str, rounds: slice) -> Estimate:
        """Give how much one arm has more than another, in the same towns."""
        return mean((self.values[theme, one, figure] - self.values[theme, other, figure])[:, rounds].mean(axis=1))

    def trend(self, theme: str, arm: str, figure: str, cycle: int) -> Estimate:
        """Give the last cycle of rounds minus the first, in the same towns."""
        values = self.values[theme, arm, figure]
        return mean(values[:, -cycle:].mean(axis=1) - values[:, :cycle].mean(axis=1))

    def as_json(self) -> dict[str, Any]:
        """Give the mean over the towns of each round, for a program to read."""
        return {" | ".join(key): values.mean(axis=0).tolist() for key, values in self.values.items()}


def mean(values: Iterable[float]) -> Estimate:
    """Give a mean over independent towns with Student's interval.

    Examples
    --------
    >>> found = mean([1.0, 2.0, 3.0])
    >>> found.value, round(found.low, 2), round(found.high, 2)
    (2.0, -0.48, 4.48)
    """
    each = np.asarray(list(values), dtype=np.float64)
    half = float(t.ppf((1 + INTERVAL_PERCENT / 100) / 2, len(each) - 1) * each.std(ddof=1) / np.sqrt(len(each)))
    return Estimate(value=float(each.mean()), low=float(each.mean()) - half, high=float(each.mean()) + half)


def run(study: FeedbackLoopStudy, *, progress: Step) -> FeedbackLoopResult:
    """Run the study; the same declaration gives the same figures."""
    values: dict[tuple[str, str, str], Floats] = {}
    for theme in study.themes:
        of_towns: dict[str, list[list[Seen]]] = {}
        for number in range(study.towns):
            progress(f"{theme}, town {number + 1} of {study.towns}")
            for arm, seen in _loops(theme, number, study):
                of_towns.setdefault(arm, []).append(seen)
        for arm, towns in of_towns.items():
            for figure in FIGURES:
                values[theme, arm, figure] = np.array([[_figure(one, figure) for one in town] for town in towns])
    return FeedbackLoopResult(values)


def _loops(theme: str, number: int, study: FeedbackLoopStudy) -> Iterable[tuple[str, list[Seen]]]:
    """Loop through one town in every way."""
    seed = [study.seed, number]
    town = draw_town(theme, addresses=study.addresses, visits=study.visits_per_year, rounds=study.rounds, seed=seed)
    for arm in arms(study):
        yield arm.name, loop(town, arm, window=study.window_rounds, seed=seed)


def _figure(seen: Seen, figure: str) -> float:
    what, _, area = figure.partition(", ")
    if not area:
        return float(getattr(seen, what))
    return float(getattr(seen, what.replace(" ", "_"))[area])
