"""Words about a person: no source, column or indicator may carry them (DESIGN rule 2).

A list of words is not what keeps people out: contracts are closed lists that someone reads. It stops what is named for what it is, in
Dutch and English, with what is built on it. *kind* alone stays: in English it is a sort, and our registers have many.

References
----------
GDPR art. 4(14), 9 and 10; Algemene wet gelijke behandeling art. 1; Amnesty International, Xenophobic Machines, 2021.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from features.errors import CatalogueError

IDENTIFYING: Mapping[str, str] = {
    "a name": "^names?$ (first|last|sur|given|middle|full|maiden|nick)_?names?$ ^naam$ ^namen$ "
    "(voor|achter|roep|familie|geslachts|bewoners|persoons)na(am|men) initialen ^initials$ voorletter",
    "a birth": "birth geboorte ^geboren ^dob$ ^geb_",
    "a number of a person": "^bsn burgerservice citizen_number social_security ^sofi ^a[_-]?nummer ^rsin passport paspoort",
}
"""Refused in every source. A word matches anywhere in a text; ``^`` and ``$`` are the begin and end of a word, ``_`` a space."""

TRAITS: Mapping[str, str] = {
    "age": "^age[ds]?$ ^ageing leeftijd jongere(n|$) ^jeugd ^ouderen$ bejaard minderjarig ^minors$ ^is_minor ^elderly",
    "gender": "^gender transgender ^sex ^seks geslacht ^males?$ ^females?$ ^man$ ^mannen ^men$ ^wom[ae]n vrouw geaardheid",
    "origin": "nationalit ethni etni[cs] herkomst ^origins?$ afkomst migratie_?achtergrond migration_background ^migrant immigra allochto autochto "
    "asylum asiel status_?h(ou|o)lder vluchteling refugee ^races?$ ^racial ^ras(sen)?$ ^kleur$ huidskleur skin_colou?r country_of inburger "
    "^languag ^taal (moeder|thuis|voer)taal marok moroc ^turk surina antill ^syri ^somal ^eritre ^roemeen ^romanian ^bulgar ^poolse?$ ^polish$",
    "a family": "^famil(y|ies|ie|ial) gezin ^kinder (een|per|met|de)_kind$ ^kind(aantal|tal) ^child ^parent alleenstaand ^partners?$ marital "
    "married divorc gehuwd huwelijk echtscheid ^weduw ^widow burgerlijke_staat household_?(type|composition) huishou[a-z]*_?(type|samenstelling)",
    "an income": "bijstand uitkering toeslag welfare social_assist ^wmo ^wajong ^ww$ benefit arbeidsongeschikt werkloos unemploy "
    "schuldhulp schuldsaner ^schulden ^debts?$ ^incomes?$ inkomens?$ armoede ^poverty",
    "health": "^health gezond zorg_?indicatie ^medical ^medisch ^medicat diagnos ^ziek disab handicap ^ggz psychi verslav addict pregnan zwanger",
    "justice": "^crim strafbla detentie ^police ^politie veroordel convict justit antecedent gevang ^prison",
    "belief": "religi godsdienst geloof gelovig ^kerk ^church mosque moskee gebedshuis ^temple synago ^muslim ^moslim ^islam worship school "
    "politiek ^political ^union_member trade_union vakbond",
}
"""Refused too, save in an audit source about areas: whether a score is fair to a group cannot be seen without knowing the group."""

STAND_INS: Mapping[str, str] = {
    "a business sector": "sector ^sbi$ bedrijfstak",
    "a berth or a pitch": "^pitch ^berth standplaats ligplaats woonwagen woonbo(ot|ten) house_?boat ^caravan",
}
"""What stands in for origin or descent. A column that is withheld from indicators may hold it: it can never become a risk."""

EXCEPTIONS: Mapping[str, str] = {
    "geloofwaardig": "credible, not a belief",
    "gezondheidszorgfunctie": "a registered use of an object in the BAG",
    "politieverordening": "a by-law of the municipality",
}
"""Words that hold a refused one and mean something else."""


def refuse_personal(text: str, *, what: str, audit: bool = False, withheld: bool = False) -> None:
    """Refuse a word that concerns a person rather than an address.

    Parameters
    ----------
    text : str
    what : str
        What carries it, for the error.
    audit : bool
        It is in an audit source about areas, which may hold `TRAITS`.
    withheld : bool
        It is of a column that no indicator can read, which may hold `STAND_INS`.

    Raises
    ------
    CatalogueError
        The text holds such a word.

    Examples
    --------
    >>> refuse_personal("reports_1y", what="indicator 'reports_1y'")
    >>> refuse_personal("sewage, average and built_year", what="a sentence")
    >>> refuse_personal("migration_background_share", what="a column", audit=True)
    >>> refuse_personal("nationality_share", what="indicator 'nationality_share'")
    Traceback (most recent call last):
        ...
    features.errors.CatalogueError: indicator 'nationality_share' speaks of origin: 'nationalit'. Expected: facts about an address, \
never about a person. Do: leave it out; DESIGN rule 2 lists what is refused.
    """
    plain = EXCEPTED.sub(" ", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text).replace("_", " ").lower())
    for subject, pattern in PATTERNS.items():
        if (audit and subject not in IDENTIFYING) or (withheld and subject in STAND_INS):
            continue
        if found := pattern.search(plain):
            raise CatalogueError(
                f"{what} speaks of {subject}: '{found.group(0).strip()}'",
                expected="facts about an address, never about a person",
                remedy="leave it out; DESIGN rule 2 lists what is refused",
            )


def _compiled(fragments: Collection[str]) -> re.Pattern[str]:
    marks = {"_": " ", "$": r"(?![^\W\d_])"}
    written = re.sub(r"[_$]", lambda mark: marks[mark.group(0)], "|".join(fragments))
    # The begin of a word is looked for after its first letter: a pattern that starts with a letter is four times as fast.
    return re.compile(re.sub(r"\^(\w)", r"\1(?<![^\\W\\d_]\1)", written))


PATTERNS: Mapping[str, re.Pattern[str]] = {subject: _compiled(words.split()) for subject, words in {**IDENTIFYING, **TRAITS, **STAND_INS}.items()}
EXCEPTED = re.compile("|".join(EXCEPTIONS))
