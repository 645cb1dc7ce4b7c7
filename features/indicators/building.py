"""Building: what the object is, and how it compares with its neighbours."""

from __future__ import annotations

from features.catalogue import indicator
from features.columns import Column
from features.events import Addresses


@indicator(
    nl="Het gebruiksoppervlak is {value} m2",
    en="The usable floor area is {value} m2",
    unit="m2",
    nl_missing="Het gebruiksoppervlak staat niet in het register",
    en_missing="The usable floor area is not in the register",
)
def floor_area_m2(addresses: Addresses) -> Column:
    """Usable floor area as registered."""
    return addresses.latest("floor_area_m2")


@indicator(
    nl="Het pand is gebouwd in {value}",
    en="The building was completed in {value}",
    unit="year",
    nl_missing="Het bouwjaar staat niet in het register",
    en_missing="The year of completion is not in the register",
)
def built_year(addresses: Addresses) -> Column:
    """Year in which the building was first completed."""
    return addresses.latest("built_year")


@indicator(
    nl="Het oppervlak is {value} keer het gemiddelde van de andere objecten met deze postcode",
    en="The floor area is {value} times the mean of the other objects with this postcode",
    unit="ratio",
    nl_missing="Het oppervlak kan niet met de buren worden vergeleken",
    en_missing="The floor area cannot be compared with the neighbours",
)
def floor_area_vs_postcode(floor_area_m2: Column, addresses: Addresses) -> Column:
    """Floor area relative to the other objects with the same postcode, type and use."""
    return floor_area_m2 / floor_area_m2.mean_of_others(addresses.postcode)


@indicator(
    nl="Het object heeft {value} keer een horecabestemming",
    en="The object is registered {value} times for hospitality use",
    unit="0 or 1",
    family="registered_use",
    nl_zero="Het object heeft geen horecabestemming",
    en_zero="The object is not registered for hospitality use",
)
def used_for_hospitality(addresses: Addresses) -> Column:
    """Whether the registered use is hospitality."""
    return addresses.where(use="hospitality").count()


@indicator(
    nl="Het object heeft {value} keer een industriebestemming",
    en="The object is registered {value} times for industrial use",
    unit="0 or 1",
    family="registered_use",
    nl_zero="Het object heeft geen industriebestemming",
    en_zero="The object is not registered for industrial use",
)
def used_for_industry(addresses: Addresses) -> Column:
    """Whether the registered use is industry, the use of most sheds."""
    return addresses.where(use="industry").count()
