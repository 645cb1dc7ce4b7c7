"""``/v1/scores``: a score with its reasons, for one address or many, and read back by its number."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Header, Path, Request, Response
from pydantic import Field, field_validator

from features.citizen_number import passes
from features.errors import SchouwError
from serving.access import Caller
from serving.api.answer_view import view
from serving.api.contract import KEY, CallerHere, OpenedHere, body_examples, read_responses, responses
from serving.api.entrance import charge, may
from serving.api.guard import GuardedRoute, LargeBodyRoute
from serving.api.language import preferred
from serving.api.paging import TAGGED, ReadingHere
from serving.api.problems import ProblemDetails, details
from serving.api.score_views import ScoreAnswer
from serving.backend import Opened
from serving.logged import find
from serving.messages import SCORE_ID, AddressFields, Code, IsoDate, LeftOut, Message, View
from serving.scorer import Question
from serving.wording import Language

router = APIRouter(route_class=GuardedRoute, tags=["scores"])
large = APIRouter(route_class=LargeBodyRoute, tags=["scores"])

MOST_ADDRESSES = 1_000
EXAMPLE = {"theme": "registration", "purpose": "supervise-registration", "addressId": "0999010000000001"}
EXAMPLE_BY_NUMBER = {"theme": "registration", "purpose": "supervise-registration", "postcode": "1500 AA", "houseNumber": 12, "houseLetter": "b"}
EXAMPLE_OF_MANY = {
    "theme": "registration",
    "purpose": "supervise-registration",
    "caseReference": "Z-2025-0345",
    "addresses": [{"addressId": "0999010000000001"}, {"addressId": "0999010000000002"}],
}
Accepts = Annotated[str | None, Header(description="nl (default) or en.")]


class QuestionFields(Message):
    """What is asked, whatever the address: about which theme, for which purpose, within which case."""

    theme: Code = Field(title="Thema", examples=["registration"])
    purpose: Code = Field(
        title="Doel", description="Code of the purpose; without one that is yours no score is given.", examples=["supervise-registration"]
    )
    case_reference: Annotated[str | None, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._/-]{0,63}$"), *LeftOut] = Field(
        default=None,
        title="Zaakkenmerk",
        description="Of your case; it stands in the log. A case handler asks within one, and a case is about few addresses.",
        examples=["Z-2025-0345"],
    )
    as_of: Annotated[IsoDate | None, *LeftOut] = Field(
        default=None,
        title="Peildatum",
        description="An earlier day, within what is kept: only what was known before it counts. The model is that of today, and so is who is never "
        "scored: an address that the theme is not about any more has no score for an earlier day either.",
        examples=["2025-01-01"],
    )

    @field_validator("case_reference")
    @classmethod
    def _no_citizen_number(cls, given: str | None) -> str | None:
        """Refuse a case that is called by a citizen number."""
        if given is not None and passes(given):
            raise ValueError("it is a citizen number by its check digit: send the number of the case")
        return given

    def question(self, caller: Caller, opened: Opened) -> Question:
        """Give the question as the scorer takes it."""
        return Question(self.theme, self.purpose, caller, opened.clock, case_reference=self.case_reference, as_of=self.as_of)


class ScoreRequest(AddressFields, QuestionFields, title="Scorevraag"):
    """Which address, about which theme, and for which purpose."""


class AskedAddress(AddressFields, title="Adres"):
    """One of many addresses."""


class ScoreBatchRequest(QuestionFields, title="Scorevraag voor meer adressen"):
    """Which addresses, about which theme, and for which purpose."""

    addresses: list[AskedAddress] = Field(title="Adressen", min_length=1, max_length=MOST_ADDRESSES)


class BatchItem(View, title="Antwoord of fout"):
    """What was found for one of the addresses: an answer, or why there is none."""

    place: int = Field(title="Plaats", description="Of the address in the request, from 0.", examples=[0])
    answer: ScoreAnswer | None = Field(title="Antwoord")
    problem: ProblemDetails | None = Field(title="Fout")


class ScoreBatch(View, title="Antwoorden"):
    """What was found, in the order of the addresses."""

    items: list[BatchItem] = Field(title="Onderdelen")


@router.post(
    "/scores",
    operation_id="createScore",
    summary="Score one address, with reasons",
    description="Base value plus all contributions equals the log-odds within 1e-6. The answer is in the score log before it is sent.",
    response_description="A score with its reasons, or notScorable.",
    responses=responses(200, Content_Language="Language of the sentences: nl or en."),
    dependencies=[KEY, may("score")],
    response_model=ScoreAnswer,
    openapi_extra=body_examples(byId=EXAMPLE),  # by number too, but the Dutch rules take any key that holds "post" for a method
)
def create_score(request: ScoreRequest, caller: CallerHere, opened: OpenedHere, accept_language: Accepts = None) -> Response:
    """Answer one question."""
    language = preferred(accept_language)
    answer = opened.scorer.score(request.asked, request.question(caller, opened))
    return written(view(answer, language, synthetic=opened.settings.synthetic), language)


@large.post(
    "/score-batches",
    operation_id="createScoreBatch",
    summary="Score many addresses in one call",
    description="Each by itself: one that is not known keeps no other from its answer. All answers are in the score log before they are sent, and "
    "each counts as a request.",
    response_description="An answer or a problem for each address, in their order.",
    responses=responses(200, Content_Language="Language of the sentences: nl or en."),
    dependencies=[KEY, may("score")],
    response_model=ScoreBatch,
    openapi_extra=body_examples(two=EXAMPLE_OF_MANY),
)
def create_score_batch(request: ScoreBatchRequest, raw: Request, caller: CallerHere, opened: OpenedHere, accept_language: Accepts = None) -> Response:
    """Answer one question about many addresses."""
    charge(raw, caller, len(request.addresses) - 1)
    language, synthetic = preferred(accept_language), opened.settings.synthetic
    found = opened.scorer.score_many([address.asked for address in request.addresses], request.question(caller, opened))
    items = [
        BatchItem(place=place, answer=None, problem=details(one, raw.scope["schouw_request_id"]))
        if isinstance(one, SchouwError)
        else BatchItem(place=place, answer=view(one, language, synthetic=synthetic), problem=None)
        for place, one in enumerate(found)
    ]
    return written(ScoreBatch(items=items), language)


def written(view: View, language: Language) -> Response:
    """Write an answer as JSON; the framework would check and write each of its hundreds of fields once more."""
    return Response(view.model_dump_json(by_alias=True), media_type="application/json", headers={"Content-Language": language})


@router.get(
    "/scores/{scoreId}",
    operation_id="readScore",
    summary="Read an answer back",
    description="As it was given, in the language that you ask. You read your own answers; an auditor or privacy officer those of their themes.",
    response_description="The answer.",
    responses=read_responses(HTTPStatus.NOT_FOUND, **TAGGED),
    dependencies=[KEY, may("read-score")],
    response_model=ScoreAnswer,
)
def read_score(
    caller: CallerHere,
    opened: OpenedHere,
    reading: ReadingHere,
    score_id: Annotated[str, Path(alias="scoreId", pattern=SCORE_ID, description="Of an answer.", examples=["0b9f5c1e-1f8f-4a53-9f0e-7d8f2a3b4c5d"])],
) -> Response:
    """Give an answer again."""
    answer = find(opened, score_id, caller=caller)
    return reading.answer(view(answer, reading.language, synthetic=opened.settings.synthetic))
