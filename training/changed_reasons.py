"""The reasons that would change: what each indicator adds to the scores of whoever is on either list, before and after.

Reasons are told with a score, and scores are asked of whoever is on a list; so these addresses are looked at, and not the whole cohort.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from features.declared import Frozen
from training import model
from training.metrics import Floats
from training.release import Release

FIRST = 3
"""Reasons that a reader sees first."""


class Weight(Frozen):
    """What an indicator adds to log-odds under one model.

    Attributes
    ----------
    size : float
        Mean absolute contribution.
    direction : float
        Mean contribution; above 0 it raises.
    place : int
        Among all indicators by size; 1 is the heaviest.
    """

    size: float
    direction: float
    place: int


class ChangedReason(Frozen):
    """One indicator before (champion) and after (challenger); None where that model does not read it.

    Attributes
    ----------
    turned_share : float, optional
        Share of the addresses where it now lowers what it raised, or the other way round.
    """

    indicator: str
    before: Weight | None
    after: Weight | None
    turned_share: float | None

    @property
    def turned(self) -> bool:
        """Whether it raised on average and lowers now, or the other way round."""
        return self.before is not None and self.after is not None and self.before.direction * self.after.direction < 0

    @property
    def entered(self) -> bool:
        """Whether it is among the first three now, and was not."""
        return self.after is not None and self.after.place <= FIRST and (self.before is None or self.before.place > FIRST)


def changed(rows: pd.DataFrame, *, challenger: Release, champion: Release) -> tuple[ChangedReason, ...]:
    """Give every indicator of either model, the heaviest after first.

    Parameters
    ----------
    rows : DataFrame of shape (n, k)
        Addresses with the indicators of both.
    """
    after, before = (_contributions(one, rows) for one in (challenger, champion))
    weights = [_weights(found) for found in (before, after)]
    names = sorted({*before, *after}, key=lambda name: (-weights[1][name].size if name in weights[1] else 0.0, name))
    return tuple(
        ChangedReason(indicator=name, before=weights[0].get(name), after=weights[1].get(name), turned_share=_turned(before, after, name))
        for name in names
    )


def _contributions(release: Release, rows: pd.DataFrame) -> dict[str, Floats]:
    found = model.explain(release.booster, rows, slope=release.slope, intercept=release.intercept).contributions
    return dict(zip(release.indicators, found.T, strict=True))


def _weights(found: dict[str, Floats]) -> dict[str, Weight]:
    sizes = {name: float(np.abs(each).mean()) for name, each in found.items()}
    places = {name: place for place, name in enumerate(sorted(sizes, key=lambda name: (-sizes[name], name)), start=1)}
    return {name: Weight(size=sizes[name], direction=float(each.mean()), place=places[name]) for name, each in found.items()}


def _turned(before: dict[str, Floats], after: dict[str, Floats], name: str) -> float | None:
    return float((before[name] * after[name] < 0).mean()) if name in before and name in after else None
