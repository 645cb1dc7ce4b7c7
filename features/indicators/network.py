"""Network: other addresses that share an owner, a business or a household with this one. Always tier 2."""

from __future__ import annotations

from features.about import About
from features.catalogue import indicator
from features.columns import Column
from features.events import Events

OWNERS = "Kadasterwet art. 99 and 107a (information from the land register): owners are keyed hashes, made before delivery, and are only counted by."
ABOUT_OWNER = About(
    lawful=OWNERS,
    proxy="Tenants of landlords with a few homes, and through them the young and those new in town. No direction is set, a landlord of more than "
    "fifty addresses links nothing, and scores are audited by level of neighbourhood income.",
    quality="A landlord with several companies has several keys, so it errs low; ground lease and apartment rights hide the user.",
    relation="Owning more homes goes with letting. Innocent: letting is allowed, and an heir or a parent of a student owns two homes as well.",
    idea="Assumed, from how supervision of landlords looks at all that one owner has.",
)
ABOUT_OWNER_RECORD = About(
    lawful=f"{OWNERS} Findings: Algemene wet bestuursrecht title 5.2; reports: Gemeentewet art. 160. The theme must allow both registers.",
    proxy="Tenants again, and guilt by association: what happened elsewhere is no fact about this address. No direction is set, findings that were "
    "revoked and care signals are left out, and the reason says that it concerns other addresses.",
    quality="Errs high where one address of the owner is visited or reported often, and low where an owner has several keys.",
    relation="How an owner lets elsewhere may be how he lets here. Innocent: one bad tenant elsewhere; an owner who has just put things right.",
    idea="Assumed, from how supervision of landlords looks at all that one owner has.",
)
ABOUT_DIRECTOR = About(
    lawful="Handelsregisterwet 2007 art. 21 and 22 (public data of the business register): directors are keyed hashes, made before delivery, and are "
    "only counted by.",
    proxy="Sole traders, who are persons, and entrepreneurs who try again after a failure. No direction is set, the business sector is withheld, and "
    "a key with more than fifty addresses links nothing.",
    quality="Branches are left standing after closing; a director who is himself a company has another key; a stop is published late.",
    relation="Businesses that open and stop in turn may be a front. Innocent: a franchise, a market trader, a bankruptcy, a new try.",
    idea="Assumed, from the work of supervision on premises.",
)


@indicator(
    nl="Aantal andere adressen van de eigenaar: {value}",
    en="Other addresses of the owner: {value}",
    unit="addresses",
    about=ABOUT_OWNER,
    nl_zero="De eigenaar heeft geen andere adressen, of is een grote verhuurder",
    en_zero="The owner has no other addresses, or is a large landlord",
)
def owner_other_addresses(ownership: Events) -> Column:
    """Other addresses of the same owner on the day; a landlord of more than the set number links nothing."""
    return ownership.as_known().links("owner_key").count()


@indicator(
    nl="Aantal controles met een bevinding in 3 jaar bij andere adressen van de eigenaar: {value}",
    en="Inspections with a finding in 3 years at other addresses of the owner: {value}",
    unit="inspections",
    about=ABOUT_OWNER_RECORD,
    nl_zero="Geen bevinding in 3 jaar bij andere adressen van de eigenaar",
    en_zero="No finding in 3 years at other addresses of the owner",
)
def owner_other_findings_3y(inspections: Events, ownership: Events) -> Column:
    """Findings of the past three years at other addresses of the same owner, revoked ones and care signals left out."""
    links = ownership.as_known().links("owner_key")
    return inspections.within(days=1095).where_not(finding=("none", "care-signal")).unless(standing="revoked").linked_by(links).count()


@indicator(
    nl="Aantal meldingen in 12 maanden bij andere adressen van de eigenaar: {value}",
    en="Reports in 12 months at other addresses of the owner: {value}",
    unit="reports",
    about=ABOUT_OWNER_RECORD,
    nl_zero="Geen meldingen in 12 maanden bij andere adressen van de eigenaar",
    en_zero="No reports in 12 months at other addresses of the owner",
)
def owner_other_reports_1y(reports: Events, ownership: Events) -> Column:
    """Reports of the past year at other addresses of the same owner."""
    return reports.within(days=365).linked_by(ownership.as_known().links("owner_key")).count()


@indicator(
    nl="Aantal andere vestigingsadressen van de bestuurder van een bedrijf hier: {value}",
    en="Other branch addresses of the director of a business here: {value}",
    unit="addresses",
    about=ABOUT_DIRECTOR,
    nl_zero="De bestuurder van een bedrijf hier heeft geen andere vestigingsadressen, of er is hier geen bedrijf",
    en_zero="The director of a business here has no other branch addresses, or there is no business here",
)
def director_other_addresses(businesses: Events) -> Column:
    """Other addresses with a branch of the same director on the day."""
    return businesses.as_known().where_known("director_key").links("director_key").count()


@indicator(
    nl="Aantal gestopte bedrijven van dezelfde bestuurder op andere adressen: {value}",
    en="Stopped businesses of the same director at other addresses: {value}",
    unit="branches",
    about=ABOUT_DIRECTOR,
    nl_zero="Geen gestopte bedrijven van dezelfde bestuurder op andere adressen",
    en_zero="No stopped businesses of the same director at other addresses",
)
def director_other_stopped_3y(businesses: Events) -> Column:
    """Branches that started in three years and stopped, at other addresses of the same director."""
    links = businesses.where_known("director_key").links("director_key")
    return businesses.within(days=1095).where_known("ended_on").linked_by(links).count()
