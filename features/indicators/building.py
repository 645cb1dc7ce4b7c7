"""Building: what the object is, and how it compares with its neighbours."""

from __future__ import annotations

from features.about import About
from features.catalogue import indicator
from features.columns import Column
from features.events import Addresses
from features.sentences import FLAG

LAWFUL = "Wet basisregistratie adressen en gebouwen art. 32: everyone may read it, a public body must use it. About the object, not who is in it."
ABOUT_OBJECT = About(
    lawful=LAWFUL,
    proxy="Income: small and old homes are cheaper, and those who live there have less to choose. No direction is set, and scores are audited by "
    "level of neighbourhood income.",
    quality="Floor area and year are as declared at a permit: a conversion without one is not in it; 1 and 999999 mean unknown and are refused.",
    relation="Experts expect nothing of size or year alone; both set other numbers in proportion. Innocent: every building has a size and a year.",
    idea="Assumed: what every model of buildings starts from.",
)
ABOUT_COMPARED = About(
    lawful=LAWFUL,
    proxy="Made against the difference between streets of small and of large homes: only objects under one postcode, of the same type and use, "
    "are compared.",
    quality="A wrong floor area of one large neighbour moves the mean of a small street; missing where there is no neighbour.",
    relation="A home far larger than the neighbours lends itself to letting by the room. Innocent: a corner house, two homes made into one.",
    idea="Our own: the level of an area is never an indicator, the address relative to it may be one.",
)
ABOUT_USE = About(
    lawful=LAWFUL,
    proxy="Entrepreneurs in hospitality and in sheds, and through them origin. Only the use of the object is read, never the business sector; no "
    "direction is set, and objects are compared with those of the same use.",
    quality="The stated use lags behind the real one, which is the point of looking; of several uses only the first is read.",
    relation="It says which rules hold here, and lets the model learn what differs between uses. Innocent: it is the use that was allowed.",
    idea="Assumed: supervision of premises is divided by use as well.",
)


@indicator(
    nl="Het gebruiksoppervlak is {value} m2",
    en="The usable floor area in m2: {value}",
    unit="m2",
    about=ABOUT_OBJECT,
    nl_high="Het gebruiksoppervlak is {value} m2. Dat is groter dan bij de meeste gecontroleerde adressen",
    en_high="The usable floor area in m2: {value}. That is larger than at most inspected addresses",
    nl_low="Het gebruiksoppervlak is {value} m2. Dat is kleiner dan bij de meeste gecontroleerde adressen",
    en_low="The usable floor area in m2: {value}. That is smaller than at most inspected addresses",
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
    about=ABOUT_OBJECT,
    nl_high="Het pand is gebouwd in {value}. Het is nieuwer dan de meeste gecontroleerde adressen",
    en_high="The building was completed in {value}. It is newer than most inspected addresses",
    nl_low="Het pand is gebouwd in {value}. Het is ouder dan de meeste gecontroleerde adressen",
    en_low="The building was completed in {value}. It is older than most inspected addresses",
    nl_missing="Het bouwjaar staat niet in het register",
    en_missing="The year of completion is not in the register",
)
def built_year(addresses: Addresses) -> Column:
    """Year in which the building was first completed."""
    return addresses.latest("built_year")


@indicator(
    nl="Het oppervlak is {value} keer het gemiddelde van de andere objecten met deze postcode",
    en="The floor area, as a multiple of the mean of the other objects with this postcode: {value}",
    unit="ratio",
    about=ABOUT_COMPARED,
    nl_missing="Het oppervlak kan niet met de buren worden vergeleken",
    en_missing="The floor area cannot be compared with the neighbours",
)
def floor_area_vs_postcode(floor_area_m2: Column, addresses: Addresses) -> Column:
    """Floor area relative to the other objects with the same postcode, type and use."""
    return floor_area_m2 / floor_area_m2.mean_of_others(addresses.postcode)


@indicator(
    nl="Het object heeft een horecabestemming: {value}",
    en="The object is registered for hospitality use: {value}",
    unit=FLAG,
    about=ABOUT_USE,
    family="registered_use",
    nl_zero="Het object heeft geen horecabestemming",
    en_zero="The object is not registered for hospitality use",
    nl_missing="Niet bekend of het object een horecabestemming heeft",
    en_missing="Not known whether the object is registered for hospitality use",
)
def used_for_hospitality(addresses: Addresses) -> Column:
    """Whether the registered use is hospitality."""
    return addresses.where(use="hospitality").count()


@indicator(
    nl="Het object heeft een industriebestemming: {value}",
    en="The object is registered for industrial use: {value}",
    unit=FLAG,
    about=ABOUT_USE,
    family="registered_use",
    nl_zero="Het object heeft geen industriebestemming",
    en_zero="The object is not registered for industrial use",
    nl_missing="Niet bekend of het object een industriebestemming heeft",
    en_missing="Not known whether the object is registered for industrial use",
)
def used_for_industry(addresses: Addresses) -> Column:
    """Whether the registered use is industry, the use of most sheds."""
    return addresses.where(use="industry").count()
