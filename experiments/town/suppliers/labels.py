"""The register of energy labels: the open file of the state, one CSV in UTF-8 with days as eight digits."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from experiments.town.arrow import blanked, chosen, day, joined, object_id, padded
from experiments.town.chunk import Chunk
from experiments.town.mess import picked, soiled
from experiments.town.streams import Clock, Ints, span
from experiments.town.suppliers.versions import Records

CLASSES = ("A+++", "A++", "A+", "A", "B", "C", "D", "E", "F", "G")


def deliver(chunk: Chunk, ids: pa.Array) -> dict[str, pa.Table]:
    """Give ``ep_online.csv``: a row per label; who has another made has two."""
    rng, p, clock = chunk.rng("labels"), chunk.parameters, chunk.clock
    once = np.flatnonzero(rng.random(len(chunk)) < p.label_share)
    again = once[rng.random(len(once)) < p.label_again_share]
    which, rows = np.concatenate([once, again]), len(once) + len(again)
    surveyed = np.concatenate([rng.integers(-p.label_before_days, clock.days, len(once)), rng.integers(0, clock.days, len(again))])
    known = surveyed + span(rng, rows, p.label_entry_days, late_share=p.late_share)
    off = np.where(rng.random(rows) < p.label_area_off_share, rng.uniform(*p.label_area_off, rows), 1.0)
    area = chunk.objects.area[which] * np.exp(rng.normal(0, p.label_area_sd, rows)) * off
    label = _classes(chunk, which, rng)
    columns = {
        "Pand_certificaatnummer": joined("EP", padded(chunk.unique(rows, 20), 14)),
        "Pand_opnamedatum": _digits(surveyed, clock),
        "Pand_registratiedatum": _digits(known, clock),
        "Pand_geldig_tot": _later_digits(known + p.label_valid_days, clock),
        "Pand_energieklasse": chosen(CLASSES, label),
        "Pand_bagverblijfsobjectid": ids.take(pa.array(which)),
        "Pand_bagpandid": object_id(chunk.objects.building[which] + 1, "10"),
        "Pand_gebruiksoppervlakte": blanked(pa.array(np.round(area, 2)).cast(pa.string()), picked(rows, p.missing_share, rng)),
    }
    mended = {"Pand_energieklasse": chosen(CLASSES, np.minimum(label + 1, len(CLASSES) - 1))}
    delivered = Records(chunk, columns, known, "Pand_registratiedatum", _digits).delivered(rng, corrected=mended)
    return {"ep_online.csv": soiled(delivered, p, rng, broken={"Pand_energieklasse": "Z", "Pand_bagverblijfsobjectid": "0"})}


def _classes(chunk: Chunk, which: Ints, rng: np.random.Generator) -> Ints:
    """Draw the class: the better, the younger the building."""
    p = chunk.parameters
    newest, oldest = p.label_built
    steps = len(CLASSES) - 1 - CLASSES.index("A")
    place = CLASSES.index("A") + steps * (newest - chunk.objects.built_year[which]) / (newest - oldest)
    return np.clip(np.round(place + rng.normal(0, p.label_class_sd, len(which))), 0, len(CLASSES) - 1).astype(np.int64)


def _digits(days: Ints, clock: Clock) -> pa.Array:
    return pc.replace_substring(day(days, clock).cast(pa.string()), "-", "")


def _later_digits(days: Ints, clock: Clock) -> pa.Array:
    """Write days that may lie after today."""
    return _digits(days, Clock(clock.first_on, clock.days + int(days.max(initial=0))))
