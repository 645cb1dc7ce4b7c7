"""Evaluation: columns laid out over a frame of (address, day) as one Ibis expression.

All aggregates of one source become one join and one group-by with conditional aggregates. ``as_of`` is a column of the frame,
not a literal, so thousands of training rows with as many different days cost one pass, and the SQL of a live request is compiled
once for all days. Values of others and links are laid out over the frame of the *other* addresses by the same code, so an
address cannot have another value as a neighbour than as itself.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from functools import reduce
from typing import TypeVar

import ibis

from features.columns import Column, Part, ValueAmongOthers
from features.events import Aggregate, visible
from features.joining import ROW, Tables, joined, peers
from features.links import LinkedSum, Links

P = TypeVar("P", bound=Part)
Values = tuple[ibis.Table, set[str]]
"""Columns beside the key of a row, and the names of those that are 0 where the row has none."""
TOGETHER = ["as_of", "group_id", "object_type", "use"]
EXACT = "decimal(38, 9)"
"""Group means add up exactly: a sum of floats differs from run to run with two threads."""


def lay_out(frame: ibis.Table, wanted: Iterable[str], definitions: Mapping[str, Column], tables: Tables) -> ibis.Table:
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

    Returns
    -------
    ibis.Table
        One row per row of the frame.
    """
    return _laid_out(frame, with_dependencies(wanted, definitions), definitions, tables)


def _laid_out(frame: ibis.Table, ordered: list[str], definitions: Mapping[str, Column], tables: Tables) -> ibis.Table:
    table = attached(frame, _part_tables(frame.select(*ROW), [definitions[n] for n in ordered], definitions, tables), ROW)
    for level in in_levels(ordered, definitions):
        table = table.mutate(**{name: definitions[name].expression(table) for name in level})
    return table.select(*frame.columns, *ordered)


def with_dependencies(wanted: Iterable[str], definitions: Mapping[str, Column]) -> list[str]:
    """Give the names with all that they depend on, each after those."""
    ordered: dict[str, None] = {}

    def visit(name: str) -> None:
        for earlier in sorted(definitions[name].depends):
            visit(earlier)
        ordered.setdefault(name)

    for name in wanted:
        visit(name)
    return list(ordered)


def in_levels(ordered: list[str], definitions: Mapping[str, Column]) -> list[list[str]]:
    """Give names in turns, each turn after those that it depends on."""
    depth: dict[str, int] = {}
    for name in ordered:
        depth[name] = 1 + max((depth[d] for d in definitions[name].depends), default=-1)
    return [[n for n in ordered if depth[n] == level] for level in range(max(depth.values(), default=-1) + 1)]


def _part_tables(rows: ibis.Table, columns: list[Column], definitions: Mapping[str, Column], tables: Tables) -> list[Values]:
    """Give one table per source, per kind of link and per group: what shares its rows is computed over them once."""
    parts = {part.name: part for column in columns for part in column.parts}.values()
    found = [_aggregated(rows, some, tables) for some in by(lambda p: p.source.name, (p for p in parts if isinstance(p, Aggregate)))]
    found += [_linked(rows, some, tables) for some in by(lambda p: p.links.text, (p for p in parts if isinstance(p, LinkedSum)))]
    return found + _others(rows, [p for p in parts if isinstance(p, ValueAmongOthers)], definitions, tables)


def by(key: Callable[[P], Hashable], parts: Iterable[P]) -> list[list[P]]:
    """Give the parts together that have the same key, in the order in which the keys come."""
    found: dict[Hashable, list[P]] = {}
    for part in parts:
        found.setdefault(key(part), []).append(part)
    return list(found.values())


def _aggregated(rows: ibis.Table, aggregates: list[Aggregate], tables: Tables) -> Values:
    events = joined(rows, aggregates[0].source, tables)
    values = {a.name: a.reduce(events, a.condition(events)) for a in aggregates}
    return events.group_by(ROW).aggregate(**values), {a.name for a in aggregates if a.zero}


def attached(table: ibis.Table, parts: list[Values], key: list[str]) -> ibis.Table:
    """Put the columns of all parts beside the rows, in one chain of joins: a step for each would be read and planned again each time."""
    chain, filled = table, dict[str, bool]()
    for number, (values, zeros) in enumerate(parts):
        chain = chain.left_join(values, key, rname=f"{{name}}_part_{number}")
        filled |= {name: name in zeros for name in values.columns if name not in key}
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


