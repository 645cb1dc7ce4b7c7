"""What may be shown of a small group: no cell under ten, and none that follows from the others.

A cell is a number of hits or of misses. Where one is under ten, its count, its rate and its interval are withheld. What is
left may still say that the rate is at most what nine hits would give: that bound is the same for 0 as for 9, so it tells
nothing more than "under ten", and a group that gets hardly any visits is not hidden by the rule that protects it.

The total is known (a capacity is public), so a single withheld cell could be found by subtraction: then further cells are
withheld until what is withheld adds up to ten, and no bound is given.

References
----------
Bond, Brandt and de Wolf, Guidelines for output checking, Eurostat DwB, 2015 (rule of thumb: ten units in a cell); Hundepool et al.,
Statistical Disclosure Control, 2012 (secondary suppression).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal

from features.declared import Frozen
from monitoring.intervals import Share, wilson

MINIMUM_CELL = 10


class Cell(Frozen):
    """What may be known of one group.

    Attributes
    ----------
    state : {"shown", "bounded", "suppressed"}
        Shown in full; only a bound of the rate; nothing but perhaps the number of rows.
    hits, rows : int, optional
    rate, low, high : float, optional
        Rate and its 95 % interval. Of a bounded cell only the highest or the lowest rate that it can have: that of nine, which is no interval.
    """

    group: str
    state: Literal["shown", "bounded", "suppressed"]
    hits: int | None = None
    rows: int | None = None
    rate: float | None = None
    low: float | None = None
    high: float | None = None


def disclose(shares: Mapping[str, Share]) -> tuple[Cell, ...]:
    """Give the cells of groups that together make up a known total.

    Examples
    --------
    >>> for cell in disclose({"a": Share(40, 900), "b": Share(2, 800), "c": Share(25, 700)}):
    ...     print(cell.group, cell.state, cell.hits, cell.rows)
    a shown 40 900
    b suppressed None 800
    c suppressed None 700
    """
    few = _withheld(shares, {g for g, s in shares.items() if s.rows < MINIMUM_CELL}, lambda s: (s.rows,))
    small = {g for g, s in shares.items() if is_small(s)}
    withheld = _withheld(shares, small | few, lambda s: (s.hits, s.misses))
    return tuple(_cell(g, s, few=g in few, withheld=g in withheld, bounded=withheld == small) for g, s in shares.items())


def total(shares: Mapping[str, Share]) -> Cell:
    """Give the cell of all groups together."""
    (cell,) = disclose({"all": sum(shares.values(), Share(0, 0))})
    return cell


def is_small(share: Share) -> bool:
    """Say whether hits or misses are under ten."""
    return min(share.hits, share.misses) < MINIMUM_CELL


def worst(share: Share) -> Share:
    """Give the share that a reader of a bounded cell must reckon with: nine hits, or nine misses, whichever is the small side."""
    hits = MINIMUM_CELL - 1 if share.hits < MINIMUM_CELL else share.rows - MINIMUM_CELL + 1
    return Share(hits, share.rows)


def _withheld(shares: Mapping[str, Share], first: set[str], sizes: Callable[[Share], tuple[int, ...]]) -> set[str]:
    """Add the smallest other groups until what is withheld could not be found by subtraction."""
    withheld = set(first)
    others = sorted(set(shares) - withheld, key=lambda g: (min(sizes(shares[g])), g), reverse=True)
    while withheld and others and not _safe([sizes(shares[g]) for g in withheld]):
        withheld.add(others.pop())
    return withheld


def _safe(sizes: list[tuple[int, ...]]) -> bool:
    return len(sizes) > 1 and all(sum(column) >= MINIMUM_CELL for column in zip(*sizes, strict=True))


def _cell(group: str, share: Share, *, few: bool, withheld: bool, bounded: bool) -> Cell:
    if few:
        return Cell(group=group, state="suppressed")
    if not withheld:
        interval = wilson(share)
        return Cell(group=group, state="shown", hits=share.hits, rows=share.rows, rate=share.rate, low=interval.low, high=interval.high)
    if not bounded or share.rows < 2 * MINIMUM_CELL:
        return Cell(group=group, state="suppressed", rows=share.rows)
    if share.hits < MINIMUM_CELL:
        return Cell(group=group, state="bounded", rows=share.rows, high=worst(share).rate)
    return Cell(group=group, state="bounded", rows=share.rows, low=worst(share).rate)
