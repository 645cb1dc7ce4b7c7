"""A release that is promoted or rolled back while the service runs: loaded beside the one that answers, then put in its place.

No request waits for it and none is lost: the one before answers until the new one is whole, checked as at a start. One that cannot be loaded
changes nothing, is told in our log and by readiness, and is tried again.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection
from pathlib import Path
from threading import Lock, Thread

from features.errors import SchouwError
from serving.api.problems import place
from serving.scorings import Scoring
from training.release_files import CHAMPION, OVERRIDE

LOOK_S = 1.0
"""How often a worker looks at most; each look costs a few file times."""
AGAIN_S = 30.0
"""How long after a failure it is tried again."""
log = logging.getLogger("schouw.serving")
Stamp = tuple[tuple[str, int, int], ...]
Loaded = dict[str, Scoring | None]


class Champions:
    """Watches which release of each theme is served.

    Parameters
    ----------
    state : Path
    themes : collection of str
        Codes; each is loaded by itself, so that a broken one keeps no other from going back to its release of before.
    reopen : callable
        Gives the scoring of a theme as it is now, None where it has none, or raises a SchouwError.
    take : callable
        Is handed those that are whole.
    """

    def __init__(self, state: Path, themes: Collection[str], reopen: Callable[[str], Scoring | None], take: Callable[[Loaded], None]) -> None:
        self.failed: str | None = None
        self._releases = state / "releases"
        self._themes = themes
        self._reopen = reopen
        self._take = take
        self._stamp = self._now()
        self._next = 0.0
        self._turn = Lock()

    def look(self) -> None:
        """Begin to load what changed, if anything did; returns at once."""
        at = time.monotonic()
        if at < self._next or not self._turn.acquire(blocking=False):
            return
        try:
            self._next = at + LOOK_S
            stamp = self._now()
            if stamp == self._stamp:
                self._turn.release()
                return
            # No daemon: the process may not end under LightGBM or DuckDB.
            Thread(target=self._load, args=(stamp,), name="champions", daemon=False).start()
        except BaseException:
            self._turn.release()
            raise

    def _load(self, stamp: Stamp) -> None:
        found: Loaded = {}
        failed: Exception | None = None
        try:
            for theme in self._themes:
                try:
                    found[theme] = self._reopen(theme)
                except Exception as error:  # noqa: BLE001 - whatever it is, it is no release that was loaded
                    failed = error
            self._take(found)
        except Exception as error:  # noqa: BLE001 - our own database, or a fault of ours
            failed = error
        finally:
            self._told(failed, stamp)
            self._turn.release()

    def _told(self, failed: Exception | None, stamp: Stamp) -> None:
        if failed is None:
            self._stamp, self.failed = stamp, None
            return
        if self.failed is None:
            log.error("a release that was promoted cannot be loaded, the one before answers on: %s", place(failed))
        self.failed = failed.found if isinstance(failed, SchouwError) else f"a fault of our own ({type(failed).__name__}); see the log"
        self._next = time.monotonic() + AGAIN_S

    def _now(self) -> Stamp:
        """Give the times of what says which release is served, and under which override."""
        files = sorted((*self._releases.glob(f"*/{CHAMPION}"), *self._releases.glob(f"*/*/{OVERRIDE}")))
        stamps = []
        for file in files:
            try:
                found = file.stat()
            except FileNotFoundError:  # it is being replaced
                continue
            stamps.append((file.as_posix(), found.st_mtime_ns, found.st_ino))
        return tuple(stamps)
