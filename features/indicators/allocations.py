"""Allocations: how often a corporation let the home anew, and its residents against the rooms it counted."""

from __future__ import annotations

from features.about import About
from features.catalogue import indicator
from features.columns import Column
from features.events import Events

ALLOCATIONS = About(
    lawful="Delivered by the housing corporations under a data agreement that names the theme; nothing of who came to live there.",
    proxy="Only homes of corporations have a value, so missing itself says what kind of home it is. The audit compares scores by level of "
    "neighbourhood income alone: tenants of corporations are not measured.",
    quality="Rooms are counted as each corporation does; exchanges come late. Errs towards too few allocations.",
    relation="Assumed: more residents than rooms goes with a home that is too full; newborns and relatives who are taken in do the same.",
    idea="assumed: a corporation allocates by rooms, so it knows for how many the home is fit",
)
LET_ANEW = About(
    lawful="Delivered by the housing corporations under a data agreement that names the theme: the first day of a tenancy, nothing of who "
    "came to live there.",
    proxy="Tenants of corporations, and among them starters and old people, who move on sooner. The audit compares scores by level of "
    "neighbourhood income alone: these groups are not measured. No direction is set.",
    quality="An exchange between tenants comes late or not at all. A home of no corporation has 0 as well as one where nobody left. Errs "
    "towards too few.",
    relation="Assumed: a home that is let anew often may have had tenants who did not live there themselves; temporary tenancies, a first "
    "home and an unpleasant building do the same.",
    idea="assumed: a corporation sees how often a tenancy ends, before any other register does",
)
SINCE_ALLOCATION = About(
    lawful="Delivered by the housing corporations under a data agreement that names the theme: the first day of a tenancy, nothing of who "
    "came to live there.",
    proxy="Only homes of corporations have a value, and a long tenancy goes with old tenants. The audit compares scores by level of "
    "neighbourhood income alone: neither group is measured. No direction is set.",
    quality="Deliveries begin on some day, so a tenancy of before is not known and missing; an exchange comes late, which makes the number "
    "too large.",
    relation="Assumed: long after an allocation the tenant may have handed the home on; nearly all who rent for long just live there. Just "
    "after one the registrations of both tenants may overlap.",
    idea="assumed: who handles a case asks the corporation since when the tenant is there",
)


@indicator(
    about=LET_ANEW,
    nl="Aantal keren dat een corporatie de woning in 5 jaar opnieuw verhuurde: {value}",
    en="Number of times that a corporation let the home anew in 5 years: {value}",
    unit="allocations",
    nl_zero="Geen corporatie heeft de woning in 5 jaar opnieuw verhuurd",
    en_zero="No corporation let the home anew in 5 years",
)
def allocations_5y(allocations: Events) -> Column:
    """Allocations of the home by a housing corporation in five years."""
    return allocations.within(days=1825).count()


@indicator(
    about=SINCE_ALLOCATION,
    nl="Aantal dagen sinds een corporatie de woning voor het laatst opnieuw verhuurde: {value}",
    en="Number of days since a corporation last let the home anew: {value}",
    unit="days",
    nl_none="Er is geen toewijzing door een corporatie bekend",
    en_none="No allocation by a corporation is known",
)
def days_since_allocation(allocations: Events) -> Column:
    """Days since the first day of the newest tenancy that a corporation gave out."""
    return allocations.days_since()


@indicator(
    about=ALLOCATIONS,
    nl="Aantal bewoners per kamer die de corporatie telde: {value}",
    en="Number of residents per room that the corporation counted: {value}",
    unit="residents per room",
    risk="+",
    nl_missing="Het aantal bewoners per kamer is niet te berekenen",
    en_missing="The number of residents per room cannot be computed",
)
def residents_per_allocated_room(residents_now: Column, allocations: Events) -> Column:
    """Registered residents per room, as the corporation counted rooms at the newest allocation."""
    return residents_now / allocations.latest("rooms")
