"""The few numbers of nine digits that were delivered in a column, so that citizen numbers that come in by twos and threes are seen together.

Of each a mark of sixteen bits is kept, and whether it passes the check digit: enough to count different ones, and so little that some 15,000
numbers share each mark. Nobody can be found by it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Self

from features.declared import Frozen

MOST = 64
"""With more different numbers than this a column is known by what it held, and a few new ones are not judged with them; no more are kept."""

MARK = "md5_number_lower(CAST(b AS VARCHAR)) % 65536"
"""SQL: the mark of the whole number ``b``."""


class FewNumbers(Frozen):
    """Marks of different numbers of nine digits: those that pass as citizen numbers, and the others."""

    passing: tuple[int, ...] = ()
    other: tuple[int, ...] = ()

    @property
    def count(self) -> int:
        """How many different numbers there are."""
        return len(self.passing) + len(self.other)

    def joined(self, marks: Iterable[tuple[int, bool]]) -> Self:
        """Give these with more numbers, each by its mark and whether it passes."""
        marks = list(marks)
        passing = {*self.passing, *(mark for mark, passes in marks if passes)}
        other = {*self.other, *(mark for mark, passes in marks if not passes)}
        return type(self)(passing=tuple(sorted(passing)), other=tuple(sorted(other)))


Seen = Mapping[str, Mapping[str, FewNumbers]]
"""By extract, and by column."""
