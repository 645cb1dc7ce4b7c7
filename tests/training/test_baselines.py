from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from features.manifest import InputRecord
from features.scorecard import Line
from features.yardstick import COLUMN, yardstick
from tests.training.testdam import make_frame, make_matrix
from training import baselines
from training.folds import roll
from training.scorecard import SCORECARD
from training.scored import LOGISTIC_REGRESSION, NO_SCORECARD, NO_SOURCE, RANDOM, REPORTS

UNTIL = date(2025, 2, 1)


@pytest.fixture
def matrix(town):
    return make_matrix(town.theme)


def named(manifest, **sources):
    """Give a manifest with these indicators, all else as it was."""
    model = manifest.indicators[0]
    return manifest.model_copy(update={"indicators": tuple(model.model_copy(update={"name": n, "sources": s}) for n, s in sources.items())})


def test_the_number_of_reports_is_counted_over_the_longest_span(matrix):
    reports = ("reports",)
    manifest = named(
        matrix.manifest, reports_400d=reports, reports_1y=reports, reports_14m=reports, housing_reports_9y=reports, days_since_report=reports
    )
    assert yardstick(manifest.indicators) == "reports_14m"


def test_a_count_that_reads_another_source_too_is_no_number_of_reports(matrix):
    manifest = named(matrix.manifest, reports_3y=("reports", "water"), reports_1y=("reports",))
    assert yardstick(manifest.indicators) == "reports_1y"


def without_counts(matrix, *sources):
    """Give the manifest of a matrix that holds no count of reports, of a theme that may read these sources."""
    others = tuple(one for one in matrix.manifest.indicators if "reports" not in one.sources)
    delivered = InputRecord(content_hash="c" * 64, rows=1, last_known_on=None)
    return matrix.manifest.model_copy(update={"indicators": others, "inputs": dict.fromkeys(sources, delivered)})


def test_a_theme_without_reports_says_that_this_baseline_is_absent(matrix):
    scorers, absent = baselines.score(roll(matrix.frame, until=UNTIL).last, without_counts(matrix, "water"), seed=1)
    assert [scorer.name for scorer in scorers] == [RANDOM, LOGISTIC_REGRESSION]
    assert absent == {REPORTS: NO_SOURCE, SCORECARD: NO_SCORECARD}


def test_reports_that_the_theme_may_read_and_the_matrix_does_not_count_are_not_passed_over(matrix):
    _, absent = baselines.score(roll(matrix.frame, until=UNTIL).last, without_counts(matrix, "reports"), seed=1)
    assert absent[REPORTS] == ("the matrix holds no count of all reports, though the theme may read them: build and train again")


def test_the_number_of_reports_is_read_beside_the_indicators_where_the_tier_leaves_it_out(matrix):
    folds = roll(matrix.frame.assign(**{COLUMN: matrix.frame["reports_3y"] + 1}), until=UNTIL).last
    scorers, absent = baselines.score(folds, without_counts(matrix, "reports"), seed=1)
    assert REPORTS not in absent
    found = next(scorer for scorer in scorers if scorer.name == REPORTS)
    np.testing.assert_array_equal(found.scores, folds.test.rows["reports_3y"] + 1)


def test_every_baseline_scores_the_same_test_rows(matrix):
    folds = roll(matrix.frame, until=UNTIL).last
    scorers, absent = baselines.score(folds, matrix.manifest, seed=1)
    assert {scorer.name: len(scorer.scores) for scorer in scorers} == dict.fromkeys([RANDOM, REPORTS, LOGISTIC_REGRESSION], len(folds.test.rows))
    assert absent == {SCORECARD: NO_SCORECARD}


CARD = (Line(indicator="moves_2y", at_least=0, points=2), Line(indicator="water_per_resident", below=0, points=1))


def test_points_of_experts_order_the_test_rows_where_the_theme_declares_them(matrix):
    folds = roll(matrix.frame, until=UNTIL).last
    scorers, absent = baselines.score(folds, matrix.manifest, seed=1, scorecard=CARD)
    assert absent == {}
    found = next(scorer for scorer in scorers if scorer.name == SCORECARD)
    expected = 2 * (folds.test.rows["moves_2y"] >= 0) + (folds.test.rows["water_per_resident"] < 0)
    assert found.scores.tolist() == expected.tolist()
    assert not found.are_probabilities
    assert roc_auc_score(folds.test.labels, found.scores) > 0.65


def test_points_of_which_the_matrix_holds_no_indicator_are_not_passed_over(matrix):
    rows = matrix.frame.drop(columns=["moves_2y", "water_per_resident"])
    kept = tuple(one for one in matrix.manifest.indicators if one.name in rows)
    manifest = matrix.manifest.model_copy(update={"indicators": kept})
    _, absent = baselines.score(roll(rows, until=UNTIL).last, manifest, seed=1, scorecard=CARD)
    assert absent[SCORECARD].startswith("the matrix holds none of the 2 indicators of the scorecard")
    assert absent[SCORECARD] != NO_SCORECARD


def test_a_logistic_regression_learns_although_values_are_missing(matrix):
    frame = matrix.frame.assign(floor_area=np.nan)
    folds = roll(frame, until=UNTIL).last
    scores = baselines.logistic(folds, matrix.manifest, seed=1)
    assert np.isfinite(scores).all()
    assert roc_auc_score(folds.test.labels, scores) > 0.7
    assert scores.mean() == pytest.approx(folds.test.labels.mean(), abs=0.1)


def test_a_logistic_regression_sees_no_label_of_the_test_fold(matrix):
    folds = roll(matrix.frame, until=UNTIL).last
    frame = matrix.frame.copy()
    later = frame["as_of"] >= folds.test.rows["as_of"].min()
    frame.loc[later, "label"] = 1 - frame.loc[later, "label"]
    scores = baselines.logistic(roll(frame, until=UNTIL).last, matrix.manifest, seed=1)
    assert scores.tolist() == baselines.logistic(folds, matrix.manifest, seed=1).tolist()


def test_a_random_order_knows_nothing_and_is_the_same_every_time():
    frame = make_frame(4000)
    scores = baselines.random_order(frame, seed=1)
    assert roc_auc_score(frame["label"], scores) == pytest.approx(0.5, abs=0.04)
    assert scores[::-1].tolist() == baselines.random_order(frame.iloc[::-1], seed=1).tolist()
    assert 0.45 < scores.mean() < 0.55
