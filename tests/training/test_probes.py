from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from tests.training.testdam import SIGNALS, make_frame
from training.probes import deal, foresight, shuffled

NAMES = list(SIGNALS)


def folds(n=1200):
    frame = make_frame(n)
    return frame.iloc[: n // 2], frame.iloc[n // 2 :]


def test_nothing_is_learned_from_shuffled_labels():
    found = shuffled(*folds(), names=NAMES, seed=1)
    assert found.auc.low < 0.5 < found.auc.high
    assert found.auc.high - found.auc.low < 0.15


def test_rows_that_measure_among_those_that_were_learned_from_are_seen():
    earlier, later = folds()
    twice = pd.concat([earlier, later.assign(address_id="twice " + later["address_id"])], ignore_index=True)
    leaking = later.assign(building_id="known again " + later["address_id"])
    twice.loc[len(earlier) :, "building_id"] = leaking["building_id"].to_numpy()
    found = shuffled(twice, leaking, names=NAMES, seed=1)
    assert found.auc.low > 0.5


def test_addresses_that_are_visited_again_are_no_leak():
    earlier, _ = folds()
    again = earlier.assign(as_of=earlier["as_of"] + pd.Timedelta(days=1000))
    found = shuffled(earlier, again, names=NAMES, seed=1)
    assert found.auc.low < 0.5 < found.auc.high


def test_one_class_is_no_proof():
    earlier, later = folds()
    found = shuffled(earlier.assign(label=0), later.assign(label=0), names=NAMES, seed=1, shuffles=3)
    assert (found.auc.value, found.auc.low) == (None, None)


def test_labels_of_a_building_stay_together():
    cluster = np.repeat(np.arange(60), 3)
    labels = np.repeat(np.random.default_rng(1).integers(0, 2, 60), 3).astype(np.int8)
    dealt = deal(labels, cluster=cluster, seed=2)
    assert dealt.sum() == labels.sum()
    assert (dealt != labels).any()
    assert (dealt.reshape(60, 3).min(axis=1) == dealt.reshape(60, 3).max(axis=1)).all()


def test_a_building_of_another_size_keeps_its_own_labels():
    assert deal(np.array([1, 0, 1], dtype=np.int8), cluster=np.array([4, 4, 9]), seed=1).tolist() == [1, 0, 1]


def test_without_a_column_from_the_future_the_best_indicator_is_told_with_its_interval():
    frame = make_frame(1200)
    found = foresight(frame, names=NAMES, seed=1, replicates=200)
    filled = frame[NAMES].fillna(-1e9)
    alone = {name: max(a, 1 - a) for name in NAMES if (a := roc_auc_score(frame["label"], filled[name]))}
    assert found.indicator in {"water_per_resident", "moves_2y", "reports_1y"}
    assert found.tells == "outcome"
    assert found.auc.value == pytest.approx(max(alone.values()), abs=0.02)
    assert found.auc.low < found.auc.value < found.auc.high < 0.9


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_a_column_that_the_outcome_filled_in_is_found_whichever_way_it_points(sign):
    frame = make_frame(1200)
    frame["floor_area"] = sign * (frame["label"] + np.random.default_rng(1).normal(0, 0.2, 1200))
    found = foresight(frame, names=NAMES, seed=1, replicates=100)
    assert (found.indicator, found.tells) == ("floor_area", "outcome")
    assert found.auc.low > 0.95


def test_a_column_that_is_there_only_where_something_was_found_is_found():
    frame = make_frame(1200)
    frame["floor_area"] = frame["floor_area"].where(frame["label"] == 1)
    assert foresight(frame, names=NAMES, seed=1, replicates=50).auc.low > 0.9


def test_a_column_that_knows_how_long_it_will_take_is_found():
    frame = make_frame(1200)
    frame["year_built"] = (frame["label_known_on"] - frame["as_of"]).dt.days.astype(float)
    found = foresight(frame, names=NAMES, seed=1, replicates=50)
    assert (found.indicator, found.tells, found.auc.value) == ("year_built", "days until known", 1.0)


def test_one_class_tells_of_no_column():
    frame = make_frame(200).assign(label=0)
    frame["label_known_on"] = frame["as_of"] + pd.Timedelta(days=5)
    assert foresight(frame, names=NAMES, seed=1, replicates=10).indicator is None
