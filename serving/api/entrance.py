"""The entrance: who calls, by key or token, how fast, and whether a role of theirs allows what they ask."""

from __future__ import annotations

import re
from dataclasses import replace
from http import HTTPStatus
from typing import Any

from fastapi import Depends
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.requests import Request

from features.citizen_number import passes
from serving.access import Action, Caller, recognise
from serving.api.pace import FAILED_PER_MINUTE, Pace, too_many
from serving.api.problems import Problem
from serving.backend import Opened
from serving.tokens import looks_like_one

MAXIMUM_KEY_CHARACTERS = 8 * 1024
"""A key takes 60; a token with many groups a few thousand."""

USER_NAME = re.compile(r"[A-Za-z0-9._@:-]{1,255}")


def may(action: Action) -> Any:
    """Declare what a route does: who has no role for it is refused before the content is looked at.

    The dependency raises a `Problem`, 403.
    """

    async def checked(request: Request) -> None:
        caller: Caller = request.scope["schouw_caller"]
        if not caller.may(action):
            raise Problem(
                HTTPStatus.FORBIDDEN,
                "this caller has no role that may do this",
                expected="a role for it, of the client and of its token",
                remedy="have the process owner extend roles under [[clients]], or the role given to who acts",
            )

    return Depends(checked)


async def authenticate(request: Request) -> Caller:
    """Give the caller of whom this is the bearer key or token.

    Raises
    ------
    Problem
        401: there is no key, or it does not count; which of the two is not told. 429: it asks too fast.
    StateError
        A token came, and the issuer's keys cannot be had.
    """
    sent = request.headers.getlist("authorization")
    scheme, _, key = sent[0].partition(" ") if len(sent) == 1 else ("", "", "")
    key = key.strip()
    known = scheme.lower() == "bearer" and 0 < len(key) <= MAXIMUM_KEY_CHARACTERS
    caller = await _recognised(request, key) if known else None
    pace: Pace = request.app.state.pace
    if caller is None:
        raise _unknown(request, pace)
    if caller.requests_per_minute is not None:
        wait = pace.take(caller.id, caller.requests_per_minute)
        if wait > 0:
            raise too_many(wait, "this client asks too fast", expected=f"at most {caller.requests_per_minute} requests a minute")
    return caller


def charge(request: Request, caller: Caller, more: int) -> None:
    """Count a call for so many requests more than the one that it is.

    Raises
    ------
    Problem
        429: the caller asks too fast.
    """
    if more and caller.requests_per_minute is not None:
        pace: Pace = request.app.state.pace
        wait = pace.take(caller.id, caller.requests_per_minute, cost=more)
        if wait > 0:
            raise too_many(wait, "this client asks too fast", expected=f"at most {caller.requests_per_minute} requests a minute")


async def _recognised(request: Request, key: str) -> Caller | None:
    opened: Opened = request.app.state.opened
    caller = recognise(opened.settings.clients, key)
    if caller is not None:
        return replace(caller, user=_acting(request.headers))
    if opened.tokens is None or not looks_like_one(key):
        return None
    return await run_in_threadpool(opened.tokens.recognise, key)  # it may ask the issuer for its keys


def _acting(headers: Headers) -> str | None:
    """Give who acts through a client that has a key; a token says that itself, and a header beside it is not read."""
    named = headers.get("acting-user")
    if named is not None and (not USER_NAME.fullmatch(named) or passes(named)):
        raise Problem(
            HTTPStatus.BAD_REQUEST,
            "Acting-User is no name of a user here",
            expected="letters, digits and . _ @ : - (at most 255), and no citizen number",
            remedy="send the account name of who acts, or leave it out",
        )
    return named


def _unknown(request: Request, pace: Pace) -> Problem:
    """Give the problem of a call without a key that counts: 401, and 429 for who goes on trying."""
    wait = pace.take(f"*{request.client.host if request.client else ''}", FAILED_PER_MINUTE)
    if wait > 0:
        return too_many(wait, "too many calls without a key that is known here", expected="Authorization: Bearer KEY")
    return Problem(
        HTTPStatus.UNAUTHORIZED,
        "the call carries no key that is known here",
        expected="Authorization: Bearer KEY",
        remedy="send the key that the municipality gave you, or a token that has not ended",
        headers={"WWW-Authenticate": 'Bearer realm="schouw"'},
    )
