"""Six years of inspections, as biased as real ones: visits follow reports and the inspectors' own list, a few are drawn at random.

Quarter by quarter and theme by theme: who is in the cohort and was not visited in the past year, who is chosen and why, how the
visit goes, what the team makes of it, and whether the episode ends.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from experiments.town.arrow import Bools
from experiments.town.chunk import Chunk
from experiments.town.examining import Examined, examine
from experiments.town.lives import YEAR, Floats, Lives
from experiments.town.mechanisms import GROUPS, MECHANISMS, THEMES
from experiments.town.reporting import CATEGORIES, Reports
from experiments.town.standing import Standing
from experiments.town.streams import Ints, span

QUARTER = 91
TRIGGERS = ("report", "list", "random")
WITHOUT_RESULT = ("nobody-home", "entry-refused")


@dataclass(frozen=True)
class FrameCounts:
    """Addresses that could be listed in a quarter, how many of them for their score, and how many were drawn from the rest."""

    size: int
    listed: int
    drawn: int


@dataclass(frozen=True)
class Round:
    """Inspections decided in one quarter for one theme, first or second visits.

    Attributes
    ----------
    theme : str
        Theme for which the visits were planned.
    address, decided, visited, trigger, case : Ints
    propensity : Floats
        NaN where the visit was not drawn at random.
    frame : str
        Name of the frame of the random visits.
    counts : FrameCounts
        Of that frame.
    team : Ints
    examined : list of Examined
        One per row: the theme that was examined and its outcome.
    """

    theme: str
    address: Ints
    decided: Ints
    visited: Ints
    trigger: Ints
    case: Ints
    propensity: Floats
    frame: str
    counts: FrameCounts
    team: Ints
    examined: list[Examined] = field(default_factory=list)


def inspect(chunk: Chunk, lives: Lives, standing: Standing, reports: Reports) -> tuple[list[Round], Lives]:
    """Let six years of inspections happen; gives them, and the lives as they went on.

    Parameters
    ----------
    chunk : Chunk
    lives, reports
        As they would be without inspections.
    standing : Standing
        Protected and permitted addresses are never visited.
    """
    rng = chunk.rng("inspections")
    last_visit = {theme: np.full(len(chunk), -10_000) for theme in THEMES}
    rounds: list[Round] = []
    cases = 0
    for start in range(0, chunk.clock.days, QUARTER):
        excluded = standing.excluded(start)
        for theme in THEMES:
            free = chunk.in_cohort(theme, excluded) & (last_visit[theme] < start - chunk.parameters.again_after_days)
            chosen = choose(chunk, lives, reports, theme, free, start=start, rng=rng)
            if not len(chosen.address):
                continue
            first = _visit(chunk, lives, chosen, cases, rng)
            cases += len(first.address)
            last_visit[theme][first.address] = first.decided
            second = _again(chunk, lives, first, rng)
            rounds += [first, second]
            lives = _stopped(chunk, lives, [first, second], rng)
    return rounds, lives


def quota_of(chunk: Chunk, free: Bools, start: int) -> int:
    """Give how many visits this chunk makes in a quarter: its share of the town's, and never more than the cohort can bear."""

    def until(day: int) -> int:
        years = day / YEAR
        ends = (chunk.first, chunk.first + len(chunk))
        before, upto = (int(chunk.size.inspections_per_year * years * end / chunk.size.addresses) for end in ends)
        return upto - before

    asked = until(min(start + QUARTER, chunk.clock.days)) - until(start)
    return max(0, min(asked, int(free.sum() * chunk.parameters.most_of_cohort * QUARTER / 365)))


@dataclass(frozen=True)
class Chosen:
    """Addresses to visit in a quarter, with why, and with which chance where that is known."""

    theme: str
    start: int
    address: Ints
    trigger: Ints
    propensity: Floats
    counts: FrameCounts


def choose(chunk: Chunk, lives: Lives, reports: Reports, theme: str, free: Bools, *, start: int, rng: np.random.Generator) -> Chosen:
    """Choose the addresses of a quarter: first the random ones, then reports, then the inspectors' own list.

    Parameters
    ----------
    theme : str
    free : Bools
        By address of the chunk: whether it may be visited. These are the frame of the random ones.
    start : int
        First day of the quarter.
    """
    p = chunk.parameters
    quota = quota_of(chunk, free, start)
    frame = np.flatnonzero(free)
    drawn = rng.choice(frame, rng.binomial(quota, p.random_share), replace=False) if quota else frame[:0]
    propensity = len(drawn) / max(len(frame), 1)
    left = free.copy()
    left[drawn] = False
    sensed = _sensed(chunk, lives, theme, start)
    by_report = _reported(
        chunk, reports, theme, left, start, min(quota - len(drawn), round(quota * p.by_report_share)), p.triage_follows_trace * sensed, rng
    )
    left[by_report] = False
    area = chunk.neighbourhoods.over_reported[chunk.objects.neighbourhood]
    by_list = _highest(left, quota - len(drawn) - len(by_report), p.list_follows_trace * sensed + p.list_area_bias * area, rng)
    address = np.concatenate([by_report, by_list, drawn]).astype(np.int64)
    trigger = np.repeat(np.arange(3), [len(by_report), len(by_list), len(drawn)])
    counts = FrameCounts(size=len(frame), listed=0, drawn=len(drawn))
    return Chosen(theme, start, address, trigger, np.where(trigger == 2, propensity, np.nan), counts)


