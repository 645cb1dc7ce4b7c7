"""The hidden truth, apart from the extracts. Only experiments and tests may read it."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from experiments.town.arrow import chosen, day, table
from experiments.town.chunk import Chunk
from experiments.town.lives import WIDTH, Floats, Lives
from experiments.town.mechanisms import GROUPS, MECHANISMS, ORDINARY, THEMES
from experiments.town.oracle import Tally, is_episode, probabilities
from experiments.town.standing import Standing

LOOKALIKE = np.array([False] + [bool(i % 2) for i in range(2 * len(MECHANISMS))])
"""By state: whether it is a look-alike."""


def episodes(chunk: Chunk, lives: Lives, ids: pa.Array) -> dict[str, pa.Table]:
    """Give ``episodes.parquet`` and ``lookalikes.parquet``: address, theme, mechanism, first day, first day after it."""
    themes = [None, *(m.theme for m in MECHANISMS for _ in range(2))]
    names = [None, *(name for m in MECHANISMS for name in (m.name, m.lookalike))]
    inside = (lives.state != ORDINARY) & (lives.start <= chunk.clock.last) & (lives.end > 0)
    columns = {
        "address_id": ids.take(pa.array(lives.address)),
        "theme": chosen(themes, lives.state),
        "mechanism": chosen(names, lives.state),
        "start": day(lives.start, chunk.clock, by=lives.start),
        "end": day(lives.end, chunk.clock, by=lives.start),
        "ended_by_inspection": pa.array(lives.cut_by.astype(np.bool_)),
    }
    twins = LOOKALIKE[lives.state]
    return {"episodes.parquet": table(columns, inside & ~twins), "lookalikes.parquet": table(columns, inside & twins)}


def traces(chunk: Chunk, lives: Lives, standing: Standing, ids: pa.Array, tallies: dict[str, Tally]) -> dict[str, pa.Table]:
    """Give ``traces.parquet``: the noise-free traces of every address at the end of each year, and what the oracle makes of them.

    The oracle's probabilities are counted into ``tallies``, by theme, for addresses in the cohort.
    """
    parts = []
    address = np.arange(len(chunk))
    for on in chunk.clock.year_ends():
        spell = lives.at(address, on)
        shown, state = lives.traces[spell], lives.state[spell]
        excluded = standing.excluded(on)
        columns = {"address_id": ids, "on": day(np.full(len(chunk), on), chunk.clock)}
        columns |= {f"trace_{i + 1}": pa.array(shown[:, i].astype(np.float32)) for i in range(WIDTH)}
        chances = _oracle(chunk, shown)
        for theme in THEMES:
            cohort = chunk.in_cohort(theme, excluded)
            chance = chances[theme]
            tallies[theme].add(chance[cohort], is_episode(state[cohort], theme))
            columns[f"oracle_{theme}"] = pa.array(chance.astype(np.float32), mask=~cohort)
        parts.append(table(columns))
    return {"traces.parquet": pa.concat_tables(parts)}


def _oracle(chunk: Chunk, shown: Floats) -> dict[str, Floats]:
    chances = {theme: np.zeros(len(shown)) for theme in THEMES}
    for number, group in enumerate(GROUPS):
        here = chunk.objects.group == number
        for theme, chance in probabilities(shown[here], group, chunk.parameters).items():
            chances[theme][here] = chance
    return chances
