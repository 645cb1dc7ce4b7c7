"""Gates on the top of the list: it stays under another draw of the inspections learned from, and from one day to the next.

Held against a limit is the part that stays above what two lists drawn by lot would share: a long list shares much for nothing.
"""

from __future__ import annotations

from features.limits import Limits
from training.bootstrap import Estimate
from training.footing_gates import UNMEASURED
from training.gate import Gate, above, unknown
from training.stability import Stability

RESAMPLED, A_DAY_ON = "list stays under resampling", "list stays a day later"


def judge(found: Stability | None, *, limits: Limits) -> tuple[Gate, Gate]:
    """Hold both against their limits; ``found`` is None where nothing was measured, and its day where no two days were scored."""
    if found is None:
        return _stays(RESAMPLED, None, limit=limits.minimum_stability), _stays(A_DAY_ON, None, limit=limits.minimum_stability_one_day)
    a_day_on = found.one_day.above_chance if found.one_day else None
    return (
        _stays(
            RESAMPLED, found.resampling.above_chance, limit=limits.minimum_stability, of=f"the list of each of {found.refits} models fitted again"
        ),
        _stays(A_DAY_ON, a_day_on, limit=limits.minimum_stability_one_day, of="the list of the whole cohort", absent=found.one_day_absent),
    )


def _stays(name: str, found: Estimate | None, *, limit: float, of: str = "", absent: str | None = None) -> Gate:
    if found is None:
        return unknown(name, limit=limit, why=absent or UNMEASURED)
    return above(name, found, limit=limit, subject=f"part of {of} that stays, above chance")
