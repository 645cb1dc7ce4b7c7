"""Objects that were split or merged: the old ones end on a day, and on that day new ones begin, each with an id of its own.

Most of them are places outside every theme's cohort (assembly, care), because no other register of this town follows the change: a home
that began without a single registration would be a finding that we made ourselves. A few are inside: protected homes, of which no list takes over
the new ids, and so few others that no figure rests on them.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from experiments.town.arrow import day, joined, object_id, padded
from experiments.town.chunk import Chunk
from experiments.town.mess import Bools, picked
from experiments.town.objects import OUTSIDE, USES
from experiments.town.streams import Ints

SPLIT, MERGED = 2_000_000_000, 3_000_000_000
"""Numbers of objects that came of another: above those of the town's own objects, which fit in nine digits."""


@dataclass(frozen=True)
class Redivision:
    """What was redivided: places in the chunk and days.

    Attributes
    ----------
    split, split_on : Ints
        Objects that became two, and when.
    merged, merged_on : Ints
        First of two neighbours in a building that became one, and when.
    """

    split: Ints
    split_on: Ints
    merged: Ints
    merged_on: Ints

    def and_also(self, other: Redivision) -> Redivision:
        """Give what was redivided in either."""
        return Redivision(*(np.concatenate([getattr(self, f.name), getattr(other, f.name)]) for f in fields(self)))


def draw_redivision(chunk: Chunk, free: Bools, protected: Bools) -> Redivision:
    """Draw which of the ``free`` objects are split or merged, and when; those that were withdrawn are not free."""
    p, objects = chunk.parameters, chunk.objects
    outside = np.isin(objects.use, [USES.index(use) for use in OUTSIDE])
    kinds = [
        (outside, p.merged_share, p.split_share, "redivision"),
        (protected & ~outside, p.protected_redivided_share, p.protected_redivided_share, "redivision of protected places"),
        (~protected & ~outside, p.inside_redivided_share, p.inside_redivided_share, "redivision inside"),
    ]
    drawn = Redivision(*(np.zeros(0, dtype=np.int64) for _ in range(4)))
    for some, merged_share, split_share, part in kinds:
        taken = np.concatenate([drawn.split, drawn.merged, drawn.merged + 1])
        left = free & ~np.isin(np.arange(len(chunk)), taken)
        drawn = drawn.and_also(_draw(chunk, left, some, merged_share, split_share, chunk.rng(part)))
    return drawn


def _draw(chunk: Chunk, free: Bools, some: Bools, merged_share: float, split_share: float, rng: np.random.Generator) -> Redivision:
    objects = chunk.objects
    ours = free & some & (objects.kind == 1)
    next_too = np.append((objects.building[1:] == objects.building[:-1]) & free[1:] & (objects.kind[1:] == 1), False)
    pairs = np.flatnonzero(ours & next_too)
    pairs = pairs[np.diff(pairs, prepend=-2) > 1]
    merged = pairs[picked(len(pairs), merged_share, rng)]
    alone = np.setdiff1d(np.flatnonzero(ours), np.concatenate([merged, merged + 1]))
    split = alone[picked(len(alone), split_share, rng)]
    return Redivision(split, rng.integers(0, chunk.clock.days, len(split)), merged, rng.integers(0, chunk.clock.days, len(merged)))


def new_objects(chunk: Chunk, rows: pa.Table, found: Redivision) -> pa.Table:
    """Give the rows of the objects that began, as far as they are known by now."""
    return pa.concat_tables([_halves(chunk, rows, found), _whole(chunk, rows, found)])


def ended(chunk: Chunk, rows: pa.Table, found: Redivision) -> pa.Table:
    """Give the rows of the register with the old objects ended, as far as that is known by now."""
    which = np.concatenate([found.split, found.merged, found.merged + 1])
    on = np.concatenate([found.split_on, found.merged_on, found.merged_on])
    known = on + chunk.parameters.redivision_entry_days
    place = np.full(len(rows), -1)
    place[which] = np.arange(len(which))
    ours, taken = pa.array(place >= 0), pa.array(np.maximum(place, 0))
    if len(which):
        for name, days in (("eind_geldigheid", day(on, chunk.clock, by=known)), ("eind_geregistreerd", day(known, chunk.clock))):
            column = pc.if_else(ours, days.take(taken), rows[name].combine_chunks())
            rows = rows.set_column(rows.schema.get_field_index(name), name, column)
    return rows


def _halves(chunk: Chunk, rows: pa.Table, found: Redivision) -> pa.Table:
    """Give the two objects that come of each split one: half the floor area, a letter behind what stood at the door."""
    parts = []
    for half, letter in enumerate("AB"):
        new = rows.take(pa.array(found.split))
        addition = joined(pc.fill_null(new["toevoeging"].combine_chunks(), ""), letter)
        number = SPLIT + 10 * chunk.objects.number[found.split] + half
        parts.append(_begun(chunk, new, number, found.split_on, np.maximum(chunk.objects.area[found.split] // 2, 2), addition))
    return pa.concat_tables(parts)


def _whole(chunk: Chunk, rows: pa.Table, found: Redivision) -> pa.Table:
    """Give the object that comes of each pair: both floor areas, at the door of the first."""
    new = rows.take(pa.array(found.merged))
    area = chunk.objects.area[found.merged] + chunk.objects.area[found.merged + 1]
    number = MERGED + chunk.objects.number[found.merged]
    return _begun(chunk, new, number, found.merged_on, area, new["toevoeging"].combine_chunks())


def _begun(chunk: Chunk, new: pa.Table, number: Ints, on: Ints, area: np.ndarray, addition: pa.Array) -> pa.Table:
    known, clock = on + chunk.parameters.redivision_entry_days, chunk.clock
    changed = {
        "identificatie": object_id(number),
        "documentnummer": joined("BAG", padded(number, 10)),
        "begin_geldigheid": day(on, clock),
        "tijdstip_registratie": day(known, clock),
        "eind_geldigheid": pa.nulls(len(new), pa.date32()),
        "eind_geregistreerd": pa.nulls(len(new), pa.date32()),
        "oppervlakte": pa.array(area.astype(np.int64)),
        "toevoeging": addition,
    }
    for name, column in changed.items():
        new = new.set_column(new.schema.get_field_index(name), name, column)
    return new.filter(pa.array(known <= clock.last))
