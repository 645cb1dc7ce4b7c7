"""The mess that real deliveries have, put on top of a clean table."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from experiments.town.parameters import Parameters
from experiments.town.streams import Ints

Bools = NDArray[np.bool_]


def picked(rows: int, share: float, rng: np.random.Generator) -> Bools:
    """Draw a share of the rows; at least one where there are any, so that small towns have every mess too."""
    chosen = rng.random(rows) < share
    if rows and share > 0 and not chosen.any():
        chosen[rng.integers(rows)] = True
    return chosen


def later(known: Ints, rng: np.random.Generator, *, first: int = 20, last: int = 400) -> Ints:
    """Give days on which rows are corrected or deleted, some weeks to a year after they became known."""
    return known + rng.integers(first, last, len(known))


def soiled(table: pa.Table, parameters: Parameters, rng: np.random.Generator, *, broken: Mapping[str, str | int | float]) -> pa.Table:
    """Give the table as it arrives: some rows break their contract, some come twice to the letter.

    Parameters
    ----------
    table : pyarrow.Table
    parameters : Parameters
    rng : numpy.random.Generator
    broken : mapping of column to value
        What a broken row may hold; each broken row gets one of these.
    """
    wrong = picked(len(table), parameters.broken_share, rng)
    which = rng.integers(len(broken), size=len(table))
    for i, (name, value) in enumerate(broken.items()):
        column = table[name].combine_chunks()
        spoiled = pc.if_else(pa.array(wrong & (which == i)), pa.scalar(value, column.type), column)
        table = table.set_column(table.schema.get_field_index(name), name, spoiled)
    again = np.flatnonzero(picked(len(table), parameters.repeated_share, rng))
    return pa.concat_tables([table, table.take(pa.array(again))])
