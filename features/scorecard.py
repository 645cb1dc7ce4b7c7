"""The experts' scorecard of a theme: points for what they would look at first, declared before there is any outcome.

::

    [[scorecard]]
    indicator = "reports_3y"
    at_least = 2  # or: below = 12
    points = 1

Points add up, so that anyone can count along with a pencil. A value that is missing gives none: what nobody knows is no ground for a visit.

References
----------
Dawes, The robust beauty of improper linear models in decision making, 1979: a sum of few signs that experts chose orders nearly as well as
fitted weights where outcomes are scarce.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Self

from pydantic import Field, model_validator

from features.declared import Frozen

if TYPE_CHECKING:
    from features.catalogue import Indicator

MOST_POINTS = 5
"""Most points of one line. Assumed: with more, one line decides alone, and nobody counts along."""
SHORTEST_REASON = 15
"""Characters that a reason has at least, as the five questions of `features.about` ask."""


class Line(Frozen):
    """One line of a scorecard: points for an address of which an indicator reaches, or stays below, a cut.

    Attributes
    ----------
    indicator : str
        Name in the catalogue.
    at_least, below : float, optional
        The cut, in the indicator's unit; one of the two.
    points : int
        Not 0, between -`MOST_POINTS` and `MOST_POINTS`.
    because : str, optional
        Why this theme's experts take a direction where the catalogue leaves it open.
    """

    indicator: str
    at_least: float | None = Field(default=None, allow_inf_nan=False)
    below: float | None = Field(default=None, allow_inf_nan=False)
    points: int = Field(ge=-MOST_POINTS, le=MOST_POINTS)
    because: str | None = None

    @model_validator(mode="after")
    def _one_cut(self) -> Self:
        """Refuse a line without a cut, with two, or without points."""
        if (self.at_least is None) == (self.below is None):
            raise ValueError(f"'{self.indicator}' needs one cut: at_least or below")
        if self.points == 0:
            raise ValueError(f"'{self.indicator}' gives 0 points: leave the line out")
        return self

    @property
    def rises(self) -> bool:
        """Whether more of the indicator means more points."""
        return (self.at_least is not None) == (self.points > 0)


def check(lines: Iterable[Line], *, sources: frozenset[str], audit_groups: Iterable[str]) -> None:
    """Refuse lines that the catalogue, the purpose or the audit does not allow.

    Parameters
    ----------
    lines : iterable of Line
    sources : frozenset of str
        Names of the sources that the theme's purpose allows.
    audit_groups : iterable of str
        The theme's groups; no point is ever given for one.

    Raises
    ------
    ValueError
        Names the line and the fault; `features.themes` turns it into a SettingsError.
    """
    from features.catalogue import catalogue  # it brings Ibis, which takes a second: only a theme with a scorecard waits for it

    known, groups = catalogue(), {*audit_groups, *_audited()}
    seen: set[tuple[str, float | None, float | None]] = set()
    families: dict[str, str] = {}
    for line in lines:
        if fault := _fault(line, known=known, groups=groups, sources=sources):
            raise ValueError(f"scorecard: '{line.indicator}' {fault}")
        cut = (line.indicator, line.at_least, line.below)
        if cut in seen:
            raise ValueError(f"scorecard: '{line.indicator}' has this cut twice")
        seen.add(cut)
        family = known[line.indicator].family
        first = families.setdefault(family, line.indicator)
        if first != line.indicator:
            raise ValueError(f"scorecard: '{line.indicator}' is of one family with '{first}' ({family}): one matter would count twice")


def scorecard_hash(lines: Iterable[Line]) -> str:
    """SHA-256 over the lines in their order: which points made a list."""
    return hashlib.sha256("\n".join(line.model_dump_json() for line in lines).encode()).hexdigest()


def _fault(line: Line, *, known: Mapping[str, Indicator], groups: set[str], sources: frozenset[str]) -> str | None:
    if line.indicator in groups:
        return "is a group or a column of the audit: it tests fairness and gives no points (DESIGN rule 4)"
    if line.indicator not in known:
        return "is no indicator: see 'schouw indicators'"
    indicator = known[line.indicator]
    if outside := sorted(set(indicator.sources) - sources):
        return f"reads source '{outside[0]}', which stands under no [[sources]] of this theme"
    if indicator.risk is None:
        reason = (line.because or "").strip()
        return None if len(reason) >= SHORTEST_REASON else "has an open direction: say in because why this theme takes one"
    if line.rises != (indicator.risk == "+"):
        return f"goes against its direction: experts expect {'more' if indicator.risk == '+' else 'less'} of it to mean a higher chance"
    return None


def _audited() -> set[str]:
    """Give the audit-only sources and their columns."""
    from features.sources import all_sources

    audited = [source for source in all_sources().values() if source.use == "audit"]
    return {name for source in audited for name in (source.name, *(column.name for column in source.columns))} - {"address_id"}
