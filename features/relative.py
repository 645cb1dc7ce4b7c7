"""What a column is to its surroundings, and what may be done with it (DESIGN rule 4).

A level says how a postcode or a neighbourhood is; only the address relative to it may be an indicator. Arithmetic could undo that:
``own * 0 + level`` and ``own - (own - level)`` are the level. So it is decided while the expression is built, from three things:

- a level is compared by ``-``, ``/`` or ``>``, with the very column whose level it is, or, where it was published about an area,
  with a fact of the address;
- a *fact* is what was read, or facts multiplied and divided; one that cancels out, or to which a number was added, is none;
- what was compared is combined with numbers only: with an own value beside it the level could be had back.

It looks at how a column was made, not at its values: a fact that hardly differs between addresses, divided by a level, still tells much
of the level.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Literal

from features.errors import CatalogueError

Standing = Literal["own", "relative", "level"]
COMPARING = ("-", "/", ">")
CONDITIONS = ("only_if", "missing_if")


@dataclass(frozen=True)
class Make:
    """How a column was made.

    Attributes
    ----------
    standing : {"own", "relative", "level"}
        About the address, about the address beside its surroundings, or about the surroundings.
    facts : tuple of (str, int)
        What was read and its power, sorted; empty where something else than multiplying and dividing was done with it.
    """

    standing: Standing = "own"
    facts: tuple[tuple[str, int], ...] = ()

    def cut(self) -> Make:
        """Give the make after a step that keeps less than the value: known, at most, a number added."""
        return Make(self.standing)

    def by_number(self, sign: str, number: float) -> Make:
        """Give the make after combining with a number; only a scale leaves a fact a fact."""
        return self if sign in ("*", "/") and number != 0 else self.cut()

    def with_column(self, sign: str, other: Make, *, text: str) -> Make:
        """Give the make after combining with another column.

        Raises
        ------
        CatalogueError
            One of the two was compared with a level, or only one of them is a level: it could be had back.
        """
        if sign in CONDITIONS and other.standing == "own" and self.standing != "level":
            return self
        if (self.standing, other.standing) == ("level", "level"):
            return Make("level")
        if (self.standing, other.standing) != ("own", "own"):
            raise _refused(f"{text} combines what was compared with a level, or a level itself, with another column")
        if sign not in ("*", "/") or not self.facts or not other.facts:
            return BUILT
        powers = Counter(dict(self.facts))
        for fact, power in other.facts:
            powers[fact] += power if sign == "*" else -power
        return Make(facts=tuple(sorted((fact, power) for fact, power in powers.items() if power)))

    def with_level(self, sign: str, *, whole: bool, same: bool, text: str) -> Make:
        """Give the make after comparing with a level.

        Parameters
        ----------
        sign : str
        whole : bool
            The level is a mean over others; a sum, or a figure about an area, is not and needs a fact beside it.
        same : bool
            It is the level of this very column.
        text : str
            How the comparison reads.

        Raises
        ------
        CatalogueError
            The result could be the level itself.
        """
        if sign not in COMPARING:
            raise _refused(f"{text} combines a level by '{sign}'")
        if self.standing == "level" or not same:
            raise _refused(f"{text} compares a level with something else than what it is the level of")
        if not whole and not self.facts:
            raise _refused(f"{text} compares a level with what is no fact about the address")
        return Make("relative")


BUILT = Make()
"""Of the address itself, but no fact: something was added, cut off or cancelled out."""


def _refused(found: str) -> CatalogueError:
    return CatalogueError(
        found,
        expected="the address's own value compared with that of others by -, / or >, and then with numbers only (DESIGN rule 4)",
        remedy="compare once, with the column whose level it is: x / x.mean_of_others(group)",
    )
