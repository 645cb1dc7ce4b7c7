"""Lodging: registered tourist lets and their nights, and what the hotline for undesired letting heard."""

from __future__ import annotations

from features.about import About
from features.catalogue import indicator
from features.columns import Column
from features.events import Events

LETS = About(
    lawful="The municipality gives out the registration numbers and receives the nights (Huisvestingswet 2014 art. 23a and 23b).",
    proxy="Lets stand in popular quarters: they follow place and price rather than people. The audit compares scores by level of "
    "neighbourhood income alone: how popular a quarter is, is not measured.",
    quality="Only who registers is in it, nights are as reported, and a number outlives the letting. Errs towards too little where it matters.",
    relation="Assumed: a home that is let for many nights is less often lived in; a registered let is itself allowed, and most hosts live there.",
    idea="assumed: the register exists to compare letting with the rules",
)
HOTLINE = About(
    lawful="Every municipality has a hotline for undesired letting (Wet goed verhuurderschap art. 4); who reported never enters.",
    proxy="Who knows the rules reports more, who fears for a home reports less. The audit compares scores by level of neighbourhood income "
    "alone: it cannot see who does not report, which is not measured.",
    quality="There is none before it opened; quarrels about money are reported as something else. Errs towards too few.",
    relation="More reports go with more findings at inspections of letting; one tenant's quarrel can give many reports.",
    idea="the work process: the hotline was founded so that the municipality can act on a report",
)
OWNER = About(
    lawful="Wet goed verhuurderschap art. 4 and Kadasterwet art. 99 and 107a; the owner is a keyed hash, and the value has privacy tier 2.",
    proxy="Small landlords link and large ones do not, because a key with more than 50 addresses links nothing. The audit compares scores "
    "by level of neighbourhood income alone: small and large landlords are not measured.",
    quality="Apartment rights and ground lease hide the user; the hotline hears less than there is. Errs towards too few.",
    relation="Letting is organised per landlord, so reports elsewhere may tell of this address; reports elsewhere may also concern other tenants.",
    idea="assumed: one landlord lets several homes in the same way",
)


@indicator(
    about=LETS,
    nl="Aantal geldige registraties voor toeristische verhuur: {value}",
    en="Number of valid registrations for tourist letting: {value}",
    unit="registrations",
    nl_zero="Er is geen geldige registratie voor toeristische verhuur",
    en_zero="There is no valid registration for tourist letting",
)
def tourist_lets_now(tourist_lets: Events) -> Column:
    """Registrations for tourist letting that are valid on the day, as far as known."""
    return tourist_lets.where(kind="registration").as_known().count()


@indicator(
    about=LETS,
    nl="Aantal nachten toeristische verhuur in het laatste opgegeven jaar: {value}",
    en="Number of nights of tourist letting in the last year reported: {value}",
    unit="nights",
    nl_zero="In het laatste opgegeven jaar zijn geen nachten toeristisch verhuurd",
    en_zero="No nights were let to tourists in the last year reported",
    nl_none="Er zijn in de afgelopen 2 jaar geen nachten toeristische verhuur opgegeven",
    en_none="No nights of tourist letting were reported in the past 2 years",
)
def tourist_nights_2y(tourist_lets: Events) -> Column:
    """Nights let to tourists in the newest year that was reported within two years."""
    return tourist_lets.within(days=730).where(kind="nights").latest("nights")


@indicator(
    about=LETS,
    nl="Aantal opgegeven nachten toeristische verhuur per ingeschreven bewoner: {value}",
    en="Number of reported nights of tourist letting per registered resident: {value}",
    unit="nights per resident",
    nl_zero="In het laatste opgegeven jaar zijn geen nachten toeristisch verhuurd",
    en_zero="No nights were let to tourists in the last year reported",
    nl_missing="De nachten toeristische verhuur kunnen niet met het aantal bewoners worden vergeleken",
    en_missing="The nights of tourist letting cannot be compared with the number of residents",
)
def tourist_nights_per_resident(tourist_nights_2y: Column, residents_now: Column) -> Column:
    """Nights let to tourists in the newest reported year, per resident registered on the day."""
    return tourist_nights_2y / residents_now


@indicator(
    about=HOTLINE,
    nl="Aantal meldingen bij het meldpunt verhuur in de afgelopen 12 maanden: {value}",
    en="Number of reports to the rental hotline in the past 12 months: {value}",
    unit="reports",
    risk="+",
    nl_zero="Geen melding bij het meldpunt verhuur in de afgelopen 12 maanden",
    en_zero="No report to the rental hotline in the past 12 months",
)
def hotline_reports_1y(rental_hotline: Events) -> Column:
    """Reports to the hotline for undesired letting in the past year."""
    return rental_hotline.within(days=365).count()


@indicator(
    about=HOTLINE,
    nl="Aantal meldingen bij het meldpunt in 3 jaar over verhuur zonder vergunning of een geweigerde inschrijving: {value}",
    en="Number of reports to the hotline in 3 years about letting without a permit or a registration that was refused: {value}",
    unit="reports",
    risk="+",
    nl_zero="Geen melding bij het meldpunt in 3 jaar over verhuur zonder vergunning of een geweigerde inschrijving",
    en_zero="No report to the hotline in 3 years about letting without a permit or a registration that was refused",
)
def hotline_letting_reports_3y(rental_hotline: Events) -> Column:
    """Reports of three years about letting without a permit, or about a landlord who bars registration."""
    return rental_hotline.within(days=1095).where(subject=("letting-unpermitted", "registration-barred")).count()


@indicator(
    about=HOTLINE,
    nl="Aantal meldingen bij het meldpunt verhuur dat nog openstaat: {value}",
    en="Number of reports to the rental hotline that are still open: {value}",
    unit="reports",
    nl_zero="Er staat geen melding bij het meldpunt verhuur open",
    en_zero="No report to the rental hotline is open",
)
def open_hotline_reports_now(rental_hotline: Events) -> Column:
    """Reports to the hotline of which no closing was known on the day."""
    return rental_hotline.as_known("closed_on").count()


@indicator(
    about=HOTLINE,
    nl="Aantal dagen sinds de laatste melding bij het meldpunt verhuur: {value}",
    en="Number of days since the last report to the rental hotline: {value}",
    unit="days",
    nl_none="Er was nooit een melding bij het meldpunt verhuur",
    en_none="There was never a report to the rental hotline",
)
def days_since_hotline_report(rental_hotline: Events) -> Column:
    """Days since the newest report to the hotline."""
    return rental_hotline.days_since()


@indicator(
    about=OWNER,
    nl="Aantal meldingen bij het meldpunt in 3 jaar over andere adressen van de eigenaar: {value}",
    en="Number of reports to the hotline in 3 years about other addresses of the owner: {value}",
    unit="reports",
    nl_zero="Geen melding bij het meldpunt over andere adressen van de eigenaar, of de eigenaar is een grote verhuurder",
    en_zero="No report to the hotline about other addresses of the owner, or the owner is a large landlord",
)
def owner_other_hotline_reports_3y(rental_hotline: Events, ownership: Events) -> Column:
    """Reports to the hotline in three years about other addresses of the same owner."""
    return rental_hotline.within(days=1095).linked_by(ownership.as_known().links("owner_key")).count()
