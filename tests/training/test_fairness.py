from __future__ import annotations

import time

import numpy as np
import pandas as pd
import pytest
from fairlearn.metrics import MetricFrame, false_positive_rate, selection_rate, true_positive_rate
from sklearn.metrics import precision_score

from training.fairness import BIAS, FALSE_POSITIVES, MEASURES, MINIMUM_CELL, NO_AUDIT_DATA, PRECISION, RECALL, SELECTION, measure
from training.reliability import calibration_gap

RATES = {SELECTION: selection_rate, PRECISION: precision_score, RECALL: true_positive_rate, FALSE_POSITIVES: false_positive_rate}
GROUPS = ("lower-income", "middle-income", "higher-income")


def later_rows(n=1500, *, seed=1, off=0.0, homes_per_building=2):
    """Rows of three rounds with a calibrated score; ``off`` is how much too high the first group is scored."""
    draw = np.random.default_rng(seed)
    truth = draw.uniform(0.05, 0.9, n)
    group = draw.choice(GROUPS, n)
    rows = pd.DataFrame(
        {
            "address_id": [f"a{i}" for i in range(n)],
            "as_of": pd.Timestamp("2024-01-01") + pd.to_timedelta(np.arange(n), unit="h"),
            "building_id": [f"b{i // homes_per_building}" for i in range(n)],
            "label": (draw.random(n) < truth).astype("int8"),
        }
    )
    return rows, truth + off * (group == GROUPS[0]), np.arange(n, dtype=np.intp) * 3 // n, group


def measured(rows, scores, fold, group, *, share=0.2, replicates=200, **changes):
    return measure(rows, probabilities=scores, fold=fold, group=group, named=GROUPS, share=share, seed=1, replicates=replicates, **changes)


def cut(scores, fold, *, share=0.2):
    """The obvious twin of the cut: sort each round, take its share."""
    chosen = np.zeros(len(scores), dtype=int)
    for number in np.unique(fold):
        at = np.flatnonzero(fold == number)
        chosen[at[np.argsort(-scores[at], kind="stable")][: max(1, round(share * len(at)))]] = 1
    return chosen


def test_calibration_of_a_group_is_weighted_to_the_cohort_where_its_score_is_and_its_rates_are_not():
    rows, scores, fold, group = later_rows()
    cohort = np.where(np.arange(len(rows)) % 3 == 0, 0.0, np.where(rows["label"] == 1, 1.0, 5.0))
    plain, found = measured(rows, scores, fold, group), measured(rows, scores, fold, group, cohort=cohort)
    assert (plain.calibrated_for, found.calibrated_for) == ("inspected", "cohort")
    labels = rows["label"].to_numpy()
    for before, one in zip(plain.groups, found.groups, strict=True):
        at = (group == one.name) & (cohort > 0)
        gap = calibration_gap(scores[at], labels[at], cohort[at, None])
        assert one.calibration_gap.value == pytest.approx(gap[0])
        assert one.calibration_gap.low > before.calibration_gap.high, "where the confirmed count for less, the scores are too high"
        assert one.calibration_gap.low <= one.calibration_gap.value <= one.calibration_gap.high
        assert sum(part.rows for part in one.reliability) == at.sum()
        assert one.rates == before.rates


def test_a_group_with_few_of_a_logged_chance_has_no_calibration_of_the_cohort():
    rows, scores, fold, group = later_rows()
    cohort = np.where((group == GROUPS[0]) & (np.cumsum((group == GROUPS[0]) & (rows["label"] == 1)) > MINIMUM_CELL - 1), 0.0, 1.0)
    first, *others = measured(rows, scores, fold, group, cohort=cohort).groups
    assert BIAS in first.rates
    assert (first.calibration_gap, first.reliability) == (None, ())
    assert all(one.calibration_gap is not None for one in others)


def test_rates_are_those_of_fairlearn_with_the_cut_made_in_each_round():
    rows, scores, fold, group = later_rows()
    found = measured(rows, scores, fold, group)
    theirs = MetricFrame(metrics=RATES, y_true=rows["label"], y_pred=cut(scores, fold), sensitive_features=group).by_group
    for one in found.groups:
        assert {m: one.rates[m].value for m in RATES} == pytest.approx(theirs.loc[one.name].to_dict())
        at = group == one.name
        assert one.rates[BIAS].value == pytest.approx(scores[at].mean() - rows["label"][at].mean())
        assert (one.rows, one.confirmed) == (at.sum(), rows["label"][at].sum())
        gap = calibration_gap(scores[at], rows["label"][at].to_numpy(), np.ones((at.sum(), 1)))
        assert one.calibration_gap.value == pytest.approx(gap[0])
        assert sum(part.rows for part in one.reliability) == at.sum()
    assert [one.name for one in found.groups] == list(GROUPS)


