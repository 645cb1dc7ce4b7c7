"""What every operation of the API declares: its key, its headers and its errors."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Any

from fastapi import Depends, Header, Request, Security
from fastapi.security import HTTPBearer

from serving.access import Caller
from serving.api import problems
from serving.backend import Opened

VERSION_HEADER = {"API-Version": {"description": "Full version of the API.", "schema": {"type": "string"}, "example": "1.0.0"}}
ERRORS: tuple[HTTPStatus, ...] = (
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.NOT_FOUND,
    HTTPStatus.NOT_ACCEPTABLE,
    HTTPStatus.REQUEST_TIMEOUT,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    HTTPStatus.TOO_MANY_REQUESTS,
    HTTPStatus.INTERNAL_SERVER_ERROR,
    HTTPStatus.SERVICE_UNAVAILABLE,
)
READ_ERRORS: tuple[HTTPStatus, ...] = tuple(
    status
    for status in ERRORS
    if status not in (HTTPStatus.NOT_FOUND, HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
)
PROBLEM: dict[str, Any] = {"content": {problems.MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemDetails"}}}}


def responses(success: int, *also: HTTPStatus, base: tuple[HTTPStatus, ...] = ERRORS, **headers: str) -> dict[int | str, dict[str, Any]]:
    """Declare the answers of an operation.

    Parameters
    ----------
    success : int
        Its status when all is well.
    *also : HTTPStatus
        Errors beside those that every such operation can give.
    base : tuple of HTTPStatus
        Errors of every operation with a body; `READ_ERRORS` for one without.
    **headers : str
        Further headers of the success, with their description.
    """
    more = {name.replace("_", "-"): {"description": said, "schema": {"type": "string"}} for name, said in headers.items()}
    declared: dict[int | str, dict[str, Any]] = {success: {"headers": {**VERSION_HEADER, **more}}}
    for status in sorted((*base, *also)):
        declared[status.value] = {"description": status.phrase, "headers": VERSION_HEADER, **PROBLEM}
    return declared


def read_responses(*also: HTTPStatus, **headers: str) -> dict[int | str, dict[str, Any]]:
    """Declare the answers of an operation that reads and tags what it gives: 200, 304 and its errors."""
    unchanged = {304: {"description": HTTPStatus.NOT_MODIFIED.phrase, "headers": VERSION_HEADER}}
    return responses(200, *also, base=READ_ERRORS, **headers) | unchanged


def body_examples(**examples: Any) -> dict[str, Any]:
    """Declare a required JSON body with named examples."""
    named = {name: {"value": value} for name, value in examples.items()}
    return {"requestBody": {"content": {"application/json": {"examples": named}}, "required": True}}


async def caller(request: Request) -> Caller:
    """Give the caller that the guard recognised."""
    found: Caller = request.scope["schouw_caller"]
    return found


async def opened(request: Request) -> Opened:
    """Give what the service stands on."""
    found: Opened = request.app.state.opened
    return found


KEY = Security(HTTPBearer(auto_error=False, scheme_name="ClientKey", description="The key that the municipality gave your program."))
CallerHere = Annotated[Caller, Depends(caller)]
OpenedHere = Annotated[Opened, Depends(opened)]
IdempotencyKey = Annotated[
    str | None, Header(pattern=r"^[A-Za-z0-9._:-]{1,255}$", description="Your own key of this call; the same key again is the same call.")
]
