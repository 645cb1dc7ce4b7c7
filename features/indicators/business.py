"""Business: branches at the address, and how fast operators follow each other."""

from __future__ import annotations

from features.catalogue import indicator
from features.columns import Column
from features.events import Events


@indicator(
    nl="{value} bedrijven staan ingeschreven",
    en="{value} businesses are registered",
    unit="branches",
    nl_zero="Er staat geen bedrijf ingeschreven",
    en_zero="No business is registered",
)
def businesses_now(businesses: Events) -> Column:
    """Branches that are registered on the day."""
    return businesses.as_known().count()


@indicator(
    nl="{value} bedrijven begonnen in de afgelopen 12 maanden",
    en="{value} businesses started in the past 12 months",
    unit="branches",
    nl_zero="Geen bedrijf begon in de afgelopen 12 maanden",
    en_zero="No business started in the past 12 months",
)
def businesses_started_1y(businesses: Events) -> Column:
    """Branches that started in the past year."""
    return businesses.within(days=365).count()


@indicator(
    nl="{value} bedrijven begonnen in de afgelopen 3 jaar",
    en="{value} businesses started in the past 3 years",
    unit="branches",
    nl_zero="Geen bedrijf begon in de afgelopen 3 jaar",
    en_zero="No business started in the past 3 years",
)
def businesses_started_3y(businesses: Events) -> Column:
    """Branches that started in the past three years."""
    return businesses.within(days=1095).count()


@indicator(
    nl="{value} horecabedrijven begonnen in de afgelopen 5 jaar",
    en="{value} hospitality businesses started in the past 5 years",
    unit="branches",
    nl_zero="Geen horecabedrijf begon in de afgelopen 5 jaar",
    en_zero="No hospitality business started in the past 5 years",
)
def hospitality_operators_5y(businesses: Events) -> Column:
    """Hospitality branches that started in five years: changes of operator."""
    return businesses.within(days=1825).where(branch="hospitality").count()


@indicator(
    nl="{value} bedrijven die in 3 jaar begonnen zijn al gestopt",
    en="{value} businesses that started in 3 years have already stopped",
    unit="branches",
    nl_zero="Geen bedrijf dat in 3 jaar begon is al gestopt",
    en_zero="No business that started in 3 years has stopped",
)
def short_lived_businesses_3y(businesses: Events) -> Column:
    """Branches that started in three years and were known to have stopped."""
    return businesses.within(days=1095).where_known("ended_on").count()


@indicator(
    nl="Het oudste bedrijf hier begon {value} dagen geleden",
    en="The oldest business here started {value} days ago",
    unit="days",
    nl_none="Er staat geen bedrijf ingeschreven",
    en_none="No business is registered",
)
def oldest_business_days(businesses: Events) -> Column:
    """Days since the start of the oldest branch that is still registered."""
    return businesses.as_known().days_since_first()


@indicator(
    nl="{value} bedrijven mogen alcohol schenken of verkopen",
    en="{value} businesses may serve or sell alcohol",
    unit="branches",
    family="licensed_goods",
    nl_zero="Geen bedrijf mag hier alcohol schenken of verkopen",
    en_zero="No business may serve or sell alcohol here",
    nl_missing="Van een bedrijf hier is niet bekend of het alcohol mag schenken of verkopen",
    en_missing="Of a business here it is not known whether it may serve or sell alcohol",
)
def alcohol_licences_now(businesses: Events) -> Column:
    """Branches on the day that are licensed to serve or sell alcohol; missing where it is not known of one of them."""
    here = businesses.as_known()
    return here.where(serves_alcohol=True).count().missing_if(here.where_missing("serves_alcohol").count())


@indicator(
    nl="{value} bedrijven mogen tabak verkopen",
    en="{value} businesses may sell tobacco",
    unit="branches",
    family="licensed_goods",
    nl_zero="Geen bedrijf mag hier tabak verkopen",
    en_zero="No business may sell tobacco here",
    nl_missing="Van een bedrijf hier is niet bekend of het tabak mag verkopen",
    en_missing="Of a business here it is not known whether it may sell tobacco",
)
def tobacco_licences_now(businesses: Events) -> Column:
    """Branches on the day that are licensed to sell tobacco; missing where it is not known of one of them."""
    here = businesses.as_known()
    return here.where(sells_tobacco=True).count().missing_if(here.where_missing("sells_tobacco").count())


@indicator(
    nl="{value} opslagbedrijven staan ingeschreven",
    en="{value} storage businesses are registered",
    unit="branches",
    nl_zero="Er staat geen opslagbedrijf ingeschreven",
    en_zero="No storage business is registered",
)
def storage_businesses_now(businesses: Events) -> Column:
    """Storage branches on the day: the innocent reason of a shed with little going on."""
    return businesses.as_known().where(branch="storage").count()
