"""What a machine watches: alive, ready, metrics. No key, and nothing about an address."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from serving import metrics
from serving.backend import Opened


async def livez(_request: Request) -> Response:
    """Say that the process runs; waits for no thread, so that a busy process is not taken for a dead one."""
    return JSONResponse({"status": "alive"})


def readyz(request: Request) -> Response:
    """Say that a request can be answered now: releases loaded and approved, events there, database takes a write.

    A theme of which the override ended stands under ``withheld`` with the reason; where that is so of all, the service is not ready. One that
    someone stopped stands under ``stopped``: outcomes of it still come in. A release that was promoted and cannot be loaded stands under
    ``not loaded``: the one before answers on.
    """
    opened: Opened = request.app.state.opened
    opened.check()
    withheld = opened.scorer.withheld(opened.clock.today())
    versions = {code: scoring.release.version for code, scoring in opened.scorer.scorings.items() if code not in withheld}
    opened.scorer.champions.look()
    told: dict[str, object] = {"withheld": {code: error.found for code, error in withheld.items()}, "stopped": sorted(opened.scorer.stops.now())}
    if opened.scorer.champions.failed is not None:
        told["not loaded"] = opened.scorer.champions.failed
    return JSONResponse({"status": "ready", "releases": versions, **told})


def exposed_metrics(_request: Request) -> Response:
    """Give the metrics in Prometheus' text format."""
    return PlainTextResponse(metrics.exposition(), headers={"Content-Type": metrics.CONTENT_TYPE})


routes = [Route("/livez", livez), Route("/readyz", readyz), Route("/metrics", exposed_metrics)]
