"""The housing corporations: allocations of their homes in parquet. Who was allocated a home is not in it."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from experiments.town.arrow import chosen, day, joined, padded
from experiments.town.chunk import Chunk
from experiments.town.lives import Lives
from experiments.town.mess import soiled
from experiments.town.occupancy import newcomers
from experiments.town.streams import span
from experiments.town.suppliers.deeds import corporation_of
from experiments.town.suppliers.versions import Records, never

KINDS = ("Regulier", "Tijdelijk", "Woningruil")
BEFORE_DAYS = 1500
"""Tenancies that began earlier before the clock are not delivered."""


def deliver(chunk: Chunk, lives: Lives, ids: pa.Array) -> dict[str, pa.Table]:
    """Give ``corporaties/toewijzingen.parquet``: a row per tenancy that began in a home of a corporation."""
    rng, p, clock = chunk.rng("allocations"), chunk.parameters, chunk.clock
    came = newcomers(lives, p.kept_household_share, chunk.rng("newcomers"))
    ours = (corporation_of(chunk) > 0)[lives.address] & came & (lives.start > -BEFORE_DAYS) & (lives.start <= clock.last)
    spell = np.flatnonzero(ours & (rng.random(len(ours)) >= p.allocation_unknown_share))
    address, start, rows = lives.address[spell], lives.start[spell], len(spell)
    known = start + span(rng, rows, p.allocation_lag_days, late_share=p.late_share)
    rooms = np.clip(np.round(chunk.objects.area[address] / p.m2_per_room), 1, p.most_rooms).astype(np.int64)
    columns = {
        "toewijzing_nr": joined("T", padded(chunk.unique(rows, 19), 14)),
        "object": ids.take(pa.array(address)),
        "kamers": pa.array(rooms),
        "soort": chosen(KINDS, rng.choice(len(KINDS), rows, p=p.allocation_kinds)),
        "ingangsdatum": day(start, clock),
        "aangeleverd_op": day(known, clock),
        "vervallen": never(rows),
    }
    again = {"kamers": pa.array(np.clip(rooms + rng.choice([-1, 1], rows), 1, p.most_rooms))}
    delivered = Records(chunk, columns, known, "aangeleverd_op", day).delivered(rng, corrected=again, deleted="vervallen")
    return {"corporaties/toewijzingen.parquet": soiled(delivered, p, rng, broken={"kamers": 99, "soort": "?"})}
