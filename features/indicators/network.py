"""Network: other addresses that share an owner, a business or a household with this one. Always tier 2."""

from __future__ import annotations

from features.catalogue import indicator
from features.columns import Column
from features.events import Events


@indicator(
    nl="De eigenaar heeft {value} andere adressen",
    en="The owner has {value} other addresses",
    unit="addresses",
    nl_zero="De eigenaar heeft geen andere adressen, of is een grote verhuurder",
    en_zero="The owner has no other addresses, or is a large landlord",
)
def owner_other_addresses(ownership: Events) -> Column:
    """Other addresses of the same owner on the day; a landlord of more than the set number links nothing."""
    return ownership.as_known().links("owner_key").count()


@indicator(
    nl="{value} controles met een bevinding bij andere adressen van de eigenaar",
    en="{value} inspections with a finding at other addresses of the owner",
    unit="inspections",
    nl_zero="Geen bevinding bij andere adressen van de eigenaar",
    en_zero="No finding at other addresses of the owner",
)
def owner_other_findings_3y(inspections: Events, ownership: Events) -> Column:
    """Findings of the past three years at other addresses of the same owner, revoked ones and care signals left out."""
    links = ownership.as_known().links("owner_key")
    return inspections.within(days=1095).where_not(finding=("none", "care-signal")).unless(standing="revoked").linked_by(links).count()


@indicator(
    nl="{value} meldingen bij andere adressen van de eigenaar in 12 maanden",
    en="{value} reports at other addresses of the owner in 12 months",
    unit="reports",
    nl_zero="Geen meldingen bij andere adressen van de eigenaar",
    en_zero="No reports at other addresses of the owner",
)
def owner_other_reports_1y(reports: Events, ownership: Events) -> Column:
    """Reports of the past year at other addresses of the same owner."""
    return reports.within(days=365).linked_by(ownership.as_known().links("owner_key")).count()


@indicator(
    nl="De bestuurder van een bedrijf hier heeft {value} andere vestigingsadressen",
    en="The director of a business here has {value} other branch addresses",
    unit="addresses",
    nl_zero="De bestuurder heeft geen andere vestigingsadressen",
    en_zero="The director has no other branch addresses",
)
def director_other_addresses(businesses: Events) -> Column:
    """Other addresses with a branch of the same director on the day."""
    return businesses.as_known().where_known("director_key").links("director_key").count()


@indicator(
    nl="{value} gestopte bedrijven van dezelfde bestuurder op andere adressen",
    en="{value} stopped businesses of the same director at other addresses",
    unit="branches",
    nl_zero="Geen gestopte bedrijven van dezelfde bestuurder op andere adressen",
    en_zero="No stopped businesses of the same director at other addresses",
)
def director_other_stopped_3y(businesses: Events) -> Column:
    """Branches that started in three years and stopped, at other addresses of the same director."""
    links = businesses.where_known("director_key").links("director_key")
    return businesses.within(days=1095).where_known("ended_on").linked_by(links).count()
