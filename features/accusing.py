"""Words that accuse: an indicator says what is known of an address, never what anyone did (DESIGN rules 2 and 9)."""

from __future__ import annotations

import re

from features.errors import CatalogueError

ACCUSING = re.compile(
    r"fraud|malafide|misdaad|misdad|misdrij|illega|(?<![a-z])(crim|dader|offender|perpetrator|culprit|guilt|suspect|suspicio|verdacht|verdenk|"
    r"(?:be)?schuldig)",
    re.IGNORECASE,
)
"""Accusing words in Dutch and English, with what is built on them; a list of our own. ``discriminatie`` and ``verschuldigd`` do not accuse."""


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
    found = ACCUSING.search(text.replace("_", " "))
    if found is None:
        return
    raise CatalogueError(
        f"{what} accuses: it says '{found.group(0).lower()}'",
        expected="what is known of the address, never what anyone did",
        remedy="say the fact; DESIGN rule 9",
    )
