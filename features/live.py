"""One address on one day, as a live request asks for it.

Events change with a build alone, and a build ends with the matrix of the day. So a request on that day finds its row there, and the
nightly run and a live answer are the same numbers because they are the same row. On any other day, or after a build that made no
matrix, the row is computed from the events by the same `features.matrix.Builder`, from near by (`features.near`).
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from threading import Lock, Thread

import pandas as pd

from features import cohort, near
from features.errors import SchouwError, StateError
from features.freshness import refuse_stale
from features.manifest import Manifest, git_commit, lock_hash
from features.matrix import Builder
from features.matrix_file import MANIFEST, ScoringFile, folder_of, open_scoring
from features.matrix_query import of_others

NEAR_ADDRESSES = 200_000
"""Versions of addresses up to which rows come from near by: at 100,000 what is computed beforehand took half a GB in each worker. Assumed."""


@dataclass(frozen=True)
class Row:
    """One address on one day.

    Attributes
    ----------
    indicators : pandas.DataFrame of shape (1, k)
        In the order of the release; missing is NaN.
    manifest : Manifest
        Of the matrix in which the row stands.
    """

    indicators: pd.DataFrame
    manifest: Manifest


@dataclass
class _Opened:
    """The matrix of a day that was opened last, with the moment of its manifest; None where it does not serve."""

    at: tuple[Path, int] | None = None
    file: ScoringFile | None = None
    turn: Lock = field(default_factory=Lock)


@dataclass
class _Near:
    """The builder of rows from near by, with the build and the day that it is of; None where there is none for that day.

    ``begun`` is the build and the day for which one was begun last. Whoever holds ``turn`` prepares one, or asks it.
    """

    at: tuple[Path, date] | None = None
    builder: Builder | None = None
    begun: tuple[Path, date] | None = None
    turn: Lock = field(default_factory=Lock)


@dataclass(frozen=True)
class Live:
    """Gives the row of an address.

    Parameters
    ----------
    builder : Builder
        Of one theme, with the indicators of a release.
    """

    builder: Builder
    _opened: _Opened = field(default_factory=_Opened, repr=False, compare=False)
    _near: _Near = field(default_factory=_Near, repr=False, compare=False)

    def find(self, address_id: str, as_of: date, *, built_on: date) -> Row | None:
        """Give the row of one address; None where the theme may not list it on that day.

        Parameters
        ----------
        address_id : str
        as_of : date
            Only what was known before this day counts.
        built_on : date
            Today, from the clock.

        Raises
        ------
        StaleSourceError
            A source that the theme cannot do without was silent for too long.
        """
        day = self.of_the_day(as_of)
        if day is not None:
            refuse_stale(day.manifest.stale_since, self.builder.theme.required_sources, theme=self.builder.theme.code, as_of=as_of)
            with suppress(OSError):  # it was written over: then the row is computed
                found = day.row(address_id, tuple(self.builder.indicators))
                return None if found is None else Row(found, day.manifest)
        return self.compute(address_id, as_of, built_on=built_on)

    def concerns(self, address_id: str, as_of: date) -> bool:
        """Say whether the theme is about an address on a day, whoever was there lately: not where it is a protected place."""
        rows = pd.DataFrame({"address_id": [address_id], "as_of": [as_of]})
        return not cohort.screen(self.builder.store, self.builder.theme, rows, listing=False).frame.empty

    def compute(self, address_id: str, as_of: date, *, built_on: date) -> Row | None:
        """Give what `find` gives, from the events.

        One row at a time is computed from near by. The first of a day begins what that needs and does not wait for it: it goes the general
        road, as does who comes while another row is computed. That takes longer and gives the same.
        """
        one, at = self._near, (self.builder.store.folder, as_of)
        if self.builder.store.settings.engine.kind == "duckdb" and one.turn.acquire(blocking=False):
            try:
                if one.at == at and one.builder is not None:
                    return _computed(one.builder, address_id, as_of, built_on)
                if at not in (one.at, one.begun):
                    one.begun = at
                    Thread(target=self.prepare, args=(as_of,), name="near", daemon=False).start()  # or the process may end under the engine
            finally:
                one.turn.release()
        return _computed(self.builder, address_id, as_of, built_on)

    def prepare(self, as_of: date) -> bool:
        """Compute what rows of a day need of others: a good part of a nightly run.

        Gives False where there are more than `NEAR_ADDRESSES`, or memory or disk do not suffice: then rows of that day take the general road.
        """
        at = (self.builder.store.folder, as_of)
        with self._near.turn:
            if self._near.at != at:
                self._near.builder, self._near.at = None, at
                names = tuple(self.builder.indicators)
                if self.builder.store.addresses <= NEAR_ADDRESSES:
                    with suppress(StateError):
                        store = near.prepare(self.builder.store, of_others(names), as_of)
                        self._near.builder = replace(self.builder, store=store, names=names)
            return self._near.builder is not None

    def of_the_day(self, as_of: date) -> ScoringFile | None:
        """Give the matrix of the day where it was built from the events that count now, by this code, under these rules."""
        folder = folder_of(self.builder.store.settings.state, self.builder.theme.code) / as_of.isoformat()
        try:
            at = (folder, (folder / MANIFEST).stat().st_mtime_ns)
        except OSError:
            return None
        with self._opened.turn:
            if self._opened.at != at:
                self._opened.file, self._opened.at = _open(folder), at
        day = self._opened.file
        return day if day is not None and self._serves(day, as_of) else None

    def _serves(self, day: ScoringFile, as_of: date) -> bool:
        told, builder = day.manifest, self.builder
        same = (
            (told.kind, told.theme_hash, told.as_of_first, told.as_of_last) == ("scoring", builder.theme.content_hash, as_of, as_of),
            (told.municipality, told.purpose) == (builder.store.settings.code, builder.theme.purpose.code),
            (told.build, told.git_commit, told.lock_hash) == (builder.store.folder.name, git_commit(), lock_hash()),
            set(builder.indicators) <= set(told.names),
        )
        return all(same)


def _computed(builder: Builder, address_id: str, as_of: date, built_on: date) -> Row | None:
    one = cohort.at(builder.store, builder.theme, as_of, addresses=[address_id])
    if one.frame.empty:
        return None
    built = builder.build(one, built_on=built_on)
    return Row(built.indicators, built.manifest)


def _open(folder: Path) -> ScoringFile | None:
    try:
        return open_scoring(folder)
    except SchouwError:
        return None  # half of one, or not as it was written: the row is computed
