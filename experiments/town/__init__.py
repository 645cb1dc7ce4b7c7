"""The synthetic town of Zaanwijk: raw extracts with the mess of real ones, and a hidden truth that only experiments and tests may read."""

from experiments.town.making import ThemeReport, TownReport, make, make_town
from experiments.town.parameters import Parameters, Size

__all__ = ["Parameters", "Size", "ThemeReport", "TownReport", "make", "make_town"]
