"""What a case system sends about an inspection: the four parts of an outcome, each with the day on which it was entered."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from features.errors import InputError
from serving.messages import FORMS, AddressFields, Code, IsoDate, Message, OwnNumber, ScoreId, refuse_days

Trigger = Literal["report", "list", "random", "routine", "other"]
CARRIED_OUT = ("inspected", "desk-only")
"""Only these courses can have a finding (DESIGN 3)."""

AT_THE_DOOR = ("inspected", "nobody-home", "entry-refused")

KnownOn = Annotated[IsoDate | None, Field(default=None, title="Bekend op", description="Day on which it was entered in your system.")]
Count = Annotated[int, Field(ge=0, le=999)]


class Course(Message, title="Verloop"):
    """How the visit went."""

    code: Literal["not-carried-out", "desk-only", "nobody-home", "entry-refused", "inspected"] = Field(title="Verloop")
    known_on: KnownOn


class Finding(Message, title="Bevinding"):
    """What was found: none, other-violation, care-signal, or a code that confirms the theme."""

    code: Code = Field(title="Bevinding", examples=["none"])
    violations: Count | None = Field(default=None, title="Aantal overtredingen")
    severe_violations: Count | None = Field(default=None, title="Aantal ernstige overtredingen")
    known_on: KnownOn

    @model_validator(mode="after")
    def _counts_fit(self) -> Self:
        """Refuse counts that contradict each other or the finding."""
        if self.violations is not None and (self.severe_violations or 0) > self.violations:
            raise ValueError("severeViolations are part of violations, so there cannot be more of them")
        if self.code == "none" and (self.violations or self.severe_violations):
            raise ValueError("finding none has no violations")
        return self


class Measure(Message, title="Maatregel"):
    """What the municipality did."""

    code: Literal["none", "warning", "penalty-order", "fine", "closure", "permit-withdrawn"] = Field(title="Maatregel")
    known_on: KnownOn


class Standing(Message, title="Stand in rechte"):
    """Where the finding stands in law."""

    code: Literal["first-decision", "upheld", "revoked"] = Field(title="Status in bezwaar of beroep")
    known_on: KnownOn


def _is_told(name: str) -> dict[str, Any]:
    return {"required": [name], "properties": {name: {"not": {"type": "null"}}}}


def _course(*codes: str) -> dict[str, Any]:
    return {"properties": {"course": {"properties": {"code": {"enum": list(codes)}}}}}


FITTING: dict[str, Any] = {
    "allOf": [
        {"if": _is_told("finding"), "then": _course(*CARRIED_OUT)},
        {"if": {"anyOf": [_is_told("measure"), _is_told("standing")]}, "then": _is_told("finding")},
        {"if": _course(*AT_THE_DOOR), "then": _is_told("visitedOn")},
        {"if": _course("not-carried-out"), "then": {"not": _is_told("visitedOn")}},
    ]
}
"""Which parts can be true together, as JSON Schema says it; of days and counts it cannot say which comes first."""


class OutcomeContent(AddressFields, title="Uitkomst", json_schema_extra={**FORMS, **FITTING}):
    """The outcome of one inspection, for one theme.

    What is not known yet is left out, and follows as a correction (the same inspection with ``correction: true``).
    """

    theme: Code = Field(title="Thema", examples=["registration"])
    score_id: ScoreId | None = Field(
        default=None,
        title="Scorenummer",
        description="scoreId of the answer on which the inspection rested; it was decided on the answer's asOf or later.",
    )
    inspection_id: OwnNumber = Field(title="Controlenummer", examples=["C-2024-0012"])
    case_id: OwnNumber = Field(title="Zaaknummer", examples=["Z-2024-0345"])
    trigger: Trigger = Field(title="Aanleiding")
    team: Code | None = Field(default=None, title="Team")
    decided_on: IsoDate = Field(title="Besloten op", description="Day on which the inspection was decided.")
    visited_on: IsoDate | None = Field(default=None, title="Bezocht op")
    course: Course
    finding: Finding | None = None
    measure: Measure | None = None
    standing: Standing | None = None
    correction: bool = Field(default=False, title="Correctie", description="A new version of an outcome that was sent before.")

    @model_validator(mode="after")
    def _parts_fit(self) -> Self:
        """Refuse parts that cannot be true together."""
        if self.finding is not None and self.course.code not in CARRIED_OUT:
            raise ValueError(f"a finding needs course {' or '.join(CARRIED_OUT)}")
        if self.finding is None and (self.measure is not None or self.standing is not None):
            raise ValueError("a measure or standing needs a finding")
        if self.course.code in AT_THE_DOOR and self.visited_on is None:
            raise ValueError(f"course {self.course.code} needs visitedOn")
        if self.course.code == "not-carried-out" and self.visited_on is not None:
            raise ValueError("an inspection that was not carried out has no visitedOn")
        return self

    def check_dates(self, today: date) -> None:
        """Refuse dates in the future, of long ago, or in an order that cannot be.

        Parameters
        ----------
        today : date
            The municipality's day.

        Raises
        ------
        InputError
            Names the field, never the address.
        """
        known = self._known_on()
        refuse_days({"decidedOn": self.decided_on, "visitedOn": self.visited_on, **known}, today)
        for name, day in known.items():
            if day is not None and self.visited_on is not None and day < self.visited_on:
                raise InputError(f"{name} lies before visitedOn", expected="the visit first", remedy="correct the dates")

    def _known_on(self) -> dict[str, date | None]:
        parts = {"course": self.course, "finding": self.finding, "measure": self.measure, "standing": self.standing}
        return {f"{name}.knownOn": part.known_on for name, part in parts.items() if part is not None}
