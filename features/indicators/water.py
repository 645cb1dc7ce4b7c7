"""Water: use of drinking water against the number of people registered. Estimated and shared readings say nothing and are missing."""

from __future__ import annotations

from features.about import About
from features.catalogue import indicator
from features.columns import Column
from features.events import Addresses, Events
from features.stays import Span

LITRES_PER_M3 = 1000
FIVE_YEARS = 1825
LAWFUL = (
    "Algemene wet bestuursrecht art. 5:16 and 5:17 (what a supervisor may ask for), under a data agreement with the water company and after an "
    "impact assessment (GDPR art. 35): one volume per reading period, no course of the day."
)
ABOUT_USE = About(
    lawful=LAWFUL,
    proxy="People who are often away (work abroad, travel, care for family elsewhere, hospital) and people who save water because they must; high "
    "use goes with large families and illness. No direction is set, and scores are audited by level of neighbourhood income.",
    quality="One reading a year, so it lags; self-reported readings round. Estimated and shared readings are left out, so it is missing in many "
    "flats.",
    relation="Very low use may mean that nobody lives there, very high use that more people do. Innocent: travel, thrift, a new home, a garden, a "
    "leak.",
    idea="Vewin, Watergebruik thuis 2021, says what people use on average (129 litres a day); that the difference is telling is assumed.",
)
ABOUT_COMPARED = About(
    lawful=LAWFUL,
    proxy="As the use itself: travellers and thrifty people. Compared with objects under one postcode, of the same type and use, so that homes "
    "without a garden are not set against homes with one.",
    quality="Rough where few neighbours have a meter of their own; missing where none has.",
    relation="Far less than the neighbours may mean that nobody lives there. Innocent: travel, thrift, two homes, a stay with family.",
    idea="Our own: the level of an area is never an indicator, the address relative to it may be one.",
)
ABOUT_CHANGE = About(
    lawful=LAWFUL,
    proxy="Compares the address with itself, so people who always use little do not stand out; life events do: a birth, a death, a divorce, illness. "
    "No direction is set.",
    quality="Two measured periods are needed, more than two years apart; where one was estimated or the meter is shared it is missing.",
    relation="A sharp change may be a change of use. Innocent: children who leave home, a leak that was mended, working from home.",
    idea="Assumed: that a change says more than a level.",
)
ABOUT_READING = About(
    lawful=LAWFUL,
    proxy="People who do not answer letters, do not read Dutch or are not handy with a form have their meter estimated more often. No direction is "
    "set, and scores are audited by level of neighbourhood income.",
    quality="Companies differ in how they ask and when they estimate; a reading that comes late is first an estimate.",
    relation="That nobody reads the meter may mean that nobody is there. Innocent: a lost letter, a meter that is hard to reach.",
    idea="Assumed; its first use is to say how much the other water indicators are worth here.",
)


def _measured(water: Events) -> Events:
    """Keep readings of the address's own meter, read within two years."""
    return water.within(days=730).where(reading=("read", "self-reported"), shared_meter=False).where_known("volume_m3")


@indicator(
    nl="Het waterverbruik is {value} liter per dag",
    en="Water use in litres per day: {value}",
    unit="litres per day",
    about=ABOUT_USE,
    nl_low="Het waterverbruik is {value} liter per dag. Dat is minder dan bij de meeste gecontroleerde adressen. Vaak is er een gewone reden, "
    "zoals reizen of zuinig leven",
    en_low="Water use in litres per day: {value}. That is less than at most inspected addresses. There is often an ordinary reason, such as "
    "travel or thrift",
    nl_high="Het waterverbruik is {value} liter per dag. Dat is meer dan bij de meeste gecontroleerde adressen. Het kan ook komen door een tuin, "
    "een lek of een groot huishouden",
    en_high="Water use in litres per day: {value}. That is more than at most inspected addresses. A garden, a leak or a large household may also "
    "explain it",
    nl_zero="Volgens de meter is er geen water gebruikt. Soms is er een gewone reden, zoals reizen of een verbouwing",
    en_zero="By the meter no water was used. There may be an ordinary reason, such as travel or building work",
    nl_missing="Er is geen bruikbare meterstand",
    en_missing="There is no usable meter reading",
)
def water_per_day(water: Events) -> Column:
    """Litres a day over the newest measured period."""
    measured = _measured(water)
    return measured.latest("volume_m3") * LITRES_PER_M3 / measured.latest("period_days")


