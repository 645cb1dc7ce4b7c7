"""Business: branches at the address, and how fast operators follow each other."""

from __future__ import annotations

from features.about import About
from features.catalogue import indicator
from features.columns import Column
from features.events import Events

LAWFUL = "Handelsregisterwet 2007 art. 21 and 22 (public data of the business register): branches as counts; the business itself is a keyed hash."
ABOUT_BRANCHES = About(
    lawful=LAWFUL,
    proxy="Sole traders who work from home, and through them origin. The activity is withheld, no direction is set, and scores are audited by "
    "level of neighbourhood income.",
    quality="Errs high: branches are left standing after closing, and a business centre holds hundreds on one address.",
    relation="Many businesses in a home may be a letter box. Innocent: self-employed residents; a shared office.",
    idea="Assumed: what a handler looks up first in the business register.",
)
ABOUT_STARTS = About(
    lawful=LAWFUL,
    proxy="Starters, and entrepreneurs who found no job. A new business is no wrong: no direction is set, the premises theme says so under "
    "not_for_en, and scores are audited by level of neighbourhood income.",
    quality="A start counts from the day it was published; a takeover is a stop and a start; a move to another address is one too.",
    relation="Operators that follow each other fast may be a front. Innocent: a hard location, a bankruptcy, pop-ups, one who hands over to family.",
    idea="Assumed, from the work of supervision on hospitality.",
)
ABOUT_STOPS = About(
    lawful=LAWFUL,
    proxy="Entrepreneurs with little money, whose first try fails more often. No direction is set, the activity is withheld, and scores are "
    "audited by level of neighbourhood income.",
    quality="Errs low: who stops often does not tell the register, and a stop counts only from the day it was published.",
    relation="Businesses that soon stop may never have been meant to trade. Innocent: most of those that stop were just not earning enough.",
    idea="Assumed: how long a business lasts is what the register dates best.",
)
ABOUT_LICENCES = About(
    lawful="Handelsregisterwet 2007 art. 21 and 22, or the licence register of a city where licences are public (by its municipal code).",
    proxy="Neighbourhood shops and cafes, and who keeps them. No direction is set, and the business sector is withheld.",
    quality="Filled only where a licence register is delivered: elsewhere it is missing, not 0; a licence outlives the business.",
    relation="Where alcohol or tobacco is sold there is more to supervise. Innocent: a licence is a permission.",
    idea="A published open model of food inspections (2014), which reads both licences; the study in docs/ says what came of it.",
)
ABOUT_STORAGE = About(
    lawful=LAWFUL,
    proxy="Nobody that we know of: storage is a use of space. No direction is set.",
    quality="A storage branch is registered where its office is as often as where its goods are.",
    relation="An innocent explanation that became a number: where things are stored, little water and few people are as they should be.",
    idea="Our own, so that a shed for storage does not look like an empty front.",
)


@indicator(
    nl="Aantal ingeschreven bedrijven: {value}",
    en="Businesses registered: {value}",
    unit="branches",
    about=ABOUT_BRANCHES,
    nl_zero="Er staat geen bedrijf ingeschreven",
    en_zero="No business is registered",
)
def businesses_now(businesses: Events) -> Column:
    """Branches that are registered on the day."""
    return businesses.as_known().count()


@indicator(
    nl="Aantal bedrijven dat in de afgelopen 12 maanden begon: {value}",
    en="Businesses that started in the past 12 months: {value}",
    unit="branches",
    about=ABOUT_STARTS,
    nl_zero="Geen bedrijf begon in de afgelopen 12 maanden",
    en_zero="No business started in the past 12 months",
)
def businesses_started_1y(businesses: Events) -> Column:
    """Branches that started in the past year."""
    return businesses.within(days=365).count()


@indicator(
    nl="Aantal bedrijven dat in de afgelopen 3 jaar begon: {value}",
    en="Businesses that started in the past 3 years: {value}",
    unit="branches",
    about=ABOUT_STARTS,
    nl_zero="Geen bedrijf begon in de afgelopen 3 jaar",
    en_zero="No business started in the past 3 years",
)
def businesses_started_3y(businesses: Events) -> Column:
    """Branches that started in the past three years."""
    return businesses.within(days=1095).count()


