"""The register of lets to tourists: registrations, and the nights reported of each year, in one CSV."""

from __future__ import annotations

from datetime import date

import numpy as np
import pyarrow as pa

from experiments.town.arrow import MUNICIPALITY, chosen, dutch_day, joined, key, without_zero
from experiments.town.chunk import Chunk
from experiments.town.lives import YEAR, Floats, Lives
from experiments.town.mess import picked, soiled
from experiments.town.occupancy import HOME
from experiments.town.streams import Ints, lag, span
from experiments.town.suppliers.versions import Records, never

BEFORE_DAYS = 700
"""Lets that began in the last two years before the clock are delivered too."""


def deliver(chunk: Chunk, lives: Lives, ids: pa.Array) -> dict[str, pa.Table]:
    """Give ``toeristische_verhuur.csv``: a row per registration, and a row per registration and year."""
    rng, p, clock = chunk.rng("lodging"), chunk.parameters, chunk.clock
    spell, start, end = _lets(chunk, lives, rng)
    rows = len(spell)
    number = joined(f"{MUNICIPALITY} ", key(chunk.unique(rows, 17), chunk.size.seed + 41))
    given = without_zero(ids.take(pa.array(lives.address[spell])), picked(rows, p.lost_zero_share, rng))
    known = start + lag(rng, rows, p.let_lag_days, late_share=p.late_share)
    end_known = np.maximum(known, end) + lag(rng, rows, p.let_end_lag_days, late_share=p.late_share)
    columns = {
        "Registratienummer": number,
        "Soort": chosen(["Registratie"], np.zeros(rows, dtype=np.int64)),
        "Object": given,
        "Datum": dutch_day(start, clock),
        "Geboekt op": dutch_day(known, clock),
        "Einde": dutch_day(end, clock, by=end_known),
        "Einde geboekt op": dutch_day(end_known, clock),
        "Jaar": pa.nulls(rows, pa.string()),
        "Nachten": pa.nulls(rows, pa.string()),
        "Vervallen": never(rows),
    }
    tables = [Records(chunk, columns, known, "Geboekt op").delivered(rng, deleted="Vervallen")]
    trace = lives.traces[spell, HOME["turnover"]]
    tables += [
        _nights(chunk, {**columns, "Einde": columns["Jaar"], "Einde geboekt op": columns["Jaar"]}, year, start, end, trace, rng)
        for year in clock.years
    ]
    delivered = pa.concat_tables(tables)
    return {"toeristische_verhuur.csv": soiled(delivered, p, rng, broken={"Nachten": "400", "Soort": "?"})}


def _lets(chunk: Chunk, lives: Lives, rng: np.random.Generator) -> tuple[Ints, Ints, Ints]:
    """Give the occupancies with a registration: spell, first day, day of the end."""
    p = chunk.parameters
    home = chunk.objects.is_home[lives.address]
    chance = np.where(home, p.let_share * np.exp(p.turnover_lets * lives.traces[:, HOME["turnover"]]), 0)
    spell = np.flatnonzero((rng.random(len(home)) < chance) & (lives.end > 0))
    start = np.maximum(lives.start[spell], -BEFORE_DAYS) + rng.integers(*p.let_starts_days, len(spell))
    end = np.minimum(lives.end[spell], start + 1 + np.floor(rng.exponential(p.let_years * YEAR, len(spell))).astype(np.int64))
    lasting = (start < end) & (start <= chunk.clock.last)
    return spell[lasting], start[lasting], end[lasting]


def _nights(
    chunk: Chunk, columns: dict[str, pa.Array], year: int, start: Ints, end: Ints, trace: Floats, rng: np.random.Generator
) -> pa.Table:  # fmt: skip
    """Give the nights of one year, as far as someone reported them; a corrected count is a later version."""
    p, clock, rows = chunk.parameters, chunk.clock, len(start)
    first, last = clock.day(date(year, 1, 1)), clock.day(date(year + 1, 1, 1))
    days = np.clip(np.minimum(end, last) - np.maximum(start, first), 0, None)
    nights = np.minimum(rng.poisson(p.let_nights * np.exp(p.turnover_nights * trace) * days / YEAR), days)
    told = pa.array(np.flatnonzero((days > 0) & (rng.random(rows) >= p.nights_unreported_share)))
    known = (last - 1 + span(rng, rows, p.nights_known_days, late_share=p.late_share))[np.asarray(told)]
    counted = nights[np.asarray(told)]
    kept = {name: column.take(told) for name, column in columns.items()}
    kept |= {
        "Soort": chosen(["Nachten"], np.zeros(len(told), dtype=np.int64)),
        "Datum": dutch_day(np.full(len(told), last - 1), clock),
        "Jaar": chosen([str(year)], np.zeros(len(told), dtype=np.int64)),
        "Nachten": pa.array(counted).cast(pa.string()),
    }
    mended = {"Nachten": pa.array(np.maximum(counted - rng.integers(0, 5, len(told)), 0)).cast(pa.string())}
    return Records(chunk, kept, known, "Geboekt op").delivered(rng, corrected=mended)
