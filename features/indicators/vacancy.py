"""Vacancy: objects that stand empty by the register, and who is registered there all the same."""

from __future__ import annotations

from features.about import About
from features.catalogue import indicator
from features.columns import Column
from features.events import Events

VACANCY = About(
    lawful="The municipality's own list of vacancy, under its by-law (Leegstandwet art. 2 and 3), about objects and not about people.",
    proxy="Vacancy follows the market and the state of a quarter. The audit compares scores by level of neighbourhood income alone: the "
    "state of a quarter is not measured. No direction is set.",
    quality="Owners report late or not at all, and an end is often never entered. Errs towards spells that last too long.",
    relation="Assumed: an empty object is easily used for something else; most stand empty for a sale, a rebuilding or want of a tenant.",
    idea="assumed: the list of vacancy is there to be held beside other registers",
)
BESIDE = About(
    lawful="The municipality's own list of vacancy (Leegstandwet art. 2 and 3), beside counts that the theme lists with a ground of their own.",
    proxy="It says that two registers differ and nothing of who lives or works there. The audit compares scores by level of neighbourhood "
    "income alone: users of objects that stand empty are not measured.",
    quality="An end of vacancy that was never entered makes a difference that is not there. Errs towards too many.",
    relation="Two registers that contradict each other go with a registration that is not right; the list of vacancy is as often the wrong one.",
    idea="assumed: where two registers differ one of them is wrong",
)


@indicator(
    about=VACANCY,
    nl="Aantal keren dat het object nu als leegstaand is geregistreerd: {value}",
    en="Number of times that the object is registered as empty now: {value}",
    unit="spells",
    nl_zero="Het object is niet als leegstaand geregistreerd",
    en_zero="The object is not registered as empty",
)
def vacancies_now(vacancy: Events) -> Column:
    """Spells of vacancy that last on the day, as far as known."""
    return vacancy.as_known().count()


@indicator(
    about=VACANCY,
    nl="Aantal dagen dat het object leegstaat volgens het register: {value}",
    en="Number of days that the object has stood empty according to the register: {value}",
    unit="days",
    nl_none="Het object is niet als leegstaand geregistreerd",
    en_none="The object is not registered as empty",
)
def vacant_days(vacancy: Events) -> Column:
    """Days since the begin of the newest spell of vacancy that lasts on the day."""
    return vacancy.as_known().days_since()


@indicator(
    about=VACANCY,
    nl="Aantal keren dat het object in 5 jaar leeg kwam te staan: {value}",
    en="Number of times that the object became empty in 5 years: {value}",
    unit="spells",
    nl_zero="Het object kwam in 5 jaar niet leeg te staan, voor zover geregistreerd",
    en_zero="The object did not become empty in 5 years, as far as registered",
)
def vacancies_5y(vacancy: Events) -> Column:
    """Spells of vacancy that began in five years."""
    return vacancy.within(days=1825).count()


@indicator(
    about=VACANCY,
    nl="Aantal keren in 3 jaar dat de gemeente zelf leegstand vaststelde: {value}",
    en="Number of times in 3 years that the municipality itself found vacancy: {value}",
    unit="spells",
    nl_zero="De gemeente heeft in 3 jaar zelf geen leegstand vastgesteld",
    en_zero="The municipality itself found no vacancy in 3 years",
)
def vacancies_found_3y(vacancy: Events) -> Column:
    """Spells of vacancy that began in three years and that the municipality found, without a report by the owner."""
    return vacancy.within(days=1095).where(kind="found").count()


@indicator(
    about=BESIDE,
    nl="Aantal huishoudens dat staat ingeschreven terwijl het object als leegstaand is geregistreerd: {value}",
    en="Number of households that are registered while the object is registered as empty: {value}",
    unit="households",
    nl_zero="Er is geen huishouden ingeschreven op een object dat als leegstaand is geregistreerd",
    en_zero="No household is registered at an object that is registered as empty",
)
def households_while_vacant(households_now: Column, vacancies_now: Column) -> Column:
    """Households registered on the day where the object is registered as empty; 0 where it is not."""
    return households_now * (vacancies_now > 0)


@indicator(
    about=BESIDE,
    nl="Aantal bedrijven dat staat ingeschreven terwijl het object als leegstaand is geregistreerd: {value}",
    en="Number of businesses that are registered while the object is registered as empty: {value}",
    unit="branches",
    nl_zero="Er is geen bedrijf ingeschreven op een object dat als leegstaand is geregistreerd",
    en_zero="No business is registered at an object that is registered as empty",
)
def businesses_while_vacant(businesses_now: Column, vacancies_now: Column) -> Column:
    """Branches registered on the day where the object is registered as empty; 0 where it is not."""
    return businesses_now * (vacancies_now > 0)
