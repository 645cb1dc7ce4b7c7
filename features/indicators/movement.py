"""Movement: how often people are registered and leave."""

from __future__ import annotations

from features.about import About
from features.catalogue import indicator
from features.columns import Column
from features.events import Addresses, Events

LAWFUL = (
    "Wet basisregistratie personen art. 3.8 (use within the municipality, by its own by-law): counts and keyed hashes of households only, "
    "nothing about who moved or from where."
)
ABOUT_ARRIVALS = About(
    lawful=LAWFUL,
    proxy="Students, people who rent for a short time, and migrant workers move more often. Permitted student and certified housing is left out of "
    "every list, no direction is set, and scores are audited by level of neighbourhood income.",
    quality="A move counts from the day it was processed; who is not registered at all is not in it, so it errs low where most goes on.",
    relation="Many moves may go with letting by the room. Innocent: students, short contracts, a home that was divided with a permit, a sale.",
    idea="Assumed, from what handlers of address investigations look at first.",
)
ABOUT_NEWEST = About(
    lawful=LAWFUL,
    proxy="People who rent for a short time and starters have a recent registration more often; older residents an old one. No direction is set.",
    quality="The date of the move is what people reported; a move abroad may be entered months afterwards.",
    relation="Experts do not agree: a recent move may be a change of use, a very old one may be a move that nobody reported. Innocent: most "
    "people simply move, or stay.",
    idea="Assumed: that a change of use begins with a move.",
)
ABOUT_DEPARTURES = About(
    lawful=LAWFUL,
    proxy="Students and migrant workers, who stay for the length of a course or a contract. Permitted student and certified housing is left out of "
    "every list, and no direction is set.",
    quality="Errs low: departures are reported late or never, and count only from the day on which they were processed.",
    relation="Many short stays may go with letting by the room or with registration on paper. Innocent: temporary contracts, a stay with family.",
    idea="Assumed: how long someone stays is what a handler sees at a glance in the register.",
)
ABOUT_COMPARED = About(
    lawful=LAWFUL,
    proxy="Made against streets in which everyone moves often, such as student streets: only objects under one postcode, of the same type and use, "
    "are compared.",
    quality="Rough where the neighbours hardly moved: one move more or less changes it much; missing where none of them did.",
    relation="More than the neighbours may speak of this address and not of the street. Innocent: one let home among owned ones.",
    idea="Our own: the level of an area is never an indicator, the address relative to it may be one.",
)


@indicator(
    nl="Aantal inschrijvingen in de afgelopen 12 maanden: {value}",
    en="Registrations in the past 12 months: {value}",
    unit="registrations",
    about=ABOUT_ARRIVALS,
    nl_high="Aantal inschrijvingen in de afgelopen 12 maanden: {value}. Dat is meer dan bij de meeste gecontroleerde adressen. Het kan ook komen "
    "door tijdelijke huur of studie",
    en_high="Registrations in the past 12 months: {value}. That is more than at most inspected addresses. Temporary contracts or study may also "
    "explain it",
    nl_zero="Geen inschrijving in de afgelopen 12 maanden",
    en_zero="No registration in the past 12 months",
)
def registrations_1y(registrations: Events) -> Column:
    """Household registrations in the past year."""
    return registrations.within(days=365).count()


@indicator(
    nl="Aantal inschrijvingen in de afgelopen 3 jaar: {value}",
    en="Registrations in the past 3 years: {value}",
    unit="registrations",
    about=ABOUT_ARRIVALS,
    nl_high="Aantal inschrijvingen in de afgelopen 3 jaar: {value}. Dat is meer dan bij de meeste gecontroleerde adressen. Het kan ook komen "
    "door tijdelijke huur of studie",
    en_high="Registrations in the past 3 years: {value}. That is more than at most inspected addresses. Temporary contracts or study may also "
    "explain it",
    nl_zero="Geen inschrijving in de afgelopen 3 jaar",
    en_zero="No registration in the past 3 years",
)
def registrations_3y(registrations: Events) -> Column:
    """Household registrations in the past three years."""
    return registrations.within(days=1095).count()


@indicator(
    nl="Aantal verschillende huishoudens dat zich in de afgelopen 3 jaar inschreef: {value}",
    en="Different households that registered in the past 3 years: {value}",
    unit="households",
    about=ABOUT_ARRIVALS,
    nl_high="Aantal verschillende huishoudens dat zich in de afgelopen 3 jaar inschreef: {value}. Dat is meer dan bij de meeste gecontroleerde "
    "adressen. Het kan ook komen door tijdelijke huur of studie",
    en_high="Different households that registered in the past 3 years: {value}. That is more than at most inspected addresses. Temporary "
    "contracts or study may also explain it",
    nl_zero="Geen nieuw huishouden in de afgelopen 3 jaar",
    en_zero="No new household in the past 3 years",
)
def distinct_households_3y(registrations: Events) -> Column:
    """Different households that registered in the past three years."""
    return registrations.within(days=1095).distinct("household_key")


@indicator(
    nl="Dagen sinds de laatste inschrijving: {value}",
    en="Days since the last registration: {value}",
    unit="days",
    about=ABOUT_NEWEST,
    nl_none="Er is hier nooit iemand ingeschreven",
    en_none="Nobody was ever registered here",
)
def days_since_registration(registrations: Events) -> Column:
    """Days since the newest household registration."""
    return registrations.days_since()


@indicator(
    nl="Aantal inschrijvingen van de afgelopen 2 jaar dat al voorbij is: {value}",
    en="Registrations of the past 2 years that have already ended: {value}",
    unit="registrations",
    about=ABOUT_DEPARTURES,
    nl_high="Aantal inschrijvingen van de afgelopen 2 jaar dat al voorbij is: {value}. Dat is meer dan bij de meeste gecontroleerde adressen. "
    "Het kan ook komen door tijdelijke huur of studie",
    en_high="Registrations of the past 2 years that have already ended: {value}. That is more than at most inspected addresses. Temporary "
    "contracts or study may also explain it",
    nl_zero="Geen inschrijving van de afgelopen 2 jaar is al voorbij",
    en_zero="No registration of the past 2 years has ended yet",
)
def ended_registrations_2y(registrations: Events) -> Column:
    """Registrations that began in the past two years and were known to have ended."""
    return registrations.within(days=730).where_known("ended_on").count()


@indicator(
    nl="Het aantal inschrijvingen in 3 jaar is {value} keer dat van de buren met deze postcode",
    en="Registrations in 3 years, as a multiple of those of the neighbours with this postcode: {value}",
    unit="ratio",
    about=ABOUT_COMPARED,
    nl_zero="Geen inschrijvingen in 3 jaar, bij de buren met deze postcode wel",
    en_zero="No registrations in 3 years, unlike the neighbours with this postcode",
    nl_missing="Het aantal inschrijvingen kan niet met de buren worden vergeleken",
    en_missing="The number of registrations cannot be compared with the neighbours",
)
def registrations_vs_postcode_3y(registrations_3y: Column, addresses: Addresses) -> Column:
    """Registrations in three years relative to the other objects with the same postcode, type and use."""
    return registrations_3y / registrations_3y.mean_of_others(addresses.postcode)
