"""Occupancy: how many people are registered, against the space there is. Counts only, never who they are."""

from __future__ import annotations

from features.about import About
from features.catalogue import indicator
from features.columns import Column
from features.events import Addresses, Events

LAWFUL = (
    "Wet basisregistratie personen art. 3.8 (use within the municipality, by its own by-law): counts and keyed hashes of households only, "
    "nothing about who the residents are or how they belong together."
)
WITH_SPACE = f"{LAWFUL} The floor area: Wet basisregistratie adressen en gebouwen art. 32."
ABOUT_RESIDENTS = About(
    lawful=LAWFUL,
    proxy="Large families, and groups in which grandparents or grown-up children live in more often. No direction is set for a number of people, "
    "and scores are audited by level of neighbourhood income.",
    quality="Departures are reported late or never, so it errs high after a move; who is not registered is not in it, so it errs low where most go "
    "on.",
    relation="Many people or households in one home may be letting by the room; nobody registered may be a second home. Innocent: a large family, "
    "carers who live in, a home between two tenants.",
    idea="The work process of address investigations, which starts from who is registered where.",
)
ABOUT_SPACE = About(
    lawful=WITH_SPACE,
    proxy="Large families on a small income, who cannot rent a larger home. Only the number counts, its sentence names the ordinary "
    "reasons, and scores are audited by level of neighbourhood income.",
    quality="Both parts err: registered floor area lags behind a conversion, residents who left still count, residents who are not registered do "
    "not.",
    relation="Less space per person is expected to go with overcrowding, hence the direction. Innocent: a family that grew, a small home, a "
    "departure that was not entered.",
    idea="The rule on overcrowding of homes, which sets people against floor area (before 2024: Bouwbesluit 2012 art. 7.18).",
)
ABOUT_COMPARED = About(
    lawful=WITH_SPACE,
    proxy="Large families among small ones. Compared with homes in the same building or under one postcode, of the same type and use, so that no "
    "street of small homes stands out as a whole.",
    quality="Rough in small buildings, and missing where there is no other home with residents to compare with.",
    relation="Other than the neighbours may speak of how this home is used and not of the street. Innocent: a family among people who live alone, or "
    "the other way round.",
    idea="Our own: the level of an area is never an indicator, the address relative to it may be one.",
)
ABOUT_INVESTIGATED = About(
    lawful=f"{LAWFUL} That a registration is under investigation is a mark of the register itself.",
    proxy="People whose mail comes back: those who are often away, who share a letter box, or who do not read Dutch. Only the mark is read, not "
    "why it was set, and scores are audited by level of neighbourhood income.",
    quality="A mark may stand for months after the matter was settled; the register starts fewer investigations than there are doubts.",
    relation="Where the register doubts, more is expected to be found, hence the direction. Innocent: most investigations end with a mended letter "
    "box or a late notice of a move.",
    idea="The register itself: it marks what it doubts so that users take care.",
)


@indicator(
    nl="Aantal ingeschreven mensen: {value}",
    en="People registered: {value}",
    unit="residents",
    about=ABOUT_RESIDENTS,
    nl_zero="Er staat niemand ingeschreven",
    en_zero="Nobody is registered",
    nl_none="Er staat niemand ingeschreven",
    en_none="Nobody is registered",
)
def residents_now(registrations: Events) -> Column:
    """Number of people registered on the day; missing where no household is."""
    return registrations.as_known().sum("residents")


@indicator(
    nl="Aantal ingeschreven huishoudens: {value}",
    en="Households registered: {value}",
    unit="households",
    about=ABOUT_RESIDENTS,
    nl_zero="Er staat geen huishouden ingeschreven",
    en_zero="No household is registered",
)
def households_now(registrations: Events) -> Column:
    """Number of household registrations that are valid on the day."""
    return registrations.as_known().count()


