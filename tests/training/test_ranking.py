from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from tests.training.testdam import make_frame, make_matrix
from training import ranking
from training.folds import roll

UNTIL = date(2025, 2, 1)


@pytest.fixture
def folds():
    return roll(make_frame(), until=UNTIL).last


@pytest.fixture
def manifest(town):
    return make_matrix(town.theme).manifest


def test_it_learns_an_order_and_says_probabilities(folds, manifest):
    scores = ranking.score(folds, manifest, seed=1)
    assert roc_auc_score(folds.test.labels, scores) > 0.7
    assert scores.mean() == pytest.approx(folds.test.labels.mean(), abs=0.1)
    assert scores.tolist() == ranking.score(folds, manifest, seed=1).tolist()


def test_rows_are_put_in_order_within_their_month_only(folds, manifest):
    rows = folds.training.rows
    groups = ranking._queries(rows, manifest.names).get_group()
    months = rows["as_of"].dt.strftime("%Y-%m")
    assert groups.tolist() == months.value_counts(sort=False).sort_index().tolist()
    ends = np.cumsum(groups)
    assert [months.iloc[first:last].nunique() for first, last in zip([0, *ends[:-1]], ends, strict=True)] == [1] * len(groups)


def test_it_sees_no_label_of_the_test_period(folds, manifest):
    frame = make_frame()
    later = frame["as_of"] >= folds.test.rows["as_of"].min()
    turned = frame.assign(label=frame["label"].where(~later, 1 - frame["label"]))
    scores = ranking.score(roll(turned, until=UNTIL).last, manifest, seed=1)
    assert scores.tolist() == ranking.score(folds, manifest, seed=1).tolist()


def test_it_keeps_the_direction_of_an_indicator(folds, manifest):
    test = folds.test
    more = type(test)(test.name, test.rows.assign(moves_2y=test.rows["moves_2y"].fillna(0) + 1), test.ends_on, 0, known_before=test.known_before)
    raised = type(folds)(folds.training, folds.calibration, more, folds.earlier, folds.stopping)
    known = test.rows["moves_2y"].notna().to_numpy()
    difference = ranking.score(raised, manifest, seed=1) - ranking.score(folds, manifest, seed=1)
    assert (difference[known] >= 0).all()
    assert pd.Series(difference[known]).gt(0).any()
