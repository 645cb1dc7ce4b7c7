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

WEIGHTS = (9, 8, 7, 6, 5, 4, 3, 2, -1)
BY_CHANCE = 1 / 11
"""Share of arbitrary numbers that pass."""

LEAST = 10_000_000
"""Smallest value: a number that lost two zeros is not told from any other number of seven digits."""

MAXIMUM_CHANCE = 1e-6
"""A column of other numbers may be taken for citizen numbers no more often than this. Six numbers that all pass are enough: 11 ** -6."""

DIGITS = "translate(regexp_replace(v, '\\.0{1,2}$', ''), ' .-', '')"
"""SQL: the text ``v`` without dots, spaces, dashes, and the decimals that a table with empty cells puts behind whole numbers."""

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
    """
    digits = re.sub(r"[ .-]", "", re.sub(r"\.0{1,2}$", "", text.strip()))
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
