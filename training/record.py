"""What the record of a training run says: tags, a note, parameters and figures with both ends of their intervals."""

from __future__ import annotations

import re

from training.bootstrap import Estimate
from training.evaluation import Evaluation
from training.fairness import GAP
from training.model import Fitted
from training.release import Release
from training.scored import MODEL

NOTE_LENGTH = 4900
"""Characters of a description; MLflow's column holds 5,000."""
UNFIT = re.compile(r"[^\w\-. :/]")
"""Signs that MLflow refuses in the name of a figure."""


def tags(candidate: Release) -> dict[str, str]:
    """Give the tags of a run and of its registered model."""
    card = candidate.card
    return {
        "theme": card.theme,
        "purpose": card.purpose,
        "municipality": card.municipality,
        "synthetic": str(card.synthetic).lower(),
        "tier": str(candidate.manifest.tier),
        "objective": card.objective,
        "version": card.version,
        "release_hash": candidate.release_hash,
        "matrix_hash": card.matrix_hash,
        "git_commit": card.git_commit or "unknown",
        "lock_hash": card.lock_hash or "unknown",
        "trained_by": candidate.trained_by,
        "trained_on": card.trained_on.isoformat(),
        "gates": "passed" if candidate.gates.passed else "blocked",
    }


def run_tags(candidate: Release) -> dict[str, str]:
    """Give what the pages of MLflow show of a run: its description, who started it, with what and from which code."""
    commit = {} if candidate.card.git_commit is None else {"mlflow.source.git.commit": candidate.card.git_commit}
    source = {"mlflow.user": candidate.trained_by, "mlflow.source.name": f"schouw train {candidate.theme}", "mlflow.source.type": "LOCAL"}
    return {**tags(candidate), **source, **commit, "mlflow.note.content": note(candidate)}


def note(found: Release) -> str:
    """Give the description that a reader of the MLflow pages sees first; what is too long for it is in the model card."""
    gates = "\n".join(f"- {gate.name}: **{gate.state}**, {gate.why}" for gate in found.gates.gates)
    kind = "Synthetic data. " if found.card.synthetic else ""
    what = f"Release approved by {found.approved_by}," if found.approval else "Candidate,"
    until = f" Gates overridden by {found.override.person} until {found.override.until_on}." if found.override else ""
    model = f"model {found.version} of theme {found.theme}, {found.card.objective} objective"
    said = f"{kind}{what} {model}.{until} Figures on {found.evaluation.population}.\n\n{gates}"
    return said if len(said) <= NOTE_LENGTH else f"{said[:NOTE_LENGTH]} ... (see card.md among the artifacts)"


def parameters(candidate: Release, fitted: Fitted) -> dict[str, str]:
    """Give what was set and how the rows were cut; the directions of the indicators are in the manifest."""
    shown = {name: value for name, value in fitted.parameters.items() if name != "monotone_constraints"}
    calibration = {"calibration_slope": candidate.slope, "calibration_intercept": candidate.intercept,
                   "calibrated_for": candidate.card.calibration.population}  # fmt: skip
    folds = {
        f"{fold.name}_{part}": getattr(fold, part) for fold in candidate.evaluation.folds for part in ("first_on", "ends_on", "rows", "positives")
    }
    everything = {**shown, "trees": fitted.rounds, "indicators": len(candidate.indicators), **calibration, **folds}
    return {name: str(value) for name, value in everything.items()}


def metrics(evaluation: Evaluation) -> dict[str, float]:
    """Give the model's figures under their own names, all others under theirs; each with both ends of its interval.

    MLflow allows few signs in a name: the experts' scorecard loses its apostrophe, and a group whatever else it holds.
    """
    groups: dict[str, dict[str, Estimate]] = {"": evaluation.metrics[MODEL]}
    groups |= {f"{name}/": found for name, found in evaluation.metrics.items() if name != MODEL}
    groups |= {f"minus {name}/": found for name, found in evaluation.differences.items()}
    groups |= {f"round {number}/": one.figures.metrics[MODEL] for number, one in enumerate(evaluation.rounds, start=1)}
    groups |= _beside(evaluation)
    groups |= {"never visited/": evaluation.never_visited.metrics[MODEL]} if evaluation.never_visited else {}
    values = {
        UNFIT.sub("", f"{group}{metric}{end}"): value
        for group, estimates in groups.items()
        for metric, estimate in estimates.items()
        for end, value in (("", estimate.value), ("_low", estimate.low), ("_high", estimate.high))
    }
    return {name: value for name, value in values.items() if value is not None}


def _beside(evaluation: Evaluation) -> dict[str, dict[str, Estimate]]:
    """Give what stands beside the figures of lists: days earlier, what stays of the list, and of each audit group what may be shown."""
    stability, scrutiny = evaluation.stability, evaluation.scrutiny
    lists = {"list under other draws": stability.resampling, "list a day later": stability.one_day} if stability else {}
    audited = scrutiny.fairness.groups if scrutiny else ()
    return {
        "in order of score/": {"days_earlier": evaluation.timing.days_earlier} if evaluation.timing else {},
        **{f"{name}/": {"kept": kept.share} for name, kept in lists.items() if kept},
        **{
            f"group {group.name.replace('/', ' ')}/": group.rates | ({GAP: group.calibration_gap} if group.calibration_gap else {})
            for group in audited
        },
    }
