"""Records as a supplier delivers them: a first version, and for some a correction or a deletion later."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from experiments.town.arrow import Bools, blanked, chosen, dutch_day, table
from experiments.town.chunk import Chunk
from experiments.town.mess import later, picked
from experiments.town.streams import Clock, Ints


@dataclass(frozen=True)
class Records:
    """What every version of some records is made from.

    Attributes
    ----------
    chunk : Chunk
    columns : mapping of name to column
        One row per record, as first delivered.
    known : Ints
        Days on which the first versions became known; records of later than today are not delivered.
    dated : str
        Name of the column that holds that day.
    written : callable
        How the supplier writes a day.
    """

    chunk: Chunk
    columns: Mapping[str, pa.Array]
    known: Ints
    dated: str
    written: Callable[[Ints, Clock], pa.Array] = dutch_day

    def delivered(self, rng: np.random.Generator, *, corrected: Mapping[str, pa.Array] | None = None, deleted: str | None = None) -> pa.Table:
        """Give all versions; ``corrected`` holds what changes in a correction, ``deleted`` names the column that says ``J`` of a deletion."""
        rows, p = len(self.known), self.chunk.parameters
        parts = [self._version(np.ones(rows, dtype=np.bool_), self.known, {})]
        if corrected:
            parts.append(self._version(picked(rows, p.corrected_share, rng), later(self.known, rng), corrected))
        if deleted:
            gone = {deleted: chosen(["J"], np.zeros(rows, dtype=np.int64))}
            parts.append(self._version(picked(rows, p.deleted_share, rng), later(self.known, rng), gone))
        return pa.concat_tables(parts)

    def _version(self, which: Bools, known: Ints, changed: Mapping[str, pa.Array]) -> pa.Table:
        clock = self.chunk.clock
        return table({**self.columns, **changed, self.dated: self.written(known, clock)}, which & (known <= clock.last))


def filled_in(values: Sequence[str], numbers: Ints, known: Ints, clock: Clock) -> pa.Array:
    """Give texts that are filled in later; missing until their day comes."""
    return blanked(chosen(values, numbers), known > clock.last)


def never(rows: int) -> pa.Array:
    """Give the column of first versions that says that nothing was deleted."""
    return chosen(["N"], np.zeros(rows, dtype=np.int64))
