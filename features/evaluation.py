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

from features.columns import Column, Group, Part, ValueAmongOthers
from features.events import Aggregate, known_value, visible
from features.links import LinkedSum, Links
from features.sources import all_sources
from features.sources.contract import Source

Tables = Callable[[str], ibis.Table]
P = TypeVar("P", bound=Part)
Values = tuple[ibis.Table, set[str]]
"""Columns beside the key of a row, and the names of those that are 0 where the row has none."""
ROW = ["address_id", "as_of"]
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
    ordered = _with_dependencies(wanted, definitions)
    table = _attached(frame, _part_tables(frame.select(*ROW), [definitions[n] for n in ordered], definitions, tables))
    for level in _levels(ordered, definitions):
        table = table.mutate(**{name: definitions[name].expression(table) for name in level})
    return table.select(*frame.columns, *ordered)


def joined(frame: ibis.Table, source: Source, tables: Tables) -> ibis.Table:
    """Give the visible events of a source beside each row of the frame, with ``age_days`` (1 = yesterday).

    Events about an area stand beside every row whose address lies in it on its day.
    """
    events, rows = tables(source.name), frame.select(*ROW)
    if source.area:
        placed = joined(rows, all_sources()["addresses"], tables)
        rows = placed.select(*ROW, lies_in=placed[source.area]).distinct()
    both = rows.join(events, rows.lies_in == events[source.area] if source.area else "address_id")
    both = both.filter(visible(both, both.as_of))
    return both.mutate(age_days=both.as_of.delta(both.happened_on, unit="day"))


def members(frame: ibis.Table, group: Group, tables: Tables) -> ibis.Table:
    """Give the group of each row of the frame on its day: ``address_id, as_of, group_id, object_type, use``."""
    own = joined(frame, all_sources()["addresses"], tables)
    own = own.select(*ROW, group_id=own[group.column], object_type=own.object_type, use=own.use)
    return own.filter(own.group_id.notnull()).distinct()


def peers(frame: ibis.Table, group: Group, tables: Tables) -> ibis.Table:
    """Give all addresses that on the same day are in a group of the frame, the frame's own included."""
    source = all_sources()["addresses"]
    wanted = members(frame, group, tables).select("as_of", "group_id", "object_type", "use").distinct()
    events = tables("addresses")
    both = wanted.join(
        events,
        [wanted.group_id == events[group.column], wanted.object_type == events.object_type, wanted.use == events.use],
    )
    ended = known_value(both, source, "ended_on")
    both = both.filter(visible(both, both.as_of) & (ended.isnull() | (ended >= both.as_of)))
    return both.select("address_id", "as_of", "group_id", "object_type", "use").distinct()


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


def _part_tables(rows: ibis.Table, columns: list[Column], definitions: Mapping[str, Column], tables: Tables) -> list[Values]:
    """Give one table per source, per kind of link and per group: what shares its rows is computed over them once."""
    parts = {part.name: part for column in columns for part in column.parts}.values()
    found = [_aggregated(rows, some, tables) for some in _by(lambda p: p.source.name, (p for p in parts if isinstance(p, Aggregate)))]
    found += [_linked(rows, some, tables) for some in _by(lambda p: p.links.text, (p for p in parts if isinstance(p, LinkedSum)))]
    return found + _others(rows, [p for p in parts if isinstance(p, ValueAmongOthers)], definitions, tables)


def _by(key: Callable[[P], Hashable], parts: Iterable[P]) -> list[list[P]]:
    found: dict[Hashable, list[P]] = {}
    for part in parts:
        found.setdefault(key(part), []).append(part)
    return list(found.values())


def _aggregated(rows: ibis.Table, aggregates: list[Aggregate], tables: Tables) -> Values:
    events = joined(rows, aggregates[0].source, tables)
    values = {a.name: a.reduce(events, a.condition(events)) for a in aggregates}
    return events.group_by(ROW).aggregate(**values), {a.name for a in aggregates if a.zero}


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


def _keys(rows: ibis.Table, links: Links, tables: Tables) -> ibis.Table:
    events = joined(rows, links.events.source, tables)
    for condition in links.events.conditions:
        events = events.filter(condition(events))
    return events.filter(events[links.key].notnull()).select("address_id", "as_of", key=events[links.key]).distinct()


