"""Retraining on Testdam, where no register lies: a build that writes the matrices of the test's own instead."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pandas as pd
import pytest

from features import theme_matrices
from features.manifest import Manifest
from features.matrix_file import Matrix, content_hash
from features.settings import next_as_of
from tests.training.testdam import TODAY, Town, make_frame, make_matrix
from training.retraining import Retrained, retrain

AS_OF = next_as_of(TODAY)


def later_frame(rows: int = 2000, *, seed: int = 2) -> pd.DataFrame:
    """Other inspections of the same four years; three in ten of them were drawn by lot."""
    frame = make_frame(rows, seed=seed)
    drawn = np.random.default_rng(seed).random(len(frame)) < 0.3
    return frame.assign(trigger=np.where(drawn, "random", "list"), frame="f1", propensity=np.where(drawn, 0.05, 1.0))


def cohort(town: Town, *, rows: int = 400) -> Matrix:
    frame = make_frame(rows, seed=9).drop(columns=["label", "label_known_on", "case_id"]).assign(as_of=pd.Timestamp(AS_OF))
    frame["as_of"] = frame["as_of"].astype("datetime64[us]")
    told = {"kind": "scoring", "rows": len(frame), "content_hash": content_hash(frame), "as_of_first": AS_OF, "as_of_last": AS_OF}
    return Matrix(frame, make_matrix(town.theme, frame).manifest.model_copy(update=told))


@contextmanager
def built(town: Town, frame: pd.DataFrame, **changes: object) -> Iterator[None]:
    """Let a build write these inspections, and a cohort of the day."""

    def build(*_: object, **__: object) -> list[Manifest]:
        training, scoring = make_matrix(town.theme, frame, **changes), cohort(town)
        town.keep(training)
        scoring.write(town.settings.state / "matrices" / "registration" / AS_OF.isoformat())
        return [training.manifest, scoring.manifest]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(theme_matrices, "build", build)
        yield


def again(town: Town, **options: object) -> Retrained:
    return retrain(town.settings, "registration", private_key=town.scientist, today=TODAY, **options)  # type: ignore[arg-type] # as given
