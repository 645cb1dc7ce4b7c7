"""On whose word chances of being listed rest: what was found when inspections were held against the worklists that Schouw drew.

Apart from `training.recorded`, which holds them, so that who reads an evaluation need not load what reads worklists.
"""

from __future__ import annotations

import pandas as pd
from pydantic import Field

from features.declared import Frozen

ARM, SET_ASIDE = "arm", "set_aside"
"""Columns that `training.recorded.held` adds: the arm of the record, and why a row has no chance though it names a list."""


class Chances(Frozen):
    """Inspections of a training matrix that name a frame and follow no report.

    Attributes
    ----------
    recorded : int
        Those that match the record of the list that they name.
    on_word : int
        Those of frames that Schouw did not draw.
    set_aside : dict of int
        Those that name a list that did not draw them so, by reason.
    """

    recorded: int = 0
    on_word: int = 0
    set_aside: dict[str, int] = Field(default_factory=dict)

    @property
    def sentences(self) -> list[str]:
        """What a reviewer is told, one sentence for each of the three that there are.

        Examples
        --------
        >>> Chances(on_word=3).sentences
        ['3 inspections name a frame not drawn by Schouw: its chances are taken on the word of the register.']
        """
        faults = "; ".join(f"{reason}: {count}" for reason, count in self.set_aside.items())
        told = {
            f"{self.recorded} inspections match the list of Schouw that they name, and take their chance from its record.": self.recorded,
            f"{self.on_word} inspections name a frame not drawn by Schouw: its chances are taken on the word of the register.": self.on_word,
            f"{sum(self.set_aside.values())} inspections name a list that did not draw them so, and are set aside from the random arm and the"
            f" weights ({faults}).": len(self.set_aside),
        }
        return [sentence for sentence, count in told.items() if count]


def counted(rows: pd.DataFrame) -> Chances | None:
    """Count what `held` found; None of rows that were never held against anything."""
    if ARM not in rows or SET_ASIDE not in rows:
        return None
    framed = _framed(rows)
    recorded = rows[ARM].notna()
    reasons = rows[SET_ASIDE].value_counts().sort_index()
    return Chances(
        recorded=int(recorded.sum()),
        on_word=int((framed & ~recorded).sum()),
        set_aside={str(reason): int(count) for reason, count in reasons.items()},
    )


def _framed(rows: pd.DataFrame) -> pd.Series[bool]:
    """Say of which rows the register gives a frame and a chance that could count."""
    if not {"frame", "trigger", "propensity"} <= set(rows.columns):
        return pd.Series(data=False, index=rows.index)
    return rows["frame"].notna() & rows["propensity"].notna() & (rows["trigger"] != "report")
