"""Errors over HTTP: application/problem+json (RFC 9457), with what was found, what was expected and what to do.

A text for the caller never holds an address or another caller's business; a fault of ours is told without details, and is in
our log under the same number.
"""

from __future__ import annotations

import logging
import re
import traceback
from collections.abc import Iterable, Iterator, Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Any

from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Match, Route

from features.errors import ApprovalError, InputError, NotFoundError, PurposeError, SchouwError, StaleSourceError, StateError
from serving.outcomes import ConflictError

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_S = "5"
MOST_FIELDS = 20
"""Faults told at a time; a body of 64 KiB could name thousands."""

FIELD_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
ROOT = Path(__file__).resolve().parents[2]
log = logging.getLogger("schouw.serving")

STATUS: tuple[tuple[type[SchouwError], HTTPStatus], ...] = (
    (ConflictError, HTTPStatus.CONFLICT),
    (InputError, HTTPStatus.BAD_REQUEST),
    (NotFoundError, HTTPStatus.NOT_FOUND),
    (PurposeError, HTTPStatus.FORBIDDEN),
    (StaleSourceError, HTTPStatus.SERVICE_UNAVAILABLE),
    (ApprovalError, HTTPStatus.SERVICE_UNAVAILABLE),
)
"""What is told to the caller as it is: they can do something about it, or must know for which theme there is no answer and why. Every other
error is ours: 503 where it may pass, else 500."""


class FieldError(BaseModel, title="Veld dat niet past"):
    """One field of the request that does not fit; its value is not repeated."""

    model_config = ConfigDict(extra="forbid")

    pointer: str = Field(title="Veld", description="JSON Pointer to the field (RFC 6901).", examples=["/houseNumber"])
    detail: str = Field(title="Toelichting", examples=["Input should be a valid integer"])


class ProblemDetails(BaseModel):
    """What every error looks like (RFC 9457)."""

    model_config = ConfigDict(extra="forbid", title="Foutmelding")

    type: str = Field(title="Soort", examples=["urn:schouw:problem:not-found"])
    title: str = Field(title="Titel", examples=["Not Found"])
    status: int = Field(title="HTTP-status", examples=[404])
    detail: str = Field(title="Toelichting", examples=["The address is not known."])
    instance: str = Field(title="Kenmerk van de aanroep", examples=["urn:uuid:3f1c1a8e-6f0e-4f0e-9d5e-0a4d9f6b8c11"])
    found: str = Field(title="Aangetroffen", examples=["the address is not known"])
    expected: str = Field(title="Verwacht", examples=["an address of the register"])
    remedy: str = Field(title="Wat te doen", examples=["check the id, or postcode and number"])
    errors: list[FieldError] = Field(default=[], title="Velden")


class Problem(Exception):  # noqa: N818 - RFC 9457 calls it a problem
    """An error that only HTTP has: no key, too large, another media type.

    Parameters
    ----------
    status : HTTPStatus
    found, expected, remedy : str
        As for `features.errors.SchouwError`.
    headers : mapping, optional
        Headers that the status asks for.
    errors : list of FieldError, optional
    """

    def __init__(
        self,
        status: HTTPStatus,
        found: str,
        *,
        expected: str,
        remedy: str,
        headers: Mapping[str, str] | None = None,
        errors: list[FieldError] | None = None,
    ) -> None:
        super().__init__(found)
        self.status = status
        self.found = found
        self.expected = expected
        self.remedy = remedy
        self.headers = dict(headers or {})
        self.errors = errors or []


OURS = Problem(
    HTTPStatus.INTERNAL_SERVER_ERROR,
    "the service failed",
    expected="an answer",
    remedy="repeat the request; if it stays, report the instance number",
)
UNAVAILABLE = Problem(
    HTTPStatus.SERVICE_UNAVAILABLE,
    "the service cannot store or read anything now",
    expected="a database and events that are there",
    remedy="repeat the request in a few seconds; nothing was half-written",
    headers={"Retry-After": RETRY_AFTER_S},
)


def details(error: Exception, request_id: str) -> ProblemDetails:
    """Give what a problem looks like; any error of ours may be one (`of_error`)."""
    problem = of_error(error, request_id)
    return ProblemDetails(
        type=f"urn:schouw:problem:{problem.status.name.lower().replace('_', '-')}",
        title=problem.status.phrase,
        status=problem.status,
        detail=f"{problem.found[:1].upper()}{problem.found[1:]}. Expected: {problem.expected}. Do: {problem.remedy}.",
        instance=f"urn:uuid:{request_id}",
        found=problem.found,
        expected=problem.expected,
        remedy=problem.remedy,
        errors=problem.errors,
    )


