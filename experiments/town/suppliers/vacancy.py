"""The register of vacancy: one CSV of the housing department. Ends are entered late or never."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from experiments.town.arrow import NEVER, chosen, dutch_day, joined, padded, without_zero
from experiments.town.chunk import Chunk
from experiments.town.lives import Lives
from experiments.town.mess import picked, soiled
from experiments.town.occupancy import HOME, PREMISES, during
from experiments.town.streams import lag, span
from experiments.town.suppliers.versions import Records, never

KINDS = ("Gemeld door eigenaar", "Vastgesteld", "Vergunning tijdelijke verhuur")
MOST_PER_YEAR = 2.0
"""Vacancies a year at one address, at most."""


def deliver(chunk: Chunk, lives: Lives, ids: pa.Array) -> dict[str, pa.Table]:
    """Give ``leegstand.csv``: a row per vacancy that became known."""
    rng, p, clock = chunk.rng("vacancy"), chunk.parameters, chunk.clock
    home = chunk.objects.is_home[lives.address]
    away = np.where(home, lives.traces[:, HOME["absence"]], lives.traces[:, PREMISES["quiet"]])
    rate = np.where(home, *p.vacancy_per_year) * np.exp(p.away_vacancy * away)
    spell, on = during(lives, np.minimum(rate, MOST_PER_YEAR), days=clock.days, rng=rng)
    rows = len(spell)
    known = on + span(rng, rows, p.vacancy_known_days, late_share=p.late_share)
    end = on + span(rng, rows, p.vacancy_days)
    end_known = np.maximum(known, end) + lag(rng, rows, p.vacancy_end_lag_days, late_share=p.late_share)
    end_known = np.where(rng.random(rows) < p.vacancy_lingers_share, NEVER, end_known)
    kind = rng.choice(len(KINDS), rows, p=p.vacancy_kinds)
    columns = {
        "Leegstandnummer": joined("L", padded(chunk.unique(rows, 18), 14)),
        "Object": without_zero(ids.take(pa.array(lives.address[spell])), picked(rows, p.lost_zero_share, rng)),
        "Soort": chosen(KINDS, kind),
        "Leeg sinds": dutch_day(on, clock),
        "Ingeschreven op": dutch_day(known, clock),
        "Leeg tot": dutch_day(end, clock, by=end_known),
        "Einde geboekt op": dutch_day(end_known, clock),
        "Vervallen": never(rows),
    }
    records = Records(chunk, columns, known, "Ingeschreven op")
    delivered = records.delivered(rng, corrected={"Soort": chosen(KINDS, rng.permutation(kind))}, deleted="Vervallen")
    return {"leegstand.csv": soiled(delivered, p, rng, broken={"Soort": "Onbekend", "Leeg sinds": "30-02-2023"})}
