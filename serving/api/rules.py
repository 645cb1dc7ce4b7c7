"""``GET /v1/themes`` and ``/v1/indicators``: what may be asked, on which legal ground, and what the reasons mean."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path, Query
from starlette.responses import Response

from features.catalogue import for_sources
from features.errors import NotFoundError
from features.lineage import of_theme
from features.themes import Theme
from serving.access import Caller
from serving.api.contract import KEY, CallerHere, OpenedHere, read_responses
from serving.api.entrance import may
from serving.api.guard import GuardedRoute
from serving.api.paging import TAGGED, PagingHere, ReadingHere
from serving.api.rule_views import IndicatorPage, IndicatorView, ThemePage, ThemeView
from serving.backend import Opened
from serving.messages import CODE
from serving.wording import Language

router = APIRouter(route_class=GuardedRoute, tags=["rules"])


@router.get(
    "/themes",
    operation_id="listThemes",
    summary="The themes about which you may ask",
    description="Disabled ones stand with their reason. Each carries its purpose, its legal power and the sources that it may read.",
    response_description="A page of themes.",
    responses=read_responses(**TAGGED),
    dependencies=[KEY, may("read-rules")],
    response_model=ThemePage,
)
def list_themes(caller: CallerHere, opened: OpenedHere, paging: PagingHere, reading: ReadingHere) -> Response:
    """Give a page of the caller's themes."""
    codes = sorted(caller.themes & set(opened.scorer.themes))
    return reading.answer(ThemePage(**paging.part([_theme(opened, opened.scorer.themes[code], reading.language) for code in codes])))


@router.get(
    "/themes/{theme}",
    operation_id="readTheme",
    summary="One theme",
    description="As it stands in the list of themes.",
    response_description="The theme.",
    responses=read_responses(HTTPStatus.NOT_FOUND, **TAGGED),
    dependencies=[KEY, may("read-rules")],
    response_model=ThemeView,
)
def read_theme(
    caller: CallerHere,
    opened: OpenedHere,
    reading: ReadingHere,
    theme: Annotated[str, Path(pattern=CODE, description="Code of a theme.", examples=["registration"])],
) -> Response:
    """Give one theme."""
    return reading.answer(_theme(opened, theme_of(caller, opened, theme), reading.language))


@router.get(
    "/indicators",
    operation_id="listIndicators",
    summary="The indicators of a theme, with what they read and on which legal ground",
    description="Those that the released model reads where there is one, otherwise all that the sources of the theme allow.",
    response_description="A page of indicators.",
    responses=read_responses(HTTPStatus.NOT_FOUND, **TAGGED),
    dependencies=[KEY, may("read-rules")],
    response_model=IndicatorPage,
)
def list_indicators(
    caller: CallerHere,
    opened: OpenedHere,
    paging: PagingHere,
    reading: ReadingHere,
    theme: Annotated[str, Query(pattern=CODE, description="Code of a theme.", examples=["registration"])],
) -> Response:
    """Give a page of the indicators of a theme."""
    return reading.answer(IndicatorPage(**paging.part(_indicators(opened, theme_of(caller, opened, theme), reading.language))))


def theme_of(caller: Caller, opened: Opened, code: str) -> Theme:
    """Give a theme that the caller may ask about; of another it is not told whether there is one.

    Raises
    ------
    NotFoundError
        It is not among the caller's.
    """
    if code not in caller.themes or code not in opened.scorer.themes:
        raise NotFoundError(
            f"theme '{code}' is not among yours",
            expected="a theme that GET /v1/themes lists",
            remedy="correct the code, or have [[clients]] extended",
        )
    return opened.scorer.themes[code]


def _theme(opened: Opened, theme: Theme, language: Language) -> ThemeView:
    scoring = opened.scorer.scorings.get(theme.code)
    version = None if scoring is None else scoring.release.version
    return ThemeView.of(theme, of_theme(theme, opened.settings), version=version, language=language)


def _indicators(opened: Opened, theme: Theme, language: Language) -> list[IndicatorView]:
    lineage, scoring = of_theme(theme, opened.settings), opened.scorer.scorings.get(theme.code)
    grounds = {source.name: source.legal_basis for source in theme.sources}
    catalogue, told = for_sources(theme.source_names), {one.name: one for one in lineage.indicators}
    names = scoring.release.indicators if scoring else tuple(catalogue)
    return [IndicatorView.of(catalogue[name], told[name], grounds=grounds, language=language) for name in names]
