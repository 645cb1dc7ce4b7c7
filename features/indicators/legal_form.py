"""Legal form: what kind of businesses are registered, how brief they are and how many fit in the space.

Foundations and associations are not counted apart: many belong to a religion, and would stand in for it.
"""

from __future__ import annotations

from features.about import About
from features.catalogue import indicator
from features.columns import Column
from features.events import Events

HUNDRED_M2 = 100
FORM = About(
    lawful="Public data of the business register (Handelsregisterwet 2007 art. 21 and 22); the sector of a business is withheld.",
    proxy="Who starts alone may more often be new to the labour market (assumed). The audit compares scores by level of neighbourhood "
    "income alone: sole traders are not measured as a group. No direction is set.",
    quality="Branches are left standing after closing, and a business centre holds hundreds. Errs towards too many.",
    relation="Assumed: many forms at one address tell of a letter-box; sole traders who work from home are ordinary.",
    idea="assumed: the form costs little to found and to leave, which differs between forms",
)
COMPANIES = About(
    lawful="Public data of the business register (Handelsregisterwet 2007 art. 21 and 22): the legal form of a branch, as a count; no "
    "shareholder enters.",
    proxy="Entrepreneurs with a holding, who are more often well off, and the offices that give their companies an address. The audit "
    "compares scores by level of neighbourhood income alone: entrepreneurs are not measured. No direction is set.",
    quality="A company without any activity stays registered for years, and an accountant's office holds those of its clients. The form is "
    "missing for some branches. Errs towards too many.",
    relation="Assumed: many companies at one address tell of a letter-box; one entrepreneur with a holding and two companies under it is ordinary.",
    idea="assumed: a private company is founded for a purpose that ends, more often than another form",
)
CROWD = About(
    lawful="Public data of the business register (Handelsregisterwet 2007 art. 21 and 22) and of the register of addresses; the sector is withheld.",
    proxy="Who works from a small home has more businesses to the square metre than who works from a large one, so it follows income. The "
    "audit compares scores by level of neighbourhood income alone: income within a neighbourhood is not measured. No direction is "
    "set.",
    quality="Branches are left standing after closing, and an unknown floor area makes it missing. Errs towards too many.",
    relation="Assumed: more businesses than fit in the space tell of a letter-box; a shared office, a business centre and residents who work "
    "from home do the same.",
    idea="assumed: the number of businesses says little without the space that they have",
)
BRIEF = About(
    lawful="Public data of the business register (Handelsregisterwet 2007 art. 21 and 22); directors are keyed hashes, of privacy tier 2.",
    proxy="Small shops in cheap quarters change hands more often. The audit compares scores by level of neighbourhood income alone: it "
    "sees the cheap quarter and not the small shop, which is not measured. No direction is set.",
    quality="A stop is published late or never, so brief branches are missed. Errs towards too few.",
    relation="Assumed: operators that follow each other fast go with premises used for something else; starting a business often just fails.",
    idea="assumed: the operators that follow each other at premises can be counted, so they were",
)


@indicator(
    about=FORM,
    nl="Aantal eenmanszaken dat staat ingeschreven: {value}",
    en="Number of sole traders registered: {value}",
    unit="branches",
    family="legal_forms",
    nl_zero="Er staat geen eenmanszaak ingeschreven",
    en_zero="No sole trader is registered",
)
def sole_traders_now(businesses: Events) -> Column:
    """Branches of sole traders on the day; the form is missing for some, who are not counted."""
    return businesses.as_known().where(legal_form="sole-trader").count()


@indicator(
    about=COMPANIES,
    nl="Aantal besloten vennootschappen dat staat ingeschreven: {value}",
    en="Number of private companies registered: {value}",
    unit="branches",
    family="legal_forms",
    nl_zero="Er staat geen besloten vennootschap ingeschreven",
    en_zero="No private company is registered",
)
def private_companies_now(businesses: Events) -> Column:
    """Branches of private companies on the day."""
    return businesses.as_known().where(legal_form="private-company").count()


@indicator(
    about=FORM,
    nl="Aantal verschillende rechtsvormen onder de ingeschreven bedrijven: {value}",
    en="Number of different legal forms among the registered businesses: {value}",
    unit="forms",
    family="legal_forms",
    nl_zero="Er staat geen bedrijf met een bekende rechtsvorm ingeschreven",
    en_zero="No business with a known legal form is registered",
)
def legal_forms_now(businesses: Events) -> Column:
    """Different legal forms among the branches on the day."""
    return businesses.as_known().distinct("legal_form")


@indicator(
    about=FORM,
    nl="Aantal eenmanszaken per ingeschreven huishouden: {value}",
    en="Number of sole traders per registered household: {value}",
    unit="branches per household",
    nl_zero="Er staat geen eenmanszaak ingeschreven",
    en_zero="No sole trader is registered",
    nl_missing="Er staat geen huishouden ingeschreven om het aantal eenmanszaken mee te vergelijken",
    en_missing="No household is registered to compare the number of sole traders with",
)
def sole_traders_per_household(sole_traders_now: Column, households_now: Column) -> Column:
    """Branches of sole traders per registered household: more traders than households is uncommon at a home."""
    return sole_traders_now / households_now


@indicator(
    about=CROWD,
    nl="Aantal ingeschreven bedrijven per 100 m2: {value}",
    en="Number of registered businesses per 100 m2: {value}",
    unit="branches per 100 m2",
    nl_zero="Er staat geen bedrijf ingeschreven",
    en_zero="No business is registered",
    nl_missing="Het aantal bedrijven kan niet met het oppervlak worden vergeleken",
    en_missing="The number of businesses cannot be compared with the floor area",
)
def businesses_per_100m2(businesses_now: Column, floor_area_m2: Column) -> Column:
    """Branches on the day per hundred square metres of floor area."""
    return businesses_now * HUNDRED_M2 / floor_area_m2


@indicator(
    about=BRIEF,
    nl="Aantal bedrijven in 5 jaar dat binnen een jaar weer stopte: {value}",
    en="Number of businesses in 5 years that stopped again within a year: {value}",
    unit="branches",
    nl_zero="Geen bedrijf stopte in 5 jaar binnen een jaar na het begin",
    en_zero="No business in 5 years stopped within a year of its start",
)
def brief_businesses_5y(businesses: Events) -> Column:
    """Branches that started in five years and were known to have stopped within a year of their start."""
    return businesses.within(days=1825).ended_within(days=365).count()


@indicator(
    about=BRIEF,
    nl="Aantal verschillende bestuurders van bedrijven die in 3 jaar begonnen: {value}",
    en="Number of different directors of businesses that started in 3 years: {value}",
    unit="directors",
    nl_zero="Er begon in 3 jaar geen bedrijf met een bekende bestuurder",
    en_zero="No business with a known director started in 3 years",
)
def business_directors_3y(businesses: Events) -> Column:
    """Different directors of the branches that started in three years."""
    return businesses.within(days=1095).distinct("director_key")


@indicator(
    about=BRIEF,
    nl="Aantal bedrijven dat in 2 jaar begon min dat in de 2 jaar ervoor: {value}",
    en="Number of businesses that started in 2 years less that in the 2 years before: {value}",
    unit="branches",
    nl_zero="Er begonnen in 2 jaar evenveel bedrijven als in de 2 jaar ervoor",
    en_zero="As many businesses started in 2 years as in the 2 years before",
)
def business_starts_change_2y(businesses: Events) -> Column:
    """Branches that started in two years less those of the two years before."""
    return businesses.change(days=730)
