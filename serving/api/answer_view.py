"""An answer in words: every field of it, in the language of the reader."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from features.manifest import InputRecord
from features.sources import all_sources
from serving import explanation, wording
from serving.answers import Answer, Stale
from serving.api.score_views import (
    BandView,
    ContributionView,
    MissingView,
    ModelView,
    NotScorableView,
    OutsideView,
    PopulationView,
    ReasonView,
    ScoreAnswer,
    ScoreView,
    SourceView,
    override_view,
)
from serving.explanation import Contribution, Reason
from serving.result import Score, Unlike
from serving.wording import Language
from training.bands import Band


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
    found = answer.found
    return ScoreAnswer(
        score_id=answer.score_id,
        address_id=answer.address_id,
        theme=answer.theme.code,
        purpose=answer.purpose,
        as_of=answer.as_of,
        case_reference=answer.case_reference,
        result=score_view(answer, found, language) if isinstance(found, Score) else None,
        not_scorable=None if isinstance(found, Score) else _not_scorable(found, language),
        not_for=answer.theme.not_for_nl if language == "nl" else answer.theme.not_for_en,
        model=ModelView(
            version=card.version,
            release_hash=answer.release.release_hash,
            trained_on=card.trained_on,
            trained_by=answer.release.trained_by,
            approved_by=str(answer.release.approved_by),
            objective=card.objective,
            sentence=wording.LEARNED[language][card.objective],
            override=override_view(answer.release.override),
            register_link=answer.theme.algorithm_register,
        ),
        synthetic=synthetic,
        note=wording.SYNTHETIC[language] if synthetic else None,
    )


def _not_scorable(found: Unlike | None, language: Language) -> NotScorableView:
    if found is None:
        return NotScorableView(code="not-in-cohort", reason=wording.NOT_SCORABLE[language])
    facts = [
        OutsideView(
            indicator=fact.indicator.name,
            value=None if math.isnan(fact.value) else fact.value,
            unit=fact.indicator.unit,
            sentence=wording.outside(fact.indicator, fact.value, fact.side, language),
            sources=list(fact.indicator.sources),
        )
        for fact in found.facts
    ]
    return NotScorableView(code="unlike-inspected", reason=wording.UNLIKE[language], outside=facts)


def score_view(answer: Answer, score: Score, language: Language) -> ScoreView:
    """Word a score of an answer: the one that it gives, or one that it would give otherwise."""
    parts, population = score.contributions, answer.release.card.calibration.population
    return ScoreView(
        score=score.score,
        meaning=wording.meaning(answer.theme, answer.as_of, language),
        population=PopulationView(code=population, sentence=wording.POPULATION[language][population]),
        band=None if score.band is None else _band(score.band, language),
        log_odds=score.log_odds,
        base_value=score.base_value,
        raising=[_reason(r) for r in explanation.reasons(parts, direction="raising", language=language)],
        lowering=[_reason(r) for r in explanation.reasons(parts, direction="lowering", language=language)],
        contributions=[_contribution(c) for c in parts],
        missing=_missing(parts, answer.stale, language),
        sources=_sources(answer.inputs or {}, answer.stale, language),
    )


def _band(band: Band, language: Language) -> BandView:
    told = band.share.value is not None
    return BandView(
        above=band.above,
        upto=band.upto,
        inspected=band.inspected if told else None,
        confirmed=band.confirmed if told else None,
        share=band.share.value,
        low=band.share.low,
        high=band.share.high,
        sentence=wording.seen(band, language),
    )


def _missing(parts: Sequence[Contribution], stale: Stale, language: Language) -> list[MissingView]:
    reads = {part.indicator.name: part.indicator.sources for part in parts}
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


def _sources(inputs: Mapping[str, InputRecord], stale: Stale, language: Language) -> list[SourceView]:
    titles = {name: source.title_nl if language == "nl" else source.title_en for name, source in all_sources().items()}
    return [
        SourceView(
            source=name,
            title=titles[name],
            last_known_on=record.last_known_on,
            last_delivery_on=record.last_delivery_on,
            max_age_days=record.max_age_days,
            stale=name in stale,
        )
        for name, record in sorted(inputs.items())
    ]