def _reported(chunk: Chunk, reports: Reports, theme: str, left: Bools, start: int, count: int, sensed: Floats, rng: np.random.Generator) -> Ints:
    """Choose addresses with a report of the past months; several reports make a visit likelier, and a desk check sets some aside."""
    p = chunk.parameters
    first, last = np.searchsorted(reports.day, [start - p.report_lookback_days, start])
    relevant = np.isin(reports.category[first:last], [CATEGORIES.index(c) for c in dict(p.relevant_reports)[theme]])
    number = np.bincount(reports.address[first:last][relevant], minlength=len(left))
    return _highest(left & (number > 0), count, p.several_reports * np.log(np.maximum(number, 1)) + sensed, rng)


def _sensed(chunk: Chunk, lives: Lives, theme: str, start: int) -> Floats:
    """Give what inspectors sense of the theme's traces, by address."""
    traces = lives.traces[lives.at(np.arange(len(chunk)), start)]
    sensed = np.zeros(len(chunk))
    for mechanism in (m for m in MECHANISMS if m.theme == theme):
        shift = mechanism.shifts(innocent=False)
        sensed = np.where(chunk.objects.group == GROUPS.index(mechanism.group), traces @ shift / np.linalg.norm(shift), sensed)
    return sensed


def _highest(left: Bools, count: int, score: Floats, rng: np.random.Generator) -> Ints:
    """Choose the addresses with the highest score and noise."""
    candidates = np.flatnonzero(left)
    return candidates[np.argsort(-score[candidates] - rng.standard_normal(len(candidates)), kind="stable")[: max(count, 0)]]


def _visit(chunk: Chunk, lives: Lives, chosen: Chosen, cases: int, rng: np.random.Generator) -> Round:
    rows, p = len(chosen.address), chunk.parameters
    decided = chosen.start + rng.integers(0, QUARTER, rows)
    visited = decided + span(rng, rows, p.visit_days)
    own = chunk.neighbourhoods.team[chunk.objects.neighbourhood[chosen.address]]
    team = np.where(rng.random(rows) < p.home_team_share, own, (own + rng.integers(1, p.team_reach + 1, rows)) % p.teams)
    year, quarter = divmod(chosen.start // QUARTER, 4)
    frame = f"{chosen.theme}-{chunk.clock.first_on.year + year}-{quarter + 1}-{chunk.number + 1:03d}"
    case = chunk.unique(rows, 10) + cases
    made = Round(chosen.theme, chosen.address, decided, visited, chosen.trigger, case, chosen.propensity, frame, chosen.counts, team)
    made.examined.extend(examine(chunk, lives, chosen.theme, chosen.address, visited, team, chosen.trigger == 2, rng))
    return made


def _again(chunk: Chunk, lives: Lives, first: Round, rng: np.random.Generator) -> Round:
    """Give the second visits of cases in which nobody was home or entry was refused."""
    p, course = chunk.parameters, first.examined[0].course
    again = np.flatnonzero(np.isin(course, WITHOUT_RESULT) & (rng.random(len(course)) < p.second_visit_share))
    decided = first.visited[again] + span(rng, len(again), p.second_decision_days)
    visited = decided + span(rng, len(again), p.second_visit_days)
    address, team, trigger = first.address[again], first.team[again], first.trigger[again]
    made = Round(first.theme, address, decided, visited, trigger, first.case[again], first.propensity[again], first.frame, first.counts, team)
    made.examined.extend(examine(chunk, lives, first.theme, address, visited, team, trigger == 2, rng, second=True))
    return made


def _stopped(chunk: Chunk, lives: Lives, rounds: list[Round], rng: np.random.Generator) -> Lives:
    """End some of the episodes that were confirmed."""
    for made in rounds:
        examined = made.examined[0]
        right = examined.confirmed & examined.true & (rng.random(len(made.address)) < chunk.parameters.stops_after_finding)
        day = examined.finding_known + rng.integers(*chunk.parameters.stop_days, len(made.address))
        spell = lives.at(made.address, made.visited)
        ends = np.flatnonzero(right & (day < lives.end[spell]) & (day <= chunk.clock.last))
        _, only = np.unique(spell[ends], return_index=True)
        ends = ends[only]
        if len(ends):
            lives = lives.cut(spell[ends], day[ends], rng=rng)
    return lives
