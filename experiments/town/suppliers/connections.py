"""The grid operator on single connections: a CSV a year of what each uses. Written only where a study asks for it: as a rule nobody may read it."""

from __future__ import annotations

from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from experiments.town.arrow import blanked, chosen, dutch_day, dutch_decimal, joined, padded, table, without_zero
from experiments.town.chunk import Chunk
from experiments.town.energy_use import metered_per_day, used
from experiments.town.lives import Floats, Lives
from experiments.town.mess import later, picked, soiled
from experiments.town.streams import Ints, span

READINGS = ("Opgenomen", "Zelf doorgegeven", "Geschat")


def deliver(chunk: Chunk, lives: Lives, people: Ints, ids: pa.Array) -> dict[str, pa.Table]:
    """Give ``aansluitingen/verbruik_<year>.csv``; nothing where no connection is delivered."""
    p, clock, rng = chunk.parameters, chunk.clock, chunk.rng("connections")
    delivered = rng.random(len(chunk)) < p.connections_delivered_share
    if not delivered.any():
        return {}
    per_day = metered_per_day(chunk, lives, people)
    gas = p.gas_per_m2 * chunk.objects.area * np.exp(rng.normal(0, p.energy_sd, len(chunk)))
    fixed = {"gas": rng.random(len(chunk)) < p.gas_share, "feeds": rng.random(len(chunk)) < p.feed_in_share, "delivered": delivered}
    tables: dict[str, pa.Table] = {}
    previous = used(lives, per_day, 0, clock.day(date(clock.years[0] + 1, 1, 1)), len(chunk))
    for year in clock.years:
        first, last = clock.day(date(year, 1, 1)), clock.day(date(year + 1, 1, 1))
        kwh = used(lives, per_day, first, last, len(chunk))
        name, rows = f"aansluitingen/verbruik_{year}.csv", _year(chunk, ids, year, kwh, previous, gas, fixed, last, rng)
        tables |= {name: rows} if len(rows) else {}
        previous = kwh
    return tables


def _year(
    chunk: Chunk, ids: pa.Array, year: int, kwh: Floats, previous: Floats, gas: Floats, fixed: dict[str, np.ndarray], last: int,
    rng: np.random.Generator,
) -> pa.Table:  # fmt: skip
    """Give the rows of one year: an estimate repeats the year before, and some years are counted again."""
    p, rows = chunk.parameters, len(chunk)
    kind = rng.choice(3, rows, p=[1 - p.water_self_share - p.connection_estimated_share, p.water_self_share, p.connection_estimated_share])
    stated = np.where(kind == 2, np.round(previous), kwh)
    m3 = gas * np.exp(rng.normal(0, p.energy_year_sd, rows))
    known = last - 1 + p.energy_published_days + span(rng, rows, p.grid_delivery_days, late_share=p.late_share)
    again = fixed["delivered"] & picked(rows, p.corrected_share, rng)
    mended = np.where(kind == 2, kwh, stated * rng.uniform(0.8, 1.2, rows))
    parts = [(stated, kind, known, fixed["delivered"]), (mended, kind * 0, later(known, rng), again)]
    both = pa.concat_tables([_rows(chunk, ids, year, amount, m3, how, fixed, when, which, rng) for amount, how, when, which in parts])
    return soiled(both, p, rng, broken={"Elektriciteit (kWh)": "-1,0", "Opname": "?"}) if len(both) else both


def _rows(
    chunk: Chunk, ids: pa.Array, year: int, kwh: Floats, m3: Floats, kind: Ints, fixed: dict[str, np.ndarray], known: Ints, which: np.ndarray,
    rng: np.random.Generator,
) -> pa.Table:  # fmt: skip
    p, rows = chunk.parameters, len(chunk)
    shared = (chunk.objects.units > 1) & (fixed["feeds"] & fixed["gas"])
    columns = {
        "Levering": joined("E", str(year), "-", padded(chunk.objects.number, 9)),
        "Object": without_zero(ids, picked(rows, p.lost_zero_share, rng)),
        "Jaar": chosen([str(year)], np.zeros(rows, dtype=np.int64)),
        "Elektriciteit (kWh)": blanked(dutch_decimal(kwh, 1), picked(rows, p.missing_share, rng)),
        "Gas (m³)": blanked(dutch_decimal(m3, 1), ~fixed["gas"]),
        "Opname": chosen(READINGS, kind),
        "Teruglevering": chosen(["N", "J"], fixed["feeds"].astype(np.int64)),
        "Gedeelde aansluiting": chosen(["N", "J"], shared.astype(np.int64)),
        "Aangeleverd op": dutch_day(known, chunk.clock),
    }
    return table(columns, pc.and_(pa.array(which), pa.array(known <= chunk.clock.last)).to_numpy(zero_copy_only=False))
