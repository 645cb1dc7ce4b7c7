"""Turnover: how fast households follow each other, and how long they stay. Counts only, never who they are."""

from __future__ import annotations

from features.about import About
from features.catalogue import indicator
from features.columns import Column
from features.events import Events

YEARS = 5
TURNOVER = About(
    lawful="Counts and keyed hashes of the register of persons, used within the municipality (Wet BRP art. 3.8); nothing about who lives there.",
    proxy="Newcomers to a town and starters move more often. The audit compares scores by level of neighbourhood income alone: newcomers "
    "and starters are not measured. No direction is set.",
    quality="Departures are reported late or never, so stays look longer than they were. Errs towards too little turnover.",
    relation="Households that follow each other fast go with letting by the room or with registrations of convenience; a temporary "
    "tenancy and a first home do the same.",
    idea="assumed: who looks into an address reads its row of registrations",
)
STAY = About(
    lawful="Wet BRP art. 3.8 (use within the municipality): when the oldest registration began, and nothing about whose it is.",
    proxy="A long stay goes with old residents and owners, a short one with starters and newcomers to a town. The audit compares scores by "
    "level of neighbourhood income alone: these groups are not measured. No direction is set.",
    quality="A departure that was never reported leaves a household standing as the oldest one. Errs towards too long.",
    relation="Assumed: where nobody has stayed for long, letting by the room is likelier, and a very long stay may be a household that has "
    "left; a new home, a sale, or a family that never moved is ordinary.",
    idea="assumed: who looks into an address asks first who has been there longest, and since when",
)


@indicator(
    about=TURNOVER,
    nl="Aantal verschillende huishoudens per jaar in de afgelopen 5 jaar: {value}",
    en="Number of different households a year in the past 5 years: {value}",
    unit="households per year",
    nl_zero="Er kwam in de afgelopen 5 jaar geen huishouden bij",
    en_zero="No household came in the past 5 years",
)
def households_per_year_5y(registrations: Events) -> Column:
    """Different households that registered in five years, per year."""
    return registrations.within(days=1825).distinct("household_key") / YEARS


@indicator(
    about=TURNOVER,
    nl="{value} van de beëindigde inschrijvingen uit 5 jaar duurde hooguit een jaar",
    en="{value} of the registrations of 5 years that ended lasted a year at most",
    unit="share",
    nl_zero="Geen van de beëindigde inschrijvingen uit 5 jaar duurde hooguit een jaar",
    en_zero="None of the registrations of 5 years that ended lasted a year at most",
    nl_none="Er is in 5 jaar geen inschrijving begonnen en beëindigd",
    en_none="No registration began and ended in 5 years",
)
def short_stay_share_5y(registrations: Events) -> Column:
    """Share of the registrations that began in five years and were known to have ended that lasted at most a year."""
    recent = registrations.within(days=1825)
    return recent.ended_within(days=365).count() / recent.where_known("ended_on").count()


@indicator(
    about=TURNOVER,
    nl="Aantal inschrijvingen uit 3 jaar dat hooguit een half jaar duurde: {value}",
    en="Number of registrations of 3 years that lasted half a year at most: {value}",
    unit="registrations",
    nl_zero="Geen inschrijving uit 3 jaar duurde hooguit een half jaar",
    en_zero="No registration of 3 years lasted half a year at most",
)
def short_stays_3y(registrations: Events) -> Column:
    """Registrations that began in three years and were known to have ended within 182 days of their begin."""
    return registrations.within(days=1095).ended_within(days=182).count()


@indicator(
    about=TURNOVER,
    nl="Aantal inschrijvingen in de afgelopen 12 maanden min dat in de 12 maanden ervoor: {value}",
    en="Number of registrations in the past 12 months less that in the 12 months before: {value}",
    unit="registrations",
    nl_zero="Evenveel inschrijvingen in de afgelopen 12 maanden als in de 12 maanden ervoor",
    en_zero="As many registrations in the past 12 months as in the 12 months before",
)
def registrations_change_1y(registrations: Events) -> Column:
    """Household registrations of the past year less those of the year before it."""
    return registrations.change(days=365)


@indicator(
    about=STAY,
    nl="Aantal dagen sinds het begin van de oudste inschrijving die nog geldt: {value}",
    en="Days since the oldest registration that is still valid began: {value}",
    unit="days",
    nl_none="Er staat niemand ingeschreven",
    en_none="Nobody is registered",
)
def longest_stay_days(registrations: Events) -> Column:
    """Days since the begin of the oldest household registration that is valid on the day."""
    return registrations.as_known().days_since_first()


@indicator(
    about=TURNOVER,
    nl="{value} van de ingeschreven huishoudens kwam in de afgelopen 12 maanden",
    en="{value} of the registered households came in the past 12 months",
    unit="share",
    nl_zero="Geen van de ingeschreven huishoudens kwam in de afgelopen 12 maanden",
    en_zero="None of the registered households came in the past 12 months",
    nl_none="Er staat geen huishouden ingeschreven",
    en_none="No household is registered",
)
def recent_household_share_1y(registrations: Events, households_now: Column) -> Column:
    """Share of the households registered on the day that registered in the past year."""
    return registrations.within(days=365).as_known().count() / households_now


@indicator(
    about=TURNOVER,
    nl="Aantal inschrijvingen in de afgelopen 12 maanden dat niet meer geldt: {value}",
    en="Number of registrations of the past 12 months that are no longer valid: {value}",
    unit="registrations",
    nl_zero="Elke inschrijving uit de afgelopen 12 maanden geldt nog, of er was er geen",
    en_zero="Every registration of the past 12 months is still valid, or there was none",
)
def registrations_gone_1y(registrations: Events) -> Column:
    """Household registrations that began in the past year and were known to have ended."""
    return registrations.within(days=365).where_known("ended_on").count()
