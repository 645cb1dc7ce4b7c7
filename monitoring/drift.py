"""Whether indicators and scores are still spread as they were. The only module that imports Evidently.

The distance is the Wasserstein distance in standard deviations of the reference (Evidently's own default above 1,000 rows, with
its default bar of 0.1): 0.1 says roughly that values moved by a tenth of a standard deviation. A p-value would not do: with
thousands of rows any difference has a small one.

Evidently leaves missing values out of its distance, so the share that is missing is compared here.

References
----------
Evidently 0.7.23, ``evidently.metrics.ValueDrift`` and ``evidently.presets.DataDriftPreset``.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from datetime import date
from math import sqrt

import numpy as np
import pandas as pd

from features.declared import Frozen

BAR = 0.1
"""Evidently's default threshold of the normed Wasserstein distance."""

CHANCE = 3.0
"""What chance alone makes of the distance stays under CHANCE x sqrt(1/n + 1/m) in about 99 of 100 draws: simulated for normal, uniform,
lognormal, Poisson and rare binary values (tests/monitoring/test_drift.py). It raises the bar where there are few rows."""

MINIMUM_VALUES = 50
"""Values that either side must have; under it the bar would lie above 0.4 and say nothing. Assumed."""

MAXIMUM_ROWS = 50_000
"""Rows of either side handed to Evidently, drawn with a seed: chance then makes 0.02 at most, and memory stays bounded."""

SEED = 1
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


class Spread(Frozen):
    """How one column is spread: rows, share missing, mean, and the quantiles of `QUANTILES`; None where every value is missing."""

    rows: int
    missing_share: float
    mean: float | None
    quantiles: tuple[float, ...] | None


class ColumnDrift(Frozen):
    """One column against the reference.

    Attributes
    ----------
    distance : float, optional
        In standard deviations of the reference; None where there are too few values.
    bar : float, optional
        The distance from which we say that it drifted.
    """

    name: str
    reference: Spread
    current: Spread
    distance: float | None
    bar: float | None
    drifted: bool

    @property
    def missing_change(self) -> float:
        """Share missing now minus share missing in the reference."""
        return self.current.missing_share - self.reference.missing_share


class Comparison(Frozen):
    """The newest cohort against one reference; ``columns`` has the score first, then the largest distance."""

    reference_first_on: date
    reference_last_on: date
    reference_rows: int
    current_rows: int
    rows_compared: int
    columns: tuple[ColumnDrift, ...]

    @property
    def compared(self) -> tuple[ColumnDrift, ...]:
        """Columns with a distance."""
        return tuple(c for c in self.columns if c.distance is not None)

    @property
    def drifted_share(self) -> float:
        """Drifted columns as a share of those with a distance."""
        return sum(c.drifted for c in self.compared) / max(1, len(self.compared))


def compare(current: pd.DataFrame, reference: pd.DataFrame, *, columns: Sequence[str], plots: bool = False) -> tuple[Comparison, str | None]:
    """Compare columns of the newest cohort with a reference.

    Parameters
    ----------
    current, reference : pandas.DataFrame
        ``as_of`` and the columns, float64; NaN is missing.
    columns : sequence of str
        The first stays first.
    plots : bool
        Also give Evidently's own page, of 5 MB.

    Returns
    -------
    Comparison
    str or None
        Evidently's page; it holds its own scripts and asks for nothing from the network.
    """
    now, then = _sample(current, columns), _sample(reference, columns)
    bars = {name: bar(now[name], then[name]) for name in columns}
    distances, page = _evidently(now, then, bars={name: value for name, value in bars.items() if value is not None}, plots=plots)
    found = [_column(name, current[name], reference[name], distance=distances.get(name), bar=bars[name]) for name in columns]
    first, *rest = found
    comparison = Comparison(
        reference_first_on=reference["as_of"].min().date(),
        reference_last_on=reference["as_of"].max().date(),
        reference_rows=len(reference),
        current_rows=len(current),
        rows_compared=min(len(now), len(then)),
        columns=(first, *sorted(rest, key=lambda c: (-(c.distance or 0.0), c.name))),
    )
    return comparison, page


def bar(now: pd.Series, then: pd.Series) -> float | None:
    """Give the distance from which a column drifted; None where there are too few values.

    Examples
    --------
    >>> values = pd.Series(np.arange(2000.0))
    >>> bar(values, values), round(bar(values, values[:300]), 3), bar(values, values[:49])
    (0.1, 0.186, None)
    """
    n, m = int(now.notna().sum()), int(then.notna().sum())
    if min(n, m) < MINIMUM_VALUES:
        return None
    return max(BAR, CHANCE * sqrt(1 / n + 1 / m))


def _evidently(now: pd.DataFrame, then: pd.DataFrame, *, bars: Mapping[str, float], plots: bool) -> tuple[dict[str, float], str | None]:
    """Let Evidently compute; imported here, as that takes ten seconds, and never before its telemetry is off."""
    if not bars:
        return {}, None
    os.environ["DO_NOT_TRACK"] = "true"
    from evidently import DataDefinition, Dataset, Report
    from evidently.metrics import ValueDrift

    definition = DataDefinition(numerical_columns=list(bars))
    datasets = [Dataset.from_pandas(frame[list(bars)], definition) for frame in (now, then)]
    report = Report([ValueDrift(column=name, method="wasserstein", threshold=value) for name, value in bars.items()])
    snapshot = report.run(*datasets)
    distances = {metric["config"]["column"]: float(metric["value"]) for metric in snapshot.dict()["metrics"]}
    return distances, str(snapshot.get_html_str(as_iframe=False)) if plots else None


def _column(name: str, current: pd.Series, reference: pd.Series, *, distance: float | None, bar: float | None) -> ColumnDrift:
    return ColumnDrift(
        name=name,
        reference=spread(reference),
        current=spread(current),
        distance=distance,
        bar=bar,
        drifted=distance is not None and bar is not None and distance >= bar,
    )


def spread(values: pd.Series) -> Spread:
    """Describe one column."""
    present = values.dropna().to_numpy(dtype=np.float64)
    missing = 1 - len(present) / max(1, len(values))
    if not len(present):
        return Spread(rows=len(values), missing_share=missing, mean=None, quantiles=None)
    quantiles = tuple(float(q) for q in np.quantile(present, QUANTILES))
    return Spread(rows=len(values), missing_share=missing, mean=float(present.mean()), quantiles=quantiles)


def _sample(frame: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    picked = frame[list(columns)]
    return picked.sample(MAXIMUM_ROWS, random_state=SEED) if len(picked) > MAXIMUM_ROWS else picked
