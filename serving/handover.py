"""The place where a worker puts its application, so that BentoML's own processes need not load it.

BentoML imports the service in its supervisor too, which never answers: a second and 200 MB for nothing.
"""

from __future__ import annotations

from starlette.types import ASGIApp, Receive, Scope, Send


class Handover:
    """An ASGI application that another one stands behind.

    Attributes
    ----------
    behind : ASGI application, optional
        None until the worker has made it, which is before it takes a request.
    """

    def __init__(self) -> None:
        self.behind: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if self.behind is None:
            raise RuntimeError("a request came before the worker was ready")
        await self.behind(scope, receive, send)


class Ahead:
    """A middleware that hands every HTTP request to our application; start and stop go on inward.

    BentoML's own routes (``/livez``, ``/readyz``, ``/healthz``, ``/schema.json``) would answer before a mounted application.

    Parameters
    ----------
    app : ASGI application
        The one that would have answered.
    ours : ASGI application
        The one that answers.
    """

    def __init__(self, app: ASGIApp, *, ours: ASGIApp) -> None:
        self._app = app
        self._ours = ours

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve HTTP ourselves."""
        await (self._ours if scope["type"] == "http" else self._app)(scope, receive, send)
