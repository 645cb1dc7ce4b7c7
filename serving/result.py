"""What is found for one row: a score with its reasons, or that the address is unlike any that the model learned from.

The score's log-odds must equal base value plus contributions (DESIGN rule 5): an answer for which it does not is not given.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.errors import ReleaseError
from features.manifest import IndicatorRecord
from serving import wording
from serving.explanation import Contribution
from training import lean_lightgbm, model  # noqa: F401 - the first stands before anything that imports LightGBM
from training.bands import Band, band_of
from training.release import Release
from training.support import Side, behind

TOLERANCE = 1e-6
"""Largest difference in log-odds between a score and the sum of its reasons (DESIGN rule 5)."""
Stale = Mapping[str, date | None]
Floats = NDArray[np.float64]
NEVER_STALE: Stale = MappingProxyType({})


@dataclass(frozen=True)
class Score:
    """What was found for one address, as it stands in the score log.

    Attributes
    ----------
    score : float
        Probability between 0 and 1.
    log_odds, base_value : float
    contributions : tuple of Contribution
        One per indicator, in the order of the model.
    band : Band, optional
        What later inspections found at scores of about this height; None where the release does not say.
    """

    score: float
    log_odds: float
    base_value: float
    contributions: tuple[Contribution, ...]
    band: Band | None = None

    @property
    def row(self) -> dict[str, float]:
        """Values by indicator; NaN is missing."""
        return {part.indicator.name: part.value for part in self.contributions}


@dataclass(frozen=True)
class Outside:
    """A fact that no address had that the model learned from; NaN is missing."""

    indicator: IndicatorRecord
    value: float
    side: Side


@dataclass(frozen=True)
class Unlike:
    """An address unlike any that the model learned from: its facts that say so, and its row. There is no number of it."""

    facts: tuple[Outside, ...]
    row: Mapping[str, float]


Found = Score | Unlike


def found(loaded: Release, row: pd.DataFrame, *, stale: Stale = NEVER_STALE) -> Found:
    """Score one row with its reasons, or say in which facts its address is unlike any that the model learned from.

    Parameters
    ----------
    loaded : Release
    row : DataFrame of shape (1, k)
        Indicators by name; NaN is missing.
    stale : mapping of str to date, optional
        Sources that are stale, with the last day on which each was heard of: what is read from them is said to be unknown for that reason,
        and makes no address unlike others.

    Raises
    ------
    ReleaseError
        The score is not the sum of its reasons.
    """
    sides = unlike(loaded, row, stale=stale)
    if not sides:
        return explained(loaded, row, stale=stale)
    values = {name: float(row[name].iloc[0]) for name in loaded.indicators}
    records = [record for record in loaded.manifest.indicators if record.name in sides]
    return Unlike(tuple(Outside(record, values[record.name], sides[record.name]) for record in records), values)


def unlike(loaded: Release, row: pd.DataFrame, *, stale: Collection[str] = ()) -> dict[str, Side]:
    """Give the indicators in which one address is unlike those that the model learned from; none where it can be scored."""
    return {} if loaded.support is None else loaded.support.why_unlike(row, unknown=behind(loaded.manifest.indicators, stale))


def explained(loaded: Release, row: pd.DataFrame, *, stale: Stale = NEVER_STALE) -> Score:
    """Score one row with its reasons, whatever address it is of; the parameters and errors are those of `found`."""
    scored = model.explain(loaded.booster, row, slope=loaded.slope, intercept=loaded.intercept)
    values = row.iloc[0][list(loaded.indicators)].to_numpy(dtype=np.float64)
    return summed(loaded, values, scored.contributions[0], log_odds=float(scored.log_odds[0]), base_value=scored.base_value, stale=stale)


def summed(loaded: Release, values: Floats, contributions: Floats, *, log_odds: float, base_value: float, stale: Stale = NEVER_STALE) -> Score:
    """Give the score that has these contributions, computed now or looked up.

    Parameters
    ----------
    loaded : Release
    values, contributions : ndarray of shape (k,)
        In the release's order; a missing value is NaN.
    log_odds, base_value : float
    stale : mapping of str to date, optional
        As `found` takes it.

    Raises
    ------
    ReleaseError
        The score is not the sum of its reasons.
    """
    difference = abs(base_value + float(np.sum(contributions)) - log_odds)
    if not difference <= TOLERANCE:
        raise ReleaseError(
            f"score and reasons of release {loaded.version} differ by {difference:.1e} in log-odds",
            expected=f"at most {TOLERANCE:.0e}",
            remedy="take the release out of use and train again",
        )
    entries = zip(wording.of_stale(loaded.manifest.indicators, stale), values, contributions, strict=True)
    score = float(model.probability(np.array([log_odds]))[0])
    band = band_of(score, loaded.bands) if loaded.bands else None
    return Score(score, log_odds, base_value, tuple(Contribution(i, float(v), float(c)) for i, v, c in entries), band)


def logged(given: Found) -> dict[str, Any]:
    """Give what the score log keeps of it: with the release, enough to find it again (DESIGN rule 8)."""
    row = {name: None if np.isnan(value) else value for name, value in given.row.items()}
    if isinstance(given, Unlike):
        return {"unlike": {fact.indicator.name: fact.side for fact in given.facts}, "row": row}
    return {
        "score": given.score,
        "log_odds": given.log_odds,
        "base_value": given.base_value,
        "row": row,
        "contributions": {part.indicator.name: part.contribution for part in given.contributions},
        "band": given.band and given.band.model_dump(mode="json"),
    }
