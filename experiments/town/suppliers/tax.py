"""The tax office: assessed values in one CSV, semicolons, Windows-1252, decimal commas."""

from __future__ import annotations

from datetime import date

import numpy as np
import pyarrow as pa

from experiments.town.arrow import blanked, chosen, dutch_day, dutch_decimal, joined, padded, table, without_zero
from experiments.town.chunk import Chunk
from experiments.town.lives import Floats, Lives
from experiments.town.mess import picked, soiled
from experiments.town.occupancy import HOME
from experiments.town.streams import Ints


def deliver(chunk: Chunk, lives: Lives, ids: pa.Array) -> dict[str, pa.Table]:
    """Give ``woz_waarden.csv``: a row per object and tax year, and later rows for values that were lowered."""
    rng, p = chunk.rng("tax"), chunk.parameters
    rows = len(chunk)
    quality = np.exp(rng.normal(0, p.value_sd, rows)) * chunk.neighbourhoods.price[chunk.objects.neighbourhood]
    base = chunk.objects.area**0.9 * 1.6 * p.value_eur_per_m2 * quality * np.where(chunk.objects.is_home, 1, 0.5)
    tables = []
    for i, year in enumerate(chunk.clock.years):
        valued, sent = chunk.clock.day(date(year - 1, 1, 1)), chunk.clock.day(date(year, 1, 1))
        state = lives.traces[lives.at(np.arange(rows), max(valued, 0)), HOME["disturbance"]]
        value = base * (1 + p.value_growth_per_year) ** i * np.exp(rng.normal(0, p.value_year_sd, rows) + p.disturbance_value * state)
        tables.append(_rows(chunk, ids, np.arange(rows), value, year, np.full(rows, valued), sent + rng.integers(*p.value_sent_days, rows), rng))
        lowered = np.flatnonzero(picked(rows, p.value_objection_share, rng))
        later = sent + rng.integers(*p.value_objection_days, len(lowered))
        lower = value[lowered] * rng.uniform(*p.value_lowered, len(lowered))
        tables.append(_rows(chunk, ids, lowered, lower, year, np.full(len(lowered), valued), later, rng))
    return {"woz_waarden.csv": soiled(pa.concat_tables(tables), p, rng, broken={"Waarde": "0,00", "Belastingjaar": "22"})}


def _rows(chunk: Chunk, ids: pa.Array, which: Ints, value: Floats, year: int, valued: Ints, sent: Ints, rng: np.random.Generator) -> pa.Table:
    clock, p = chunk.clock, chunk.parameters
    columns = {
        "WOZ-object": joined("WOZ", str(year), padded(chunk.objects.number[which], 9)),
        "Verblijfsobject": without_zero(ids.take(pa.array(which)), picked(len(which), p.lost_zero_share, rng)),
        "Belastingjaar": chosen([str(year)], np.zeros(len(which), dtype=np.int64)),
        "Waardepeildatum": dutch_day(valued, clock),
        "Waarde": blanked(dutch_decimal(np.round(value / 1000) * 1000, 2), picked(len(which), p.missing_share / 10, rng)),
        "Dagtekening beschikking": dutch_day(sent, clock),
    }
    return table(columns, sent <= clock.last)
