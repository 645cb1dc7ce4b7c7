"""``POST /v1/scores``: a score with its reasons for one address."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Header, Response
from pydantic import Field

from features.manifest import Manifest
from features.sources import all_sources
from serving import explanation, wording
from serving.api.contract import KEY, CallerHere, OpenedHere, body_examples, responses
from serving.api.guard import GuardedRoute
from serving.api.language import preferred
from serving.explanation import Contribution, Reason
from serving.messages import AddressFields, Code, View
from serving.scorer import Answer, Score
from serving.wording import Language
from training.override import Override

router = APIRouter(route_class=GuardedRoute, tags=["scores"])

EXAMPLE = {"theme": "registration", "purpose": "supervise-registration", "addressId": "0999010000000001"}
EXAMPLE_BY_NUMBER = {"theme": "registration", "purpose": "supervise-registration", "postcode": "1500 AA", "houseNumber": 12, "houseLetter": "b"}


class ScoreRequest(AddressFields):
    """Which address, about which theme, and for which purpose."""

    theme: Code = Field(title="Thema", examples=["registration"])
    purpose: Code = Field(
        title="Doel", description="Code of the purpose; without one that is yours no score is given.", examples=["supervise-registration"]
    )


class ContributionView(View):
    """What one indicator adds to the score's log-odds."""

    indicator: str = Field(title="Indicator", examples=["reports_1y"])
    value: float | None = Field(title="Waarde", description="Null where it is missing; missing is never 0.", examples=[3.0])
    unit: str = Field(title="Eenheid", examples=["reports"])
    contribution: float = Field(
        title="Bijdrage", description="In log-odds; base value plus all contributions is the score's log-odds.", examples=[0.41]
    )


class ReasonView(View):
    """One reason: indicators of the same subject over different windows, taken together."""

    code: str = Field(title="Code", examples=["reports"])
    direction: Literal["raising", "lowering"] = Field(title="Richting")
    sentence: str = Field(title="Reden", examples=["Aantal meldingen in de afgelopen 12 maanden: 3"])
    context: bool = Field(title="Context", description="True where the fact by itself points the other way; the sentence says so.")
    contribution: float = Field(title="Bijdrage", examples=[0.52])
    indicators: list[ContributionView] = Field(title="Indicatoren")
    sources: list[str] = Field(title="Bronnen", examples=[["reports"]])


class MissingView(View):
    """What is not known, and why: one indicator, or all that one stale source leaves missing."""

    indicators: list[str] = Field(title="Indicatoren", examples=[["water_per_day"]])
    sentence: str = Field(title="Wat ontbreekt", examples=["Er is geen bruikbare meterstand"])
    stale_source: str | None = Field(
        default=None,
        title="Niet-actuele bron",
        description="The source that was silent for too long; null where the address itself has no value. An indicator that reads two of them "
        "stands with both.",
        examples=["water"],
    )


class SourceView(View):
    """A source that was read, until when it was known, and whether it was heard of recently enough.

    A source is judged by its last delivery, not by its newest record: where little happens a record may be old and the source fresh.
    """

    source: str = Field(title="Bron", examples=["reports"])
    title: str = Field(title="Naam", examples=["Meldingen"])
    last_known_on: date | None = Field(
        title="Nieuwste gegeven bekend op",
        description="Day on which its newest record became known. It does not decide about stale.",
        examples=["2024-12-28"],
    )
    last_delivery_on: date | None = Field(
        default=None,
        title="Laatste levering",
        description="Newest sign of life: a delivery or, where the register is read whole, the newest record. Null where there was none.",
        examples=["2024-12-31"],
    )
    max_age_days: int | None = Field(
        default=None, title="Mag zo oud zijn, in dagen", description="Days from lastDeliveryOn to asOf; with 0 it is never stale.", examples=[14]
    )
    stale: bool = Field(
        default=False,
        title="Niet actueel",
        description="asOf lies more than maxAgeDays after lastDeliveryOn; what reads this source is then missing, and missing names it.",
    )


