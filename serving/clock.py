"""The clock: a value that the process entry makes once and hands on; nobody else asks for the time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime

from features.settings import Settings


@dataclass(frozen=True)
class Clock:
    """What day it is for the municipality, and what time it is on the machine.

    Attributes
    ----------
    today : callable
        The municipality's day: ``today_on`` of municipality.toml where its data ends in the past, else the system's.
    now : callable
        UTC without zone, for the score log: when an answer was really given.
    """

    today: Callable[[], date]
    now: Callable[[], datetime]


def system_clock(settings: Settings) -> Clock:
    """Give the clock of a process entry.

    Parameters
    ----------
    settings : Settings
        Its ``today_on`` wins from the system's date.
    """
    return Clock(
        today=lambda: settings.today_on or datetime.now().astimezone().date(),
        now=lambda: datetime.now(UTC).replace(tzinfo=None),
    )
