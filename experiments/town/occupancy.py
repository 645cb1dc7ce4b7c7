"""Who is really there: people, water and registered households, spell by spell. Registers show part of it, later."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from experiments.town.arrow import NEVER
from experiments.town.chunk import Chunk
from experiments.town.lives import YEAR, Bools, Floats, Lives
from experiments.town.mechanisms import ORDINARY, TRACES
from experiments.town.streams import Ints

HOME = {name: i for i, name in enumerate(TRACES[True])}
PREMISES = {name: i for i, name in enumerate(TRACES[False])}


@dataclass(frozen=True)
class Households:
    """Registrations as they ought to be in the register, one row each.

    Attributes
    ----------
    address, spell, start, end, people, household : Ints
        ``household`` is a number that stays the same when a household moves within the town.
    """

    address: Ints
    spell: Ints
    start: Ints
    end: Ints
    people: Ints
    household: Ints


def people_present(chunk: Chunk, lives: Lives) -> Ints:
    """Give the number of people living at a home in each spell."""
    rng, p = chunk.rng("people"), chunk.parameters
    area = chunk.objects.area[lives.address]
    usual = (1 + rng.binomial(p.most_others, np.clip((area - 25) / 290, 0.04, 0.5)))[_came_in(chunk, lives)]
    crowded = np.exp(p.crowding_people * lives.traces[:, HOME["crowding"]])
    return np.clip(np.round(usual * crowded), 1, 30).astype(np.int64)


def water_per_day(chunk: Chunk, lives: Lives, people: Ints) -> Floats:
    """Give the water used in each spell, in cubic metres a day."""
    rng, p = chunk.rng("water-habits"), chunk.parameters
    thrift = np.exp(rng.normal(0, p.thrift_sd, len(chunk)))[lives.address]
    traces = lives.traces
    present = people * np.minimum(np.exp(p.absence_presence * traces[:, HOME["absence"]]), 1.6)
    home = present * p.litres_per_person_day / 1000 * np.exp(p.turnover_water * traces[:, HOME["turnover"]])
    steady = chunk.objects.area * np.array(p.premises_litres_per_m2)[chunk.objects.use] / 1000
    busy = np.exp(p.odd_water * traces[:, PREMISES["odd_use"]] + p.quiet_water * traces[:, PREMISES["quiet"]])
    return np.asarray(np.where(chunk.objects.is_home[lives.address], home, steady[lives.address] * busy) * thrift)


def households(chunk: Chunk, lives: Lives, people: Ints) -> Households:
    """Give the registrations of a chunk's homes: main households, short stays, and households that stay on paper."""
    rng = chunk.rng("households")
    home = chunk.objects.is_home[lives.address]
    parts = [_main(chunk, lives, people, home, rng), _stays(chunk, lives, home, rng), _lingering(chunk, lives, home, rng)]
    address, spell, start, end, count = (np.concatenate([part[i] for part in parts]) for i in range(5))
    order = np.lexsort((start, address))
    address, spell, start, end, count = (column[order] for column in (address, spell, start, end, count))
    return Households(address, spell, start, end, count, _moved(chunk.unique(len(start), 1), start, end, chunk.parameters.moved_within_share, rng))


def newcomers(lives: Lives, kept_share: float, rng: np.random.Generator) -> Bools:
    """Say in which spells a new household came: not where an episode began, or ended, under the one that was there."""
    first = np.diff(lives.address, prepend=-1) != 0
    change = (lives.state != ORDINARY) | (np.roll(lives.state, 1) != ORDINARY)
    return np.asarray(first | ~change | (rng.random(len(lives.state)) >= kept_share))


def during(lives: Lives, rate_per_year: Floats, *, days: int, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Draw events at a rate per spell; gives the number of the spell and the day of each event."""
    first = np.maximum(lives.start, -1500)
    length = np.clip(np.minimum(lives.end, days) - first, 0, None)
    spell = np.repeat(np.arange(len(length)), rng.poisson(rate_per_year * length / YEAR))
    return spell, np.floor(first[spell] + rng.random(len(spell)) * length[spell]).astype(np.int64)


def _came_in(chunk: Chunk, lives: Lives) -> Ints:
    """Give for each spell the spell in which its household came."""
    new = newcomers(lives, chunk.parameters.kept_household_share, chunk.rng("newcomers"))
    return np.maximum.accumulate(np.where(new, np.arange(len(new)), 0))


def _main(chunk: Chunk, lives: Lives, people: Ints, home: Bools, rng: np.random.Generator) -> tuple[Ints, ...]:
    p = chunk.parameters
    new = np.flatnonzero(home & (_came_in(chunk, lives) == np.arange(len(home))))
    follows = np.append(lives.address[new][1:], -1) == lives.address[new]
    end = np.where(follows, np.append(lives.start[new][1:], 0), NEVER)
    crowding = lives.traces[new, HOME["crowding"]]
    unseen = p.unregistered_share + p.unregistered_crowded / (1 + np.exp(1.5 - crowding))
    registered = np.maximum(people[new] - rng.binomial(people[new], unseen), 1)
    return lives.address[new], new, lives.start[new], end, registered


def _stays(chunk: Chunk, lives: Lives, home: Bools, rng: np.random.Generator) -> tuple[Ints, ...]:
    p = chunk.parameters
    rate = np.where(home, p.stays_per_year * np.exp(p.turnover_stays * lives.traces[:, HOME["turnover"]]), 0)
    spell, start = during(lives, np.minimum(rate, 4), days=chunk.clock.days, rng=rng)
    end = start + 20 + np.floor(rng.exponential(p.stay_days, len(spell))).astype(np.int64)
    return (
        lives.address[spell],
        spell,
        start,
        np.minimum(end, np.maximum(lives.end[spell], start + 20)),
        1 + (rng.random(len(spell)) < p.stay_of_two_share),
    )


def _lingering(chunk: Chunk, lives: Lives, home: Bools, rng: np.random.Generator) -> tuple[Ints, ...]:
    p = chunk.parameters
    rate = np.where(home, p.lingering_per_year * np.exp(p.paperwork_lingering * lives.traces[:, HOME["paperwork"]]), 0)
    spell, start = during(lives, np.minimum(rate, 3), days=chunk.clock.days, rng=rng)
    end = start + 60 + np.floor(rng.exponential(p.lingering_days, len(spell))).astype(np.int64)
    return lives.address[spell], spell, start, end, rng.integers(1, 4, len(spell))


def _moved(household: Ints, start: Ints, end: Ints, share: float, rng: np.random.Generator) -> Ints:
    """Give some newcomers the number of a household that left another address of the chunk shortly before."""
    left = np.argsort(end, kind="stable")
    place = np.searchsorted(end[left], start, side="right") - 1 - rng.integers(0, 5, len(start))
    moves = (place >= 0) & (rng.random(len(start)) < share) & (start > -1000)
    result = household.copy()
    result[moves] = household[left[place[moves]]]
    return result
