"""One town, round after round: list the highest scores and draw a few of the rest, visit, and learn from those visits what to list next."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from experiments.feedback_loop.learning import AREA, RISKS, learn, score
from experiments.selective_labels.drawing import NEVER_VISITED, QUARTERS, World, noise_of, seen, settle, visited, with_chances
from experiments.town.arrow import Bools
from experiments.town.inspecting import QUARTER, TRIGGERS, Chosen, FrameCounts, choose, quota_of
from experiments.town.lives import YEAR, Floats
from experiments.town.streams import Ints

AREAS = ("hardly reports", "reported most")
DRAWS = 8
"""Draws of day and team over which the chance to be confirmed is averaged: figures are means over hundreds of addresses."""
STREAM = 12
SPARE_DAYS = 200
"""Days after the last round begins in which its visits happen."""
PER_HUNDRED = 100


@dataclass(frozen=True)
class Arm:
    """A way of going on: the share drawn at random, whether the model is fitted anew, and whether it reads what was found in the area."""

    name: str
    share: float
    retrained: bool = True
    reads_area: bool = False


@dataclass(frozen=True)
class Town:
    """A town with all its quarters, what registers show in each of them, and its first year of visits, which are its own.

    Attributes
    ----------
    shown : Floats
        By quarter, address and column.
    rows : list of DataFrame
        Visits with an outcome of each quarter of the first year, with their ``quarter``.
    last_visit, visits, confirmed : Ints
        By address: last quarter's first day, outcomes so far, and confirmed ones among them.
    """

    world: World
    shown: Floats
    rows: tuple[pd.DataFrame, ...]
    last_visit: Ints
    visits: Ints
    confirmed: Ints


def draw_town(theme: str, *, addresses: int, visits: int, rounds: int, seed: list[int]) -> Town:
    """Draw a town and let its first year happen as towns do it: visits follow reports and what inspectors sense."""
    quarters = QUARTERS + rounds
    years = -int(-(quarters * QUARTER + SPARE_DAYS) // YEAR)
    world = settle(theme, addresses=addresses, visits=visits, random_share=0.0, seed=seed[0] * 1_000 + seed[1], years=years)
    rng = np.random.default_rng([*seed, STREAM])
    noise = noise_of(world, rng)
    world = with_chances(world, tuple(QUARTER * number for number in range(quarters)), rng, draws=DRAWS)
    shown = np.array([seen(world, start, noise) for start in world.starts])
    none = np.zeros(addresses, dtype=np.int64)
    town = Town(world, shown, (), none + NEVER_VISITED, none, none)
    for quarter in range(QUARTERS):
        free = world.free(world.starts[quarter], town.last_visit)
        chosen = choose(world.chunk, world.lives, world.reports, theme, free, start=world.starts[quarter], rng=rng)
        town = after(town, quarter, chosen, rng)
    return town


def after(town: Town, quarter: int, chosen: Chosen, rng: np.random.Generator) -> Town:
    """Give the town after the visits of a quarter."""
    read = columns(town, quarter)
    made = visited(town.world, quarter, chosen, rng)
    address, label = made["address"].to_numpy(), made["label"].to_numpy()
    rows = pd.DataFrame(read[address], columns=list(RISKS)).assign(label=label, quarter=quarter)
    last, visits, confirmed = town.last_visit.copy(), town.visits.copy(), town.confirmed.copy()
    last[chosen.address] = chosen.start
    visits[address] += 1
    confirmed[address] += label
    return replace(town, rows=(*town.rows, rows), last_visit=last, visits=visits, confirmed=confirmed)


def columns(town: Town, quarter: int) -> Floats:
    """Give what can be read of each address, the columns of `RISKS`: what registers show, its own past and, last, that of its neighbourhood."""
    place = town.world.chunk.objects.neighbourhood
    found, addresses = np.bincount(place, weights=town.confirmed), np.bincount(place)
    return np.column_stack(
        [town.shown[quarter], np.log1p(town.visits), np.log1p(town.confirmed), np.log1p(PER_HUNDRED * found / np.maximum(addresses, 1))[place]]
    )


@dataclass(frozen=True)
class Seen:
    """What a round did, counted by the chances that nobody but a synthetic town knows.

    Attributes
    ----------
    precision : float
        Share of the visits that would be confirmed, the random arm among them.
    recall : float
        Part of all that would be confirmed in the frame that was visited.
    selection_ratio, recall_ratio : dict of float
        By area: share of its addresses visited over that elsewhere, and its recall over that elsewhere; 1 is no difference.
    """

    precision: float
    recall: float
    selection_ratio: dict[str, float]
    recall_ratio: dict[str, float]


def loop(town: Town, arm: Arm, *, window: int, seed: list[int]) -> list[Seen]:
    """Let the rounds after the first year happen.

    Parameters
    ----------
    arm : Arm
    window : int
        Rounds before, of which the outcomes are learned from.
    seed : list of int
        Of the draws and of the visits; the town stays.
    """
    rng = np.random.default_rng([*seed, STREAM + 1])
    names = [name for name in RISKS if arm.reads_area or name != AREA]
    model = learn(_since(town, 0), names, seed=seed[-1])
    found = []
    for quarter in range(QUARTERS, len(town.world.starts)):
        if arm.retrained:
            model = learn(_since(town, quarter - window), names, seed=seed[-1])
        start = town.world.starts[quarter]
        free = town.world.free(start, town.last_visit)
        chosen = _listed(town, quarter, free, score(model, columns(town, quarter)), arm.share, rng)
        found.append(look(town.world, quarter, free, chosen.address))
        town = after(town, quarter, chosen, rng)
    return found


def _since(town: Town, first: int) -> pd.DataFrame:
    """Give every outcome since a quarter."""
    return pd.concat([part for part in town.rows if part["quarter"].iloc[0] >= first], ignore_index=True)


def _listed(town: Town, quarter: int, free: Bools, scores: Floats, share: float, rng: np.random.Generator) -> Chosen:
    """List the highest scores, those alike in an order by lot, for trees give many alike; and draw a share of the visits from the rest."""
    start, frame = town.world.starts[quarter], np.flatnonzero(free)
    quota = quota_of(town.world.chunk, free, start)
    drawn_count = round(quota * share)
    order = frame[np.lexsort((rng.random(len(frame)), -scores[frame]))]
    listed, rest = order[: quota - drawn_count], order[quota - drawn_count :]
    drawn = rng.choice(rest, drawn_count, replace=False)
    trigger = np.repeat([TRIGGERS.index("list"), TRIGGERS.index("random")], [len(listed), len(drawn)])
    propensity = np.where(trigger == TRIGGERS.index("list"), 1.0, drawn_count / max(1, len(rest)))
    return Chosen(
        town.world.theme,
        start,
        np.concatenate([listed, drawn]),
        trigger,
        propensity,
        FrameCounts(size=len(frame), listed=len(listed), drawn=len(drawn)),
    )


def look(world: World, quarter: int, free: Bools, address: Ints) -> Seen:
    """Count a round against the truth."""
    chance, chosen = world.chance[quarter], np.zeros(len(free), dtype=np.bool_)
    chosen[address] = True
    neighbourhoods, place = world.chunk.neighbourhoods, world.chunk.objects.neighbourhood
    inside = dict(zip(AREAS, (neighbourhoods.closed[place], neighbourhoods.over_reported[place]), strict=True))
    return Seen(
        precision=float(chance[chosen].mean()),
        recall=float(chance[chosen].sum() / chance[free].sum()),
        selection_ratio={name: _ratio(chosen.astype(float), free.astype(float), free & area, free & ~area) for name, area in inside.items()},
        recall_ratio={name: _ratio(chosen * chance, free * chance, free & area, free & ~area) for name, area in inside.items()},
    )


def _ratio(part: Floats, whole: Floats, here: Bools, elsewhere: Bools) -> float:
    there = part[elsewhere].sum() / whole[elsewhere].sum()
    return float(part[here].sum() / whole[here].sum() / there) if there else float("nan")
