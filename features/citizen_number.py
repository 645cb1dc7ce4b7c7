"""The check digit of the Dutch citizen number (BSN): the eleven test, in Python for one number and in SQL for a column.

The nine digits, times 9, 8, 7, 6, 5, 4, 3, 2 and -1, add up to a multiple of eleven. A number that lost its leading zero in a
spreadsheet has eight digits and passes when the zero is put back. The RSIN of a company passes the same test: for a sole trader it
is the citizen number itself, and nothing in the digits tells the two apart.

References
----------
Regeling burgerservicenummer and Logisch Ontwerp GBA, element 01.20 (the eleven test of the citizen number).
"""

from __future__ import annotations

import math
import re
import unicodedata
from functools import cache

from features.engine import quoted

WEIGHTS = (9, 8, 7, 6, 5, 4, 3, 2, -1)
BY_CHANCE = 1 / 11
"""Share of arbitrary numbers that pass."""

LEAST = 10_000_000
"""Smallest value: a number that lost two zeros is not told from any other number of seven digits."""

MAXIMUM_CHANCE = 1e-6
"""A column of other numbers may be taken for citizen numbers no more often than this. Six numbers that all pass are enough: 11 ** -6."""

FEW, FEW_OF_SOMEONE = 4, 2
"""So many numbers of nine digits that all pass are enough: chance does it in one column of 14,641, and under a header of someone in one of 121."""

BETWEEN = "".join(c for c in map(chr, range(0x10000)) if unicodedata.category(c) in {"Zs", "Zl", "Zp", "Pd", "Cf"}) + "\t./_,'\u2019="
"""What may stand between the digits of one number: blanks of any width, dashes, marks that nobody sees, and what people type."""

LONGEST = 40
"""Characters of a text that may be a citizen number with what stands around it: a surname, a word, a second number. What is longer is free text."""

WIDE, PLAIN = "".join(map(chr, range(0xFF10, 0xFF1A))), "0123456789"
"""Digits as wide as a letter of Chinese, and what they mean."""

ALL, RUN, BY_ITSELF = "^[0-9]+$", "[0-9]{8,}", "(^|[^0-9])0*[0-9]{8,9}([^0-9]|$)"
POWER = "^[0-9][.,][0-9]+[eE][+]?0?[78]$"
DECIMALS, PAIR, ZEROS = "^([^.,]*)[.,]0+$", f"([0-9])[{re.escape(BETWEEN)}]{{1,3}}([0-9])", "^0+([0-9]{9})$"
"""What a text is read by, in Python and in SQL alike: a spreadsheet's power of ten, the decimals that an amount puts behind a whole number,
digits in groups, and the zeros that fill up a field of fixed width."""

_PAIRED = f"{quoted(PAIR)}, '\\1\\2', 'g'"
_JOINED = f"regexp_replace(regexp_replace(regexp_replace(t, {quoted(DECIMALS)}, '\\1'), {_PAIRED}), {_PAIRED})"
SPELLED = f"""
SELECT regexp_replace(run, {quoted(ZEROS)}, '\\1') AS d FROM (
    SELECT unnest(CASE
        WHEN regexp_matches(t, {quoted(ALL)}) THEN [t]
        WHEN regexp_matches(t, {quoted(POWER)}) THEN [CAST(CAST(CAST(replace(t, ',', '.') AS DOUBLE) AS BIGINT) AS VARCHAR)]
        WHEN regexp_matches(t, {quoted(BY_ITSELF)}) THEN regexp_extract_all(t, {quoted(RUN)})
        ELSE regexp_extract_all({_JOINED}, {quoted(RUN)})
    END) AS run FROM (SELECT translate(v, '{WIDE}', '{PLAIN}') AS t FROM looked_at WHERE length(v) BETWEEN 8 AND {LONGEST})
)
"""
"""SQL: the runs of eight digits and more in the texts ``v`` of ``looked_at``, as `runs` gives them for one."""

ITS_WORDS = re.compile("bsn|burgerservice|sofi|nummer|nr|nl[0-9]{9}b[0-9]{2}", re.IGNORECASE)
"""Letters that may stand against a citizen number: its own name, and those of the number by which a sole trader pays turnover tax."""
OWN_CODE = re.compile("[a-z][-/._]?[0-9]", re.IGNORECASE)
"""A letter against the digits, as in the numbers that systems give out: *S-2024-00812*, and nearly every UUID."""

MASK = "[nummer]"
"""What stands in a text that is kept in the place of a citizen number."""
_IN_TEXT = re.compile(rf"(?<![0-9])[0-9](?:[{re.escape(BETWEEN)}]{{0,3}}[0-9]){{7,8}}(?![0-9])")
_DAY = re.compile(r"[0-9]{1,2}[-./ ][0-9]{1,2}[-./ ](?:19|20)[0-9]{2}|(?:19|20)[0-9]{2}[-./ ][0-9]{1,2}[-./ ][0-9]{1,2}")

PASSES = f"({' + '.join(f'({weight}) * ((b // {10 ** (8 - i)}) % 10)' for i, weight in enumerate(WEIGHTS))}) % 11 = 0"
"""SQL: whether the whole number ``b`` passes."""


