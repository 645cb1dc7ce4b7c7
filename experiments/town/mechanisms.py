"""What hides in the town, and what only looks like it.

Each mechanism has an innocent look-alike that leaves nearly the same traces, so that no register can tell them apart and an
inspection is needed. Traces are abstract: each is a number that is 0 on average and 1 in standard deviation among ordinary
addresses, and that a mechanism shifts. What the registers show of a trace is decided where a register is made.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from experiments.town.parameters import Parameters

Floats = NDArray[np.float64]
Group = Literal["homes", "hospitality", "trade", "sheds"]

TRACES: Mapping[bool, tuple[str, ...]] = {
    True: ("absence", "crowding", "turnover", "disturbance", "holding", "paperwork"),
    False: ("operators", "quiet", "links", "disturbance", "odd_use", "paperwork"),
}
"""Names of the six traces, for homes (True) and for premises (False)."""

HOMES: Group = "homes"
GROUPS: tuple[Group, ...] = ("homes", "hospitality", "trade", "sheds")
"""Objects among which the same mechanisms can occur."""


@dataclass(frozen=True)
class Mechanism:
    """One way in which the use of an address differs from what is registered, and its innocent twin.

    Parameters
    ----------
    name, theme : str
    group : str
        Objects at which it occurs.
    shift : mapping of trace to float
        How far an episode of mean depth moves each trace, in standard deviations.
    lookalike : str
        What it is taken for, and wrongly so.
    lookalike_per_episode : float
        How many look-alikes there are for each episode.
    lookalike_shift : mapping of trace to float
        Only the traces in which the twin differs; the others are shared.
    """

    name: str
    theme: str
    group: Group
    shift: Mapping[str, float]
    lookalike: str
    lookalike_per_episode: float
    lookalike_shift: Mapping[str, float]

    def shifts(self, *, innocent: bool) -> Floats:
        """Give the shift of all six traces, in the order of `TRACES`."""
        moved = {**self.shift, **self.lookalike_shift} if innocent else self.shift
        return np.array([moved.get(trace, 0.0) for trace in TRACES[self.group == HOMES]])


MECHANISMS: tuple[Mechanism, ...] = (
    Mechanism(
        "registered-elsewhere-living", "registration", "homes",
        {"absence": 1.75, "paperwork": 1.3, "holding": 0.4},
        "often-away", 1.0, {"paperwork": 0.9},
    ),
    Mechanism(
        "unpermitted-short-stays", "room-rental", "homes",
        {"turnover": 1.8, "holding": 1.0, "disturbance": 0.8},
        "permitted-student-house", 1.2, {"holding": 0.8},
    ),
    Mechanism(
        "overcrowded", "overcrowding", "homes",
        {"crowding": 2.0, "disturbance": 1.1, "paperwork": 0.4},
        "large-household", 1.0, {"paperwork": 0.0},
    ),
    Mechanism(
        "hospitality-front", "premises", "hospitality",
        {"operators": 1.7, "quiet": 1.2, "disturbance": 0.7, "paperwork": 0.5},
        "starters", 1.0, {"quiet": 0.8},
    ),
    Mechanism(
        "one-key-many-branches", "premises", "trade",
        {"links": 1.7, "operators": 1.2, "quiet": 0.8},
        "business-centre", 1.0, {"quiet": 0.5},
    ),
    Mechanism(
        "odd-use-shed", "premises", "sheds",
        {"odd_use": 1.8, "disturbance": 1.2, "operators": 0.7},
        "storage", 1.0, {"disturbance": 0.8},
    ),
)  # fmt: skip
"""Strengths are assumed; they are set so that an oracle of the traces reaches an AUC of 0.80 to 0.88."""

THEMES: tuple[str, ...] = tuple(dict.fromkeys(m.theme for m in MECHANISMS))
FINDINGS: Mapping[str, str] = {
    "registration": "registration-mismatch",
    "room-rental": "room-rental-unpermitted",
    "overcrowding": "overcrowding",
    "premises": "premises-misuse",
}
"""The finding code that confirms each theme."""

ORDINARY = 0


def episode(mechanism: int) -> int:
    """Give the state of an address in an episode of mechanism number ``mechanism``; `lookalike` gives its twin."""
    return 1 + 2 * mechanism


def lookalike(mechanism: int) -> int:
    """Give the state of an address that only looks like mechanism number ``mechanism``."""
    return 2 + 2 * mechanism


def of_group(group: Group) -> list[int]:
    """Give the numbers of the mechanisms that occur in a group."""
    return [i for i, m in enumerate(MECHANISMS) if m.group == group]


def states_of_theme(theme: str) -> list[int]:
    """Give the states in which an inspection of the theme is right to confirm."""
    return [episode(i) for i, m in enumerate(MECHANISMS) if m.theme == theme]


def states(group: Group, parameters: Parameters) -> dict[int, tuple[float, Floats]]:
    """Give each state of a group but the ordinary one: the share of addresses in it on any day, and its shifts."""
    found: dict[int, tuple[float, Floats]] = {}
    for i in of_group(group):
        mechanism = MECHANISMS[i]
        found[episode(i)] = (parameters.prevalence, mechanism.shifts(innocent=False))
        found[lookalike(i)] = (parameters.prevalence * mechanism.lookalike_per_episode, mechanism.shifts(innocent=True))
    return found
