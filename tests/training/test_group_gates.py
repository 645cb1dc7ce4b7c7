from __future__ import annotations

import pytest

from features.limits import Limits
from training.bootstrap import Estimate
from training.fairness import MEASURES, NO_AUDIT_DATA, RECALL, Fairness, Gap, Group
from training.group_gates import GROUP_AUC, gap_name, judge
from training.proxies import Proxies, Proxy
from training.scrutiny import Scrutiny

LIMITS = Limits(maximum_recall_gap=0.2, maximum_group_auc=0.64)


def of(value, low=None, high=None):
    return Estimate(value=value, low=low, high=high)


def gap(low, value, high, *, measure=RECALL, first="lower-income", second="higher-income"):
    return Gap(measure=measure, first=first, second=second, difference=of(value, low, high))


def fairness(*gaps, **changes):
    return Fairness(gaps=gaps or tuple(gap(-0.05, 0.0, 0.05, measure=m) for m in MEASURES), **changes)


def proxies(*scores):
    groups = tuple(Proxy(group=f"g{n}", rows=50 if score else None, score=score) for n, score in enumerate(scores))
    return Proxies(groups=groups or (Proxy(group="g0", rows=50, score=of(0.5, 0.45, 0.55)),))


def looked_into(fair, told):
    return None if fair is None or told is None else Scrutiny.model_construct(fairness=fair, proxies=told)


def recall_gate(found):
    return next(gate for gate in judge(looked_into(found, proxies()), limits=LIMITS) if gate.name == gap_name(RECALL))


def told_gate(found):
    return next(gate for gate in judge(looked_into(fairness(), found), limits=LIMITS) if gate.name == GROUP_AUC)


def test_a_score_that_shows_every_gap_within_its_limit_passes():
    assert {gate.name: gate.state for gate in judge(looked_into(fairness(), proxies()), limits=LIMITS)} == {
        "group gap: selection rate": "passed",
        "group gap: precision": "passed",
        "group gap: recall": "passed",
        "group gap: false positive rate": "passed",
        "group gap: calibration bias": "passed",
        "score tells no group": "passed",
    }


@pytest.mark.parametrize(
    ("low", "value", "high", "expected"),
    [
        (-0.2, 0.0, 0.2, "passed"),
        (-0.2, 0.0, 0.201, "not enough data"),
        (-0.201, 0.0, 0.2, "not enough data"),
        (0.1, 0.21, 0.3, "failed"),
        (-0.3, -0.21, -0.1, "failed"),
        (None, 0.1, None, "not enough data"),
        (None, None, None, "not enough data"),
    ],
)
def test_the_whole_interval_of_a_gap_must_lie_within_the_limit(low, value, high, expected):
    assert recall_gate(fairness(gap(low, value, high))).state == expected


def test_one_wide_gap_among_narrow_ones_decides_and_is_the_one_that_is_told():
    found = recall_gate(fairness(gap(-0.05, 0.0, 0.05), gap(-0.1, 0.1, 0.3, first="middle-income"), gap(0.0, 0.01, 0.02)))
    assert (found.state, found.measured, found.low, found.high) == ("not enough data", 0.1, -0.1, 0.3)
    assert found.why == (
        "share of the confirmed within capacity, middle-income minus higher-income: 0.100 (-0.100 to 0.300), the worst of 3; "
        "asked: each wholly between -0.2 and 0.2"
    )


def test_a_gap_that_is_too_large_is_told_before_one_that_is_merely_wide():
    found = recall_gate(fairness(gap(0.1, 0.22, 0.3), gap(-0.5, 0.0, 0.5)))
    assert (found.state, found.measured) == ("failed", 0.22)


def test_a_group_that_is_not_shown_is_not_passed():
    found = recall_gate(fairness(gap(-0.01, 0.0, 0.01), withheld={RECALL: ("middle-income",)}))
    assert found.state == "not enough data"
    assert "not shown, with fewer than 10 rows of a kind: middle-income" in found.why


def test_a_pair_of_groups_that_was_not_compared_is_not_passed():
    groups = tuple(Group(name=name, rows=90, confirmed=20) for name in ("lower-income", "higher-income", "middle-income"))
    found = recall_gate(fairness(gap(-0.01, 0.0, 0.01), groups=groups))
    assert found.state == "not enough data"
    assert "2 pairs of groups were not compared: train again" in found.why
    assert recall_gate(fairness(gap(-0.01, 0.0, 0.01), groups=groups[:2])).state == "passed"
    assert recall_gate(fairness(gap(-0.01, 0.0, 0.01), groups=groups, withheld={MEASURES[0]: ("middle-income",)})).state == "not enough data"


def test_a_group_of_which_nothing_was_asked_is_not_passed():
    seen = fairness(groups=(Group(name="g0", rows=90, confirmed=20), Group(name="g1", rows=90, confirmed=20)))
    gate = next(gate for gate in judge(looked_into(seen, proxies(of(0.5, 0.45, 0.55))), limits=LIMITS) if gate.name == GROUP_AUC)
    assert (gate.state, "g1" in gate.why) == ("not enough data", True)


def test_a_group_that_is_not_shown_does_not_hide_a_gap_that_failed():
    assert recall_gate(fairness(gap(0.3, 0.4, 0.5), withheld={RECALL: ("middle-income",)})).state == "failed"


@pytest.mark.parametrize(("share", "expected"), [(0.1, "passed"), (0.11, "not enough data")])
def test_rows_of_no_known_group_may_be_few_only(share, expected):
    assert recall_gate(fairness(gap(-0.01, 0.0, 0.01), unknown_share=share)).state == expected


@pytest.mark.parametrize("found", [None, Fairness(absent=NO_AUDIT_DATA), Fairness(unknown_share=1.0)])
def test_without_groups_nothing_is_shown_and_nothing_passes(found):
    gate = recall_gate(found)
    assert (gate.state, gate.measured) == ("not enough data", None)


@pytest.mark.parametrize(
    ("scores", "expected"),
    [
        ((of(0.5, 0.36, 0.64),), "passed"),
        ((of(0.5, 0.45, 0.641),), "not enough data"),
        ((of(0.5, 0.359, 0.6),), "not enough data"),
        ((of(0.65, 0.6, 0.7),), "failed"),
        ((of(0.35, 0.3, 0.4),), "failed"),
        ((of(0.5, 0.45, 0.55), None), "not enough data"),
        ((None,), "not enough data"),
        ((of(0.7, 0.65, 0.75), None), "failed"),
    ],
)
def test_a_score_may_not_tell_a_group_either_way(scores, expected):
    assert told_gate(proxies(*scores)).state == expected


@pytest.mark.parametrize("found", [None, Proxies(absent=NO_AUDIT_DATA)])
def test_what_a_score_tells_of_a_group_is_not_passed_unmeasured(found):
    assert told_gate(found).state == "not enough data"
