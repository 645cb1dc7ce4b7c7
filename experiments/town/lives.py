"""Lives of addresses: who uses an address from when to when, and whether it is an episode, a look-alike or neither.

A life is a row of spells. Spells follow each other by a Markov chain in continuous time that is stationary from day 0, so the
share of addresses in an episode is the same on every day, until inspections end some. Each spell has its own traces.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from experiments.town.mechanisms import GROUPS, ORDINARY, TRACES, Group, states
from experiments.town.parameters import Parameters
from experiments.town.streams import Ints

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
YEAR = 365.25
BEFORE = 40_000
"""Days by which a spell may lie before day 0; keeps the keys of `Lives.at` positive."""
WIDTH = len(TRACES[True])


@dataclass(frozen=True)
class Lives:
    """Spells of the addresses of a chunk, ordered by address and start.

    Attributes
    ----------
    address : Ints
        Number of the address in the chunk.
    start, end : Ints
        Days; ``end`` is the first day after the spell.
    state : Ints
        0 ordinary; see `experiments.town.mechanisms.episode` and `lookalike`.
    traces : Floats
        One row of six noise-free traces per spell.
    cut_by : Ints
        1 where an inspection ended the spell, else 0.
    """

    address: Ints
    start: Ints
    end: Ints
    state: Ints
    traces: Floats
    cut_by: Ints

    def at(self, address: Ints, day: Ints | int) -> Ints:
        """Give the number of the spell that each address is in on a day."""
        keys = self.address * (4 * BEFORE) + self.start + BEFORE
        wanted = address * (4 * BEFORE) + np.asarray(day, dtype=np.int64) + BEFORE
        return np.asarray(np.searchsorted(keys, wanted, side="right") - 1)

    def overlap(self, first: Ints | int, last: Ints | int) -> Ints:
        """Give the days that each spell has in the days from ``first`` up to ``last``."""
        return np.asarray(np.clip(np.minimum(self.end, last) - np.maximum(self.start, first), 0, None))

    def cut(self, spells: Ints, days: Ints, *, rng: np.random.Generator) -> Lives:
        """End some spells early; the rest of each becomes an ordinary spell with traces of its own."""
        end = self.end.copy()
        end[spells] = days
        marked = self.cut_by.copy()
        marked[spells] = 1
        behind = spells + 1
        return Lives(
            address=np.insert(self.address, behind, self.address[spells]),
            start=np.insert(self.start, behind, days),
            end=np.insert(end, behind, self.end[spells]),
            state=np.insert(self.state, behind, ORDINARY),
            traces=np.insert(self.traces, behind, rng.standard_normal((len(spells), WIDTH)), axis=0),
            cut_by=np.insert(marked, behind, 0),
        )


def draw_lives(group: Ints, parameters: Parameters, *, days: int, rng: np.random.Generator) -> Lives:
    """Draw the lives of the addresses of a chunk.

    Parameters
    ----------
    group : Ints
        For each address the number of its group in `GROUPS`.
    parameters : Parameters
    days : int
        Length of the clock.
    rng : numpy.random.Generator
    """
    parts = [_of_group(np.flatnonzero(group == i), name, parameters, days=days, rng=rng) for i, name in enumerate(GROUPS)]
    joined = [np.concatenate([getattr(p, name) for p in parts]) for name in ("address", "start", "end", "state", "traces", "cut_by")]
    lives = Lives(*joined)
    order = np.lexsort((lives.start, lives.address))
    return replace(lives, **{name: getattr(lives, name)[order] for name in ("address", "start", "end", "state", "traces", "cut_by")})


def _of_group(address: Ints, group: Group, parameters: Parameters, *, days: int, rng: np.random.Generator) -> Lives:
    found = states(group, parameters)
    codes = np.array([ORDINARY, *found])
    shares = np.array([share for share, _ in found.values()])
    at_zero = np.concatenate([[1 - shares.sum()], shares])
    entering = np.concatenate([[parameters.moves_per_year / YEAR], shares / at_zero[0] / parameters.mean_episode_days])
    stay = np.where(codes == ORDINARY, 1 / entering.sum(), parameters.mean_episode_days)
    state = rng.choice(len(codes), len(address), p=at_zero)
    start = -rng.exponential(stay[state]) - 1
    end = rng.exponential(stay[state])
    spells = [(address, start, end, state)]
    while len(address):
        going = end < days
        address, start, state = address[going], end[going], state[going]
        drawn = rng.choice(len(codes), len(address), p=entering / entering.sum())
        state = np.where(codes[state] == ORDINARY, drawn, 0)
        end = start + rng.exponential(stay[state]) + 1
        spells.append((address, start, end, state))
    address, start, end, state = (np.concatenate(column) for column in zip(*spells, strict=True))
    shift = np.vstack([np.zeros(WIDTH), *(s for _, s in found.values())])
    traces = _traces(shift[state], parameters, rng)
    whole = [np.clip(np.floor(days_), 1 - BEFORE, BEFORE).astype(np.int64) for days_ in (start, end)]
    return Lives(address, whole[0], whole[1], codes[state], traces, np.zeros(len(address), dtype=np.int64))


def _traces(shift: Floats, parameters: Parameters, rng: np.random.Generator) -> Floats:
    """Draw what each spell leaves: ordinary variation, plus the shift, where it leaves a mark at all."""
    depth = rng.choice(parameters.depths, (len(shift), 1), p=parameters.depth_shares)
    left = rng.random(shift.shape) < parameters.trace_left
    return np.asarray(rng.standard_normal(shift.shape) + shift * depth * left)
