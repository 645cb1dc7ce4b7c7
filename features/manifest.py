"""The manifest: which indicators, from which deliveries, under which purpose, by which code."""

from __future__ import annotations

import hashlib
import subprocess
from collections.abc import Collection
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Literal

import pandas as pd
from pydantic import BaseModel, ConfigDict

from features.catalogue import Indicator, Risk
from features.columns import Reach
from features.freshness import StaleOn, stale_days
from features.report import SourceReport
from features.sentences import Language, Wording
from features.sources.contract import Tier
from features.team_rule import Way

ROOT = Path(__file__).resolve().parent.parent


class Record(BaseModel):
    """A frozen value with closed fields."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class IndicatorRecord(Record):
    """An indicator as it was when the matrix was built: meaning, direction, lineage and sentences.

    Of a training matrix also the quartiles of its values, missing ones left out: above the upper one a value is called high, and below
    the lower one low.
    """

    name: str
    definition: str
    unit: str
    risk: Risk | None
    subject: str
    family: str
    reach: Reach
    tier: Tier
    sources: tuple[str, ...]
    nl: str
    nl_zero: str | None
    nl_missing: str
    en: str
    en_zero: str | None
    en_missing: str
    absence_known: bool = False
    nl_high: str | None = None
    nl_low: str | None = None
    en_high: str | None = None
    en_low: str | None = None
    lower_quartile: float | None = None
    upper_quartile: float | None = None

    @classmethod
    def of(cls, indicator: Indicator, values: pd.Series | None = None) -> IndicatorRecord:
        """Record an indicator of the catalogue, with the quartiles of its values where these are given."""
        i = indicator
        known = pd.Series(dtype="float64") if values is None else values.dropna()
        quartiles = {} if known.empty else {"lower_quartile": float(known.quantile(0.25)), "upper_quartile": float(known.quantile(0.75))}
        return cls(
            name=i.name,
            definition=i.definition,
            unit=i.unit,
            risk=i.risk,
            subject=i.subject,
            family=i.family,
            reach=i.reach,
            tier=i.tier,
            sources=i.sources,
            absence_known=i.absence_known,
            **_said("nl", i.nl),
            **_said("en", i.en),
            **quartiles,
        )

    def unknown_because(self, *, nl: str, en: str, family: str) -> IndicatorRecord:
        """Give this indicator with another sentence for a missing value: what a stale source does not tell is no known absence."""
        return self.model_copy(update={"nl_missing": nl, "en_missing": en, "family": family, "absence_known": False})


def _said(language: Language, wording: Wording) -> dict[str, Any]:
    others = {"high": wording.high, "low": wording.low, "zero": wording.zero, "missing": wording.missing}
    return {language: wording.value} | {f"{language}_{name}": sentence for name, sentence in others.items()}


class InputRecord(Record):
    """What went in of one source: its values, the day its newest version became known, its newest sign of life and how old that may be.

    ``kept_since`` is since when what happened, or ended, is kept of it. The others are those of `features.report.SourceReport`.
    """

    content_hash: str
    rows: int
    last_known_on: date | None
    kept_since: date | None = None
    last_delivery_on: date | None = None
    max_age_days: int | None = None

    @classmethod
    def of(cls, report: SourceReport) -> InputRecord:
        """Record a source report."""
        return cls(
            content_hash=report.content_hash,
            rows=report.accepted,
            last_known_on=report.last_known_on,
            kept_since=report.kept_since,
            last_delivery_on=report.last_delivery_on,
            max_age_days=report.max_age_days,
        )


class StaleRecord(Record):
    """A source that was stale on some days of a matrix: what is read from it is missing in those rows.

    Attributes
    ----------
    last_on : date, optional
        Its newest sign of life before the last of those days; None where there was none.
    rows : int
        Rows of those days.
    """

    last_on: date | None
    rows: int

    @classmethod
    def of(cls, days: pd.Series[pd.Timestamp], stale_on: StaleOn, sources: Collection[str]) -> dict[str, StaleRecord]:
        """Record which of the sources were stale on the days of the rows of a matrix."""
        found = {source: on for source, on in stale_days((day.date() for day in days.unique()), stale_on).items() if source in sources}
        rows = days.value_counts() if found else pd.Series(dtype="int64")
        return {source: cls(last_on=on[max(on)].last_on, rows=int(sum(rows[pd.Timestamp(day)] for day in on))) for source, on in found.items()}


class Manifest(Record):
    """What a matrix is.

    Attributes
    ----------
    kind : {"training", "scoring"}
    as_of_first, as_of_last : date
        First and last day that a row speaks of.
    tier, tier_limit : {0, 1, 2}
        Highest tier of its indicators, and the highest that was asked for.
    indicators : tuple of IndicatorRecord
        In the order of the columns.
    not_filled : dict
        Indicators that are not in the matrix because the municipality never fills a column that they need, with those columns.
    team_adjustment : {"none", "mixed", "balanced"}
        How the theme takes the strictness of teams out of training.
    inputs : dict
        By source: hash of the ordered values, number of versions, last day known, and how far back it reaches.
    stale : dict
        Sources that were stale on days of the matrix, with since when and in how many rows.
    first_whole_on : date, optional
        First day of which all that indicators look back on is kept; no row is of an earlier one. None where nothing is forgotten.
    exclusions, left_out : dict
        Rows left out of the cohort, and inspections without a label, by reason.
    build : str
        Name of the build of events that it was computed from.
    content_hash, catalogue_hash, lock_hash, git_commit : str, optional
        Over the ordered values, over the indicators, over the lock file, and of the code; None where there is no git checkout.
    """

    kind: Literal["training", "scoring"]
    municipality: str
    synthetic: bool
    theme: str
    theme_hash: str
    purpose: str
    as_of_first: date
    as_of_last: date
    rows: int
    tier: Tier
    tier_limit: Tier = 2
    indicators: tuple[IndicatorRecord, ...]
    not_filled: dict[str, tuple[str, ...]] = {}
    team_adjustment: Way = "none"
    inputs: dict[str, InputRecord]
    stale: dict[str, StaleRecord] = {}
    first_whole_on: date | None = None
    exclusions: dict[str, int]
    left_out: dict[str, int]
    build: str
    content_hash: str
    catalogue_hash: str
    git_commit: str | None
    lock_hash: str | None
    built_on: date

    @property
    def stale_since(self) -> dict[str, date | None]:
        """Newest sign of life of each stale source."""
        return {source: record.last_on for source, record in self.stale.items()}

    @property
    def names(self) -> list[str]:
        """Indicator names in the order of the columns."""
        return [i.name for i in self.indicators]


@cache
def git_commit() -> str | None:
    """Give the commit of the code, with ``+`` where files were changed since; None outside a git checkout."""
    try:
        commit = _git("rev-parse", "HEAD")
        return commit + ("+" if _git("status", "--porcelain", "--untracked-files=no") else "")
    except (OSError, subprocess.CalledProcessError):
        return None


@cache
def lock_hash() -> str | None:
    """SHA-256 of requirements.lock; None where it is not beside the code."""
    lock = ROOT / "requirements.lock"
    return hashlib.sha256(lock.read_bytes()).hexdigest() if lock.exists() else None


def _git(*arguments: str) -> str:
    done = subprocess.run(["git", "-C", str(ROOT), *arguments], capture_output=True, text=True, check=True)  # noqa: S603, S607 - fixed words
    return done.stdout.strip()
