"""A town in memory whose teams differ as declared: years of visits by teams with areas of their own, and what is true of every address."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from experiments.town.chunk import Chunk
from experiments.town.examining import chance_confirmed, examine
from experiments.town.geography import draw_neighbourhoods
from experiments.town.inspecting import QUARTER, choose
from experiments.town.lives import Floats, Lives, draw_lives
from experiments.town.making import draw_chunk
from experiments.town.mechanisms import ORDINARY
from experiments.town.oracle import is_episode
from experiments.town.parameters import Parameters, Size
from experiments.town.reporting import Reports, draw_reports
from experiments.town.standing import draw_standing
from experiments.town.streams import Clock, Ints, span
from experiments.who_looked.declared import TeamsDiffer, WhoLookedStudy

REPORT_DAYS = 365
NEVER_VISITED = -10_000
SEEN_NOISE = 1.0
"""Standard deviation of what a register adds to a trace, which has 1 itself; as in the study of selective labels."""
VALUE_NOISE = 0.15
"""Standard deviation of the logarithm of a value per square metre within a neighbourhood. Assumed: homes of one area are worth much the same."""
STREAM = 23
IF_TEAM = "if_"
"""Before the name of a team: the chance that it would have confirmed a visit."""


@dataclass(frozen=True)
class Town:
    """Visits with their outcomes, and every address of the cohort on the day after them.

    Attributes
    ----------
    visits : DataFrame
        In the order of time: `names`, ``label``, ``team``, ``address_id``, ``building_id``, ``quarter``, ``even``: the outcome had every team
        been of average strictness, and ``if_team-0`` and on: the chance that each team would have confirmed.
    addresses : DataFrame
        `names`, ``building_id``; the hidden truth: ``episode``, and ``chance`` that a team of average strictness confirms; ``own_team``, and
        ``strictness`` of that team from 0 (mildest) to 1.
    """

    visits: pd.DataFrame
    addresses: pd.DataFrame

    @property
    def names(self) -> list[str]:
        """What a model sees."""
        return [str(name) for name in self.addresses.columns if str(name).startswith("seen_")]

    @property
    def true_effects(self) -> pd.Series:
        """By team, in log-odds: how often it would have confirmed all of these visits, against the mean over the teams."""
        told = self.visits.filter(regex=f"^{IF_TEAM}").mean()
        log_odds = np.log(told.to_numpy() / (1 - told.to_numpy()))
        return pd.Series(log_odds - log_odds.mean(), index=[str(name).removeprefix(IF_TEAM) for name in told.index])


def draw(study: WhoLookedStudy, teams: TeamsDiffer, *, seed: int) -> Town:
    """Draw a town and its years of visits; a visit ends no episode."""
    parameters = replace(Parameters(), **_changed(teams))
    years = study.quarters // 4 + 3
    size = Size(addresses=study.addresses, chunk=study.addresses, seed=seed, inspections_per_year=study.visits_per_year, years=years)
    clock, areas = Clock.of(size), draw_neighbourhoods(size, parameters)
    chunk = draw_chunk(0, 0, size=size, parameters=parameters, clock=clock, neighbourhoods=areas)
    lives = draw_lives(chunk.objects.group, parameters, days=clock.days, rng=chunk.rng("lives"))
    reports, rng = draw_reports(chunk, lives), np.random.default_rng([seed, STREAM])
    drawn = _Drawn(chunk, lives, reports, study.theme, SEEN_NOISE * rng.standard_normal((len(chunk), lives.traces.shape[1])), _values(chunk, rng))
    last = clock.days // QUARTER - 1
    excluded, last_visit, parts = draw_standing(chunk, lives), np.full(len(chunk), NEVER_VISITED), []
    for quarter in range(last - study.quarters, last):
        start = quarter * QUARTER
        free = chunk.in_cohort(study.theme, excluded.excluded(start)) & (last_visit < start - parameters.again_after_days)
        chosen = choose(chunk, lives, reports, study.theme, free, start=start, rng=rng)
        parts.append(drawn.visited(chosen.address, chosen.trigger == 2, start, rng).assign(quarter=quarter))
        last_visit[chosen.address] = start
    cohort = np.flatnonzero(chunk.in_cohort(study.theme, excluded.excluded(last * QUARTER)))
    return Town(pd.concat(parts, ignore_index=True), drawn.known(cohort, last * QUARTER))


@dataclass(frozen=True)
class _Drawn:
    """What was drawn of a town."""

    chunk: Chunk
    lives: Lives
    reports: Reports
    theme: str
    noise: Floats
    value: Floats

    def seen(self, address: Ints, start: int) -> pd.DataFrame:
        """Give what registers show before a day: traces with noise, reports, and the home; its value tells the area."""
        objects = self.chunk.objects
        traces = self.lives.traces[self.lives.at(np.arange(len(self.chunk)), start - 1)] + self.noise
        first, last = np.searchsorted(self.reports.day, [start - REPORT_DAYS, start])
        number = np.bincount(self.reports.address[first:last], minlength=len(self.chunk))
        columns = {f"seen_trace_{i + 1}": traces[address, i] for i in range(traces.shape[1])}
        columns |= {"seen_reports": number[address], "seen_value_m2": self.value[address], "seen_area": objects.area[address]}
        columns |= {"seen_built": objects.built_year[address], "seen_units": objects.units[address]}
        building = objects.building[address].astype(str)
        return pd.DataFrame(columns, dtype="float64").assign(address_id=address.astype(str), building_id=building)

    def visited(self, address: Ints, drawn: np.ndarray[Any, np.dtype[np.bool_]], start: int, rng: np.random.Generator) -> pd.DataFrame:
        """Let visits happen, and give those that were carried out for this theme."""
        p, rows = self.chunk.parameters, len(address)
        own = self.chunk.neighbourhoods.team[self.chunk.objects.neighbourhood[address]]
        team = np.where(rng.random(rows) < p.home_team_share, own, (own + rng.integers(1, p.team_reach + 1, rows)) % p.teams)
        day = start + span(rng, rows, p.visit_days)
        found = examine(self.chunk, self.lives, self.theme, address, day, team, drawn, rng)[0]
        kept = (found.course == "inspected") & (found.theme == self.theme)
        state = self.lives.state[self.lives.at(address, day)]
        even = rng.random(rows) < self.average(state)
        would = {f"{IF_TEAM}team-{number}": self._confirms(state, number) for number in range(p.teams)}
        made = self.seen(address, start).assign(label=found.confirmed.astype(np.int8), even=even.astype(np.int8), team=team, **would)
        named: pd.DataFrame = made.assign(team="team-" + made["team"].astype(str))[kept]
        return named

    def known(self, address: Ints, start: int) -> pd.DataFrame:
        """Give addresses with what is seen of them and what is true."""
        state = self.lives.state[self.lives.at(address, np.full(len(address), start))]
        own = self.chunk.neighbourhoods.team[self.chunk.objects.neighbourhood[address]]
        truth = {"episode": is_episode(state, self.theme), "chance": self.average(state)}
        return self.seen(address, start).assign(**truth, own_team=own, strictness=self.strictness[own])

    def average(self, state: Ints) -> Floats:
        """Give the chance that a team confirms, over all teams alike."""
        return np.asarray(np.mean([self._confirms(state, team) for team in range(self.chunk.parameters.teams)], axis=0), dtype=np.float64)

    @property
    def strictness(self) -> Floats:
        """By team, from 0 (mildest) to 1 (strictest): its place among the teams by what it confirms where nothing is."""
        alarms = np.array([self._confirms(np.array([ORDINARY]), team)[0] for team in range(self.chunk.parameters.teams)])
        return np.argsort(np.argsort(alarms)) / (len(alarms) - 1)

    def _confirms(self, state: Ints, team: int) -> Floats:
        themes = np.full(len(state), self.theme, dtype=object)
        return chance_confirmed(self.chunk, state, themes, np.full(len(state), team))


def _values(chunk: Chunk, rng: np.random.Generator) -> Floats:
    """Give values per square metre, the mean home of the town being 1."""
    price = chunk.neighbourhoods.price[chunk.objects.neighbourhood]
    return np.asarray(price * np.exp(VALUE_NOISE * rng.standard_normal(len(chunk))))


def _changed(teams: TeamsDiffer) -> dict[str, Any]:
    given = {"team_sensitivity": teams.sensitivity, "team_false_alarm": teams.false_alarm, "home_team_share": teams.home_share}
    return {name: value for name, value in given.items() if value is not None}
