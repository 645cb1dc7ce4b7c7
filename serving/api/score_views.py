"""What an answer about an address looks like over HTTP: every field with its Dutch term."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from serving import explanation
from serving.messages import View
from training.override import Override


class ContributionView(View, title="Bijdrage"):
    """What one indicator adds to the score's log-odds."""

    indicator: str = Field(title="Indicator", examples=["reports_1y"])
    value: float | None = Field(title="Waarde", description="Null where it is missing; missing is never 0.", examples=[3.0])
    unit: str = Field(title="Eenheid", examples=["reports"])
    contribution: float = Field(
        title="Bijdrage", description="In log-odds; base value plus all contributions is the score's log-odds.", examples=[0.41]
    )


class ReasonView(View, title="Reden"):
    """One reason: indicators of the same subject over different windows, taken together."""

    code: str = Field(title="Code", examples=["reports"])
    direction: Literal["raising", "lowering"] = Field(title="Richting")
    sentence: str = Field(title="Reden", examples=["Aantal meldingen in de afgelopen 12 maanden: 3"])
    context: bool = Field(title="Context", description="True where the fact by itself points the other way; the sentence says so.")
    contribution: float = Field(title="Bijdrage", examples=[0.52])
    indicators: list[ContributionView] = Field(title="Indicatoren")
    sources: list[str] = Field(title="Bronnen", examples=[["reports"]])


class MissingView(View, title="Wat ontbreekt"):
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


class SourceView(View, title="Bron"):
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


class OverrideView(View, title="Uitzondering op de toetsen"):
    """A gate that the model did not pass, and that a process owner overrode: it is used all the same, until a day."""

    gates: list[str] = Field(title="Toetsen", description="Gates that it did not pass.", examples=[["calibration"]])
    reason: str = Field(title="Motivering", examples=["calibration is off by two points; the labels of June will settle it"])
    overridden_by: str = Field(title="Door", description="Id of a process owner, other than who trained it.")
    until_on: date = Field(title="Tot en met", description="After this day no score is given.", examples=["2025-06-30"])


def override_view(given: Override | None) -> OverrideView | None:
    """Tell of an override; None where there is none."""
    if given is None:
        return None
    return OverrideView(gates=sorted(given.names), reason=given.reason, overridden_by=given.person, until_on=given.until_on)


class ModelView(View, title="Model"):
    """The model that answered, and who stood for it."""

    version: str = Field(title="Versie", examples=["2025-01-01-0a1b2c3d"])
    release_hash: str = Field(title="Hash van de vrijgave")
    trained_on: date = Field(title="Getraind op")
    trained_by: str = Field(title="Getraind door", description="Id of a person in the municipality's list.")
    approved_by: str = Field(title="Vrijgegeven door", description="Id of someone other than who trained it.")
    objective: Literal["binary", "ranking"] = Field(
        title="Geleerd doel", description="binary: how likely each inspection is to be confirmed; ranking: the order of those of a month."
    )
    sentence: str = Field(title="Hoe het model leerde")
    override: OverrideView | None = Field(default=None, title="Uitzondering op de toetsen", description="Null where it passed every gate.")
    register_link: str | None = Field(
        default=None, title="Algoritmeregister", description="Where the public register tells of it; null where the theme does not say."
    )


class BandView(View, title="Scoreband"):
    """What was seen at this height of the score: inspections that came after all that the model of then had learned from.

    The interval is exact (Clopper-Pearson), over as many rows as the buildings allow.
    """

    above: float = Field(title="Vanaf", ge=0, le=1, description="Lowest score of the band.", examples=[0.27])
    upto: float = Field(title="Tot", ge=0, le=1, description="The band ends below this score; the highest holds 1 too.", examples=[0.41])
    inspected: int | None = Field(title="Gecontroleerd", description="Null where they are fewer than ten, as all that follows.", examples=[75])
    confirmed: int | None = Field(title="Bevestigd", description="How many of these confirmed a finding of the theme.", examples=[24])
    share: float | None = Field(title="Aandeel", description="Confirmed as a share of the inspected.", examples=[0.32])
    low: float | None = Field(title="Ondergrens", description="Lower end of the 95 % interval of the share.", examples=[0.22])
    high: float | None = Field(title="Bovengrens", description="Upper end of the 95 % interval of the share.", examples=[0.44])
    sentence: str = Field(title="Wat er is gezien")


