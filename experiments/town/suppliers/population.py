"""The population register: registrations with people in them, as its owner has them, and departures.

What is delivered is made from them at the owner: counts, and a keyed hash for each household.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from experiments.town.arrow import NEVER, chosen, day, joined, padded, table
from experiments.town.chunk import Chunk
from experiments.town.lives import Lives
from experiments.town.mess import later, picked, soiled
from experiments.town.occupancy import HOME, Households
from experiments.town.streams import Ints, lag
from experiments.town.suppliers.people import people
from features.pseudonymise import Keyed, Listing

DELETED_AFTER_DAYS = 40
OWNERS_FILE = "inschrijvingen.parquet"
"""The registrations with people in them: never in the raw folder."""

DELIVERED = "brp/inschrijvingen.parquet"
LISTING = Listing(
    form="parquet",
    keep=("inschrijving_nr", "adresseerbaar_object", "aantal", "datum_vestiging", "verwerkt_op", "in_onderzoek", "vervallen"),
    keyed=(Keyed(column="huishouden", name="huishoud_sleutel", domain="household"),),
)
"""What may leave the register: the same as municipalities/zaanwijk/pseudonymise.toml, which a test compares."""


@dataclass(frozen=True)
class _Register:
    """What every version of a registration is made from."""

    chunk: Chunk
    found: Households
    ids: pa.Array
    number: pa.Array
    entered: Ints

    def versions(self, which: Ints, known: Ints, residents: Ints, *, investigated: bool = False, deleted: bool = False) -> pa.Table:
        """Give versions of some registrations, as far as they are known by now."""
        found, clock = self.found, self.chunk.clock
        columns = {
            "inschrijving_nr": self.number.take(pa.array(which)),
            "adresseerbaar_object": self.ids.take(pa.array(found.address[which])),
            "huishouden": pa.array(found.household[which]),
            **people(self.chunk, found.household, which),
            "aantal": pa.array(residents),
            "datum_vestiging": day(found.start[which], clock),
            "verwerkt_op": day(known, clock),
            "in_onderzoek": chosen(["N", "J"], np.full(len(which), int(investigated))),
            "vervallen": chosen(["N", "J"], np.full(len(which), int(deleted))),
        }
        return table(columns, (known <= clock.last) & (found.start[which] <= clock.last))


def deliver(chunk: Chunk, lives: Lives, found: Households, ids: pa.Array) -> dict[str, pa.Table]:
    """Give the registrations as the owner has them, and ``brp/vertrekken.parquet``."""
    rng, p = chunk.rng("population"), chunk.parameters
    rows = len(found.start)
    entered = found.start + lag(rng, rows, p.registration_lag_days, late_share=p.late_share)
    register = _Register(chunk, found, ids, joined("I", padded(chunk.unique(rows, 2), 14)), entered)
    deleted = np.flatnonzero(picked(rows, p.deleted_share, rng))
    versions = [
        register.versions(np.arange(rows), entered, found.people),
        _investigated(register, lives, rng),
        _recounted(register, rng),
        register.versions(deleted, entered[deleted] + DELETED_AFTER_DAYS, found.people[deleted], deleted=True),
    ]
    arrivals = soiled(pa.concat_tables(versions), p, rng, broken={"aantal": 0})
    return {OWNERS_FILE: arrivals, "brp/vertrekken.parquet": _departures(register, rng)}


def _investigated(register: _Register, lives: Lives, rng: np.random.Generator) -> pa.Table:
    found, clock, p = register.found, register.chunk.clock, register.chunk.parameters
    chance = p.investigated_share * np.exp(p.paperwork_investigated * lives.traces[found.spell, HOME["paperwork"]])
    which = np.flatnonzero(rng.random(len(chance)) < chance)
    last = np.minimum(found.end, clock.days)[which]
    first = np.maximum(found.start[which], -500)
    known = np.floor(first + rng.random(len(which)) * np.maximum(last - first, 1)).astype(np.int64)
    return register.versions(which, np.maximum(register.entered[which] + 1, known), found.people[which], investigated=True)


def _recounted(register: _Register, rng: np.random.Generator) -> pa.Table:
    found = register.found
    which = np.flatnonzero(picked(len(found.start), register.chunk.parameters.corrected_share, rng))
    people = np.maximum(found.people[which] + rng.choice([-1, 1], len(which)), 1)
    return register.versions(which, register.entered[which] + rng.integers(5, 500, len(which)), people)


def _departures(register: _Register, rng: np.random.Generator) -> pa.Table:
    """Give departures as they were processed; some get another day later, some turn out not to have happened."""
    found, p, clock = register.found, register.chunk.parameters, register.chunk.clock
    known = found.end + lag(rng, len(found.end), 2 * p.registration_lag_days, late_share=2 * p.late_share)
    reported = np.flatnonzero((found.end < NEVER) & (known <= clock.last) & (rng.random(len(found.end)) >= p.departure_unreported_share))

    def versions(which: Ints, processed: Ints, end: Ints, *, annulled: bool = False) -> pa.Table:
        columns = {
            "inschrijving_nr": register.number.take(pa.array(which)),
            "datum_vertrek": day(end, clock),
            "verwerkt_op": day(processed, clock),
            "vervallen": chosen(["N", "J"], np.full(len(which), int(annulled))),
        }
        return table(columns, processed <= clock.last)

    moved, annulled = (reported[picked(len(reported), share, rng)] for share in (p.corrected_share, p.deleted_share))
    other_day = np.minimum(np.maximum(found.start[moved] + 1, found.end[moved] + rng.integers(-30, 31, len(moved))), known[moved])
    parts = [
        versions(reported, known[reported], found.end[reported]),
        versions(moved, later(known[moved], rng), other_day),
        versions(annulled, later(known[annulled], rng), found.end[annulled], annulled=True),
    ]
    return soiled(pa.concat_tables(parts), p, rng, broken={"inschrijving_nr": "I-ONBEKEND"})
