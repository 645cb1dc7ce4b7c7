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


@indicator(
    about=ALLOCATIONS,
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
    about=ALLOCATIONS,
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
