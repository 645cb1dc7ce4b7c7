"""A table too wide for the terminal, as several that fit: no figure is cut off, and none is broken over two lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.markup import escape
from rich.table import Table

WIDEST = 26
"""Signs in a line of a cell, at most: what is longer goes on in the next line. Holds a figure with its interval."""
WIDEST_KEY = 20
"""The same for the first column, which is repeated: two figures then fit beside it in 80 signs."""
FRAME = 3
"""Signs that a column takes beside its text; the table takes one more."""


def side_by_side(rows: Sequence[Mapping[str, str]], *, title: str, width: int) -> list[Table]:
    """Give the rows as tables no wider than the terminal, each with the first column and as many of the others as fit.

    Parameters
    ----------
    rows
        One mapping per line, from heading to text, with the same headings in each.
    title
        Stands above the first table.
    width
        Signs in a line of the terminal.
    """
    if not rows:
        return []
    key, *others = rows[0]
    widths = {heading: _width(heading, [row[heading] for row in rows], most=WIDEST_KEY if heading == key else WIDEST) for heading in rows[0]}
    parts: list[list[str]] = [[]]
    for heading in others:
        taken = [widths[name] + FRAME for name in (key, *parts[-1], heading)]
        if parts[-1] and sum(taken) + 1 > width:
            parts.append([])
        parts[-1].append(heading)
    return [_table(rows, [key, *part], widths, title=title if part is parts[0] else None) for part in parts]


def _width(heading: str, texts: Sequence[str], *, most: int) -> int:
    """Give the width that breaks no word of the heading, and no text unless it is too long for a line."""
    words = [len(word) for text in (heading, *texts) for word in text.split()]
    return max(max(words, default=1), min(most, max(len(text) for text in texts)))


def _table(rows: Sequence[Mapping[str, str]], headings: Sequence[str], widths: Mapping[str, int], *, title: str | None) -> Table:
    table = Table(title=title)
    for heading in headings:
        table.add_column(escape(heading), overflow="fold", width=widths[heading])
    for row in rows:
        table.add_row(*(escape(row[heading]) for heading in headings))
    return table
