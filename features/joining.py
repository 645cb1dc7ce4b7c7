"""Joining: what of a source was visible beside each row, and who shares a group with it on its day."""

from __future__ import annotations

from collections.abc import Callable

import ibis

from features.columns import Group
from features.events import known_value, visible
from features.sources import all_sources
from features.sources.contract import Source

Tables = Callable[[str], ibis.Table]
ROW = ["address_id", "as_of"]


def joined(rows: ibis.Table, source: Source, tables: Tables) -> ibis.Table:
    """Give the visible events of a source beside each of the rows, with ``age_days`` (1 = yesterday).

    Events about an area stand beside every row whose address lies in it on its day.
    """
    events = tables(source.name)
    if source.area:
        placed = joined(rows, all_sources()["addresses"], tables)
        rows = placed.select(*ROW, lies_in=placed[source.area]).distinct()
        both = rows.join(events, rows.lies_in == events[source.area])
    else:
        both = rows.select(*ROW).join(events, "address_id")
    both = both.filter(visible(both, both.as_of))
    return both.mutate(age_days=both.as_of.delta(both.happened_on, unit="day"))


def members(rows: ibis.Table, group: Group, tables: Tables) -> ibis.Table:
    """Give the group of each of the rows on its day: ``address_id, as_of, group_id, object_type, use``."""
    own = joined(rows, all_sources()["addresses"], tables)
    own = own.select(*ROW, group_id=own[group.column], object_type=own.object_type, use=own.use)
    return own.filter(own.group_id.notnull()).distinct()


def peers(rows: ibis.Table, group: Group, tables: Tables) -> ibis.Table:
    """Give all addresses that on the same day are in a group of the rows, the rows' own included."""
    wanted = members(rows, group, tables).select("as_of", "group_id", "object_type", "use").distinct()
    events = tables("addresses")
    both = wanted.join(
        events,
        [wanted.group_id == events[group.column], wanted.object_type == events.object_type, wanted.use == events.use],
    )
    both = both.filter(visible(both, both.as_of) & standing(both))
    return both.select("address_id", "as_of", "group_id", "object_type", "use").distinct()


def standing(objects: ibis.Table) -> ibis.Value:
    """Say which objects were there on the day, as far as known."""
    ended = known_value(objects, all_sources()["addresses"], "ended_on")
    return ended.isnull() | (ended >= objects.as_of)
