"""Who belongs to a theme, and who is never listed: ``[cohort]`` and ``[exclusions]`` of its TOML file."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator

from features.declared import Frozen
from features.sources import all_sources

NEVER_LISTED = ("institution", "shelter", "care", "secret", "student-housing", "certified-housing")
"""Protected places that no theme may list: the floor under ``[exclusions]``, to which a theme can only add (DESIGN rule 12)."""
SHORTEST_SPAN_DAYS = 1
"""Days that an open case or an inspection keeps an address off a list, at least: with 0 the rule would be off, and a list could send someone
to a door at which a colleague stood yesterday."""


class CohortRule(Frozen):
    """Which objects belong to the theme. Only objects of the same type are compared (DESIGN rule 2), so a theme has one type."""

    object_types: tuple[Literal["01", "02", "03"], ...] = ("01",)
    uses: tuple[str, ...] = Field(min_length=1)

    @field_validator("uses")
    @classmethod
    def _known_uses(cls, given: tuple[str, ...]) -> tuple[str, ...]:
        """Refuse a use that the register does not have: nobody would belong to it, and nobody would miss them."""
        return _listed(given, "addresses", "use")

    @field_validator("object_types")
    @classmethod
    def _one_type(cls, types: tuple[str, ...]) -> tuple[str, ...]:
        if len(types) != 1:
            raise ValueError(f"{len(types)} types, expected one: only objects of the same BAG type are compared; make a theme for each")
        return types


class Exclusions(Frozen):
    """Who is never listed (DESIGN rule 12).

    ``permits`` are kinds of which a granted, valid permit takes the address out of the theme; the two spans are in days. A code that the
    contract does not list would exclude nothing, so it is refused.
    """

    protections: tuple[str, ...] = NEVER_LISTED
    permits: tuple[str, ...] = ()
    open_case_days: int = Field(default=365, ge=SHORTEST_SPAN_DAYS)
    recent_inspection_days: int = Field(default=365, ge=SHORTEST_SPAN_DAYS)

    @property
    def sources(self) -> frozenset[str]:
        """Names of the sources without which nobody can tell who is excluded."""
        return frozenset({"addresses", "inspections"} | ({"permits"} if self.permits else set()))

    @field_validator("protections")
    @classmethod
    def _floor(cls, given: tuple[str, ...]) -> tuple[str, ...]:
        """Refuse a list that leaves out a place of `NEVER_LISTED`."""
        if missing := [code for code in NEVER_LISTED if code not in given]:
            raise ValueError(f"it leaves out {', '.join(missing)}: a theme can add protected places and never take one away")
        return _listed(given, "addresses", "protection")

    @field_validator("permits")
    @classmethod
    def _kinds(cls, given: tuple[str, ...]) -> tuple[str, ...]:
        """Refuse a kind of permit that does not exist."""
        return _listed(given, "permits", "kind")


def _listed(given: tuple[str, ...], source: str, column: str) -> tuple[str, ...]:
    codes = [code for code in all_sources()[source].column(column).codes if code != "none"]
    if unknown := sorted(set(given) - set(codes)):
        raise ValueError(f"no such code: {', '.join(unknown)}; it is one of {', '.join(codes)}")
    return given