@indicator(
    nl="Het waterverbruik is {value} liter per bewoner per dag",
    en="Water use in litres per resident per day: {value}",
    unit="litres per resident per day",
    about=ABOUT_USE,
    nl_low="Het waterverbruik is {value} liter per bewoner per dag. Dat is minder dan bij de meeste gecontroleerde adressen. Vaak is er een gewone "
    "reden, zoals reizen of zuinig leven",
    en_low="Water use in litres per resident per day: {value}. That is less than at most inspected addresses. There is often an ordinary reason, "
    "such as travel or thrift",
    nl_high="Het waterverbruik is {value} liter per bewoner per dag. Dat is meer dan bij de meeste gecontroleerde adressen. Het kan ook komen door "
    "een tuin of een lek",
    en_high="Water use in litres per resident per day: {value}. That is more than at most inspected addresses. A garden or a leak may also explain "
    "it",
    nl_zero="Volgens de meter is er geen water gebruikt. Soms is er een gewone reden, zoals reizen of een verbouwing",
    en_zero="By the meter no water was used. There may be an ordinary reason, such as travel or building work",
    nl_missing="Het waterverbruik per bewoner is niet te berekenen",
    en_missing="Water use per resident cannot be computed",
)
def water_per_resident_day(water: Events, registrations: Events) -> Column:
    """Litres of the newest measured period per day that someone was registered in that period (Vewin 2021: about 129 on average).

    Each resident counts for the days of the period from the day of arrival to the day before departure, as far as the register knew of
    them. Missing where nobody was registered in the period: who came later did not use that water. Missing too where the period began more
    than five years ago.
    """
    measured = _measured(water)
    period = Span(last=measured.days_since(), days=measured.latest("period_days"))
    return measured.latest("volume_m3") * LITRES_PER_M3 / registrations.days_in(period, "residents", back=FIVE_YEARS)


@indicator(
    nl="Het waterverbruik per bewoner is {value} keer dat van de buren met deze postcode",
    en="Water use per resident, as a multiple of that of the neighbours with this postcode: {value}",
    unit="ratio",
    about=ABOUT_COMPARED,
    nl_low="Het waterverbruik per bewoner is {value} keer dat van de buren met deze postcode. Dat is lager dan bij de meeste gecontroleerde "
    "adressen. Vaak is er een gewone reden, zoals reizen of zuinig leven",
    en_low="Water use per resident, as a multiple of that of the neighbours with this postcode: {value}. That is lower than at most inspected "
    "addresses. There is often an ordinary reason, such as travel or thrift",
    nl_zero="Volgens de meter is er geen water gebruikt, bij de buren met deze postcode wel. Soms is er een gewone reden, zoals reizen of een "
    "verbouwing",
    en_zero="By the meter no water was used, unlike at the neighbours with this postcode. There may be an ordinary reason, such as travel or "
    "building work",
    nl_missing="Het waterverbruik kan niet met de buren worden vergeleken",
    en_missing="Water use cannot be compared with the neighbours",
)
def water_per_resident_day_vs_postcode(water_per_resident_day: Column, addresses: Addresses) -> Column:
    """Water use per resident relative to the other objects with the same postcode, type and use."""
    return water_per_resident_day / water_per_resident_day.mean_of_others(addresses.postcode)


@indicator(
    nl="Het waterverbruik is {value} keer dat van een eerdere periode",
    en="Water use, as a multiple of that in an earlier period: {value}",
    unit="ratio",
    about=ABOUT_CHANGE,
    nl_low="Het waterverbruik is {value} keer dat van een eerdere periode. Dat is lager dan bij de meeste gecontroleerde adressen. Vaak is er "
    "een gewone reden, zoals reizen of een kleiner huishouden",
    en_low="Water use, as a multiple of that in an earlier period: {value}. That is lower than at most inspected addresses. There is often an "
    "ordinary reason, such as travel or a smaller household",
    nl_high="Het waterverbruik is {value} keer dat van een eerdere periode. Dat is hoger dan bij de meeste gecontroleerde adressen. Het kan "
    "ook komen door een groter huishouden of een lek",
    en_high="Water use, as a multiple of that in an earlier period: {value}. That is higher than at most inspected addresses. A larger household "
    "or a leak may also explain it",
    nl_zero="Volgens de meter is er geen water gebruikt, in een eerdere periode wel. Soms is er een gewone reden, zoals reizen of een verbouwing",
    en_zero="By the meter no water was used, unlike in an earlier period. There may be an ordinary reason, such as travel or building work",
    nl_missing="Er is geen eerdere meterstand om mee te vergelijken",
    en_missing="There is no earlier reading to compare with",
)
def water_vs_earlier(water_per_day: Column, water: Events) -> Column:
    """Newest daily use relative to the newest reading of more than two years ago."""
    earlier = water.before(days=730).where(reading=("read", "self-reported"), shared_meter=False).where_known("volume_m3")
    return water_per_day / (earlier.latest("volume_m3") * LITRES_PER_M3 / earlier.latest("period_days"))


@indicator(
    nl="Van de meterstanden in 3 jaar is {value} geschat",
    en="Share of the meter readings in 3 years that was estimated: {value}",
    unit="share",
    about=ABOUT_READING,
    nl_zero="Geen geschatte meterstanden in 3 jaar",
    en_zero="No estimated readings in 3 years",
    nl_missing="Er zijn geen meterstanden in 3 jaar",
    en_missing="There are no readings in 3 years",
)
def estimated_readings_share_3y(water: Events) -> Column:
    """Share of readings in three years that were estimated: nobody read the meter."""
    recent = water.within(days=1095)
    return recent.where(reading="estimated").count() / recent.count()
