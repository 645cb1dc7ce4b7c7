"""The place: homes, premises, neighbourhoods."""

from __future__ import annotations

from dataclasses import dataclass

from experiments.town.parameters.declared import USES_IN_ORDER, parameter

STOCK = (
    "CBS, Voorraad woningen en niet-woningen 2023: 8.1 million homes, 1.2 million other objects; more premises here, so that their cohort is not tiny"
)
USES_OF = f"shares of the uses ({USES_IN_ORDER}) of "


@dataclass(frozen=True, kw_only=True)
class Place:
    """The place: homes, premises, neighbourhoods."""

    home_share: float = parameter(0.80, "share of the objects that are homes", STOCK)
    boat_share: float = parameter(0.004, "share of the homes that are a house boat or a caravan")
    flat_share: float = parameter(
        0.45, "share of the homes in a building with several homes", "CBS, Woningvoorraad 2023: 36 % flats in the country, more in towns: assumed"
    )
    mean_neighbourhood: int = parameter(800, "addresses in a neighbourhood, on average")
    addresses_per_postcode: int = parameter(20, "addresses under one postcode", "PostNL: about 460,000 postcodes for 9.3 million objects")
    mean_home_m2: float = parameter(
        105.0, "usable floor area of a home, median in square metres", "CBS, Woningvoorraad 2023: 120 on average; the median is assumed"
    )
    protected_share: float = parameter(0.012, "share of the homes that is a protected place, all kinds together")
    listed_from_start_share: float = parameter(0.8, "share of the protected places that were on the list before the first year")
    industrial_share: float = parameter(0.08, "share of the neighbourhoods that are industrial")
    industrial_premises: float = parameter(0.70, "share of the objects there that are premises")
    flat_homes: int = parameter(16, "homes in a building of flats, on average")
    premises_units: float = parameter(1.5, "units in a business building, on average")
    premises_uses: tuple[float, ...] = parameter((0, 0.13, 0.03, 0.27, 0.22, 0.25, 0.06, 0.02, 0.02), USES_OF + "premises elsewhere")
    industrial_uses: tuple[float, ...] = parameter((0, 0.04, 0, 0.10, 0.20, 0.60, 0.06, 0, 0), USES_OF + "premises in an industrial neighbourhood")
    low_income_beta: tuple[float, float] = parameter(
        (4, 26), "low incomes by neighbourhood, before the next two: the beta distribution of their share"
    )
    migration_beta: tuple[float, float] = parameter((4, 16), "the same for migration backgrounds")
    rental_beta: tuple[float, float] = parameter((8, 12), "the same for rented homes")
    over_reported_more: tuple[float, ...] = parameter((0.12, 0.15, 0.20), "how much larger those three shares are where more is reported")
    closed_more: tuple[float, ...] = parameter((0.05, 0.35, 0.0), "how much larger they are in a closed community")
    price_sd: float = parameter(0.12, "spread of property values between neighbourhoods, standard deviation of the logarithm")
    price_falls_with_low_income: float = parameter(1.0, "how much of the level of values is lost for each unit of the share of low incomes")
