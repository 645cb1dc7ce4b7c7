"""``POST /v1/outcomes``: what an inspection found comes back, and is one more inspection in the next build."""

from __future__ import annotations

from datetime import date
from http import HTTPStatus

from fastapi import APIRouter
from pydantic import Field

from features.settings import next_as_of
from serving import outcomes
from serving.access import Caller, permit
from serving.api.contract import KEY, CallerHere, IdempotencyKey, OpenedHere, body_examples, responses
from serving.api.entrance import may
from serving.api.guard import GuardedRoute
from serving.backend import Opened
from serving.messages import View
from serving.outcome_content import OutcomeContent

router = APIRouter(route_class=GuardedRoute, tags=["outcomes"])

EXAMPLE = {
    "theme": "registration",
    "addressId": "0999010000000001",
    "scoreId": "0b9f5c1e-1f8f-4a53-9f0e-7d8f2a3b4c5d",
    "inspectionId": "C-2024-0012",
    "caseId": "Z-2024-0345",
    "trigger": "list",
    "team": "team-1",
    "decidedOn": "2024-11-04",
    "visitedOn": "2024-11-12",
    "course": {"code": "inspected", "knownOn": "2024-11-12"},
    "finding": {"code": "registration-mismatch", "violations": 1, "knownOn": "2024-11-14"},
}


class OutcomeReceipt(View, title="Ontvangst van een uitkomst"):
    """What was stored; the same call again gives the same receipt."""

    outcome_id: str = Field(title="Uitkomstnummer", examples=["5f0c7a52-4d0e-4f5a-8a53-2a6f0f6f7b11"])
    version: int = Field(title="Versie", description="1, and one more for every correction.", examples=[1])
    theme: str = Field(title="Thema", examples=["registration"])
    inspection_id: str = Field(title="Controlenummer", examples=["C-2024-0012"])
    received_on: date = Field(
        title="Ontvangen op", description="By the municipality's clock; no part counts as known before it.", examples=["2024-11-14"]
    )


@router.post(
    "/outcomes",
    status_code=201,
    operation_id="createOutcome",
    summary="Send back what an inspection found",
    description=(
        "Idempotent: the same content for the same inspection and theme, or under the same Idempotency-Key, is stored once. Other content is "
        "refused with 409 unless `correction` is true; then it becomes a new version, and the earlier one stays."
    ),
    response_description="Stored.",
    responses=responses(201, HTTPStatus.CONFLICT),
    dependencies=[KEY, may("record")],
    openapi_extra=body_examples(found=EXAMPLE),
)
def create_outcome(
    request: OutcomeContent,
    caller: CallerHere,
    opened: OpenedHere,
    idempotency_key: IdempotencyKey = None,
) -> OutcomeReceipt:
    """Store one outcome."""
    return store(opened, request, caller=caller, idempotency_key=idempotency_key)


def store(opened: Opened, content: OutcomeContent, *, caller: Caller, idempotency_key: str | None) -> OutcomeReceipt:
    """Store an outcome for a caller who may have scores of its theme; see `serving.outcomes.record` for what is refused."""
    theme = opened.scorer.theme(content.theme)
    permit(caller, theme, theme.purpose.code)
    today = opened.clock.today()
    address_id = opened.scorer.address_book.find(content.asked, as_of=next_as_of(today))
    receipt = outcomes.record(opened.engine, content, caller=caller, theme=theme, address_id=address_id, today=today, idempotency_key=idempotency_key)
    return OutcomeReceipt(
        outcome_id=receipt.outcome_id,
        version=receipt.version,
        theme=receipt.theme,
        inspection_id=receipt.inspection_id,
        received_on=receipt.received_on,
    )
