"""Where a mail may name an address: short pieces of its text that `features.linkage` can look up.

Linkage reads an address, not a letter: so each number is taken with the few words before it, up to what cannot belong to a street. The sender's
own address is the trap: it stands under the greeting, or after "ik woon". What is found there is shown to a person and never linked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

WORDS_BEFORE = 5
"""Words of the longest names of streets."""
MOST = 40
"""Mentions that are looked up in one mail; assumed: who names more addresses writes a list, and a person reads it."""
LONGEST = 5_000
"""Characters of a line in which an address is looked for; a paragraph that mail programs wrote as one line has a few hundred."""
GREETING = re.compile(
    r"^\W*(?:(?:met )?(?:vriendelijke?|hartelijke|beleefde) groet(?:en)?|groet(?:en|jes)?|hoogachtend|m\.?v\.?g|(?:kind|best|warm) regards|"
    r"regards|(?:yours )?(?:sincerely|faithfully)|-- ?$)\b.{0,60}$|^-- ?$",
    re.IGNORECASE,
)
QUOTED = re.compile(r"^\s*>|^(?:van|from|aan|to|cc|verzonden|sent|datum|date)\s*:", re.IGNORECASE)
"""Lines of another mail that this one answers or sends on."""
OWN = re.compile(
    r"\b(?:ik (?:ben|woon|verblijf|huur)|wij? wonen|mijn (?:adres|huis|woning|eigen|naam)|ons (?:adres|huis)|"
    r"(?:i|we) live|(?:my|our) (?:home|house|address))\b",
    re.IGNORECASE,
)
LABEL = re.compile(
    r"^\W*(?:(?:het )?(?:adres|locatie|plaats|betreft|inzake|onderwerp|straat|object|pand)|address|location|re|fw|fwd|doorst)\s*:", re.IGNORECASE
)
POSTCODE = r"[1-9][0-9]{3}(?: ?[A-Z]{2}|[a-z]{2})(?![A-Za-z0-9])"
UNIT = r"(?: ?[-/] ?[A-Za-z0-9]{1,4}| ?[A-Z]|[a-z]{1,2})?(?![A-Za-z0-9])"
NUMBER = re.compile(rf"(?<![\w.,:/-])([1-9][0-9]{{0,4}}{UNIT})(?![.,:][0-9])(?:[ ,]{{1,3}}({POSTCODE}))?")
BY_POSTCODE = re.compile(rf"(?<![A-Za-z0-9])({POSTCODE})[ ,]{{1,3}}(?:(?:huis)?nummer |(?:huis)?nr\.? )?([1-9][0-9]{{0,4}}{UNIT})(?![.,:][0-9])")
SENTENCE = re.compile(r"(?:(?<=[a-z]{5}[.!?])|(?<=[0-9][.!?])) +(?=[A-Z])")
"""What is shorter before a full stop is a title in a street's name: Burg. Mullerstraat."""
CUT = re.compile(r"[:;()\"!?|<>\[\]]|,(?= )|(?<=[a-z]{6})(?<!str)\.(?= )| [-\u2013\u2014] ")
STOP = frozenset(
    """
    adres betreft complaint dat dit een en er flat gaat gebouw geval huis huisnummer hier huurt huurder inzake is kamer kamers klacht locatie mbt
    melding meldingen met nr nummer overlast pand perceel situatie straat verhuur waar wil wilde woning wonen woont zijn address apartment building
    house nuisance number report that there
    """.split()
)
"""Words that stand before a street and are in no name of one."""
MAY_BEGIN = frozenset("aan about at bij binnen de den het in naar naast nabij of om on op over te tegenover ter uit van vanuit voor the to".split())
"""Words that stand before a street, or begin its name: it is tried with and without."""


@dataclass(frozen=True)
class Mention:
    """A piece of text that may name an address.

    Attributes
    ----------
    text : str
        For linkage.
    plain : bool
        It has the form of an address: a postcode with it, a label before it, or nothing else on its line. In a sentence more is asked of it.
    own : bool
        It may be where the sender lives.
    """

    text: str
    plain: bool
    own: bool


def mentions(subject: str, body: str) -> list[Mention]:
    r"""Give where a mail may name an address, each once, in order.

    Examples
    --------
    >>> for found in mentions("Overlast Dorpsstraat 12", "In de Kerkweg 3-a wonen 9 mensen.\nGroeten,\nJo, Laan 4, 1506 AB Zaanwijk"):
    ...     print(found.text, found.plain, found.own)
    Dorpsstraat 12 True False
    Kerkweg 3-a False False
    In de Kerkweg 3-a False False
    Laan 4, 1506 AB True True
    """
    found: dict[Mention, None] = {}
    closed = False
    for line in [subject, *body.splitlines()]:
        closed = closed or bool(GREETING.match(line.strip()))
        if not any(c.isdigit() for c in line) or len(found) >= MOST:
            continue
        for sentence in SENTENCE.split(line[:LONGEST]):
            own = closed or bool(QUOTED.match(line) or OWN.search(sentence))
            found.update(dict.fromkeys(_in(sentence, own=own)))
    return list(found)[:MOST]


def _in(sentence: str, *, own: bool) -> Iterator[Mention]:
    for match in BY_POSTCODE.finditer(sentence):
        yield Mention(f"{match[1]} {match[2]}", plain=True, own=own)
    labelled = LABEL.match(sentence)
    start = labelled.end() if labelled else 0
    short = labelled is not None or len(re.findall(r"\w+", sentence)) <= WORDS_BEFORE
    for match in NUMBER.finditer(sentence):
        streets = _streets(sentence[start : match.start()])
        start = max(start, match.end())
        number = match[1] if match[2] is None else f"{match[1]}, {match[2]}"
        yield from (Mention(f"{street} {number}", plain=short or match[2] is not None, own=own) for street in streets)


def _streets(text: str) -> list[str]:
    """Give the words directly before a number that may be a street, without and with what may begin its name."""
    words = CUT.split(text)[-1].split()[-WORDS_BEFORE:]
    plain = [word.lower().strip(".,'") for word in words]
    if not words or not any(c.isalpha() for c in words[-1]):
        return []
    begins = [max((at + 1 for at, word in enumerate(plain) if word in none), default=0) for none in (STOP | MAY_BEGIN, STOP)]
    return list(dict.fromkeys(" ".join(words[begin:]) for begin in begins if begin < len(words)))
