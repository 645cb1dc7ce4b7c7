"""``GET /v1/models``: the model that answers and the one that challenges it, with what each was measured by."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.responses import Response

from serving.access import Caller
from serving.api.contract import KEY, CallerHere, OpenedHere, read_responses
from serving.api.entrance import may
from serving.api.guard import GuardedRoute
from serving.api.paging import TAGGED, Page, PagingHere, ReadingHere
from serving.api.score_views import OverrideView, override_view
from serving.backend import Opened
from serving.messages import CODE, View
from serving.models import Listed
from training.gate import Gate

router = APIRouter(route_class=GuardedRoute, tags=["models"])


class GateView(View, title="Toets"):
    """One gate: what was measured, against which limit, and why it stands as it does."""

    gate: str = Field(title="Toets", examples=["calibration"])
    state: Literal["passed", "failed", "not enough data"] = Field(title="Stand")
    measured: float | None = Field(title="Gemeten")
    low: float | None = Field(title="Ondergrens", description="Lower end of the 95 % interval.")
    high: float | None = Field(title="Bovengrens", description="Upper end of the 95 % interval.")
    limit: float = Field(title="Grens")
    why: str = Field(title="Waarom")

    @classmethod
    def of(cls, gate: Gate) -> GateView:
        """Tell of one gate."""
        return cls(gate=gate.name, **gate.model_dump(exclude={"name"}))


class ListedModelView(View, title="Model met toetsen"):
    """A model of a theme, as who must be able to say no reads it."""

    theme: str = Field(title="Thema", examples=["registration"])
    role: Literal["champion", "challenger"] = Field(
        title="Rol", description="champion: it answers; challenger: the newest candidate since, which scores for nobody."
    )
    version: str = Field(title="Versie", examples=["2025-01-01-0a1b2c3d"])
    release_hash: str = Field(title="Hash van de vrijgave", examples=["0a" * 32])
    trained_on: date = Field(title="Getraind op")
    trained_by: str = Field(title="Getraind door")
    approved_by: str | None = Field(title="Vrijgegeven door", description="Null for a challenger.")
    matrix_hash: str = Field(title="Hash van de matrix")
    git_commit: str | None = Field(title="Versie van de code")
    override: OverrideView | None = Field(title="Uitzondering op de toetsen", description="Null where it passed every gate, or is not released.")
    gates: list[GateView] = Field(title="Toetsen")
    card: str | None = Field(title="Modelkaart", description="Markdown. Null where none was written beside it.")
    register_link: str | None = Field(title="Algoritmeregister", description="Where the public register tells of it; null where it does not.")

    @classmethod
    def of(cls, listed: Listed, register_link: str | None) -> ListedModelView:
        """Tell of one model."""
        release = listed.release
        return cls(
            theme=release.theme,
            role=listed.role,
            version=release.version,
            release_hash=release.release_hash,
            trained_on=release.card.trained_on,
            trained_by=release.trained_by,
            approved_by=release.approved_by,
            matrix_hash=release.card.matrix_hash,
            git_commit=release.card.git_commit,
            override=override_view(release.override),
            gates=[GateView.of(gate) for gate in release.gates.gates],
            card=listed.card,
            register_link=register_link,
        )


class ModelPage(Page[ListedModelView], title="Pagina met modellen"):
    """A page of models."""


@router.get(
    "/models",
    operation_id="listModels",
    summary="The models of your themes, with their gates and cards",
    description="Of each theme the champion and, where there is one, the challenger. What a challenger scores is shown to nobody.",
    response_description="A page of models.",
    responses=read_responses(**TAGGED),
    dependencies=[KEY, may("read-models")],
    response_model=ModelPage,
)
def list_models(
    caller: CallerHere,
    opened: OpenedHere,
    paging: PagingHere,
    reading: ReadingHere,
    theme: Annotated[str | None, Query(pattern=CODE, description="Code of a theme; all of yours where absent.", examples=["registration"])] = None,
) -> Response:
    """Give a page of models."""
    return reading.answer(ModelPage(**paging.part(_models(caller, opened, theme))))


def _models(caller: Caller, opened: Opened, theme: str | None) -> list[ListedModelView]:
    found = []
    for code in sorted(caller.themes & set(opened.scorer.themes) & ({theme} if theme else caller.themes)):
        scoring, link = opened.scorer.scorings.get(code), opened.scorer.themes[code].algorithm_register
        found += [ListedModelView.of(listed, link) for listed in opened.models.of(code, None if scoring is None else scoring.release)]
    return found
