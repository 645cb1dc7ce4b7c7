"""History: what earlier inspections found here. Never who looked."""

from __future__ import annotations

from features.catalogue import indicator
from features.columns import Column
from features.events import Events


@indicator(
    nl="{value} eerdere controles waarbij iemand binnen is geweest",
    en="{value} earlier inspections that were carried out",
    unit="inspections",
    family="past_inspections",
    nl_zero="Hier is nog nooit gecontroleerd",
    en_zero="There was never an inspection here",
)
def inspections_ever(inspections: Events) -> Column:
    """Inspections that were carried out, any theme."""
    return inspections.where(course="inspected").count()


@indicator(
    nl="{value} eerdere controles met een bevinding",
    en="{value} earlier inspections with a finding",
    unit="inspections",
    family="past_findings",
    nl_zero="Geen eerdere controle met een bevinding",
    en_zero="No earlier inspection with a finding",
)
def findings_ever(inspections: Events) -> Column:
    """Inspections that found a violation; findings revoked on objection and care signals are left out: who needs care has done no wrong."""
    return inspections.where_not(finding=("none", "care-signal")).unless(standing="revoked").count()


@indicator(
    nl="{value} controles met een bevinding in de afgelopen 3 jaar",
    en="{value} inspections with a finding in the past 3 years",
    unit="inspections",
    family="past_findings",
    nl_zero="Geen controle met een bevinding in de afgelopen 3 jaar",
    en_zero="No inspection with a finding in the past 3 years",
)
def findings_3y(inspections: Events) -> Column:
    """Inspections of the past three years that found a violation; findings revoked on objection and care signals are left out."""
    return inspections.within(days=1095).where_not(finding=("none", "care-signal")).unless(standing="revoked").count()


@indicator(
    nl="{value} ernstige overtredingen bij eerdere controles",
    en="{value} severe violations at earlier inspections",
    unit="violations",
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
    nl="{value} overtredingen bij de vorige controle",
    en="{value} violations at the previous inspection",
    unit="violations",
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
    nl="{value} ernstige overtredingen bij de vorige controle",
    en="{value} severe violations at the previous inspection",
    unit="violations",
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
    nl="De vorige controle was {value} dagen geleden",
    en="The previous inspection was {value} days ago",
    unit="days",
    family="past_inspections",
    nl_none="Hier is nog nooit gecontroleerd",
    en_none="There was never an inspection here",
)
def days_since_inspection(inspections: Events) -> Column:
    """Days since the decision of the newest inspection that was carried out."""
    return inspections.where(course="inspected").days_since()


@indicator(
    nl="{value} keer werd niet opengedaan in de afgelopen 3 jaar",
    en="{value} times nobody opened in the past 3 years",
    unit="visits",
    nl_zero="Er werd steeds opengedaan, of er was geen bezoek",
    en_zero="Someone always opened, or there was no visit",
)
def unopened_visits_3y(inspections: Events) -> Column:
    """Visits of the past three years at which nobody was home; being away is no wrong."""
    return inspections.within(days=1095).where(course="nobody-home").count()
