"""The study of selective labels: many years of visits over one truth, and how far each way of looking at them is off."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any

import numpy as np
import pandas as pd

from experiments.kinds import Step
from experiments.selective_labels.declared import SelectiveLabelsStudy
from experiments.selective_labels.drawing import AREAS, Regime, World, Year, draw_world, draw_year
from training.metrics import Floats
from training.selection import Figure, Method, Selection, selection

REGIMES: tuple[Regime, ...] = ("history", "worklist")
CORRECTED: dict[Regime, Method] = {"history": "random arm", "worklist": "inverse propensity"}
FIGURES = ("base_rate", "precision_at_capacity", "recall_at_capacity")


FRAMES_APART = 1_000_000
"""Frames are numbered by their first day; a year's are set this far from those of the year before."""


@dataclass(frozen=True)
class Found:
    """One figure by one way of looking, over all simulated years.

    Attributes
    ----------
    truth, mean : float, optional
        Mean over the years; ``mean`` over those in which the figure is defined.
    bias : float, optional
        Mean of the figure minus the truth of its year.
    error : float, optional
        Standard error of that mean, of the spread over the years.
    asked_bias : float, optional
        The same mean over the first ``asked_simulations`` years.
    covered : float
        Share of the years whose 95 % interval, or bounds, held the truth.
    width : float
        Mean width of the interval.
    too_few, defined : float
        Share of the years in which the rows were too few to call it a figure, and in which it had a value.
    """

    theme: str
    regime: Regime
    random_share: float
    area: str
    figure: str
    method: Method
    truth: float
    mean: float | None
    bias: float | None
    error: float | None
    asked_bias: float | None
    covered: float
    width: float
    too_few: float
    defined: float


@dataclass(frozen=True)
class Pooled:
    """The recall of the first ``asked_simulations`` years together: a random arm as large as nobody has, to see whether it goes to the truth."""

    theme: str
    regime: Regime
    area: str
    truth: float
    naive: float | None
    corrected: Figure


@dataclass(frozen=True)
class SelectiveLabelsResult:
    """Everything that the page prints; ``visits`` is the smallest number of visits in a year."""

    found: tuple[Found, ...]
    pooled: tuple[Pooled, ...]
    visits: int
    random_rows: float

    def of(self, **wanted: Any) -> list[Found]:
        """Give the figures with these values."""
        return [f for f in self.found if all(getattr(f, name) == value for name, value in wanted.items())]

    def as_json(self) -> dict[str, Any]:
        """Give the figures for a program to read."""
        pooled = [p.__dict__ | {"corrected": p.corrected.model_dump()} for p in self.pooled]
        return {"visits": self.visits, "random_rows": self.random_rows, "found": [f.__dict__ for f in self.found], "pooled": pooled}


def run(study: SelectiveLabelsStudy, *, progress: Step) -> SelectiveLabelsResult:
    """Run the study; the same declaration gives the same figures."""
    found: list[Found] = []
    pooled: list[Pooled] = []
    visits, random_rows = [], []
    for theme, regime, share in _settings(study):
        progress(f"{theme}, {regime}, {share:.0%} at random")
        world = _world(study, theme, share)
        years = list(_years(world, regime, study))
        looked = [_looked(year, study) for year in years]
        found += _summed(years, looked, theme=theme, regime=regime, random_share=share, asked=study.asked_simulations)
        if share == study.random_share:
            pooled += [_pool(years[: study.asked_simulations], study, theme=theme, regime=regime, area=area) for area in AREAS]
            visits += [year.visits for year in years]
            random_rows += [int((year.rows["trigger"] == "random").sum()) for year in years]
    return SelectiveLabelsResult(tuple(found), tuple(pooled), min(visits), float(np.mean(random_rows)))


def _settings(study: SelectiveLabelsStudy) -> Iterator[tuple[str, Regime, float]]:
    """Give each theme both ways with the declared random arm, and the first theme with the small ones."""
    for theme in study.themes:
        for regime in REGIMES:
            yield theme, regime, study.random_share
    for share in study.small_random_shares:
        yield study.themes[0], "history", share


