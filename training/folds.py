"""Rounds in the order of time: each with its own training, calibration and test rows.

::

    round 1   |---- training -------|- calibration -|- test -|
    round 2   |---- training ----------------|- calibration -|- test -|
    ...
    round 5   |---- training ---------------------------------------------------|- calibration -|- test -|

    training  |---- earlier -------|- stopping -|

Each round asks what a model would have been worth that was fitted and calibrated on the day its test period began: it uses only
outcomes that were known before that day. An inspection decided in time whose outcome came later is left out, and counted. Shortly
before that day only quick outcomes are known, and quick ones are not like the rest: what was decided within the *gap*, the days in
which nine in ten outcomes come in, is left out too, whether its outcome is known or not.

Nothing is drawn at random, and an address that was visited before may come back in a later period, as it does in real life.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.declared import Frozen
from features.errors import TrainingError

TRAINING, CALIBRATION, TEST = "training", "calibration", "test"
ROUNDS = 5
"""Test periods, one after the other. Fewer would say little about how much a model's worth differs from one period to the next."""

FIRST_TEST_SHARE, TEST_SHARE, CALIBRATION_SHARE, EARLIER_SHARE = 0.5, 0.1, 0.15, 0.8
"""Shares of the rows in order of time: where the first test period begins, the length of each, and that of a calibration period;
within training, the share before the stopping part. Assumed: half of the rows measure, and the first model learns from a third."""

MINIMUM_ROWS = 200
"""Below this a test period holds fewer than twenty inspections: a handful of confirmed ones, to which no line and no interval can be fitted."""

GAP_SHARE = 0.9
"""Share of the outcomes that come in within the gap."""


class FoldSummary(Frozen):
    """One fold as it was used.

    Attributes
    ----------
    first_on, last_on : date
        First and last ``as_of``.
    ends_on : date
        Inspections decided before this day belong to it.
    outcome_too_late, in_gap : int
        Rows left out because their outcome was not known in time, and because they were decided too shortly before.
    """

    name: str
    first_on: date
    last_on: date
    ends_on: date
    rows: int
    positives: int
    outcome_too_late: int
    in_gap: int = 0


@dataclass(frozen=True)
class Fold:
    """The rows of one fold, decided before ``ends_on``, of which the outcome was known before ``known_before`` (otherwise the same day).

    ``late`` were decided in it but their outcome was not known in time; ``in_gap`` were decided too shortly before that day.
    """

    name: str
    rows: pd.DataFrame
    ends_on: date
    late: int
    in_gap: int = 0
    known_before: date | None = None

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
            in_gap=self.in_gap,
        )


