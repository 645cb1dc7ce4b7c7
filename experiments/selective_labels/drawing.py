"""Years of visits drawn anew over one and the same truth: the town's own mechanism, or a worklist of our own that logs its chances."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression

from experiments.town.arrow import Bools
from experiments.town.chunk import Chunk
from experiments.town.examining import chance_confirmed, chance_nobody_home
from experiments.town.geography import draw_neighbourhoods
from experiments.town.inspecting import QUARTER, TRIGGERS, Chosen, FrameCounts, choose, quota_of
from experiments.town.lives import Floats, Lives, draw_lives
from experiments.town.making import draw_chunk
from experiments.town.parameters import Parameters, Size
from experiments.town.reporting import Reports, draw_reports
from experiments.town.standing import Standing, draw_standing
from experiments.town.streams import Clock, Ints, span

Regime = Literal["history", "worklist"]
QUARTERS = 4
YEARS = 3
NEVER_VISITED = -10_000
TRUTH_DRAWS = 32
"""Draws of day and team for each address over which the chance to be confirmed is averaged."""
SEEN_NOISE = 1.0
"""Standard deviation of what a register adds to a trace, which has 1 itself. Assumed: it gives scores with an AUC of 0.7 to 0.8."""
REPORT_DAYS = 365
STREAM = 11
AREAS = ("everywhere", "hardly reports")


@dataclass(frozen=True)
class World:
    """The truth of one town and one theme, the same for every year that is drawn.

    Attributes
    ----------
    starts : tuple of int
        First day of each of the four quarters.
    gets_in, chance : Floats
        By quarter and address: the chances that a visit decided in that quarter gets in, and that a team as it comes then confirms. A visit
        ends no episode: the truth is the same for every year.
    score : Floats
        By quarter and address: log-odds of a model that was fitted on a year of visits before.
    """

    chunk: Chunk
    lives: Lives
    standing: Standing
    reports: Reports
    theme: str
    starts: tuple[int, ...]
    gets_in: Floats
    chance: Floats
    score: Floats

    @property
    def hardly_reports(self) -> Bools:
        """By address: whether it lies in a closed community."""
        return np.asarray(self.chunk.neighbourhoods.closed[self.chunk.objects.neighbourhood])

    def free(self, start: int, last_visit: Ints) -> Bools:
        """By address: whether it may be visited in a quarter."""
        open_ = last_visit < start - self.chunk.parameters.again_after_days
        return self.chunk.in_cohort(self.theme, self.standing.excluded(start)) & open_


@dataclass(frozen=True)
class Year:
    """One year of visits and what was true of the addresses that stood a chance in it.

    Attributes
    ----------
    rows : DataFrame
        Visits with an outcome, as a training matrix holds them.
    scores, area : ndarray
        Of the rows: their score, and whether they lie where hardly anyone reports.
    truth : dict of dict of float
        By area and figure, over the frames of the four quarters.
    """

    rows: pd.DataFrame
    scores: Floats
    area: Bools
    truth: dict[str, dict[str, float]]
    visits: int


def draw_world(theme: str, *, addresses: int, visits: int, random_share: float, seed: int) -> World:
    """Draw a town in memory, the chance of each address, and a model from a year of the town's own visits."""
    world = settle(theme, addresses=addresses, visits=visits, random_share=random_share, seed=seed, years=YEARS)
    last = world.chunk.clock.days // QUARTER - 1
    starts = tuple(QUARTER * (last - QUARTERS + i) for i in range(QUARTERS))
    before = tuple(start - QUARTERS * QUARTER for start in starts)
    world = replace(world, starts=before)
    rng = np.random.default_rng([seed, STREAM])
    noise = noise_of(world, rng)
    model = _fit(with_chances(world, before, rng), noise, rng)
    score = np.array([model.decision_function(seen(world, start, noise)) for start in starts])
    return replace(with_chances(world, starts, rng), score=score)


