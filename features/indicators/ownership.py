"""Ownership and value: how often the object changed hands and what it is worth."""

from __future__ import annotations

from features.catalogue import indicator
from features.columns import Column
from features.events import Addresses, Events


@indicator(
    nl="{value} keer van eigenaar gewisseld in de afgelopen 5 jaar",
    en="Changed hands {value} times in the past 5 years",
    unit="transfers",
    nl_zero="Niet van eigenaar gewisseld in de afgelopen 5 jaar",
    en_zero="Did not change hands in the past 5 years",
)
def transfers_5y(ownership: Events) -> Column:
    """Transfers of ownership in five years."""
    return ownership.within(days=1825).count()


@indicator(
    nl="De laatste overdracht was {value} dagen geleden",
    en="The last transfer was {value} days ago",
    unit="days",
    nl_missing="Er is geen overdracht bekend",
    en_missing="No transfer is known",
)
def days_since_transfer(ownership: Events) -> Column:
    """Days since the newest transfer."""
    return ownership.days_since()


@indicator(
    nl="{value} eigenaren zijn een bedrijf",
    en="{value} owners are a company",
    unit="owners",
    nl_zero="De eigenaar is geen bedrijf",
    en_zero="The owner is not a company",
)
def company_owners_now(ownership: Events) -> Column:
    """Owners on the day that are companies, housing corporations not counted."""
    return ownership.as_known().where(owner_kind="company").count()


@indicator(
    nl="De WOZ-waarde is {value} euro",
    en="The assessed value is {value} euro",
    unit="euro",
    nl_missing="Er is geen WOZ-waarde bekend",
    en_missing="No assessed value is known",
)
def property_value(property_values: Events) -> Column:
    """Newest assessed value."""
    return property_values.latest("value_eur")


@indicator(
    nl="De waarde per m2 is {value} keer die van de buren met deze postcode",
    en="The value per m2 is {value} times that of the neighbours with this postcode",
    unit="ratio",
    nl_missing="De waarde per m2 kan niet met de buren worden vergeleken",
    en_missing="The value per m2 cannot be compared with the neighbours",
)
def value_per_m2_vs_postcode(value_per_m2: Column, addresses: Addresses) -> Column:
    """Value per square metre relative to the other objects with the same postcode, type and use."""
    return value_per_m2 / value_per_m2.mean_of_others(addresses.postcode)


@indicator(
    nl="De waarde is {value} euro per m2",
    en="The value is {value} euro per m2",
    unit="euro per m2",
    nl_missing="De waarde per m2 is niet te berekenen",
    en_missing="The value per m2 cannot be computed",
)
def value_per_m2(property_value: Column, floor_area_m2: Column) -> Column:
    """Newest assessed value per square metre of floor area."""
    return property_value / floor_area_m2
