"""Gates: what a model must show before a person may release it.

A gate knows three states. *Passed*: the whole interval lies on the right side of the limit. *Failed*: the figure itself
lies on the wrong side. *Not enough data*: the figure is right but its interval is not, or there is none; more
inspections would settle it. Anything but passed blocks the release.

What gates.json says is never believed: `check` judges the evaluation anew.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal

from features.declared import Frozen
from features.errors import ApprovalError
from features.limits import Limits
from training.bootstrap import Estimate
from training.evaluation import Evaluation
from training.scorecard import SCORECARD
from training.scored import LEARNED, MODEL, WITHOUT_GATE

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


class Gates(Frozen):
    """All gates of one model, and the limits of its theme as they were when it was trained."""

    limits: Limits
    gates: tuple[Gate, ...]

    @property
    def passed(self) -> bool:
        """True when every gate passed."""
        return all(gate.state == "passed" for gate in self.gates)

    @property
    def blocking(self) -> tuple[Gate, ...]:
        """The gates that block the release."""
        return tuple(gate for gate in self.gates if gate.state != "passed")


def judge(evaluation: Evaluation, *, limits: Limits) -> Gates:
    """Hold an evaluation against the limits of its theme."""
    model = evaluation.metrics[MODEL]
    return Gates(
        limits=limits,
        gates=(
            *_support(evaluation, limits=limits),
            *(_better(name, metrics) for name, metrics in evaluation.differences.items()),
            *(_unmeasured(name, reason) for name, reason in evaluation.absent_baselines.items() if reason not in WITHOUT_GATE),
            _above("lift at capacity", model["lift_at_capacity"], limit=limits.minimum_lift, subject="lift"),
            _below("calibration", model["calibration_gap"], limit=limits.maximum_calibration_gap),
        ),
    )


def check(gates: Gates, *, evaluation: Evaluation, limits: Limits, model: str, excused: Collection[str] = ()) -> None:
    """Judge the evaluation anew, and refuse what did not pass or what says otherwise.

    Parameters
    ----------
    gates : Gates
        As the release tells them.
    evaluation : Evaluation
        Of the same release.
    limits : Limits
        Of the theme, as the municipality has them; never those of a folder that someone else wrote.
    model : str
        How an error names the model.
    excused : collection of str
        Gates that a process owner overrode (`training.override`), by name.

    Raises
    ------
    ApprovalError
        The gates are not what the evaluation gives under these limits, or names each gate that blocks.
    """
    judged = judge(evaluation, limits=limits) if MODEL in evaluation.metrics else None
    if judged is None or gates != judged:
        raise ApprovalError(
            f"the gates of {model} are not what its evaluation gives under the limits of its theme",
            expected="the gates that 'schouw train' wrote, under the limits that the theme has now",
            remedy="restore the limits of the theme, or build, train and promote again",
        )
    blocking = [gate for gate in judged.blocking if gate.name not in excused]
    if blocking:
        raise ApprovalError(
            f"{model} did not pass: {'; '.join(f'{gate.name} ({gate.state})' for gate in blocking)}",
            expected="every gate passed, or an override signed by a process owner with a reason and an end date",
            remedy="see 'schouw models' for what was measured, and train again when there is more to learn from",
        )


def _support(evaluation: Evaluation, *, limits: Limits) -> tuple[Gate, ...]:
    counted = (
        ("labels", sum(fold.rows for fold in evaluation.folds), limits.minimum_labels, "inspections with a label"),
        ("confirmed labels", sum(fold.positives for fold in evaluation.folds), limits.minimum_positives, "confirmed inspections"),
    )
    return tuple(
        Gate(
            name=name,
            state="passed" if found >= limit else "not enough data",
            measured=found,
            limit=limit,
            why=f"{found} {what} in all folds; asked: at least {limit}",
        )
        for name, found, limit, what in counted
    )


def _better(baseline: str, differences: dict[str, Estimate]) -> Gate:
    """Beat a baseline in AUC; against one that learned from the same rows it is enough not to be worse beyond noise.

    Experts' points are there to fill a list, so they are beaten within capacity: how they order those whom nobody visits decides nothing.
    """
    if baseline == SCORECARD:
        return _above(f"better than {baseline}", differences["precision_at_capacity"], limit=0.0, subject="difference in precision at capacity")
    difference = differences["auc"]
    if baseline not in LEARNED:
        return _above(f"better than {baseline}", difference, limit=0.0, subject="AUC difference")
    state: State = "not enough data" if difference.high is None else "failed" if difference.high < 0 else "passed"
    return _gate(
        f"not worse than {baseline}", difference, limit=0.0, state=state, why=f"AUC difference {_text(difference)}; asked: not wholly below 0"
    )


def _unmeasured(baseline: str, reason: str) -> Gate:
    """Block for a baseline that could not be computed: what was not measured was not beaten."""
    return Gate(name=f"better than {baseline}", state="not enough data", measured=None, limit=0.0, why=reason)


def _above(name: str, measured: Estimate, *, limit: float, subject: str) -> Gate:
    wrong = measured.value is not None and measured.value <= limit
    right = measured.low is not None and measured.low > limit
    return _gate(
        name, measured, limit=limit, state=_state(wrong=wrong, right=right), why=f"{subject} {_text(measured)}; asked: wholly above {limit:g}"
    )


def _below(name: str, measured: Estimate, *, limit: float) -> Gate:
    wrong = measured.value is not None and measured.value > limit
    right = measured.high is not None and measured.high <= limit
    why = f"mean gap between score and outcome {_text(measured)}; asked: wholly at most {limit:g}"
    return _gate(name, measured, limit=limit, state=_state(wrong=wrong, right=right), why=why)


def _state(*, wrong: bool, right: bool) -> State:
    if wrong:
        return "failed"
    return "passed" if right else "not enough data"


def _gate(name: str, measured: Estimate, *, limit: float, state: State, why: str) -> Gate:
    return Gate(name=name, state=state, measured=measured.value, low=measured.low, high=measured.high, limit=limit, why=why)


def _text(estimate: Estimate) -> str:
    if estimate.value is None:
        return "is not defined"
    if estimate.low is None or estimate.high is None:
        return f"{estimate.value:.3f} without an interval"
    return f"{estimate.value:.3f} ({estimate.low:.3f} to {estimate.high:.3f})"
