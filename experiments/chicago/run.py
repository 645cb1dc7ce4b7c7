"""The Chicago study from end to end: declared, computed, and ready to print."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from experiments.chicago.declared import ChicagoStudy
from experiments.chicago.linked import LinkageFigures, check_linkage
from experiments.chicago.looked import Looked, look
from experiments.chicago.own import OwnModel, Prepared, fit, prepare
from experiments.chicago.published import (
    GLMNET,
    XGBOOST,
    Figure,
    auc,
    inspector_alone,
    inspector_taken_out,
    read_benchmark,
    reproduce,
    without_inspector,
)
from experiments.kinds import Step
from features.errors import StudyError
from features.settings import Settings
from features.themes import load_theme
from training.bootstrap import Estimate
from training.evaluation import Measured, evaluate
from training.metrics import Floats
from training.scored import Scorer
from training.timing import Timing, days_earlier

OURS, OURS_WITH = "ours, without the inspector", "ours, with the inspector group"
AS_USUAL, TEN, TEN_TAKEN_OUT, ALONE = (
    "business as usual",
    "ten features, fitted without",
    "ten features, inspector taken out",
    "inspector group alone",
)
PUBLISHED_2014, PUBLISHED_2017 = "published glmnet (2014)", "published XGBoost (2017)"


@dataclass(frozen=True)
class ChicagoResult:
    """Everything that the page prints.

    Attributes
    ----------
    reproduced : list of Figure
        Published figures beside those of this run.
    stored_orders : dict of Timing
        Of the stored scores over all published test rows.
    published_aucs : dict of float
        AUC over all published test rows of the scores that this run recomputed from published features.
    prepared : Prepared
    measured, orders : dict
        Per way of scoring, over the test rows that both have: metrics with intervals, and the figures of the order.
    differences : dict of Estimate
        Differences in AUC between two ways of scoring, the first minus the second, paired.
    own, own_with : OwnModel
    linkage : LinkageFigures
    rows, positives, clusters : int
        Of the common test rows.
    """

    reproduced: list[Figure]
    stored_orders: dict[str, Timing]
    published_aucs: dict[str, float]
    prepared: Prepared
    measured: dict[str, dict[str, Estimate]]
    orders: dict[str, Timing]
    differences: dict[tuple[str, str], Estimate]
    own: OwnModel
    own_with: OwnModel
    linkage: LinkageFigures
    looked: Looked
    capacity_share: float
    rows: int
    positives: int
    clusters: int

    def as_json(self) -> dict[str, Any]:
        """Give the figures for a program to read."""
        return {
            "reproduced": [{"what": f.what, "published": f.published, "found": f.found} for f in self.reproduced],
            "test_rows": self.rows,
            "test_positives": self.positives,
            "published_rows_lost": self.prepared.lost,
            "linkage": {**self.linkage.__dict__, "linked_share": {r.source: r.linked_share for r in self.prepared.reports}},
            "metrics": {name: {metric: e.model_dump() for metric, e in found.items()} for name, found in self.measured.items()},
            "days_earlier": {name: o.days_earlier.model_dump() | {"standard_error": o.standard_error_days} for name, o in self.orders.items()},
            "first_half": {name: o.first_half.model_dump() for name, o in self.orders.items()},
            "auc_differences": {" minus ".join(pair): e.model_dump() for pair, e in self.differences.items()},
            "who_looked": self.looked.as_json(),
        }


def run(settings: Settings, study: ChicagoStudy, *, progress: Step) -> ChicagoResult:
    """Run the study.

    Raises
    ------
    StudyError
        The published rows are absent or are not the published ones, or nothing of ours is left to compare.
    SettingsError, SourceError
        The raw folder is not set, or a register cannot be read.
    """
    raw, share = settings.raw_folder, load_theme(settings, study.theme).capacity.evaluation_share
    progress("published figures")
    published, reproduced, stored_orders = _published(raw, study)
    prepared = prepare(settings, study, published, progress=progress)
    progress("our models")
    own, own_with = (fit(prepared, study, with_inspector=with_inspector) for with_inspector in (False, True))
    test = prepared.rows[prepared.rows["is_test"]].reset_index(drop=True)
    scores = _scores(test, own, own_with)
    progress("intervals")
    measured, differences = _measure(test, scores, study, share=share)
    orders = {name: days_earlier(test, found, replicates=study.replicates, seed=study.seed) for name, found in scores.items()}
    progress("linkage")
    return ChicagoResult(
        reproduced=reproduced,
        stored_orders=stored_orders,
        published_aucs=_aucs(published[published["is_test"]]),
        prepared=prepared,
        measured=measured.metrics,
        orders=orders,
        differences=differences,
        own=own,
        own_with=own_with,
        linkage=check_linkage(raw, study, prepared, minimum_confidence=settings.linkage.minimum_confidence),
        looked=look(raw, study, prepared, {n: scores[n] for n in (PUBLISHED_2014, PUBLISHED_2017)}, share=share, progress=progress),
        capacity_share=share,
        rows=len(test),
        positives=int(test["label"].sum()),
        clusters=measured.clusters,
    )


def _aucs(test: pd.DataFrame) -> dict[str, float]:
    return {name: auc(test, test[name]) for name in (TEN, TEN_TAKEN_OUT, ALONE)}


def _published(raw: Path, study: ChicagoStudy) -> tuple[pd.DataFrame, list[Figure], dict[str, Timing]]:
    """Read and check the published rows, and score them by parts of what the published model knew."""
    rows = read_benchmark(raw, study)
    reproduced, orders = reproduce(rows, study)
    parts = {TEN: without_inspector(rows, study), TEN_TAKEN_OUT: inspector_taken_out(rows, study), ALONE: inspector_alone(rows)}
    return rows.assign(**parts), reproduced, orders


def _scores(test: pd.DataFrame, own: OwnModel, own_with: OwnModel) -> dict[str, Floats]:
    """Give every way of scoring the common test rows, in row order; ours without the inspector first."""
    if test.empty:
        raise StudyError("none of the published test rows has a row of ours", expected="most of them", remedy="look at the rejects of inspections")
    named = {TEN: TEN, TEN_TAKEN_OUT: TEN_TAKEN_OUT, ALONE: ALONE, PUBLISHED_2014: GLMNET, PUBLISHED_2017: XGBOOST}
    real = -test["as_of"].to_numpy().astype("datetime64[D]").astype(np.float64)
    return {
        OURS: own.scores,
        TEN: test[TEN].to_numpy(dtype=np.float64),
        TEN_TAKEN_OUT: test[TEN_TAKEN_OUT].to_numpy(dtype=np.float64),
        OURS_WITH: own_with.scores,
        **{name: test[column].to_numpy(dtype=np.float64) for name, column in named.items() if name in (ALONE, PUBLISHED_2014, PUBLISHED_2017)},
        AS_USUAL: real,
    }


def _measure(test: pd.DataFrame, scores: dict[str, Floats], study: ChicagoStudy, *, share: float) -> tuple[Measured, dict[tuple[str, str], Estimate]]:
    """Measure all scores in the same replicates, and the differences that the page speaks of."""

    def against(first: str, others: list[str]) -> Measured:
        scorers = [Scorer(name, scores[name], are_probabilities=False) for name in (first, *others)]
        return evaluate(test, scorers=scorers, share=share, seed=study.seed, replicates=study.replicates)

    honest = against(OURS, [name for name in scores if name != OURS])
    spoiled = against(OURS_WITH, [PUBLISHED_2014, PUBLISHED_2017])
    found = {(OURS, name): honest.differences[name]["auc"] for name in (TEN, TEN_TAKEN_OUT, OURS_WITH, ALONE)}
    found |= {(OURS_WITH, name): spoiled.differences[name]["auc"] for name in (PUBLISHED_2014, PUBLISHED_2017)}
    return honest, found
