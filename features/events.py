"""Events: a source cut at ``as_of``, and the verbs with which an indicator is said.

What counts on a day is decided in one place, `visible`: the newest version known before that day, not withdrawn, of something
that happened before that day (DESIGN rule 1). Each verb gives a new `Events` or a `Column`; nothing is computed here.

Examples
--------
>>> from features.sources import all_sources
>>> reports = Events(all_sources()["reports"])
>>> reports.within(days=365).where(category="housing").count().text
"reports.within(days=365).where(category='housing').count()"
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import ibis

from features.columns import Column, Group, Part, fact
from features.errors import CatalogueError
from features.links import MAXIMUM_LINKED, LinkedEvents, Links
from features.relative import BUILT, Make
from features.slopes import rate, slope
from features.sources.contract import FIXED, Source
from features.stays import Span, stays, within_span
from features.withheld import refuse_key_as_value, refuse_withheld

Condition = Callable[[ibis.Table], Any]


def visible(events: ibis.Table, as_of: Any) -> ibis.Value:
    """Say which versions count on ``as_of``: strictly known before it, not yet superseded, not withdrawn, happened before it.

    ``superseded_on`` is the day on which the next version of the same record became known, so a later version changes nothing
    for an earlier ``as_of``.
    """
    superseded = events.superseded_on.notnull() & (events.superseded_on < as_of)
    return (events.known_on < as_of) & ~superseded & ~events.withdrawn & (events.happened_on < as_of)


@dataclass(frozen=True)
class Aggregate(Part):
    """One number per address and day out of the visible events of one source; ``different``: the column of which it counts different values."""

    source: Source
    condition: Condition
    reduce: Callable[[ibis.Table, Any], Any]
    zero: bool
    different: str | None = None


@dataclass(frozen=True)
class Events:
    """The visible events of one source, narrowed by conditions.

    Parameters
    ----------
    source : features.sources.Source
    conditions : tuple of callable
        Each takes the joined table (events with ``as_of`` and ``age_days``) and gives a boolean.
    text : str
        How it reads.
    reads, needs : frozenset of (source, column)
        Contract columns read so far, for tier and lineage, and those of them that must be filled; see `features.columns.Quantity`.
    """

    source: Source
    conditions: tuple[Condition, ...] = ()
    text: str = ""
    reads: frozenset[tuple[str, str]] = frozenset()
    needs: frozenset[tuple[str, str]] = frozenset()

    def __post_init__(self) -> None:
        """Name the sentence after its source."""
        object.__setattr__(self, "text", self.text or self.source.name)
        for name in ("reads", "needs"):
            object.__setattr__(self, name, getattr(self, name) or frozenset({(self.source.name, "happened_on")}))

    def within(self, *, days: int) -> Events:
        """Keep events that happened in the ``days`` days before ``as_of``."""
        return self._and(lambda t: t.age_days <= days, f".within(days={days})")

    def before(self, *, days: int) -> Events:
        """Keep events that happened more than ``days`` days before ``as_of``."""
        return self._and(lambda t: t.age_days > days, f".before(days={days})")

    def where(self, **equals: str | bool | float | tuple[str, ...]) -> Events:
        """Keep events whose columns have these values (one of them, for a tuple); a missing value never fits."""
        return self._by_value(equals, keep=True)

    def where_not(self, **equals: str | bool | float | tuple[str, ...]) -> Events:
        """Keep events whose columns are known and have none of these values."""
        return self._by_value(equals, keep=False)

    def unless(self, **equals: str) -> Events:
        """Keep events whose columns are not known to have these values; what is missing stays."""

        def remains(t: ibis.Table) -> Any:
            return _all((known_value(t, self.source, name) != value).fill_null(True) for name, value in equals.items())

        refuse_key_as_value(self.source, equals)
        return self._on(tuple(equals), remains, f".unless({_told(equals)})", needed=False)

    def where_known(self, *names: str) -> Events:
        """Keep events of which these columns were known on the day."""
        return self._on(names, lambda t: _all(known_value(t, self.source, n).notnull() for n in names), f".where_known{names}")

    def where_missing(self, *names: str) -> Events:
        """Keep events of which none of these columns was known on the day."""
        return self._on(names, lambda t: _all(known_value(t, self.source, n).isnull() for n in names), f".where_missing{names}", needed=False)

    def as_known(self, until: str = "ended_on") -> Events:
        """Keep what was still valid on the day, as far as known: no end, or an end on or after ``as_of``."""

        def lasting(t: ibis.Table) -> Any:
            end = known_value(t, self.source, until)
            return end.isnull() | (end >= t.as_of)

        return self._on((until,), lasting, f".as_known('{until}')", needed=False)

    def ended_within(self, *, days: int, until: str = "ended_on") -> Events:
        """Keep events that were known to have ended, at most ``days`` days after they happened."""

        def brief(t: ibis.Table) -> Any:
            return known_value(t, self.source, until).delta(t.happened_on, unit="day") <= days

        return self._on((until,), brief, f".ended_within(days={days}, until='{until}')")

    def count(self) -> Column:
        """Give the number of events; 0 where there are none."""
        return fact(self.counted(), self.reads, self.needs, reach="own", make=self.make)

    def distinct(self, name: str) -> Column:
        """Give the number of different values of a column; 0 where there are none."""
        return self._column(f"distinct('{name}')", lambda t, keep: known_value(t, self.source, name).nunique(where=keep), (name,), different=name)

    def sum(self, name: str) -> Column:
        """Give the sum of a column; missing where there are no values."""
        return self._column(f"sum('{name}')", lambda t, keep: known_value(t, self.source, name).sum(where=keep), (name,))

    def mean(self, name: str) -> Column:
        """Give the mean of a column, from an exact sum; missing where there are no values."""
        total = self.sum(name)
        return total / self.where_known(name).count()

    def max(self, name: str) -> Column:
        """Give the largest value of a column; missing where there are no values."""
        return self._column(f"max('{name}')", lambda t, keep: known_value(t, self.source, name).max(where=keep), (name,))

    def first(self, name: str) -> Column:
        """Give the value of the oldest event, missing where that event has none or there is no event."""
        return self._column(f"first('{name}')", lambda t, keep: known_value(t, self.source, name).argmin(t.ordinal, where=keep), (name,))

    def latest(self, name: str) -> Column:
        """Give the value of the newest event, missing where that event has none or there is no event."""
        return self._column(f"latest('{name}')", lambda t, keep: known_value(t, self.source, name).argmax(t.ordinal, where=keep), (name,))

    def share(self, **equals: str | bool | float | tuple[str, ...]) -> Column:
        """Give the share of events with these values among those of which they are known; missing where there are none."""
        return self.where(**equals).count() / self.where_known(*equals).count()

    def change(self, *, days: int) -> Column:
        """Give the number of events in the last ``days`` days minus that in as many days before them."""
        return self.within(days=days).count() - self.before(days=days).within(days=2 * days).count()

    def trend(self, name: str, *, per: str | None = None) -> Column:
        """Give the slope of a column, or of it per unit of another, by least squares, per year; missing with fewer than two different days."""
        names = (name,) if per is None else (name, per)
        known = self.where_known(*names)

        def total(said: str, value: Callable[[ibis.Table], Any]) -> Column:
            return known._column(f"{said}{names}", lambda t, keep: value(t).sum(where=keep), names)

        return slope(known.count(), total, lambda t: rate(*(known_value(t, self.source, n) for n in names)))

    def days_in(self, span: Span, name: str, *, back: int, until: str = "ended_on") -> Column:
        """Give a column times the days of ``span``, in the last ``back``, that it lasted, added up; see `features.stays`."""

        def listed(t: ibis.Table, keep: Any) -> Any:
            return stays(t, known_value(t, self.source, name), end=known_value(t, self.source, until), keep=keep, back=back)

        named = replace(self, reads=self.reads | self.reading((until,)))
        return within_span(named._column(f"stays('{name}', '{until}').lasting_within(days={back})", listed, (name,)), span, back=back)

    def days_since(self) -> Column:
        """Give the number of days since the newest event; missing where there is none."""
        return self._column("days_since()", lambda t, keep: t.age_days.min(where=keep), ())

    def days_since_first(self) -> Column:
        """Give the number of days since the oldest event; missing where there is none."""
        return self._column("days_since_first()", lambda t, keep: t.age_days.max(where=keep), ())

    def links(self, key: str, *, at_most: int = MAXIMUM_LINKED) -> Links:
        """Give the other addresses that share ``key`` in these events."""
        keys = [column.name for column in self.source.columns if column.type == "key"]
        if key not in keys:
            raise CatalogueError(
                f"'{key}' of source '{self.source.name}' is not a key",
                expected=f"one of {', '.join(keys) or 'none'}",
                remedy="link through a keyed hash only",
            )
        return Links(self, key, at_most)

    def linked_by(self, links: Links) -> LinkedEvents:
        """Turn to the same events at other addresses that share a key."""
        return LinkedEvents(self, links)

    def counted(self) -> Aggregate:
        """Give the part that counts these events."""
        return self._aggregate("count()", lambda t, keep: t.count(where=keep), zero=True)

    def _by_value(self, equals: dict[str, Any], *, keep: bool) -> Events:
        def fits(t: ibis.Table) -> Any:
            tests = []
            for name, wanted in equals.items():
                value = known_value(t, self.source, name)
                inside = value.isin(list(wanted)) if isinstance(wanted, tuple) else value == wanted
                tests.append(value.notnull() & (inside if keep else ~inside))
            return _all(iter(tests))

        refuse_key_as_value(self.source, equals)
        return self._on(tuple(equals), fits, f".where{'' if keep else '_not'}({_told(equals)})")

    def _on(self, names: tuple[str, ...], condition: Condition, said: str, *, needed: bool = True) -> Events:
        read = self.reading(names)
        return replace(self._and(condition, said), reads=self.reads | read, needs=self.needs | (read if needed else frozenset()))

    def _and(self, condition: Condition, said: str) -> Events:
        return replace(self, conditions=(*self.conditions, condition), text=self.text + said)

    def reading(self, names: tuple[str, ...]) -> frozenset[tuple[str, str]]:
        """Give what is read with these columns.

        Raises
        ------
        CatalogueError
            A column is withheld from indicators, or is not in the contract.
        """
        refuse_withheld(self.source, names)
        return frozenset((self.source.name, name) for name in names)

    @property
    def make(self) -> Make | None:
        """What a number out of these events is: about an area it is a level, whatever it is called."""
        return Make("level") if self.source.area else None

    def _aggregate(self, said: str, reduce: Callable[[ibis.Table, Any], Any], *, zero: bool = False, different: str | None = None) -> Aggregate:
        """Give the part that computes one number from these events."""
        return Aggregate(f"{self.text}.{said}", self.source, lambda t: _all(c(t) for c in self.conditions), reduce, zero, different)

    def _column(self, said: str, reduce: Callable[[ibis.Table, Any], Any], names: tuple[str, ...], *, different: str | None = None) -> Column:
        refuse_key_as_value(self.source, () if different else names)
        part = self._aggregate(said, reduce, zero=different is not None, different=different)
        read = self.reading(names)
        return fact(part, self.reads | read, self.needs | read, reach="own", make=self.make)


@dataclass(frozen=True)
class Addresses(Events):
    """The address register: its facts as known on the day, and the groups in which addresses are compared."""

    def count(self) -> Column:
        """Give 1 where there is such an object on the day, 0 where not: the same for nearly all, so no fact to hold beside a level."""
        return replace(super().count(), make=BUILT)

    @property
    def building(self) -> Group:
        """Objects in the same building, of the same type and use."""
        return Group("building_id")

    @property
    def postcode(self) -> Group:
        """Objects with the same postcode, of the same type and use."""
        return Group("postcode")

    @property
    def neighbourhood(self) -> Group:
        """Objects in the same neighbourhood, of the same type and use."""
        return Group("neighbourhood")


def known_value(table: ibis.Table, source: Source, name: str) -> Any:
    """Give a column as far as it was known on the day: missing before the day that its ``known_by`` names."""
    value = table[name]
    by = None if name in FIXED else source.column(name).known_by
    return value if by is None else ibis.ifelse(table[by] < table.as_of, value, None)


def _told(equals: Mapping[str, Any]) -> str:
    return ", ".join(f"{name}={value!r}" for name, value in equals.items())


def _all(tests: Any) -> Any:
    result = None
    for test in tests:
        result = test if result is None else result & test
    return ibis.literal(True) if result is None else result
