"""Who inspected: whether a theme takes team effects out of training, and of which teams a figure may exist (DESIGN rule 6).

::

    [team]
    adjustment = "mixed"
    staff = { team-1 = 9, team-2 = 7, team-3 = 3 }

A figure about staff speaks of `FEWEST_STAFF` people or more. Teams with fewer, and teams whose staff nobody declared, are taken together as one;
where that is still too few, the smallest other team joins them, or theirs would follow from all the others.

References
----------
Wet op de ondernemingsraden art. 27(1)(k) and (l): registering staff, and observing what they do.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from features.declared import Frozen

Way = Literal["none", "mixed", "balanced"]
FEWEST_STAFF = 5
"""People in a team, or in teams taken together, of which a figure may exist (DESIGN rule 6)."""
TOGETHER = "other teams"
"""Name under which small teams stand together."""


class TeamRule(Frozen):
    """``[team]`` of a theme.

    Attributes
    ----------
    adjustment : {"none", "mixed", "balanced"}
        ``none`` leaves the strictness of teams in the labels; `training.team_effects` says what the others do.
    staff : dict
        People who inspect, by team as the register of inspections writes it.
    """

    adjustment: Way = "none"
    staff: dict[str, Annotated[int, Field(ge=1)]] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _can_be_told_apart(self) -> Self:
        """Refuse an adjustment that could show no team: nothing may be estimated of fewer than five people."""
        large = [team for team, people in self.staff.items() if people >= FEWEST_STAFF]
        if self.adjustment != "none" and not large:
            raise ValueError(
                f"adjustment is '{self.adjustment}', and staff declares no team of {FEWEST_STAFF} people or more: "
                "declare how many people inspect in each team, or set adjustment to none"
            )
        return self

    def groups(self, teams: Iterable[str]) -> dict[str, str]:
        """Give by team the name under which it is estimated, so that every figure is of `FEWEST_STAFF` people or more.

        Examples
        --------
        >>> TeamRule(staff={"a": 9, "b": 6, "c": 3, "d": 1}).groups(["a", "b", "c", "d"])
        {'a': 'a', 'b': 'other teams', 'c': 'other teams', 'd': 'other teams'}
        >>> TeamRule(staff={"a": 9, "b": 6, "c": 3, "d": 2}).groups(["a", "b", "c", "d"])
        {'a': 'a', 'b': 'b', 'c': 'other teams', 'd': 'other teams'}
        """
        present = sorted(set(teams), key=lambda team: (self.staff.get(team, 0), team))
        together: list[str] = []
        people = 0
        for team in present:
            small = self.staff.get(team, 0) < FEWEST_STAFF
            if not small and (not together or people >= FEWEST_STAFF):
                break
            together.append(team)
            people += self.staff.get(team, 0)
        return {team: TOGETHER if team in together else team for team in sorted(present)}
