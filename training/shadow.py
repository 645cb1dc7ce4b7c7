"""The shadow: what the challenger would have said of the day's addresses, kept and shown to nobody.

Each run leaves a file of scores and a line in a chained file beside it: which release, which day, which matrix, and the hash of the scores.
Nothing in `serving` may import this module, and no page reads its files: a score without two signatures is nobody's ground for anything.
What is kept is compared with what inspections found, once a person asks whether the challenger should be released.
"""

from __future__ import annotations

import hashlib
import io
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from pydantic import ValidationError
from scipy.special import expit

from features.declared import Frozen
from features.disk import unwritable
from features.engine import replaced_whole
from features.errors import NotFoundError, ReleaseError, StateError
from features.matrix_file import KEPT_DAYS, Matrix, folder_of
from features.matrix_file import read as read_matrix
from features.settings import Settings, next_as_of
from features.themes import Theme, load_theme
from training import chain, release
from training.candidates import CHAMPION, chosen
from training.model import margins
from training.registry import Registry
from training.support import behind, only_like

FOLDER = "shadow"


class Shadowed(Frozen):
    """One line: a challenger scored the matrix of a day.

    Attributes
    ----------
    as_of : date
        Only what was known before this day counted.
    version, release_hash : str
        Of the challenger.
    matrix_hash : str
        Of the values of the matrix.
    rows : int
        Addresses of the matrix.
    not_scorable : int
        Those among them that are unlike any inspected one: of these there is no score.
    file, scores_hash : str
        The parquet file with ``address_id`` and ``score`` (missing where there is none), and the SHA-256 of its bytes.
    scored_on : date
        The clock.
    """

    theme: str
    as_of: date
    version: str
    release_hash: str
    matrix_hash: str
    rows: int
    not_scorable: int = 0
    file: str
    scores_hash: str
    scored_on: date


def shadow(settings: Settings, theme_code: str, *, today: date) -> Shadowed:
    """Let the challenger of a theme score the matrix of the day.

    Parameters
    ----------
    settings : Settings
    theme_code : str
        An enabled theme.
    today : date
        The clock; its matrix is the one that ``schouw build`` wrote today.

    Returns
    -------
    Shadowed
        The line of the log; where this challenger scored this matrix before, the line of then.

    Raises
    ------
    NotFoundError
        There is no challenger.
    ReleaseError
        The challenger was changed, or reads an indicator that the matrix does not hold.
    StateError
        There is no matrix of the day, the log is not as it was written, or the registry or the disk refuses.
    """
    theme = load_theme(settings, theme_code)
    found = _challenger(settings, theme)
    matrix = read_matrix(folder_of(settings.state, theme.code) / next_as_of(today).isoformat())
    _check_fits(found, matrix, theme)
    path = settings.state / FOLDER / f"{theme.code}.jsonl"
    told = {"as_of": matrix.manifest.as_of_last, "release_hash": found.release_hash, "matrix_hash": matrix.manifest.content_hash}
    for line in read(settings, theme.code):
        if told.items() <= line.model_dump().items() and (path.parent / line.file).exists():
            return line
    scored = _scored(found, matrix)
    content, name = _as_parquet(scored), f"{told['as_of']}-{found.version}-{matrix.manifest.content_hash[:8]}.parquet"
    with replaced_whole(path.parent / theme.code / name) as draft:
        draft.write_bytes(content)
    line = Shadowed(theme=theme.code, version=found.version, rows=len(scored), not_scorable=int(scored["score"].isna().sum()),
                    file=f"{theme.code}/{name}", scores_hash=hashlib.sha256(content).hexdigest(), scored_on=today, **told)  # fmt: skip
    chain.append(path, lambda *_: line.model_dump(mode="json"))
    _forget(path.parent / theme.code, before=matrix.manifest.as_of_last)
    return line


def read(settings: Settings, theme: str) -> list[Shadowed]:
    """Give every line of a theme's log, the first first.

    Raises
    ------
    StateError
        A line is not as it was written, or one is gone, or a file of scores is not the one that its line speaks of.
    """
    path = settings.state / FOLDER / f"{theme}.jsonl"
    try:
        lines = [Shadowed.model_validate(line.content) for line in chain.read(path)]
    except ValidationError as error:
        raise chain.broken(path, "a line tells of no scores") from error
    for line in lines:
        file = path.parent / line.file
        if file.exists() and hashlib.sha256(file.read_bytes()).hexdigest() != line.scores_hash:
            raise chain.broken(file, "the scores are not those of which the log speaks")
    return lines


def _challenger(settings: Settings, theme: Theme) -> release.Release:
    registered = chosen(Registry.open(settings).versions(theme.code), theme.code)
    if CHAMPION in registered.aliases:
        raise NotFoundError(
            f"theme '{theme.code}' has no challenger",
            expected="a candidate newer than the champion and of its tier",
            remedy=f"run 'schouw train {theme.code}'",
        )
    found = release.load(settings.state / "candidates" / theme.code / registered.version, settings, require_approval=False)
    if (found.release_hash, found.card.theme_hash) != (registered.release_hash, theme.content_hash):
        raise ReleaseError(
            f"challenger {found.version} is not the one that was registered, or theme '{theme.code}' was changed after it was trained",
            expected="the candidate as it was trained, under the theme as it is now",
            remedy="run 'schouw build' and 'schouw train' again",
        )
    return found


def _check_fits(found: release.Release, matrix: Matrix, theme: Theme) -> None:
    manifest = matrix.manifest
    if (manifest.kind, manifest.theme, manifest.theme_hash) != ("scoring", theme.code, theme.content_hash):
        raise StateError(
            f"the matrix of {manifest.as_of_last} is no scoring matrix of theme '{theme.code}' as it is now",
            expected="the scoring matrix that 'schouw build' wrote today",
            remedy="run 'schouw build', and repeat the command",
        )
    absent = [name for name in found.indicators if name not in matrix.frame.columns]
    if absent:
        raise ReleaseError(
            f"challenger {found.version} reads {len(absent)} indicators that the matrix of {manifest.as_of_last} does not hold, first '{absent[0]}'",
            expected="a matrix with every indicator of the model",
            remedy="run 'schouw build' and 'schouw train' again",
        )


def _scored(found: release.Release, matrix: Matrix) -> pd.DataFrame:
    """Give address and probability, in the order of the matrix; missing where the address is unlike any inspected one, as an answer would say."""
    log_odds = found.slope * margins(found.booster, matrix.frame[list(found.indicators)]) + found.intercept
    scores = np.asarray(expit(log_odds), dtype=np.float64)
    scores = only_like(found.support, matrix.frame, scores, unknown=behind(found.manifest.indicators, matrix.manifest.stale_since))
    return pd.DataFrame({"address_id": matrix.frame["address_id"].to_numpy(), "score": scores})


def _as_parquet(scored: pd.DataFrame) -> bytes:
    """Give the bytes of the file; the same each time."""
    written: Any = io.BytesIO()
    scored.to_parquet(written, index=False)
    return bytes(written.getvalue())


def _forget(folder: Path, *, before: date) -> None:
    """Remove scores of more than `KEPT_DAYS` ago, as their matrices are; the line stays."""
    try:
        for file in folder.glob("[0-9][0-9][0-9][0-9]-[0-1][0-9]-[0-3][0-9]*.parquet"):
            if (before - date.fromisoformat(file.name[:10])).days > KEPT_DAYS:
                file.unlink()
    except OSError as error:
        raise unwritable(folder, error) from error
