"""The sentences of an indicator: its value, a high and a low one, nothing, and not known, in Dutch and in English.

High and low are said by comparison with the addresses that were inspected, because that is what the model learned from. What is not
written out is made from the plain sentence, so that every indicator has all of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, TypedDict, Unpack

from features.errors import CatalogueError

Language = Literal["nl", "en"]
FLAG = "yes or no"
"""Unit of an indicator that is 1 or 0: there is no more or less of it."""

COMPARED: dict[Language, dict[str, tuple[str, str]]] = {
    "nl": {"year": ("later", "eerder"), "days": ("langer", "korter"), "ratio": ("hoger", "lager"), "share": ("hoger", "lager")},
    "en": {"year": ("later", "earlier"), "days": ("longer", "shorter"), "ratio": ("higher", "lower"), "share": ("higher", "lower")},
}
OTHERWISE: dict[Language, tuple[str, str]] = {"nl": ("meer", "minder"), "en": ("more", "less")}
COMPARISON: dict[Language, str] = {
    "nl": "{sentence}. Dat is {word} dan bij de meeste gecontroleerde adressen",
    "en": "{sentence}. That is {word} than at most inspected addresses",
}
UNKNOWN: dict[Language, str] = {"nl": "Niet bekend: ", "en": "Not known: "}
NUMBER_OF: dict[Language, str] = {"nl": "aantal ", "en": "number of "}
"""How what is not known begins where it is made from the plain sentence: only a number reads right then."""


@dataclass(frozen=True)
class Wording:
    """The sentences of an indicator in one language; ``{value}`` is filled in."""

    value: str
    high: str
    low: str
    zero: str | None
    missing: str

    @property
    def all(self) -> tuple[str, ...]:
        """Every sentence there is."""
        return tuple(sentence for sentence in (self.value, self.high, self.low, self.zero, self.missing) if sentence)


class Said(TypedDict, total=False):
    """Sentences that may be written out.

    ``high`` and ``low`` hold ``{value}``: above, or below, that of most inspected addresses. ``zero`` is for the value 0, ``missing`` for no
    value; ``none`` in its place where no value is itself a known fact (no business, so no oldest one) and not missing data.
    """

    nl_high: str
    en_high: str
    nl_low: str
    en_low: str
    nl_zero: str
    en_zero: str
    nl_missing: str
    en_missing: str
    nl_none: str
    en_none: str


def wordings(name: str, *, nl: str, en: str, unit: str, **said: Unpack[Said]) -> dict[Language, Wording]:
    """Give the sentences of an indicator in both languages.

    Raises
    ------
    CatalogueError
        A sentence lacks its value, or no value is called missing and known at once.
    """
    s: dict[str, Any] = {**dict.fromkeys(Said.__annotations__), **said}
    refuse_without_value(name, nl, en, s["nl_high"], s["en_high"], s["nl_low"], s["en_low"])
    refuse_half(name, missing=(s["nl_missing"], s["en_missing"]), none=(s["nl_none"], s["en_none"]))
    dutch = (s["nl_high"], s["nl_low"], s["nl_zero"], s["nl_none"] or s["nl_missing"])
    english = (s["en_high"], s["en_low"], s["en_zero"], s["en_none"] or s["en_missing"])
    return {
        "nl": worded(nl, *dutch, language="nl", unit=unit),
        "en": worded(en, *english, language="en", unit=unit),
    }


def worded(value: str, high: str | None, low: str | None, zero: str | None, missing: str | None, *, language: Language, unit: str) -> Wording:
    """Give the sentences of an indicator, those that were not written out made from the plain one.

    Examples
    --------
    >>> worded("Het pand is uit {value}", None, None, None, None, language="nl", unit="year").low
    'Het pand is uit {value}. Dat is eerder dan bij de meeste gecontroleerde adressen'
    """
    more, less = COMPARED[language].get(unit, OTHERWISE[language])
    made = [value if unit == FLAG else COMPARISON[language].format(sentence=value, word=word) for word in (more, less)]
    return Wording(value, high or made[0], low or made[1], zero, missing or unknown(value, language))


def unknown(value: str, language: Language) -> str:
    """Say that a number is not known, out of the plain sentence; what is no number ("yes or no", a ratio) writes its own.

    Examples
    --------
    >>> unknown("Aantal meldingen: {value}", "nl"), unknown("Reports: {value}", "en")
    ('Niet bekend: aantal meldingen', 'Not known: number of reports')
    """
    told = value.split(": {value}")[0].replace("{value}", "…")
    told = told[:1].lower() + told[1:]
    return UNKNOWN[language] + (told if language == "nl" or told.startswith(NUMBER_OF["en"]) else NUMBER_OF["en"] + told)


def refuse_without_value(name: str, *sentences: str | None) -> None:
    """Refuse a sentence in which the value cannot be filled in.

    Raises
    ------
    CatalogueError
        One of the sentences does not hold ``{value}``.
    """
    if not all("{value}" in s for s in sentences if s is not None):
        raise CatalogueError(
            f"a sentence of indicator '{name}' does not hold {{value}}", expected="{value} in nl and en", remedy="complete the sentence"
        )


def refuse_half(name: str, *, missing: tuple[str | None, str | None], none: tuple[str | None, str | None]) -> None:
    """Refuse an indicator that says two things of no value, or says it in one language.

    Raises
    ------
    CatalogueError
        No value is either missing or a known fact, in both languages alike.
    """
    if (none[0] is None) != (none[1] is None) or (any(none) and any(missing)):
        raise CatalogueError(
            f"indicator '{name}' says of no value both that it is missing and that it is known, or says it in one language",
            expected="nl_none and en_none, or nl_missing and en_missing",
            remedy="say in both languages which of the two it is",
        )
