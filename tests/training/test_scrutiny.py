from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from features.settings import next_as_of
from tests.training.testdam import SIGNALS, TODAY, make_frame
from training.run import learn

GROUPS = pd.DataFrame({"neighbourhood": [f"n{n}" for n in range(9)], "audit_group": ["lower-income", "higher-income", "lower-income"] * 3})


@pytest.fixture(scope="module")
def frame():
    return make_frame(1200)


def learned(frame, town, matrix_of, groups, *, until: date = TODAY):
    return learn(matrix_of(frame), town.theme, until=next_as_of(until), seed=1, progress=lambda _: None, groups=groups)


def test_a_group_stands_beside_the_rows_and_reaches_no_model_and_no_figure_of_it(frame, town, matrix_of):
    with_groups, without = learned(frame, town, matrix_of, GROUPS), learned(frame, town, matrix_of, None)
    assert with_groups.fitted.booster.model_to_string() == without.fitted.booster.model_to_string()
    assert with_groups.line == without.line
    assert with_groups.evaluation.metrics == without.evaluation.metrics
    assert not any("group" in name or "income" in name for name in with_groups.fitted.booster.feature_name())


def test_every_part_speaks_of_the_test_rows_of_all_rounds(frame, town, matrix_of):
    found = learned(frame, town, matrix_of, GROUPS)
    looked_into, rows = found.evaluation.scrutiny, len(found.scored.rows)
    assert sum(group.rows for group in looked_into.fairness.groups) == rows
    assert sum(band.inspected for band in looked_into.bands) == rows
    assert {proxy.group for proxy in looked_into.proxies.groups} == {"lower-income", "higher-income"}
    assert all(proxy.indicators.keys() == SIGNALS.keys() for proxy in looked_into.proxies.groups)
    assert set(looked_into.dominance.shares) == {"reports", "water", "addresses"}
    assert {usual.indicator for usual in looked_into.support.usual} <= SIGNALS.keys()
    assert looked_into.support.rows == len(found.rolling.last.training.rows)
    assert 0 <= looked_into.unlike_share < 0.05
    assert looked_into.probes.shuffled.auc.low < 0.5 < looked_into.probes.shuffled.auc.high


def test_a_column_from_the_future_is_found_in_a_whole_training(frame, town, matrix_of):
    leaking = frame.assign(floor_area=frame["label"] * 80.0 + 20)
    assert learned(leaking, town, matrix_of, None).evaluation.scrutiny.probes.foresight.indicator == "floor_area"


def test_without_audit_data_each_part_on_groups_says_so(frame, town, matrix_of):
    looked_into = learned(frame, town, matrix_of, None).evaluation.scrutiny
    assert "no audit data" in looked_into.fairness.absent
    assert "no audit data" in looked_into.proxies.absent
