"""The whole of what a town rests on: its size, and every number in one frozen value."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from experiments.town.parameters.energy import Energy
from experiments.town.parameters.housing import Housing
from experiments.town.parameters.inspections import Inspecting
from experiments.town.parameters.mess import Mess
from experiments.town.parameters.place import Place
from experiments.town.parameters.registers import Registers
from experiments.town.parameters.reports import Reporting
from experiments.town.parameters.signals import Signals
from experiments.town.parameters.truth import Truth


@dataclass(frozen=True, kw_only=True)
class Size:
    """How large a town, over how many years; what the command line sets."""

    addresses: int = 20_000
    years: int = 6
    seed: int = 1
    inspections_per_year: int = 200
    chunk: int = 50_000
    today_on: date = date(2025, 12, 31)

    @property
    def chunks(self) -> int:
        """Number of chunks."""
        return -(-self.addresses // self.chunk)


@dataclass(frozen=True, kw_only=True)
class Parameters(Mess, Inspecting, Signals, Reporting, Housing, Energy, Registers, Truth, Place):
    """How the town lives, how its registers lag behind, and how its past inspections were biased.

    The parts stand from last to first: Python lists the fields of the last base first, and the page reads from the place to the mess.
    """
