"""Nuisance: what people reported about the address. Who reports differs between areas, so most of these are also compared."""

from __future__ import annotations

from features.about import About
from features.catalogue import indicator
from features.columns import Column
from features.events import Addresses, Events

LAWFUL = (
    "Gemeentewet art. 160 and GDPR art. 6(1)(e): reports to the municipality about the matter of the theme. Who reported, and what was "
    "written, does not enter."
)
ABOUT_REPORTS = About(
    lawful=LAWFUL,
    proxy="People who are reported for who they are, and areas that report readily. Hence the comparison with the postcode beside it, and the "
    "audit of scores by level of neighbourhood income.",
    quality="Errs both ways: some areas hardly report at equal truth, a quarrel between neighbours is a report too, and one matter may come in "
    "twice through two channels.",
    relation="More is expected to be found where more is reported. Innocent: one neighbour who writes often, building work, a lively street.",
    idea="The work process of supervision, in which a report is the usual ground to look. The windows are assumed.",
)
ABOUT_SUBJECT = About(
    lawful=LAWFUL,
    proxy="As all reports: who is noticed and reported by neighbours. The subject is that of the channel, never a word of the reporter; scores "
    "are audited by level of neighbourhood income.",
    quality="Sorted by whoever took the report in: the same matter is nuisance in one channel and housing in another, so each count is too low.",
    relation="A report about the matter itself is expected to weigh more than any report. Innocent: a report that looking showed to be unfounded "
    "counts all the same.",
    idea="Assumed: the subjects that the channels use, put beside the themes.",
)
ABOUT_NEWEST = About(
    lawful=LAWFUL,
    proxy="Areas that report readily have a recent report more often. No direction is set, and scores are audited by level of neighbourhood income.",
    quality="Exact for what was reported; a matter that nobody reported is not in it, so a long silence is no proof of quiet.",
    relation="A recent report may speak of what goes on now. Innocent: a single report long dealt with; silence where nobody dares to report.",
    idea="Assumed: that an old report says less than a new one.",
)
ABOUT_COMPARED = About(
    lawful=LAWFUL,
    proxy="Made against the difference between areas that report much and little: only the objects under one postcode, of the same type and use, "
    "are compared.",
    quality="Rough where the neighbours have few reports: one report more or less changes it much; missing where they have none.",
    relation="More than the neighbours may speak of this address and not of the street. Innocent: one neighbour who writes often.",
    idea="Our own, against the bias of reporting: the level of an area is never an indicator, the address relative to it may be one.",
)


@indicator(
    nl="Aantal meldingen in de afgelopen 12 maanden: {value}",
    en="Reports in the past 12 months: {value}",
    unit="reports",
    about=ABOUT_REPORTS,
    risk="+",
    nl_zero="Geen meldingen in de afgelopen 12 maanden",
    en_zero="No reports in the past 12 months",
)
def reports_1y(reports: Events) -> Column:
    """Reports received about the address in a year, all channels; one matter reported twice is two reports, the same row delivered twice is one."""
    return reports.within(days=365).count()


@indicator(
    nl="Aantal meldingen in de afgelopen 3 jaar: {value}",
    en="Reports in the past 3 years: {value}",
    unit="reports",
    about=ABOUT_REPORTS,
    risk="+",
    nl_zero="Geen meldingen in de afgelopen 3 jaar",
    en_zero="No reports in the past 3 years",
)
def reports_3y(reports: Events) -> Column:
    """Reports received about the address in three years."""
    return reports.within(days=1095).count()


@indicator(
    nl="Aantal meldingen over wonen in de afgelopen 12 maanden: {value}",
    en="Reports about housing in the past 12 months: {value}",
    unit="reports",
    about=ABOUT_SUBJECT,
    risk="+",
    nl_zero="Geen meldingen over wonen in de afgelopen 12 maanden",
    en_zero="No reports about housing in the past 12 months",
)
def housing_reports_1y(reports: Events) -> Column:
    """Reports about housing or registration in the past year."""
    return reports.within(days=365).where(category=("housing", "registration")).count()


@indicator(
    nl="Aantal meldingen over overlast in de afgelopen 12 maanden: {value}",
    en="Reports about nuisance in the past 12 months: {value}",
    unit="reports",
    about=ABOUT_SUBJECT,
    risk="+",
    nl_zero="Geen meldingen over overlast in de afgelopen 12 maanden",
    en_zero="No reports about nuisance in the past 12 months",
)
def nuisance_reports_1y(reports: Events) -> Column:
    """Reports about nuisance or waste in the past year."""
    return reports.within(days=365).where(category=("nuisance", "waste")).count()


@indicator(
    nl="Aantal meldingen over het bedrijfspand in de afgelopen 2 jaar: {value}",
    en="Reports about the premises in the past 2 years: {value}",
    unit="reports",
    about=ABOUT_SUBJECT,
    risk="+",
    nl_zero="Geen meldingen over het bedrijfspand in de afgelopen 2 jaar",
    en_zero="No reports about the premises in the past 2 years",
)
def premises_reports_2y(reports: Events) -> Column:
    """Reports about the premises in two years."""
    return reports.within(days=730).where(category="premises").count()


@indicator(
    nl="Dagen sinds de laatste melding: {value}",
    en="Days since the last report: {value}",
    unit="days",
    about=ABOUT_NEWEST,
    nl_none="Er is nooit een melding geweest",
    en_none="There was never a report",
)
def days_since_report(reports: Events) -> Column:
    """Days since the newest report."""
    return reports.days_since()


@indicator(
    nl="Het aantal meldingen in 3 jaar is {value} keer dat van de andere objecten met deze postcode",
    en="Reports in 3 years, as a multiple of those at the other objects with this postcode: {value}",
    unit="ratio",
    about=ABOUT_COMPARED,
    nl_zero="Geen meldingen in 3 jaar, bij andere objecten met deze postcode wel",
    en_zero="No reports in 3 years, unlike other objects with this postcode",
    nl_missing="Het aantal meldingen kan niet met de buren worden vergeleken",
    en_missing="The number of reports cannot be compared with the neighbours",
)
def reports_vs_postcode_3y(reports_3y: Column, addresses: Addresses) -> Column:
    """Reports in three years relative to the other objects with the same postcode, type and use."""
    return reports_3y / reports_3y.mean_of_others(addresses.postcode)
