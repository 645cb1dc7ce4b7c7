"""History: what earlier inspections found here. Never who looked."""

from __future__ import annotations

from features.about import About
from features.catalogue import indicator
from features.columns import Column
from features.events import Events

LAWFUL = (
    "Algemene wet bestuursrecht title 5.2: outcomes of the municipality's own inspections, under the law that each theme names. Team, inspector and "
    "why an address was chosen do not enter."
)
ABOUT_VISITS = About(
    lawful=LAWFUL,
    proxy="Whoever was looked at before: areas that were visited often look known, others unknown. No direction is set, and "
    "scores are audited by level of neighbourhood income.",
    quality="Inspections on paper and of other services are missing; a visit counts once it was entered that someone had been inside.",
    relation="A recent inspection may have put things right, many may say that something goes on. Innocent: routine rounds, a neighbour who writes.",
    idea="A published open model of food inspections (2014), which reads the time since the last one; the study in docs/ says what came of it.",
)
ABOUT_FINDINGS = About(
    lawful=LAWFUL,
    proxy="Whoever was looked at before: what was found follows where teams went. No direction is set, findings that were revoked and care signals "
    "are left out (who needs care has done no wrong).",
    quality="Teams differ in strictness; a finding falls on objection later; an address without an inspection has 0, which is not that all is well.",
    relation="Where something was found before, more is expected. Innocent: it was mended, the owner or the tenant is another one now.",
    idea="A published open model of food inspections (2014), which reads earlier violations; the study in docs/ says what came of it.",
)
ABOUT_VIOLATIONS = About(
    lawful=LAWFUL,
    proxy="Whoever met the stricter team. Which team came is withheld from indicators, and no direction is set.",
    quality="Teams count differently, and an address visited often has more of them in all; without a count it is missing, never 0.",
    relation="More and graver violations at an earlier visit are expected to come back. Innocent: they were mended, the operator has changed.",
    idea="A published open model of food inspections (2014), which reads earlier violations by gravity; the study in docs/ says what came of it.",
)
ABOUT_UNOPENED = About(
    lawful=f"{LAWFUL} Nobody has to open: Algemene wet op het binnentreden and Constitution art. 12.",
    proxy="People who work shifts, travel, are ill or are afraid of the door bell. Being away is no wrong: no direction is set, its sentence says "
    "so, and scores are audited by level of neighbourhood income.",
    quality="Depends on the hour of the visit and on how often the team came back.",
    relation="That nobody opens several times may mean that nobody lives there. Innocent: at work, in hospital, on a journey, did not hear it.",
    idea="Assumed, from what handlers write down of a visit.",
)


@indicator(
    nl="Aantal eerdere controles waarbij iemand binnen is geweest: {value}",
    en="Earlier inspections that were carried out: {value}",
    unit="inspections",
    about=ABOUT_VISITS,
    family="past_inspections",
    nl_zero="Hier is nog nooit gecontroleerd",
    en_zero="There was never an inspection here",
)
def inspections_ever(inspections: Events) -> Column:
    """Inspections that were carried out, any theme."""
    return inspections.where(course="inspected").count()


@indicator(
    nl="Aantal eerdere controles met een bevinding: {value}",
    en="Earlier inspections with a finding: {value}",
    unit="inspections",
    about=ABOUT_FINDINGS,
    family="past_findings",
    nl_zero="Geen eerdere controle met een bevinding",
    en_zero="No earlier inspection with a finding",
)
def findings_ever(inspections: Events) -> Column:
    """Inspections that found a violation; findings revoked on objection and care signals are left out: who needs care has done no wrong."""
    return inspections.where_not(finding=("none", "care-signal")).unless(standing="revoked").count()


@indicator(
    nl="Aantal controles met een bevinding in de afgelopen 3 jaar: {value}",
    en="Inspections with a finding in the past 3 years: {value}",
    unit="inspections",
    about=ABOUT_FINDINGS,
    family="past_findings",
    nl_zero="Geen controle met een bevinding in de afgelopen 3 jaar",
    en_zero="No inspection with a finding in the past 3 years",
)
def findings_3y(inspections: Events) -> Column:
    """Inspections of the past three years that found a violation; findings revoked on objection and care signals are left out."""
    return inspections.within(days=1095).where_not(finding=("none", "care-signal")).unless(standing="revoked").count()


