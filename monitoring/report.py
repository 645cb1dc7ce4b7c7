"""The report: everything that was found, as one value. JSON for programs is this value; the pages are drawn from it."""

from __future__ import annotations

from datetime import date
from typing import Literal

from features.declared import Frozen
from monitoring.advice import Advice, Findings


class Overridden(Frozen):
    """Gates that the release did not pass and that a process owner overrode; ``in_force`` says whether that holds on the day of the report."""

    gates: tuple[str, ...]
    reason: str
    person: str
    until_on: date
    in_force: bool


class Subject(Frozen):
    """What the report is about and which release gave the scores.

    Attributes
    ----------
    standing : {"champion", "candidate"}
        In use, or the newest that was trained where nothing is in use.
    override : Overridden, optional
        None where the release passed every gate.
    training_rebuilt : bool
        Whether the training matrix was built again since the release was trained.
    not_scorable_rows : int
        Addresses of the cohort that are unlike any inspected one: they get no score, and are in no figure about scores.
    training_rows : int
        Inspections with an outcome that there were at training.
    learned_rows, calibrated_rows, tested_rows : int, optional
        Those that the trees learned from, that set the line of calibration, and that only measured; None where the release does not say.
    exclusions, left_out : dict
        Addresses that are not in the cohort, and inspections without a label, by reason.
    """

    municipality: str
    municipality_name: str
    synthetic: bool
    theme: str
    title_nl: str
    title_en: str
    not_for_nl: str
    not_for_en: str
    purpose: str
    as_of: date
    made_on: date
    version: str
    standing: Literal["champion", "candidate"]
    release_hash: str
    trained_on: date
    override: Overridden | None = None
    cohort_rows: int
    not_scorable_rows: int = 0
    training_rows: int
    learned_rows: int | None
    calibrated_rows: int | None
    tested_rows: int | None
    training_rebuilt: bool
    cohort_hash: str
    training_hash: str
    exclusions: dict[str, int]
    left_out: dict[str, int]


class Report(Frozen):
    """The whole report; ``version`` of its layout rises when a key changes meaning."""

    layout: Literal[1] = 1
    subject: Subject
    definitions_nl: dict[str, str]
    definitions_en: dict[str, str]
    advice: tuple[Advice, ...]
    findings: Findings