def test_gaps_are_differences_of_the_rates_of_every_pair():
    found = measured(*later_rows())
    rates = {one.name: one.rates for one in found.groups}
    assert len(found.gaps) == 3 * len(MEASURES)
    for gap in found.gaps:
        assert gap.difference.value == pytest.approx(rates[gap.first][gap.measure].value - rates[gap.second][gap.measure].value)
        assert gap.difference.low < gap.difference.value < gap.difference.high


def test_the_interval_holds_a_planted_gap_and_not_its_absence():
    rows, scores, fold, group = later_rows(n=6000, off=0.1)
    gaps = [gap.difference for gap in measured(rows, scores, fold, group).gaps if gap.measure == BIAS and gap.first == GROUPS[0]]
    assert len(gaps) == 2
    for gap in gaps:
        assert 0 < gap.low < 0.1 < gap.high


def test_homes_of_one_building_count_as_one_observation():
    rows, scores, fold, group = later_rows(n=400, homes_per_building=1)
    alone = measured(rows, scores, fold, group).gaps[0].difference
    eight = [np.repeat(part, 8, axis=0) for part in (scores, fold, group)]
    copied = rows.loc[rows.index.repeat(8)].assign(address_id=[f"a{i}" for i in range(3200)])
    together = measured(copied, *eight).gaps[0].difference
    assert together.high - together.low == pytest.approx(alone.high - alone.low, rel=0.25), "eight copies of a home teach nothing"


def test_a_rate_of_few_hits_is_withheld_and_said_so():
    rows, scores, fold, group = later_rows()
    few = np.flatnonzero(group == GROUPS[2])[:-15]
    group[few] = GROUPS[1]
    found = measured(rows, scores, fold, group)
    last = found.groups[-1]
    assert last.rows == 15
    assert last.confirmed is None
    assert last.rates == {}
    assert last.calibration_gap is None
    assert last.reliability == ()
    assert set(found.withheld) == set(MEASURES)
    assert all(hidden == (GROUPS[2],) for hidden in found.withheld.values())
    assert len(found.gaps) == len(MEASURES), "two groups are left to compare"


@pytest.mark.parametrize(("hits", "visible"), [(MINIMUM_CELL - 1, False), (MINIMUM_CELL, True)])
def test_ten_hits_are_shown_and_nine_are_not(hits, visible):
    rows, scores, fold, group = later_rows(n=600)
    chosen = np.flatnonzero((cut(scores, fold) == 1) & (group == GROUPS[0]))
    group[chosen[hits:]] = GROUPS[1]
    found = measured(rows, scores, fold, group)
    assert (SELECTION in found.groups[0].rates) is visible


def test_a_group_that_the_theme_names_and_nobody_is_in_is_withheld_not_left_out():
    rows, scores, fold, group = later_rows()
    group[group == GROUPS[2]] = "unknown"
    found = measured(rows, scores, fold, group)
    assert found.withheld[RECALL] == (GROUPS[2],)
    assert found.groups[-1].rows is None
    assert found.unknown_share == pytest.approx(np.mean(group == "unknown"))
    assert "unknown" not in {one.name for one in found.groups}


def test_nobody_known_gives_no_gap():
    rows, scores, fold, _ = later_rows(n=50)
    found = measure(rows, probabilities=scores, fold=fold, group=["unknown"] * 50, share=0.2, seed=1, replicates=20)
    assert (found.unknown_share, found.groups, found.gaps) == (1.0, (), ())


def test_without_audit_data_it_says_why():
    rows, scores, fold, _ = later_rows(n=50)
    assert measured(rows, scores, fold, None).absent == NO_AUDIT_DATA


def test_the_same_seed_gives_the_same_record_and_it_survives_writing():
    found = measured(*later_rows())
    assert measured(*later_rows()) == found
    assert type(found).model_validate_json(found.model_dump_json()) == found


def test_a_thousand_replicates_of_many_rows_take_seconds():
    rows, scores, fold, group = later_rows(n=10_000)
    began = time.process_time()
    measured(rows, scores, fold, group, replicates=1000)
    assert time.process_time() - began < 20
