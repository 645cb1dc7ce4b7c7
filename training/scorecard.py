"""What the experts' scorecard makes of rows: points, and the sum of them. It needs no label, no fold and no model.

It is what a municipality has on its first day, and what a model must beat later.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.errors import TrainingError
from features.scorecard import Line

SCORECARD = "experts' scorecard"
"""Name of the scorecard among the scorers."""


def score(rows: pd.DataFrame, scorecard: Sequence[Line]) -> NDArray[np.float64]:
    """Give the points of each row, shape (n,): the sum over `contributions`.

    Parameters
    ----------
    rows : DataFrame of shape (n, k)
        Holds indicator columns by name; missing is NaN.
    scorecard : sequence of Line
        Of the theme.

    Raises
    ------
    TrainingError
        The rows hold none of the scorecard's indicators: every address would have 0.

    Examples
    --------
    >>> card = [Line(indicator="reports_3y", at_least=1, points=1), Line(indicator="reports_3y", at_least=3, points=2)]
    >>> score(pd.DataFrame({"reports_3y": [0.0, 1.0, 3.0, None]}), card).tolist()
    [0.0, 1.0, 3.0, 0.0]
    """
    return np.asarray(contributions(rows, scorecard).to_numpy(dtype=np.float64).sum(axis=1))


def contributions(rows: pd.DataFrame, scorecard: Sequence[Line]) -> pd.DataFrame:
    """Give the points that each indicator adds: one column per indicator of the scorecard, on the index of the rows.

    A missing value, and an indicator that the rows do not hold (see `absent`), adds 0.

    Raises
    ------
    TrainingError
        The rows hold none of the scorecard's indicators.
    """
    names = list(dict.fromkeys(line.indicator for line in scorecard))
    if len(lacking := absent(rows, scorecard)) == len(names):
        raise TrainingError(
            f"the rows hold none of the {len(lacking)} indicators of the scorecard",
            expected="lines under [[scorecard]] of the theme, of which the matrix holds indicators",
            remedy="declare them, fill the registers that they read, or build with a higher tier",
        )
    points = pd.DataFrame(0.0, index=rows.index, columns=names)
    for line in scorecard:
        if line.indicator not in lacking:
            points[line.indicator] += line.points * _reached(rows[line.indicator], line)
    return points


def absent(rows: pd.DataFrame, scorecard: Sequence[Line]) -> tuple[str, ...]:
    """Give the scorecard's indicators that the rows do not hold: of a higher tier, or of a register that is not filled here."""
    return tuple(dict.fromkeys(line.indicator for line in scorecard if line.indicator not in rows.columns))


def _reached(values: pd.Series[float], line: Line) -> NDArray[np.float64]:
    """Give 1 where the value is known and on the line's side of its cut; NaN compares as false on both sides."""
    known = values.to_numpy(dtype=np.float64)
    reached = known >= line.at_least if line.at_least is not None else known < np.float64(line.below or 0.0)
    return reached.astype(np.float64)
