"""Areas: what is published about a postcode or a cable section, read for an address that lies there on the day.

A figure about an area is a level of the address's surroundings: it says something only beside the address's own value (DESIGN rule 4).
So every verb here gives an `OtherValue`, which can be compared with a column and is never an indicator by itself.
"""

from __future__ import annotations

from dataclasses import dataclass

from features.columns import Column, OtherValue
from features.events import Events


@dataclass(frozen=True)
class AreaEvents:
    """The visible events of a source about areas, for the area in which an address lies.

    Parameters
    ----------
    events : Events
        Of a source with an ``area``: the column of the address register that says where an address lies.
    """

    events: Events

    def within(self, *, days: int) -> AreaEvents:
        """Keep events that happened in the ``days`` days before ``as_of``."""
        return AreaEvents(self.events.within(days=days))

    def before(self, *, days: int) -> AreaEvents:
        """Keep events that happened more than ``days`` days before ``as_of``."""
        return AreaEvents(self.events.before(days=days))

    def where(self, **equals: str | bool | float | tuple[str, ...]) -> AreaEvents:
        """Keep events whose columns have these values; a missing value never fits."""
        return AreaEvents(self.events.where(**equals))

    def count(self) -> OtherValue:
        """Give the number of events about the area; 0 where there are none."""
        return self._level(self.events.count())

    def mean(self, name: str) -> OtherValue:
        """Give the mean of a column; missing where there are no values."""
        return self._level(self.events.mean(name))

    def latest(self, name: str) -> OtherValue:
        """Give the value of the newest event; missing where there is none."""
        return self._level(self.events.latest(name))

    def _level(self, column: Column) -> OtherValue:
        place = {("addresses", str(self.events.source.area))}
        return OtherValue(column.expression, column.text, column.parts, column.reads | place, column.needs | place, "group", column.depends)
