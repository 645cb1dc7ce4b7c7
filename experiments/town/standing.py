"""What stands on paper about rooms let: permitted student houses, refusals, and which addresses are therefore in no cohort."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from experiments.town.arrow import NEVER, Bools
from experiments.town.chunk import Chunk
from experiments.town.lives import Lives
from experiments.town.mechanisms import MECHANISMS, episode, lookalike
from experiments.town.objects import PROTECTIONS
from experiments.town.streams import Ints

ROOMS = next(i for i, m in enumerate(MECHANISMS) if m.theme == "room-rental")


@dataclass(frozen=True)
class Standing:
    """What is on paper, by address.

    Attributes
    ----------
    protection : Ints
        Place in `PROTECTIONS`, for each address of the chunk.
    address, applied, decided, granted
        One row per application for a room-rental permit: address in the chunk, days, and whether it was granted.
    """

    protection: Ints
    address: Ints
    applied: Ints
    decided: Ints
    granted: Bools

    def excluded(self, day: int) -> Bools:
        """Say which addresses are protected or permitted on a day, and so never listed."""
        permitted = np.zeros(len(self.protection), dtype=np.bool_)
        permitted[self.address[self.granted & (self.decided < day)]] = True
        return permitted | (self.protection > 0)


def draw_standing(chunk: Chunk, lives: Lives) -> Standing:
    """Draw which student houses are listed or have a permit in the register, and who asked for one in vain."""
    rng, p = chunk.rng("standing"), chunk.parameters
    students = np.flatnonzero(lives.state == lookalike(ROOMS))
    lot = rng.random(len(students))
    protection = chunk.objects.protection.copy()
    listed = lives.address[students[lot < p.student_listed_share]]
    protection[listed] = np.where(protection[listed] == 0, PROTECTIONS.index("student-housing"), protection[listed])
    in_register = students[(lot >= p.student_listed_share) & (lot < 1 - p.permit_on_paper_share)]
    renting = np.flatnonzero(lives.state == episode(ROOMS))
    refused = renting[rng.random(len(renting)) < p.permit_refused_share]
    spells = np.concatenate([in_register, refused])
    granted = np.arange(len(spells)) < len(in_register)
    delay = np.where(granted, rng.integers(*p.permit_asks_days, len(spells)), rng.integers(*p.refused_asks_days, len(spells)))
    applied = lives.start[spells] + delay
    decided = applied + rng.integers(*p.rooms_decision_days, len(spells))
    inside = applied < np.minimum(lives.end[spells], NEVER)
    return Standing(protection, lives.address[spells][inside], applied[inside], decided[inside], granted[inside])
