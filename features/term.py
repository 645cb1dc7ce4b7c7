"""From when the retention of a record runs. An event happens once; a state lasts until it ended, and until then is no past."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Term:
    """When the retention of a source begins to run.

    Parameters
    ----------
    start : {"happened", "ended", "never"}
        ``happened``: an event, from ``happened_on``. ``ended``: a state, from the day on which its end was known, or on which another version
        took its place; what has no end that is known on the day of the build is kept. ``never``: nothing is forgotten.
    why : str
        Why it is so, in one short sentence.
    ended_on : str, optional
        Of a state: the date column that says when it ended.
    ended_where : tuple of (str, tuple of str, str), optional
        Of a state: a column, some of its values, and a date column: a record with one of these values is no state, and ends on that day.
    """

    start: Literal["happened", "ended", "never"]
    why: str
    ended_on: str | None = None
    ended_where: tuple[str, tuple[str, ...], str] | None = None

    @property
    def said(self) -> str:
        """From when it runs, in words."""
        words = {"happened": "from the day it happened", "ended": "from the day its end was known", "never": "never forgotten"}
        return words[self.start]

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns of the source that it names."""
        where = () if self.ended_where is None else (self.ended_where[0], self.ended_where[2])
        return tuple(name for name in (self.ended_on, *where) if name is not None)
