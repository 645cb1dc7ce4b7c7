"""The water company: one CSV a year, semicolons, Windows-1252, decimal commas; ids went through a spreadsheet."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from experiments.town.arrow import Bools, blanked, chosen, dutch_day, dutch_decimal, joined, padded, table, without_zero
from experiments.town.chunk import Chunk
from experiments.town.lives import Floats, Lives
from experiments.town.mess import picked, soiled
from experiments.town.streams import Ints, span

READINGS = ("Opgenomen", "Zelf doorgegeven", "Geschat")


def deliver(chunk: Chunk, lives: Lives, per_day: Floats, ids: pa.Array) -> dict[str, pa.Table]:
    """Give ``water/verbruik_<year>.csv``, a row per meter and year."""
    rng, p = chunk.rng("water"), chunk.parameters
    read_on = _reading_days(chunk, rng)
    shared = (chunk.objects.units > 1) & (
        np.random.default_rng([chunk.size.seed, 3]).random(4096)[chunk.objects.building % 4096] < p.shared_meter_share
    )
    tables = {}
    previous = _volume(lives, per_day, read_on[:, 0] - 365, read_on[:, 0], len(chunk))
    for i in range(1, read_on.shape[1]):
        start, end = read_on[:, i - 1], read_on[:, i]
        volume = _volume(lives, per_day, start, end, len(chunk)) * np.exp(rng.normal(0, p.period_sd, len(chunk)))
        volume = np.where(shared, _of_building(volume, chunk), volume)
        year = chunk.clock.first_on.year + i - 1
        tables[f"water/verbruik_{year}.csv"] = _year(chunk, ids, year, start, end, volume, previous, shared, rng)
        previous = volume
    return tables


def _reading_days(chunk: Chunk, rng: np.random.Generator) -> Ints:
    years = chunk.clock.days // 365
    usual = rng.integers(0, 365, len(chunk))[:, None] + 365 * np.arange(-1, years)[None, :]
    return np.sort(np.floor(usual + rng.normal(0, chunk.parameters.reading_days_sd, usual.shape)).astype(np.int64), axis=1)


def _volume(lives: Lives, per_day: Floats, start: Ints, end: Ints, count: int) -> Floats:
    """Give the water used at each address between two days of its own."""
    used = np.bincount(lives.address, weights=per_day * lives.overlap(start[lives.address], end[lives.address]), minlength=count)
    return used.astype(np.float64)


def _of_building(volume: Floats, chunk: Chunk) -> Floats:
    """Give what the one meter of a building counts."""
    place = chunk.objects.building - chunk.first
    return np.bincount(place, weights=volume, minlength=len(chunk))[place].astype(np.float64)


def _year(
    chunk: Chunk, ids: pa.Array, year: int, start: Ints, end: Ints, volume: Floats, previous: Floats, shared: Bools, rng: np.random.Generator
) -> pa.Table:  # fmt: skip
    p, rows = chunk.parameters, len(chunk)
    kind = rng.choice(3, rows, p=[1 - p.water_self_share - p.water_estimated_share, p.water_self_share, p.water_estimated_share])
    stated = np.where(kind == 2, np.round(previous), np.where(kind == 1, np.round(volume), volume))
    known = end + span(rng, rows, p.water_delivery_days, late_share=p.late_share)
    number = joined("W", str(year), "-", padded(chunk.objects.number, 9))
    first = _rows(chunk, ids, number, start, end, stated, kind, shared, known, rng)
    again = np.flatnonzero(picked(rows, p.corrected_share, rng))
    mended = np.where(kind[again] == 2, volume[again], stated[again] * rng.uniform(0.6, 1.4, len(again)))
    later = known[again] + rng.integers(20, 400, len(again))
    parts = (start, end, kind * 0, shared)
    second = _rows(chunk, ids.take(pa.array(again)), number.take(pa.array(again)), parts[0][again], parts[1][again], mended,
                   parts[2][again], parts[3][again], later, rng)  # fmt: skip
    return soiled(pa.concat_tables([first, second]), p, rng, broken={"Verbruik (m³)": "-12,0", "Opname": "?", "Periode van": "31-02-2020"})


def _rows(
    chunk: Chunk, ids: pa.Array, number: pa.Array, start: Ints, end: Ints, volume: Floats, kind: Ints, shared: Bools, known: Ints,
    rng: np.random.Generator,
) -> pa.Table:  # fmt: skip
    p, rows, clock = chunk.parameters, len(start), chunk.clock
    known = np.asarray(-(-known // 30) * 30)
    columns = {
        "Levering": number,
        "Object": without_zero(ids, picked(rows, p.lost_zero_share, rng)),
        "Periode van": dutch_day(start, clock),
        "Periode tot en met": dutch_day(end - 1, clock),
        "Verbruik (m³)": blanked(dutch_decimal(np.minimum(volume, 49_000), 1), picked(rows, p.missing_share, rng)),
        "Opname": chosen(READINGS, kind),
        "Gedeelde meter": chosen(["N", "J"], shared.astype(np.int64)),
        "Aangeleverd op": dutch_day(known, clock),
    }
    return table(columns, known <= clock.last)