@indicator(
    nl="Aantal ernstige overtredingen bij eerdere controles: {value}",
    en="Severe violations at earlier inspections: {value}",
    unit="violations",
    about=ABOUT_VIOLATIONS,
    family="past_violations",
    nl_zero="Geen ernstige overtredingen bij eerdere controles",
    en_zero="No severe violations at earlier inspections",
    nl_missing="Er zijn geen ernstige overtredingen geteld bij eerdere controles",
    en_missing="No severe violations were counted at earlier inspections",
)
def severe_violations_ever(inspections: Events) -> Column:
    """Violations of the gravest class at all earlier inspections; missing where none were counted."""
    return inspections.sum("severe_violations")


@indicator(
    nl="Aantal overtredingen bij de vorige controle: {value}",
    en="Violations at the previous inspection: {value}",
    unit="violations",
    about=ABOUT_VIOLATIONS,
    family="past_violations",
    nl_zero="Geen overtredingen bij de vorige controle",
    en_zero="No violations at the previous inspection",
    nl_missing="Er zijn geen overtredingen geteld bij de vorige controle",
    en_missing="No violations were counted at the previous inspection",
)
def violations_last(inspections: Events) -> Column:
    """Violations at the newest earlier inspection that was carried out."""
    return inspections.where(course="inspected").latest("violations")


@indicator(
    nl="Aantal ernstige overtredingen bij de vorige controle: {value}",
    en="Severe violations at the previous inspection: {value}",
    unit="violations",
    about=ABOUT_VIOLATIONS,
    family="past_violations",
    nl_zero="Geen ernstige overtredingen bij de vorige controle",
    en_zero="No severe violations at the previous inspection",
    nl_missing="Er zijn geen ernstige overtredingen geteld bij de vorige controle",
    en_missing="No severe violations were counted at the previous inspection",
)
def severe_violations_last(inspections: Events) -> Column:
    """Violations of the gravest class at the newest earlier inspection that was carried out."""
    return inspections.where(course="inspected").latest("severe_violations")


@indicator(
    nl="Dagen sinds de vorige controle: {value}",
    en="Days since the previous inspection: {value}",
    unit="days",
    about=ABOUT_VISITS,
    family="past_inspections",
    nl_none="Hier is nog nooit gecontroleerd",
    en_none="There was never an inspection here",
)
def days_since_inspection(inspections: Events) -> Column:
    """Days since the decision of the newest inspection that was carried out."""
    return inspections.where(course="inspected").days_since()


@indicator(
    nl="Aantal bezoeken in de afgelopen 3 jaar waarbij niemand opendeed: {value}. Niet thuis zijn mag",
    en="Visits in the past 3 years at which nobody opened: {value}. Being away is no wrong",
    unit="visits",
    about=ABOUT_UNOPENED,
    nl_high="Aantal bezoeken in de afgelopen 3 jaar waarbij niemand opendeed: {value}. Dat is meer dan bij de meeste gecontroleerde adressen. Niet "
    "thuis zijn mag",
    en_high="Visits in the past 3 years at which nobody opened: {value}. That is more than at most inspected addresses. Being away is no wrong",
    nl_low="Aantal bezoeken in de afgelopen 3 jaar waarbij niemand opendeed: {value}. Dat is minder dan bij de meeste gecontroleerde adressen",
    en_low="Visits in the past 3 years at which nobody opened: {value}. That is less than at most inspected addresses",
    nl_zero="Er werd steeds opengedaan, of er was geen bezoek",
    en_zero="Someone always opened, or there was no visit",
)
def unopened_visits_3y(inspections: Events) -> Column:
    """Visits of the past three years at which nobody was home; being away is no wrong."""
    return inspections.within(days=1095).where(course="nobody-home").count()