def settle(theme: str, *, addresses: int, visits: int, random_share: float, seed: int, years: int) -> World:
    """Draw a town in memory with its lives and reports, in which nothing is chosen yet."""
    size = Size(addresses=addresses, chunk=addresses, seed=seed, inspections_per_year=visits, years=years)
    parameters = replace(Parameters(), random_share=random_share)
    clock, areas = Clock.of(size), draw_neighbourhoods(size, parameters)
    chunk = draw_chunk(0, 0, size=size, parameters=parameters, clock=clock, neighbourhoods=areas)
    lives = draw_lives(chunk.objects.group, parameters, days=clock.days, rng=chunk.rng("lives"))
    nothing = np.zeros((0, len(chunk)))
    return World(chunk, lives, draw_standing(chunk, lives), draw_reports(chunk, lives), theme, (), gets_in=nothing, chance=nothing, score=nothing)


def noise_of(world: World, rng: np.random.Generator) -> Floats:
    """Draw what registers add to the traces of each address, the same in every quarter."""
    return SEEN_NOISE * rng.standard_normal((len(world.chunk), world.lives.traces.shape[1]))


def with_chances(world: World, starts: tuple[int, ...], rng: np.random.Generator, *, draws: int = TRUTH_DRAWS) -> World:
    """Set the quarters of a world, and what is true in them; there are no scores yet."""
    both = [_chances(world, start, rng, draws=draws) for start in starts]
    blank = np.zeros((len(starts), len(world.chunk)))
    return replace(world, starts=starts, gets_in=np.array([inside for inside, _ in both]), chance=np.array([found for _, found in both]), score=blank)


def draw_year(world: World, regime: Regime, *, share: float, seed: int | list[int]) -> Year:
    """Draw a year of visits with their outcomes.

    Parameters
    ----------
    regime : {"history", "worklist"}
        The town's own way, in which only the random arm has a logged chance; or a worklist that lists the highest scores and draws from the rest.
    share : float
        Capacity as a share of the addresses, for the truth.
    seed : int
        Of the visits; the truth stays.
    """
    rng = np.random.default_rng(seed)
    last_visit = np.full(len(world.chunk), NEVER_VISITED)
    parts: list[pd.DataFrame] = []
    frames: list[Bools] = []
    visits = 0
    for quarter, start in enumerate(world.starts):
        free = world.free(start, last_visit)
        chosen = choose(world.chunk, world.lives, world.reports, world.theme, free, start=start, rng=rng)
        if regime == "worklist":
            chosen = _worklist(world, quarter, free, chosen, rng)
        parts.append(visited(world, quarter, chosen, rng))
        visits += len(chosen.address)
        frames.append(free)
        last_visit[chosen.address] = start
    rows = pd.concat(parts, ignore_index=True)
    area = world.hardly_reports[rows["address"].to_numpy()]
    truth = {name: _truth(world, frames, share, only) for name, only in zip(AREAS, (None, world.hardly_reports), strict=True)}
    return Year(rows, rows["score"].to_numpy(), area, truth, visits)


def _worklist(world: World, quarter: int, free: Bools, usual: Chosen, rng: np.random.Generator) -> Chosen:
    """List the highest scores, draw from the rest, and let reports bring the other visits, as they usually do."""
    p, start = world.chunk.parameters, world.starts[quarter]
    quota = quota_of(world.chunk, free, start)
    drawn_count = round(quota * p.random_share)
    listed_count = quota - drawn_count - round(quota * p.by_report_share)
    frame = np.flatnonzero(free)
    order = frame[np.argsort(-world.score[quarter][frame], kind="stable")]
    listed, rest = order[:listed_count], order[listed_count:]
    drawn = rng.choice(rest, drawn_count, replace=False)
    reported = usual.address[usual.trigger == TRIGGERS.index("report")]
    reported = np.setdiff1d(reported, np.concatenate([listed, drawn]))
    address = np.concatenate([reported, listed, drawn])
    trigger = np.repeat([TRIGGERS.index(t) for t in ("report", "list", "random")], [len(reported), len(listed), len(drawn)])
    propensity = np.select([trigger == 1, trigger == 2], [1.0, drawn_count / len(rest)], np.nan)
    return Chosen(world.theme, start, address, trigger, propensity, FrameCounts(size=len(frame), listed=len(listed), drawn=len(drawn)))


