"""What came in: how old each delivery is, and how much of it had to be set aside."""

from __future__ import annotations

from datetime import date

from features.declared import Frozen
from features.declared_rejects import Rejects
from features.report import SourceReport
from features.sources import all_sources
from features.themes import Theme


class SourceQuality(Frozen):
    """One source of the theme.

    Attributes
    ----------
    used : bool
        Whether the theme's purpose lists it; the others are audit data.
    age_days : int, optional
        Days from the newest thing known to ``as_of``; None where nothing came in at all.
    max_age_days : int
        From which age the contract calls it stale.
    reject_share, reject_limit : float
        Rows set aside as a share of all, and the share at which the build stops.
    rejects : dict
        Number of rows set aside by reason.
    """

    source: str
    title_nl: str
    title_en: str
    used: bool
    rows: int
    last_known_on: date | None
    age_days: int | None
    max_age_days: int
    reject_share: float
    reject_limit: float
    rejects: dict[str, int]
    linked_share: float | None

    @property
    def stale(self) -> bool:
        """Whether it is older than its contract allows, or empty."""
        return self.age_days is None or self.age_days > self.max_age_days

    @property
    def over_limit(self) -> bool:
        """Whether more was set aside than the municipality allows."""
        return self.reject_share > self.reject_limit


def assess(reports: list[SourceReport], *, theme: Theme, rejects: Rejects, as_of: date) -> tuple[SourceQuality, ...]:
    """Judge the deliveries that a theme and its audit read.

    Parameters
    ----------
    reports : list of SourceReport
        Of the last good build.
    theme : Theme
    rejects : Rejects
        Limits of the municipality.
    as_of : date
        Ages count back from this day.
    """
    known = all_sources()
    wanted = {name for name, source in known.items() if name in theme.source_names or source.use == "audit"}
    return tuple(_quality(r, theme=theme, limit=rejects.limit(r.source), as_of=as_of) for r in reports if r.source in wanted)


def _quality(report: SourceReport, *, theme: Theme, limit: float, as_of: date) -> SourceQuality:
    source = all_sources()[report.source]
    return SourceQuality(
        source=source.name,
        title_nl=source.title_nl,
        title_en=source.title_en,
        used=source.name in theme.source_names,
        rows=report.rows,
        last_known_on=report.last_known_on,
        age_days=(as_of - report.last_known_on).days if report.last_known_on else None,
        max_age_days=source.max_age_days,
        reject_share=report.reject_share,
        reject_limit=limit,
        rejects=report.rejects,
        linked_share=report.linked_share,
    )
