"""An address as people write it, read into number, unit, street and postcode.

Two orders are read: street first ("Dorpsstr. 12-a, 1506 AB Zaanwijk") and number first ("48 S MAIN ST FL 2"). A text may
have several readings ("Plein 1940 12"); :mod:`features.linkage` takes the one that fits a known address best.
Known streets and texts pass through the same function, so both may be abbreviated.

References
----------
NEN 5825 (Dutch addresses); USPS Publication 28, appendix C1 (street suffixes).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

_KINDS = {
    "st": "st str street straat",
    "ave": "ave av aven avenue avn",
    "rd": "rd road",
    "blvd": "blvd bl blv boulevard boul",
    "dr": "dr drv drive",
    "pl": "pl place plein pln",
    "ct": "ct court crt",
    "ln": "ln lane laan",
    "pkwy": "pkwy pky parkway pkway",
    "ter": "ter terr terrace",
    "hwy": "hwy highway",
    "sq": "sq square",
    "plz": "plz plaza",
    "weg": "weg wg",
    "kade": "kade kd",
    "gr": "gracht gr",
    "dk": "dijk dk",
    "sngl": "singel sngl",
    "stg": "steeg stg",
    "pad": "pad",
    "hof": "hof",
    "markt": "markt",
    "dreef": "dreef",
}
KINDS = {spelling: kind for kind, spellings in _KINDS.items() for spelling in spellings.split()}
"""Every spelling of a kind of street, and the one that stands for it."""

GLUED = re.compile(r"^(.{2,}?)(straat|str|weg|laan|plein|kade|gracht|dijk|singel|steeg|pad|hof|markt|dreef)$")
"""Kinds that Dutch writes fast to the name: Dorpsstraat."""

DIRECTIONS = {"n": "n", "s": "s", "e": "e", "w": "w", "north": "n", "south": "s", "east": "e", "west": "w"}

EXPANDED = {
    "burg": "burgemeester",
    "bgm": "burgemeester",
    "prof": "professor",
    "dr": "doctor",
    "ds": "dominee",
    "ir": "ingenieur",
    "mr": "meester",
    "st": "sint",
    "v": "van",
    "vd": "vander",
    "d": "der",
    "pres": "president",
    "jr": "jonker",
    "eerste": "1e",
    "tweede": "2e",
    "derde": "3e",
}
"""Abbreviations within a street's name, where they are not its kind."""

PREPOSITIONS = frozenset("bij nabij op aan in van naast tegenover adres hoek at near on opposite".split())
"""Words that may stand before a street and are no part of its name."""

UNIT_WORDS = frozenset(
    "bldg building fl flr floor bsmt basement apt ste suite unit rm room rear lot lobby ground boven beneden achter begane verdieping".split()
)
"""Words for a part of a building, which may follow a street."""

SECOND_READING = 0.9
"""Likelihood of a number inside a text that begins with one."""

_POSTCODE_NL = re.compile(r"\b([1-9]\d{3}) ?([a-z]{2})\b(?![a-z])")
_POSTCODE_DIGITS = re.compile(r"(?<=\S)[ ,]+(\d{5})(?:-\d{4})?\s*$")
_NUMBER_FIRST = re.compile(r"^(\d{1,5})(?:[ -]?([a-z])(?= +[nsew] )|([a-z]))?(?: *[-/&] *(\d{1,5}))?([ -]+1/2)?(?=[ ,]|$)")
_ORDINAL_FIRST = re.compile(r"^\d{1,2}e .*\d")
_NUMBER = re.compile(r"^(\d{1,5})([a-z]{0,3})$")
_UNIT = re.compile(r"^(?:[a-z]{1,3}|[a-z]?\d{1,4}[a-z]{0,2})$")


@dataclass(frozen=True)
class Street:
    """A street's name in parts that can be compared.

    Attributes
    ----------
    direction : str
        n, e, s, w or empty: two streets with different directions are different streets.
    core : str
        The name without spaces, direction and kind.
    kind : str
        The kind of street in one spelling, or empty.
    marks : str
        Digits in the name: 24th and 26th street look alike and are not.
    """

    direction: str
    core: str
    kind: str
    marks: str


@dataclass(frozen=True)
class Reading:
    """One way to read a text.

    Attributes
    ----------
    number : int
        House number; ``until`` is the last of a range of numbers.
    unit : str
        House letter and addition without separators, lower case; empty where there is none.
    words : tuple of str
        The words in which the street must be found.
    number_first : bool
        The street begins at the first word (what follows it may be a floor or a town), else it ends at the last one.
    postcode : str
        Without space, lower case; empty where there is none.
    likelihood : float
        1, or less where the text has a likelier reading.
    """

    number: int
    until: int | None
    unit: str
    words: tuple[str, ...]
    number_first: bool
    postcode: str
    likelihood: float = 1.0


