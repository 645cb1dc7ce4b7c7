"""Occupancy: how many people are registered, against the space there is. Counts only, never who they are."""

from __future__ import annotations

from features.catalogue import indicator
from features.columns import Column
from features.events import Addresses, Events


@indicator(
    nl="Er staan {value} mensen ingeschreven",
    en="{value} people are registered",
    unit="residents",
    nl_zero="Er staat niemand ingeschreven",
    en_zero="Nobody is registered",
    nl_none="Er staat niemand ingeschreven",
    en_none="Nobody is registered",
)
def residents_now(registrations: Events) -> Column:
    """Number of people registered on the day; missing where no household is."""
    return registrations.as_known().sum("residents")


@indicator(
    nl="Er staan {value} huishoudens ingeschreven",
    en="{value} households are registered",
    unit="households",
    nl_zero="Er staat geen huishouden ingeschreven",
    en_zero="No household is registered",
)
def households_now(registrations: Events) -> Column:
    """Number of household registrations that are valid on the day."""
    return registrations.as_known().count()


@indicator(
    nl="Per ingeschreven bewoner is er {value} m2",
    en="There are {value} m2 per registered resident",
    unit="m2 per resident",
    risk="-",
    nl_missing="Het oppervlak per bewoner is niet te berekenen",
    en_missing="The floor area per resident cannot be computed",
)
def floor_area_per_resident(floor_area_m2: Column, residents_now: Column) -> Column:
    """Floor area per registered resident."""
    return floor_area_m2 / residents_now


@indicator(
    nl="Het oppervlak per bewoner is {value} keer dat van de andere woningen in het pand",
    en="The floor area per resident is {value} times that of the other homes in the building",
    unit="ratio",
    nl_missing="Het oppervlak per bewoner kan niet met het pand worden vergeleken",
    en_missing="The floor area per resident cannot be compared with the building",
)
def floor_area_per_resident_vs_building(floor_area_per_resident: Column, addresses: Addresses) -> Column:
    """Floor area per registered resident, relative to the other homes in the building on the same day."""
    return floor_area_per_resident / floor_area_per_resident.mean_of_others(addresses.building)


@indicator(
    nl="Er zijn {value} keer zoveel bewoners als gemiddeld bij de buren met deze postcode",
    en="There are {value} times as many residents as the neighbours with this postcode have on average",
    unit="ratio",
    nl_missing="Het aantal bewoners kan niet met de buren worden vergeleken",
    en_missing="The number of residents cannot be compared with the neighbours",
)
def residents_vs_postcode(residents_now: Column, addresses: Addresses) -> Column:
    """Registered residents relative to the other objects with the same postcode, type and use."""
    return residents_now / residents_now.mean_of_others(addresses.postcode)


@indicator(
    nl="Het register onderzoekt {value} inschrijvingen",
    en="The register is investigating {value} registrations",
    unit="registrations",
    risk="+",
    nl_zero="Het register onderzoekt hier geen inschrijving",
    en_zero="The register is investigating no registration here",
)
def registrations_investigated(registrations: Events) -> Column:
    """Registrations that the register itself is investigating on the day."""
    return registrations.as_known().where(under_investigation=True).count()
