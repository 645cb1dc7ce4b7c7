"""Surroundings: where the address stands among those of the same type and use in its building, postcode or neighbourhood."""

from __future__ import annotations

from features.about import About
from features.catalogue import indicator
from features.columns import Column
from features.events import Addresses

REPORTED = About(
    lawful="Reports to the municipality about the matter of the theme (Gemeentewet art. 160), each address set against its like.",
    proxy="Some areas report more at equal truth; set against its own surroundings an address is not blamed for that.",
    quality="One matter is reported twice, and many are never reported; in a small building the comparison is coarse.",
    relation="An address about which more is reported than about its like goes with more findings; a quarrel between neighbours does the same.",
    idea="assumed: a comparison with the surroundings takes away how readily an area reports",
)
LIVED_IN = About(
    lawful="Counts of registrations (Wet BRP art. 3.8) and facts of the address register, each address set against its like.",
    proxy="A large household is no sign of anything; set against its like only what is unusual there counts. No direction is set.",
    quality="Departures are reported late, so residents are too many rather than too few; in a small building the comparison is coarse.",
    relation="Assumed: many more residents or moves than in like homes go with letting by the room; a large household or a first home as well.",
    idea="assumed: what is usual differs between buildings and quarters, so the address is held beside those",
)
USED = About(
    lawful="Readings under a data agreement that names the theme, or public data of the business register, each address set against its like.",
    proxy="Use and branches follow the kind of quarter; set against its like an address is not blamed for that. No direction is set.",
    quality="Readings are up to two years old, and branches are left standing after closing; in a small postcode the comparison is coarse.",
    relation="Assumed: an address far from its like is used otherwise; low use of water and many branches mostly have an ordinary cause.",
    idea="assumed: what is usual differs between streets, so the address is held beside its own",
)


@indicator(
    about=REPORTED,
    nl="Over {value} van de andere objecten met deze postcode kwamen in 3 jaar minder meldingen",
    en="There were fewer reports in 3 years about {value} of the other objects with this postcode",
    unit="share",
    nl_zero="Over geen ander object met deze postcode kwamen in 3 jaar minder meldingen",
    en_zero="There were fewer reports in 3 years about no other object with this postcode",
    nl_missing="Het aantal meldingen kan niet met de buren worden vergeleken",
    en_missing="The number of reports cannot be compared with the neighbours",
)
def reports_rank_postcode_3y(reports_3y: Column, addresses: Addresses) -> Column:
    """Share of the other objects with the same postcode, type and use that have fewer reports in three years, equal ones for half."""
    return reports_3y.rank_among(addresses.postcode)


@indicator(
    about=REPORTED,
    nl="Verschil met het gemiddelde aantal meldingen in 3 jaar over de andere objecten in het pand: {value}",
    en="Difference from the mean number of reports in 3 years about the other objects in the building: {value}",
    unit="reports",
    nl_missing="Er zijn geen andere objecten in het pand om meldingen mee te vergelijken",
    en_missing="There are no other objects in the building to compare reports with",
)
def reports_minus_building_3y(reports_3y: Column, addresses: Addresses) -> Column:
    """Reports of three years minus the mean over the other objects in the building of the same type and use."""
    return reports_3y - reports_3y.mean_of_others(addresses.building)


@indicator(
    about=LIVED_IN,
    nl="In {value} van de andere woningen in het pand staan minder mensen ingeschreven",
    en="In {value} of the other homes in the building fewer people are registered",
    unit="share",
    nl_zero="In geen andere woning in het pand staan minder mensen ingeschreven",
    en_zero="In no other home in the building are fewer people registered",
    nl_missing="Het aantal bewoners kan niet met het pand worden vergeleken",
    en_missing="The number of residents cannot be compared with the building",
)
def residents_rank_building(residents_now: Column, addresses: Addresses) -> Column:
    """Share of the other objects in the building that have residents, of the same type and use, that have fewer, equal ones for half."""
    return residents_now.rank_among(addresses.building)