class PopulationView(View, title="Populatie"):
    """Among which addresses the score is to be read as a share."""

    code: Literal["inspected", "cohort"] = Field(
        title="Code", description="inspected: addresses like those inspected; cohort: every address from which the theme's worklists were drawn."
    )
    sentence: str = Field(title="Onder welke adressen")


class ScoreView(View, title="Score"):
    """A score as the sum of its reasons."""

    score: float = Field(title="Score", ge=0, le=1, examples=[0.31])
    meaning: str = Field(title="Betekenis")
    population: PopulationView = Field(title="Onder welke adressen")
    band: BandView | None = Field(title="Wat er bij zulke scores is gezien", description="Null where the release does not say.")
    log_odds: float = Field(title="Log-odds", description="Natural log-odds of the score.", examples=[-0.8])
    base_value: float = Field(title="Basiswaarde", description="Log-odds before any reason counts.", examples=[-2.1])
    raising: list[ReasonView] = Field(title="Verhogende redenen", max_length=explanation.MOST_REASONS)
    lowering: list[ReasonView] = Field(title="Verlagende redenen", max_length=explanation.MOST_REASONS)
    contributions: list[ContributionView] = Field(title="Alle bijdragen")
    missing: list[MissingView] = Field(title="Ontbrekend")
    sources: list[SourceView] = Field(title="Bronnen")


class OutsideView(View, title="Waarin het verschilt"):
    """A fact of the address that no address had that the model learned from."""

    indicator: str = Field(title="Indicator", examples=["floor_area"])
    value: float | None = Field(title="Waarde", description="Null where it is missing; missing is never 0.", examples=[4200.0])
    unit: str = Field(title="Eenheid", examples=["m2"])
    sentence: str = Field(title="Waarin het verschilt")
    sources: list[str] = Field(title="Bronnen", examples=[["addresses"]])


class NotScorableView(View, title="Geen score"):
    """No score. Outside the cohort no more about why than that; of an address unlike any inspected one the facts that say so."""

    code: Literal["not-in-cohort", "unlike-inspected"] = Field(title="Code")
    reason: str = Field(title="Reden")
    outside: list[OutsideView] = Field(
        default=[], title="Waarin het verschilt", description="With unlike-inspected; what a stale source leaves missing is never among them."
    )


class ScoreAnswer(View, title="Antwoord"):
    """The answer about one address: ``score`` or ``notScorable``, never both."""

    score_id: str = Field(
        title="Scorenummer", description="Opaque; send it back with the outcome.", examples=["0b9f5c1e-1f8f-4a53-9f0e-7d8f2a3b4c5d"]
    )
    address_id: str = Field(title="Adresseerbaar object", examples=["0999010000000001"])
    theme: str = Field(title="Thema", examples=["registration"])
    purpose: str = Field(title="Doel", examples=["supervise-registration"])
    as_of: date = Field(
        title="Peildatum",
        description="Only what was known before this day counted; the score is for an inspection decided on it, and no later.",
        examples=["2025-01-01"],
    )
    case_reference: str | None = Field(default=None, title="Zaakkenmerk", examples=["Z-2025-0345"])
    result: ScoreView | None = Field(title="Score met redenen")
    not_scorable: NotScorableView | None = Field(title="Geen score")
    not_for: str = Field(title="Niet voor", description="What the score may not be used for.")
    model: ModelView = Field(title="Model")
    synthetic: bool = Field(title="Verzonnen gegevens")
    note: str | None = Field(title="Opmerking")