class OverrideView(View):
    """A gate that the model did not pass, and that a process owner overrode: it is used all the same, until a day."""

    gates: list[str] = Field(title="Toetsen", description="Gates that it did not pass.", examples=[["calibration"]])
    reason: str = Field(title="Motivering", examples=["calibration is off by two points; the labels of June will settle it"])
    overridden_by: str = Field(title="Door", description="Id of a process owner, other than who trained it.")
    until_on: date = Field(title="Tot en met", description="After this day no score is given.", examples=["2025-06-30"])


class ModelView(View):
    """The model that answered, and who stood for it."""

    version: str = Field(title="Versie", examples=["2025-01-01-0a1b2c3d"])
    release_hash: str = Field(title="Hash van de vrijgave")
    trained_on: date = Field(title="Getraind op")
    trained_by: str = Field(title="Getraind door", description="Id of a person in the municipality's list.")
    approved_by: str = Field(title="Vrijgegeven door", description="Id of someone other than who trained it.")
    override: OverrideView | None = Field(default=None, title="Uitzondering op de toetsen", description="Null where it passed every gate.")


class ScoreView(View):
    """A score as the sum of its reasons."""

    score: float = Field(title="Score", ge=0, le=1, examples=[0.31])
    meaning: str = Field(title="Betekenis")
    log_odds: float = Field(title="Log-odds", description="Natural log-odds of the score.", examples=[-0.8])
    base_value: float = Field(title="Basiswaarde", description="Log-odds before any reason counts.", examples=[-2.1])
    raising: list[ReasonView] = Field(title="Verhogende redenen", max_length=explanation.MOST_REASONS)
    lowering: list[ReasonView] = Field(title="Verlagende redenen", max_length=explanation.MOST_REASONS)
    contributions: list[ContributionView] = Field(title="Alle bijdragen")
    missing: list[MissingView] = Field(title="Ontbrekend")
    sources: list[SourceView] = Field(title="Bronnen")


class NotScorableView(View):
    """No score, and no more about why than that."""

    code: Literal["not-in-cohort"] = Field(title="Code")
    reason: str = Field(title="Reden")


class ScoreAnswer(View):
    """The answer about one address: ``score`` or ``notScorable``, never both."""

    score_id: str = Field(
        title="Scorenummer", description="Opaque; send it back with the outcome.", examples=["0b9f5c1e-1f8f-4a53-9f0e-7d8f2a3b4c5d"]
    )
    address_id: str = Field(title="Adresseerbaar object", examples=["0999010000000001"])
    theme: str = Field(title="Thema", examples=["registration"])
    purpose: str = Field(title="Doel", examples=["supervise-registration"])
    as_of: date = Field(title="Peildatum", description="Only what was known before this day counted.", examples=["2025-01-01"])
    result: ScoreView | None = Field(title="Score met redenen")
    not_scorable: NotScorableView | None = Field(title="Geen score")
    not_for: str = Field(title="Niet voor", description="What the score may not be used for.")
    model: ModelView = Field(title="Model")
    synthetic: bool = Field(title="Verzonnen gegevens")
    note: str | None = Field(title="Opmerking")


@router.post(
    "/scores",
    operation_id="createScore",
    summary="Score one address, with reasons",
    description="Base value plus all contributions equals the log-odds within 1e-6. The answer is in the score log before it is sent.",
    response_description="A score with its reasons, or notScorable.",
    responses=responses(200, Content_Language="Language of the sentences: nl or en."),
    dependencies=[KEY],
    openapi_extra=body_examples(byId=EXAMPLE, byNumber=EXAMPLE_BY_NUMBER),
)
def create_score(
    request: ScoreRequest,
    response: Response,
    caller: CallerHere,
    opened: OpenedHere,
    accept_language: Annotated[str | None, Header(description="nl (default) or en.")] = None,
) -> ScoreAnswer:
    """Answer one question."""
    language = preferred(accept_language)
    answer = opened.scorer.score(request.asked, theme=request.theme, purpose=request.purpose, caller=caller, clock=opened.clock)
    response.headers["Content-Language"] = language
    return view(answer, language, synthetic=opened.settings.synthetic)


