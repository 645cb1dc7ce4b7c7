"""Lists page by page, and answers that a caller need not fetch twice (RFC 9110, ETag and If-None-Match)."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Generic, TypeVar

from fastapi import Depends, Header, Query
from pydantic import Field
from starlette.responses import Response

from serving.api.language import preferred
from serving.messages import View
from serving.wording import Language

LARGEST_PAGE = 100
TAGGED = {"Content_Language": "Language of the sentences: nl or en.", "ETag": "Changes with the content."}
"""Headers of an answer that `Reading` gives."""

Item = TypeVar("Item", bound=View)


class Page(View, Generic[Item]):
    """A page of a list."""

    items: list[Item] = Field(title="Onderdelen")
    page: int = Field(title="Pagina", ge=1, examples=[1])
    page_size: int = Field(title="Per pagina", ge=1, le=LARGEST_PAGE, examples=[50])
    total: int = Field(title="Aantal in totaal", ge=0, description="Of the whole list.", examples=[4])


@dataclass(frozen=True)
class Paging:
    """Which page is asked, and how long it is."""

    page: int
    size: int

    def part(self, items: Sequence[Item]) -> dict[str, object]:
        """Give the fields of a `Page`; beyond the last page there are no items."""
        return {"items": items[(self.page - 1) * self.size : self.page * self.size], "page": self.page, "page_size": self.size, "total": len(items)}


@dataclass(frozen=True)
class Reading:
    """What a reader has already, and in which language it reads."""

    language: Language
    tags: frozenset[str]

    def answer(self, view: View) -> Response:
        """Give an answer with a tag of its content, or 304 where the reader has it already; it is asked for again each time."""
        content = view.model_dump_json(by_alias=True).encode("utf-8")
        tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
        headers = {"ETag": tag, "Cache-Control": "private, no-cache", "Content-Language": self.language, "Vary": "Accept-Language"}
        if self.tags & {tag, "*"}:
            return Response(status_code=304, headers=headers)
        return Response(content, media_type="application/json", headers=headers)


def paging(
    page: Annotated[int, Query(ge=1, le=100_000, description="Which page, from 1.")] = 1,
    page_size: Annotated[int, Query(alias="pageSize", ge=1, le=LARGEST_PAGE, description="Items on a page.")] = 50,
) -> Paging:
    """Give which page is asked."""
    return Paging(page, page_size)


def reading(
    accept_language: Annotated[str | None, Header(description="nl (default) or en.")] = None,
    if_none_match: Annotated[str | None, Header(description="ETag of what you have; 304 where it is still so.")] = None,
) -> Reading:
    """Give what the reader has and in which language it reads."""
    tags = (tag.strip().removeprefix("W/") for tag in (if_none_match or "").split(","))
    return Reading(preferred(accept_language), frozenset(tag for tag in tags if tag))


PagingHere = Annotated[Paging, Depends(paging)]
ReadingHere = Annotated[Reading, Depends(reading)]
