"""Nuisance: what people reported about the address. Who reports differs between areas, so most of these are also compared."""

from __future__ import annotations

from features.catalogue import indicator
from features.columns import Column
from features.events import Addresses, Events


@indicator(
    nl="{value} meldingen in de afgelopen 12 maanden",
    en="{value} reports in the past 12 months",
    unit="reports",
    risk="+",
    nl_zero="Geen meldingen in de afgelopen 12 maanden",
    en_zero="No reports in the past 12 months",
)
def reports_1y(reports: Events) -> Column:
    """Reports received about the address, all allowed channels, duplicates already merged."""
    return reports.within(days=365).count()


@indicator(
    nl="{value} meldingen in de afgelopen 3 jaar",
    en="{value} reports in the past 3 years",
    unit="reports",
    risk="+",
    nl_zero="Geen meldingen in de afgelopen 3 jaar",
    en_zero="No reports in the past 3 years",
)
def reports_3y(reports: Events) -> Column:
    """Reports received about the address in three years."""
    return reports.within(days=1095).count()


@indicator(
    nl="{value} meldingen over wonen in de afgelopen 12 maanden",
    en="{value} reports about housing in the past 12 months",
    unit="reports",
    risk="+",
    nl_zero="Geen meldingen over wonen in de afgelopen 12 maanden",
    en_zero="No reports about housing in the past 12 months",
)
def housing_reports_1y(reports: Events) -> Column:
    """Reports about housing or registration in the past year."""
    return reports.within(days=365).where(category=("housing", "registration")).count()


@indicator(
    nl="{value} meldingen over overlast in de afgelopen 12 maanden",
    en="{value} reports about nuisance in the past 12 months",
    unit="reports",
    risk="+",
    nl_zero="Geen meldingen over overlast in de afgelopen 12 maanden",
    en_zero="No reports about nuisance in the past 12 months",
)
def nuisance_reports_1y(reports: Events) -> Column:
    """Reports about nuisance or waste in the past year."""
    return reports.within(days=365).where(category=("nuisance", "waste")).count()


@indicator(
    nl="{value} meldingen over het bedrijfspand in de afgelopen 2 jaar",
    en="{value} reports about the premises in the past 2 years",
    unit="reports",
    risk="+",
    nl_zero="Geen meldingen over het bedrijfspand in de afgelopen 2 jaar",
    en_zero="No reports about the premises in the past 2 years",
)
def premises_reports_2y(reports: Events) -> Column:
    """Reports about the premises in two years."""
    return reports.within(days=730).where(category="premises").count()


@indicator(
    nl="De laatste melding was {value} dagen geleden",
    en="The last report was {value} days ago",
    unit="days",
    nl_none="Er is nooit een melding geweest",
    en_none="There was never a report",
)
def days_since_report(reports: Events) -> Column:
    """Days since the newest report."""
    return reports.days_since()


@indicator(
    nl="Het aantal meldingen is {value} keer dat van de andere objecten met deze postcode",
    en="There are {value} times as many reports as at the other objects with this postcode",
    unit="ratio",
    nl_missing="Het aantal meldingen kan niet met de buren worden vergeleken",
    en_missing="The number of reports cannot be compared with the neighbours",
)
def reports_vs_postcode_3y(reports_3y: Column, addresses: Addresses) -> Column:
    """Reports in three years relative to the other objects with the same postcode, type and use."""
    return reports_3y / reports_3y.mean_of_others(addresses.postcode)
