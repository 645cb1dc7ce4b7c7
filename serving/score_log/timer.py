"""The clock of a running service that signs the heads of the score log, at least hourly.

Every worker looks every few minutes whether a checkpoint is due; the one that gets the lock of a file makes it. No worker is special,
so none is missed when it dies.
"""

from __future__ import annotations

import fcntl
import logging
import threading
from datetime import datetime, timedelta

from sqlalchemy import Engine

from features.errors import SchouwError
from features.settings import Settings
from serving import metrics
from serving.clock import Clock
from serving.score_log import checkpoints

DUE_S = 50 * 60
TICK_S = 5 * 60
"""A checkpoint is due after fifty minutes and looked for every five, so no two are an hour apart."""

LOCK = "score-log-timer.lock"
log = logging.getLogger("schouw.serving")


def start(settings: Settings, engine: Engine, clock: Clock) -> threading.Event:
    """Begin to look, at once and from then on, in a thread that ends with the process or when the event that is given is set."""
    stop = threading.Event()

    def look() -> None:
        while True:
            tick(settings, engine, now=clock.now())
            if stop.wait(TICK_S):
                return

    threading.Thread(target=look, name="score log checkpoints", daemon=True).start()
    return stop


def tick(settings: Settings, engine: Engine, *, now: datetime) -> None:
    """Make a checkpoint where one is due and no other worker is at it; what goes wrong goes to the log, and is tried again next time."""
    try:
        with (settings.state / LOCK).open("ab") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            kept = checkpoints.read(settings)
            if not kept or not timedelta(0) <= now - kept[-1].at < timedelta(seconds=DUE_S):
                kept.append(checkpoints.add(settings, engine, at=now))
            metrics.checkpointed(kept[-1].at)
    except BlockingIOError:
        return
    except SchouwError as error:
        log.error("no checkpoint of the score log: %s", error)
    except OSError as error:
        log.error("no checkpoint of the score log: %s", error.strerror)