@dataclass(frozen=True)
class Folds:
    """One round: three folds, and within training the ``earlier`` rows and the ``stopping`` rows as masks over its rows."""

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
            A fold holds an inspection that was decided on or after its end or before the end of the earlier one, or an outcome known too late.
        """
        begins = pd.Timestamp.min
        for fold in self:
            ends, rows = pd.Timestamp(fold.ends_on), fold.rows
            known_before = ends if fold.known_before is None else pd.Timestamp(fold.known_before)
            late = int(((rows["as_of"] >= ends) | (rows["label_known_on"] >= known_before)).sum())
            if late or (rows["as_of"] < begins).any():
                raise TrainingError(
                    f"the {fold.name} fold holds an inspection decided on or after {fold.ends_on}, or before {begins.date()}, or known too late",
                    expected="folds that follow each other in time",
                    remedy="use training.folds.roll",
                )
            begins = ends

    def __iter__(self) -> Iterator[Fold]:
        """Give the folds in the order of time."""
        return iter((self.training, self.calibration, self.test))


@dataclass(frozen=True)
class Rolling:
    """All rounds in the order of time; no test period begins before the earlier one has ended. ``gap_days`` as the module says."""

    rounds: tuple[Folds, ...]
    gap_days: int

    def __post_init__(self) -> None:
        """Refuse test periods that overlap: a row would be measured twice, and by a model that may have learned from it.

        Raises
        ------
        TrainingError
            There is no round, or a test period begins before the earlier one has ended.
        """
        overlap = any((later.test.rows["as_of"] < pd.Timestamp(earlier.test.ends_on)).any() for earlier, later in pairwise(self.rounds))
        if overlap or not self.rounds:
            raise TrainingError(
                f"{len(self.rounds)} rounds of which the test periods do not follow each other",
                expected="test periods one after the other",
                remedy="use training.folds.roll",
            )

    @property
    def last(self) -> Folds:
        """The newest round: its model is the one that may be released."""
        return self.rounds[-1]


def roll(rows: pd.DataFrame, *, until: date) -> Rolling:
    """Cut a training matrix in rounds by time, between days.

    Parameters
    ----------
    rows : DataFrame
        One row per inspected case: ``address_id``, ``as_of``, ``label`` and ``label_known_on`` at least; any index.
    until : date
        The end of the last test period; what is measured may use every outcome known before it.

    Raises
    ------
    TrainingError
        There are too few rows or days for five rounds, or a fold has one class only.
    """
    rows = rows.sort_values(["as_of", "address_id"], kind="stable").reset_index(drop=True)
    gap = _gap(rows)
    settled = rows[rows["as_of"] + gap < pd.Timestamp(until)]
    if len(settled) < MINIMUM_ROWS:
        raise TrainingError(
            f"the matrix has {len(rows)} rows, {len(settled)} of them decided more than {gap.days} days before {until}",
            expected=f"at least {MINIMUM_ROWS} inspections with a known outcome, for {ROUNDS} test periods with a training period before each",
            remedy="wait for more outcomes, or check with 'schouw check' that none were lost",
        )
    begins = [_day_at(settled, FIRST_TEST_SHARE + number * TEST_SHARE) for number in range(ROUNDS)]
    periods = pairwise([*begins, pd.Timestamp(until)])
    rounds = (_round(rows, number, test_on=first, ends=end, until=until, gap=gap) for number, (first, end) in enumerate(periods, start=1))
    return Rolling(tuple(rounds), gap_days=gap.days)


def _gap(rows: pd.DataFrame) -> timedelta:
    """Give the days within which nine in ten outcomes came in, over the first half of the rows: of those the slow ones have come in too."""
    early = rows.head(int(FIRST_TEST_SHARE * len(rows)))
    days = (early["label_known_on"] - early["as_of"]).dt.days
    return timedelta(days=max(0, int(days.quantile(GAP_SHARE, interpolation="higher"))) if len(days) else 0)


def _round(rows: pd.DataFrame, number: int, *, test_on: pd.Timestamp, ends: pd.Timestamp, until: date, gap: timedelta) -> Folds:
    """Cut one round; what the gap takes is taken from training, so that a long one leaves rows to calibrate on."""
    settled = rows[rows["as_of"] + gap < test_on]
    share = CALIBRATION_SHARE / (FIRST_TEST_SHARE + (number - 1) * TEST_SHARE)
    calibration_on = _day_at(settled, 1 - share) if len(settled) else test_on
    cuts = {TRAINING: (pd.Timestamp.min, calibration_on, calibration_on), CALIBRATION: (calibration_on, test_on, test_on)}
    cuts[TEST] = (test_on, ends, pd.Timestamp(until))
    training, calibration, test = (_fold(rows, name=name, number=number, period=period, gap=gap) for name, period in cuts.items())
    stopping_on = _day_at(training.rows, EARLIER_SHARE)
    known = training.rows["label_known_on"] < stopping_on
    return Folds(
        training=training,
        calibration=calibration,
        test=test,
        earlier=((training.rows["as_of"] + gap < stopping_on) & known).to_numpy(),
        stopping=(training.rows["as_of"] >= stopping_on).to_numpy(),
    )


def _day_at(rows: pd.DataFrame, share: float) -> pd.Timestamp:
    """Give the day at a share of the rows; a day is never cut in two."""
    return pd.Timestamp(rows["as_of"].iloc[int(share * len(rows))])


def _fold(rows: pd.DataFrame, *, name: str, number: int, period: tuple[pd.Timestamp, pd.Timestamp, pd.Timestamp], gap: timedelta) -> Fold:
    begins, ends, known_before = period
    decided = rows[(rows["as_of"] < ends) & (rows["as_of"] >= begins)]
    known = decided["label_known_on"] < known_before
    kept = decided[known & (decided["as_of"] + gap < known_before)].reset_index(drop=True)
    positives = int(kept["label"].sum())
    if positives in (0, len(kept)):
        raise TrainingError(
            f"the {name} fold of round {number} has {len(kept)} rows with an outcome known before {known_before.date()} and decided more than "
            f"{gap.days} days before it, {positives} of them confirmed",
            expected=f"confirmed and not confirmed inspections in every fold of {ROUNDS} rounds",
            remedy="wait for more outcomes, or check the theme's confirming finding codes",
        )
    return Fold(
        name=name,
        rows=kept,
        ends_on=ends.date(),
        late=int((~known).sum()),
        in_gap=int(known.sum()) - len(kept),
        known_before=known_before.date(),
    )
