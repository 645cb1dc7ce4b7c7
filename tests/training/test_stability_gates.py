from __future__ import annotations

import pytest

from features.limits import Limits
from training.bootstrap import Estimate
from training.stability import Overlap, Stability
from training.stability_gates import A_DAY_ON, RESAMPLED, judge

LIMITS = Limits(minimum_stability=0.4, minimum_stability_one_day=0.75)
SAME = (1.0, 1.0, 1.0)


def overlap(value, low, high):
    """A list of which so much stays above chance; that its plain share is high decides nothing."""
    whole = Estimate(value=1.0, low=1.0, high=1.0)
    return Overlap(share=whole, jaccard=whole, above_chance=Estimate(value=value, low=low, high=high))


def gates(*, resampling=SAME, one_day=SAME, absent=None):
    days = None if one_day is None else overlap(*one_day)
    found = Stability(capacity_share=0.1, refits=10, resampling=overlap(*resampling), one_day=days, one_day_absent=absent)
    return {gate.name: gate for gate in judge(found, limits=LIMITS)}


@pytest.mark.parametrize(
    ("gate", "changes", "expected"),
    [
        (RESAMPLED, {"resampling": (0.6, 0.41, 0.8)}, "passed"),
        (RESAMPLED, {"resampling": (0.6, 0.4, 0.8)}, "not enough data"),
        (RESAMPLED, {"resampling": (0.4, 0.3, 0.5)}, "failed"),
        (RESAMPLED, {"resampling": (0.6, None, None)}, "not enough data"),
        (RESAMPLED, {"one_day": None}, "passed"),
        (A_DAY_ON, {"one_day": (0.9, 0.76, 1.0)}, "passed"),
        (A_DAY_ON, {"one_day": (0.9, 0.75, 1.0)}, "not enough data"),
        (A_DAY_ON, {"one_day": (0.75, 0.5, 0.9)}, "failed"),
        (A_DAY_ON, {"one_day": None}, "not enough data"),
    ],
)
def test_the_whole_interval_of_what_stays_lies_above_the_limit(gate, changes, expected):
    assert gates(**changes)[gate].state == expected


def test_what_was_not_measured_is_not_passed_and_says_why():
    assert [(gate.name, gate.state, gate.why) for gate in judge(None, limits=LIMITS)] == [
        (RESAMPLED, "not enough data", "was not measured: train again"),
        (A_DAY_ON, "not enough data", "was not measured: train again"),
    ]
    assert gates(one_day=None, absent="there is no build of events")[A_DAY_ON].why == "there is no build of events"


def test_a_gate_says_of_which_list_a_part_stays():
    assert gates(resampling=(0.6, 0.5, 0.8))[RESAMPLED].why == (
        "part of the list of each of 10 models fitted again that stays, above chance 0.600 (0.500 to 0.800); asked: wholly above 0.4"
    )


@pytest.mark.parametrize("wrong", [{"minimum_stability": 0.39}, {"minimum_stability_one_day": 0.39}, {"minimum_stability": 1}])
def test_no_limit_lets_a_list_pass_that_hardly_stays(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        Limits(**wrong)
