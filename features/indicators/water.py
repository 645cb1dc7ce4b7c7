"""Water: use of drinking water against the number of people registered. Estimated and shared readings say nothing and are missing."""

from __future__ import annotations

from features.catalogue import indicator
from features.columns import Column
from features.events import Addresses, Events

LITRES_PER_M3 = 1000


def _measured(water: Events) -> Events:
    """Keep readings of the address's own meter, read within two years."""
    return water.within(days=730).where(reading=("read", "self-reported"), shared_meter=False).where_known("volume_m3")


@indicator(
    nl="Het waterverbruik is {value} liter per dag",
    en="Water use is {value} litres a day",
    unit="litres per day",
    nl_missing="Er is geen bruikbare meterstand",
    en_missing="There is no usable meter reading",
)
def water_per_day(water: Events) -> Column:
    """Litres a day over the newest measured period."""
    measured = _measured(water)
    return measured.latest("volume_m3") * LITRES_PER_M3 / measured.latest("period_days")


@indicator(
    nl="Het waterverbruik is {value} liter per bewoner per dag. Weinig verbruik kan ook komen door reizen of zuinig leven",
    en="Water use is {value} litres per resident per day. Low use may also come from travel or thrift",
    unit="litres per resident per day",
    nl_missing="Het waterverbruik per bewoner is niet te berekenen",
    en_missing="Water use per resident cannot be computed",
)
def water_per_resident_day(water_per_day: Column, residents_now: Column) -> Column:
    """Litres a day per registered resident (Vewin 2021: about 129 on average)."""
    return water_per_day / residents_now


@indicator(
    nl="Het waterverbruik per bewoner is {value} keer dat van de buren met deze postcode",
    en="Water use per resident is {value} times that of the neighbours with this postcode",
    unit="ratio",
    nl_missing="Het waterverbruik kan niet met de buren worden vergeleken",
    en_missing="Water use cannot be compared with the neighbours",
)
def water_per_resident_day_vs_postcode(water_per_resident_day: Column, addresses: Addresses) -> Column:
    """Water use per resident relative to the other objects with the same postcode, type and use."""
    return water_per_resident_day / water_per_resident_day.mean_of_others(addresses.postcode)


@indicator(
    nl="Het waterverbruik is {value} keer dat van een eerdere periode",
    en="Water use is {value} times that of an earlier period",
    unit="ratio",
    nl_missing="Er is geen eerdere meterstand om mee te vergelijken",
    en_missing="There is no earlier reading to compare with",
)
def water_vs_earlier(water_per_day: Column, water: Events) -> Column:
    """Newest daily use relative to the newest reading of more than two years ago."""
    earlier = water.before(days=730).where(reading=("read", "self-reported"), shared_meter=False).where_known("volume_m3")
    return water_per_day / (earlier.latest("volume_m3") * LITRES_PER_M3 / earlier.latest("period_days"))


@indicator(
    nl="{value} van de meterstanden in 3 jaar zijn geschat",
    en="{value} of the readings in 3 years were estimated",
    unit="share",
    nl_zero="Geen geschatte meterstanden in 3 jaar",
    en_zero="No estimated readings in 3 years",
    nl_missing="Er zijn geen meterstanden in 3 jaar",
    en_missing="There are no readings in 3 years",
)
def estimated_readings_share_3y(water: Events) -> Column:
    """Share of readings in three years that were estimated: nobody read the meter."""
    recent = water.within(days=1095)
    return recent.where(reading="estimated").count() / recent.count()
