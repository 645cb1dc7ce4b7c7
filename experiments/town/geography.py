"""Where things lie: neighbourhoods with their reporting habits, streets, postcodes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from experiments.town.arrow import MUNICIPALITY, Bools, chosen, joined, padded
from experiments.town.lives import Floats
from experiments.town.parameters import Parameters, Size
from experiments.town.streams import Ints, stream

FEWEST, MOST = 8, 9_000
"""Neighbourhoods in the smallest and the largest town; a code has four digits."""
STREET = 80
"""Addresses in a street."""
ROOTS = (
    "Linden", "Molen", "Kerk", "Zaagsel", "Papiermaker", "Verfmolen", "Oliekoek", "Walvis", "Haring", "Kuiper", "Touwslager", "Wever",
    "Iepen", "Kastanje", "Meidoorn", "Vlier", "Gouwe", "Rietland", "Veenmos", "Dotterbloem", "Zwaluw", "Kievit", "Grutto", "Lepelaar",
    "Reiger", "Snoek", "Brasem", "Karper", "Curaçao", "Caféhouder", "André Mast", "Burgemeester Roos", "Prinses Amalia", "Sint Joris",
    "Dominee Kramer", "Professor Lens", "Wilhelmina", "Oranje", "Spoor", "Station", "Haven", "Sluis", "Brug", "Dorps", "Markt", "Vaart",
    "Zonne", "Maan", "Komeet", "Saturnus", "Mercurius", "Poolster", "Vincent Gogh", "Rembrandt", "Frans Hals", "Vermeer", "Mozart",
    "Beethoven", "Chopin", "Händel", "Europa", "Azië", "Brabant", "Zeeland", "Drenthe", "Twente", "Veluwe", "Betuwe", "Kennemer", "Egmond",
    "Schermer", "Beemster", "Purmer", "Wormer",
)  # fmt: skip
KINDS = ("straat", "weg", "laan", "kade", "pad", "dijk", "hof", "singel", "gracht", "dreef", "steeg", "plein")
PREFIXES = ("", "Oude ", "Nieuwe ", "Korte ", "Lange ", "Kleine ", "Grote ", "Achter ")
STRIDE = 641
"""Prime, so that neighbouring streets have unlike names."""


@dataclass(frozen=True)
class Neighbourhoods:
    """The neighbourhoods of the whole town; small arrays that every chunk needs.

    Attributes
    ----------
    size : int
        Addresses in each.
    reporting : Floats
        How many times as often addresses are reported as elsewhere at equal truth.
    over_reported, closed, industrial : Bools
        What kind of neighbourhood it is; never more than one of these.
    low_income, migration_background, rental : Floats
        Shares between 0 and 1, for the audit only.
    price : Floats
        Level of property values, 1 on average.
    team : Ints
        Its own inspection team.
    """

    size: int
    reporting: Floats
    over_reported: Bools
    closed: Bools
    industrial: Bools
    low_income: Floats
    migration_background: Floats
    rental: Floats
    price: Floats
    team: Ints

    def of(self, address: Ints) -> Ints:
        """Give the number of the neighbourhood in which addresses, by their number in the town, lie."""
        return np.minimum(address // self.size, len(self.reporting) - 1)


def draw_neighbourhoods(size: Size, parameters: Parameters) -> Neighbourhoods:
    """Draw the neighbourhoods of the town."""
    rng, p = stream(size, "neighbourhoods"), parameters
    count = int(np.clip(round(size.addresses / p.mean_neighbourhood), FEWEST, MOST))
    order = rng.permutation(count)
    ends = np.cumsum([max(1, round(share * count)) for share in (p.over_reported_area_share, p.closed_area_share, p.industrial_share)])
    over, closed, industrial = (np.isin(np.arange(count), part) for part in np.split(order, ends)[:3])
    reporting = np.exp(rng.normal(0, p.reporting_sd, count)) * np.where(over, p.over_reported_factor, 1) * np.where(closed, p.closed_factor, 1)
    usual = (p.low_income_beta, p.migration_beta, p.rental_beta)
    low_income, migration, rental = (
        np.clip(rng.beta(*beta, count) + more * over + other * closed, 0, 1)
        for beta, more, other in zip(usual, p.over_reported_more, p.closed_more, strict=True)
    )
    return Neighbourhoods(
        size=-(-size.addresses // count),
        reporting=reporting,
        over_reported=over,
        closed=closed,
        industrial=industrial,
        low_income=low_income,
        migration_background=migration,
        rental=rental,
        price=np.exp(rng.normal(0, p.price_sd, count)) * (1.1 - p.price_falls_with_low_income * low_income),
        team=np.arange(count) * p.teams // count,
    )


def neighbourhood_code(numbers: Ints) -> pa.Array:
    """Give the code of Statistics Netherlands: BU, municipality, four digits."""
    return joined("BU" + MUNICIPALITY, padded(numbers, 4))


def street_name(numbers: Ints) -> pa.Array:
    """Give fictitious street names, one for each number, in a town of any size."""
    streets, place = np.unique(numbers, return_inverse=True)
    return chosen([_street(int(number)) for number in streets], place)


def _street(number: int) -> str:
    names = len(ROOTS) * len(KINDS)
    spread = number * STRIDE % names
    turn = number // names
    prefix = PREFIXES[turn] if turn < len(PREFIXES) else f"{turn - len(PREFIXES) + 2}e "
    return f"{prefix}{ROOTS[spread // len(KINDS)]}{KINDS[spread % len(KINDS)]}"


def postcode(numbers: Ints) -> pa.Array:
    """Give fictitious postcodes, one for each number: four digits from 1500 on, two of twenty letters."""
    letters = list("ABCDEGHJKLNPRSTVWXYZ")
    whole, rest = np.divmod(numbers, len(letters) ** 2)
    first, second = np.divmod(rest, len(letters))
    return joined(padded(1500 + whole, 4), chosen(letters, first), chosen(letters, second))
