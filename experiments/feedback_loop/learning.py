"""What a round learns: the trees that ship, from the rounds that `schouw train` would learn from; scores of every address."""

from __future__ import annotations

import numpy as np
import pandas as pd

from experiments.town.lives import Floats
from training import model
from training.folds import CALIBRATION_SHARE, EARLIER_SHARE, TEST_SHARE

TRACES = 6
RISKS: dict[str, model.Risk] = {
    **{f"trace_{number + 1}": None for number in range(TRACES)},
    "reports": "+",
    "visits": None,
    "confirmed": None,
    "found_in_area": None,
}
"""What can be read of an address, in order, and the direction that the catalogue sets where experts agree on one. The last is forbidden."""
AREA = "found_in_area"


def learn(rows: pd.DataFrame, names: list[str], *, seed: int) -> model.Fitted:
    """Fit the trees that ship on the outcomes of some rounds.

    Whole rounds stand where training cuts at days, for a list is of a round: the newest are held back as a release holds them back, for its
    calibration and its test; of the others the newest tell when to stop. The line of the calibration is left out, for it changes no order.

    Parameters
    ----------
    rows : DataFrame
        Columns of `RISKS`, ``label`` and ``quarter``; every outcome counts once, whatever its chance to be listed was.
    names : list of str
        What the model reads.
    seed : int
        Of the sampling.

    Raises
    ------
    TrainingError
        One class only, or fewer rounds than the three parts.
    """
    quarters = np.unique(rows["quarter"])
    learned = quarters[: len(quarters) - _newest(quarters, CALIBRATION_SHARE + TEST_SHARE)]
    stopping_from = learned[len(learned) - _newest(learned, 1 - EARLIER_SHARE)]
    training = rows[rows["quarter"].isin(learned)].reset_index(drop=True)
    stopping = (training["quarter"] >= stopping_from).to_numpy()
    labels = training["label"].to_numpy(dtype=np.int8)
    return model.fit(training[names], labels, risks=[RISKS[name] for name in names], earlier=~stopping, stopping=stopping, seed=seed)


def score(fitted: model.Fitted, read: Floats) -> Floats:
    """Give the margin of every address; ``read`` holds all columns of `RISKS`, of which the model takes its own."""
    return model.margins(fitted.booster, pd.DataFrame(read, columns=list(RISKS)))


def _newest(quarters: np.ndarray, share: float) -> int:
    return max(1, round(share * len(quarters)))
