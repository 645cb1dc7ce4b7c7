"""Gates: what a model must show before a person may release it; `training.gate` says what passed, failed and not enough data are.

What gates.json says is never believed: `check` judges the evaluation anew.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from features.declared import Frozen
from features.errors import ApprovalError
from features.limits import Limits
from training import footing_gates, group_gates, stability_gates
from training.bootstrap import Estimate
from training.evaluation import Evaluation
from training.footing_gates import UNMEASURED
from training.gate import Gate, above, below, unknown
from training.objective import Objective
from training.scorecard import SCORECARD
from training.scored import LEARNED, LOGISTIC_REGRESSION, MODEL, NO_SCORECARD, NO_SOURCE, RANDOM, REPORTS, RIVAL

BASELINES: Mapping[Objective, tuple[str, ...]] = {aim: (RANDOM, REPORTS, SCORECARD, LOGISTIC_REGRESSION, rival) for aim, rival in RIVAL.items()}
"""What a model of an objective is held against: of one that is missing from an evaluation a gate says so."""
WITHOUT_GATE = {REPORTS: NO_SOURCE, SCORECARD: NO_SCORECARD}
"""Why a baseline is absent without a gate: whoever may not read reports cannot order by them either, and points are declared or not."""


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
    return Gates(
        limits=limits,
        gates=(
            *_support(evaluation, limits=limits),
            *_rivals(evaluation, limits=limits),
            *_of_itself(evaluation.metrics[MODEL], limits=limits),
            *group_gates.judge(evaluation.scrutiny, limits=limits),
            *stability_gates.judge(evaluation.stability, limits=limits),
            *footing_gates.judge(evaluation.scrutiny, folds=evaluation.folds, limits=limits),
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
            remedy="see 'schouw models' for what was measured; train again with more to learn from, or 'schouw promote' with --override and --until",
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


def _of_itself(model: Mapping[str, Estimate], *, limits: Limits) -> tuple[Gate, Gate]:
    """Hold what the model is worth by itself; a figure of which the evaluation is silent is not defined, so it does not pass."""
    lift, gap = (model.get(name, Estimate(value=None, low=None, high=None)) for name in ("lift_at_capacity", "calibration_gap"))
    return (
        above("lift at capacity", lift, limit=limits.minimum_lift, subject="lift"),
        below("calibration", gap, limit=limits.maximum_calibration_gap, subject="mean gap between score and outcome"),
    )


def _rivals(evaluation: Evaluation, *, limits: Limits) -> Iterator[Gate]:
    """Hold the model against every baseline in AUC, and give a gate for each that was not computed, said or silent.

    What learned from the same rows may be better by less than the margin; all else is beaten: its margin is 0.
    """
    silent = {name: UNMEASURED for name in BASELINES[evaluation.objective] if name not in evaluation.differences}
    absent = {name: why for name, why in (silent | evaluation.absent_baselines).items() if WITHOUT_GATE.get(name) != why}
    for name in dict.fromkeys((*evaluation.differences, *absent)):
        limit = -limits.maximum_auc_loss if name in LEARNED else 0.0
        difference = evaluation.differences.get(name, {}).get("auc")
        if name in absent or difference is None:
            yield unknown(gate_name(name), limit=limit, why=absent.get(name, UNMEASURED))
        else:
            yield above(gate_name(name), difference, limit=limit, subject="AUC difference")


def gate_name(baseline: str) -> str:
    """Give the name of the gate of a baseline.

    Examples
    --------
    >>> gate_name(RANDOM), gate_name(RIVAL["binary"])
    ('better than random', 'not worse than ranking objective')
    """
    return f"{'not worse' if baseline in LEARNED else 'better'} than {baseline}"
