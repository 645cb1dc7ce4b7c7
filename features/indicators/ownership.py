"""Ownership and value: how often the object changed hands and what it is worth."""

from __future__ import annotations

from features.about import About
from features.catalogue import indicator
from features.columns import Column
from features.events import Addresses, Events

ABOUT_TRANSFERS = About(
    lawful="Kadasterwet art. 99 and 107a (information from the land register): the owner enters as a keyed hash, never by name.",
    proxy="Starters on the housing market, and streets that are being bought up. No direction is set, and scores are audited by level of "
    "neighbourhood income.",
    quality="Apartment rights and ground lease hide who uses the home; an inheritance and a divorce are transfers too; deeds come in by the month.",
    relation="Fast resale may go with letting for gain. Innocent: a move for work, a divorce, an estate, a new building.",
    idea="Assumed; transfers are what the land register dates best.",
)
ABOUT_OWNER = About(
    lawful="Kadasterwet art. 99 and 107a (information from the land register): the kind of owner only; who it is enters as a keyed hash.",
    proxy="Tenants of commercial landlords, and through them the young and those new in town. No direction is set, corporations are not "
    "counted, and scores are audited by level of neighbourhood income.",
    quality="A company may be one person with one flat; a private owner may let ten; the end of an ownership is entered later than its begin.",
    relation="Letting by the room is done by companies more often than by residents. Innocent: most companies let as agreed and with a permit.",
    idea="Assumed, from the work of supervision on letting.",
)
ABOUT_VALUE = About(
    lawful="Wet waardering onroerende zaken art. 40a and 40b: the assessed value of a home is public; elsewhere it is used under art. 40a.",
    proxy="Income: a cheap home stands in for residents with little money. No direction is set, and the audit compares scores by level of "
    "neighbourhood income, for which this number is the first one to look at.",
    quality="Assessed once a year, for a day a year back, by comparison with sales; lowered on objection years later.",
    relation="Experts expect nothing of a value by itself; it stands here to set floor area and use against. Innocent: every home has a value.",
    idea="Assumed; it is the first candidate to leave out when the audit finds that scores follow income.",
)
ABOUT_COMPARED = About(
    lawful="Wet waardering onroerende zaken art. 40a and 40b for the value, Wet basisregistratie adressen en gebouwen art. 32 for the floor area.",
    proxy="Made against the difference between dear and cheap areas: only objects under one postcode, of the same type and use, are compared.",
    quality="A wrong floor area makes a wrong value per square metre; missing where no neighbour has a value.",
    relation="A value far from the neighbours' may point at a register that lags behind what was built. Innocent: upkeep, a view, a corner plot.",
    idea="Our own: the level of an area is never an indicator, the address relative to it may be one.",
)


@indicator(
    nl="Aantal keer van eigenaar gewisseld in de afgelopen 5 jaar: {value}",
    en="Times it changed hands in the past 5 years: {value}",
    unit="transfers",
    about=ABOUT_TRANSFERS,
    nl_high="Aantal keer van eigenaar gewisseld in de afgelopen 5 jaar: {value}. Dat is vaker dan bij de meeste gecontroleerde adressen",
    en_high="Times it changed hands in the past 5 years: {value}. That is more often than at most inspected addresses",
    nl_low="Aantal keer van eigenaar gewisseld in de afgelopen 5 jaar: {value}. Dat is minder vaak dan bij de meeste gecontroleerde adressen",
    en_low="Times it changed hands in the past 5 years: {value}. That is less often than at most inspected addresses",
    nl_zero="Niet van eigenaar gewisseld in de afgelopen 5 jaar",
    en_zero="Did not change hands in the past 5 years",
)
def transfers_5y(ownership: Events) -> Column:
    """Transfers of ownership in five years."""
    return ownership.within(days=1825).count()


@indicator(
    nl="Dagen sinds de laatste overdracht: {value}",
    en="Days since the last transfer: {value}",
    unit="days",
    about=ABOUT_TRANSFERS,
    nl_missing="Er is geen overdracht bekend",
    en_missing="No transfer is known",
)
def days_since_transfer(ownership: Events) -> Column:
    """Days since the newest transfer."""
    return ownership.days_since()


@indicator(
    nl="Aantal eigenaren dat een bedrijf is: {value}",
    en="Owners that are a company: {value}",
    unit="owners",
    about=ABOUT_OWNER,
    nl_zero="De eigenaar is geen bedrijf",
    en_zero="The owner is not a company",
)
def company_owners_now(ownership: Events) -> Column:
    """Owners on the day that are companies, housing corporations not counted."""
    return ownership.as_known().where(owner_kind="company").count()


@indicator(
    nl="De WOZ-waarde is {value} euro",
    en="The assessed value in euro: {value}",
    unit="euro",
    about=ABOUT_VALUE,
    nl_high="De WOZ-waarde is {value} euro. Dat is hoger dan bij de meeste gecontroleerde adressen",
    en_high="The assessed value in euro: {value}. That is higher than at most inspected addresses",
    nl_low="De WOZ-waarde is {value} euro. Dat is lager dan bij de meeste gecontroleerde adressen",
    en_low="The assessed value in euro: {value}. That is lower than at most inspected addresses",
    nl_missing="Er is geen WOZ-waarde bekend",
    en_missing="No assessed value is known",
)
def property_value(property_values: Events) -> Column:
    """Newest assessed value."""
    return property_values.latest("value_eur")


@indicator(
    nl="De waarde per m2 is {value} keer die van de buren met deze postcode",
    en="The value per m2, as a multiple of that of the neighbours with this postcode: {value}",
    unit="ratio",
    about=ABOUT_COMPARED,
    nl_missing="De waarde per m2 kan niet met de buren worden vergeleken",
    en_missing="The value per m2 cannot be compared with the neighbours",
)
def value_per_m2_vs_postcode(value_per_m2: Column, addresses: Addresses) -> Column:
    """Value per square metre relative to the other objects with the same postcode, type and use."""
    return value_per_m2 / value_per_m2.mean_of_others(addresses.postcode)


@indicator(
    nl="De waarde is {value} euro per m2",
    en="The value in euro per m2: {value}",
    unit="euro per m2",
    about=ABOUT_VALUE,
    nl_high="De waarde is {value} euro per m2. Dat is hoger dan bij de meeste gecontroleerde adressen",
    en_high="The value in euro per m2: {value}. That is higher than at most inspected addresses",
    nl_low="De waarde is {value} euro per m2. Dat is lager dan bij de meeste gecontroleerde adressen",
    en_low="The value in euro per m2: {value}. That is lower than at most inspected addresses",
    nl_missing="De waarde per m2 is niet te berekenen",
    en_missing="The value per m2 cannot be computed",
)
def value_per_m2(property_value: Column, floor_area_m2: Column) -> Column:
    """Newest assessed value per square metre of floor area."""
    return property_value / floor_area_m2
