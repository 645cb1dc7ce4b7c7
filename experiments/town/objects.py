"""The objects of a chunk: homes and premises in buildings, on streets, in neighbourhoods."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from experiments.town.arrow import Bools
from experiments.town.geography import STREET, Neighbourhoods
from experiments.town.lives import Floats
from experiments.town.mechanisms import GROUPS
from experiments.town.parameters import Parameters, Size
from experiments.town.streams import Ints, stream

USES = ("residential", "hospitality", "lodging", "retail", "office", "industry", "other", "assembly", "care")
USE_GROUP = {"residential": "homes", "hospitality": "hospitality", "lodging": "hospitality", "industry": "sheds"}
OUTSIDE = ("assembly", "care")
"""Uses that are in no theme's cohort."""
PROTECTIONS = ("none", "institution", "shelter", "care", "secret", "student-housing", "certified-housing")
NEWEST_BUILT = 2018
"""Nothing is built within the six years: every object has a whole life."""


@dataclass(frozen=True)
class Objects:
    """Addressable objects of one chunk, in the order of their number in the town.

    Attributes
    ----------
    number : Ints
        Number in the town, from 0.
    building : Ints
        Number of the first object in the same building.
    units : Ints
        Objects in the building.
    unit : Ints
        Place within the building, from 0.
    use : Ints
        Place in `USES`.
    group : Ints
        Place in `GROUPS`.
    kind : Ints
        1, 2 or 3: building unit, house boat, caravan.
    area : Floats
        Usable floor area in square metres.
    built_year, neighbourhood : Ints
    protection : Ints
        Place in `PROTECTIONS`.
    """

    number: Ints
    building: Ints
    units: Ints
    unit: Ints
    use: Ints
    group: Ints
    kind: Ints
    area: Floats
    built_year: Ints
    neighbourhood: Ints
    protection: Ints

    def __len__(self) -> int:
        """Number of objects."""
        return len(self.number)

    @property
    def is_home(self) -> Bools:
        """Whether the registered use is residential."""
        return np.asarray(self.use == 0)

    @property
    def street(self) -> Ints:
        """Number of the street."""
        return self.number // STREET


def draw_objects(first: int, count: int, *, size: Size, parameters: Parameters, neighbourhoods: Neighbourhoods, chunk: int) -> Objects:
    """Draw the objects with numbers ``first`` up to ``first + count``."""
    rng = stream(size, "objects", chunk)
    number = np.arange(first, first + count)
    neighbourhood = neighbourhoods.of(number)
    parts = [_buildings(int((neighbourhood == n).sum()), bool(neighbourhoods.industrial[n]), parameters, rng) for n in np.unique(neighbourhood)]
    starts = np.cumsum([0, *[len(units) for units, _, _ in parts][:-1]])
    units = np.concatenate([p[0] for p in parts])
    building = number[np.concatenate([p[1] + s for p, s in zip(parts, starts, strict=True)])]
    premises = np.concatenate([p[2] for p in parts])
    use = _uses(premises, neighbourhoods.industrial[neighbourhood], parameters, rng)
    names = [USE_GROUP.get(u, "trade") for u in USES]
    group = np.array([GROUPS.index(n) for n in names])[use]
    kind = np.where((use == 0) & (units == 1) & (rng.random(count) < parameters.boat_share), rng.integers(2, 4, count), 1)
    area = _areas(use, units, parameters, rng)
    age = np.floor(rng.gamma(2.2, 25, count)).astype(np.int64)
    built = (NEWEST_BUILT - age)[building - first]
    return Objects(number, building, units, number - building, use, group, kind, area, built, neighbourhood, _protections(use == 0, parameters, rng))


def _buildings(count: int, industrial: bool, p: Parameters, rng: np.random.Generator) -> tuple[Ints, Ints, Bools]:
    """Fill a neighbourhood with buildings: units in the building, place of its first object, and whether it is for business."""
    flat = p.flat_share / p.flat_homes / (p.flat_share / p.flat_homes + 1 - p.flat_share)
    homes = flat * p.flat_homes + 1 - flat
    elsewhere = (1 - p.home_share - p.industrial_share * p.industrial_premises) / (1 - p.industrial_share)
    share = p.industrial_premises if industrial else elsewhere
    business = rng.random(count) < share * homes / (share * homes + (1 - share) * p.premises_units)
    flats = ~business & (rng.random(count) < flat)
    units = np.where(flats, rng.integers(p.flat_homes // 2, p.flat_homes * 3 // 2 + 1, count), 1)
    units = np.where(business, rng.geometric(1 / p.premises_units, count), units)
    ends = np.cumsum(units)
    used = int(np.searchsorted(ends, count)) + 1
    units[used - 1] -= ends[used - 1] - count
    start = np.cumsum(units[:used]) - units[:used]
    held = units[:used]
    return np.repeat(held, held), np.repeat(start, held), np.repeat(business[:used], held)


def _uses(premises: Bools, industrial: Bools, p: Parameters, rng: np.random.Generator) -> Ints:
    usual = rng.choice(len(USES), len(premises), p=p.premises_uses)
    business = rng.choice(len(USES), len(premises), p=p.industrial_uses)
    return np.where(premises, np.where(industrial, business, usual), 0)


def _areas(use: Ints, units: Ints, parameters: Parameters, rng: np.random.Generator) -> Floats:
    home = parameters.mean_home_m2 * np.exp(rng.normal(0, 0.35, len(use))) * np.where(units > 1, 0.75, 1.05)
    business = 140 * np.exp(rng.normal(0, 0.8, len(use)))
    return np.clip(np.round(np.where(use == 0, home, business)), 18, 9000)


def _protections(home: Bools, parameters: Parameters, rng: np.random.Generator) -> Ints:
    """Draw protected places; every kind occurs, in turn, in the smallest town too."""
    candidates = np.flatnonzero(home)
    kinds = len(PROTECTIONS) - 1
    count = min(len(candidates), max(kinds, round(parameters.protected_share * len(candidates))))
    protection = np.zeros(len(home), dtype=np.int64)
    protection[rng.choice(candidates, count, replace=False)] = 1 + np.arange(count) % kinds
    return protection
