"""What tuning found, for the record: which parameters, how they were found, and whether the same command finds them again.

Serving imports this module: no Optuna here.
"""

from __future__ import annotations

from features.declared import Frozen
from training.objective import Loss


class Tuned(Frozen):
    """What tuning found within the training period of one round.

    Attributes
    ----------
    trials, pruned : int
        Trials that ended, and those among them that were given up early.
    loss, loss_as_shipped : float
        Mean loss over the tuning folds, of the best parameters and of those that ship.
    parameters : dict
        The best ones, as LightGBM calls them.
    """

    trials: int
    pruned: int
    loss: float
    loss_as_shipped: float
    parameters: dict[str, float | int]


class Tuning(Frozen):
    """Of all rounds in the order of time; ``repeatable`` is False where a clock decided how many trials there were, ``loss`` is what was kept low."""

    trials: int
    minutes: float | None
    repeatable: bool
    loss: Loss = "log loss"
    rounds: tuple[Tuned, ...]
