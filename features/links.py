"""Links: what is known of *other* addresses that share a key with an address on a day.

A key is a keyed hash of an owner, a business or a household that moved. Everything is summed per key, minus the address itself:
addresses are never paired with each other, so a key with fifty addresses costs fifty rows and not two and a half thousand.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from features.columns import Column, Part, fact

if TYPE_CHECKING:
    from features.events import Aggregate, Events

MAXIMUM_LINKED = 50
"""A key that more addresses share links nothing: a housing corporation or a business centre. Assumed; DESIGN 5 asks for a limit."""


@dataclass(frozen=True)
class LinkedSum(Part):
    """An additive aggregate summed over the *other* addresses that share a key; the addresses themselves where there is none."""

    aggregate: Aggregate | None
    links: Links


@dataclass(frozen=True)
class Links:
    """Other addresses that share a key with an address on a day.

    Attributes
    ----------
    events : Events
        The events that carry the key, as narrowed.
    key : str
        Column that holds it.
    at_most : int
        A key that more addresses share links nothing.
    """

    events: Events
    key: str
    at_most: int

    def count(self) -> Column:
        """Give the number of other addresses that share the key."""
        part = LinkedSum(f"{self.text}.count()", None, self)
        return fact(part, self.reads, self.needs, reach="linked")

    @property
    def text(self) -> str:
        """How the link reads."""
        return f"{self.events.text}.links('{self.key}', at_most={self.at_most})"

    @property
    def reads(self) -> frozenset[tuple[str, str]]:
        """The key that is read."""
        return self.events.reads | {(self.events.source.name, self.key)}

    @property
    def needs(self) -> frozenset[tuple[str, str]]:
        """The key, and what the events need."""
        return self.events.needs | {(self.events.source.name, self.key)}


@dataclass(frozen=True)
class LinkedEvents:
    """Events at other addresses that share a key; only what adds up can be asked of them."""

    events: Events
    links: Links

    def count(self) -> Column:
        """Give the number of events at the other addresses, 0 where there are none."""
        aggregate = self.events.counted()
        part = LinkedSum(f"{aggregate.text}.linked_by({self.links.text})", aggregate, self.links)
        reads, needs = self.events.reads | self.links.reads, self.events.needs | self.links.needs
        return fact(part, reads, needs, reach="linked", make=self.events.make)
