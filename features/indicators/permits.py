"""Permits: what use was asked for and allowed."""

from __future__ import annotations

from features.about import About
from features.catalogue import indicator
from features.columns import Column
from features.events import Events

LAWFUL = (
    "Gemeentewet art. 160: the municipality decided on these permits itself; of a permit the object, the kind and the decision, not the applicant."
)
ABOUT_ALLOWED = About(
    lawful=LAWFUL,
    proxy="Owners who know the way to the counter: a permit goes with a professional landlord. It can only lower a score, and its absence is no sign "
    "by itself where no permit is needed.",
    quality="Errs low: permits on paper and those of before the case system are missing.",
    relation="With a permit the use is allowed, so less is expected to be found, hence the direction. Innocent without one: most homes need none.",
    idea="The permit duty itself: Huisvestingswet 2014 art. 21.",
)
ABOUT_HOSPITALITY = About(
    lawful=f"{LAWFUL} Alcoholwet art. 3 asks the permit.",
    proxy="Small and new entrepreneurs, who may have fewer permits in order, and through them origin. No direction is set and the business sector is "
    "withheld; scores are audited by level of neighbourhood income.",
    quality="A permit outlives the business that asked it, and one on paper is missing.",
    relation="Open to both sides: a permit says that the use is allowed, and that there is something to supervise. Innocent: a lunchroom needs none.",
    idea="Assumed: what a handler looks up first for premises.",
)
ABOUT_APPLICATIONS = About(
    lawful=LAWFUL,
    proxy="Owners with money to build. No direction is set, and scores are audited by level of neighbourhood income.",
    quality="An application counts whatever was decided, also one that was withdrawn or asked twice.",
    relation="Who asks shows what is intended, and asks before it is done. Innocent: nearly always a dormer or an extension.",
    idea="Assumed: building work goes before a change of use.",
)


@indicator(
    nl="Aantal geldige vergunningen voor omzetting of kamerverhuur: {value}",
    en="Valid permits for conversion or room rental: {value}",
    unit="permits",
    about=ABOUT_ALLOWED,
    risk="-",
    nl_zero="Geen vergunning voor omzetting of kamerverhuur",
    en_zero="No permit for conversion or room rental",
)
def sharing_permits_now(permits: Events) -> Column:
    """Granted and valid permits for conversion or room rental."""
    return permits.where(kind=("conversion", "room-rental"), decision="granted").as_known("valid_until_on").count()


@indicator(
    nl="Aantal geldige horecavergunningen: {value}",
    en="Valid hospitality permits: {value}",
    unit="permits",
    about=ABOUT_HOSPITALITY,
    nl_zero="Geen geldige horecavergunning",
    en_zero="No valid hospitality permit",
)
def hospitality_permits_now(permits: Events) -> Column:
    """Granted and valid hospitality permits."""
    return permits.where(kind="hospitality", decision="granted").as_known("valid_until_on").count()


@indicator(
    nl="Aantal vergunningen dat in de afgelopen 3 jaar is aangevraagd: {value}",
    en="Permits applied for in the past 3 years: {value}",
    unit="applications",
    about=ABOUT_APPLICATIONS,
    nl_zero="Geen vergunning aangevraagd in de afgelopen 3 jaar",
    en_zero="No permit applied for in the past 3 years",
)
def permit_applications_3y(permits: Events) -> Column:
    """Applications of any kind in three years, whatever was decided."""
    return permits.within(days=1095).count()