def plain(text: str) -> str:
    """Give the text in lower case, without accents, brackets and full stops.

    Examples
    --------
    >>> plain("Burg. Müllerstr.  12 (achter) ")
    'burg mullerstr 12'
    """
    letters = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    letters = re.sub(r"\(.*?\)", " ", letters)
    letters = re.sub(r"['`\"]", "", letters)
    return re.sub(r"[^a-z0-9,/&-]+", " ", letters).strip()


def postcode(text: str | None) -> str:
    """Give a postcode as it is compared: lower case, without spaces.

    Examples
    --------
    >>> postcode("1506 AB")
    '1506ab'
    """
    return re.sub(r"\s+", "", text or "").lower()


@lru_cache(maxsize=200_000)
def street(words: tuple[str, ...]) -> Street:
    """Take a street's name apart.

    Examples
    --------
    >>> street(("dorpsstr",)) == street(("dorps", "straat"))
    True
    >>> street(("w", "24th", "street"))
    Street(direction='w', core='24th', kind='st', marks='24')
    """
    names = list(words)
    direction, kind = "", ""
    if len(names) > 1 and names[-1] in KINDS:
        kind = KINDS[names.pop()]
    if len(names) > 1 and names[0] in DIRECTIONS:
        direction = DIRECTIONS[names.pop(0)]
    if not kind and names and (glued := GLUED.match(names[-1])):
        names[-1], kind = glued.group(1), KINDS[glued.group(2)]
    core = "".join(EXPANDED.get(name, KINDS.get(name, name)) if len(names) > 1 else name for name in names)
    return Street(direction, core, kind, "".join(re.findall(r"\d", core)))


def words_of(text: str) -> tuple[str, ...]:
    """Split a street's name into words."""
    return tuple(re.findall(r"[a-z0-9]+", plain(text)))


def readings(text: str) -> list[Reading]:
    """Give every way to read a text as an address, the likeliest first; none where it holds no number.

    Examples
    --------
    >>> [(r.number, r.unit, r.words, r.postcode) for r in readings("Dorpsstr. 12-a, 1506 AB Zaanwijk")]
    [(12, 'a', ('dorpsstr',), '1506ab')]
    >>> [(r.number, r.until, r.words) for r in readings("36-48 S MAIN AVE ")]
    [(36, 48, ('s', 'main', 'ave'))]
    >>> readings("achter de kerk")
    []
    """
    rest, code = _without_postcode(plain(text))
    first = None if _ORDINAL_FIRST.match(rest) else _NUMBER_FIRST.match(rest)
    found = list(_number_first(rest, first, code)) if first else []
    return found + list(_street_first(rest, code, second=bool(found)))


def _without_postcode(text: str) -> tuple[str, str]:
    if match := _POSTCODE_NL.search(text):
        if match.start() == 0 and not re.search(r"\d", text[match.end() :]):
            return text, ""
        return f"{text[: match.start()]}, {text[match.end() :]}".strip(" ,"), match.group(1) + match.group(2)
    if match := _POSTCODE_DIGITS.search(text):
        return text[: match.start()], match.group(1)
    return text, ""


def _number_first(text: str, match: re.Match[str], code: str) -> Iterator[Reading]:
    number, apart, glued, until, half = match.groups()
    words = tuple(re.findall(r"[a-z0-9]+", text[match.end() :].strip(" ,").split(",")[0]))
    if words or code:
        unit = apart or glued or ("12" if half else "")
        yield Reading(int(number), int(until) if until else None, unit, words, True, code)


def _street_first(text: str, code: str, *, second: bool) -> Iterator[Reading]:
    """Read each number that has a word before it as the house number; ``second`` where the text begins with a number."""
    letters = 1 if second else 3
    words = re.findall(r"[a-z0-9]+|,", text)
    for at, word in enumerate(words):
        match = _NUMBER.match(word)
        before = tuple(w for w in words[:at] if w != ",")
        if match is None or not before or len(match.group(2)) > letters or not any(w.isalpha() for w in before):
            continue
        unit = match.group(2) + _unit_after(words[at + 1 :])
        yield Reading(int(match.group(1)), None, unit, before, False, code, SECOND_READING if second else 1.0)


def _unit_after(words: list[str]) -> str:
    """Give house letter and addition: at most two short words directly behind the number."""
    unit = ""
    for word in words[:2]:
        if not _UNIT.match(word):
            break
        unit += word
    return unit