def _world(study: SelectiveLabelsStudy, theme: str, share: float) -> World:
    return draw_world(theme, addresses=study.addresses, visits=study.visits_per_year, random_share=share, seed=study.seed)


def _years(world: World, regime: Regime, study: SelectiveLabelsStudy) -> Iterator[Year]:
    for number in range(study.simulations):
        yield draw_year(world, regime, share=study.capacity_share, seed=[study.seed, number])


def _looked(year: Year, study: SelectiveLabelsStudy) -> dict[str, Selection]:
    """Look at one year, at all of it and at the area that hardly reports."""
    fold = np.zeros(len(year.rows), dtype=np.intp)
    within = dict(zip(AREAS, (None, year.area), strict=True))
    return {
        area: selection(year.rows, year.scores, fold=fold, share=study.capacity_share, seed=study.seed, within=only) for area, only in within.items()
    }


def _summed(years: list[Year], looked: list[dict[str, Selection]], *, theme: str, regime: Regime, random_share: float,
            asked: int) -> Iterator[Found]:  # fmt: skip
    """Hold every figure of every year against the truth of that year."""
    for area in AREAS:
        methods = dict.fromkeys(answer.method for each in looked for answer in each[area].answers)
        for figure in FIGURES:
            truth = np.array([year.truth[area][figure] for year in years])
            for method in methods:
                given = [answer.figures.get(figure) if (answer := each[area].by(method)) else None for each in looked]
                if any(one is not None for one in given):
                    keys = {"theme": theme, "regime": regime, "random_share": random_share, "area": area, "figure": figure, "method": method}
                    yield _held(given, truth, asked=asked, **keys)


def _held(given: Sequence[Figure | None], truth: Floats, *, asked: int, **keys: Any) -> Found:
    there = np.array([one is not None for one in given])
    values = np.array([_numbers(one) for one in given])[there]
    true = truth[there]
    off = values[:, 0] - true
    defined = ~np.isnan(off)
    early = np.flatnonzero(there)[defined] < asked
    return Found(
        **keys,
        truth=float(true.mean()),
        mean=_mean(values[defined, 0]),
        bias=_mean(off[defined]),
        error=float(off[defined].std(ddof=1) / sqrt(defined.sum())) if defined.sum() > 1 else None,
        asked_bias=_mean(off[defined][early]),
        covered=float(((values[:, 1] <= true) & (true <= values[:, 2])).mean()),
        width=float(values[:, 3].mean()),
        too_few=float(values[:, 4].mean()),
        defined=float(defined.mean()),
    )


def _numbers(one: Figure | None) -> list[float]:
    """Give value, ends, width, and whether it is too few; NaN for what is not there."""
    told = (None,) * 5 if one is None else (one.value, one.low, one.high, one.width, one.too_few)
    return [np.nan if number is None else float(number) for number in told]


def _mean(values: Floats) -> float | None:
    return float(values.mean()) if len(values) else None


def _pool(years: list[Year], study: SelectiveLabelsStudy, *, theme: str, regime: Regime, area: str) -> Pooled:
    """Put years behind each other, each a round of its own, and look once."""
    rows = pd.concat([_apart(year.rows, number) for number, year in enumerate(years)], ignore_index=True)
    fold = np.repeat(np.arange(len(years)), [len(year.rows) for year in years])
    only = None if area == AREAS[0] else np.concatenate([year.area for year in years])
    scores = np.concatenate([year.scores for year in years])
    seen = selection(rows, scores, fold=fold, share=study.capacity_share, seed=study.seed, within=only)
    naive, corrected = seen.by("inspected"), seen.by(CORRECTED[regime])
    truth = float(np.mean([year.truth[area]["recall_at_capacity"] for year in years]))
    recall = None if naive is None else naive.figures["recall_at_capacity"].value
    if corrected is None:
        raise ValueError(f"no year of {theme} has a row with a logged chance")
    return Pooled(theme, regime, area, truth, recall, corrected.figures["recall_at_capacity"])


def _apart(rows: pd.DataFrame, number: int) -> pd.DataFrame:
    """Give the rows of one year with frames and buildings of its own: years are drawn independently."""
    return rows.assign(frame=rows["frame"] + number * FRAMES_APART, building_id=rows["building_id"] + f" in year {number}")
