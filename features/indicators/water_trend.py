"""Water over the years: whether use rises or falls, against its own past and the size of the object."""

from __future__ import annotations

from features.about import About
from features.catalogue import indicator
from features.columns import Column
from features.events import Events

LITRES_PER_M3 = 1000
HUNDRED_M2 = 100
TREND = About(
    lawful="Delivered by the water company under a data agreement that names the theme, after an impact assessment (GDPR art. 35).",
    proxy="Use follows the number of people at home and so the kind of household; the address is only set against its own past or size.",
    quality="About one reading a year, so a change shows a year late, and a short period may be of one season; readings that people report "
    "themselves are rounded.",
    relation="Assumed: a sharp rise goes with more people, a sharp fall with a home that is not lived in; a leak, a garden or being away "
    "explain as much.",
    idea="assumed: a level says little of an address of which the ordinary use is not known",
)
READING = About(
    lawful="Delivered by the water company under a data agreement that names the theme, after an impact assessment (GDPR art. 35): of a "
    "reading, its day.",
    proxy="People who do not answer letters, do not read Dutch or are not handy with a form have their meter estimated more often. The "
    "audit compares scores by level of neighbourhood income alone: these groups are not measured. No direction is set.",
    quality="A year is ordinary, for a meter is read about once a year. An estimate or a shared meter does not count, so the number grows "
    "although a reading was asked for.",
    relation="Assumed: a meter that nobody has read for long may be one with nobody near it; a lost letter, a meter that is hard to reach or "
    "a company that estimates does the same.",
    idea="assumed; its first use is to say how old the other figures of water are",
)


def _measured(water: Events) -> Events:
    """Keep readings of the address's own meter of five years that were not estimated."""
    return water.within(days=1825).where(reading=("read", "self-reported"), shared_meter=False).where_known("volume_m3")


@indicator(
    about=TREND,
    nl="Het verschil in waterverbruik van jaar op jaar is over 5 jaar gemiddeld {value} liter per dag",
    en="The difference in water use from year to year over 5 years, in litres a day on average: {value}",
    unit="litres per day per year",
    nl_high="Het waterverbruik per dag verandert over 5 jaar met {value} liter per jaar. Dat is een "
    "sterkere stijging dan bij de meeste gecontroleerde adressen",
    en_high="Change of water use per day over 5 years, in litres for each year: {value}. That is a stronger rise than at most inspected addresses",
    nl_low="Het waterverbruik per dag verandert over 5 jaar met {value} liter per jaar. Dat is een "
    "sterkere daling dan bij de meeste gecontroleerde adressen; "
    "vaak is iemand vertrokken of zuiniger gaan leven",
    en_low="Change of water use per day over 5 years, in litres for each year: {value}. That is a stronger fall than at most inspected addresses; "
    "often someone left or became thriftier",
    nl_zero="Het waterverbruik bleef over 5 jaar gelijk",
    en_zero="Water use stayed the same over 5 years",
    nl_missing="Er zijn te weinig bruikbare meterstanden voor een verloop over 5 jaar",
    en_missing="There are too few usable readings to see a trend over 5 years",
)
def water_trend_5y(water: Events) -> Column:
    """Slope of the litres a day over the measured readings of five years, per year; a long period does not weigh as use.

    A reading stands at the last day of its period.
    """
    return _measured(water).trend("volume_m3", per="period_days") * LITRES_PER_M3


@indicator(
    about=TREND,
    nl="Het waterverbruik is {value} keer het gemiddelde van dit adres over 5 jaar",
    en="Water use against the mean of this address over 5 years, as a ratio: {value}",
    unit="ratio",
    nl_low="Het waterverbruik is {value} keer het gemiddelde van dit adres over 5 jaar. Dat is minder; vaak is iemand vertrokken of veel weg",
    en_low="Water use against the mean of this address over 5 years, as a ratio: {value}. That is less; often someone left or is away a lot",
    nl_missing="Het waterverbruik kan niet met dat van eerdere jaren worden vergeleken",
    en_missing="Water use cannot be compared with that of earlier years",
)
def water_vs_own_mean_5y(water: Events) -> Column:
    """Daily use of the newest measured period relative to the daily use over all measured periods of five years, that one included."""
    measured = _measured(water)
    newest = measured.latest("volume_m3") / measured.latest("period_days")
    return newest / (measured.sum("volume_m3") / measured.sum("period_days"))


@indicator(
    about=TREND,
    nl="Het waterverbruik is {value} liter per dag per 100 m2",
    en="Water use in litres a day per 100 m2: {value}",
    unit="litres per day per 100 m2",
    nl_low="Het waterverbruik is {value} liter per dag per 100 m2. Dat is weinig; vaak komt dat door zuinig leven, veel weg zijn of opslag",
    en_low="Water use in litres a day per 100 m2: {value}. That is little; often the reason is thrift, being away a lot or storage",
    nl_missing="Het waterverbruik kan niet met het oppervlak worden vergeleken",
    en_missing="Water use cannot be compared with the floor area",
)
def water_per_100m2(water_per_day: Column, floor_area_m2: Column) -> Column:
    """Litres a day over the newest measured period per hundred square metres of floor area."""
    return water_per_day * HUNDRED_M2 / floor_area_m2


@indicator(
    about=READING,
    nl="Aantal dagen sinds de laatste bruikbare meterstand: {value}",
    en="Number of days since the last usable reading: {value}",
    unit="days",
    nl_missing="Er is in 5 jaar geen bruikbare meterstand",
    en_missing="There is no usable reading in 5 years",
)
def days_since_water_reading(water: Events) -> Column:
    """Days since the end of the newest measured period of five years."""
    return _measured(water).days_since()