def _linked(rows: ibis.Table, parts: list[LinkedSum], tables: Tables) -> Values:
    """Sum per key minus self: each event is added once per key, never once per pair of addresses."""
    links = parts[0].links
    wanted = _keys(rows, links, tables).select("as_of", "key").distinct()
    sharing = _sharing(wanted, links, tables)
    size = sharing.group_by(["as_of", "key"]).aggregate(size=sharing.count())
    sharing = sharing.semi_join(size.filter(size["size"] <= links.at_most), ["as_of", "key"])
    valued = _valued(sharing, parts, tables)
    names = [part.name for part in parts]
    totals = valued.group_by(["as_of", "key"]).aggregate(**{f"{n}_total": valued[n].sum() for n in names})
    mine = valued.semi_join(rows, ROW).join(totals, ["as_of", "key"])
    return mine.group_by(ROW).aggregate(**{n: (mine[f"{n}_total"] - mine[n]).sum() for n in names}), set(names)


def _valued(sharing: ibis.Table, parts: list[LinkedSum], tables: Tables) -> ibis.Table:
    """Give beside each sharing address what its own events add, 1 where the addresses themselves are counted."""
    rows = sharing.select(*ROW).distinct()
    by_source = _by(lambda a: a.source.name, (p.aggregate for p in parts if p.aggregate))
    table = _attached(sharing, [_aggregated(rows, aggregates, tables) for aggregates in by_source])
    amounts = {p.name: table[p.aggregate.name] if p.aggregate else ibis.literal(1) for p in parts}
    return table.select("address_id", "as_of", "key", **amounts)


def _others(rows: ibis.Table, parts: list[ValueAmongOthers], definitions: Mapping[str, Column], tables: Tables) -> list[Values]:
    """Lay the columns out over everyone in a group of the frame, once for all groups, and set each row against the rest of its group."""
    if not parts:
        return []
    grouped = {some[0].group: peers(rows, some[0].group, tables) for some in _by(lambda p: p.group, parts)}
    columns = {part.own_name: part.column for part in parts}
    everyone = reduce(lambda some, more: some.union(more), (group.select(*ROW) for group in grouped.values())).distinct()
    valued = lay_out(everyone, columns, {**definitions, **columns}, tables)
    # Under a name of its own it is computed once; left unnamed, its text would stand in the query once for each group.
    valued = valued.mutate(**{n: valued[n].cast(EXACT) for n in columns}).alias(f"of_{Part(' '.join(columns)).name}")
    return [_among(rows, who.join(valued, ROW), [p for p in parts if p.group == group]) for group, who in grouped.items()]


def _among(rows: ibis.Table, valued: ibis.Table, parts: list[ValueAmongOthers]) -> Values:
    """Give what parts of one group say about the rows, out of the values of everyone in it."""
    own = sorted({p.own_name for p in parts})
    valued = valued.select(*ROW, *TOGETHER[1:], *own)
    valued = valued.mutate(**{p.name: _rank(valued[p.own_name]) for p in parts if p.statistic == "rank"})
    compared = sorted({p.own_name for p in parts if p.statistic != "rank"})
    sums = {f"{n}_total": valued[n].sum() for n in compared} | {f"{n}_number": valued[n].count() for n in compared}
    mine = valued.semi_join(rows, ROW)
    if sums:
        mine = mine.join(valued.group_by(TOGETHER).aggregate(**sums), TOGETHER)
    return mine.select(*ROW, **{p.name: mine[p.name] if p.statistic == "rank" else _rest(mine, p) for p in parts}), set()


def _rank(value: ibis.Value) -> ibis.Value:
    """Give the share of the others in the group that lies lower, equal ones for half; missing where there is nothing to compare."""
    lower = ibis.rank().over(group_by=TOGETHER, order_by=value.asc(nulls_first=False))
    equal = value.count().over(group_by=[*TOGETHER, value]) - 1
    number = value.count().over(group_by=TOGETHER) - 1
    share = (lower * 2 + equal).cast("float64") / (number * 2).nullif(0).cast("float64")
    return ibis.ifelse(value.notnull(), share, None)


def _rest(mine: ibis.Table, part: ValueAmongOthers) -> ibis.Value:
    """Give the sum or the mean over the group minus the row itself; missing where none of the others has a value."""
    own, total, number = mine[part.own_name], mine[f"{part.own_name}_total"], mine[f"{part.own_name}_number"]
    others = (number - own.notnull().cast("int64")).nullif(0)
    rest = (total - own.fill_null(0)).cast("float64")
    return rest / others.cast("float64") if part.statistic == "mean" else ibis.ifelse(others.notnull(), rest, None)
