"""Randomness and days. Each part of a chunk draws from its own stream, so that adding a register changes no other."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from experiments.town.parameters import Size

Ints = NDArray[np.int64]
EPOCH = date(1970, 1, 1)


def stream(size: Size, part: str, chunk: int = -1) -> np.random.Generator:
    """Give the generator of one part of one chunk; the same seed, part and chunk always draw the same numbers."""
    return np.random.default_rng([size.seed, zlib.crc32(part.encode()), chunk + 1])


@dataclass(frozen=True)
class Clock:
    """The six years: day 0 is the first, ``days`` the number of days up to and including today."""

    first_on: date
    days: int

    @classmethod
    def of(cls, size: Size) -> Clock:
        """Give the clock of a town that ends today."""
        ended = size.today_on
        first = date(ended.year - size.years, ended.month, min(ended.day, 28) if ended.month == 2 else ended.day) + timedelta(days=1)
        return cls(first, (size.today_on - first).days + 1)

    @property
    def last(self) -> int:
        """Number of today; nothing later is known to anyone."""
        return self.days - 1

    @property
    def offset(self) -> int:
        """Days from 1970 to day 0, for date columns."""
        return (self.first_on - EPOCH).days

    def day(self, on: date) -> int:
        """Give the number of a day."""
        return (on - self.first_on).days

    @property
    def years(self) -> list[int]:
        """Calendar years that the span touches."""
        return list(range(self.first_on.year, (self.first_on + timedelta(days=self.last)).year + 1))

    def year_ends(self) -> list[int]:
        """Give the last day of each year in the span, and today."""
        return sorted({d for y in self.years if (d := self.day(date(y, 12, 31))) <= self.last} | {self.last})


def lag(rng: np.random.Generator, size: int, mean: float, *, late_share: float = 0.0) -> Ints:
    """Draw delays in days, exponential, of which a share is months late."""
    days = rng.exponential(mean, size)
    late = rng.random(size) < late_share
    return np.floor(np.where(late, days + rng.uniform(90, 300, size), days)).astype(np.int64)


def span(rng: np.random.Generator, size: int, days: tuple[int, float], *, late_share: float = 0.0) -> Ints:
    """Draw delays of at least the first of ``days``, and on average the second on top of that."""
    return days[0] + lag(rng, size, days[1], late_share=late_share)
