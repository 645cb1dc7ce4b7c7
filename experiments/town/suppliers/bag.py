"""The address and building register, with the doors of its objects and the list of those that are protected."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from experiments.town.arrow import NEVER, blanked, chosen, day, joined, object_id, padded, table
from experiments.town.chunk import Chunk
from experiments.town.doors import Renaming
from experiments.town.geography import neighbourhood_code, postcode, street_name
from experiments.town.mess import picked, soiled
from experiments.town.objects import Objects
from experiments.town.streams import Ints, lag
from experiments.town.suppliers import designations, protecting
from experiments.town.suppliers.grid import cable_sections
from experiments.town.suppliers.redivided import draw_redivision, ended, new_objects

USES = {
    "residential": "woonfunctie",
    "hospitality": "bijeenkomstfunctie horeca",
    "lodging": "logiesfunctie",
    "retail": "winkelfunctie",
    "office": "kantoorfunctie",
    "industry": "industriefunctie",
    "other": "overige gebruiksfunctie",
    "assembly": "bijeenkomstfunctie",
    "care": "gezondheidszorgfunctie",
}
TYPES = ("", "01", "02", "03")


def deliver(chunk: Chunk, protection: Ints) -> dict[str, pa.Table]:
    """Give ``bag/objecten.parquet``, ``nummeraanduidingen.parquet`` and ``beschermd.csv``.

    ``protection`` holds for each object its place in `PROTECTIONS`.
    """
    rng = chunk.rng("bag")
    ids = object_ids(chunk)
    rows = _objects(chunk, ids, rng)
    found = draw_redivision(chunk, np.asarray(rows["eind_geldigheid"].is_null()), protection > 0)
    begun, rows = new_objects(chunk, rows, found), ended(chunk, rows, found)
    objects = pa.concat_tables([rows, _corrections(chunk, rows, rng)])
    renaming, clock = Renaming.draw(chunk.size, chunk.parameters), chunk.clock
    later = renaming.versions(pa.concat_tables([objects, begun]), clock)
    junk = rows.slice(0, 1 + int(chunk.parameters.broken_share * len(rows)))
    junk = junk.set_column(0, "identificatie", padded(np.arange(len(junk)), 6)).set_column(
        2, "documentnummer", joined("TEST", padded(np.arange(len(junk)), 6))
    )
    delivered = soiled(renaming.named(objects, clock), chunk.parameters, rng, broken={"bouwjaar": 20222})
    tables = {"bag/objecten.parquet": pa.concat_tables([delivered, renaming.named(begun, clock), later, junk])}
    return tables | protecting.deliver(chunk, ids, protection, rng) | designations.deliver(chunk, rows, begun, renaming)


def object_ids(chunk: Chunk) -> pa.Array:
    """Give the 16-digit ids of the chunk's objects."""
    return object_id(chunk.objects.number + 1, chosen(TYPES, chunk.objects.kind))


def house_numbers(chunk: Chunk) -> tuple[Ints, pa.Array, pa.Array]:
    """Give house number, letter and addition of each object; unique within a street."""
    objects = chunk.objects
    together = (objects.units > 1) & (
        np.random.default_rng(chunk.size.seed).permutation(97)[objects.building % 97] < 97 * chunk.parameters.numbered_share
    )
    letters = together & (objects.units <= 26) & (objects.building % 2 == 0)
    place = np.where(together, objects.building, objects.number)
    number = place - objects.street * 80 + 1
    number = np.where(number < 1, 900 + objects.building % 97, number)
    letter = chosen([chr(65 + i) for i in range(26)], np.minimum(objects.unit, 25))
    addition = pa.array(objects.unit + 1).cast(pa.string())
    return number, blanked(letter, ~letters), blanked(addition, ~together | letters)


def _objects(chunk: Chunk, ids: pa.Array, rng: np.random.Generator) -> pa.Table:
    objects, clock, p, (number, letter, addition) = chunk.objects, chunk.clock, chunk.parameters, house_numbers(chunk)
    built = (objects.built_year - clock.first_on.year) * 365.25 + rng.integers(0, 180, len(objects))
    began = np.maximum(built, clock.day(clock.first_on.replace(year=1950))).astype(np.int64)
    entered = np.maximum(began, np.minimum(began + lag(rng, len(objects), p.building_entry_days), -1))
    withdrawn = np.where(rng.random(len(objects)) < p.withdrawn_share, rng.integers(0, clock.days, len(objects)), NEVER)
    second = ((rng.random(len(objects)) < p.second_use_share) & objects.is_home).astype(np.int64)
    area = np.where(rng.random(len(objects)) < p.unknown_area_share, rng.choice([1, 999_999], len(objects)), objects.area)
    return table(
        {
            "identificatie": ids,
            "pandidentificatie": object_id(objects.building + 1, "10"),
            "documentnummer": joined("BAG", padded(objects.number, 9)),
            "begin_geldigheid": day(began, clock),
            "tijdstip_registratie": day(entered, clock),
            "eind_geldigheid": day(withdrawn, clock, by=withdrawn + 9),
            "eind_geregistreerd": day(withdrawn + 9, clock),
            "gebruiksdoel": joined(chosen(list(USES.values()), objects.use), chosen(["", ",overige gebruiksfunctie"], second)),
            "oppervlakte": pa.array(area.astype(np.int64)),
            "bouwjaar": pa.array(objects.built_year),
            "openbare_ruimte": street_name(objects.street),
            "huisnummer": pa.array(number),
            "huisletter": letter,
            "toevoeging": addition,
            "postcode": blanked(postcode(objects.number // p.addresses_per_postcode), picked(len(objects), 0.001, rng)),
            "buurtcode": neighbourhood_code(objects.neighbourhood),
            **_coordinates(objects, rng),
            "kabelvak": cable_sections(chunk),
        }
    )


def _coordinates(objects: Objects, rng: np.random.Generator) -> dict[str, pa.Array]:
    """Give metres on the national grid: a square of 40 by 40 a neighbourhood, in a country of its own."""
    east = 114_000 + 40 * (objects.neighbourhood % 90) + rng.uniform(0, 40, len(objects))
    north = 496_000 + 40 * (objects.neighbourhood // 90) + rng.uniform(0, 40, len(objects))
    return {"x": pa.array(np.round(east, 1)), "y": pa.array(np.round(north, 1))}


def _corrections(chunk: Chunk, rows: pa.Table, rng: np.random.Generator) -> pa.Table:
    """Give later versions of some objects: the floor area was measured again."""
    again = np.flatnonzero(picked(len(rows), chunk.parameters.corrected_share, rng))
    version = rows.take(pa.array(again))
    measured = np.clip(np.round(chunk.objects.area[again] * rng.uniform(0.85, 1.2, len(again))), 10, 9500).astype(np.int64)
    known = day(rng.integers(1, chunk.clock.days, len(again)), chunk.clock)
    place = version.schema.get_field_index
    version = version.set_column(place("oppervlakte"), "oppervlakte", pa.array(measured))
    return version.set_column(place("tijdstip_registratie"), "tijdstip_registratie", known)
