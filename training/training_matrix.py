"""The training matrix of a theme: read, and refused where it is not what the theme, its manifest and the code of now say."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from features.catalogue import catalogue
from features.errors import InputError, StateError, TrainingError
from features.manifest import Manifest
from features.matrix_file import WHOLE, Matrix, folder_of
from features.matrix_file import read as read_matrix
from features.settings import Settings
from features.sources.contract import Tier
from features.themes import Theme
from training import draws, recorded

LABEL_COLUMNS = ("address_id", "as_of", "building_id", "label", "label_known_on")


def training_matrix(settings: Settings, theme: Theme, *, tier: Tier = 2) -> Matrix:
    """Read a theme's training matrix, check that it is what it should be, and hold its inspections against the lists that Schouw drew.

    Returns
    -------
    Matrix
        Its frame also has the columns of `training.recorded.held`.

    Raises
    ------
    TrainingError
        It is absent, was changed, is of another theme, municipality or version of the theme, or lacks a column.
    StateError
        A worklist of the theme is gone or is not as it was drawn.
    """
    folder = folder_of(settings.state, theme.code, tier=tier) / "training"
    try:
        matrix = read_matrix(folder)
    except (StateError, InputError) as error:
        limit = "" if tier == WHOLE else f" --tier {tier}"
        forbidden = isinstance(error.__cause__, PermissionError)
        remedy = error.remedy if forbidden else f"run 'schouw build{limit}' for theme '{theme.code}'"
        raise TrainingError(error.found, expected=error.expected, remedy=remedy) from error
    check_matrix(matrix, theme, municipality=settings.code)
    records, themes = draws.kept(settings.state, theme.code), draws.themes(settings.state)
    return replace(matrix, frame=recorded.held(matrix.frame, records, drawing_themes=themes))


def check_matrix(matrix: Matrix, theme: Theme, *, municipality: str) -> None:
    """Refuse a matrix that is not this theme's training matrix, or of which a column cannot be learned from.

    Raises
    ------
    TrainingError
        Says which of these it is.
    """
    manifest, columns = matrix.manifest, matrix.frame.columns
    absent = [name for name in (*LABEL_COLUMNS, *manifest.names) if name not in columns]
    faults = {
        f"the matrix is of theme '{manifest.theme}', not '{theme.code}'": manifest.theme != theme.code,
        f"the matrix is of municipality '{manifest.municipality}', not '{municipality}'": manifest.municipality != municipality,
        f"the matrix is a {manifest.kind} matrix": manifest.kind != "training",
        f"theme '{theme.code}' was changed after its matrix was built": manifest.theme_hash != theme.content_hash,
        f"the matrix lacks {len(absent)} columns of its manifest, first '{next(iter(absent), '')}'": bool(absent),
    }
    if not absent:
        faults |= {fault: True for fault in (_not_finite(matrix), _other_unit(manifest)) if fault}
    for fault, found in faults.items():
        if found:
            raise TrainingError(
                fault, expected=f"the training matrix of theme '{theme.code}' as built now", remedy="run 'schouw build' and train again"
            )


def _not_finite(matrix: Matrix) -> str | None:
    present = [name for name in matrix.manifest.names if name in matrix.frame.columns]
    wrong = [name for name in present if np.isinf(matrix.frame[name].to_numpy(dtype=np.float64)).any()]
    return f"{len(wrong)} indicators hold an infinite value, first '{wrong[0]}'" if wrong else None


def _other_unit(manifest: Manifest) -> str | None:
    """Say which indicators were computed in another unit than the code of now gives: what is served would be scored on other numbers."""
    now = catalogue()
    other = [one for one in manifest.indicators if one.name in now and now[one.name].unit != one.unit]
    if not other:
        return None
    first = other[0]
    return f"{len(other)} indicators have another unit now, first '{first.name}': {first.unit} in the matrix, {now[first.name].unit} in the code"
