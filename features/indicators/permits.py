"""Permits: what use was asked for and allowed."""

from __future__ import annotations

from features.catalogue import indicator
from features.columns import Column
from features.events import Events


@indicator(
    nl="{value} geldige vergunningen voor omzetting of kamerverhuur",
    en="{value} valid permits for conversion or room rental",
    unit="permits",
    risk="-",
    nl_zero="Geen vergunning voor omzetting of kamerverhuur",
    en_zero="No permit for conversion or room rental",
)
def sharing_permits_now(permits: Events) -> Column:
    """Granted and valid permits for conversion or room rental."""
    return permits.where(kind=("conversion", "room-rental"), decision="granted").as_known("valid_until_on").count()


@indicator(
    nl="{value} geldige horecavergunningen",
    en="{value} valid hospitality permits",
    unit="permits",
    nl_zero="Geen geldige horecavergunning",
    en_zero="No valid hospitality permit",
)
def hospitality_permits_now(permits: Events) -> Column:
    """Granted and valid hospitality permits."""
    return permits.where(kind="hospitality", decision="granted").as_known("valid_until_on").count()


@indicator(
    nl="{value} vergunningen aangevraagd in de afgelopen 3 jaar",
    en="{value} permits applied for in the past 3 years",
    unit="applications",
    nl_zero="Geen vergunning aangevraagd in de afgelopen 3 jaar",
    en_zero="No permit applied for in the past 3 years",
)
def permit_applications_3y(permits: Events) -> Column:
    """Applications of any kind in three years, whatever was decided."""
    return permits.within(days=1095).count()