@indicator(
    nl="Per ingeschreven bewoner is er {value} m2",
    en="Floor area in m2 per registered resident: {value}",
    unit="m2 per resident",
    about=ABOUT_SPACE,
    risk="-",
    nl_high="Per ingeschreven bewoner is er {value} m2. Dat is ruimer dan bij de meeste gecontroleerde adressen",
    en_high="Floor area in m2 per registered resident: {value}. That is roomier than at most inspected addresses",
    nl_low="Per ingeschreven bewoner is er {value} m2. Dat is krapper dan bij de meeste gecontroleerde adressen. Vaak is er een gewone reden, "
    "zoals een groot huishouden of een vertrek dat nog niet is verwerkt",
    en_low="Floor area in m2 per registered resident: {value}. That is less roomy than at most inspected addresses. There is often an ordinary "
    "reason, such as a large household or a departure that is not entered yet",
    nl_missing="Het oppervlak per bewoner is niet te berekenen",
    en_missing="The floor area per resident cannot be computed",
)
def floor_area_per_resident(floor_area_m2: Column, residents_now: Column) -> Column:
    """Floor area per registered resident."""
    return floor_area_m2 / residents_now


@indicator(
    nl="Het oppervlak per bewoner is {value} keer dat van de andere woningen in het pand",
    en="Floor area per resident, as a multiple of that of the other homes in the building: {value}",
    unit="ratio",
    about=ABOUT_COMPARED,
    nl_low="Het oppervlak per bewoner is {value} keer dat van de andere woningen in het pand. Dat is lager dan bij de meeste gecontroleerde "
    "adressen. Vaak is er een gewone reden, zoals een groot huishouden of een vertrek dat nog niet is verwerkt",
    en_low="Floor area per resident, as a multiple of that of the other homes in the building: {value}. That is lower than at most inspected "
    "addresses. There is often an ordinary reason, such as a large household or a departure that is not entered yet",
    nl_missing="Het oppervlak per bewoner kan niet met het pand worden vergeleken",
    en_missing="The floor area per resident cannot be compared with the building",
)
def floor_area_per_resident_vs_building(floor_area_per_resident: Column, addresses: Addresses) -> Column:
    """Floor area per registered resident, relative to the other homes in the building on the same day."""
    return floor_area_per_resident / floor_area_per_resident.mean_of_others(addresses.building)


@indicator(
    nl="Het aantal bewoners is {value} keer het gemiddelde van de buren met deze postcode",
    en="Residents, as a multiple of the mean of the neighbours with this postcode: {value}",
    unit="ratio",
    about=ABOUT_COMPARED,
    nl_high="Het aantal bewoners is {value} keer het gemiddelde van de buren met deze postcode. Dat is hoger dan bij de meeste gecontroleerde "
    "adressen. Vaak is er een gewone reden, zoals een groot huishouden of een vertrek dat nog niet is verwerkt",
    en_high="Residents, as a multiple of the mean of the neighbours with this postcode: {value}. That is higher than at most inspected addresses. "
    "There is often an ordinary reason, such as a large household or a departure that is not entered yet",
    nl_missing="Het aantal bewoners kan niet met de buren worden vergeleken",
    en_missing="The number of residents cannot be compared with the neighbours",
)
def residents_vs_postcode(residents_now: Column, addresses: Addresses) -> Column:
    """Registered residents relative to the other objects with the same postcode, type and use."""
    return residents_now / residents_now.mean_of_others(addresses.postcode)


@indicator(
    nl="Aantal inschrijvingen dat het register onderzoekt: {value}",
    en="Registrations that the register is investigating: {value}",
    unit="registrations",
    about=ABOUT_INVESTIGATED,
    risk="+",
    nl_zero="Het register onderzoekt hier geen inschrijving",
    en_zero="The register is investigating no registration here",
)
def registrations_investigated(registrations: Events) -> Column:
    """Registrations that the register itself is investigating on the day."""
    return registrations.as_known().where(under_investigation=True).count()
