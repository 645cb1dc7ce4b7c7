"""Whether an address is like those that were inspected: a score of one that is not rests on nothing (DESIGN 3).

Of each indicator that the model uses it is known between which values all inspected addresses lie, and whether it was ever missing
there. An address is *outside* in an indicator where its value lies beyond, or where it is missing and never was. One address in five is
outside in something, for some value is always the largest so far; the address that is outside in more indicators than all but one in two
hundred of the inspected ones is unlike them. The bounds and the share of later rows that they refuse are in the release: who serves it gives
such an address no score. The reason is a list of facts that anyone can check. A value that is missing because its source is stale tells nothing
about the address, and is never outside.

How many that are is counted on buildings that the bounds were not taken from: over its own rows nothing is ever outside.

Trees go on with their outermost value beyond what they have seen: without this an address unlike any gets a number that looks as sure as others.

References
----------
Jaworska, Nikolova-Jeliazkova and Aldenberg, QSAR applicability domain estimation by projection of the training set in descriptor space:
a review, 2005 (range-based domains). Distance to the nearest inspected address (Meyer and Pebesma, Predicting into unknown space?, 2021)
was tried beside it: it needs the rows of inspected homes in the release, and gives no reason that a person can check.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import Field

from features.declared import Frozen
from features.manifest import IndicatorRecord
from training.bootstrap import clusters

UNLIKE_SHARE = 0.005
"""Assumed: the share of addresses like the inspected ones that the rule may refuse; one in two hundred."""
PARTS = 5
"""Parts of the buildings, of which each is counted against the bounds of the others."""

Side = Literal["above", "below", "missing", "known"]
"""How a value lies outside: beyond the highest or the lowest, missing though it never was, or known though it never was."""


class Usual(Frozen):
    """Where the values of an indicator lie at inspected addresses.

    Attributes
    ----------
    lowest, highest : float, optional
        None where no value is known of any.
    missing : bool
        Whether it was missing at any.
    """

    indicator: str
    lowest: float | None
    highest: float | None
    missing: bool

    def side(self, value: float) -> Side:
        """Say how a value that lies outside does so.

        Examples
        --------
        >>> [Usual(indicator="i", lowest=1.0, highest=3.0, missing=False).side(value) for value in (0.0, 4.0, float("nan"))]
        ['below', 'above', 'missing']
        """
        if np.isnan(value):
            return "missing"
        if self.highest is None:
            return "known"
        return "above" if value > self.highest else "below"


class Support(Frozen):
    """What inspected addresses look like, as the release keeps it.

    Attributes
    ----------
    rows : int
        Inspections that it was learned from.
    usual : tuple of Usual
        One per indicator that the model uses.
    most : int
        In so many indicators an address may be outside.
    """

    rows: int = Field(ge=1)
    usual: tuple[Usual, ...]
    most: int = Field(ge=0)

    def outside(self, rows: pd.DataFrame, *, unknown: Collection[str] = ()) -> NDArray[np.bool_]:
        """Say of each row and indicator whether it lies outside.

        Parameters
        ----------
        rows : DataFrame of n rows
            Holds the indicators by name; NaN is missing.
        unknown : collection of str
            Indicators of which a missing value tells nothing about the address (`behind`).

        Returns
        -------
        ndarray of bool, shape (n, indicators)
        """
        values = rows[[one.indicator for one in self.usual]].to_numpy(dtype=np.float64)
        lowest = np.array([np.inf if one.lowest is None else one.lowest for one in self.usual], dtype=np.float64)
        highest = np.array([-np.inf if one.highest is None else one.highest for one in self.usual], dtype=np.float64)
        never_missing = np.array([not one.missing and one.indicator not in unknown for one in self.usual], dtype=bool)
        return np.where(np.isnan(values), never_missing, (values < lowest) | (values > highest))

    def unlike(self, rows: pd.DataFrame, *, unknown: Collection[str] = ()) -> NDArray[np.bool_]:
        """Say of each row whether it lies outside in too many indicators to be scored; shape (n,), the parameters as `outside` takes them."""
        return np.asarray(self.outside(rows, unknown=unknown).sum(axis=1) > self.most)

    def why_unlike(self, row: pd.DataFrame, *, unknown: Collection[str] = ()) -> dict[str, Side]:
        """Give the indicators in which one address lies outside, and how, where they are too many; none where it can be scored.

        Parameters
        ----------
        row : DataFrame of one row
        unknown : collection of str
            As `outside` takes it.
        """
        outside = self.outside(row, unknown=unknown)[0]
        if outside.sum() <= self.most:
            return {}
        return {one.indicator: one.side(float(row[one.indicator].iloc[0])) for one, out in zip(self.usual, outside, strict=True) if out}


def only_like(support: Support | None, rows: pd.DataFrame, scores: NDArray[np.float64], *, unknown: Collection[str] = ()) -> NDArray[np.float64]:
    """Give scores of shape (n,) that are missing where an address is unlike any inspected one, as it gets no answer: it is on no list.

    Examples
    --------
    >>> known = Support(rows=9, usual=(Usual(indicator="i", lowest=1.0, highest=3.0, missing=False),), most=0)
    >>> only_like(known, pd.DataFrame({"i": [2.0, 4.0]}), np.array([0.1, 0.2])).tolist()
    [0.1, nan]
    """
    return scores if support is None else np.where(support.unlike(rows, unknown=unknown), np.nan, scores)


def behind(indicators: Iterable[IndicatorRecord], stale: Collection[str]) -> frozenset[str]:
    """Give the indicators that read a stale source: that one of them is missing tells nothing about the address."""
    return frozenset(one.name for one in indicators if not set(one.sources).isdisjoint(stale))


def learn(rows: pd.DataFrame, *, names: Sequence[str], seed: int) -> Support:
    """Learn from inspections what an inspected address looks like.

    Parameters
    ----------
    rows : DataFrame of n rows
        Those that the model learned from: ``address_id``, ``building_id`` and the indicators; n is at least 1.
    names : sequence of str
        Indicators that the model uses.
    seed : int
        Of the parts.
    """
    cluster = clusters(rows)
    part = np.random.default_rng(seed).permutation(int(cluster.max()) + 1)[cluster] % PARTS
    counted = np.zeros(len(rows), dtype=np.intp)
    for number in np.unique(part):
        mine = part == number
        if not mine.all():
            counted[mine] = _bounds(rows[~mine], names=names).outside(rows[mine]).sum(axis=1)
    return _bounds(rows, names=names).model_copy(update={"most": int(np.quantile(counted, 1 - UNLIKE_SHARE, method="higher"))})


def _bounds(rows: pd.DataFrame, *, names: Sequence[str]) -> Support:
    return Support(rows=len(rows), usual=tuple(_usual(name, rows[name].to_numpy(dtype=np.float64)) for name in names), most=0)


def _usual(name: str, values: NDArray[np.float64]) -> Usual:
    known = values[~np.isnan(values)]
    missing = len(known) < len(values)
    if not len(known):
        return Usual(indicator=name, lowest=None, highest=None, missing=missing)
    return Usual(indicator=name, lowest=float(known.min()), highest=float(known.max()), missing=missing)
