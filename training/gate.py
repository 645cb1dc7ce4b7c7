"""One gate: what was measured, against which limit, and why it stands as it does.

A gate knows three states. *Passed*: the whole interval lies on the right side of the limit. *Failed*: the figure itself
lies on the wrong side. *Not enough data*: the figure is right but its interval is not, or there is none; more
inspections would settle it. Anything but passed blocks the release.
"""

from __future__ import annotations

from typing import Literal

from features.declared import Frozen
from training.bootstrap import Estimate

State = Literal["passed", "failed", "not enough data"]


class Gate(Frozen):
    """One gate: what was measured, against which limit, and why it stands as it does."""

    name: str
    state: State
    measured: float | None
    low: float | None = None
    high: float | None = None
    limit: float
    why: str


def above(name: str, measured: Estimate, *, limit: float, subject: str) -> Gate:
    """Ask that the whole interval lies above the limit."""
    wrong = measured.value is not None and measured.value <= limit
    right = measured.low is not None and measured.low > limit
    return decided(
        name, measured, limit=limit, state=state(wrong=wrong, right=right), why=f"{subject} {text(measured)}; asked: wholly above {limit:g}"
    )


def below(name: str, measured: Estimate, *, limit: float, subject: str) -> Gate:
    """Ask that the whole interval is at most the limit."""
    wrong = measured.value is not None and measured.value > limit
    right = measured.high is not None and measured.high <= limit
    why = f"{subject} {text(measured)}; asked: wholly at most {limit:g}"
    return decided(name, measured, limit=limit, state=state(wrong=wrong, right=right), why=why)


def within(measured: Estimate, *, centre: float, limit: float) -> State:
    """Say whether the whole interval lies at most so far from the centre."""
    wrong = measured.value is not None and abs(measured.value - centre) > limit
    right = measured.low is not None and measured.high is not None and measured.low >= centre - limit and measured.high <= centre + limit
    return state(wrong=wrong, right=right)


def unknown(name: str, *, limit: float, why: str) -> Gate:
    """Give the gate of what was not measured: that is not passed."""
    return Gate(name=name, state="not enough data", measured=None, limit=limit, why=why)


def decided(name: str, measured: Estimate, *, limit: float, state: State, why: str) -> Gate:
    """Give the gate of a figure with its interval."""
    return Gate(name=name, state=state, measured=measured.value, low=measured.low, high=measured.high, limit=limit, why=why)


def state(*, wrong: bool, right: bool) -> State:
    """Give the state: wrong wins, and what is neither is not settled."""
    if wrong:
        return "failed"
    return "passed" if right else "not enough data"


def text(estimate: Estimate) -> str:
    """Give a figure with its interval in three decimals."""
    if estimate.value is None:
        return "is not defined"
    if estimate.low is None or estimate.high is None:
        return f"{estimate.value:.3f} without an interval"
    return f"{estimate.value:.3f} ({estimate.low:.3f} to {estimate.high:.3f})"
