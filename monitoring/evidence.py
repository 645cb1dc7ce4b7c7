"""What a report rests on: a release, the matrix it learned from, the newest cohort, and the audit groups.

An address unlike any inspected one gets no answer, so its score is missing here too: it is counted, and is in no figure about scores.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

import pandas as pd

from features import audit
from features import matrix_file as matrices
from features.errors import NotFoundError, StateError
from features.matrix_file import Matrix
from features.settings import Settings
from features.themes import Theme, load_theme
from training import model, release
from training.folds import CALIBRATION, TRAINING
from training.release import Release
from training.support import behind, only_like

SCORE = "score"
EARLIER_DAYS = 28
"""How much older an earlier cohort must be to say something about time; assumed: four weeks even out days of the week and deliveries."""


@dataclass(frozen=True)
class Evidence:
    """Frames that every part of the report reads; each has ``score`` (missing where the release gives no answer) and ``group``.

    Attributes
    ----------
    standing : {"champion", "candidate"}
        Whether the release is in use, or is the newest candidate because nothing is.
    scoring, training : features.matrix.Matrix
        As they were read.
    cohort : pandas.DataFrame
        The newest scoring matrix.
    learned : pandas.DataFrame
        Rows that were there when the release was trained; its folds come from them.
    inspected : pandas.DataFrame
        All labelled inspections known now; ``unseen`` is False where the booster was fitted on the row.
    since : pandas.DataFrame
        Those whose outcome came in on the day of training or later, and that were not in the matrix it was trained on.
    earlier : pandas.DataFrame, optional
        The newest scoring matrix that is at least `EARLIER_DAYS` older.
    audited : bool
        Whether the municipality keeps audit data.
    """

    settings: Settings
    theme: Theme
    release: Release
    standing: Literal["champion", "candidate"]
    scoring: Matrix
    training: Matrix
    cohort: pd.DataFrame
    learned: pd.DataFrame
    inspected: pd.DataFrame
    since: pd.DataFrame
    earlier: pd.DataFrame | None
    audited: bool

    @property
    def as_of(self) -> date:
        """Day of the cohort."""
        return self.scoring.manifest.as_of_last

    @property
    def not_scorable_rows(self) -> int:
        """Addresses of the cohort that are unlike any inspected one."""
        return int(self.cohort[SCORE].isna().sum())

    @property
    def learned_rows(self) -> int:
        """Rows that trees and calibration learned from, not those that only measured; all there were where the release does not say."""
        folds = [fold.rows for fold in self.release.evaluation.folds if fold.name in (TRAINING, CALIBRATION)]
        return sum(folds) if folds else len(self.learned)

    @property
    def indicators(self) -> tuple[str, ...]:
        """Indicators of the release, in its order."""
        return self.release.indicators


def gather(settings: Settings, theme_code: str) -> Evidence:
    """Read what the newest report on a theme rests on.

    Raises
    ------
    NotFoundError
        The theme is not known, or nothing was trained yet.
    SettingsError
        The theme names an audit group that the audit data do not have.
    StateError
        No scoring or training matrix was built.
    TrainingError
        The matrices lack an indicator of the release.
    """
    theme = load_theme(settings, theme_code)
    found, standing = newest_release(settings, theme)
    folder = matrices.folder_of(settings.state, theme.code)
    days = scoring_days(folder)
    scoring, training = matrices.read(folder / days[-1].isoformat()), matrices.read(folder / "training")
    groups = audit.published(settings, days[-1])
    if groups is not None:
        audit.refuse_unknown(groups, theme.audit_groups, theme=theme.code)
    inspected = with_unseen(with_group(with_score(training.frame, found), groups), found)
    old = [day for day in days if (days[-1] - day).days >= EARLIER_DAYS]
    earlier = cohort_of(matrices.read(folder / old[-1].isoformat()), found) if old else None
    rebuilt = training.manifest.content_hash != found.card.matrix_hash
    learned, since = at_training(inspected, found, rebuilt=rebuilt)
    return Evidence(
        settings=settings,
        theme=theme,
        release=found,
        standing=standing,
        scoring=scoring,
        training=training,
        cohort=with_group(cohort_of(scoring, found), groups),
        learned=learned,
        inspected=inspected,
        since=since,
        earlier=earlier,
        audited=groups is not None,
    )


def newest_release(settings: Settings, theme: Theme) -> tuple[Release, Literal["champion", "candidate"]]:
    """Give the champion, or where there is none the newest candidate.

    Raises
    ------
    NotFoundError
        There is neither.
    """
    try:
        return release.load(release.champion_folder(settings, theme.code), settings), "champion"
    except NotFoundError as error:
        folder = settings.state / "candidates" / theme.code
        names = [path for path in folder.glob("[0-9]*") if path.is_dir()] if folder.is_dir() else []
        if not names:
            raise NotFoundError(
                f"theme '{theme.code}' has no champion and no candidate", expected="a trained model", remedy=f"run 'schouw train {theme.code}'"
            ) from error
    newest = max(names, key=lambda path: (path.name[:10], path.stat().st_mtime))
    return release.load(newest, settings, require_approval=False), "candidate"


def scoring_days(folder: Path) -> list[date]:
    """Give the days of which there is a scoring matrix, oldest first.

    Raises
    ------
    StateError
        There is none.
    """
    days = sorted(date.fromisoformat(path.parent.name) for path in folder.glob("[0-9]*/manifest.json"))
    if not days:
        raise StateError(f"there is no scoring matrix in {folder}", expected="a folder named by its day", remedy="run 'schouw build'")
    return days


def cohort_of(scoring: Matrix, found: Release) -> pd.DataFrame:
    """Give the rows of a day with their score; what reads a source that was stale on that day makes no address unlike others."""
    return with_score(scoring.frame, found, unknown=behind(found.manifest.indicators, scoring.manifest.stale_since))


def with_score(frame: pd.DataFrame, found: Release, *, unknown: Collection[str] = ()) -> pd.DataFrame:
    """Add the calibrated score of a release, between 0 and 1; missing where the address is unlike any inspected one, as an answer would say."""
    margins = model.margins(found.booster, frame)
    scores = model.probability(found.slope * margins + found.intercept)
    return frame.assign(**{SCORE: only_like(found.support, frame, scores, unknown=unknown)})


def with_group(frame: pd.DataFrame, groups: pd.DataFrame | None) -> pd.DataFrame:
    """Add the audit group of the neighbourhood; `audit.UNKNOWN` where there is none."""
    return frame.assign(group=audit.UNKNOWN if groups is None else audit.of_rows(frame, groups))


def with_unseen(inspected: pd.DataFrame, found: Release) -> pd.DataFrame:
    """Say which inspections the trees did not learn from: those decided after the training fold.

    The calibration fold counts as unseen: it sets a straight line, which changes the order of no two addresses. Where a release does
    not say what it learned from, nothing counts as unseen.
    """
    ends = [pd.Timestamp(fold.ends_on) for fold in found.evaluation.folds if fold.name == TRAINING]
    return inspected.assign(unseen=inspected["as_of"] >= ends[0] if ends else False)


def at_training(inspected: pd.DataFrame, found: Release, *, rebuilt: bool) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Part the inspections in those there were at training and those whose outcome came in since.

    Where the matrix was not built again nothing came in. A day has no hours here: an outcome of the day of training counts as since.
    """
    came_in = (inspected["label_known_on"] >= pd.Timestamp(found.card.trained_on)) & rebuilt
    return inspected[~came_in].reset_index(drop=True), inspected[came_in].reset_index(drop=True)
