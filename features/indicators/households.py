"""Households: other addresses that share a household with this one, by a keyed hash. Always tier 2, and never a list of who."""

from __future__ import annotations

from features.about import About
from features.catalogue import indicator
from features.columns import Column
from features.events import Events

TWICE = About(
    lawful="Wet BRP art. 3.8: counts and keyed hashes within the municipality; the key never leaves, and the value has privacy tier 2.",
    proxy="A household that keeps two homes is as often well off as not. The audit compares scores by level of neighbourhood income alone: "
    "who keeps two homes is not measured. No direction is set.",
    quality="A departure that was reported late makes one household stand at two addresses for a while. Errs towards too many.",
    relation="A household at two addresses goes with a registration that is not right; a move that is being processed looks the same.",
    idea="assumed: a household can be registered at one address only, so two need an explanation",
)
MOVED = About(
    lawful="Wet BRP art. 3.8: counts and keyed hashes within the municipality; other addresses count only as far as the theme lists the source.",
    proxy="People who must move often, for want of a home, link more addresses. The audit compares scores by level of neighbourhood income "
    "alone: whether they score higher is not measured. No direction is set.",
    quality="Moves to or from another municipality are not seen. A key that more than 50 addresses share links nothing. Errs towards too few.",
    relation="Assumed: the same addresses pass residents on to each other where letting is organised; most people just move within a town, "
    "and are themselves more often wronged than wrong.",
    idea="assumed: addresses that pass residents on would show together and not one by one",
)


@indicator(
    about=TWICE,
    nl="Aantal andere adressen waar een huishouden van hier ook nu staat ingeschreven: {value}",
    en="Number of other addresses at which a household of this address is registered now as well: {value}",
    unit="addresses",
    nl_zero="Geen huishouden van hier staat ook elders ingeschreven",
    en_zero="No household of this address is registered elsewhere as well",
)
def household_other_addresses_now(registrations: Events) -> Column:
    """Other addresses at which a household that is registered here on the day is registered too, as far as known."""
    return registrations.as_known().links("household_key").count()


@indicator(
    about=MOVED,
    nl="Aantal andere adressen waar in 3 jaar een huishouden van hier werd ingeschreven: {value}",
    en="Number of other addresses at which a household of this address was registered in 3 years: {value}",
    unit="addresses",
    nl_zero="Geen huishouden van hier werd in 3 jaar op een ander adres ingeschreven, voor zover bekend",
    en_zero="No household of this address was registered at another address in 3 years, as far as known",
)
def household_other_addresses_3y(registrations: Events) -> Column:
    """Other addresses at which a household registered in three years that in those years registered here as well."""
    return registrations.within(days=1095).links("household_key").count()


@indicator(
    about=MOVED,
    nl="Aantal korte inschrijvingen in 3 jaar op adressen die een huishouden met dit adres delen: {value}",
    en="Number of short registrations in 3 years at addresses that share a household with this one: {value}",
    unit="registrations",
    nl_zero="Geen korte inschrijving in 3 jaar op adressen die een huishouden met dit adres delen",
    en_zero="No short registration in 3 years at addresses that share a household with this one",
)
def household_other_short_stays_3y(registrations: Events) -> Column:
    """Registrations of at most half a year, of three years, at other addresses that share a household with this one in those years."""
    recent = registrations.within(days=1095)
    return recent.ended_within(days=182).linked_by(recent.links("household_key")).count()


@indicator(
    about=MOVED,
    nl="Aantal controles met een bevinding in 3 jaar op adressen die een huishouden met dit adres delen: {value}",
    en="Number of inspections with a finding in 3 years at addresses that share a household with this one: {value}",
    unit="inspections",
    nl_zero="Geen bevinding in 3 jaar op adressen die een huishouden met dit adres delen",
    en_zero="No finding in 3 years at addresses that share a household with this one",
)
def household_other_findings_3y(inspections: Events, registrations: Events) -> Column:
    """Findings of three years at other addresses that share a household with this one, revoked ones and care signals left out."""
    links = registrations.within(days=1095).links("household_key")
    return inspections.within(days=1095).where_not(finding=("none", "care-signal")).unless(standing="revoked").linked_by(links).count()
