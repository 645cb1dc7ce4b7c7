"""One chunk of the town: what every supplier is handed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from experiments.town.geography import Neighbourhoods
from experiments.town.lives import Bools
from experiments.town.mechanisms import THEMES
from experiments.town.objects import OUTSIDE, USES, Objects
from experiments.town.parameters import Parameters, Size
from experiments.town.streams import Clock, Ints, stream


@dataclass(frozen=True)
class Chunk:
    """A run of addresses and what holds for the whole town.

    Attributes
    ----------
    number, first : int
        Number of the chunk, and of its first address.
    size, parameters, clock, neighbourhoods
        Of the whole town.
    objects : Objects
        Of this chunk.
    """

    number: int
    first: int
    size: Size
    parameters: Parameters
    clock: Clock
    neighbourhoods: Neighbourhoods
    objects: Objects

    def __len__(self) -> int:
        """Number of addresses."""
        return len(self.objects)

    def rng(self, part: str) -> np.random.Generator:
        """Give the generator of one part of this chunk."""
        return stream(self.size, part, self.number)

    def unique(self, rows: int, part: int) -> Ints:
        """Give numbers that no other chunk or part gives out."""
        return (np.int64(self.number + 1) << 40) + (np.int64(part) << 34) + np.arange(rows)

    def in_cohort(self, theme: str, excluded: Bools) -> Bools:
        """Say which addresses the theme is about; ``excluded`` are protected or permitted."""
        outside = np.isin(self.objects.use, [USES.index(use) for use in OUTSIDE])
        of_theme = self.objects.is_home if theme in THEMES[:-1] else ~self.objects.is_home & ~outside
        return np.asarray(of_theme & (self.objects.kind == 1) & ~excluded)