@indicator(
    nl="Aantal horecabedrijven dat in de afgelopen 5 jaar begon: {value}",
    en="Hospitality businesses that started in the past 5 years: {value}",
    unit="branches",
    about=ABOUT_STARTS,
    nl_high="Aantal horecabedrijven dat in de afgelopen 5 jaar begon: {value}. Dat is meer dan bij de meeste gecontroleerde adressen. Een nieuwe "
    "zaak is op zichzelf niet vreemd",
    en_high="Hospitality businesses that started in the past 5 years: {value}. That is more than at most inspected addresses. A new business is "
    "nothing odd by itself",
    nl_zero="Geen horecabedrijf begon in de afgelopen 5 jaar",
    en_zero="No hospitality business started in the past 5 years",
)
def hospitality_operators_5y(businesses: Events) -> Column:
    """Hospitality branches that started in five years: changes of operator."""
    return businesses.within(days=1825).where(branch="hospitality").count()


@indicator(
    nl="Aantal bedrijven dat in de afgelopen 3 jaar begon en al is gestopt: {value}",
    en="Businesses that started in the past 3 years and have already stopped: {value}",
    unit="branches",
    about=ABOUT_STOPS,
    nl_high="Aantal bedrijven dat in de afgelopen 3 jaar begon en al is gestopt: {value}. Dat is meer dan bij de meeste gecontroleerde adressen. "
    "Veel bedrijven stoppen omdat zij te weinig verdienen",
    en_high="Businesses that started in the past 3 years and have already stopped: {value}. That is more than at most inspected addresses. Many "
    "businesses stop because they earn too little",
    nl_zero="Geen bedrijf dat in de afgelopen 3 jaar begon is al gestopt",
    en_zero="No business that started in the past 3 years has stopped",
)
def short_lived_businesses_3y(businesses: Events) -> Column:
    """Branches that started in three years and were known to have stopped."""
    return businesses.within(days=1095).where_known("ended_on").count()


@indicator(
    nl="Dagen sinds het oudste bedrijf hier begon: {value}",
    en="Days since the oldest business here started: {value}",
    unit="days",
    about=ABOUT_BRANCHES,
    nl_none="Er staat geen bedrijf ingeschreven",
    en_none="No business is registered",
)
def oldest_business_days(businesses: Events) -> Column:
    """Days since the start of the oldest branch that is still registered."""
    return businesses.as_known().days_since_first()


@indicator(
    nl="Aantal bedrijven dat alcohol mag schenken of verkopen: {value}",
    en="Businesses that may serve or sell alcohol: {value}",
    unit="branches",
    about=ABOUT_LICENCES,
    family="licensed_goods",
    nl_zero="Geen bedrijf mag hier alcohol schenken of verkopen",
    en_zero="No business may serve or sell alcohol here",
    nl_missing="Van een bedrijf hier is niet bekend of het alcohol mag schenken of verkopen",
    en_missing="Of a business here it is not known whether it may serve or sell alcohol",
)
def alcohol_licences_now(businesses: Events) -> Column:
    """Branches on the day that are licensed to serve or sell alcohol; missing where it is not known of one of them."""
    here = businesses.as_known()
    return here.where(serves_alcohol=True).count().missing_if(here.where_missing("serves_alcohol").count())


@indicator(
    nl="Aantal bedrijven dat tabak mag verkopen: {value}",
    en="Businesses that may sell tobacco: {value}",
    unit="branches",
    about=ABOUT_LICENCES,
    family="licensed_goods",
    nl_zero="Geen bedrijf mag hier tabak verkopen",
    en_zero="No business may sell tobacco here",
    nl_missing="Van een bedrijf hier is niet bekend of het tabak mag verkopen",
    en_missing="Of a business here it is not known whether it may sell tobacco",
)
def tobacco_licences_now(businesses: Events) -> Column:
    """Branches on the day that are licensed to sell tobacco; missing where it is not known of one of them."""
    here = businesses.as_known()
    return here.where(sells_tobacco=True).count().missing_if(here.where_missing("sells_tobacco").count())


@indicator(
    nl="Aantal ingeschreven opslagbedrijven: {value}",
    en="Storage businesses registered: {value}",
    unit="branches",
    about=ABOUT_STORAGE,
    nl_zero="Er staat geen opslagbedrijf ingeschreven",
    en_zero="No storage business is registered",
)
def storage_businesses_now(businesses: Events) -> Column:
    """Storage branches on the day: the innocent reason of a shed with little going on."""
    return businesses.as_known().where(branch="storage").count()
