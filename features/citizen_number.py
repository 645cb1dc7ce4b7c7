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

MARKS = " .-'\u2019=\"\u00a0\u202f\t"
"""What stands between or before digits: what people type, and what a spreadsheet puts before a number that is to stay text."""

DIGITS = (
    "regexp_replace(regexp_replace(translate("
    f"regexp_replace(trim(v, {quoted(MARKS)}), '^((?:(?i:bsn)[ :]*)?[^.,]*)[.,]0+$', '\\1'), "
    f"{quoted(MARKS)}, ''), '^(?i:bsn):?', ''), '^0+([0-9]{{9}})$', '\\1')"
)
"""SQL: the digits of the text ``v``, without what stands around them: signs, the decimals that a column with empty cells or an amount puts
behind whole numbers, the word *BSN*, and zeros before nine digits that fill up a field of fixed width."""

PASSES = f"({' + '.join(f'({weight}) * ((b // {10 ** (8 - i)}) % 10)' for i, weight in enumerate(WEIGHTS))}) % 11 = 0"
"""SQL: whether the whole number ``b`` passes."""


def passes(text: str) -> bool:
    """Say whether a text is a citizen number by its check digit.

    Examples
    --------
    >>> passes("999990019"), passes("9999.90.019"), passes("999990018")
    (True, True, False)
    >>> passes("12345672"), passes("012345672"), passes("000000000")
    (True, True, False)
    >>> passes("'999990019"), passes("0999990019"), passes("BSN: 999990019"), passes("999990019,00"), passes("9999.90.019")
    (True, True, True, True, True)
    """
    digits = re.sub(r"^((?:(?i:bsn)[ :]*)?[^.,]*)[.,]0+$", r"\1", text.strip(MARKS)).translate(dict.fromkeys(map(ord, MARKS)))
    digits = re.sub(r"^0+([0-9]{9})$", r"\1", re.sub(r"^(?i:bsn):?", "", digits))
    if not re.fullmatch(r"[0-9]{8,9}", digits) or int(digits) < LEAST:
        return False
    return sum(w * int(d) for w, d in zip(WEIGHTS, digits.zfill(9), strict=True)) % 11 == 0


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
