"""The guard of every route under /v1 that is not public: key first, then media types, size and JSON; only then the content.

BentoML has no body limit and Python's JSON takes NaN, Infinity and double keys, so all of that is refused here.
"""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import Callable, Coroutine
from http import HTTPStatus
from typing import Any

from fastapi.routing import APIRoute
from starlette.datastructures import Headers, QueryParams
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope

from serving.api.entrance import authenticate
from serving.api.language import weight
from serving.api.problems import Problem

MAXIMUM_BODY_BYTES = 64 * 1024
"""A score request takes 200 bytes, an outcome 2 kB; the rest is room."""

BODY_S = 10
"""How long a body may take to come in: who sends slower holds a place that another could have."""

EXACT = 2**53
"""Up to here a double holds every whole number."""

JSON_TYPE = "application/json"
ONCE = ("content-type", "idempotency-key", "acting-user")
"""Headers of which a second one would leave it open which was meant."""


class ReadRequest(Request):
    """A request whose body was read and parsed already."""

    def __init__(self, scope: Scope, receive: Receive, *, raw: bytes, content: Any) -> None:
        super().__init__(scope, receive)
        self._raw = raw
        self._content = content

    async def body(self) -> bytes:
        """Give the bytes that were read."""
        return self._raw

    async def json(self) -> Any:
        """Give the JSON value that was parsed."""
        return self._content


class GuardedRoute(APIRoute):
    """A route that nobody passes without a key, and nothing but sound JSON."""

    maximum_body_bytes = MAXIMUM_BODY_BYTES

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Put the guard before FastAPI's own handler."""
        handler = super().get_route_handler()

        async def guarded(request: Request) -> Response:
            request.scope["schouw_caller"] = await authenticate(request)
            accept_json(request.headers)
            refuse_repeated(request.headers)
            refuse_unknown(request.query_params, self)
            if not self.body_field:
                return await handler(request)
            send_json(request.headers)
            raw = await read_body(request, self.maximum_body_bytes)
            return await handler(ReadRequest(request.scope, request.receive, raw=raw, content=parse(raw)))

        return guarded


class LargeBodyRoute(GuardedRoute):
    """A route of which the body may name a thousand addresses."""

    maximum_body_bytes = 4 * MAXIMUM_BODY_BYTES


def accept_json(headers: Headers) -> None:
    """Refuse a caller that takes no JSON.

    Raises
    ------
    Problem
        406.
    """
    offered = [part.strip().lower().partition(";") for part in ",".join(headers.getlist("accept")).split(",") if part.strip()]
    weights = {kind.strip(): weight(parameters) for kind, _, parameters in offered} or {"*/*": 1.0}
    if not next((weights[kind] for kind in (JSON_TYPE, "application/*", "*/*") if kind in weights), 0.0):
        raise Problem(HTTPStatus.NOT_ACCEPTABLE, "Accept leaves out JSON", expected=f"Accept: {JSON_TYPE}", remedy="send that, or no Accept header")


def refuse_repeated(headers: Headers) -> None:
    """Refuse two of a header that can mean one thing only.

    Raises
    ------
    Problem
        400.
    """
    for name in ONCE:
        if len(headers.getlist(name)) > 1:
            raise Problem(HTTPStatus.BAD_REQUEST, f"the header {name} stands twice", expected="one", remedy="send the one that you mean")


def refuse_unknown(query: QueryParams, route: APIRoute) -> None:
    """Refuse what a route does not ask for in its URL, and what stands there twice: an address or a key would be kept by every proxy on the way.

    Raises
    ------
    Problem
        400.
    """
    known = {parameter.alias for part in (route.dependant, *route.dependant.dependencies) for parameter in part.query_params}
    names = [name for name, _ in query.multi_items()]
    if set(names) - known or len(set(names)) < len(names):
        raise Problem(
            HTTPStatus.BAD_REQUEST,
            "the URL holds a parameter that is not asked for, or one twice",
            expected=f"each at most once, of: {', '.join(sorted(known)) or 'none'}",
            remedy="leave it out; what is about an address stands in the body",
        )


def send_json(headers: Headers) -> None:
    """Refuse a body of another media type or encoding.

    Raises
    ------
    Problem
        415.
    """
    kind, _, rest = headers.get("content-type", "").partition(";")
    charset = rest.strip().lower().replace('"', "")
    if kind.strip().lower() != JSON_TYPE or charset not in ("", "charset=utf-8") or "content-encoding" in headers:
        raise Problem(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            "the body is not declared as plain JSON in UTF-8",
            expected=f"Content-Type: {JSON_TYPE}",
            remedy="send that",
        )


async def read_body(request: Request, maximum: int = MAXIMUM_BODY_BYTES) -> bytes:
    """Read the body, and stop as soon as it is too large, whatever length was declared.

    Raises
    ------
    Problem
        413; 408 where it takes too long; 400 where the caller left before the end, who will not read it.
    """
    too_large = Problem(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        f"the body is larger than {maximum} bytes",
        expected="one address or one outcome a call, or at most a thousand addresses in a batch",
        remedy="send less",
        headers={"Connection": "close"},
    )
    declared = request.headers.get("content-length", "0")
    if declared.isdigit() and int(declared) > maximum:
        raise too_large
    raw = bytearray()
    try:
        async with asyncio.timeout(BODY_S):
            async for chunk in request.stream():
                raw += chunk
                if len(raw) > maximum:
                    raise too_large
    except TimeoutError as error:
        raise Problem(
            HTTPStatus.REQUEST_TIMEOUT,
            "the body did not come in",
            expected=f"all of it within {BODY_S} s",
            remedy="send it again",
            headers={"Connection": "close"},
        ) from error
    except ClientDisconnect as error:
        raise Problem(HTTPStatus.BAD_REQUEST, "the body ended before it was whole", expected="all of it", remedy="send it again") from error
    return bytes(raw)


def parse(raw: bytes) -> Any:
    """Parse JSON strictly: UTF-8, no NaN or Infinity, no number beyond a double, no key twice.

    Raises
    ------
    Problem
        400.

    Examples
    --------
    >>> parse(b'{"a": 1}')
    {'a': 1}
    """
    try:
        return json.loads(raw.decode("utf-8"), parse_constant=_refuse_constant, parse_float=_finite, object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        fault = f"at character {error.pos}" if isinstance(error, json.JSONDecodeError) else "in its values or nesting"
        raise Problem(
            HTTPStatus.BAD_REQUEST,
            f"the body is not sound JSON, {fault}",
            expected="one JSON object in UTF-8, every key once, without NaN or Infinity",
            remedy="let a JSON library write it",
        ) from error


def _refuse_constant(name: str) -> Any:
    raise ValueError(name)


def _finite(text: str) -> float:
    """Read a number; 12.0 is the number 12 (JSON Schema, 6.1.1), so that a whole one is no error where a program writes it so."""
    value = float(text)
    if not math.isfinite(value):
        raise ValueError("beyond a double")
    return int(value) if value.is_integer() and abs(value) <= EXACT else value


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key stands twice")
    for key in found:
        key.encode("utf-8")  # A lone surrogate is a ValueError too
    return found
