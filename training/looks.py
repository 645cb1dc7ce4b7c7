"""How often the test rows of a model were looked at before: each try on the same rows makes the best of them look better than it is.

Counted from the candidates that stand in the state folder, refused ones too. Who takes a folder away takes it from the
count, and leaves it in MLflow.

References
----------
Dwork et al., The reusable holdout: preserving validity in adaptive data analysis, Science 349, 2015.
"""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

from features.declared import Frozen
from training import release


class Looks(Frozen):
    """Other candidates that were trained by the same day and measured on days that this one is measured on.

    Attributes
    ----------
    candidates, blocked : int
        All of them, and those of which a gate did not pass.
    unreadable : int
        Candidates of which the files cannot be read, so that nobody knows.
    """

    candidates: int = 0
    blocked: int = 0
    unreadable: int = 0

    @property
    def sentence(self) -> str:
        """Say it for a reader of the card."""
        if not self.candidates and not self.unreadable:
            return "No other candidate that is still kept was measured on these test days before."
        more = f" Of {self.unreadable} more the files cannot be read." if self.unreadable else ""
        measured = "1 other candidate was" if self.candidates == 1 else f"{self.candidates} other candidates were"
        return (
            f"These test days were looked at before: {measured} measured on some of them, of which {self.blocked} did"
            f" not pass.{more} The more were tried, the more the figures of the one that passes flatter it."
        )


def before(one: release.Release) -> Looks:
    """Count the other candidates of a candidate, or of the release that it became."""
    trained_on, days = one.card.trained_on, _tested(one.evaluation.model_dump(mode="json", include={"rounds", "folds"}))
    found = Looks()
    for folder in sorted((one.folder.parents[2] / "candidates" / one.theme).glob("*/")):
        if folder.name != one.version and not folder.name.startswith("."):  # a draft that was never put in its place
            found = _with(found, folder, trained_on=trained_on, days=days)
    return found


def _with(found: Looks, folder: Path, *, trained_on: date, days: tuple[date, date]) -> Looks:
    """Count a candidate in, where it was trained by that day and measured on one of the days."""
    try:
        card, gates, evaluation = (json.loads((folder / name).read_bytes()) for name in (release.CARD, release.GATES, release.EVALUATION))
        first_on, last_on = _tested(evaluation)
        counts = date.fromisoformat(card["trained_on"]) <= trained_on and first_on <= days[1] and days[0] <= last_on
        blocked = any(gate["state"] != "passed" for gate in gates["gates"])
    except (OSError, ValueError, KeyError, TypeError, IndexError):
        return found.model_copy(update={"unreadable": found.unreadable + 1})
    return found.model_copy(update={"candidates": found.candidates + counts, "blocked": found.blocked + (counts and blocked)})


def _tested(evaluation: dict[str, Any]) -> tuple[date, date]:
    """Give the first and the last day of all test periods."""
    periods = [one["folds"][-1] for one in evaluation["rounds"]] or [evaluation["folds"][-1]]
    return min(date.fromisoformat(fold["first_on"]) for fold in periods), max(date.fromisoformat(fold["last_on"]) for fold in periods)