def visited(world: World, quarter: int, chosen: Chosen, rng: np.random.Generator) -> pd.DataFrame:
    """Let the visits happen; gives those of which the theme was examined inside, as a training matrix holds them."""
    p, drawn = world.chunk.parameters, chosen.trigger == TRIGGERS.index("random")
    gets_in = world.gets_in[quarter][chosen.address] * np.where(drawn, 1.0, 1 - p.other_theme_share)
    known = rng.random(len(gets_in)) < gets_in
    address, propensity = chosen.address[known], chosen.propensity[known]
    framed = ~np.isnan(propensity)
    counts = {"frame_size": chosen.counts.size, "frame_listed": chosen.counts.listed, "frame_drawn": chosen.counts.drawn}
    return pd.DataFrame(
        {
            "address": address,
            "address_id": address,
            "as_of": pd.Timestamp(world.chunk.clock.first_on) + pd.Timedelta(days=chosen.start),
            "building_id": world.chunk.objects.building[address].astype(str),
            "label": (rng.random(len(address)) < world.chance[quarter][address]).astype(np.int8),
            "trigger": np.array(TRIGGERS, dtype=object)[chosen.trigger[known]],
            "frame": np.where(framed, float(chosen.start), np.nan),
            "propensity": propensity,
            **{name: np.where(framed, count, np.nan) for name, count in counts.items()},
            "score": world.score[quarter][address],
        }
    )


def _truth(world: World, frames: list[Bools], share: float, only: Bools | None) -> dict[str, float]:
    """Give the figures that would be seen if every address of the frames were inspected."""
    chance, score = (np.concatenate([by[i][free] for i, free in enumerate(frames)]) for by in (world.chance, world.score))
    held = round(share * len(score))
    inside = score >= np.partition(score, len(score) - held)[len(score) - held]
    here = np.ones(len(score), dtype=bool) if only is None else np.concatenate([only[free] for free in frames])
    caught = chance[inside & here].sum()
    return {
        "base_rate": float(chance[here].mean()),
        "precision_at_capacity": float(caught / max(1, (inside & here).sum())),
        "recall_at_capacity": float(caught / chance[here].sum()),
    }


def _chances(world: World, start: int, rng: np.random.Generator, *, draws: int) -> tuple[Floats, Floats]:
    """Give by address the chance that a visit decided in the quarter gets in, and that it confirms if it does, over days and teams as they come."""
    chunk, p = world.chunk, world.chunk.parameters
    address, count = np.arange(len(chunk)), len(chunk)
    own = chunk.neighbourhoods.team[chunk.objects.neighbourhood]
    themes = np.full(count, world.theme, dtype=object)
    inside, confirmed = np.zeros(count), np.zeros(count)
    others = (1 - p.not_carried_out_share) * (1 - p.desk_only_share) * (1 - p.entry_refused_share)
    for _ in range(draws):
        spell = world.lives.at(address, start + rng.integers(0, QUARTER, count) + span(rng, count, p.visit_days))
        team = np.where(rng.random(count) < p.home_team_share, own, (own + rng.integers(1, p.team_reach + 1, count)) % p.teams)
        home = others * (1 - chance_nobody_home(chunk, world.lives, address, spell))
        inside += home
        confirmed += chance_confirmed(chunk, world.lives.state[spell], themes, team)
    return inside / draws, confirmed / draws


def seen(world: World, start: int, noise: Floats) -> Floats:
    """Give what registers show of each address before a day: its traces with noise, and its reports of a year."""
    chunk, reports = world.chunk, world.reports
    traces = world.lives.traces[world.lives.at(np.arange(len(chunk)), start - 1)]
    first, last = np.searchsorted(reports.day, [start - REPORT_DAYS, start])
    number = np.bincount(reports.address[first:last], minlength=len(chunk))
    return np.column_stack([traces + noise, np.log1p(number)])


def _fit(world: World, noise: Floats, rng: np.random.Generator) -> LogisticRegression:
    """Fit a model on a year of the town's own visits, as biased as they are."""
    last_visit = np.full(len(world.chunk), NEVER_VISITED)
    rows, labels = [], []
    for quarter, start in enumerate(world.starts):
        free = world.free(start, last_visit)
        chosen = choose(world.chunk, world.lives, world.reports, world.theme, free, start=start, rng=rng)
        made = visited(world, quarter, chosen, rng)
        rows.append(seen(world, start, noise)[made["address"].to_numpy()])
        labels.append(made["label"].to_numpy())
        last_visit[chosen.address] = start
    return LogisticRegression(max_iter=1000).fit(np.concatenate(rows), np.concatenate(labels).astype(int))
