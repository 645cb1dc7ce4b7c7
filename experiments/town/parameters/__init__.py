"""Every number the synthetic town rests on, each with what it means and where it comes from; ``docs/town.md`` holds the same tables."""

from experiments.town.parameters.declared import ASSUMED, parameter
from experiments.town.parameters.whole import Parameters, Size

__all__ = ["ASSUMED", "Parameters", "Size", "parameter"]
