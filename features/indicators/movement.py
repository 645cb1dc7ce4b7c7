"""Movement: how often people are registered and leave."""

from __future__ import annotations

from features.catalogue import indicator
from features.columns import Column
from features.events import Addresses, Events


@indicator(
    nl="{value} inschrijvingen in de afgelopen 12 maanden",
    en="{value} registrations in the past 12 months",
    unit="registrations",
    nl_zero="Geen inschrijving in de afgelopen 12 maanden",
    en_zero="No registration in the past 12 months",
)
def registrations_1y(registrations: Events) -> Column:
    """Household registrations in the past year."""
    return registrations.within(days=365).count()


@indicator(
    nl="{value} inschrijvingen in de afgelopen 3 jaar",
    en="{value} registrations in the past 3 years",
    unit="registrations",
    nl_zero="Geen inschrijving in de afgelopen 3 jaar",
    en_zero="No registration in the past 3 years",
)
def registrations_3y(registrations: Events) -> Column:
    """Household registrations in the past three years."""
    return registrations.within(days=1095).count()


@indicator(
    nl="{value} verschillende huishoudens in de afgelopen 3 jaar",
    en="{value} different households in the past 3 years",
    unit="households",
    nl_zero="Geen nieuw huishouden in de afgelopen 3 jaar",
    en_zero="No new household in the past 3 years",
)
def distinct_households_3y(registrations: Events) -> Column:
    """Different households that registered in the past three years."""
    return registrations.within(days=1095).distinct("household_key")


@indicator(
    nl="De laatste inschrijving was {value} dagen geleden",
    en="The last registration was {value} days ago",
    unit="days",
    nl_none="Er is hier nooit iemand ingeschreven",
    en_none="Nobody was ever registered here",
)
def days_since_registration(registrations: Events) -> Column:
    """Days since the newest household registration."""
    return registrations.days_since()


@indicator(
    nl="{value} inschrijvingen duurden kort en zijn voorbij",
    en="{value} registrations were short and have ended",
    unit="registrations",
    nl_zero="Geen korte inschrijving die voorbij is",
    en_zero="No short registration that has ended",
)
def ended_registrations_2y(registrations: Events) -> Column:
    """Registrations that began in the past two years and were known to have ended."""
    return registrations.within(days=730).where_known("ended_on").count()


@indicator(
    nl="Het aantal inschrijvingen in 3 jaar is {value} keer dat van de buren",
    en="Registrations in 3 years are {value} times those of the neighbours",
    unit="ratio",
    nl_missing="Het aantal inschrijvingen kan niet met de buren worden vergeleken",
    en_missing="The number of registrations cannot be compared with the neighbours",
)
def registrations_vs_postcode_3y(registrations_3y: Column, addresses: Addresses) -> Column:
    """Registrations in three years relative to the other objects with the same postcode, type and use."""
    return registrations_3y / registrations_3y.mean_of_others(addresses.postcode)
