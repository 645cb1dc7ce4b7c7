"""Made-up people, as the owners of the population register and of the land register have them: a number of the test range, a made-up name.

They are there to be refused and dropped. Nothing in the town depends on them, and no register that is delivered knows them.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from experiments.town.arrow import Bools, joined
from experiments.town.chunk import Chunk
from experiments.town.streams import Ints
from features.citizen_number import passes

TEST_RANGE = range(999_900_000, 1_000_000_000)
"""Citizen numbers that begin with 9999 are handed out to nobody: the government's own tests use them. Some nine thousand of them pass the
check digit, so that in a town of more households a number comes back."""

GIVEN = (
    "Aafke", "Abel", "Adinda", "Ahmed", "Anna", "Berend", "Bilal", "Boudewijn", "Cato", "Daan", "Danuta", "Dewi", "Dieuwertje", "Elif",
    "Emma", "Engelbert", "Fatima", "Floor", "Gerrit", "Guusje", "Hamza", "Hendrika", "Ilse", "Imran", "Jan", "Jelmer", "Johanna", "Jurriaan",
    "Kees", "Kirsten", "Lotte", "Lubbert", "Maria", "Mehmet", "Mohamed", "Nynke", "Obbe", "Piet", "Quirijn", "Radboud", "Sanne", "Sietse",
    "Soraya", "Thomas", "Tjitske", "Uilke", "Vera", "Wendelien", "Willem", "Yara", "Zeger", "Zofia",
)  # fmt: skip
PARTICLES = ("", "", "", "van ", "de ", "van der ", "ten ")
FIRST_HALF = ("Molen", "Zaag", "Polder", "Water", "Klok", "Riet", "Eiken", "Zilver", "Anker", "Kraan", "Linden", "Bron", "Vlas", "Honing")
SECOND_HALF = ("kamp", "wijk", "stra", "burg", "mans", "veen", "hout", "sma", "horst", "beek", "ink", "dam", "man", "huis")
"""Surnames are put together from halves, so that hardly one is anyone's."""

AGES, AGE_SHAPE = (18.0, 98.0), (1.6, 2.3)
"""Of who registers a household, in years at the end of the span: youngest and oldest, and the beta distribution in between. Assumed."""


def people(chunk: Chunk, household: Ints, which: Ints) -> dict[str, pa.Array]:
    """Give for some registrations who registered: the same person whenever the household is the same.

    Parameters
    ----------
    chunk : Chunk
    household : Ints
        Number of the household of every registration in the chunk.
    which : Ints
        Places of the registrations to give.

    Returns
    -------
    dict of str to pyarrow.Array
        ``bsn``, ``naam``, ``geboortedatum``, a row for each of ``which``.
    """
    first, place = np.unique(household, return_inverse=True)
    rng = chunk.rng("people-of-the-register")
    numbers, names = _numbers(), _names()
    of_household = {
        "bsn": numbers.take(pa.array(rng.integers(len(numbers), size=len(first)))),
        "naam": names.take(pa.array(rng.integers(len(names), size=len(first)))),
        "geboortedatum": _birth_dates(chunk, len(first), rng),
    }
    return {name: column.take(pa.array(place[which])) for name, column in of_household.items()}


def holders(numbers: Ints, natural: Bools) -> dict[str, pa.Array]:
    """Give for some owners who they are, the same in every chunk; of a company nothing.

    Parameters
    ----------
    numbers : Ints
        Number of the owner of each right.
    natural : Bools
        Whether it is a natural person.

    Returns
    -------
    dict of str to pyarrow.Array
        ``bsn`` and ``naam``, a row for each right.
    """
    missing = pa.array(~natural)
    drawn = {"bsn": (_numbers(), 5), "naam": (_names(), 7)}
    return {
        name: pc.if_else(missing, pa.scalar(None, pa.string()), made.take(pa.array(numbers * step % len(made))))
        for name, (made, step) in drawn.items()
    }


def _birth_dates(chunk: Chunk, rows: int, rng: np.random.Generator) -> pa.Array:
    ages = AGES[0] + (AGES[1] - AGES[0]) * rng.beta(*AGE_SHAPE, rows)
    days = chunk.clock.last + chunk.clock.offset - np.floor(365.25 * ages).astype(np.int64)
    return pa.array(days.astype(np.int32), pa.int32()).cast(pa.date32())


@cache
def _numbers() -> pa.Array:
    return pa.array([str(n) for n in TEST_RANGE if passes(str(n))])


@cache
def _names() -> pa.Array:
    surnames = [f"{particle}{first}{second}" for particle in PARTICLES for first in FIRST_HALF for second in SECOND_HALF]
    given, surname = np.divmod(np.arange(len(GIVEN) * len(surnames)), len(surnames))
    return joined(pa.array(GIVEN).take(pa.array(given)), " ", pc.cast(pa.array(surnames), pa.string()).take(pa.array(surname)))
