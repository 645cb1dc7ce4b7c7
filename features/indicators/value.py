"""Value over the years: how the assessed value rises, and where it stands among the surroundings and beside the price."""

from __future__ import annotations

from features.about import About
from features.catalogue import indicator
from features.columns import Column
from features.events import Addresses, Events

VALUE = About(
    lawful="The municipality's tax office gives values under the purpose that art. 40a of the Wet WOZ allows; nothing about who owns or lives there.",
    proxy="Value follows income and quarter; only its course and its place among like objects count, never the level of a quarter.",
    quality="Assessed by model once a year; lowered on objection years later. Rebuilding without a permit is not seen.",
    relation="Assumed: a value that leaves its surroundings tells of rebuilding, such as more rooms; most often it is an ordinary renovation.",
    idea="assumed: a home made fit for letting by the room changes in value unlike its neighbours",
)
PRICE = About(
    lawful="Values under art. 40a of the Wet WOZ, prices from the land register (Kadasterwet art. 99 and 107a); the owner is not read.",
    proxy="Value follows income and quarter; the ratio of value to price hardly does. The audit compares scores by level of neighbourhood "
    "income alone: income within a neighbourhood is not measured.",
    quality="Prices between relatives or of several objects at once are not market prices; an old price lies far below the value.",
    relation="Assumed: a price far from the value goes with a purchase for letting; a sale to relatives or long ago does the same.",
    idea="assumed: both figures are about the object and are seldom held beside each other",
)


@indicator(
    about=VALUE,
    nl="De WOZ-waarde steeg in 5 jaar gemiddeld met {value} per jaar (onder nul: daalde)",
    en="The assessed value rose by {value} a year on average in 5 years (below zero: fell)",
    unit="share",
    nl_zero="De WOZ-waarde bleef in 5 jaar gelijk",
    en_zero="The assessed value stayed the same in 5 years",
    nl_missing="Er zijn te weinig WOZ-waarden voor een verloop over 5 jaar",
    en_missing="There are too few assessed values to see a trend over 5 years",
)
def value_growth_5y(property_values: Events) -> Column:
    """Slope of the assessed value over five years, per year, as a share of the mean value of those years."""
    recent = property_values.within(days=1825)
    return recent.trend("value_eur") / recent.mean("value_eur")


@indicator(
    about=VALUE,
    nl="De WOZ-waarde steeg per jaar {value} meer dan die van de andere objecten met deze postcode (onder nul: minder)",
    en="The assessed value rose by {value} a year more than that of the other objects with this postcode (below zero: less)",
    unit="share",
    nl_zero="De WOZ-waarde steeg even sterk als die van de andere objecten met deze postcode",
    en_zero="The assessed value rose as much as that of the other objects with this postcode",
    nl_missing="Het verloop van de WOZ-waarde kan niet met de buren worden vergeleken",
    en_missing="The trend of the assessed value cannot be compared with the neighbours",
)
def value_growth_vs_postcode(value_growth_5y: Column, addresses: Addresses) -> Column:
    """Yearly growth of the assessed value less the mean of the other objects with the same postcode, type and use."""
    return value_growth_5y - value_growth_5y.mean_of_others(addresses.postcode)


@indicator(
    about=VALUE,
    nl="{value} van de andere objecten met deze postcode heeft een lagere WOZ-waarde",
    en="{value} of the other objects with this postcode have a lower assessed value",
    unit="share",
    nl_zero="Geen ander object met deze postcode heeft een lagere WOZ-waarde",
    en_zero="No other object with this postcode has a lower assessed value",
    nl_missing="De WOZ-waarde kan niet met de buren worden vergeleken",
    en_missing="The assessed value cannot be compared with the neighbours",
)
def value_rank_postcode(property_value: Column, addresses: Addresses) -> Column:
    """Share of the other objects with the same postcode, type and use that have a lower assessed value, equal ones for half."""
    return property_value.rank_among(addresses.postcode)


@indicator(
    about=VALUE,
    nl="{value} van de andere objecten in de buurt heeft een lagere waarde per m2",
    en="{value} of the other objects in the neighbourhood have a lower value per m2",
    unit="share",
    nl_zero="Geen ander object in de buurt heeft een lagere waarde per m2",
    en_zero="No other object in the neighbourhood has a lower value per m2",
    nl_missing="De waarde per m2 kan niet met de buurt worden vergeleken",
    en_missing="The value per m2 cannot be compared with the neighbourhood",
)
def value_per_m2_rank_neighbourhood(value_per_m2: Column, addresses: Addresses) -> Column:
    """Share of the other objects in the neighbourhood, of the same type and use, with a lower value per square metre, equal ones for half."""
    return value_per_m2.rank_among(addresses.neighbourhood)


@indicator(
    about=PRICE,
    nl="De WOZ-waarde is {value} keer de laatst bekende koopprijs",
    en="The assessed value against the last known price, as a ratio: {value}",
    unit="ratio",
    nl_missing="De WOZ-waarde kan niet met een koopprijs worden vergeleken",
    en_missing="The assessed value cannot be compared with a price",
)
def value_vs_price(property_value: Column, ownership: Events) -> Column:
    """Newest assessed value relative to the price of the newest transfer of which a price is known."""
    return property_value / ownership.where_known("price_eur").latest("price_eur")
