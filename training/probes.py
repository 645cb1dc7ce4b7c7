"""Probes for leakage: what must come out when there is nothing to learn, and which column knows what nobody could.

*Shuffled labels.* Outcomes are dealt anew among the visits to buildings (all homes of one building on one day) and a model is fitted on
earlier rows and measured on later ones, as ever. Nothing can be learned, so the AUC must be one half: where it is more, rows that were
learned from are among those that measure.

*From the future.* A column that was filled in by the outcome itself tells that outcome better than anything known before can. Each
indicator is held against the outcome alone, and against the days until it was known, of which nothing before the day can tell.

References
----------
Ojala and Garriga, Permutation tests for studying classifier performance, 2010; Kaufman et al., Leakage in data mining, 2012.
"""

from __future__ import annotations

from collections.abc import Sequence

import lightgbm
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import t

from features.declared import Frozen
from training.bootstrap import REPLICATES, Estimate, clusters, estimate, resample
from training.concordance import auc, ordered
from training.metrics import Floats
from training.model import PARAMETERS

SHUFFLES = 10
ROUNDS = 40
"""Trees of a model on shuffled labels; assumed: a leak shows in the first few."""
LEVEL = 0.999
"""Of the interval over the shuffles: without a leak one training in a thousand is stopped by chance, and a leak lies far outside."""
MISSING_ALONE = "missing or not"


class Shuffled(Frozen):
    """AUC on shuffled labels, mean over the shuffles, with an interval at `LEVEL`; not defined where a part has one class only."""

    shuffles: int
    auc: Estimate


class Foresight(Frozen):
    """The indicator that alone tells most of the outcome, or of the days until it was known.

    Attributes
    ----------
    indicator : str, optional
        None where there is no indicator, or one class only.
    tells : {"outcome", "days until known"}
    auc : Estimate
        Of that indicator alone, turned to the side of 0.5 that it is on; whether it is missing counts as a value of its own.
    """

    indicator: str | None
    tells: str
    auc: Estimate


class Probes(Frozen):
    """What both probes gave."""

    shuffled: Shuffled
    foresight: Foresight


def shuffled(earlier: pd.DataFrame, later: pd.DataFrame, *, names: Sequence[str], seed: int, shuffles: int = SHUFFLES) -> Shuffled:
    """Fit and measure on labels that were dealt anew among visits to buildings.

    Parameters
    ----------
    earlier, later : DataFrame
        Rows to learn from and rows to measure on, as the folds give them: ``address_id``, ``as_of``, ``building_id``, ``label`` and the
        indicators.
    names : sequence of str
    seed, shuffles : int
    """
    rows = pd.concat([earlier, later], ignore_index=True)
    table, labels = rows[list(names)].to_numpy(dtype=np.float64), rows["label"].to_numpy(dtype=np.int8)
    # Who is visited again gets an outcome of its own then, for that is no leak; the same visit in both parts keeps one.
    cluster = np.asarray(rows.groupby([clusters(rows), rows["as_of"].to_numpy()]).ngroup(), dtype=np.intp)
    first = np.arange(len(rows)) < len(earlier)
    found = [_once(table, deal(labels, cluster=cluster, seed=seed + number), first=first, seed=seed + number) for number in range(shuffles)]
    values = np.array([value for value in found if not np.isnan(value)])
    if len(values) < shuffles or shuffles < 2:
        return Shuffled(shuffles=shuffles, auc=Estimate(value=float(values.mean()) if len(values) else None, low=None, high=None))
    half = float(t.ppf((1 + LEVEL) / 2, shuffles - 1) * values.std(ddof=1) / np.sqrt(shuffles))
    return Shuffled(shuffles=shuffles, auc=Estimate(value=float(values.mean()), low=float(values.mean()) - half, high=float(values.mean()) + half))


def deal(labels: NDArray[np.int8], *, cluster: NDArray[np.intp], seed: int) -> NDArray[np.int8]:
    """Deal the labels anew among buildings with as many rows; those of one building stay together.

    Examples
    --------
    >>> deal(np.array([1, 1, 0, 0, 1], dtype=np.int8), cluster=np.array([0, 0, 1, 1, 2]), seed=3).tolist()
    [0, 0, 1, 1, 1]
    """
    draw, dealt = np.random.default_rng(seed), labels.copy()
    order = np.argsort(cluster, kind="stable")
    starts = np.flatnonzero(np.r_[True, np.diff(cluster[order]) != 0])
    sizes = np.diff(np.r_[starts, len(order)])
    for size in np.unique(sizes):
        places = order[starts[sizes == size][:, None] + np.arange(size)]
        dealt[places] = labels[draw.permutation(places)]
    return dealt


def foresight(rows: pd.DataFrame, *, names: Sequence[str], seed: int, replicates: int = REPLICATES) -> Foresight:
    """Find the indicator that knows most of what only later could be known.

    Parameters
    ----------
    rows : DataFrame
        All rows: ``address_id``, ``as_of``, ``building_id``, ``label``, ``label_known_on`` and the indicators.
    names : sequence of str
    seed, replicates : int
        Of the interval.
    """
    days = (pd.to_datetime(rows["label_known_on"]) - pd.to_datetime(rows["as_of"])).dt.days.to_numpy()
    targets = {"outcome": rows["label"].to_numpy() == 1, "days until known": days > np.median(days)}
    ones, best = np.ones((len(rows), 1)), (0.0, "", "outcome", np.zeros(0))
    for tells, members in targets.items():
        for name in names:
            for values in _readings(rows[name].to_numpy(dtype=np.float64)):
                found = auc(ordered(values), members=members, weights=ones)[0]
                turned, way = max((found, values), (1 - found, np.where(np.isnan(values), np.inf, -values)), key=lambda pair: pair[0])
                if turned > best[0]:
                    best = (turned, name, tells, way)
    value, name, tells, way = best
    if not name:
        return Foresight(indicator=None, tells=tells, auc=Estimate(value=None, low=None, high=None))
    order, members = ordered(way), targets[tells]
    spread = [auc(order, members=members, weights=weights) for weights in resample(clusters(rows), replicates=replicates, seed=seed)]
    return Foresight(indicator=name, tells=tells, auc=estimate(np.array([value]), np.concatenate(spread)))


def _once(table: Floats, labels: NDArray[np.int8], *, first: NDArray[np.bool_], seed: int) -> float:
    if len(np.unique(labels[first])) < 2 or len(np.unique(labels[~first])) < 2:
        return float("nan")
    booster = lightgbm.train({**PARAMETERS, "seed": seed}, lightgbm.Dataset(table[first], label=labels[first]), num_boost_round=ROUNDS)
    scores = np.asarray(booster.predict(table[~first], raw_score=True, num_threads=1), dtype=np.float64)
    return float(auc(ordered(scores), members=labels[~first] == 1, weights=np.ones((len(scores), 1)))[0])


def _readings(values: Floats) -> tuple[Floats, ...]:
    """Give an indicator with the missing ones below, and whether it is missing: turned about, a missing one stands above as well."""
    missing = np.isnan(values)
    return (values, missing.astype(np.float64)) if missing.any() else (values,)
