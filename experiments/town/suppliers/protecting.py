"""The municipality's own list of protected places, kept by hand: ids as they come off the keys of someone who is sure that anyone can read them."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from experiments.town.arrow import chosen, dutch_day, joined, object_id, table, without_zero
from experiments.town.chunk import Chunk
from experiments.town.mess import Bools, picked
from experiments.town.objects import PROTECTIONS
from experiments.town.streams import Ints
from experiments.town.suppliers.designations import TYPE

FEW = 2
"""Places of a kind that are too few to be written under another."""
PLACES = {
    "institution": "Instelling",
    "shelter": "Opvang",
    "care": "Zorgwoning",
    "secret": "Geheim adres",
    "student-housing": "Studentencomplex",
    "certified-housing": "Gecertificeerde huisvesting",
}


def deliver(chunk: Chunk, ids: pa.Array, protection: Ints, rng: np.random.Generator) -> dict[str, pa.Table]:
    """Give ``beschermd.csv``: most places were on it from the start, some were added later."""
    listed = np.flatnonzero(protection)
    since = np.where(
        rng.random(len(listed)) < chunk.parameters.listed_from_start_share,
        -rng.integers(30, 3000, len(listed)),
        rng.integers(0, chunk.clock.days, len(listed)),
    )
    written, second = _written(chunk, ids, listed, rng), _second_in_a_cell(chunk, protection[listed])
    after = np.append(np.arange(1, len(listed)), 0)
    columns = {
        "Object": pc.if_else(pa.array(second[after]), joined(written, " en ", written.take(pa.array(after))), written),
        "Soort plek": chosen([PLACES.get(kind) for kind in PROTECTIONS], protection[listed]),
        "Op de lijst sinds": dutch_day(since, chunk.clock),
    }
    return {"beschermd.csv": table(columns, ~second)}


def _written(chunk: Chunk, ids: pa.Array, listed: Ints, rng: np.random.Generator) -> pa.Array:
    """Give the ids as they were typed: without the zero, as the id of the door, in quotes, with a space behind them."""
    p, slips = chunk.parameters, chunk.rng("slips on the list")
    lost = picked(len(listed), p.lost_zero_share, rng)
    by_door, in_quotes, spaced = (picked(len(listed), p.list_slip_share, slips) for _ in range(3))
    own = pc.if_else(pa.array(by_door), object_id(chunk.objects.number[listed] + 1, TYPE), ids.take(pa.array(listed)))
    text = without_zero(own, lost)
    text = pc.if_else(pa.array(in_quotes), joined("'", text, "'"), text)
    return pc.if_else(pa.array(spaced), joined(text, " "), text)


def _second_in_a_cell(chunk: Chunk, kind: Ints) -> Bools:
    """Draw which places stand in the cell of the place before them, with its kind and its day; no kind is lost by it."""
    second = (np.bincount(kind)[kind] > FEW) & picked(len(kind), chunk.parameters.list_slip_share, chunk.rng("two on a line"))
    second[:1] = False
    return np.asarray(second & ~np.append(False, second[:-1]))
