"""What an address uses of the grid, spell by spell: what its meter counts, and what passes by the meter."""

from __future__ import annotations

import numpy as np

from experiments.town.chunk import Chunk
from experiments.town.lives import YEAR, Floats, Lives
from experiments.town.occupancy import HOME, PREMISES
from experiments.town.streams import Ints

STEEPEST = 4.0
"""Bounds that keep extremes out, in standard deviations of a trace."""


def metered_per_day(chunk: Chunk, lives: Lives, people: Ints) -> Floats:
    """Give the electricity that the meter counts in each spell, in kWh a day."""
    p, traces = chunk.parameters, lives.traces
    thrift = np.exp(chunk.rng("energy-habits").normal(0, p.energy_sd, len(chunk)))[lives.address]
    home = (p.home_kwh_year + p.person_kwh_year * people) * np.exp(p.absence_energy * _kept(traces[:, HOME["absence"]]))
    steady = (chunk.objects.area * np.array(p.premises_kwh_per_m2)[chunk.objects.use])[lives.address]
    busy = np.exp(p.odd_energy * _kept(traces[:, PREMISES["odd_use"]]) + p.quiet_energy * _kept(traces[:, PREMISES["quiet"]]))
    return np.asarray(np.where(chunk.objects.is_home[lives.address], home, steady * busy) * thrift / YEAR)


def unmetered_per_day(chunk: Chunk, lives: Lives) -> Floats:
    """Give the electricity that passes by the meter in each spell, in kWh a day; at homes none."""
    p, traces = chunk.parameters, lives.traces
    odd = np.exp(p.odd_unmetered * _kept(traces[:, PREMISES["odd_use"]]) + p.quiet_unmetered * _kept(traces[:, PREMISES["quiet"]]))
    return np.asarray(np.where(chunk.objects.is_home[lives.address], 0.0, p.unmetered_kwh_day * odd))


def used(lives: Lives, per_day: Floats, first: int, last: int, count: int) -> Floats:
    """Give what each of ``count`` addresses uses in the days from ``first`` up to ``last``."""
    return np.bincount(lives.address, weights=per_day * lives.overlap(first, last), minlength=count).astype(np.float64)


def _kept(trace: Floats) -> Floats:
    return np.clip(trace, -STEEPEST, STEEPEST)
