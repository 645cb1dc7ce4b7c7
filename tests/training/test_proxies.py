from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from training.fairness import NO_AUDIT_DATA
from training.proxies import joint, measure

NAMES = ["mirror", "noise", "half"]


def later_rows(n=2400, *, seed=1, copies=2):
    """Rows of which ``mirror`` all but tells the group, ``noise`` nothing, and ``half`` a little."""
    draw = np.random.default_rng(seed)
    member = np.repeat(draw.random(n // copies) < 0.4, copies)
    rows = pd.DataFrame(
        {
            "address_id": [f"a{i}" for i in range(n)],
            "building_id": [f"b{i // copies}" for i in range(n)],
            "label": (draw.random(n) < np.where(member, 0.4, 0.2)).astype("int8"),
            "mirror": member + draw.normal(0, 0.2, n),
            "noise": np.repeat(draw.normal(size=n // copies), copies),
            "half": member * 0.5 + draw.normal(size=n),
        }
    )
    return rows, np.where(member, "lower-income", "higher-income"), np.arange(n, dtype=np.intp) * 3 // n


def told(scores, *, rows, group, fold, **changes):
    found = measure(rows, names=NAMES, scores=scores, fold=fold, group=group, named=("lower-income",), seed=1, replicates=200, **changes)
    return found.groups[0]


def test_a_score_that_knows_only_the_outcome_tells_nothing_of_the_group():
    rows, group, fold = later_rows()
    scores = rows["label"] + np.random.default_rng(5).normal(size=len(rows))
    one = told(scores.to_numpy(), rows=rows, group=group, fold=fold)
    assert one.score.low < 0.5 < one.score.high
    plain = roc_auc_score(group == "lower-income", scores)
    assert plain > one.score.high, "without looking at the outcome it would be blamed for what differs in truth"


def test_a_score_that_follows_the_group_is_seen_among_equal_outcomes():
    rows, group, fold = later_rows()
    one = told(rows["label"].to_numpy() + 2 * rows["mirror"].to_numpy(), rows=rows, group=group, fold=fold)
    assert one.score.low > 0.8


def test_scores_of_different_rounds_are_not_compared():
    rows, group, fold = later_rows()
    scores = np.random.default_rng(5).normal(size=len(rows))
    moved = scores + 100.0 * fold
    assert told(moved, rows=rows, group=group, fold=fold).score == told(scores, rows=rows, group=group, fold=fold).score


def test_each_indicator_and_all_together_are_told():
    rows, group, fold = later_rows()
    rows.loc[rows.index[:50], "half"] = np.nan
    one = told(rows["noise"].to_numpy(), rows=rows, group=group, fold=fold)
    member = group == "lower-income"
    filled = rows[NAMES].fillna(-1e9)
    assert one.indicators == pytest.approx({name: roc_auc_score(member, filled[name]) for name in NAMES})
    assert one.joint.low > 0.97


def test_a_building_is_not_known_again():
    rows, group, _ = later_rows(n=3000, copies=10)
    member, cluster = group == "lower-income", np.repeat(np.arange(300), 10)
    told_apart = roc_auc_score(member, joint(rows, names=["noise"], members=member, cluster=cluster, seed=1))
    known_again = roc_auc_score(member, joint(rows, names=["noise"], members=member, cluster=np.arange(3000), seed=1))
    assert told_apart < 0.6 < 0.7 < known_again


def test_a_group_of_a_few_is_not_told():
    rows, group, fold = later_rows()
    few = np.where(np.arange(len(group)) < 9, "lower-income", "higher-income")
    one = told(rows["noise"].to_numpy(), rows=rows, group=few, fold=fold)
    assert (one.group, one.rows, one.score, one.joint, one.indicators) == ("lower-income", None, None, None, {})


def test_rows_of_no_known_group_are_among_the_others_and_no_group():
    rows, group, fold = later_rows()
    group = np.where(np.arange(len(group)) < 200, "unknown", group)
    found = measure(rows, names=NAMES, scores=rows["noise"].to_numpy(), fold=fold, group=group, seed=1, replicates=20)
    assert [one.group for one in found.groups] == ["higher-income", "lower-income"]


def test_without_audit_data_it_says_why():
    rows, _, fold = later_rows(n=60)
    found = measure(rows, names=NAMES, scores=np.zeros(60), fold=fold, group=None, seed=1)
    assert (found.absent, found.groups) == (NO_AUDIT_DATA, ())
