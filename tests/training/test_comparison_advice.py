"""What a comparison advises: the bar is that of the gates, and a figure that is worse beyond noise outweighs one that is better."""

from __future__ import annotations

from datetime import date

import pytest

from features.limits import Limits
from training.bootstrap import Estimate
from training.comparison_advice import Advice, advise
from training.gate import Gate, State
from training.gates import Gates
from training.paired import Arm, Paired


def gates(*states: State) -> Gates:
    made = tuple(Gate(name=f"gate {n}", state=state, measured=1.0, limit=1.0, why="because") for n, state in enumerate(states))
    return Gates(limits=Limits(), gates=made)


def paired(**differences: tuple[float, float, float]) -> Paired:
    day, found = date(2025, 1, 1), {name: Estimate(value=v, low=low, high=high) for name, (v, low, high) in differences.items()}
    return Paired(first_on=day, last_on=day, rows=200, positives=40, clusters=150, replicates=1000, capacity_share=0.2, metrics={}, differences=found)


def arm(*, too_few: bool, **differences: tuple[float, float, float]) -> Arm:
    return Arm(population="every address of the frames", too_few=too_few, shares={}, figures=paired(**differences))


BETTER, WORSE, SAME, UNSURE = (0.03, 0.01, 0.05), (-0.03, -0.05, -0.01), (0.0, 0.0, 0.0), (0.03, -0.01, 0.07)


@pytest.mark.parametrize(
    ("newest", "kind"),
    [
        (paired(auc=BETTER), "promote"),
        (paired(auc=UNSURE), "not enough data"),
        (paired(auc=SAME), "keep the champion"),
        (paired(auc=WORSE), "keep the champion"),
        (paired(auc=BETTER, lift_at_capacity=WORSE), "keep the champion"),
        (paired(auc=BETTER, lift_at_capacity=UNSURE), "promote"),
        (paired(auc=BETTER, calibration_gap=BETTER), "keep the champion"),
        (paired(auc=BETTER, calibration_gap=WORSE), "promote"),
        ("too few rows", "not enough data"),
    ],
)
def test_the_whole_interval_of_the_difference_decides(newest: Paired | str, kind: str) -> None:
    assert advise(gates("passed"), newest=newest, arm=None).kind == kind


@pytest.mark.parametrize(
    ("found", "kind"),
    [
        (arm(too_few=False, precision_at_capacity=WORSE), "keep the champion"),
        (arm(too_few=True, precision_at_capacity=WORSE), "promote"),
        (arm(too_few=False, precision_at_capacity=UNSURE), "promote"),
        ("no row was drawn", "promote"),
    ],
)
def test_the_random_arm_may_stop_it_where_it_is_not_too_few(found: Arm | str, kind: str) -> None:
    assert advise(gates("passed"), newest=paired(auc=BETTER), arm=found).kind == kind


@pytest.mark.parametrize(
    ("states", "newest", "kind"),
    [
        (("failed", "passed"), paired(auc=BETTER), "keep the champion"),
        (("not enough data",), paired(auc=BETTER), "not enough data"),
        (("not enough data",), paired(auc=WORSE), "keep the champion"),
        (("passed",), None, "promote"),
        (("failed",), None, "do not promote"),
        (("not enough data",), None, "not enough data"),
    ],
)
def test_a_gate_that_did_not_pass_is_enough(states: tuple[State, ...], newest: Paired | None, kind: str) -> None:
    assert advise(gates(*states), newest=newest, arm=None).kind == kind


def test_the_advice_says_why() -> None:
    found = advise(gates("failed"), newest=paired(auc=UNSURE, lift_at_capacity=WORSE), arm=None)
    assert found == Advice(
        kind="keep the champion",
        why=(
            "gate 'gate 0': failed, because",
            "on the newest test period: AUC minus that of the champion 0.030 (-0.010 to 0.070); asked: wholly above 0",
            "on the newest test period: lift at capacity minus that of the champion -0.030 (-0.050 to -0.010), worse beyond noise",
        ),
    )