def runs(text: str) -> list[str]:
    """Give the runs of eight digits and more in a text, whatever stands around them.

    Where none of eight or nine stands by itself, what is between the digits is left out first. In a text of more than `LONGEST` characters
    nothing is looked for: that is free text.

    Examples
    --------
    >>> runs("NL999990019B01"), runs("9999.90.019"), runs("999990019 / 999990020"), runs("9,99990019E+08")
    (['999990019'], ['999990019'], ['999990019', '999990020'], ['999990019'])
    >>> runs("0999010000000001"), runs("huis 12")
    (['0999010000000001'], [])
    """
    if not 8 <= len(text) <= LONGEST:
        return []
    plain = text.translate(str.maketrans(WIDE, PLAIN))
    if _python(POWER).search(plain):
        found = [str(round(float(plain.replace(",", "."))))]
    else:
        if not _python(BY_ITSELF).search(plain) and not _python(ALL).search(plain):
            plain = _python(DECIMALS).sub(r"\1", plain)
            plain = _python(PAIR).sub(r"\1\2", _python(PAIR).sub(r"\1\2", plain))
        found = re.findall(RUN, plain)
    return [_python(ZEROS).sub(r"\1", run) for run in found]


def passes(text: str) -> bool:
    """Say whether a text holds a citizen number by its check digit, however it is spelled.

    A column is judged on many numbers, one text on its own; and one in eleven of other numbers passes. So a word in which a letter stands
    against the digits is somebody's own code, and does not pass: who is refused by chance can put a letter before the number.

    Examples
    --------
    >>> passes("999990019"), passes("9999.90.019"), passes("999990018")
    (True, True, False)
    >>> passes("12345672"), passes("012345672"), passes("000000000")
    (True, True, False)
    >>> passes("NL999990019B01"), passes("BSN-nr: 999990019"), passes("(999990019)"), passes("999990019,00"), passes("S-999990019")
    (True, True, True, True, False)
    >>> passes("A1 999990019"), passes("999990019 (zie zaak Z24)"), passes(" " * 40 + "999990019")
    (True, True, True)
    """
    words = text.translate(str.maketrans(WIDE, PLAIN)).split()
    judged = " ".join(word for word in words if not OWN_CODE.search(ITS_WORDS.sub(" ", word)))
    return any(_is_one(run) for run in runs(judged))


def _is_one(digits: str) -> bool:
    if len(digits) not in {8, 9} or int(digits) < LEAST:
        return False
    return sum(w * int(d) for w, d in zip(WEIGHTS, digits.zfill(9), strict=True)) % 11 == 0


@cache
def _python(pattern: str) -> re.Pattern[str]:
    """Give a pattern of SQL for Python, where ``$`` is before a line break too."""
    return re.compile(pattern.replace("$", r"\Z"))


def is_beyond_chance(passing: int, numbers: int) -> bool:
    """Say whether so many of some different numbers pass that chance does not explain it.

    At least half must pass, so that a column in which citizen numbers stand between numbers of companies is seen too; and by Chernoff's
    bound the chance that arbitrary numbers do so is at most `MAXIMUM_CHANCE`.

    Parameters
    ----------
    passing, numbers : int
        Different numbers of eight or nine digits, and how many of them pass.

    Examples
    --------
    >>> is_beyond_chance(6, 6), is_beyond_chance(5, 5), is_beyond_chance(12, 20), is_beyond_chance(9_000, 99_000)
    (True, False, True, False)
    """
    if numbers == 0 or passing < numbers / 2:
        return False
    share = passing / numbers
    divergence = share * math.log(share / BY_CHANCE)
    if passing < numbers:
        divergence += (1 - share) * math.log((1 - share) / (1 - BY_CHANCE))
    return numbers * divergence >= -math.log(MAXIMUM_CHANCE)


def are_all(passing: int, numbers: int, *, someone: bool) -> bool:
    """Say whether every one of a few numbers passes, and they are too many to do so by chance.

    For numbers that are written with nine digits alone: a column of those is rare, so it may be asked for less than of any column of
    numbers. A column is judged over all that was ever delivered in it, so this can go wrong once in its life.

    Parameters
    ----------
    passing, numbers : int
        Different numbers of nine digits, and how many of them pass.
    someone : bool
        The header says that they belong to someone.

    Examples
    --------
    >>> are_all(4, 4, someone=False), are_all(3, 3, someone=False), are_all(2, 2, someone=True), are_all(4, 5, someone=True)
    (True, False, True, False)
    """
    return passing == numbers >= (FEW_OF_SOMEONE if someone else FEW)


def masked(text: str) -> tuple[str, int]:
    """Give a text of any length with every number in it that passes as `MASK`, and how many there were.

    For free text that is kept for a person to read: one number too many masked costs a reader little. So letters against the digits save
    nothing here, but a day of the calendar stays.

    Examples
    --------
    >>> masked("Mijn BSN is 999990019, tel. 0612345678; sinds 12-05-2024.")
    ('Mijn BSN is [nummer], tel. 0612345678; sinds 12-05-2024.', 1)
    >>> masked("bsn:9999.90.019 en 999 990 019")
    ('bsn:[nummer] en [nummer]', 2)
    """
    plain = text.translate(str.maketrans(WIDE, PLAIN))
    hits = [m.span() for m in _IN_TEXT.finditer(plain) if not _DAY.fullmatch(m.group()) and _is_one(re.sub("[^0-9]", "", m.group()))]
    kept = [text[end:start] for (_, end), (start, _) in zip([(0, 0), *hits], [*hits, (len(text), 0)], strict=True)]
    return MASK.join(kept), len(hits)
