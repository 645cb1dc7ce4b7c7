"""The matrices of a theme: the one that is learned from and the one of today's addresses, both of the build of events that counts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from features import cohort, matrix, outcomes
from features.builds import alone
from features.ingestion import ingest
from features.manifest import Manifest
from features.matrix_file import folder_of, forget_before
from features.settings import Settings, next_as_of
from features.sources.contract import Tier
from features.store import Store, open_store
from features.themes import Theme

Step = Callable[[str], None]


def write(store: Store, theme: Theme, day: date, step: Step, *, tier: Tier) -> list[Manifest]:
    """Write the training matrix and the scoring matrix of a day, for whoever holds the state folder (`features.builds.alone`).

    Parameters
    ----------
    store : Store
    theme : Theme
    day : date
        The clock; scores are for the day after.
    step : callable
        Called with the name of each matrix as it is begun.
    tier : {0, 1, 2}
        Highest privacy tier of an indicator.

    Returns
    -------
    list of Manifest
        Of the training matrix, then of the scoring matrix.
    """
    step(f"{theme.code}, training")
    as_of = next_as_of(day)
    labels = outcomes.labelled(store, theme, as_of)
    rows = cohort.screen(store, theme, labels.frame, listing=False)
    folder = folder_of(store.settings.state, theme.code, tier=tier)
    training = matrix.build(store, theme, rows, labels=labels, built_on=day, tier=tier)
    training.write(folder / "training")
    step(f"{theme.code}, scoring")
    scoring = matrix.Builder(store, theme, tier=tier).write(cohort.at(store, theme, as_of), folder / as_of.isoformat(), built_on=day)
    forget_before(folder, as_of)
    return [training.manifest, scoring]


def build(settings: Settings, theme: Theme, day: date, step: Step, *, tier: Tier) -> list[Manifest]:
    """Read the registers and write the matrices of one theme; raises as `features.ingestion.ingest` and `features.matrix.build`."""
    with alone(settings.state):
        ingest(settings, progress=step, today=day, held=True)
        return write(open_store(settings), theme, day, step, tier=tier)