def view(answer: Answer, language: Language, *, synthetic: bool) -> ScoreAnswer:
    """Word an answer.

    Parameters
    ----------
    answer : Answer
    language : {"nl", "en"}
    synthetic : bool
        Whether the municipality is made up.
    """
    card = answer.release.card
    result = None if answer.score is None or answer.manifest is None else _result(answer, answer.score, answer.manifest, language)
    return ScoreAnswer(
        score_id=answer.score_id,
        address_id=answer.address_id,
        theme=answer.theme.code,
        purpose=answer.purpose,
        as_of=answer.as_of,
        result=result,
        not_scorable=None if result else NotScorableView(code="not-in-cohort", reason=wording.NOT_SCORABLE[language]),
        not_for=answer.theme.not_for_nl if language == "nl" else answer.theme.not_for_en,
        model=ModelView(
            version=card.version,
            release_hash=answer.release.release_hash,
            trained_on=card.trained_on,
            trained_by=answer.release.trained_by,
            approved_by=str(answer.release.approved_by),
            override=_override(answer.release.override),
        ),
        synthetic=synthetic,
        note=wording.SYNTHETIC[language] if synthetic else None,
    )


def _override(given: Override | None) -> OverrideView | None:
    if given is None:
        return None
    return OverrideView(gates=sorted(given.names), reason=given.reason, overridden_by=given.person, until_on=given.until_on)


def _result(answer: Answer, score: Score, manifest: Manifest, language: Language) -> ScoreView:
    parts = score.contributions
    return ScoreView(
        score=score.score,
        meaning=wording.meaning(answer.theme, answer.as_of, language),
        log_odds=score.log_odds,
        base_value=score.base_value,
        raising=[_reason(r) for r in explanation.reasons(parts, direction="raising", language=language)],
        lowering=[_reason(r) for r in explanation.reasons(parts, direction="lowering", language=language)],
        contributions=[_contribution(c) for c in parts],
        missing=_missing(parts, manifest, language),
        sources=_sources(manifest, language),
    )


def _missing(parts: Sequence[Contribution], manifest: Manifest, language: Language) -> list[MissingView]:
    reads = {part.indicator.name: part.indicator.sources for part in parts}
    stale = manifest.stale_since
    behind = {source: [name for name, sources in reads.items() if source in sources] for source in sorted(stale)}
    return [
        *(
            MissingView(indicators=names, sentence=wording.left_missing(source, stale[source], names, language), stale_source=source)
            for source, names in behind.items()
            if names
        ),
        *(
            MissingView(indicators=[name], sentence=said)
            for name, said in explanation.missing(parts, language)
            if not any(source in stale for source in reads[name])
        ),
    ]


def _reason(reason: Reason) -> ReasonView:
    return ReasonView(
        code=reason.family,
        direction=reason.direction,
        sentence=reason.sentence,
        context=reason.context,
        contribution=reason.contribution,
        indicators=[_contribution(c) for c in reason.members],
        sources=list(reason.sources),
    )


def _contribution(part: Contribution) -> ContributionView:
    value = None if math.isnan(part.value) else part.value
    return ContributionView(indicator=part.indicator.name, value=value, unit=part.indicator.unit, contribution=part.contribution)


def _sources(manifest: Manifest, language: Language) -> list[SourceView]:
    titles = {name: source.title_nl if language == "nl" else source.title_en for name, source in all_sources().items()}
    return [
        SourceView(
            source=name,
            title=titles[name],
            last_known_on=record.last_known_on,
            last_delivery_on=record.last_delivery_on,
            max_age_days=record.max_age_days,
            stale=name in manifest.stale,
        )
        for name, record in manifest.inputs.items()
    ]
