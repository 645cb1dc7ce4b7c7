"""The published rows and scores: read, checked against what is printed, and taken apart into establishment and inspector."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import KFold, cross_val_score
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from experiments.chicago.declared import ChicagoStudy
from features.errors import StudyError
from training.metrics import Floats
from training.timing import Timing, days_earlier

GLMNET, XGBOOST = "published_glmnet_score", "published_xgboost_score"
GROUP = "Inspector_Assigned"
INVERSE_PENALTIES = tuple(10.0**power for power in range(-6, 3))
FOLDS = 10
"""As cv.glmnet: ridge, its penalty chosen by ten folds on the log loss."""
HARDLY_PENALISED = 1e6


@dataclass(frozen=True)
class Figure:
    """A published figure beside the one that this run found, in the printed digits."""

    what: str
    published: float
    found: float
    digits: int

    @property
    def reproduced(self) -> bool:
        """Whether both print alike."""
        return f"{self.found:.{self.digits}f}" == f"{self.published:.{self.digits}f}"


def read_benchmark(raw: Path, study: ChicagoStudy) -> pd.DataFrame:
    """Read the published rows, in file order, with ``as_of``, ``label`` and ``inspection_id`` as our own rows have them.

    Raises
    ------
    StudyError
        The file is not there, lacks a column, or its test rows are not those of the declared days.
    """
    path = raw / study.files.benchmark
    if not path.is_file():
        raise StudyError(
            f"{study.files.benchmark} is not in the raw folder", expected="the published rows", remedy="see the municipality's README.md"
        )
    rows = pd.read_parquet(path)
    needed = {"Inspection_ID", "Inspection_Date", "criticalFound", "is_test", GLMNET, XGBOOST, GROUP, *study.published.features}
    if needed - set(rows.columns):
        raise StudyError(
            f"{study.files.benchmark} lacks {', '.join(sorted(needed - set(rows.columns)))}",
            expected="the columns that the data's README names",
            remedy="take the file again",
        )
    rows = rows.assign(
        inspection_id=rows["Inspection_ID"].astype("int64").astype(str),
        as_of=pd.to_datetime(rows["Inspection_Date"]),
        label=rows["criticalFound"].astype("int8"),
        is_test=rows["is_test"].astype(bool),
    )
    _check_split(rows, study)
    return rows


def _check_split(rows: pd.DataFrame, study: ChicagoStudy) -> None:
    days = rows.loc[rows["is_test"], "as_of"]
    first, last = days.min().date(), days.max().date()
    trained_until = rows.loc[~rows["is_test"], "as_of"].max().date()
    if (first, last) != (study.split.test_first_on, study.split.test_last_on) or trained_until >= first:
        raise StudyError(
            f"the test rows run from {first} to {last}, the training rows until {trained_until}",
            expected=f"test rows from {study.split.test_first_on} to {study.split.test_last_on}, all after training",
            remedy="correct [split] in the study, or take the published file again",
        )


def reproduce(rows: pd.DataFrame, study: ChicagoStudy) -> tuple[list[Figure], dict[str, Timing]]:
    """Compute every published figure from the stored scores of the test rows.

    Raises
    ------
    StudyError
        A figure does not come out in its printed digits: the rows are not the published ones.
    """
    test = keyed(rows[rows["is_test"]])
    real = -test["as_of"].to_numpy().astype("datetime64[D]").astype(np.float64)
    orders = {name: days_earlier(test, scores, replicates=0, seed=study.seed) for name, scores in
              (("as usual", real), (GLMNET, test[GLMNET].to_numpy()), (XGBOOST, test[XGBOOST].to_numpy()))}  # fmt: skip
    told = study.published
    figures = [
        Figure("AUC, glmnet (2014)", told.auc_glmnet, auc(test, test[GLMNET]), 4),
        Figure("AUC, XGBoost (2017)", told.auc_xgboost, auc(test, test[XGBOOST]), 4),
        Figure("days earlier, glmnet", told.days_earlier_glmnet, _value(orders[GLMNET].days_earlier.value), 3),
        Figure("days earlier, XGBoost", told.days_earlier_xgboost, _value(orders[XGBOOST].days_earlier.value), 3),
        Figure("found in the first half, as usual", told.first_half_as_usual, _value(orders["as usual"].first_half.value), 4),
        Figure("found in the first half, glmnet", told.first_half_glmnet, _value(orders[GLMNET].first_half.value), 4),
    ]
    wrong = [f for f in figures if not f.reproduced]
    if wrong:
        raise StudyError(
            f"{len(wrong)} published figures do not come out, first '{wrong[0].what}': {wrong[0].found:.{wrong[0].digits}f}",
            expected=f"{wrong[0].published:.{wrong[0].digits}f}",
            remedy="take the published file again; the study goes no further on other rows",
        )
    return figures, orders


def without_inspector(rows: pd.DataFrame, study: ChicagoStudy) -> Floats:
    """Score all rows by the published features alone: a ridge regression, fitted on the training rows without the inspector."""
    features = list(study.published.features)
    training = rows[~rows["is_test"]]
    folds = KFold(FOLDS, shuffle=True, random_state=study.seed)

    def model(inverse_penalty: float) -> Pipeline:
        return make_pipeline(StandardScaler(), LogisticRegression(C=inverse_penalty, max_iter=1000))

    def skill(inverse_penalty: float) -> float:
        return float(cross_val_score(model(inverse_penalty), training[features], training["label"], cv=folds, scoring="neg_log_loss").mean())

    best = max(INVERSE_PENALTIES, key=skill)
    return np.asarray(model(best).fit(training[features], training["label"]).decision_function(rows[features]), dtype=np.float64)


def inspector_taken_out(rows: pd.DataFrame, study: ChicagoStudy) -> Floats:
    """Score all rows by the published features, fitted together with the inspector groups, whose part is then left out."""
    features = list(study.published.features)
    groups = pd.get_dummies(rows[GROUP], dtype="float64")
    scaler = StandardScaler().fit(rows.loc[~rows["is_test"], features])
    scaled = scaler.transform(rows[features])
    training = ~rows["is_test"].to_numpy()
    joint = np.hstack([scaled, groups.to_numpy()])
    model = LogisticRegression(C=HARDLY_PENALISED, max_iter=5000).fit(joint[training], rows.loc[training, "label"])
    return np.asarray(scaled @ model.coef_[0][: len(features)], dtype=np.float64)


def inspector_alone(rows: pd.DataFrame) -> Floats:
    """Score all rows by nothing but how often their inspector group found a critical violation in the training rows."""
    training = rows[~rows["is_test"]]
    return rows[GROUP].map(training.groupby(GROUP)["label"].mean()).to_numpy(dtype=np.float64)


def auc(rows: pd.DataFrame, scores: pd.Series | Floats) -> float:
    """Area under the ROC curve of scores over rows."""
    return float(roc_auc_score(rows["label"], scores))


def keyed(rows: pd.DataFrame) -> pd.DataFrame:
    """Give rows the keys that our evaluation expects; without a linked address each row stands for itself."""
    return rows.assign(address_id=rows["inspection_id"], building_id=None)


def _value(value: float | None) -> float:
    return float("nan") if value is None else value
