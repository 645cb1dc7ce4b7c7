"""The list of today and that of tomorrow: which part of it stays when the whole matrix is built a day later.

Every window moves by one day, and what became known today is on the later list alone. Two scoring matrices are built for it, from the build of
events that the training matrix was made of.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

import pandas as pd

from features import cohort
from features.builds import current
from features.errors import CohortError, InputError, PurposeError, SourceError, StateError
from features.manifest import Manifest
from features.matrix import Builder
from features.matrix_file import folder_of, open_scoring
from features.settings import Settings
from features.store import Store, open_store
from features.themes import Theme
from training.metrics import Floats
from training.stability import Overlap, Stability, of_two_days

Score = Callable[[pd.DataFrame], Floats]


@dataclass(frozen=True)
class Days:
    """Two days on which the cohort of a theme can be scored.

    Attributes
    ----------
    settings : Settings
    theme : Theme
    manifest : Manifest
        Of the training matrix: its indicators, and the build of events that it was made of.
    as_of : date
        The earlier day; the later one is the day after.
    seed : int
        Of the replicates and of the order among equal scores.
    """

    settings: Settings
    theme: Theme
    manifest: Manifest
    as_of: date = field(kw_only=True)
    seed: int = field(kw_only=True)

    def beside(self, stability: Stability, score: Score) -> Stability:
        """Give what is known of a list's stability with what stays of it when the data are a day on, or with why that is not known.

        Parameters
        ----------
        stability : Stability
        score : callable
            Gives scores of shape (n,) for rows that hold the indicators of the manifest.

        Raises
        ------
        StateError
            The build of events is not whole, or the disk refuses.
        """
        found = self._other_build() or self._kept(score)
        if isinstance(found, str):
            return stability.model_copy(update={"one_day_absent": found})
        return stability.model_copy(update={"one_day": found, "one_day_on": self.as_of + timedelta(days=1)})

    def cohort(self, score: Score) -> pd.DataFrame | None:
        """Score the addresses in the scoring matrix of the later day, some rows at a time.

        Parameters
        ----------
        score : callable
            Gives scores of shape (n,) for rows that hold the indicators of the manifest.

        Returns
        -------
        DataFrame, optional
            One row per address: ``address_id`` and ``score``. None where no whole matrix of that day is there, or one without an indicator.
        """
        folder = folder_of(self.settings.state, self.theme.code, tier=self.manifest.tier_limit)
        try:
            matrix = open_scoring(folder / (self.as_of + timedelta(days=1)).isoformat())
        except (InputError, StateError):
            return None
        if not set(self.manifest.names) <= set(matrix.manifest.names):
            return None
        parts = (batch.to_pandas() for batch in matrix.file.iter_batches(columns=["address_id", *self.manifest.names]))
        scored: pd.DataFrame = pd.concat([part[["address_id"]].assign(score=score(part)) for part in parts], ignore_index=True)
        return scored

    def _kept(self, score: Score) -> Overlap | str:
        """Compare the two lists, or say why they cannot be: nobody to list, or a source that is gone or silent."""
        try:
            found = one_day_shift(open_store(self.settings), self.theme, self.manifest.names, score, as_of=self.as_of, seed=self.seed)
        except (CohortError, PurposeError, SourceError) as error:
            return error.found
        return self._other_build() or found  # someone may have built while the two days were scored

    def _other_build(self) -> str | None:
        """Say why the events of now are not those of the matrix; None where they are."""
        folder = current(self.settings.state)
        if not folder.exists():
            return "there is no build of events"
        return None if folder.name == self.manifest.build else "the events were built again after the training matrix"


def scores_on(store: Store, theme: Theme, names: Sequence[str], score: Score, *, as_of: date) -> pd.DataFrame:
    """Score the theme's cohort of one day.

    Parameters
    ----------
    store : Store
    theme : Theme
    names : sequence of str
        Indicators of the model, in its order.
    score : callable
        Gives scores of shape (n,) for rows that hold those indicators.
    as_of : date
        Only what was known before this day counts.

    Returns
    -------
    DataFrame
        One row per address: ``address_id``, ``building_id``, ``score``.

    Raises
    ------
    CohortError
        Nobody is in the cohort on that day.
    PurposeError, SourceError
        The theme does not give one of the indicators, or a source is stale on that day.
    """
    rows = Builder(store, theme, tuple(names)).build(cohort.at(store, theme, as_of), built_on=as_of).frame
    return rows[["address_id", "building_id"]].assign(score=score(rows))


def one_day_shift(store: Store, theme: Theme, names: Sequence[str], score: Score, *, as_of: date, seed: int) -> Overlap:
    """Compare the list of a day with that of the day after, each as long as the theme's capacity.

    Raises
    ------
    CohortError, PurposeError, SourceError
        One of the two days cannot be scored; see `scores_on`.
    """
    today, tomorrow = (scores_on(store, theme, names, score, as_of=as_of + timedelta(days=later)) for later in range(2))
    either = len(set(today["address_id"]) | set(tomorrow["address_id"]))
    return of_two_days(today, tomorrow, share=min(1.0, theme.capacity.visits / either), seed=seed)
