"""The ASGI application: ``/v1`` with its resources, health and metrics beside it, and one envelope around all."""

from __future__ import annotations

from typing import Any, TypeVar

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.routing import Mount
from starlette.types import ASGIApp

from features.declared_clients import Contact
from features.errors import SchouwError
from serving.api import models, operation, outcomes, previews, problems, rules, scores, signals, stops
from serving.api.envelope import API_VERSION, Envelope
from serving.api.pace import Pace, Places
from serving.backend import Opened

DESCRIPTION = """\
Schouw tells which addresses are worth a look, why, how sure it is, and for whom it may be wrong. It advises; a person
decides. A score is about an address and never about a person, and by itself it is never the ground for a visit.

Every call under `/v1` but this document carries `Authorization: Bearer KEY`. Every error is `application/problem+json` (RFC 9457).
"""
NOBODY = Contact()
Application = TypeVar("Application", bound=Starlette)
HANDLED: tuple[type[Exception], ...] = (problems.Problem, SchouwError, RequestValidationError, HTTPException, Exception)


def create(opened: Opened, *, workers: int = 1) -> ASGIApp:
    """Make the application.

    Parameters
    ----------
    opened : Opened
        What every request stands on.
    workers : int
        How many processes answer: each takes its part of what a client may ask in a minute.
    """
    inner = _with_handlers(version_1(opened.settings.contact), opened)
    inner.state.pace = Pace(workers)
    outer = Starlette(routes=[*operation.routes, Mount("/v1", Places(inner))])
    outer.router.redirect_slashes = False
    return Envelope(_with_handlers(outer, opened))


class Version1(FastAPI):
    """Version 1, with a document that tells our own errors instead of the framework's, and whom to ask.

    Parameters
    ----------
    contact_here : Contact
    **about
        As the framework takes it.
    """

    def __init__(self, *, contact_here: Contact, **about: Any) -> None:
        super().__init__(**about)
        self._contact_here = contact_here

    def openapi(self) -> dict[str, Any]:
        """Give the OpenAPI document: no 422, and what a problem looks like."""
        if self.openapi_schema is None:
            document = super().openapi()
            document["info"]["contact"] = self._contact_here.model_dump()  # the framework would ask for a package that looks at mail addresses
            schemas = document["components"]["schemas"]
            for unused in ("HTTPValidationError", "ValidationError"):
                schemas.pop(unused, None)
            described = problems.ProblemDetails.model_json_schema(ref_template="#/components/schemas/{model}")
            schemas |= {**described.pop("$defs"), "ProblemDetails": described}
            for operations in document["paths"].values():
                for operation_here in operations.values():
                    operation_here["responses"].pop("422", None)
            self.openapi_schema = document
        return self.openapi_schema


def version_1(contact: Contact) -> FastAPI:
    """Make version 1 of the API, without anything behind it."""
    app = Version1(
        contact_here=contact,
        title="Schouw",
        version=API_VERSION,
        description=DESCRIPTION,
        license_info={"name": "EUPL-1.2", "identifier": "EUPL-1.2"},
        servers=[{"url": "/v1"}],
        root_path_in_servers=False,
        redirect_slashes=False,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
    )
    app.include_router(scores.router)
    app.include_router(scores.large)
    app.include_router(previews.router)
    app.include_router(outcomes.router)
    app.include_router(signals.router)
    app.include_router(rules.router)
    app.include_router(models.router)
    app.include_router(stops.router)
    app.add_api_route("/openapi.json", lambda: JSONResponse(app.openapi()), include_in_schema=False)
    return app


def openapi(contact: Contact = NOBODY) -> dict[str, Any]:
    """Give the OpenAPI document of version 1, as ``/v1/openapi.json`` and ``schouw openapi`` give it.

    Parameters
    ----------
    contact : Contact
        Of the municipality; without one a placeholder stands there.
    """
    return version_1(contact).openapi()


def _with_handlers(app: Application, opened: Opened) -> Application:
    app.state.opened = opened
    for kind in HANDLED:
        app.add_exception_handler(kind, problems.handle)
    return app
