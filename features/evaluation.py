"""Evaluation: columns laid out over a frame of (address, day) as one Ibis expression.

All aggregates of one source become one join and one group-by with conditional aggregates. ``as_of`` is a column of the frame,
not a literal, so thousands of training rows with as many different days cost one pass, and the SQL of a live request is compiled
once for all days. Values of others and links are laid out over the frame of the *other* addresses by the same code, so an
address cannot have another value as a neighbour than as itself.

Where most addresses are asked for on one day, the day is a constant and every source is read and aggregated once, for all addresses; links,
groups and the frame then take from that what they need.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, reduce
from typing import Any, TypeVar

import ibis

from features.columns import Column, Group, Part, ValueAmongOthers
from features.events import Aggregate, visible
from features.joining import ROW, Tables, joined, peers, standing
from features.links import LinkedSum, Links
from features.sources import all_sources

P = TypeVar("P", bound=Part)
Values = tuple[ibis.Table, set[str]]
"""Columns beside the key of a row, and the names of those that are 0 where the row has none."""
TOGETHER = ["as_of", "group_id", "object_type", "use"]
EXACT = "decimal(38, 9)"
"""Group means add up exactly: a sum of floats differs from run to run with two threads."""


def lay_out(frame: ibis.Table, wanted: Iterable[str], definitions: Mapping[str, Column], tables: Tables, *, day: Any = None) -> ibis.Table:
    """Give the frame with one column per wanted name.

    Parameters
    ----------
    frame : ibis.Table
        Distinct rows of ``address_id`` (string) and ``as_of`` (date); other columns pass through.
    wanted : iterable of str
        Names in ``definitions``; what they depend on is laid out with them.
    definitions : mapping of str to Column
    tables : callable
        Gives the event table of a source by name.
    day : ibis.Value, optional
        The one day of the frame, where it holds most of the addresses. Then what the frame needs is computed for all addresses, each source
        once, and the frame is joined last; the values are the same, for what an address has does not depend on who else is asked for.

    Returns
    -------
    ibis.Table
        One row per row of the frame.
    """
    ordered = _with_dependencies(wanted, definitions)
    parts = {part.name: part for name in ordered for part in _within(definitions[name], definitions)}
    work = Work({**definitions, **{p.own_name: p.column for p in parts.values() if isinstance(p, ValueAmongOthers)}}, tables, day, parts)
    return _laid_out(frame, None if work.of_all else frame.select(*ROW), ordered, work)


@dataclass(frozen=True)
class Work:
    """What is the same for all rows of one query.

    Where ``rows`` are asked for below, None stands for all addresses on the one day.

    Attributes
    ----------
    definitions, tables, day
        See `lay_out`.
    parts : mapping of str to Part
        All that anything needs, by name.
    """

    definitions: Mapping[str, Column]
    tables: Tables
    day: Any
    parts: Mapping[str, Part]

    @property
    def of_all(self) -> bool:
        """Whether the query is about all addresses on one day."""
        return self.day is not None

    @cached_property
    def everyone(self) -> dict[str, Values]:
        """The aggregates of all addresses on the day, by source."""
        wanted = [part.aggregate if isinstance(part, LinkedSum) else part for part in self.parts.values()]
        unique = {part.name: part for part in wanted if isinstance(part, Aggregate)}
        return {some[0].source.name: _aggregated(None, some, self) for some in _by(lambda p: p.source.name, unique.values())}


def _within(column: Column, definitions: Mapping[str, Column]) -> Iterator[Part]:
    for part in column.parts:
        yield part
        if isinstance(part, ValueAmongOthers):
            yield from _within(part.column, definitions)
    for name in column.depends:
        yield from _within(definitions[name], definitions)


def _laid_out(frame: ibis.Table, rows: ibis.Table | None, ordered: list[str], work: Work) -> ibis.Table:
    table = _attached(frame, _part_tables(rows, [work.definitions[n] for n in ordered], work))
    for level in _levels(ordered, work.definitions):
        table = table.mutate(**{name: work.definitions[name].expression(table) for name in level})
    return table.select(*frame.columns, *ordered)


def _with_dependencies(wanted: Iterable[str], definitions: Mapping[str, Column]) -> list[str]:
    ordered: dict[str, None] = {}

    def visit(name: str) -> None:
        for earlier in sorted(definitions[name].depends):
            visit(earlier)
        ordered.setdefault(name)

    for name in wanted:
        visit(name)
    return list(ordered)


def _levels(ordered: list[str], definitions: Mapping[str, Column]) -> list[list[str]]:
    depth: dict[str, int] = {}
    for name in ordered:
        depth[name] = 1 + max((depth[d] for d in definitions[name].depends), default=-1)
    return [[n for n in ordered if depth[n] == level] for level in range(max(depth.values(), default=-1) + 1)]


def _part_tables(rows: ibis.Table | None, columns: list[Column], work: Work) -> list[Values]:
    """Give one table per source, per kind of link and per group: what shares its rows is computed over them once."""
    parts = {part.name: part for column in columns for part in column.parts}.values()
    found = [_aggregated_once(rows, some, work) for some in _by(lambda p: p.source.name, (p for p in parts if isinstance(p, Aggregate)))]
    found += [_linked(rows, some, work) for some in _by(lambda p: p.links.text, (p for p in parts if isinstance(p, LinkedSum)))]
    return found + _others(rows, [p for p in parts if isinstance(p, ValueAmongOthers)], work)


def _by(key: Callable[[P], Hashable], parts: Iterable[P]) -> list[list[P]]:
    found: dict[Hashable, list[P]] = {}
    for part in parts:
        found.setdefault(key(part), []).append(part)
    return list(found.values())


def _aggregated(rows: ibis.Table | None, aggregates: list[Aggregate], work: Work) -> Values:
    events = joined(rows, aggregates[0].source, work.tables, day=work.day)
    values = {a.name: a.reduce(events, a.condition(events)) for a in aggregates}
    return events.group_by(ROW).aggregate(**values), {a.name for a in aggregates if a.zero}


def _aggregated_once(rows: ibis.Table | None, aggregates: list[Aggregate], work: Work) -> Values:
    """Give what `_aggregated` gives; of all addresses on a day it is a part of what was computed for everything that needs the source."""
    if not work.of_all:
        return _aggregated(rows, aggregates, work)
    table, zeros = work.everyone[aggregates[0].source.name]
    names = {a.name for a in aggregates}
    return table.select(*ROW, *names), zeros & names


def _attached(table: ibis.Table, parts: list[Values]) -> ibis.Table:
    """Put the columns of all parts beside the rows, in one chain of joins: a step for each would be read and planned again each time."""
    chain, filled = table, dict[str, bool]()
    for number, (values, zeros) in enumerate(parts):
        chain = chain.left_join(values, ROW, rname=f"{{name}}_part_{number}")
        filled |= {name: name in zeros for name in values.columns if name not in ROW}
    return chain.select(*table.columns, **{name: chain[name].fill_null(0) if zero else chain[name] for name, zero in filled.items()})


def _sharing(wanted: ibis.Table, links: Links, tables: Tables) -> ibis.Table:
    """Give ``address_id, as_of, key`` of every address that has one of the wanted keys on its day."""
    key = links.key
    events = tables(links.events.source.name).rename(event_key=key)
    both = wanted.join(events, wanted.key == events.event_key).rename({key: "event_key"})
    both = both.filter(visible(both, both.as_of))
    both = both.mutate(age_days=both.as_of.delta(both.happened_on, unit="day"))
    for condition in links.events.conditions:
        both = both.filter(condition(both))
    return both.select("address_id", "as_of", "key").distinct()


def _keys(rows: ibis.Table | None, links: Links, work: Work) -> ibis.Table:
    events = joined(rows, links.events.source, work.tables, day=work.day)
    for condition in links.events.conditions:
        events = events.filter(condition(events))
    return events.filter(events[links.key].notnull()).select("address_id", "as_of", key=events[links.key]).distinct()


def _linked(rows: ibis.Table | None, parts: list[LinkedSum], work: Work) -> Values:
    """Sum per key minus self: each event is added once per key, never once per pair of addresses."""
    links = parts[0].links
    sharing = _keys(rows, links, work)
    if rows is not None:
        sharing = _sharing(sharing.select("as_of", "key").distinct(), links, work.tables)
    size = sharing.group_by(["as_of", "key"]).aggregate(size=sharing.count())
    # A key of one address says nothing of others; most keys are gone here.
    sharing = sharing.semi_join(size.filter((size["size"] > 1) & (size["size"] <= links.at_most)), ["as_of", "key"])
    valued = _valued(sharing, parts, work)
    names = [part.name for part in parts]
    totals = valued.group_by(["as_of", "key"]).aggregate(**{f"{n}_total": valued[n].sum() for n in names})
    mine = _only(rows, valued).join(totals, ["as_of", "key"])
    return mine.group_by(ROW).aggregate(**{n: (mine[f"{n}_total"] - mine[n]).sum() for n in names}), set(names)


def _only(rows: ibis.Table | None, table: ibis.Table) -> ibis.Table:
    return table if rows is None else table.semi_join(rows, ROW)


def _valued(sharing: ibis.Table, parts: list[LinkedSum], work: Work) -> ibis.Table:
    """Give beside each sharing address what its own events add, 1 where the addresses themselves are counted."""
    rows = sharing.select(*ROW).distinct()
    by_source = _by(lambda a: a.source.name, (p.aggregate for p in parts if p.aggregate))
    table = _attached(sharing, [_aggregated_once(rows, aggregates, work) for aggregates in by_source])
    amounts = {p.name: table[p.aggregate.name] if p.aggregate else ibis.literal(1) for p in parts}
    return table.select("address_id", "as_of", "key", **amounts)


def _others(rows: ibis.Table | None, parts: list[ValueAmongOthers], work: Work) -> list[Values]:
    """Lay the columns out over everyone in a group of the rows, once for all groups, and set each row against the rest of its group."""
    if not parts:
        return []
    columns = {part.own_name: part.column for part in parts}
    by_group = {some[0].group: some for some in _by(lambda p: p.group, parts)}
    valued = _laid_out(*_together(rows, by_group, work), _with_dependencies(columns, work.definitions), work)
    # Under a name of its own it is computed once; left unnamed, its text would stand in the query once for each group.
    valued = valued.mutate(**{n: valued[n].cast(EXACT) for n in columns}).alias(f"of_{Part(' '.join(columns)).name}")
    return [_among(rows, _grouped(rows, valued, group, work), some) for group, some in by_group.items()]


def _together(rows: ibis.Table | None, groups: Iterable[Group], work: Work) -> tuple[ibis.Table, ibis.Table | None]:
    """Give the frame of everyone in a group of the rows, and its rows; of all addresses, with what their groups are."""
    if rows is None:
        objects = joined(None, all_sources()["addresses"], work.tables, day=work.day)
        return objects.filter(standing(objects)).select(*ROW, *(g.column for g in groups), "object_type", "use"), None
    grouped = [peers(rows, group, work.tables).select(*ROW) for group in groups]
    everyone = reduce(lambda some, more: some.union(more), grouped).distinct()
    return everyone, everyone


def _grouped(rows: ibis.Table | None, valued: ibis.Table, group: Group, work: Work) -> ibis.Table:
    """Give the values of everyone in a group of one kind beside what the group is."""
    if rows is not None:
        return peers(rows, group, work.tables).join(valued, ROW)
    known = valued[group.column].notnull() & valued.object_type.notnull() & valued.use.notnull()
    return valued.filter(known).mutate(group_id=valued[group.column])


def _among(rows: ibis.Table | None, valued: ibis.Table, parts: list[ValueAmongOthers]) -> Values:
    """Give what parts of one group say about the rows, out of the values of everyone in it."""
    own = sorted({p.own_name for p in parts})
    valued = valued.select(*ROW, *TOGETHER[1:], *own)
    compared = sorted({p.own_name for p in parts if p.statistic != "rank"})
    sums = {f"{n}_total": valued[n].sum() for n in compared} | {f"{n}_number": valued[n].count() for n in compared}
    mine = _only(rows, valued)
    for part in (p for p in parts if p.statistic == "rank"):
        both = mine.left_join(_ranks(valued, part), [*TOGETHER, part.own_name])
        mine = both.select(*mine.columns, part.name)
    if sums:
        mine = mine.join(valued.group_by(TOGETHER).aggregate(**sums), TOGETHER)
    return mine.select(*ROW, **{p.name: mine[p.name] if p.statistic == "rank" else _rest(mine, p) for p in parts}), set()


def _ranks(valued: ibis.Table, part: ValueAmongOthers) -> ibis.Table:
    """Give for each different value in a group the share of the others that lie lower, equal ones for half; none where it is the only one.

    Different values are fewer than addresses, so they are counted first, and the counts are added up from below.
    """
    own = part.own_name
    counted = valued.filter(valued[own].notnull()).group_by([*TOGETHER, own]).aggregate(equal=ibis._.count())
    groups = counted.group_by(TOGETHER).aggregate(number=counted.equal.sum())
    levels = counted.join(groups.filter(groups.number > 1), TOGETHER)
    up_to = levels.equal.sum().over(ibis.window(group_by=TOGETHER, order_by=levels[own], rows=(None, 0)))
    share = (up_to * 2 - levels.equal - 1).cast("float64") / ((levels.number - 1) * 2).cast("float64")
    return levels.select(*TOGETHER, own, **{part.name: share})


def _rest(mine: ibis.Table, part: ValueAmongOthers) -> ibis.Value:
    """Give the sum or the mean over the group minus the row itself; missing where none of the others has a value."""
    own, total, number = mine[part.own_name], mine[f"{part.own_name}_total"], mine[f"{part.own_name}_number"]
    others = (number - own.notnull().cast("int64")).nullif(0)
    rest = (total - own.fill_null(0)).cast("float64")
    return rest / others.cast("float64") if part.statistic == "mean" else ibis.ifelse(others.notnull(), rest, None)
