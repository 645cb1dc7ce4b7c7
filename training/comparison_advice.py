"""What a comparison advises, and why: sentences that follow from the gates and from paired intervals. A person promotes; nothing here acts.

The bar is that of the gates. *Promote*: every gate passed, the whole interval of the difference in AUC on the newest test period lies above 0,
and no other figure is worse beyond noise. *Keep the champion*: a gate failed, a figure is worse beyond noise, or the challenger does not order
better. *Not enough data*: it does, but the interval holds 0, or a gate could not be decided. One figure is named beforehand (AUC, on the newest
period) because the best of several would look better by chance.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from features.declared import Frozen
from training.bootstrap import Estimate
from training.gate import State, above, text
from training.gates import Gates
from training.paired import Arm, Paired

Kind = Literal["promote", "keep the champion", "not enough data", "do not promote"]
HIGHER, LOWER = ("auc", "precision_at_capacity", "lift_at_capacity"), ("brier", "calibration_gap")
"""Figures of which more is better, and of which less is."""


class Advice(Frozen):
    """One of four, with the sentences that it follows from; "do not promote" where there is no champion to keep."""

    kind: Kind
    why: tuple[str, ...]


def advise(gates: Gates, *, newest: Paired | str | None, arm: Arm | str | None) -> Advice:
    """Give the advice.

    Parameters
    ----------
    gates : Gates
        Of the challenger.
    newest : Paired or str, optional
        Both on the newest test period, or why they could not be measured there; None where there is no champion.
    arm : Arm or str, optional
        Both on the random arm, or why not.
    """
    states: list[State] = [gate.state for gate in gates.blocking]
    why = [f"gate '{gate.name}': {gate.state}, {gate.why}" for gate in gates.blocking]
    if newest is None:
        why += ["there is no champion: the challenger is held against the baselines only"]
        return _advice(states, why, otherwise="do not promote")
    if isinstance(newest, str):
        return _advice([*states, "not enough data"], [*why, newest])
    better = above("better than the champion", newest.differences["auc"], limit=0.0, subject="AUC minus that of the champion")
    states.append(better.state)
    why.append(f"on the newest test period: {better.why}")
    worse = [*_worse(newest, "the newest test period")]
    if isinstance(arm, Arm):
        worse += [] if arm.too_few else _worse(arm.figures, "the random arm")
    states += ["failed"] * len(worse)
    return _advice(states, why + worse)


def _advice(states: list[State], why: Iterable[str], *, otherwise: Literal["keep the champion", "do not promote"] = "keep the champion") -> Advice:
    kind: Kind = "promote" if all(state == "passed" for state in states) else "not enough data"
    if "failed" in states:
        kind = otherwise
    return Advice(kind=kind, why=tuple(why) or ("every gate passed",))


def _worse(found: Paired, where: str) -> list[str]:
    """Name the figures of which the whole interval of the difference lies on the wrong side of 0."""

    def said(metric: str, difference: Estimate) -> str:
        return f"on {where}: {metric.replace('_', ' ')} minus that of the champion {text(difference)}, worse beyond noise"

    lower = [(m, d) for m in HIGHER if (d := found.differences.get(m)) and d.high is not None and d.high < 0]
    higher = [(m, d) for m in LOWER if (d := found.differences.get(m)) and d.low is not None and d.low > 0]
    return [said(metric, difference) for metric, difference in (*lower, *higher)]
