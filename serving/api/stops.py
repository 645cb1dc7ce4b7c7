"""``POST /v1/stops`` and ``GET /v1/stops``: one call, and a theme gives no score any more."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal

from fastapi import APIRouter
from pydantic import Field
from starlette.responses import Response

from features.reasons import LONGEST_REASON, SHORTEST_REASON
from serving.api.contract import KEY, CallerHere, OpenedHere, body_examples, read_responses, responses
from serving.api.entrance import may
from serving.api.guard import GuardedRoute
from serving.api.paging import TAGGED, Page, PagingHere, ReadingHere
from serving.api.rules import theme_of
from serving.messages import Code, Message, View
from training import stops

router = APIRouter(route_class=GuardedRoute, tags=["stops"])
EXAMPLE = {"theme": "registration", "reason": "The meter readings of last night were doubled; see incident 26-118."}


class StopRequest(Message, title="Stopverzoek"):
    """Which theme must give no score from now on, and why."""

    theme: Code = Field(title="Thema", examples=["registration"])
    reason: str = Field(
        min_length=SHORTEST_REASON, max_length=LONGEST_REASON, title="Reden",
        description="Goes with every answer that is not given: no address, no person.", examples=[EXAMPLE["reason"]],
    )  # fmt: skip


class StopView(View, title="Stop"):
    """A theme was stopped, or goes on."""

    theme: str = Field(title="Thema", examples=["registration"])
    act: Literal["stopped", "resumed"] = Field(title="Handeling")
    by: str = Field(title="Door")
    reason: str = Field(title="Reden")
    at: datetime = Field(title="Op", description="UTC.", examples=["2025-01-01T12:00:00Z"])

    @classmethod
    def of(cls, stop: stops.Stop, *, named: bool) -> StopView:
        """Tell of one line; who acted by name only to those who may stop a theme themselves."""
        return cls(theme=stop.theme, act=stop.act, by=stop.by if named else stop.office, reason=stop.reason, at=stop.at.replace(tzinfo=UTC))


class StopPage(Page[StopView], title="Pagina met stops"):
    """A page of stops, the newest first."""


@router.post(
    "/stops",
    status_code=201,
    operation_id="createStop",
    summary="Stop a theme",
    description="From the answer on no worker gives a score of it, and a worklist of it is drawn by lot. Only a process owner lets it go on, with a "
    "signature of their own (`schouw resume`).",
    response_description="Stopped.",
    responses=responses(201),
    dependencies=[KEY, may("stop")],
    openapi_extra=body_examples(incident=EXAMPLE),
)
def create_stop(request: StopRequest, caller: CallerHere, opened: OpenedHere) -> StopView:
    """Stop a theme."""
    theme = theme_of(caller, opened, request.theme)
    by = caller.id if caller.user is None else f"{caller.id}/{caller.user}"
    return StopView.of(stops.stop(opened.settings, theme.code, by=by, reason=request.reason, now=opened.clock.now()), named=True)


@router.get(
    "/stops",
    operation_id="listStops",
    summary="What was stopped, and what goes on",
    description="Of your themes, the newest first.",
    response_description="A page of stops.",
    responses=read_responses(**TAGGED),
    dependencies=[KEY, may("read-rules")],
    response_model=StopPage,
)
def list_stops(caller: CallerHere, opened: OpenedHere, paging: PagingHere, reading: ReadingHere) -> Response:
    """Give a page of stops."""
    found = [StopView.of(stop, named=caller.may("stop")) for stop in reversed(opened.scorer.stops.all()) if stop.theme in caller.themes]
    return reading.answer(StopPage(**paging.part(found)))
