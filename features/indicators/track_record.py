"""Track record: what was found here per inspection, how new the operator is, and how large its business."""

from __future__ import annotations

from features.about import About
from features.catalogue import indicator
from features.columns import Column
from features.events import Events

ABOUT_PER_INSPECTION = About(
    lawful="Algemene wet bestuursrecht title 5.2: outcomes of the municipality's own inspections, under the law that each theme names. Team and "
    "inspector do not enter.",
    proxy="Whoever met the stricter team. Counted per inspection, so that an address which is visited often does not stand out for that; the team is "
    "withheld from indicators.",
    quality="Teams count differently; few inspections make a rough mean; without a count it is missing, never 0.",
    relation="Graver violations are expected to come back, hence the direction of the gravest class alone. Innocent: they were mended, the operator "
    "has changed.",
    idea="A published open model of food inspections (2014), which reads earlier violations; per inspection is our own.",
)
ABOUT_OPERATOR = About(
    lawful="Handelsregisterwet 2007 art. 21 and 22 (public data of the business register), or public licences of a city: the start of the branch "
    "only.",
    proxy="Starters, and through them origin. A new business is no wrong: no direction is set, the premises theme says so under not_for_en, and the "
    "business sector is withheld.",
    quality="A takeover is a new start in the register though cook and kitchen stayed; branches are left standing after closing.",
    relation="Experts do not agree: a starter may not know the rules yet, and an old business may be worn. Innocent: everyone starts once.",
    idea="A published open model of food inspections (2014), which reads how long a licence has run; the study in docs/ says what came of it.",
)
ABOUT_BRANCHES = About(
    lawful="Handelsregisterwet 2007 art. 21 and 22 (public data of the business register), or public licences of a city: the business is a keyed "
    "hash.",
    proxy="Small independent businesses against chains. No direction is set, a key with more than fifty addresses links nothing, and the business "
    "sector is withheld.",
    quality="Franchises are businesses of their own and link nothing; a chain above the limit gives 0, as its sentence says.",
    relation="A business with more branches has procedures, and has someone to keep them. Innocent: one branch is what most businesses have.",
    idea="Assumed: that larger businesses keep rules in another way than small ones.",
)


@indicator(
    nl="Gemiddeld aantal overtredingen per eerdere controle: {value}",
    en="Violations per earlier inspection on average: {value}",
    unit="violations per inspection",
    about=ABOUT_PER_INSPECTION,
    family="past_violations",
    nl_zero="Geen overtredingen bij eerdere controles",
    en_zero="No violations at earlier inspections",
    nl_missing="Er zijn geen overtredingen geteld bij eerdere controles",
    en_missing="No violations were counted at earlier inspections",
)
def violations_per_inspection(inspections: Events) -> Column:
    """Violations per earlier inspection: an address that is visited often has more of them without being worse."""
    return inspections.mean("violations")


@indicator(
    nl="Gemiddeld aantal ernstige overtredingen per eerdere controle: {value}",
    en="Severe violations per earlier inspection on average: {value}",
    unit="violations per inspection",
    about=ABOUT_PER_INSPECTION,
    risk="+",
    family="past_violations",
    nl_zero="Geen ernstige overtredingen bij eerdere controles",
    en_zero="No severe violations at earlier inspections",
    nl_missing="Er zijn geen ernstige overtredingen geteld bij eerdere controles",
    en_missing="No severe violations were counted at earlier inspections",
)
def severe_violations_per_inspection(inspections: Events) -> Column:
    """Violations of the gravest class per earlier inspection."""
    return inspections.mean("severe_violations")


@indicator(
    nl="Dagen sinds het nieuwste bedrijf hier begon: {value}",
    en="Days since the newest business here started: {value}",
    unit="days",
    about=ABOUT_OPERATOR,
    nl_low="Dagen sinds het nieuwste bedrijf hier begon: {value}. Dat is korter dan bij de meeste gecontroleerde adressen. Een nieuwe zaak is op "
    "zichzelf niet vreemd",
    en_low="Days since the newest business here started: {value}. That is shorter than at most inspected addresses. A new business is nothing odd "
    "by itself",
    nl_none="Er staat geen bedrijf ingeschreven",
    en_none="No business is registered",
)
def newest_business_days(businesses: Events) -> Column:
    """Days since the start of the newest branch that is still registered."""
    return businesses.as_known().days_since()


@indicator(
    nl="Aantal andere vestigingen van het bedrijf: {value}",
    en="Other branches of the business: {value}",
    unit="addresses",
    about=ABOUT_BRANCHES,
    family="other_branches",
    nl_zero="Het bedrijf heeft geen andere vestigingen, of het is een grote keten",
    en_zero="The business has no other branches, or it is a large chain",
)
def business_other_addresses(businesses: Events) -> Column:
    """Other addresses with a branch of the same business on the day; a chain of more than the set number links nothing."""
    return businesses.as_known().links("business_key").count()
