"""What a case handler makes of a report, as it is sent: one step of a signal at a time, in a closed list of fields without free text."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from serving.messages import FORMS, AddressFields, Code, IsoDate, OwnNumber, refuse_days

Step = Literal["intake", "weighed", "judged", "withdrawn"]
FIELDS: Mapping[Step, tuple[str, ...]] = {
    "intake": (),
    "weighed": ("weight",),
    "judged": ("weight", "status", "judged_on"),
    "withdrawn": (),
}
"""What each step says, beside what it is about. The names in a message are those of `ALIASES`."""
ALIASES = {"weight": "weight", "status": "status", "judged_on": "judgedOn"}


def _says(step: Step) -> dict[str, Any]:
    """Say in JSON Schema what a step says and what it does not say yet."""
    told = [{"required": [ALIASES[name]], "properties": {ALIASES[name]: {"not": {"type": "null"}}}} for name in FIELDS[step]]
    absent = [{"properties": {alias: {"type": "null"}}} for name, alias in ALIASES.items() if name not in FIELDS[step]]
    return {"if": {"properties": {"step": {"const": step}}}, "then": {"allOf": [*told, *absent]}}


STEPS: dict[str, Any] = {"allOf": [_says(step) for step in FIELDS]}


class SignalContent(AddressFields, title="Signaal", json_schema_extra={**FORMS, **STEPS}):
    """One step of a signal: taken in, weighed, judged after the source check, or withdrawn because it should not be there."""

    theme: Code = Field(title="Thema", examples=["registration"])
    signal_number: OwnNumber = Field(
        title="Signaalnummer", description="As your system numbers it; the same at every step.", examples=["S-2024-0081"]
    )
    step: Step = Field(title="Stap")
    taken_in_on: IsoDate = Field(title="Ingenomen op", description="Day of intake; the same at every step.")
    weight: Annotated[int, Field(ge=1, le=3)] | None = Field(default=None, title="Gewicht", description="1 light, 2 middling, 3 heavy.")
    status: Literal["hit", "no-hit"] | None = Field(default=None, title="Oordeel", description="What the source check gave.")
    judged_on: IsoDate | None = Field(default=None, title="Beoordeeld op")
    correction: bool = Field(
        default=False, title="Correctie", description="Another content of the step that was sent last; the earlier version stays."
    )

    @model_validator(mode="after")
    def _step_fits(self) -> Self:
        """Refuse what a step does not say yet, and a step without what it says."""
        for name, alias in ALIASES.items():
            given, wanted = getattr(self, name) is not None, name in FIELDS[self.step]
            if given and not wanted:
                raise ValueError(f"step {self.step} has no {alias}")
            if wanted and not given:
                raise ValueError(f"step {self.step} needs {alias}")
        return self

    def check_dates(self, today: date) -> None:
        """Refuse days in the future, of long ago, or in an order that cannot be.

        Parameters
        ----------
        today : date
            The municipality's day.

        Raises
        ------
        InputError
            Names the field, never the address.
        """
        refuse_days({"takenInOn": self.taken_in_on, "judgedOn": self.judged_on}, today)
