"""The matrix: one row per address and day, one column per indicator, and a manifest that says where every number comes from.

Training, nightly scoring and a live request call the same `Builder.build`, so they cannot disagree.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from features.catalogue import Indicator, catalogue_hash, for_sources, not_filled
from features.cohort import Cohort
from features.engine import replaced_whole
from features.errors import CohortError, PurposeError
from features.freshness import missing_when_stale, refuse_stale, stale_days
from features.joining import ROW
from features.look_back import first_whole_on
from features.manifest import IndicatorRecord, InputRecord, Manifest, StaleRecord, git_commit, lock_hash
from features.matrix_file import GROUP_ROWS, KEYS, ROWS, Matrix, content_hash, file_hash, write_manifest
from features.matrix_query import of_day, of_near, of_rows
from features.numbered import Days
from features.outcomes import Labels
from features.settings import Engine
from features.sources import all_sources
from features.sources.contract import Tier
from features.store import Block, Store, as_frame
from features.themes import Theme
from features.yardstick import COLUMN, yardstick

BLOCK_ROWS = 250_000
"""Rows that are computed at a time: with a hundred indicators they stay within 3 GB; half as many read the surroundings too often."""
WHOLE_PER_GB = 1_070_000
"""Versions of addresses, for each GB that the engine may take, up to which a day may be computed for all: ten million with 10 GB took 11.8 GB,
a million and four days with 3 GB took 3.7; more at a time is not measured."""
MOST = 0.25
"""Share of the addresses from which on a day is computed for all of them: for fewer, that reads more than it saves. Assumed."""


@dataclass(frozen=True)
class Builder:
    """Computes rows for one theme.

    Parameters
    ----------
    store : Store
    theme : Theme
    names : tuple of str, optional
        Indicators of a release, in its order, whatever is filled today. Otherwise those of which the municipality fills what they need:
        a count over a column that is never filled would be a 0 that nobody observed.
    tier : {0, 1, 2}
        Highest privacy tier of an indicator (DESIGN 3): 0 asks how far one gets with objects and areas alone.
    """

    store: Store
    theme: Theme
    names: tuple[str, ...] | None = None
    tier: Tier = 2

    @cached_property
    def indicators(self) -> dict[str, Indicator]:
        """Indicators by name, none of which reads anything outside the theme's purpose (DESIGN rule 3).

        Raises
        ------
        PurposeError
            The theme lists a source that is audit-only, unknown or not filled here, or does not allow one of the named indicators.
        """
        allowed = self._allowed
        if self.names is None:
            return {name: i for name, i in allowed.items() if name not in self.not_filled}
        absent = sorted(set(self.names) - set(allowed))
        if absent:
            raise PurposeError(
                f"theme '{self.theme.code}' does not give {len(absent)} of the named indicators, first '{absent[0]}'",
                expected="indicators of this code that read the theme's sources only",
                remedy="name others, or run the code and the theme that they come from",
            )
        return {name: allowed[name] for name in self.names}

    @cached_property
    def not_filled(self) -> dict[str, tuple[str, ...]]:
        """Indicators that are left out because a column they need is never filled, with those columns; none where names were given."""
        return not_filled(self._allowed, self.store.empty) if self.names is None else {}

    @cached_property
    def _allowed(self) -> dict[str, Indicator]:
        for name in sorted(self.theme.source_names):
            source = all_sources().get(name)
            if source is None or source.use == "audit":
                raise PurposeError(
                    f"theme '{self.theme.code}' lists source '{name}', which {'is audit-only' if source else 'does not exist'}",
                    expected=f"sources of {', '.join(n for n, s in all_sources().items() if s.use != 'audit')}",
                    remedy=f"correct [[sources]] in themes/{self.theme.code}.toml",
                )
            self.store.events(name)
        self.theme.allow("addresses")
        return {name: i for name, i in for_sources(self.theme.source_names).items() if i.tier <= self.tier}

    @property
    def sql(self) -> str:
        """The one query behind any rows of this theme; compiled once per set of allowed sources and engine."""
        return of_rows(tuple(self.indicators), self.store.settings.engine.kind)

    def blocks(self, rows: pd.DataFrame) -> list[Block] | Days:
        """Cut rows into what is computed at a time, in the order of day and address.

        Where `MOST` of the addresses or more are asked for, that is a day, for which each source is read once. Elsewhere a block holds
        neighbouring ids, so what it needs of the events lies together; what it needs beside its own rows, everyone in its neighbourhoods, is
        read for each block. What a stale source tells is missing on the days of a block.
        """
        asked, store = as_frame(rows), self.store
        days, kind = sorted(asked["as_of"].unique()), store.settings.engine.kind
        if store.near_on:
            steps, sql = of_near(tuple(self.indicators), store.near_on)
            return [Block(self._masked(sql, days), asked, steps)]
        most = len(asked) >= max(1, MOST * len(days) * store.addresses) and store.addresses <= WHOLE_PER_GB * _gigabytes(store.settings.engine)
        if kind == "duckdb" and most:
            query = of_day(tuple(self.indicators))
            frames = [
                frame if frame["address_id"].is_monotonic_increasing else frame.sort_values("address_id") for _, frame in asked.groupby("as_of")
            ]
            return Days(replace(query, sql=self._masked(query.sql, days)), frames)
        asked = asked.sort_values(ROW[::-1], ignore_index=True)
        sql = self._masked(self.sql, days)
        return [Block(sql, asked.iloc[start : start + BLOCK_ROWS]) for start in range(0, max(1, len(asked)), BLOCK_ROWS)]

    def _masked(self, sql: str, days: Iterable[date]) -> str:
        """Give the query, in which what a stale source tells is missing on the days."""
        reads = {name: i.sources for name, i in self.indicators.items()}
        return missing_when_stale(sql, KEYS, reads, stale_days(days, self.store.stale_on))

    def _refuse_stale(self, frame: pd.DataFrame) -> None:
        as_of = pd.to_datetime(frame["as_of"]).max().date()
        last_on = {source: silence.last_on for source, silence in self.store.stale_on(as_of).items()}
        refuse_stale(last_on, self.theme.required_sources, theme=self.theme.code, as_of=as_of)

    def rows(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Compute the indicators of rows.

        Parameters
        ----------
        frame : pandas.DataFrame
            ``address_id``, ``as_of``, and whatever must stay beside them.

        Returns
        -------
        pandas.DataFrame
            As `Matrix.frame`.
        """
        found = self.store.run_blocks(self.blocks(frame))
        found["as_of"] = found["as_of"].astype("datetime64[us]")
        keyed = frame.assign(as_of=pd.to_datetime(frame["as_of"]).astype("datetime64[us]"))
        kept = [c for c in keyed.columns if c not in KEYS]
        if not kept and len(found) == len(keyed):
            return found[[*KEYS, *self.indicators]]
        both = keyed.merge(found, on=ROW, how="left", validate="many_to_one")[[*KEYS, *kept, *self.indicators]]
        return both.sort_values(["as_of", "address_id"], kind="stable", ignore_index=True)

    def build(self, cohort: Cohort, *, labels: Labels | None = None, built_on: date) -> Matrix:
        """Build the matrix of a cohort; see `build`."""
        _refuse_empty(cohort)
        if not labels:
            self._refuse_stale(cohort.frame)
        frame = self.rows(self._measured(cohort.frame) if labels else cohort.frame)
        return Matrix(frame, self._manifest(frame, exclusions=cohort.exclusions, labels=labels, content_hash=content_hash(frame), built_on=built_on))

    def _measured(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Give training rows with what the model will be held against beside them, where the tier leaves it out of the indicators."""
        name = yardstick(for_sources(self.theme.source_names).values())
        if name is None or yardstick(self.indicators.values()):
            return rows
        counted = Builder(self.store, self.theme, (name,)).rows(rows).rename(columns={name: COLUMN})
        return counted[[*rows.columns, COLUMN]]

    def write(self, cohort: Cohort, folder: Path, *, built_on: date) -> Manifest:
        """Build the scoring matrix of a cohort straight into a folder: its rows pass through the engine and never through memory.

        Parameters
        ----------
        cohort : Cohort
        folder : Path
        built_on : date

        Returns
        -------
        Manifest
            As `build` gives it; both files are written.
        """
        _refuse_empty(cohort)
        self._refuse_stale(cohort.frame)
        with replaced_whole(folder / ROWS) as draft:
            self.store.write_blocks(self.blocks(cohort.frame), draft, group_rows=GROUP_ROWS)
            found = file_hash(draft)
        manifest = self._manifest(cohort.frame, exclusions=cohort.exclusions, labels=None, content_hash=found, built_on=built_on)
        write_manifest(folder, manifest)
        return manifest

    @cached_property
    def _records(self) -> tuple[IndicatorRecord, ...]:
        return tuple(IndicatorRecord.of(i, None) for i in self.indicators.values())

    @cached_property
    def _catalogue_hash(self) -> str:
        return catalogue_hash(self.indicators)

    def _manifest(
        self, frame: pd.DataFrame, *, exclusions: dict[str, int], labels: Labels | None, content_hash: str, built_on: date
    ) -> Manifest:  # fmt: skip
        used, days = self.theme.source_names, pd.to_datetime(frame["as_of"])
        return Manifest(
            kind="training" if labels else "scoring",
            municipality=self.store.settings.code,
            synthetic=self.store.settings.synthetic,
            **_rules(self.theme),
            as_of_first=days.min().date(),
            as_of_last=days.max().date(),
            rows=len(frame),
            tier=max(i.tier for i in self.indicators.values()),
            tier_limit=self.tier,
            indicators=tuple(IndicatorRecord.of(i, frame[name]) for name, i in self.indicators.items()) if labels else self._records,
            not_filled=self.not_filled,
            inputs={r.source: InputRecord.of(r) for r in self.store.reports() if r.source in used},
            stale=StaleRecord.of(days, self.store.stale_on, used),
            first_whole_on=first_whole_on(self.store.reports(), used),
            exclusions=exclusions,
            left_out=labels.left_out if labels else {},
            content_hash=content_hash,
            build=self.store.folder.name,
            catalogue_hash=self._catalogue_hash,
            git_commit=git_commit(),
            lock_hash=lock_hash(),
            built_on=built_on,
        )


def build(store: Store, theme: Theme, cohort: Cohort, *, labels: Labels | None = None, built_on: date, tier: Tier = 2) -> Matrix:
    """Build the matrix of a cohort.

    Parameters
    ----------
    store : Store
    theme : Theme
    cohort : Cohort
        Its frame carries ``as_of`` per row, so one call serves one day or a thousand.
    labels : Labels, optional
        What the rows were labelled from; makes it a training matrix.
    built_on : date
        Day of the build, from the clock.
    tier : {0, 1, 2}
        Highest privacy tier of an indicator.

    Raises
    ------
    CohortError
        The cohort is empty.
    PurposeError, SourceError
        The theme lists a source outside its purpose, or one that is not filled.
    """
    return Builder(store, theme, tier=tier).build(cohort, labels=labels, built_on=built_on)


def _rules(theme: Theme) -> dict[str, Any]:
    """Give what a manifest says of the theme under whose rules it was built."""
    return {"theme": theme.code, "theme_hash": theme.content_hash, "purpose": theme.purpose.code, "team_adjustment": theme.team.adjustment}


def _gigabytes(engine: Engine) -> float:
    """Give the memory that the engine may take."""
    return int(engine.memory_limit[:-2]) / (1 if engine.memory_limit.endswith("GB") else 1000)


def _refuse_empty(cohort: Cohort) -> None:
    if cohort.frame.empty:
        raise CohortError("the cohort is empty", expected="at least one address", remedy="compare the theme's cohort with the register")