@indicator(
    about=LIVED_IN,
    nl="In {value} van de andere objecten in de buurt waren er in 3 jaar minder inschrijvingen",
    en="In {value} of the other objects in the neighbourhood there were fewer registrations in 3 years",
    unit="share",
    nl_zero="In geen ander object in de buurt waren er in 3 jaar minder inschrijvingen",
    en_zero="In no other object in the neighbourhood there were fewer registrations in 3 years",
    nl_missing="Het aantal inschrijvingen kan niet met de buurt worden vergeleken",
    en_missing="The number of registrations cannot be compared with the neighbourhood",
)
def registrations_rank_neighbourhood_3y(registrations_3y: Column, addresses: Addresses) -> Column:
    """Share of the other objects in the neighbourhood, of the same type and use, with fewer registrations in three years, equal ones for half."""
    return registrations_3y.rank_among(addresses.neighbourhood)


@indicator(
    about=LIVED_IN,
    nl="In {value} van de andere woningen in de buurt is er minder oppervlak per bewoner",
    en="In {value} of the other homes in the neighbourhood there is less floor area per resident",
    unit="share",
    nl_zero="In geen andere woning in de buurt is er minder oppervlak per bewoner",
    en_zero="In no other home in the neighbourhood is there less floor area per resident",
    nl_missing="Het oppervlak per bewoner kan niet met de buurt worden vergeleken",
    en_missing="The floor area per resident cannot be compared with the neighbourhood",
)
def floor_area_per_resident_rank_neighbourhood(floor_area_per_resident: Column, addresses: Addresses) -> Column:
    """Share of the other objects in the neighbourhood, of the same type and use, with less floor area per resident, equal ones for half."""
    return floor_area_per_resident.rank_among(addresses.neighbourhood)


@indicator(
    about=LIVED_IN,
    nl="{value} van de andere objecten in het pand is kleiner",
    en="{value} of the other objects in the building are smaller",
    unit="share",
    nl_zero="Geen ander object in het pand is kleiner",
    en_zero="No other object in the building is smaller",
    nl_missing="Het oppervlak kan niet met het pand worden vergeleken",
    en_missing="The floor area cannot be compared with the building",
)
def floor_area_rank_building(floor_area_m2: Column, addresses: Addresses) -> Column:
    """Share of the other objects in the building, of the same type and use, that have less floor area, equal ones for half."""
    return floor_area_m2.rank_among(addresses.building)


@indicator(
    about=USED,
    nl="Bij {value} van de andere objecten met deze postcode is het waterverbruik lager",
    en="At {value} of the other objects with this postcode water use is lower",
    unit="share",
    nl_low="Bij {value} van de andere objecten met deze postcode is het waterverbruik lager. Weinig verbruik heeft vaak een gewone "
    "oorzaak, zoals reizen of zuinig leven",
    en_low="At {value} of the other objects with this postcode water use is lower. Low use often has an ordinary cause, such as travel or thrift",
    nl_zero="Bij geen ander object met deze postcode is het waterverbruik lager. Weinig verbruik heeft vaak een gewone "
    "oorzaak, zoals reizen of zuinig leven",
    en_zero="At no other object with this postcode water use is lower. Low use often has an ordinary cause, such as travel or thrift",
    nl_missing="Het waterverbruik kan niet met de buren worden vergeleken",
    en_missing="Water use cannot be compared with the neighbours",
)
def water_rank_postcode(water_per_day: Column, addresses: Addresses) -> Column:
    """Share of the other objects with the same postcode, type and use that use less water a day, equal ones for half."""
    return water_per_day.rank_among(addresses.postcode)


@indicator(
    about=USED,
    nl="Bij {value} van de andere objecten met deze postcode staan minder bedrijven ingeschreven",
    en="At {value} of the other objects with this postcode fewer businesses are registered",
    unit="share",
    nl_zero="Bij geen ander object met deze postcode staan minder bedrijven ingeschreven",
    en_zero="At no other object with this postcode fewer businesses are registered",
    nl_missing="Het aantal bedrijven kan niet met de buren worden vergeleken",
    en_missing="The number of businesses cannot be compared with the neighbours",
)
def businesses_rank_postcode(businesses_now: Column, addresses: Addresses) -> Column:
    """Share of the other objects with the same postcode, type and use that have fewer branches on the day, equal ones for half."""
    return businesses_now.rank_among(addresses.postcode)
