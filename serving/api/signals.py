"""``POST /v1/signals``: what a handler makes of a report, a step at a time; a step that cannot follow is refused."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter

from serving.api.contract import KEY, CallerHere, IdempotencyKey, OpenedHere, body_examples, responses
from serving.api.entrance import may
from serving.api.guard import GuardedRoute
from serving.signal_content import SignalContent
from serving.signals import SignalReceipt, store

router = APIRouter(route_class=GuardedRoute, tags=["signals"])

EXAMPLE = {
    "theme": "registration",
    "addressId": "0999010000000001",
    "signalNumber": "S-2024-0081",
    "step": "judged",
    "takenInOn": "2024-11-04",
    "weight": 2,
    "status": "hit",
    "judgedOn": "2024-11-12",
}


@router.post(
    "/signals",
    status_code=201,
    operation_id="createSignal",
    summary="Send a step of a signal",
    description=(
        "From report to signal: intake, then weighed, then judged after the source check (hit or no hit, nothing else), and withdrawn where it "
        "should not be there. A step that cannot follow what is stored is refused with 409. Idempotent: the same content, or the same "
        "Idempotency-Key, is stored once; other content of the last step needs `correction`, and the earlier version stays."
    ),
    response_description="Stored.",
    responses=responses(201, HTTPStatus.CONFLICT),
    dependencies=[KEY, may("record-signal")],
    openapi_extra=body_examples(judged=EXAMPLE),
)
def create_signal(
    request: SignalContent,
    caller: CallerHere,
    opened: OpenedHere,
    idempotency_key: IdempotencyKey = None,
) -> SignalReceipt:
    """Store one step."""
    return store(opened, request, caller=caller, idempotency_key=idempotency_key)
