"""How far indicators look back, and from which day on what they need is kept.

Retention cuts the past off on the day of a build. A count over five years, asked of a day six years ago, would then miss what was forgotten and
be lower without a word. So it is never asked: labels of before the first whole day are left out of training, and counted; a list of such a day
is refused.

An indicator without a window (``ever``, *days since*) sees as far as its source is kept, and no rule can make that the same for all days. It
sees at least `Source.max_age_days`: an older event says nothing of the present.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from functools import cache

from features.catalogue import for_sources
from features.columns import Column, ValueAmongOthers
from features.errors import CohortError
from features.events import Aggregate
from features.links import LinkedSum
from features.report import SourceReport
from features.sources.contract import Source

WINDOW = re.compile(r"\.(?:lasting_)?within\(days=(\d+)\)")
TOO_LONG_AGO = "decided before the first day of which all that indicators look back on is kept"
TRAINING_DAYS = 2192
"""Six years: so far back a model learns from inspections. Assumed: rules and registers of longer ago are others. The retention of each source
covers them, and what an indicator looks back on the first of those days."""


@cache
def needed_days(allowed: frozenset[str]) -> dict[str, int]:
    """Give by source how many days the indicators that read no other sources look back on it."""
    found: dict[str, int] = {}
    for indicator in for_sources(allowed).values():
        for source, text in _looks(indicator.column):
            found[source.name] = max(found.get(source.name, 0), _days(source, text))
    return found


def first_whole_on(reports: Iterable[SourceReport], allowed: frozenset[str]) -> date | None:
    """Give the first day of which all that indicators look back on is kept.

    Parameters
    ----------
    reports : iterable of SourceReport
        Of the build whose events are read: they say since when each source is kept.
    allowed : frozenset of str
        Sources that the theme allows.

    Returns
    -------
    date, optional
        None where nothing is forgotten.
    """
    needed = needed_days(allowed)
    days = [r.kept_since + timedelta(days=needed.get(r.source, 0)) for r in reports if r.source in allowed and r.kept_since is not None]
    return max(days, default=None)


def refuse_too_early(as_of: date, first: date | None) -> None:
    """Refuse a day of which the past is no longer whole.

    Raises
    ------
    CohortError
        ``as_of`` lies before it.
    """
    if first is not None and as_of < first:
        raise CohortError(
            f"{as_of} lies before {first}, the first day of which all that indicators look back on is kept",
            expected="a later day: counts of an earlier one would be too low, and nothing would show it",
            remedy="ask of a later day, or have the municipality decide on a longer retention under [retention] in municipality.toml",
        )


def _looks(column: Column) -> Iterator[tuple[Source, str]]:
    for part in column.parts:
        if isinstance(part, ValueAmongOthers):
            yield from _looks(part.column)
        if isinstance(part, LinkedSum):
            yield part.links.events.source, part.links.events.text
        aggregate = part.aggregate if isinstance(part, LinkedSum) else part
        if isinstance(aggregate, Aggregate):
            yield aggregate.source, aggregate.text


def _days(source: Source, text: str) -> int:
    """Give how far one sentence looks back; what still lasts on a day needs nothing of before it where only ended states are forgotten."""
    windows = [int(days) for days in WINDOW.findall(text)]
    if windows:
        return min(windows)
    return source.max_age_days if source.term.start == "happened" else 0