def _keys(rows: ibis.Table, links: Links, tables: Tables) -> ibis.Table:
    events = joined(rows, links.events.source, tables)
    for condition in links.events.conditions:
        events = events.filter(condition(events))
    return events.filter(events[links.key].notnull()).select("as_of", key=events[links.key]).distinct()


def _linked(rows: ibis.Table, parts: list[LinkedSum], tables: Tables) -> Values:
    """Sum per key minus self: each event is added once per key, never once per pair of addresses."""
    links = parts[0].links
    sharing = _sharing(_keys(rows, links, tables), links, tables)
    size = sharing.group_by(["as_of", "key"]).aggregate(size=sharing.count())
    # A key of one address says nothing of others; most keys are gone here.
    sharing = sharing.semi_join(size.filter((size["size"] > 1) & (size["size"] <= links.at_most)), ["as_of", "key"])
    valued = _valued(sharing, parts, tables)
    names = [part.name for part in parts]
    totals = valued.group_by(["as_of", "key"]).aggregate(**{f"{n}_total": valued[n].sum() for n in names})
    mine = valued.semi_join(rows, ROW).join(totals, ["as_of", "key"])
    return mine.group_by(ROW).aggregate(**{n: (mine[f"{n}_total"] - mine[n]).sum() for n in names}), set(names)


def _valued(sharing: ibis.Table, parts: list[LinkedSum], tables: Tables) -> ibis.Table:
    """Give beside each sharing address what its own events add, 1 where the addresses themselves are counted."""
    rows = sharing.select(*ROW).distinct()
    by_source = by(lambda a: a.source.name, (p.aggregate for p in parts if p.aggregate))
    table = attached(sharing, [_aggregated(rows, aggregates, tables) for aggregates in by_source], ROW)
    amounts = {p.name: table[p.aggregate.name] if p.aggregate else ibis.literal(1) for p in parts}
    return table.select("address_id", "as_of", "key", **amounts)


def _others(rows: ibis.Table, parts: list[ValueAmongOthers], definitions: Mapping[str, Column], tables: Tables) -> list[Values]:
    """Lay the columns out over everyone in a group of the rows, once for all groups, and set each row against the rest of its group."""
    if not parts:
        return []
    columns = {part.own_name: part.column for part in parts}
    by_group = {some[0].group: some for some in by(lambda p: p.group, parts)}
    grouped = {group: peers(rows, group, tables) for group in by_group}
    everyone = reduce(lambda some, more: some.union(more), (g.select(*ROW) for g in grouped.values())).distinct()
    within = {**definitions, **columns}
    valued = _laid_out(everyone, with_dependencies(columns, within), within, tables)
    # Under a name of its own it is computed once; left unnamed, its text would stand in the query once for each group.
    valued = valued.mutate(**{n: exact(valued[n]) for n in columns}).alias(f"of_{Part(' '.join(columns)).name}")
    return [_among(rows, grouped[group].join(valued, ROW), some) for group, some in by_group.items()]


def exact(value: ibis.Value) -> ibis.Value:
    """Give a value as one that adds up exactly."""
    return value if value.type().is_integer() else value.cast(EXACT)


def _among(rows: ibis.Table, valued: ibis.Table, parts: list[ValueAmongOthers]) -> Values:
    """Give what parts of one group say about the rows, out of the values of everyone in it."""
    own = sorted({p.own_name for p in parts})
    valued = valued.select(*ROW, *TOGETHER[1:], *own)
    compared = sorted({p.own_name for p in parts if p.statistic != "rank"})
    sums = {f"{n}_total": valued[n].sum() for n in compared} | {f"{n}_number": valued[n].count() for n in compared}
    mine = valued.semi_join(rows, ROW)
    for part in (p for p in parts if p.statistic == "rank"):
        both = mine.left_join(_ranks(valued, part), [*TOGETHER, part.own_name])
        mine = both.select(*mine.columns, part.name)
    if sums:
        mine = mine.join(valued.group_by(TOGETHER).aggregate(**sums), TOGETHER)
    return mine.select(*ROW, **{p.name: mine[p.name] if p.statistic == "rank" else rest(mine, p) for p in parts}), set()


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


def rest(mine: ibis.Table, part: ValueAmongOthers) -> ibis.Value:
    """Give the sum or the mean over the group minus the row itself; missing where none of the others has a value."""
    own, total, number = mine[part.own_name], mine[f"{part.own_name}_total"], mine[f"{part.own_name}_number"]
    others = (number - own.notnull().cast("int64")).nullif(0)
    rest = (total - own.fill_null(0)).cast("float64")
    return rest / others.cast("float64") if part.statistic == "mean" else ibis.ifelse(others.notnull(), rest, None)
