"""What surrounds every request: a number, our metrics, headers, and an answer where something of ours failed."""

from __future__ import annotations

import time
import uuid
from collections.abc import MutableMapping
from typing import Any

from starlette.datastructures import MutableHeaders
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serving import metrics
from serving.api import problems

API_VERSION = "1.0.0"
UNMATCHED = "unmatched"
HEADERS = {
    "API-Version": API_VERSION,
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
"""Dutch API Design Rules, transport security; a score is never kept by a proxy or browser. An answer with a tag says itself who may keep it."""
CACHE = "Cache-Control"


class Envelope:
    """The outermost layer of the application.

    Parameters
    ----------
    app : ASGI application
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; anything but HTTP passes as it is."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        scope["schouw_request_id"] = str(uuid.uuid4())
        start, seen = time.perf_counter(), {"status": 0}

        async def sealed(message: Message) -> None:
            if message["type"] == "http.response.start":
                seen["status"] = message["status"]
                headers = MutableHeaders(scope=message)
                headers.update({name: value for name, value in HEADERS.items() if name != CACHE or CACHE not in headers})
            await send(message)

        try:
            await self._app(scope, receive, sealed)
        except Exception as error:  # noqa: BLE001 - the last resort: told without details, logged without values
            if not seen["status"]:  # Else it was told and logged where it happened
                problem = problems.of_error(error, scope["schouw_request_id"])
                await problems.response(problem, scope["schouw_request_id"])(scope, receive, sealed)
        finally:
            metrics.answered(scope["method"], template(scope), seen["status"] or 500, time.perf_counter() - start)


def template(scope: MutableMapping[str, Any]) -> str:
    """Give the template of the route that answered, never the path that was asked."""
    route = scope.get("route")
    return f"{scope.get('root_path', '')}{route.path}" if isinstance(route, Route) else UNMATCHED
