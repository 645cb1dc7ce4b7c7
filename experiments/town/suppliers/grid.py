"""The grid operator: open data by postcode, one CSV a year, and what a cable section loses, month by month, in parquet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from experiments.town.arrow import Bools, blanked, chosen, day, dutch_day, dutch_decimal, joined, padded, table
from experiments.town.chunk import Chunk
from experiments.town.energy_use import metered_per_day, unmetered_per_day, used
from experiments.town.geography import postcode
from experiments.town.lives import Floats, Lives
from experiments.town.mess import later, picked, soiled
from experiments.town.streams import Ints, span


@dataclass(frozen=True)
class Areas:
    """The areas that a chunk delivers, each once: one that crosses its bounds is delivered where it begins, over its addresses there.

    Attributes
    ----------
    number : Ints
        Number in the town of each area.
    place : Ints
        For each address of the chunk the place of its area in ``number``, -1 where an earlier chunk delivers it.
    connections : Ints
        Addresses in each area.
    """

    number: Ints
    place: Ints
    connections: Ints

    def total(self, values: Floats | Bools) -> Floats:
        """Add up values of addresses by area."""
        here = self.place >= 0
        return np.bincount(self.place[here], weights=values[here], minlength=len(self.number)).astype(np.float64)


def areas(chunk: Chunk, addresses: int) -> Areas:
    """Give the runs of so many addresses that begin in the chunk."""
    area = chunk.objects.number // addresses
    number = np.unique(area[area * addresses >= chunk.first])
    place = np.where(area * addresses >= chunk.first, np.searchsorted(number, area), -1)
    return Areas(number, place, np.bincount(place[place >= 0], minlength=len(number)))


def cable_sections(chunk: Chunk) -> pa.Array:
    """Give the cable section of each object; of some it is not known."""
    numbers = chunk.objects.number // chunk.parameters.addresses_per_cable_section
    return blanked(_section(numbers), picked(len(chunk), chunk.parameters.missing_share, chunk.rng("cables")))


def deliver(chunk: Chunk, lives: Lives, people: Ints) -> dict[str, pa.Table]:
    """Give ``energie/postcodes_<year>.csv`` and ``netbeheer/kabelvakken.parquet``."""
    per_day = metered_per_day(chunk, lives, people)
    return _postcodes(chunk, lives, per_day) | _sections(chunk, lives, per_day)


def _postcodes(chunk: Chunk, lives: Lives, per_day: Floats) -> dict[str, pa.Table]:
    rng, p, clock = chunk.rng("energy"), chunk.parameters, chunk.clock
    found = areas(chunk, p.addresses_per_postcode)
    heated = rng.random(len(found.number)) < p.heat_network_share
    has_gas = rng.random(len(chunk)) < np.where(heated[found.place], p.heat_network_gas, p.gas_share)
    gas = p.gas_per_m2 * chunk.objects.area * np.exp(rng.normal(0, p.energy_sd, len(chunk))) * has_gas
    tables = []
    for i, year in enumerate(clock.years):
        first, last = clock.day(date(year, 1, 1)), clock.day(date(year + 1, 1, 1))
        drift = np.exp(rng.normal(0, p.energy_year_sd, (2, len(found.number))))
        kwh, m3 = found.total(used(lives, per_day, first, last, len(chunk))) * drift[0], found.total(gas) * drift[1]
        feeding = rng.binomial(found.connections, min(p.feed_in_share + i * p.feed_in_growth, 1.0))
        known = np.full(len(found.number), last + p.energy_published_days)
        columns = (kwh / found.connections, m3, found.total(has_gas).astype(np.int64), feeding / found.connections)
        tables.append(_published(chunk, found, year, *columns, known, np.ones(len(known), dtype=np.bool_), rng))
        again = (columns[0] * rng.uniform(0.8, 1.2, len(known)), *columns[1:])
        tables.append(_published(chunk, found, year, *again, later(known, rng), picked(len(known), p.corrected_share, rng), rng))
    delivered = soiled(pa.concat_tables(tables), p, rng, broken={"Elektriciteit gemiddeld (kWh)": "-1,0", "Aansluitingen": "-5"})
    by_year = {year: delivered.filter(pc.equal(delivered["Jaar"], str(year))) for year in clock.years}
    return {f"energie/postcodes_{year}.csv": rows for year, rows in by_year.items() if len(rows)}


def _published(
    chunk: Chunk, found: Areas, year: int, kwh: Floats, m3: Floats, with_gas: Ints, feeding: Floats, known: Ints, which: Bools,
    rng: np.random.Generator,
) -> pa.Table:  # fmt: skip
    """Give the figures of one year; an average over too few connections is left out by the publisher."""
    p, few = chunk.parameters, found.connections < chunk.parameters.fewest_connections
    columns = {
        "Postcode": postcode(found.number),
        "Jaar": chosen([str(year)], np.zeros(len(known), dtype=np.int64)),
        "Aansluitingen": pa.array(found.connections).cast(pa.string()),
        "Elektriciteit gemiddeld (kWh)": blanked(dutch_decimal(kwh, 1), few | picked(len(known), p.missing_share, rng)),
        "Aansluitingen gas": pa.array(with_gas).cast(pa.string()),
        "Gas gemiddeld (m³)": blanked(dutch_decimal(m3 / np.maximum(with_gas, 1), 1), with_gas < p.fewest_connections),
        "Teruglevering (%)": blanked(dutch_decimal(100 * feeding, 1), few),
        "Gepubliceerd op": dutch_day(known, chunk.clock),
    }
    return table(columns, which & (known <= chunk.clock.last))


def _sections(chunk: Chunk, lives: Lives, per_day: Floats) -> dict[str, pa.Table]:
    """Give the months of each section; one with too few connections is never delivered."""
    rng, p, clock = chunk.rng("cable-losses"), chunk.parameters, chunk.clock
    found = areas(chunk, p.addresses_per_cable_section)
    loss = rng.normal(*p.cable_loss, len(found.number))
    beside = unmetered_per_day(chunk, lives)
    many, tables = found.connections >= p.fewest_connections, []
    for year, month in ((y, m) for y in clock.years for m in range(1, 13)):
        first, last = clock.day(date(year, month, 1)), clock.day(date(year + month // 12, month % 12 + 1, 1))
        metered = found.total(used(lives, per_day, first, last, len(chunk)))
        lost = metered * np.maximum(loss + rng.normal(0, p.cable_month_sd, len(loss)), 0)
        supplied = metered + lost + found.total(used(lives, beside, first, last, len(chunk)))
        known = last - 1 + span(rng, len(loss), p.grid_delivery_days, late_share=p.late_share)
        tables.append(_month(chunk, found, date(year, month, 1), supplied, metered, known, many))
        mended = metered * rng.uniform(0.98, 1.02, len(loss))
        tables.append(
            _month(chunk, found, date(year, month, 1), supplied, mended, later(known, rng), many & picked(len(loss), p.corrected_share, rng))
        )
    rows = pa.concat_tables(tables)
    return {"netbeheer/kabelvakken.parquet": soiled(rows, p, rng, broken={"geleverd_kwh": -1.0, "aansluitingen": 0})}


def _month(chunk: Chunk, found: Areas, first_on: date, supplied: Floats, metered: Floats, known: Ints, which: Bools) -> pa.Table:
    columns = {
        "kabelvak": _section(found.number),
        "maand": pa.array([first_on] * len(known), pa.date32()),
        "aansluitingen": pa.array(found.connections),
        "geleverd_kwh": pa.array(np.round(supplied, 1)),
        "gemeten_kwh": pa.array(np.round(metered, 1)),
        "aangeleverd_op": day(known, chunk.clock),
    }
    return table(columns, which & (known <= chunk.clock.last))


def _section(numbers: Ints) -> pa.Array:
    return joined("KV-", padded(numbers, 7))
