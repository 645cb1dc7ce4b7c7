"""Our own pipeline on the published rows: registers to events to matrix to model, without and with the inspector group."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from experiments.chicago.declared import ChicagoStudy
from experiments.chicago.published import GROUP
from experiments.kinds import Step
from features import cohort, matrix, outcomes
from features.errors import StudyError
from features.ingestion import ingest
from features.manifest import Manifest
from features.report import SourceReport
from features.settings import Settings
from features.store import open_store
from features.themes import load_theme
from training import calibration, model
from training.metrics import Floats


@dataclass(frozen=True)
class Prepared:
    """Everything that stands before a model.

    Attributes
    ----------
    rows : DataFrame
        The published rows that have a label and an address of ours: keys, label, indicators, ``is_test`` and all published columns.
    matrix : DataFrame
        All labelled visits, published or not.
    manifest : Manifest
        Of the whole training matrix.
    reports : list of SourceReport
        What came in, per register.
    lost : int
        Published rows without a row of ours.
    known : DataFrame
        The address register, for the check of the linkage.
    inspected_at : Series
        ``address_id`` by ``inspection_id``.
    """

    rows: pd.DataFrame
    matrix: pd.DataFrame
    manifest: Manifest
    reports: list[SourceReport]
    lost: int
    known: pd.DataFrame
    inspected_at: pd.Series


@dataclass(frozen=True)
class OwnModel:
    """One of our models: its scores of the test rows, its size, and what it leans on."""

    scores: Floats
    trees: int
    columns: list[str]
    weights: dict[str, float]


def prepare(settings: Settings, study: ChicagoStudy, published: pd.DataFrame, *, progress: Step) -> Prepared:
    """Take the registers through ingestion, labels and matrix, in a state folder that is thrown away.

    Raises
    ------
    StudyError
        A label of ours is not the published one.
    """
    theme = load_theme(settings, study.theme)
    with tempfile.TemporaryDirectory(prefix="schouw-study-") as folder:
        apart = settings.model_copy(update={"state": Path(folder)})
        reports = ingest(apart, progress=progress)
        store = open_store(apart)
        progress("labels")
        labels = outcomes.labelled(store, theme, study.split.known_before)
        eligible = cohort.screen(store, theme, labels.frame, listing=False)
        progress("matrix")
        built = matrix.build(store, theme, eligible, labels=labels, built_on=study.split.known_before)
        columns = ["address_id", "postcode", "street", "house_number", "house_letter", "house_number_addition", "x_m", "y_m"]
        known = store.run(store.events("addresses").select(*columns))
    joined = built.frame.merge(published.drop(columns=["as_of", "label"]), on="inspection_id", how="inner", validate="one_to_one")
    truth = published.set_index("inspection_id").loc[joined["inspection_id"], ["label", "as_of"]].reset_index(drop=True)
    differ = int(((truth["label"] != joined["label"]) | (truth["as_of"].dt.date != joined["as_of"].dt.date)).sum())
    if differ:
        raise StudyError(f"{differ} of our labels or days are not the published ones", expected="none", remedy="check registers/inspections.sql")
    return Prepared(
        rows=joined,
        matrix=built.frame,
        manifest=built.manifest,
        reports=reports,
        lost=len(published) - len(joined),
        known=known,
        inspected_at=built.frame.set_index("inspection_id")["address_id"],
    )


def fit(prepared: Prepared, study: ChicagoStudy, *, with_inspector: bool) -> OwnModel:
    """Fit, calibrate and score as training does, on the published split.

    The inspector group is no indicator: here, and only here, it is put beside them as one 0/1 column per group.
    """
    rows, indicators = prepared.rows, prepared.manifest.indicators
    columns = pd.DataFrame(rows[prepared.manifest.names])
    risks: list[model.Risk] = [i.risk for i in indicators]
    if with_inspector:
        groups = pd.get_dummies(rows[GROUP], prefix="inspector_group", dtype="float64")
        columns = columns.join(groups)
        risks += [None] * groups.shape[1]
    stopping, calibrating = pd.Timestamp(study.split.stopping_from), pd.Timestamp(study.split.calibration_from)
    training = ~rows["is_test"] & (rows["label_known_on"] < calibrating)
    known_earlier = (rows["as_of"] < stopping) & (rows["label_known_on"] < stopping)
    calibrated = (~rows["is_test"] & (rows["as_of"] >= calibrating)).to_numpy()
    labels = rows["label"].to_numpy(dtype=np.int8)
    fitted = model.fit(
        columns[training],
        labels[training],
        risks=risks,
        earlier=known_earlier[training].to_numpy(),
        stopping=(rows["as_of"] >= stopping)[training].to_numpy(),
        seed=study.seed,
    )
    line = calibration.fit(model.margins(fitted.booster, columns[calibrated]), labels=labels[calibrated])
    explained = model.explain(fitted.booster, columns[rows["is_test"]], slope=line.slope, intercept=line.intercept)
    weights = pd.Series(np.abs(explained.contributions).mean(axis=0), index=columns.columns)
    return OwnModel(
        scores=explained.probability,
        trees=fitted.rounds,
        columns=list(columns.columns),
        weights={str(name): float(weight) for name, weight in weights.sort_values(ascending=False).items() if weight > 0},
    )
