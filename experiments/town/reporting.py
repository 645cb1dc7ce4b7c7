"""Who reports what: more about some areas at equal truth, hardly anything about a closed community, and more about what disturbs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from experiments.town.chunk import Chunk
from experiments.town.lives import Bools, Floats, Lives
from experiments.town.occupancy import HOME, PREMISES, during
from experiments.town.streams import Ints

CATEGORIES = ("nuisance", "waste", "housing", "premises", "registration", "other")
BEFORE_DAYS = 400
"""Reports of the last year before the clock starts are delivered too."""


@dataclass(frozen=True)
class Reports:
    """Reports in order of day.

    Attributes
    ----------
    address : Ints
        Number in the chunk.
    day : Ints
        On which the report was made.
    category : Ints
        Place in `CATEGORIES`.
    rate : Floats
        Reports a year of this category at the address on that day.
    """

    address: Ints
    day: Ints
    category: Ints
    rate: Floats


def draw_reports(chunk: Chunk, lives: Lives) -> Reports:
    """Draw the reports that are made if no inspection changes anything."""
    rng = chunk.rng("reports")
    rates = np.minimum(_rates(chunk, lives), chunk.parameters.most_per_year)
    drawn = [during(lives, rates[:, i], days=chunk.clock.days, rng=rng) for i in range(len(CATEGORIES))]
    spell, day = (np.concatenate([d[i] for d in drawn]) for i in range(2))
    category = np.repeat(np.arange(len(CATEGORIES)), [len(d[0]) for d in drawn])
    order = np.argsort(day, kind="stable")
    order = order[day[order] >= -BEFORE_DAYS]
    spell, day, category = spell[order], day[order], category[order]
    return Reports(lives.address[spell], day, category, rates[spell, category])


def after_visits(chunk: Chunk, reports: Reports, lives: Lives) -> Reports:
    """Give the reports that are still made once inspections have ended some episodes."""
    now = _rates(chunk, lives)[lives.at(reports.address, reports.day), reports.category]
    kept = chunk.rng("reports-kept").random(len(now)) < now / reports.rate
    return Reports(reports.address[kept], reports.day[kept], reports.category[kept], reports.rate[kept])


def spoken_of(traces: Floats, home: Bools) -> dict[str, Floats]:
    """Give the trace that reports of a category speak of, row by row; waste and the rest speak of none."""
    crowd = (traces[:, HOME["crowding"]] + traces[:, HOME["turnover"]]) / np.sqrt(2)
    away = (traces[:, HOME["absence"]] + traces[:, HOME["paperwork"]]) / np.sqrt(2)
    odd = np.maximum(traces[:, PREMISES["odd_use"]], traces[:, PREMISES["operators"]])
    disturbance = np.where(home, traces[:, HOME["disturbance"]], traces[:, PREMISES["disturbance"]])
    return {"nuisance": disturbance, "housing": crowd, "registration": away, "premises": odd}


def _rates(chunk: Chunk, lives: Lives) -> Floats:
    """Give the reports a year in each spell, by category: each category follows the trace that it speaks of."""
    p = chunk.parameters
    home = chunk.objects.is_home[lives.address]
    area = chunk.neighbourhoods.reporting[chunk.objects.neighbourhood[lives.address]]
    usual = np.where(home, p.reports_per_year_home, p.reports_per_year_premises) * area
    rates = usual[:, None] * np.where(home[:, None], p.home_mix, p.premises_mix)
    for name, trace in spoken_of(lives.traces, home).items():
        rates[:, CATEGORIES.index(name)] *= np.exp(p.reports_follow_trace * np.clip(trace, -3, 4))
    return np.asarray(rates)
