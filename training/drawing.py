"""How a list is drawn: the top of an order, and a share of the rest by lot, each address with its chance of being listed (DESIGN rule 10).

A list of 25 visits with a share of a tenth has 2.5 drawn ones. Always rounding down would starve short lists and always rounding up would
inflate them, so what is over is carried from list to list: the totals stay within one of the share, and on every list each address keeps
an exact chance, counted over both roundings.

References
----------
Madow, On the theory of systematic sampling, 1949: a random start, then equal steps. Here the steps are lists.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import pandas as pd

from features.declared import Frozen
from features.errors import InputError

TOP, RANDOM = "top", "random"
FINEST = 10**6
"""A share and a carry are read as so many parts: both are written in a file as decimals, and must be read back as they were."""


class Frame(Frozen):
    """What was drawn from, and how: enough to draw the same list again.

    Attributes
    ----------
    frame_hash : str
        SHA-256 over the addresses of the frame, sorted.
    frame_size, visits, top, drawn : int
        M; length of the list; N at the top of the order; m by lot from the other M - N.
    share : float, optional
        Of the list that is drawn; None where nothing is.
    seed : int
        Of the lot, the ties and the order in which the list is written.
    carry, next_carry : float
        What earlier lists left over of a drawn address, and what this one leaves, between 0 and 1.
    """

    frame_hash: str
    frame_size: int
    visits: int
    top: int
    drawn: int
    share: float | None
    seed: int
    carry: float
    next_carry: float


@dataclass(frozen=True)
class Drawn:
    """A list: ``rows`` with ``address_id``, ``arm`` (`TOP` or `RANDOM`) and ``propensity``, in shuffled order, and the frame."""

    rows: pd.DataFrame
    frame: Frame


def draw(addresses: Sequence[str], scores: Sequence[float], *, visits: int, share: float | None, seed: int, carry: float | None = None) -> Drawn:
    """Draw a list.

    Parameters
    ----------
    addresses : sequence of str, length M
        The frame: every address that may be listed, each once.
    scores : sequence of float, length M
        Highest first on the list; equal ones in an order that the seed decides, a missing one last.
    visits : int
        Length of the list, at least 1; a frame that is no longer is listed whole.
    share : float, optional
        Of the list that is drawn, above 0; with 1 the whole list is, and the order decides nothing. None draws nothing.
    seed : int
        The same arguments and the same seed give the same list.
    carry : float, optional
        ``next_carry`` of the theme's list before; the first list takes a random start.

    Returns
    -------
    Drawn
        Its propensity is the chance of being *listed*, counted over the carry: 1 at the top, m / (M - N) for the rest where m is whole.

    Raises
    ------
    InputError
        The frame is empty or holds an address twice, or a number lies outside its range.
    """
    _refuse(addresses, scores, visits=visits, share=share, carry=carry)
    generator = np.random.default_rng(seed)
    start = int(generator.integers(FINEST)) / FINEST
    carry = start if carry is None else carry
    order = _order(addresses, scores, generator)
    size = min(visits, len(order))
    exact = Fraction(0) if share is None or size == len(order) else Fraction(share).limit_denominator(FINEST) * size
    reached = Fraction(carry).limit_denominator(FINEST) + exact
    drawn = math.floor(reached)
    top = size - drawn
    lot = generator.choice(np.arange(top, len(order)), size=drawn, replace=False) if drawn else np.array([], dtype=np.intp)
    places = np.concatenate([np.arange(top), np.sort(lot)])
    chance = listed_chance(places, frame=len(order), visits=size, exact=exact)
    rows = pd.DataFrame({"address_id": [order[p] for p in places], "arm": [TOP] * top + [RANDOM] * drawn, "propensity": chance})
    rows = rows.iloc[generator.permutation(len(rows))].reset_index(drop=True)
    left = float(reached - drawn)
    return Drawn(rows, Frame(frame_hash=frame_hash(addresses), frame_size=len(order), visits=size, top=top, drawn=drawn, share=share, seed=seed,
                             carry=carry, next_carry=left))  # fmt: skip


def listed_chance(places: Iterable[int], *, frame: int, visits: int, exact: Fraction) -> list[float]:
    """Give the chance of being listed at places of an order, counted from 0.

    Parameters
    ----------
    places : iterable of int
    frame, visits : int
        M, and the length of the list.
    exact : Fraction
        Drawn addresses before rounding: rounded up with the chance of what is over, and else down.

    Examples
    --------
    Ten of a hundred, of which one is drawn: place 8 is at the top, place 9 and all others share one lot.

    >>> listed_chance([0, 8, 9, 99], frame=100, visits=10, exact=Fraction(1))
    [1.0, 1.0, 0.01098901098901099, 0.01098901098901099]
    """
    up = exact - math.floor(exact)
    ways = [(1 - up, math.floor(exact)), (up, math.ceil(exact))]
    return [float(sum(chance * _at(place, frame=frame, visits=visits, drawn=drawn) for chance, drawn in ways if chance)) for place in places]


def frame_hash(addresses: Iterable[str]) -> str:
    """SHA-256 over the sorted addresses, one a line."""
    return hashlib.sha256("\n".join(sorted(addresses)).encode()).hexdigest()


def _at(place: int, *, frame: int, visits: int, drawn: int) -> Fraction:
    top = visits - drawn
    return Fraction(1) if place < top else Fraction(drawn, frame - top)


def _order(addresses: Sequence[str], scores: Sequence[float], generator: np.random.Generator) -> list[str]:
    """Sort by falling score, ties by lot; the order in which the addresses came decides nothing."""
    table = pd.DataFrame({"address_id": list(addresses), "score": np.asarray(scores, dtype=np.float64)}).sort_values("address_id")
    table["lot"] = generator.permutation(len(table))
    ranked = table.sort_values(["score", "lot"], ascending=[False, True], na_position="last")
    return [str(address) for address in ranked["address_id"]]


def _refuse(addresses: Sequence[str], scores: Sequence[float], *, visits: int, share: float | None, carry: float | None) -> None:
    faults = {
        "the frame holds no address": not len(addresses),
        f"the frame holds {len(addresses) - len(set(addresses))} addresses twice": len(set(addresses)) < len(addresses),
        f"there are {len(scores)} scores for {len(addresses)} addresses": len(scores) != len(addresses),
        f"the list has {visits} visits": visits < 1,
        f"the share that is drawn is {share}": share is not None and not 0 < share <= 1,
        f"the carry is {carry}": carry is not None and not 0 <= carry < 1,
    }
    for fault in (said for said, found in faults.items() if found):
        raise InputError(
            fault,
            expected="a frame of different addresses with a score each, at least one visit, a share above 0 and at most 1, a carry from 0 to below 1",
            remedy="give those",
        )
