"""What a worker makes when it starts: everything opened, and the application over it. Never MLflow, never scikit-learn."""

from __future__ import annotations

from starlette.types import ASGIApp

from features import settings
from serving.api import application
from serving.backend import Opened, open_all
from serving.clock import system_clock
from serving.score_log import timer


def start(workers: int) -> tuple[Opened, ASGIApp]:
    """Open what the environment names; see `features.settings`.

    Parameters
    ----------
    workers : int
        How many there are of it.

    Raises
    ------
    SchouwError
        Database, events or a release cannot be opened.
    """
    loaded = settings.load()
    opened = open_all(loaded, system_clock(loaded))
    timer.start(loaded, opened.engine, opened.clock)
    return opened, application.create(opened, workers=workers)
