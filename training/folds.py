"""Training, calibration and test rows, in the order of time.

::

    |---- training ------------------------|-- calibration --|---- test ----|
    |---- earlier ----------|- stopping ---|

A fold ends where the next begins. What is learned in a fold may use only outcomes that were known before its end: an
inspection decided in time whose outcome came later is left out of that fold, and counted. Nothing is drawn at random,
and an address that was visited before may come back in a later fold, as it does in real life.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.declared import Frozen
from features.errors import TrainingError

TRAINING, CALIBRATION, TEST = "training", "calibration", "test"
# Shares of the rows in order of time at which a fold ends; within training, the share before the stopping part.
TRAINING_SHARE, CALIBRATION_SHARE, EARLIER_SHARE = 0.6, 0.8, 0.8
# Below this a fold of a fifth holds a handful of confirmed inspections, and neither a line nor an interval can be fitted.
MINIMUM_ROWS = 100


class FoldSummary(Frozen):
    """One fold as it was used: first and last ``as_of``, rows, confirmed ones, and rows left out because their outcome came too late."""

    name: str
    first_on: date
    last_on: date
    ends_on: date
    rows: int
    positives: int
    outcome_too_late: int


@dataclass(frozen=True)
class Fold:
    """The rows of one fold; ``late`` were decided in it but their outcome was not known before ``ends_on``."""

    name: str
    rows: pd.DataFrame
    ends_on: date
    late: int

    @property
    def labels(self) -> NDArray[np.int8]:
        """Labels of the rows, 0 or 1."""
        return self.rows["label"].to_numpy(dtype=np.int8)

    @property
    def summary(self) -> FoldSummary:
        """Sizes and dates, for the record."""
        return FoldSummary(
            name=self.name,
            first_on=self.rows["as_of"].min().date(),
            last_on=self.rows["as_of"].max().date(),
            ends_on=self.ends_on,
            rows=len(self.rows),
            positives=int(self.labels.sum()),
            outcome_too_late=self.late,
        )


@dataclass(frozen=True)
class Folds:
    """The three folds, and within training the ``earlier`` rows and the ``stopping`` rows as masks over its rows."""

    training: Fold
    calibration: Fold
    test: Fold
    earlier: NDArray[np.bool_]
    stopping: NDArray[np.bool_]

    def __post_init__(self) -> None:
        """Refuse folds that are not in the order of time, however they were made: a random split learns from the future.

        Raises
        ------
        TrainingError
            A fold holds an inspection that was decided, or an outcome that was known, on or after its end or before the end of the earlier one.
        """
        begins = pd.Timestamp.min
        for fold in self:
            ends, rows = pd.Timestamp(fold.ends_on), fold.rows
            late = int(((rows["as_of"] >= ends) | (rows["label_known_on"] >= ends)).sum())
            if late or (rows["as_of"] < begins).any():
                raise TrainingError(
                    f"the {fold.name} fold holds an inspection decided on or after {fold.ends_on}, or before {begins.date()}, or known too late",
                    expected="folds that follow each other in time",
                    remedy="use training.folds.split",
                )
            begins = ends

    def __iter__(self) -> Iterator[Fold]:
        """Give the folds in the order of time."""
        return iter((self.training, self.calibration, self.test))


def split(rows: pd.DataFrame, *, until: date) -> Folds:
    """Cut a training matrix in three by time.

    Parameters
    ----------
    rows : DataFrame
        One row per inspected case: ``as_of``, ``label`` and ``label_known_on`` at least; any index.
    until : date
        The end of the test fold: outcomes count that were known before it.

    Raises
    ------
    TrainingError
        There are too few rows or days, or a fold has one class only.
    """
    if len(rows) < MINIMUM_ROWS:
        raise TrainingError(
            f"the matrix has {len(rows)} rows",
            expected=f"at least {MINIMUM_ROWS} inspections with a known outcome",
            remedy="wait for more outcomes, or check with 'schouw check' that none were lost",
        )
    rows = rows.sort_values(["as_of", "address_id"], kind="stable").reset_index(drop=True)
    calibration_on, test_on = (_day_at(rows, share) for share in (TRAINING_SHARE, CALIBRATION_SHARE))
    cuts = [(TRAINING, None, calibration_on), (CALIBRATION, calibration_on, test_on), (TEST, test_on, pd.Timestamp(until))]
    training, calibration, test = (_fold(rows, name=name, first=first, end=end) for name, first, end in cuts)
    stopping_on = _day_at(training.rows, EARLIER_SHARE)
    known = training.rows["label_known_on"] < stopping_on
    return Folds(
        training=training,
        calibration=calibration,
        test=test,
        earlier=((training.rows["as_of"] < stopping_on) & known).to_numpy(),
        stopping=(training.rows["as_of"] >= stopping_on).to_numpy(),
    )


def _day_at(rows: pd.DataFrame, share: float) -> pd.Timestamp:
    """Give the day at a share of the rows; a day is never cut in two."""
    return pd.Timestamp(rows["as_of"].iloc[int(share * len(rows))])


def _fold(rows: pd.DataFrame, *, name: str, first: pd.Timestamp | None, end: pd.Timestamp) -> Fold:
    decided = rows[(rows["as_of"] < end) & (rows["as_of"] >= first if first is not None else True)]
    known = decided[decided["label_known_on"] < end].reset_index(drop=True)
    positives = int(known["label"].sum())
    if positives in (0, len(known)):
        raise TrainingError(
            f"the {name} fold has {len(known)} rows with an outcome known before {end.date()}, {positives} of them confirmed",
            expected="confirmed and not confirmed inspections in every fold",
            remedy="wait for more outcomes, or check the theme's confirming finding codes",
        )
    return Fold(name=name, rows=known, ends_on=end.date(), late=len(decided) - len(known))
