"""The published Chicago figures, reproduced from the stored scores."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from experiments.chicago.declared import ChicagoStudy
from experiments.chicago.published import (
    GLMNET,
    XGBOOST,
    auc,
    inspector_alone,
    inspector_taken_out,
    read_benchmark,
    reproduce,
    without_inspector,
)
from experiments.study import declared_as
from features.errors import StudyError


@pytest.fixture(scope="module")
def study() -> ChicagoStudy:
    return declared_as("chicago", ChicagoStudy)


@pytest.fixture(scope="module")
def raw(shared: Path) -> Path:
    return shared / "chicago"


@pytest.fixture(scope="module")
def published(raw: Path, study: ChicagoStudy) -> pd.DataFrame:
    return read_benchmark(raw, study)


def test_the_published_figures_come_out_to_their_printed_digits(published: pd.DataFrame, study: ChicagoStudy) -> None:
    figures, orders = reproduce(published, study)
    assert {f.what: f"{f.found:.{f.digits}f}" for f in figures} == {
        "AUC, glmnet (2014)": "0.6717",
        "AUC, XGBoost (2017)": "0.6790",
        "days earlier, glmnet": "7.446",
        "days earlier, XGBoost": "7.787",
        "found in the first half, as usual": "0.5465",
        "found in the first half, glmnet": "0.6822",
    }
    assert round(orders[GLMNET].spread_days, 2) == 25.24
    assert round(orders[XGBOOST].standard_error_days, 1) == 1.6
    assert orders["as usual"].days_earlier.value == 0


def test_the_published_rows_are_those_that_are_told(published: pd.DataFrame) -> None:
    assert published["is_test"].value_counts().to_dict() == {False: 17_075, True: 1_637}
    assert published.loc[published["is_test"], "label"].sum() == 258


def test_the_inspector_group_alone_nearly_gives_the_published_model(published: pd.DataFrame) -> None:
    test = published["is_test"]
    assert f"{auc(published[test], inspector_alone(published)[test]):.3f}" == "0.662"


def test_the_ten_features_without_the_inspector_lose_most_of_it(published: pd.DataFrame, study: ChicagoStudy) -> None:
    test = published["is_test"]
    fitted = auc(published[test], without_inspector(published, study)[test])
    taken_out = auc(published[test], inspector_taken_out(published, study)[test])
    assert fitted == pytest.approx(study.published.auc_without_inspector, abs=0.006)
    assert taken_out == pytest.approx(study.published.auc_without_inspector, abs=0.006)


def test_other_scores_than_the_published_ones_stop_the_study(published: pd.DataFrame, study: ChicagoStudy) -> None:
    changed = published.assign(**{GLMNET: published[GLMNET].to_numpy()[::-1]})
    with pytest.raises(StudyError, match="published figures do not come out, first 'AUC, glmnet"):
        reproduce(changed, study)


def test_test_rows_of_other_days_stop_the_study(raw: Path, study: ChicagoStudy, tmp_path: Path) -> None:
    rows = pd.read_parquet(raw / study.files.benchmark)
    rows.loc[rows["Inspection_Date"] == rows["Inspection_Date"].min(), "is_test"] = True
    rows.to_parquet(tmp_path / study.files.benchmark)
    with pytest.raises(StudyError, match="test rows run from 2011-09-02"):
        read_benchmark(tmp_path, study)


def test_a_benchmark_that_is_absent_or_lacks_a_column_stops_the_study(raw: Path, study: ChicagoStudy, tmp_path: Path) -> None:
    with pytest.raises(StudyError, match="is not in the raw folder"):
        read_benchmark(tmp_path, study)
    pd.read_parquet(raw / study.files.benchmark).drop(columns="tobacco_retail_over_counter").to_parquet(tmp_path / study.files.benchmark)
    with pytest.raises(StudyError, match="lacks tobacco_retail_over_counter"):
        read_benchmark(tmp_path, study)
