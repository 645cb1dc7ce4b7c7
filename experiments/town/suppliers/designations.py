"""The numbers on the doors, as the address register delivers them, and suppliers that give the id of one in the place of an object."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from experiments.town.arrow import blanked, chosen, day, object_id, table
from experiments.town.chunk import Chunk
from experiments.town.doors import Renaming, SecondDoors, draw_second_doors
from experiments.town.geography import postcode, street_name
from experiments.town.mess import soiled
from experiments.town.objects import OUTSIDE, USES
from experiments.town.streams import Ints
from experiments.town.suppliers.redivided import MERGED

TYPE = "20"
STATUS = ("Naamgeving uitgegeven", "Naamgeving ingetrokken")


def deliver(chunk: Chunk, rows: pa.Table, begun: pa.Table, renaming: Renaming) -> dict[str, pa.Table]:
    """Give ``nummeraanduidingen.parquet``: a main one for each object of the register, and the secondary ones.

    What comes of two objects that were merged takes over the designation of the first, with its id.
    """
    whole = pa.concat_tables([_main(rows), _main(begun), _secondary(chunk, draw_second_doors(chunk))])
    all_versions = pa.concat_tables([renaming.named(whole, chunk.clock), renaming.versions(whole, chunk.clock)])
    return {"nummeraanduidingen.parquet": soiled(all_versions, chunk.parameters, chunk.rng("designations"), broken={"huisnummer": 0})}


def given_ids(chunk: Chunk, part: str, address: Ints, on: Ints, ids: pa.Array) -> tuple[pa.Array, Ints]:
    """Give the ids that a supplier gives for addresses on a day, and where these are of a designation: 1 for a main one, 2 for a secondary one.

    Objects outside every cohort have their own id always: they are split and merged, and suppliers of this town do not follow that.
    """
    rng, objects = chunk.rng(f"designation-ids {part}"), chunk.objects
    outside = np.isin(objects.use, [USES.index(use) for use in OUTSIDE])[address]
    ours = (rng.random(len(address)) < chunk.parameters.designation_id_share) & ~outside
    doors = draw_second_doors(chunk)
    second = np.where(ours, doors.of(address, on), -1)
    number = np.where(second >= 0, np.append(doors.designation, 0)[second], objects.number[address] + 1)
    kind = np.where(ours, np.where(second >= 0, 2, 1), 0)
    return pc.if_else(pa.array(ours), object_id(number, TYPE), ids.take(pa.array(address))), kind


def _main(rows: pa.Table) -> pa.Table:
    ids = rows["identificatie"].combine_chunks()
    number = np.asarray(pc.utf8_slice_codeunits(ids, 6, 16).cast(pa.int64())).astype(np.int64)
    columns = {name: rows[name].combine_chunks() for name in rows.column_names}
    return _shaped(
        columns | {"huisnummertoevoeging": columns["toevoeging"]},
        designation=np.where((number >= MERGED) & (number < MERGED + 10**9), number - MERGED + 1, number),
        leads_to=ids,
        kind="Hoofdadres",
    )


def _secondary(chunk: Chunk, doors: SecondDoors) -> pa.Table:
    """Give the secondary ones, as far as they are known by now."""
    clock, entry, rows = chunk.clock, chunk.parameters.redivision_entry_days, len(doors.object)
    empty = blanked(chosen([""], np.zeros(rows, dtype=np.int64)), np.ones(rows, dtype=np.bool_))
    objects = object_id(chunk.objects.number[doors.object] + 1)
    columns = {
        "begin_geldigheid": day(doors.since, clock),
        "tijdstip_registratie": day(doors.since + entry, clock),
        "eind_geldigheid": day(doors.until, clock, by=doors.until + entry),
        "eind_geregistreerd": day(doors.until + entry, clock),
        "openbare_ruimte": street_name(doors.street),
        "huisnummer": pa.array(doors.number),
        "huisletter": empty,
        "huisnummertoevoeging": empty,
        "postcode": postcode(doors.postcode),
    }
    known = pa.array(doors.since + entry <= clock.last)
    return _shaped(columns, designation=doors.designation, leads_to=objects, kind="Nevenadres").filter(known)


def _shaped(columns: dict[str, pa.Array], *, designation: Ints, leads_to: pa.Array, kind: str) -> pa.Table:
    ended = np.asarray(columns["eind_geldigheid"].is_valid()).astype(np.int64)
    shape = ("openbare_ruimte", "huisnummer", "huisletter", "huisnummertoevoeging", "postcode")
    days = ("begin_geldigheid", "tijdstip_registratie", "eind_geldigheid", "eind_geregistreerd")
    return table(
        {
            "identificatie": object_id(designation, TYPE),
            "status": chosen(STATUS, ended),
            **{name: columns[name] for name in (*shape, *days)},
            "adresseerbaar_object": leads_to,
            "soort_adres": chosen([kind], np.zeros(len(designation), dtype=np.int64)),
        }
    )
