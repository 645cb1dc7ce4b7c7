"""The intake desk: reports that a case handler took in, weighed and judged, in parquet."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from experiments.town.arrow import chosen, day, joined, padded
from experiments.town.chunk import Chunk
from experiments.town.lives import Floats, Lives
from experiments.town.mechanisms import THEMES
from experiments.town.mess import soiled
from experiments.town.reporting import CATEGORIES, Reports, spoken_of
from experiments.town.streams import Ints, span
from experiments.town.suppliers.versions import Records, filled_in, never

JUDGEMENTS = ("Hit", "Geen hit")
HOUSING = ("room-rental", "overcrowding")


def deliver(chunk: Chunk, lives: Lives, reports: Reports, ids: pa.Array) -> dict[str, pa.Table]:
    """Give ``signalen.parquet``: a row per report that was taken in."""
    rng, p, clock = chunk.rng("intake"), chunk.parameters, chunk.clock
    taken = np.flatnonzero(rng.random(len(reports.day)) < np.array(p.intake_shares)[reports.category])
    address, on, rows = reports.address[taken], reports.day[taken], len(taken)
    known = on + span(rng, rows, p.intake_days)
    judged = np.where(rng.random(rows) < p.never_judged_share, clock.last + 1, known + span(rng, rows, p.judged_days))
    sensed = _sensed(lives, chunk.objects.is_home[address], reports, taken)
    weight = 1 + np.searchsorted(p.weight_limits, p.weight_follows_trace * sensed + rng.standard_normal(rows))
    hit = rng.random(rows) < 1 / (1 + np.exp(-p.hit_odds - p.hit_follows_trace * sensed))
    columns = {
        "signaalnummer": joined("SG", padded(chunk.unique(rows, 16), 14)),
        "object": ids.take(pa.array(address)),
        "thema": chosen(THEMES, _theme(chunk, address, reports.category[taken], rng)),
        "ingenomen_op": day(known, clock),
        "gewijzigd_op": day(known, clock),
        "gewicht": pa.array(weight),
        "oordeel": filled_in(JUDGEMENTS, np.where(hit, 0, 1), judged, clock),
        "beoordeeld_op": day(judged, clock),
        "vervallen": never(rows),
    }
    again = {"gewicht": pa.array(np.clip(weight + rng.choice([-1, 1], rows), 1, 1 + len(p.weight_limits)))}
    delivered = Records(chunk, columns, known, "gewijzigd_op", day).delivered(rng, corrected=again, deleted="vervallen")
    return {"signalen.parquet": soiled(delivered, p, rng, broken={"gewicht": 9, "oordeel": "?"})}


def _sensed(lives: Lives, home: np.ndarray, reports: Reports, taken: Ints) -> Floats:
    """Give the trace that each report speaks of; waste and the rest speak of none."""
    spell, category = lives.at(reports.address[taken], reports.day[taken]), reports.category[taken]
    sensed = np.zeros(len(taken))
    for name, trace in spoken_of(lives.traces[spell], home).items():
        sensed = np.where(category == CATEGORIES.index(name), trace, sensed)
    return sensed


def _theme(chunk: Chunk, address: Ints, category: Ints, rng: np.random.Generator) -> Ints:
    """Give the theme under which each report is taken in."""
    housing = np.array([THEMES.index(theme) for theme in HOUSING])[rng.integers(0, len(HOUSING), len(address))]
    of_home = np.where(category == CATEGORIES.index("registration"), THEMES.index("registration"), housing)
    return np.where(chunk.objects.is_home[address], of_home, THEMES.index("premises"))
