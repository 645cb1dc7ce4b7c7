"""Freshness: on which days a source had been silent for too long, so that what it says of the present is not known.

A source gives a sign of life with each delivery and, where it is read whole, with each version that became known. On a day only signs that
had come in before that day count, whatever came later (DESIGN rule 1): a training row of three years ago is judged as it would have
been on that day. Before its first sign a source was not there at all, which is no 0 either.

What depends on a day is so little that it is written down when the registers are read: a few spans of days for each source.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta

from pydantic import BaseModel, ConfigDict

from features.errors import StaleSourceError

DAY = timedelta(days=1)
StaleOn = Callable[[date], Mapping[str, "Silence"]]


class Silence(BaseModel):
    """Days on which a source was stale.

    Attributes
    ----------
    last_on : date, optional
        Its newest sign of life; None before the first.
    first_as_of, last_as_of : date, optional
        The days, both included; None without a begin, or without an end.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    last_on: date | None
    first_as_of: date | None
    last_as_of: date | None

    def covers(self, as_of: date) -> bool:
        """Say whether the source was stale on that day."""
        return (self.first_as_of is None or self.first_as_of <= as_of) and (self.last_as_of is None or as_of <= self.last_as_of)


def silences(signs: Iterable[tuple[date, date]], *, max_age_days: int) -> tuple[Silence, ...]:
    """Give the days on which the newest sign of life was older than ``max_age_days``.

    Parameters
    ----------
    signs : iterable of (date, date)
        The day on which something came in, and the day that it speaks for: a delivery of May that comes in July is one of May.
    max_age_days : int
        With 0 a source is never stale: its silence means nothing.

    Examples
    --------
    >>> signs = [(date(2024, 1, 1), date(2024, 1, 1)), (date(2024, 3, 1), date(2024, 3, 1))]
    >>> [(str(s.first_as_of), str(s.last_as_of)) for s in silences(signs, max_age_days=30)]
    [('None', '2024-01-01'), ('2024-02-01', '2024-03-01'), ('2024-04-01', 'None')]
    """
    ordered = sorted(signs)
    if max_age_days == 0:
        return ()
    if not ordered:
        return (Silence(last_on=None, first_as_of=None, last_as_of=None),)
    found = [Silence(last_on=None, first_as_of=None, last_as_of=ordered[0][0])]
    last_on = ordered[0][1]
    for place, (came_in_on, speaks_for) in enumerate(ordered):
        last_on = max(last_on, speaks_for)
        until = ordered[place + 1][0] if place + 1 < len(ordered) else None
        first = max(last_on + timedelta(days=max_age_days) + DAY, came_in_on + DAY)
        if until is None or first <= until:
            found.append(Silence(last_on=last_on, first_as_of=first, last_as_of=until))
    return tuple(found)


def silent(of: Iterable[Silence], as_of: date) -> Silence | None:
    """Give the silence that covers a day; None where the source was fresh."""
    return next((silence for silence in of if silence.covers(as_of)), None)


def stale_days(days: Iterable[date], stale_on: StaleOn) -> dict[str, dict[date, Silence]]:
    """Give by source the days among these on which it was stale, with the silence; sources that were always fresh are left out.

    Parameters
    ----------
    days : iterable of date
    stale_on : callable
        Gives for a day the sources that are stale on it; see `features.store.Store.stale_on`.
    """
    found: dict[str, dict[date, Silence]] = {}
    for day in days:
        for source, silence in stale_on(day).items():
            found.setdefault(source, {})[day] = silence
    return found


def missing_when_stale(
    sql: str, keys: Sequence[str], reads: Mapping[str, Iterable[str]], stale: Mapping[str, Mapping[date, Silence]]
) -> str:  # fmt: skip
    """Give a query in which each indicator is missing on the days on which a source that it reads was stale.

    Parameters
    ----------
    sql : str
        With the keys, ``as_of`` among them, and a column per indicator.
    keys : sequence of str
    reads : mapping of str to iterable of str
        Names of the sources of each indicator, in the order of the columns.
    stale : mapping of str to mapping of date to Silence
        As `stale_days` gives it.

    Examples
    --------
    >>> silence = Silence(last_on=None, first_as_of=None, last_as_of=date(2024, 1, 1))
    >>> print(missing_when_stale("SELECT 1", ["as_of"], {"n": ["water"], "m": ["reports"]}, {"water": {date(2024, 1, 1): silence}}))
    SELECT as_of, CASE WHEN as_of <= DATE '2024-01-01' THEN NULL ELSE n END AS n, m FROM (SELECT 1) AS told ORDER BY as_of, address_id
    """
    if not stale:
        return sql
    tests = {source: sorted({_test(silence) for silence in days.values()}) for source, days in stale.items()}
    columns = list(keys)
    for name, sources in reads.items():
        ours = sorted({test for source in sources for test in tests.get(source, ())})
        columns.append(f"CASE WHEN {' OR '.join(ours)} THEN NULL ELSE {name} END AS {name}" if ours else name)
    return f"SELECT {', '.join(columns)} FROM ({sql}) AS told ORDER BY as_of, address_id"


def _test(silence: Silence) -> str:
    bounds = [f"as_of >= DATE '{silence.first_as_of}'"] if silence.first_as_of else []
    bounds += [f"as_of <= DATE '{silence.last_as_of}'"] if silence.last_as_of else []
    return f"({' AND '.join(bounds)})" if len(bounds) > 1 else (bounds or ["true"])[0]


def refuse_stale(stale: Mapping[str, date | None], required: Iterable[str], *, theme: str, as_of: date) -> None:
    """Refuse to go on where a source that a theme cannot do without is stale.

    Raises
    ------
    StaleSourceError
        One of the required sources is stale.
    """
    silent_ones = [f"'{name}' (last heard of on {stale[name] or 'no day'})" for name in sorted(required) if name in stale]
    if silent_ones:
        raise StaleSourceError(
            f"theme '{theme}' cannot do without {', '.join(silent_ones)}, stale on {as_of}",
            expected="a delivery within max_age_days of each source that is required under [[sources]]",
            remedy="ask the supplier for a delivery, and build again",
        )
