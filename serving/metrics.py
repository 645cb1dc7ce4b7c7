"""Our own metrics. Labels are route templates, themes and stages; never an id, an address or a caller.

Where ``PROMETHEUS_MULTIPROC_DIR`` is set (the service sets it), the figures of all workers are added up.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, Metric, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

CONTENT_TYPE = CONTENT_TYPE_LATEST
SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
"""Any other method counts as ``other``: a caller can invent as many as it likes."""

registry = CollectorRegistry()
_requests = Counter("schouw_requests", "Requests answered.", ("method", "route", "status"), registry=registry)
_latency = Histogram("schouw_request_seconds", "Time from request to answer.", ("route",), buckets=SECONDS, registry=registry)
_stages = Histogram("schouw_score_stage_seconds", "Time of one stage of a score.", ("stage",), buckets=SECONDS, registry=registry)
_answers = Counter("schouw_scores", "Answers about an address.", ("theme", "result"), registry=registry)
_scores = Histogram("schouw_score", "Scores given.", ("theme",), buckets=tuple(i / 10 for i in range(1, 11)), registry=registry)
_checkpoint = Gauge(
    "schouw_score_log_checkpoint_timestamp_seconds", "When the heads of the score log were signed last.", multiprocess_mode="max", registry=registry
)


def answered(method: str, route: str, status: int, seconds: float) -> None:
    """Count a request.

    Parameters
    ----------
    method, route : str
        The HTTP method, and the template of the route (``unmatched`` where there is none).
    status : int
    seconds : float
    """
    _requests.labels(method if method in METHODS else "other", route, str(status)).inc()
    _latency.labels(route).observe(seconds)


def scored(theme: str, score: float | None) -> None:
    """Count an answer about an address; None where it was not scorable."""
    _answers.labels(theme, "score" if score is not None else "not-scorable").inc()
    if score is not None:
        _scores.labels(theme).observe(score)


def checkpointed(at: datetime) -> None:
    """Tell when the heads of the score log were signed last; UTC without zone."""
    _checkpoint.set(at.replace(tzinfo=UTC).timestamp())


@contextmanager
def stage(name: Literal["row", "model", "log"]) -> Iterator[None]:
    """Time a stage of a score."""
    start = time.perf_counter()
    try:
        yield
    finally:
        _stages.labels(name).observe(time.perf_counter() - start)


class _Workers(Collector):
    """The figures of all workers, added up.

    A worker's file exists for a moment before it has a size, and stays empty for good when the worker is killed then;
    the library's own collector fails on it (prometheus/client_python, issue 1199). An empty file holds no figures yet.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def collect(self) -> list[Metric]:
        files = [str(file) for file in sorted(self.folder.glob("*.db")) if file.stat().st_size]
        return list(MultiProcessCollector.merge(files))  # type: ignore[no-untyped-call] # the library's carries no types


def exposition() -> bytes:
    """Give all figures in Prometheus' text format."""
    folder = os.environ.get("PROMETHEUS_MULTIPROC_DIR")
    if not folder:
        return generate_latest(registry)
    together = CollectorRegistry()
    together.register(_Workers(Path(folder)))
    return generate_latest(together)
