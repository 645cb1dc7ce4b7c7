"""``POST /v1/score-previews``: what a score would be if a fact were otherwise. A look at the model, and no score."""

from __future__ import annotations

import math
from typing import Annotated, Literal

from fastapi import APIRouter, Header, Response
from pydantic import Field, FiniteFloat

from serving.api.answer_view import score_view
from serving.api.contract import KEY, CallerHere, OpenedHere, body_examples, responses
from serving.api.entrance import may
from serving.api.guard import GuardedRoute
from serving.api.language import preferred
from serving.api.score_views import ScoreView
from serving.api.scores import EXAMPLE, QuestionFields
from serving.messages import AddressFields, Message, View
from serving.wording import PREVIEW

router = APIRouter(route_class=GuardedRoute, tags=["scores"])
MOST_CHANGES = 200
EXAMPLE_OF_ONE = {**EXAMPLE, "otherwise": [{"indicator": "reports_1y", "value": 0}, {"indicator": "water_per_day", "value": 12.5}]}


class Otherwise(Message, title="Ander gegeven"):
    """A fact as it would be."""

    indicator: str = Field(pattern=r"^[a-z0-9_]{1,100}$", title="Indicator", examples=["reports_1y"])
    value: FiniteFloat | None = Field(title="Waarde", description="Null is missing.", examples=[0.0])


class PreviewRequest(AddressFields, QuestionFields, title="Vraag om een voorbeeldscore"):
    """Which address, and which of its facts would be otherwise."""

    otherwise: list[Otherwise] = Field(title="Anders", min_length=1, max_length=MOST_CHANGES)


class PreviewAnswer(View, title="Voorbeeldscore"):
    """What the score is, and what it would be; not kept as a score, and nothing may rest on it."""

    preview: Literal[True] = Field(title="Voorbeeld", description="Always true: this is no score.")
    note: str = Field(title="Opmerking")
    theme: str = Field(title="Thema", examples=["registration"])
    version: str = Field(title="Versie van het model", examples=["2025-01-01-0a1b2c3d"])
    is_now: float = Field(title="Score nu", ge=0, le=1, examples=[0.31])
    otherwise: ScoreView = Field(title="Score als het anders was")


@router.post(
    "/score-previews",
    operation_id="createScorePreview",
    summary="What a score would be if a fact were otherwise",
    description="For who must understand or judge a model. Of an indicator that stands twice the last counts. That you looked is in the log; it "
    "counts as no score, and has no number to send back.",
    response_description="The score as it is, and with its reasons as it would be.",
    responses=responses(200, Content_Language="Language of the sentences: nl or en."),
    dependencies=[KEY, may("preview")],
    openapi_extra=body_examples(one=EXAMPLE_OF_ONE),
)
def create_score_preview(
    request: PreviewRequest,
    response: Response,
    caller: CallerHere,
    opened: OpenedHere,
    accept_language: Annotated[str | None, Header(description="nl (default) or en.")] = None,
) -> PreviewAnswer:
    """Answer what would be."""
    language = preferred(accept_language)
    values = {one.indicator: math.nan if one.value is None else one.value for one in request.otherwise}
    answer, score = opened.scorer.preview(request.asked, request.question(caller, opened), values)
    response.headers["Content-Language"] = language
    return PreviewAnswer(
        preview=True,
        note=PREVIEW[language],
        theme=answer.theme.code,
        version=answer.release.version,
        is_now=answer.score.score if answer.score else math.nan,
        otherwise=score_view(answer, score, language),
    )
