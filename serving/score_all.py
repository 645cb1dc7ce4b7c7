"""The nightly run over one theme: every address of the day scored and explained, into the table from which answers come."""

from __future__ import annotations

from datetime import date

from features.errors import NotFoundError, StateError
from features.freshness import refuse_stale
from features.settings import Settings, next_as_of
from features.store import open_store
from features.themes import load_theme
from serving import score_table
from serving.score_table import Told
from serving.scorings import open_scorings
from training import release


def score_all(settings: Settings, theme_code: str, *, today: date) -> Told:
    """Score every address of a theme's cohort of the day, and keep scores and contributions.

    Parameters
    ----------
    settings : Settings
    theme_code : str
        An enabled theme.
    today : date
        The clock; its matrix is the one that ``schouw build`` wrote today.

    Returns
    -------
    Told
        What the table is of.

    Raises
    ------
    NotFoundError
        The theme has no released model.
    ApprovalError, ReleaseError
        The release may not answer, or was changed.
    StaleSourceError
        A source that the theme cannot do without was silent for too long: then there is no table, as there would be no answers.
    StateError
        There is no matrix of the day that this release can read, or the disk refuses.
    """
    theme, as_of = load_theme(settings, theme_code), next_as_of(today)
    scoring = open_scorings(settings, open_store(settings), {theme.code: theme}).get(theme.code)
    if scoring is None:
        raise NotFoundError(f"theme '{theme.code}' has no released model", expected="a champion", remedy=f"run 'schouw promote {theme.code}'")
    release.check_in_force(scoring.release, on=today)
    matrix = scoring.live.of_the_day(as_of)
    if matrix is None:
        raise StateError(
            f"theme '{theme.code}' has no matrix of {as_of} of this build, code and theme",
            expected="the scoring matrix that 'schouw build' wrote today",
            remedy="run 'schouw build', and repeat the command",
        )
    refuse_stale(matrix.manifest.stale_since, theme.required_sources, theme=theme.code, as_of=as_of)
    return score_table.write(settings.state, scoring.release, matrix)
