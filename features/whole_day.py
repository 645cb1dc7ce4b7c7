"""A whole day: indicators of all addresses on one day, in steps that each read and group their rows once.

One query for a whole day keeps what all its parts need in memory until its last row is out. In steps, each of which is a table that the next ones
read, only what is still needed stays; addresses are then joined a slice at a time. The values are those of `features.evaluation`: what an address
has does not depend on who else is asked for, and both say it by the same parts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import ibis

from features.columns import Column, Group, Part, ValueAmongOthers
from features.evaluation import Values, attached, by, exact, in_levels, rest, with_dependencies
from features.events import Aggregate, known_value, visible
from features.joining import Tables, standing
from features.links import LinkedSum
from features.sources import all_sources
from features.sources.contract import Source

Steps = dict[str, ibis.Table]
KEY = ["address_id"]
KIND = ["object_type", "use"]


@dataclass(frozen=True)
class Day:
    """One day in the making.

    Attributes
    ----------
    definitions : mapping of str to Column
    tables : callable
        Gives the event table of a source by name.
    day : ibis.Value
        The day, as a value in the query.
    shared : frozenset of str
        Sources that more than one step reads; what is visible of them is a table.
    steps : dict of str to ibis.Table
        What was said so far, by the name of the table that it becomes, each after those it reads.
    alone : bool
        Whether the tables hold the events of one address, so that its sums need no grouping.
    """

    definitions: Mapping[str, Column]
    tables: Tables
    day: Any
    shared: frozenset[str]
    steps: dict[str, ibis.Table]
    alone: bool = False

    def step(self, name: str, table: ibis.Table) -> ibis.Table:
        """Let a table be made, and give it under its name; a name stands for one table."""
        self.steps.setdefault(name, table)
        return ibis.table(table.schema(), name=name)

    def per(self, place: str, events: ibis.Table, values: Mapping[str, Any]) -> ibis.Table:
        """Aggregate events per place; of one address without grouping, for which a table would be laid out."""
        if self.alone and [place] == KEY:
            return events.aggregate(**{place: events[place].min()}, **values)
        return events.group_by(place).aggregate(**values)

    def seen(self, source: Source) -> ibis.Table:
        """Give the visible events of a source, with ``as_of`` and ``age_days``."""
        events = self.tables(source.name).mutate(as_of=self.day)
        events = events.filter(visible(events, events.as_of))
        events = events.mutate(age_days=events.as_of.delta(events.happened_on, unit="day"))
        if source.name not in self.shared:
            return events
        return self.step(f"seen_{source.name}", events.drop("as_of", "superseded_on", "withdrawn")).mutate(as_of=self.day)


def lay_out_day(
    frame: ibis.Table, wanted: Iterable[str], definitions: Mapping[str, Column], tables: Tables, *, day: Any, between: tuple[Any, Any]
) -> tuple[dict[str, ibis.Table], ibis.Table]:
    """Give the frame with one column per wanted name, after the tables that must be made before: by name, each after those it reads.

    Parameters
    ----------
    frame : ibis.Table
        Distinct ``address_id`` on the day; other columns pass through.
    wanted : iterable of str
        Names in ``definitions``; what they depend on is laid out with them.
    definitions : mapping of str to Column
    tables : callable
        Gives the event table of a source by name.
    day : ibis.Value
    between : tuple of ibis.Value
        The first and the last address of the frame.
    """
    ordered = with_dependencies(wanted, definitions)
    parts = _within([definitions[name] for name in ordered], definitions)
    one = Day(definitions, tables, day, _shared(parts), steps := Steps())
    return steps, _laid_out(frame, ordered, _here(_values(parts, one), between), one)


def lay_out_around(
    frame: ibis.Table, wanted: Iterable[str], definitions: Mapping[str, Column], tables: Tables, *, day: Any, between: tuple[Any, Any]
) -> tuple[dict[str, ibis.Table], ibis.Table]:
    """Give the frame with one number for each part of the wanted columns that is read from other addresses, after the tables it needs.

    Parameters and result as those of `lay_out_day`; what `lay_out_near` reads.
    """
    others = parts_of_others(wanted, definitions)
    inner = [part.column for part in others if isinstance(part, ValueAmongOthers)]
    parts = list({part.name: part for part in (*others, *_within(inner, definitions))}.values())
    one = Day(definitions, tables, day, _shared(parts), steps := Steps())
    values = _picked((part.name for part in others), _values(parts, one))
    table = attached(frame, _here(values, between), KEY)
    return steps, table.select(*frame.columns, **{part.name: table[part.name].cast("float64") for part in others})


def lay_out_near(
    wanted: Iterable[str], definitions: Mapping[str, Column], tables: Tables, *, day: Any, parts_as: str
) -> tuple[dict[str, ibis.Table], ibis.Table]:
    """Give one row with ``address_id, as_of`` and one column per wanted name, of the address of which the tables hold the events.

    Parameters
    ----------
    wanted, definitions, tables, day
        See `lay_out_day`.
    parts_as : str
        Name of the table of one row that holds what the steps give, each in one row or none, and what `lay_out_around` gives.

    Returns
    -------
    tuple
        The steps by name, none of which reads another, and the row out of that table.
    """
    ordered = with_dependencies(wanted, definitions)
    parts = list({part.name: part for name in ordered for part in definitions[name].parts}.values())
    one = Day(definitions, tables, day, frozenset(), steps := Steps(), alone=True)
    own = [_everyone(some, one) for some in by(lambda a: a.source.name, (part for part in parts if isinstance(part, Aggregate)))]
    types = {name: step.schema()[name] for step in steps.values() for name in step.columns if name not in KEY}
    others: dict[str, Any] = {part.name: "float64" for part in parts if not isinstance(part, Aggregate)}
    row = ibis.table({"address_id": "string", **types, **others}, name=parts_as)
    linked = {part.name for part in parts if isinstance(part, LinkedSum)}
    zeros = linked.union(*(names for _, names in own))
    whole = {name: row[name].cast("int64") if name in linked else row[name] for name in (*types, *others)}
    row = row.select(*KEY, as_of=day, **{name: value.fill_null(0) if name in zeros else value for name, value in whole.items()})
    return steps, _levelled(row, ordered, definitions).select(*KEY, "as_of", *ordered)


def parts_of_others(wanted: Iterable[str], definitions: Mapping[str, Column]) -> list[Part]:
    """Give the parts of the wanted columns, and of what they depend on, that are read from other addresses."""
    parts = [part for name in with_dependencies(wanted, definitions) for part in definitions[name].parts]
    return list({part.name: part for part in parts if not isinstance(part, Aggregate)}.values())


def _shared(parts: Iterable[Part]) -> frozenset[str]:
    return frozenset({"addresses", *(p.links.events.source.name for p in parts if isinstance(p, LinkedSum))})


def _values(parts: list[Part], day: Day) -> list[Values]:
    """Give a table per source, per kind of link and per group, of all addresses."""
    links = [part for part in parts if isinstance(part, LinkedSum)]
    aggregates = {a.name: a for part in parts if (a := part.aggregate if isinstance(part, LinkedSum) else part) and isinstance(a, Aggregate)}
    own = [_everyone(some, day) for some in by(lambda a: a.source.name, aggregates.values())]
    linked = [_linked(some, own, day) for some in by(lambda p: p.links.text, links)]
    return [*own, *linked, *_others([p for p in parts if isinstance(p, ValueAmongOthers)], [*own, *linked], day)]


def _here(values: list[Values], between: tuple[Any, Any]) -> list[Values]:
    return [(table.filter(table.address_id.between(*between)), zeros) for table, zeros in values]


def _within(columns: Iterable[Column], definitions: Mapping[str, Column]) -> list[Part]:
    """Give what columns are made of, each part once, what their parts are made of included."""

    def visit(column: Column) -> Iterator[Part]:
        for part in column.parts:
            yield part
            if isinstance(part, ValueAmongOthers):
                yield from visit(part.column)
        for name in column.depends:
            yield from visit(definitions[name])

    return list({part.name: part for column in columns for part in visit(column)}.values())


def _laid_out(frame: ibis.Table, ordered: list[str], values: list[Values], day: Day) -> ibis.Table:
    return _levelled(attached(frame, values, KEY).mutate(as_of=day.day), ordered, day.definitions).select(*frame.columns, *ordered)


def _levelled(table: ibis.Table, ordered: list[str], definitions: Mapping[str, Column]) -> ibis.Table:
    for level in in_levels(ordered, definitions):
        table = table.mutate(**{name: definitions[name].expression(table) for name in level})
    return table


def _everyone(aggregates: list[Aggregate], day: Day) -> Values:
    """Give the aggregates of one source for all addresses; about an area they are computed once per area."""
    source, zeros = aggregates[0].source, {a.name for a in aggregates if a.zero}
    events = day.seen(source)
    plain = {a.name: a.reduce(events, a.condition(events)) for a in aggregates if a.different is None}
    found = day.per(source.place, events, plain)
    for different in by(lambda a: a.different, (a for a in aggregates if a.different is not None)):
        found = attached(found, [_different(events, different, day)], [source.place])
    if source.area:
        places = day.seen(all_sources()["addresses"])
        found = places.join(found, places[source.area] == found[source.area]).select(*KEY, *(a.name for a in aggregates))
    return day.step(f"own_{source.name}", found), zeros


def _different(events: ibis.Table, aggregates: list[Aggregate], day: Day) -> Values:
    """Count different values of one column, once for all conditions: a value counts where one of its events meets the condition."""
    source, name = aggregates[0].source, str(aggregates[0].different)
    place = source.place
    told = {a.name: a.condition(events).fill_null(False) for a in aggregates}
    some = None
    for condition in told.values():
        some = condition if some is None else some | condition
    chosen = events.select(place, value=known_value(events, source, name), some=some, **told)
    chosen = chosen.filter(chosen.some & chosen.value.notnull())
    pairs = chosen.group_by([place, "value"]).aggregate(**{name: chosen[name].any() for name in told})
    return day.per(place, pairs, {name: pairs.count(where=pairs[name]) for name in told}), set(told)


def _picked(names: Iterable[str], values: list[Values]) -> list[Values]:
    """Give of some values those with one of the names, with these names alone."""
    wanted, found = set(names), []
    for table, zeros in values:
        if here := [name for name in table.columns if name in wanted]:
            found.append((table.select(*KEY, *here), zeros & set(here)))
    return found


def _linked(parts: list[LinkedSum], own: list[Values], day: Day) -> Values:
    """Sum per key minus self: each event is added once per key, never once per pair of addresses."""
    links, names = parts[0].links, [part.name for part in parts]
    events = day.seen(links.events.source)
    for condition in links.events.conditions:
        events = events.filter(condition(events))
    events = events.filter(events[links.key].notnull())
    called = Part(links.text).name
    pairs = day.step(f"pairs_{called}", events.select(*KEY, key=events[links.key]).distinct())
    size = pairs.group_by("key").aggregate(size=pairs.count())
    # A key of one address says nothing of others; most keys are gone here.
    sharing = pairs.semi_join(size.filter((size["size"] > 1) & (size["size"] <= links.at_most)), "key")
    valued = attached(sharing, _picked([p.aggregate.name for p in parts if p.aggregate], own), KEY)
    amounts = {p.name: valued[p.aggregate.name] if p.aggregate else ibis.literal(1) for p in parts}
    valued = day.step(f"sharing_{called}", valued.select(*KEY, "key", **amounts))
    totals = valued.group_by("key").aggregate(**{f"{n}_total": valued[n].sum() for n in names})
    mine = valued.join(totals, "key")
    found = mine.group_by(KEY).aggregate(**{n: (mine[f"{n}_total"] - mine[n]).sum() for n in names})
    return day.step(f"linked_{called}", found), set(names)


def _others(parts: list[ValueAmongOthers], values: list[Values], day: Day) -> list[Values]:
    """Set the value of each address against the rest of its groups."""
    if not parts:
        return []
    columns = {part.own_name: part.column for part in parts}
    within = replace(day, definitions={**day.definitions, **columns})
    ordered = with_dependencies(columns, within.definitions)
    names = {part.name for column in ordered for part in within.definitions[column].parts}
    objects = day.seen(all_sources()["addresses"])
    groups = {some[0].group: some for some in by(lambda p: p.group, parts)}
    objects = objects.filter(standing(objects)).select(*KEY, *(g.column for g in groups), *KIND)
    laid_out = _laid_out(objects, ordered, _picked(names, values), within)
    members = day.step("members", laid_out.mutate(**{n: exact(laid_out[n]) for n in columns}).select(*objects.columns, *columns))
    return [_among(members, group, some, day) for group, some in groups.items()]


def _among(members: ibis.Table, group: Group, parts: list[ValueAmongOthers], day: Day) -> Values:
    """Give what parts of one group say; where an address is alone in its group, nothing."""
    own = sorted({p.own_name for p in parts})
    kinds = [group.column, *KIND]
    known = members.filter([members[name].notnull() for name in kinds])
    sizes = known.group_by(kinds).aggregate(size=known.count())
    numbered = sizes.filter(sizes["size"] > 1).mutate(group_id=ibis.row_number())  # a number is compared faster than three texts
    inside = day.step(f"inside_{group.column}", known.join(numbered, kinds).select(*KEY, "group_id", *own))
    compared = sorted({p.own_name for p in parts if p.statistic != "rank"})
    sums = {f"{n}_total": inside[n].sum() for n in compared} | {f"{n}_number": inside[n].count() for n in compared}
    found = inside.join(inside.group_by("group_id").aggregate(**sums), "group_id") if sums else inside
    for part in (p for p in parts if p.statistic == "rank"):
        both = found.left_join(_ranks(inside, part), ["group_id", part.own_name])
        found = both.select(*found.columns, part.name)
    values = found.select(*KEY, **{p.name: found[p.name] if p.statistic == "rank" else rest(found, p) for p in parts})
    return day.step(f"among_{group.column}", values), set()


def _ranks(inside: ibis.Table, part: ValueAmongOthers) -> ibis.Table:
    """Give for each different value in a group the share of the others that lie lower, equal ones for half; see `features.evaluation`."""
    own = part.own_name
    levels = inside.filter(inside[own].notnull()).group_by(["group_id", own]).aggregate(equal=ibis._.count())
    up_to = levels.equal.sum().over(ibis.window(group_by="group_id", order_by=levels[own], rows=(None, 0)))
    number = levels.equal.sum().over(ibis.window(group_by="group_id"))
    levels = levels.mutate(up_to=up_to, number=number)
    share = (levels.up_to * 2 - levels.equal - 1).cast("float64") / ((levels.number - 1) * 2).cast("float64").nullif(0)
    return levels.select("group_id", own, **{part.name: share})
