"""How fast a caller may ask, and how many requests a worker takes at once: beyond it 429, with the seconds to wait.

The generic cell rate algorithm: one moment per caller, on a clock that never goes back. Of the libraries, ``limits`` starts a thread every ten
milliseconds to forget what has passed and counts by the wall clock, which may jump; a moment needs neither.

References
----------
ITU-T I.371 (2004), annex A: the virtual scheduling form of the generic cell rate algorithm.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from http import HTTPStatus

from starlette.types import ASGIApp, Receive, Scope, Send

from serving.api.problems import Problem, response

BURST_S = 10
"""So many seconds' worth of requests may come at once, so that a batch job need not pace itself."""

MOST_HELD = 10_000
"""Callers of whom a moment is kept; beyond it those are forgotten who could ask at once anyway."""

FAILED_PER_MINUTE = 60
"""Calls without a known key from one network address, beyond which the answer no longer says 401."""

PLACES = 64
"""Requests that a worker takes at once; its threads are forty, and who waits longer than a second had better be told."""


class Pace:
    """Keeps each caller to its requests a minute.

    Parameters
    ----------
    workers : int
        Among how many processes a limit is divided; each keeps its own part.
    now : callable, optional
        A clock in seconds that never goes back.
    """

    def __init__(self, workers: int = 1, now: Callable[[], float] = time.monotonic) -> None:
        self._workers = workers
        self._now = now
        self._free_at: dict[str, float] = {}

    def take(self, who: str, per_minute: float, *, cost: int = 1) -> float:
        """Count a request of a caller, and give the seconds to wait: 0 where it may pass; what may not is not counted.

        Parameters
        ----------
        who : str
        per_minute : float
            Over all workers.
        cost : int
            How many requests it counts for.
        """
        now, step = self._now(), 60 * self._workers / per_minute
        free_at = max(self._free_at.get(who, now), now)
        wait = free_at - now - max(BURST_S, step)
        if wait > 0:
            return wait
        if len(self._free_at) >= MOST_HELD:
            self._free_at = {name: at for name, at in self._free_at.items() if at > now}
        self._free_at[who] = free_at + cost * step
        return 0.0


def too_many(wait_s: float, found: str, *, expected: str) -> Problem:
    """Give the problem of who must wait (RFC 6585, 4)."""
    seconds = str(max(1, math.ceil(wait_s)))
    return Problem(
        HTTPStatus.TOO_MANY_REQUESTS,
        found,
        expected=expected,
        remedy=f"ask again after {seconds} s, as Retry-After says",
        headers={"Retry-After": seconds},
    )


class Places:
    """Takes so many requests at once and refuses what is more; an ASGI layer.

    Parameters
    ----------
    app : ASGI application
    places : int
    """

    def __init__(self, app: ASGIApp, places: int = PLACES) -> None:
        self._app = app
        self._free = places
        self._places = places

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or refuse it."""
        if not self._free:
            problem = too_many(1, "the service is busy", expected=f"at most {self._places} requests at once for each worker")
            await response(problem, scope["schouw_request_id"])(scope, receive, send)
            return
        self._free -= 1
        try:
            await self._app(scope, receive, send)
        finally:
            self._free += 1
