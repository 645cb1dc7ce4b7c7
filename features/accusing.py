"""Words that accuse: an indicator says what is known of an address, never what anyone did (DESIGN rules 2 and 9)."""

from __future__ import annotations

import re

from features.errors import CatalogueError

ACCUSING = re.compile(
    r"fraud|malafide|misdaad|misdad|misdrij|illega|oplicht|swindl|zwendel|misbrui|ontduik|ontdok|witwas|launder(?!ette)|huisjesmelk|slumlord|"
    r"wrongdo|ondermijn|subversi|mensenhandel|traffick|hennep ?kwe[ek]|drugs? ?deal|(?<![a-z])(crim|dader|offender|perpetrator|culprit|guilt|"
    r"suspect|suspicio|verdacht|verdenk|(?:be)?schuldig|overtreder|cheat|abus|rogue|crook|boef|boev|evader|evasion|pimp(?![a-z])|spook|ghost)",
    re.IGNORECASE,
)
"""Accusing words in Dutch and English, with what is built on them; a list of our own. ``discriminatie``, ``verschuldigd``
and ``overtreding`` do not accuse: the last is what was found, not who did it."""


def refuse_accusing(text: str, *, what: str) -> None:
    """Refuse a word that accuses.

    Raises
    ------
    CatalogueError
        The text holds such a word.

    Examples
    --------
    >>> refuse_accusing("3 findings at earlier inspections", what="a sentence")
    >>> refuse_accusing("woonfraude_1y", what="indicator 'woonfraude_1y'")
    Traceback (most recent call last):
        ...
    features.errors.CatalogueError: indicator 'woonfraude_1y' accuses: it says 'fraud'. Expected: what is known of the address, \
never what anyone did. Do: say the fact; DESIGN rule 9.
    """
    found = accusation(text)
    if found is None:
        return
    raise CatalogueError(
        f"{what} accuses: it says '{found}'",
        expected="what is known of the address, never what anyone did",
        remedy="say the fact; DESIGN rule 9",
    )


def accusation(text: str) -> str | None:
    """Give the accusing word in a text, None where there is none."""
    found = ACCUSING.search(text.replace("_", " "))
    return found and found.group(0).lower()