def response(problem: Problem, request_id: str) -> Response:
    """Give the response of a problem."""
    content = details(problem, request_id)
    headers = {"Content-Language": "en", **problem.headers}
    return JSONResponse(content.model_dump(exclude_defaults=True), status_code=problem.status, headers=headers, media_type=MEDIA_TYPE)


def of_error(error: Exception, request_id: str) -> Problem:
    """Give the problem of any error; one of ours goes to the log, by kind and place, without its text.

    Parameters
    ----------
    error : Exception
    request_id : str
    """
    if isinstance(error, Problem):
        return error
    if isinstance(error, RequestValidationError):
        return invalid(error)
    if isinstance(error, HTTPException):
        return _of_http(error)
    for kind, status in STATUS:
        if isinstance(error, kind):
            return Problem(status, error.found, expected=error.expected, remedy=error.remedy)
    log.error("request %s failed: %s", request_id, place(error))
    return UNAVAILABLE if isinstance(error, StateError) else OURS


def invalid(error: RequestValidationError) -> Problem:
    """Give the problem of a body that does not fit: field and fault, never the value."""
    errors = [FieldError(pointer=_pointer(e["loc"]), detail=_fault(e)) for e in error.errors()[:MOST_FIELDS]]
    first = errors[0]
    return Problem(
        HTTPStatus.BAD_REQUEST,
        f"the request does not fit at '{first.pointer or '/'}': {first.detail}",
        expected="a body as /v1/openapi.json describes",
        remedy="correct the fields listed under errors",
        errors=errors,
    )


def place(error: BaseException) -> str:
    """Say of which kind an error is and where in our code it came from; its text may hold an address, so it is left out."""
    frames = [f for f in traceback.extract_tb(error.__traceback__) if ROOT in Path(f.filename).parents]
    where = " < ".join(f"{Path(f.filename).relative_to(ROOT)}:{f.lineno}" for f in reversed(frames))
    cause = f", from {place(error.__cause__)}" if error.__cause__ is not None else ""
    return f"{type(error).__name__} at {where or 'a library'}{cause}"


async def handle(request: Request, error: Exception) -> Response:
    """Answer any error that reaches the application."""
    if isinstance(error, HTTPException) and error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        error.headers = {**(error.headers or {}), "Allow": _allowed(request)}
    return response(of_error(error, request.scope["schouw_request_id"]), request.scope["schouw_request_id"])


def _allowed(request: Request) -> str:
    """Give the methods of every route at this path; the framework tells those of the first alone."""
    there = [route for route in _flat(request.app.routes) if route.matches(request.scope)[0] is not Match.NONE]
    return ", ".join(sorted({method for route in there for method in route.methods or ()}))


def _flat(routes: Iterable[BaseRoute]) -> Iterator[Route]:
    """Give the routes of an application, and those of the routers that it includes."""
    for route in routes:
        if isinstance(route, Route):
            yield route
        else:
            yield from _flat(getattr(getattr(route, "original_router", None), "routes", ()))


def _of_http(error: HTTPException) -> Problem:
    status = HTTPStatus(error.status_code)
    texts = {
        HTTPStatus.NOT_FOUND: ("there is nothing at this path", "a path that /v1/openapi.json lists"),
        HTTPStatus.METHOD_NOT_ALLOWED: ("this path does not take this method", "a method that /v1/openapi.json lists for it"),
    }
    found, expected = texts.get(status, ("the request cannot be read", "a request as /v1/openapi.json describes"))
    return Problem(status, found, expected=expected, remedy="compare the request with /v1/openapi.json", headers=error.headers)


def _pointer(location: tuple[Any, ...]) -> str:
    """Say where; what is no name of a field may be a person's, and is not repeated."""
    parts = location[1:] if location and location[0] in ("body", "header") else location
    return "".join(f"/{part}" if FIELD_NAME.fullmatch(str(part)) else "/..." for part in parts)


def _fault(error: Mapping[str, Any]) -> str:
    message = str(error["msg"])
    return message.removeprefix("Value error, ")
