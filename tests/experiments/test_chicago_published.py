"""The published Chicago figures, reproduced from the stored scores, and how an order of visits is measured."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from experiments.chicago.declared import ChicagoStudy
from experiments.chicago.order import _of_weights, order_figures
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
from tests.hamlet import table


@pytest.fixture(scope="module")
def study() -> ChicagoStudy:
    return declared_as("chicago", ChicagoStudy)


@pytest.fixture(scope="module")
def raw(shared: Path) -> Path:
    return shared / "chicago"


@pytest.fixture(scope="module")
def published(raw: Path, study: ChicagoStudy) -> pd.DataFrame:
    return read_benchmark(raw, study)


def visits(text: str) -> pd.DataFrame:
    rows = table(text)
    return rows.assign(
        as_of=pd.to_datetime(rows["as_of"]),
        label=rows["label"].astype("int8"),
        score=rows["score"].astype(float),
        address_id=rows.index.astype(str),
        building_id=None,
    )


FOUR = visits("""
    as_of      | label | score
    2014-09-01 | 0     | 0.1
    2014-09-02 | 0     | 0.2
    2014-09-03 | 1     | 0.3
    2014-09-04 | 1     | 0.9
""")


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


def test_the_highest_score_takes_the_earliest_day() -> None:
    found = order_figures(FOUR, FOUR["score"].to_numpy(), replicates=0, seed=1)
    assert found.days_earlier.value == (3 + 1) / 2
    assert found.first_half.value == 0.5
    assert found.spread_days == pytest.approx(np.sqrt(2))


def test_the_real_order_is_nothing_earlier() -> None:
    found = order_figures(FOUR, -np.arange(4.0), replicates=0, seed=1)
    assert (found.days_earlier.value, found.first_half.value) == (0, 0)


def test_the_day_on_which_half_of_the_visits_is_reached_is_not_in_the_first_half() -> None:
    three = FOUR.assign(as_of=pd.to_datetime(["2014-09-01", "2014-09-02", "2014-09-02", "2014-09-03"]))
    assert order_figures(three, three["score"].to_numpy(), replicates=0, seed=1).first_half.value == 0.5


def test_a_bootstrap_by_weights_is_a_bootstrap_of_repeated_rows() -> None:
    random = np.random.default_rng(3)
    days, labels = random.integers(0, 20, 50), random.integers(0, 2, 50).astype(np.int8)
    scores, weights = random.permutation(50).astype(float), random.integers(0, 4, 50)
    weighted = _of_weights(days, labels, np.argsort(-scores, kind="stable"), np.argsort(days, kind="stable"), weights)
    rows = pd.DataFrame({"day": days, "label": labels, "score": scores}).loc[np.repeat(np.arange(50), weights)]
    ordered = rows.sort_values("score", ascending=False, kind="stable").assign(simulated=np.sort(rows["day"]))
    positive = ordered[ordered["label"] == 1]
    per_day = rows["day"].value_counts().sort_index().cumsum()
    early = per_day[per_day < len(rows) / 2].index
    assert weighted[0].mean() == pytest.approx((positive["day"] - positive["simulated"]).mean())
    assert weighted[1] == pytest.approx(positive["simulated"].isin(early).mean())


def test_an_interval_holds_its_figure_and_is_the_same_each_time() -> None:
    random = np.random.default_rng(5)
    rows = pd.DataFrame({"as_of": pd.Timestamp("2014-09-01") + pd.to_timedelta(random.integers(0, 30, 400), unit="D")})
    rows = rows.assign(label=random.integers(0, 2, 400).astype("int8"), address_id=np.arange(400).astype(str), building_id=None)
    scores = rows["label"].to_numpy() + random.normal(size=400)
    first, again = (order_figures(rows, scores, replicates=200, seed=1) for _ in range(2))
    assert first == again
    assert first.days_earlier.low < first.days_earlier.value < first.days_earlier.high  # type: ignore[operator] # None would fail the comparison itself
    assert first.days_earlier.high - first.days_earlier.low == pytest.approx(4 * first.standard_error_days, rel=0.4)  # type: ignore[operator] # None would fail the comparison itself
