"""Intervals of a share and of the difference of two shares.

References
----------
Wilson, Probable inference, JASA 22, 1927; Newcombe, Interval estimation for the difference between independent
proportions, Statistics in Medicine 17, 1998 (method 10).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

from training import proportions
from training.proportions import LEVEL


@dataclass(frozen=True)
class Share:
    """``hits`` of ``rows``; there is at least one row."""

    hits: int
    rows: int

    @property
    def rate(self) -> float:
        """Hits as a share of the rows."""
        return self.hits / self.rows

    @property
    def misses(self) -> int:
        """Rows that are no hit."""
        return self.rows - self.hits

    def __add__(self, other: Share) -> Share:
        """Give both together."""
        return Share(self.hits + other.hits, self.rows + other.rows)


@dataclass(frozen=True)
class Interval:
    """Both ends."""

    low: float
    high: float


def wilson(share: Share, *, level: float = LEVEL) -> Interval:
    """Give the Wilson score interval; unlike the textbook one it stays within 0 and 1, and is not empty at 0 hits.

    Rows count as independent: homes of one building are less than that, so the truth is a little wider.

    Examples
    --------
    >>> interval = wilson(Share(0, 20))
    >>> round(interval.low, 3), round(interval.high, 3)
    (0.0, 0.161)
    """
    found = proportions.wilson(share.rate, share.rows, level=level)
    return Interval(found.low, found.high)


def newcombe(first: Share, second: Share, *, level: float = LEVEL) -> Interval:
    """Give the interval of the first rate minus the second, from the Wilson interval of each.

    Examples
    --------
    >>> interval = newcombe(Share(56, 70), Share(48, 80))
    >>> round(interval.low, 4), round(interval.high, 4)
    (0.0524, 0.3339)
    """
    a, b = wilson(first, level=level), wilson(second, level=level)
    gap = first.rate - second.rate
    return Interval(
        max(-1.0, gap - sqrt((first.rate - a.low) ** 2 + (b.high - second.rate) ** 2)),
        min(1.0, gap + sqrt((a.high - first.rate) ** 2 + (second.rate - b.low) ** 2)),
    )
