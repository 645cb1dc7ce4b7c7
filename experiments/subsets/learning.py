"""Models of some of the columns, each round learned from a share of its inspections; scores of the same test rows, and of the whole cohort.

Which inspections a model learns from is drawn by lot, not at random anew for each share: who learns from a tenth sees a part of what who
learns from three tenths sees, and every model of a lot sees the same inspections.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from experiments.subsets.matrices import TRUTH, ThemeRows
from features.errors import TrainingError
from features.manifest import IndicatorRecord
from features.settings import next_as_of
from training import model
from training.folds import Fold, Folds, Rolling, roll
from training.metrics import Floats, tie_order
from training.rounds import fit_and_calibrate

ODDS = 2.0**64
LOTS_APART = 1_000
"""Between the seeds of two lots, so that no lot is that of another study's seed."""


@dataclass(frozen=True)
class Subset:
    """Indicators that a model reads: those of which every source is among ``sources`` (None: all) and the tier is at most ``tier``."""

    name: str
    sources: frozenset[str] | None = None
    tier: int = 2

    def of(self, indicators: Sequence[IndicatorRecord]) -> tuple[IndicatorRecord, ...]:
        """Give its indicators."""
        return tuple(i for i in indicators if i.tier <= self.tier and (self.sources is None or set(i.sources) <= self.sources))


@dataclass(frozen=True)
class Plan:
    """What all models of a theme share: the rounds, the share of their inspections to learn from, and the lots drawn."""

    rows: ThemeRows
    rolling: Rolling
    share: float
    lots: int
    seed: int

    @classmethod
    def of(cls, rows: ThemeRows, *, share: float, lots: int, seed: int) -> Plan:
        """Cut the rounds, the same for every share and lot."""
        return cls(rows, roll(rows.matrix.frame, until=next_as_of(rows.matrix.manifest.built_on)), share, lots, seed)

    @property
    def test(self) -> pd.DataFrame:
        """Test rows of all rounds, once for each lot: they are scored by the models of that lot."""
        once = pd.concat([folds.test.rows for folds in self.rolling.rounds], ignore_index=True)
        return pd.concat([once] * self.lots, ignore_index=True)

    @property
    def fold(self) -> NDArray[np.intp]:
        """Number of the round of each row of `test`, those of another lot being other rounds."""
        sizes = [len(folds.test.rows) for folds in self.rolling.rounds] * self.lots
        return np.repeat(np.arange(len(sizes)), sizes)

    @property
    def everyone(self) -> pd.DataFrame:
        """The cohort, once for each lot, with the truth as its label."""
        return pd.concat([self.rows.cohort.assign(label=self.rows.cohort[TRUTH])] * self.lots, ignore_index=True)

    @property
    def lot(self) -> NDArray[np.intp]:
        """Number of the lot of each row of `everyone`."""
        return np.repeat(np.arange(self.lots), len(self.rows.cohort))

    @property
    def learned_rows(self) -> int:
        """Inspections that the last round learns from, on average over the lots."""
        return round(float(np.mean([len(labels) for labels in self._learned()])))

    @property
    def learned_positives(self) -> int:
        """Confirmed ones among them, on average over the lots."""
        return round(float(np.mean([labels.sum() for labels in self._learned()])))

    def _learned(self) -> list[NDArray[np.int8]]:
        last = self.rolling.last.training
        return [last.labels[_drawn(last.rows, self.seed, lot) < self.share] for lot in range(self.lots)]


@dataclass(frozen=True)
class Scores:
    """Scores of `Plan.test` and of `Plan.everyone`."""

    test: Floats
    everyone: Floats


def learn(plan: Plan, indicators: Sequence[IndicatorRecord]) -> Scores | None:
    """Fit a model of these indicators in each round and lot, and score.

    Returns
    -------
    Scores or None
        None where a round had too few inspections to learn from: one class only, in the part learned from or in the part that stops it.
    """
    manifest = plan.rows.matrix.manifest.model_copy(update={"indicators": tuple(indicators)})
    test, everyone = [], []
    try:
        for lot in range(plan.lots):
            fitted = None
            for whole in plan.rolling.rounds:
                fitted, line, _ = fit_and_calibrate(thinned(whole, share=plan.share, seed=plan.seed, lot=lot), manifest, seed=plan.seed)
                test.append(line.apply(model.margins(fitted.booster, whole.test.rows)))
            if fitted is not None:
                everyone.append(model.margins(fitted.booster, plan.rows.cohort))
    except TrainingError:
        return None
    return Scores(np.concatenate(test), np.concatenate(everyone))


def thinned(folds: Folds, *, share: float, seed: int, lot: int) -> Folds:
    """Give a round that learns from a share of its inspections; what it is measured on stays whole.

    Raises
    ------
    TrainingError
        What is left to calibrate on has one class only.
    """
    if share >= 1:
        return folds
    kept = _drawn(folds.training.rows, seed, lot) < share
    calibration = _part(folds.calibration, _drawn(folds.calibration.rows, seed, lot) < share)
    if len(np.unique(calibration.labels)) < 2:
        raise TrainingError(
            f"{len(calibration.rows)} inspections to calibrate on, all of one class", expected="both classes", remedy="learn from a larger share"
        )
    return replace(folds, training=_part(folds.training, kept), calibration=calibration, earlier=folds.earlier[kept], stopping=folds.stopping[kept])


def _part(fold: Fold, kept: NDArray[np.bool_]) -> Fold:
    return replace(fold, rows=fold.rows[kept].reset_index(drop=True))


def _drawn(rows: pd.DataFrame, seed: int, lot: int) -> Floats:
    """Give each inspection its number in the lot, between 0 and 1: it depends on address, day, seed and lot alone."""
    return tie_order(rows, seed=seed * LOTS_APART + lot).astype(np.float64) / ODDS
