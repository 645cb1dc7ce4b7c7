"""Doors: secondary addresses in the street around the corner, streets that get another name, and which of these a reporter writes down."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from experiments.town.arrow import NEVER, Bools, day
from experiments.town.chunk import Chunk
from experiments.town.geography import STREET, street_name
from experiments.town.mess import picked
from experiments.town.objects import OUTSIDE, USES
from experiments.town.parameters import Parameters, Size
from experiments.town.streams import Clock, Ints, stream

SECONDARY, REUSED = 4_000_000_000, 5_000_000_000
"""Numbers of secondary designations: above those of the town's objects and of what came of them."""
SINCE = -200
"""Day from which the first secondary addresses were there: before every report that names one."""
FIRST = 401
"""House number of the first secondary address in a street; main ones stay below it, or lie above 900."""
KINDS = ("ordinary", "secondary", "new-name", "old-name")


@dataclass(frozen=True)
class Renaming:
    """Streets that get another name within the years: names before and after, and the day, by street."""

    old: pa.Array
    new: pa.Array
    on: Ints
    entry_days: int

    @classmethod
    def draw(cls, size: Size, parameters: Parameters) -> Renaming:
        """Draw which streets of the whole town; the new names are those of streets that the town does not have."""
        rng, count = stream(size, "renamed"), -(-size.addresses // STREET)
        streets = np.flatnonzero(picked(count, parameters.renamed_share, rng))
        on = rng.integers(0, Clock.of(size).days, len(streets))
        return cls(street_name(streets), street_name(count + 2 + streets), on, parameters.renaming_entry_days)

    def place(self, names: pa.Array) -> Ints:
        """Give for each name its place among the renamed streets; -1 where it was not renamed."""
        found: Ints = np.asarray(pc.fill_null(pc.index_in(names, self.old), -1)).astype(np.int64)
        return found

    def named(self, rows: pa.Table, clock: Clock) -> pa.Table:
        """Give rows of a register with the new name in those that were entered after the renaming."""
        place = self.place(rows["openbare_ruimte"].combine_chunks())
        return self._with_new_name(rows, (place >= 0) & (_entered(rows, clock) >= self._known(place)), place)

    def versions(self, rows: pa.Table, clock: Clock) -> pa.Table:
        """Give one more row for each record in a street that was renamed by now, as the record stood that day."""
        place = self.place(rows["openbare_ruimte"].combine_chunks())
        entered, known = _entered(rows, clock), self._known(place)
        ended = np.asarray(pc.fill_null(rows["eind_geldigheid"].cast(pa.int32()), NEVER)).astype(np.int64) - clock.offset
        before = np.flatnonzero((place >= 0) & (known <= clock.last) & (entered < known) & (ended > known - self.entry_days))
        ids = np.asarray(rows["identificatie"].combine_chunks().take(pa.array(before)), dtype=str)
        order = np.lexsort((entered[before], ids))
        last = order[np.append(ids[order][1:] != ids[order][:-1], np.ones(min(1, len(ids)), dtype=np.bool_))]
        which = before[last]
        found = self._with_new_name(rows.take(pa.array(which)), np.ones(len(which), dtype=np.bool_), place[which])
        changed = {"begin_geldigheid": known[which] - self.entry_days, "tijdstip_registratie": known[which]}
        for name, days in changed.items():
            found = found.set_column(found.schema.get_field_index(name), name, day(days, clock))
        return found

    def _known(self, place: Ints) -> Ints:
        days = np.append(self.on + self.entry_days, NEVER)
        return np.asarray(days[place])

    def _with_new_name(self, rows: pa.Table, which: Bools, place: Ints) -> pa.Table:
        names = pc.if_else(pa.array(which), self.new.take(pa.array(np.maximum(place, 0))), rows["openbare_ruimte"].combine_chunks())
        return rows.set_column(rows.schema.get_field_index("openbare_ruimte"), "openbare_ruimte", names)


@dataclass(frozen=True)
class SecondDoors:
    """Secondary addresses of a chunk: place of their object, number of the designation, street, house number, place for the postcode, days."""

    object: Ints
    designation: Ints
    street: Ints
    number: Ints
    postcode: Ints
    since: Ints
    until: Ints

    def of(self, address: Ints, on: Ints) -> Ints:
        """Give for each address and day the place of a secondary address that it has then; -1 where it has none."""
        found, order = np.full(len(address), -1), np.argsort(address, kind="stable")
        first, beyond = (np.searchsorted(address[order], self.object, side) for side in ("left", "right"))
        for at in np.flatnonzero(first < beyond):
            rows = order[first[at] : beyond[at]]
            found[rows[(self.since[at] <= on[rows]) & (on[rows] < self.until[at])]] = at
        return found


def draw_second_doors(chunk: Chunk) -> SecondDoors:
    """Draw which objects have a secondary address, which of these are withdrawn, and which numbers then go to the object next to it."""
    rng, p, objects = chunk.rng("second-doors"), chunk.parameters, chunk.objects
    usual = (objects.kind == 1) & ~np.isin(objects.use, [USES.index(use) for use in OUTSIDE])
    first = np.flatnonzero(picked(len(chunk), p.secondary_share, rng) & usual)
    gone = picked(len(first), p.secondary_ended_share, rng)
    until = np.where(gone, rng.integers(0, chunk.clock.days, len(first)), NEVER)
    again = first[gone & picked(len(first), p.reused_share, rng) & usual[(first + 1) % len(chunk)]]
    reused = np.searchsorted(first, again)
    owner = np.concatenate([first, (again + 1) % len(chunk)])
    door = objects.number[np.concatenate([first, again])]
    street = (door // STREET) ^ 1
    begun = until[reused] + rng.integers(*p.reused_days, len(again))
    return SecondDoors(
        object=owner,
        designation=np.concatenate([SECONDARY + objects.number[first], REUSED + objects.number[again]]),
        street=street,
        number=FIRST + door % STREET,
        postcode=(street * STREET + door % STREET) // p.addresses_per_postcode,
        since=np.concatenate([np.full(len(first), SINCE), begun]),
        until=np.concatenate([until, np.full(len(again), NEVER)]),
    )


@dataclass(frozen=True)
class Written:
    """What reporters write down.

    Attributes
    ----------
    secondary : Bools
        Whether it is a secondary address.
    street : pyarrow.Array
        The name of the street that they use.
    number, postcode : Ints
        House number of the secondary address, and number of its postcode; of no use for a main one.
    kind : Ints
        Place in `KINDS`.
    """

    secondary: Bools
    street: pa.Array
    number: Ints
    postcode: Ints
    kind: Ints


def written(chunk: Chunk, address: Ints, on: Ints) -> Written:
    """Draw by which door and which name reporters speak of an address on a day."""
    rng, p, doors = chunk.rng("doors-written"), chunk.parameters, draw_second_doors(chunk)
    second = np.where(rng.random(len(address)) < p.secondary_named_share, doors.of(address, on), -1)
    streets = np.where(second >= 0, np.append(doors.street, 0)[second], chunk.objects.street[address])
    names, renaming = street_name(streets), Renaming.draw(chunk.size, p)
    place = renaming.place(names)
    after = (place >= 0) & (on >= np.append(renaming.on, NEVER)[place])
    keeps = rng.random(len(address)) < p.old_name_share
    names = pc.if_else(pa.array(after & ~keeps), renaming.new.take(pa.array(np.maximum(place, 0))), names)
    renamed = np.where(after, np.where(keeps, KINDS.index("old-name"), KINDS.index("new-name")), 0)
    return Written(
        secondary=second >= 0,
        street=names,
        number=np.append(doors.number, 0)[second],
        postcode=np.append(doors.postcode, 0)[second],
        kind=np.where(second >= 0, KINDS.index("secondary"), renamed),
    )


def _entered(rows: pa.Table, clock: Clock) -> Ints:
    days: Ints = np.asarray(rows["tijdstip_registratie"].cast(pa.int32())).astype(np.int64) - clock.offset
    return days
