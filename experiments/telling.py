"""What the demo prints of each stage: the few lines that matter, or with ``--verbose`` the whole tables of the commands."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from experiments.asking import Asked
from experiments.showcase import shortened
from features.commands import console, print_delivered, print_reports

if TYPE_CHECKING:
    from features.pseudonymise import Delivered
    from features.report import SourceReport
    from features.settings import Settings
    from training.bootstrap import Estimate
    from training.gates import Gates
    from training.release import Release

FIRST = 3
"""Reasons of an answer that are told."""
SHORTENED = (
    "Shortened: the contribution of each indicator and the day of each source are left out, reasons are the ten heaviest, and figures are rounded. "
    "In the whole answer baseValue plus all contributions is logOdds."
)


@dataclass(frozen=True)
class Telling:
    """How much is printed."""

    verbose: bool

    def delivered(self, found: Delivered) -> None:
        """Tell what the owner of a register delivers, and what stays there."""
        if self.verbose:
            print_delivered(found)
            return
        keyed = ", ".join(f"{column['column']} as the hash {column['name']}" for column in found.keyed)
        _say(f"{found.rows:,} rows: {len(found.kept)} columns as they are; {keyed}; dropped: {', '.join(found.dropped) or 'nothing'}.")

    def registers(self, reports: list[SourceReport], settings: Settings) -> None:
        """Tell what came in, and how much of it was set aside."""
        if self.verbose:
            print_reports(reports, title=f"Registers of {settings.name}")
            return
        rows, stored, aside = (sum(getattr(one, name) for one in reports) for name in ("rows", "accepted", "rejected"))
        stale = ", ".join(one.source for one in reports if one.stale) or "none"
        _say(f"{len(reports)} registers, {rows:,} rows: {stored:,} versions stored, {aside:,} rows set aside with their reason. Stale: {stale}.")
        _command("Each register on its own", f"schouw check --municipality {settings.folder}")

    def trained(self, release: Release, settings: Settings) -> None:
        """Tell how good the model is beside what is there without it, and what the gates decided."""
        from training.commands import print_evaluation, print_gates
        from training.scored import MODEL, REPORTS

        evaluation = release.evaluation
        if self.verbose:
            print_evaluation(evaluation)
            print_gates(release.gates)
            return
        model, reports = evaluation.metrics[MODEL], evaluation.metrics.get(REPORTS, {})
        _say(
            f"Measured on {evaluation.rows:,} later inspections in {len(evaluation.rounds)} periods, each with a model of before it (95 % intervals):"
        )
        _say(f"- AUC {_text(model['auc'])}; by the number of reports {_text(reports.get('auc'))}")
        _say(f"- lift at capacity {_text(model['lift_at_capacity'])}; by the number of reports {_text(reports.get('lift_at_capacity'))}")
        _say(decided(release.gates))
        _command("Every figure and every gate", f"schouw card {release.theme} --municipality {settings.folder}")

    def answer(self, asked: Asked) -> None:
        """Tell a question and its answer."""
        if self.verbose:
            console.print(f"POST {asked.path}")
            console.print_json(data=asked.sent)
            console.print_json(data=shortened(asked.answer))
            console.print(SHORTENED)
            return
        given, result = asked.answer, asked.answer["result"]
        _say(f"POST {asked.path} {json.dumps(asked.sent)}")
        _say(f"Score {result['score']:.3f}, for a visit decided on {given['asOf']} or later. The sentences of the answer, in Dutch as the demo asks:")
        _say(f"- {result['band']['sentence'] if result['band'] else result['population']['sentence']}")
        for side, sign in (("raising", "+"), ("lowering", "-")):
            for reason in result[side][: FIRST if side == "raising" else 1]:
                _say(f"{sign} {reason['sentence']}")
        _say("The whole answer stands in README.md and docs/api.md; --verbose prints it.")

    def outcome(self, asked: Asked) -> None:
        """Tell what was sent back, and the receipt."""
        if self.verbose:
            console.print(f"POST {asked.path}")
            console.print_json(data=asked.sent)
            console.print_json(data=asked.answer)
            return
        _say(f"POST {asked.path} {json.dumps(asked.sent)}")
        _say(f"Received: {json.dumps(asked.answer)}")


def decided(gates: Gates) -> str:
    """Give how many gates passed, how many could not be decided, and the names of those that failed.

    Examples
    --------
    >>> from features.limits import Limits
    >>> from training.gate import Gate
    >>> from training.gates import Gates
    >>> states = {"lift": "passed", "labels": "failed", "calibration": "not enough data"}
    >>> decided(Gates(limits=Limits(), gates=tuple(Gate(name=n, state=s, measured=None, limit=0, why="") for n, s in states.items())))
    'Gates: 1 of 3 passed, 1 with not enough data to decide, 1 failed: labels.'
    """
    passed, failed = (len(gates.gates) - len(gates.blocking), [gate.name for gate in gates.blocking if gate.state == "failed"])
    said = f"Gates: {passed} of {len(gates.gates)} passed, {len(gates.blocking) - len(failed)} with not enough data to decide, {len(failed)} failed"
    return f"{said}: {', '.join(failed)}." if failed else f"{said}."


def _say(line: str) -> None:
    console.print(line, highlight=False, markup=False)


def _command(what: str, command: str) -> None:
    """Say how to see more, on a line that can be copied whole."""
    console.print(f"{what}: {command}", highlight=False, markup=False, soft_wrap=True)


def _text(found: Estimate | None) -> str:
    if found is None or found.value is None:
        return "-"
    return f"{found.value:.3f}" if found.low is None or found.high is None else f"{found.value:.3f} ({found.low:.3f} to {found.high:.3f})"
