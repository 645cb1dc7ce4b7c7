"""The BentoML service: loads, mounts, no logic. The only module that imports bentoml.

BentoML gives workers, sockets and signals; every request goes to our own application.
"""

from __future__ import annotations

import os

import bentoml

from serving.handover import Ahead, Handover

WORKERS = int(os.environ.get("SCHOUW_WORKERS", "1"))
TIMEOUT_S = 60

app = Handover()


@bentoml.asgi_app(app, path="/")
@bentoml.service(name="schouw", workers=WORKERS, metrics={"enabled": False}, logging={"access": {"enabled": False}}, traffic={"timeout": TIMEOUT_S})
class Service:
    """One worker."""

    def __init__(self) -> None:
        from serving.worker import start

        self.opened, app.behind = start(WORKERS)

    def __is_ready__(self) -> bool:  # BentoML's name for it
        """Say whether a request could be answered now."""
        return self.opened.ready()


Service.add_asgi_middleware(Ahead, ours=app)  # type: ignore[attr-defined] # the decorators gave a bentoml.Service
