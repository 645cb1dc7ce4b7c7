"""Power of the gates, against exact counting and against what is known of each formula."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import binom

from training import power
from training.bootstrap import distance


@pytest.mark.parametrize(("minimum", "rate"), [(1, 0.5), (50, 0.2), (50, 0.05), (3, 0.999), (200, 0.15)])
def test_the_labels_for_confirmed_ones_are_the_first_of_which_the_binomial_says_so(minimum: int, rate: float) -> None:
    labels = power.for_positives(minimum, base_rate=rate)
    assert labels is not None

    def chance(n: int) -> float:
        """Count the other way round: one minus each number of confirmed ones that is too few."""
        return (
            1 - sum(math.comb(n, k) * rate**k * (1 - rate) ** (n - k) for k in range(minimum)) if n < 900 else float(binom.sf(minimum - 1, n, rate))
        )

    assert chance(labels) >= 0.8 > chance(labels - 1)


def test_one_confirmed_label_at_a_rate_of_a_half_needs_three() -> None:
    assert power.for_positives(1, base_rate=0.5) == 3


def test_nobody_waits_for_what_does_not_come() -> None:
    assert power.for_positives(50, base_rate=1e-9) is None
    assert power.for_lift(1.3, base_rate=0.2, capacity_share=0.1, minimum=1.3) is None
    assert power.for_auc(0.5, 0.5, base_rate=0.2, correlation=0.0) is None
    assert power.for_auc(0.55, 0.6, base_rate=0.2, correlation=0.4) is None


@pytest.mark.parametrize(("lift", "base", "share", "minimum"), [(2.0, 0.2, 0.1, 1.3), (2.5, 0.1, 0.2, 1.0), (1.5, 0.4, 0.25, 1.0)])
def test_the_power_of_a_lift_is_that_of_counting_every_outcome(
    lift: float, base: float, share: float, minimum: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(power, "DESIGN_EFFECT", 1.0)
    labels = power.for_lift(lift, base_rate=base, capacity_share=share, minimum=minimum)
    assert labels is not None
    exact = [exact_power(n, lift=lift, base=base, share=share, minimum=minimum) for n in (labels, labels * 4 // 5)]
    ours = [power.lift_power(lift, labels=n, base_rate=base, capacity_share=share, minimum=minimum) for n in (labels, labels * 4 // 5)]
    assert ours == pytest.approx(exact, abs=1e-9)
    assert exact[0] >= 0.8 > exact[1]


def exact_power(labels: int, *, lift: float, base: float, share: float, minimum: float) -> float:
    """Add up the chance of every number of hits at the top and below of which the interval lies above the minimum."""
    top = round(share * labels)
    rest = labels - top
    total = 0.0
    for hits in range(1, top + 1):
        chance = math.comb(top, hits) * (lift * base) ** hits * (1 - lift * base) ** (top - hits)
        others = np.arange(rest + 1)
        rate = (hits + others) / labels
        of_top, of_rest = hits / top, others / rest
        slope_top, slope_rest = 1 / of_top - top / labels / rate, rest / labels / rate
        error = np.sqrt(slope_top**2 * of_top * (1 - of_top) / top + slope_rest**2 * of_rest * (1 - of_rest) / rest)
        passed = of_top / rate * np.exp(-1.959963985 * error) > minimum
        total += chance * binom.pmf(others, rest, base * (1 - share * lift) / (1 - share))[passed].sum()
    return total


def test_homes_in_one_building_cost_labels(monkeypatch: pytest.MonkeyPatch) -> None:
    alike = power.for_lift(2.0, base_rate=0.2, capacity_share=0.1, minimum=1.3)
    monkeypatch.setattr(power, "DESIGN_EFFECT", 1.0)
    apart = power.for_lift(2.0, base_rate=0.2, capacity_share=0.1, minimum=1.3)
    assert alike is not None
    assert apart is not None
    assert alike / apart == pytest.approx(1.2, abs=0.03)


def test_the_smallest_lift_is_the_first_that_would_pass_and_falls_with_labels() -> None:
    found = [power.smallest_lift(labels=n, base_rate=0.2, capacity_share=0.1, minimum=1.3) for n in (0, 20, 300, 1000, 10_000)]
    assert found[:2] == [None, None]
    shown = [lift for lift in found if lift is not None]
    assert shown == sorted(shown, reverse=True)
    below, at = (power.lift_power(shown[1] - less, labels=1000, base_rate=0.2, capacity_share=0.1, minimum=1.3) for less in (0.03, 0.0))
    assert below < 0.8 <= at
    assert power.lift_power(6.0, labels=10**6, base_rate=0.2, capacity_share=0.1, minimum=1.3) == 0.0


@pytest.mark.parametrize(("positives", "negatives"), [(10, 40), (100, 300)])
def test_without_a_signal_the_variance_of_an_auc_is_that_of_mann_and_whitney(positives: int, negatives: int) -> None:
    exact = (positives + negatives + 1) / (12 * positives * negatives)
    assert power.auc_variance(0.5, positives=positives, negatives=negatives) == pytest.approx(exact, rel=1e-12)


def test_the_auc_of_a_lift_is_that_of_two_normal_curves() -> None:
    assert power.auc_of_lift(1.0, base_rate=0.2, capacity_share=0.1) == pytest.approx(0.5)
    assert power.auc_of_lift(10.0, base_rate=0.2, capacity_share=0.1) is None
    found = power.auc_of_lift(2.0, base_rate=0.2, capacity_share=0.1)
    draw = np.random.default_rng(1)
    labels = draw.random(200_000) < 0.2
    apart = math.sqrt(2) * 0.422868  # the normal quantile of the AUC that is asked for, 0.6638
    scores = draw.normal(size=200_000) + apart * labels
    top = np.argsort(-scores)[:20_000]
    assert labels[top].mean() / labels.mean() == pytest.approx(2.0, abs=0.05)
    assert found == pytest.approx(0.6638, abs=0.0005)


def test_a_perfect_model_passes_calibration_only_with_enough_rows() -> None:
    few, many = (power.calibration_power(0.05, labels=n, base_rate=0.2, seed=1) for n in (150, 4000))
    assert few < 0.3
    assert many > 0.99
    labels = power.for_calibration(0.05, base_rate=0.2)
    assert labels is not None
    assert power.calibration_power(0.05, labels=labels, base_rate=0.2, seed=2) == pytest.approx(0.8, abs=0.1)


def test_the_power_of_calibration_is_that_of_the_interval_that_the_gate_reads() -> None:
    draw, bins, size, sets = np.random.default_rng(3), power.RELIABILITY_BINS, 190, 150
    passed = 0
    for _ in range(sets):
        seen = draw.binomial(size, 0.2, bins) / size
        again = draw.binomial(size, seen, (200, bins)) / size
        found = distance(np.array([np.abs(seen - 0.2).mean()]), np.abs(again - 0.2).mean(axis=1))
        passed += found.high is not None and found.high <= 0.05
    ours = power.calibration_power(0.05, labels=round(size * bins * power.DESIGN_EFFECT), base_rate=0.2, seed=1)
    assert 0.4 < ours < 0.95
    assert passed / sets == pytest.approx(ours, abs=0.1)


def test_no_gap_is_shown_in_four_of_five_where_there_is_none() -> None:
    labels = power.for_group_gap(0.1, share=0.2, group_share=0.2, other_share=0.8)
    assert labels is not None
    draw, ours = np.random.default_rng(1), round(0.2 * labels / power.DESIGN_EFFECT)
    rest = 4 * ours
    one, other = draw.binomial(ours, 0.2, 4000) / ours, draw.binomial(rest, 0.2, 4000) / rest
    error = np.sqrt(one * (1 - one) / ours + other * (1 - other) / rest)
    assert (np.abs(one - other) + 1.96 * error <= 0.1).mean() == pytest.approx(0.8, abs=0.03)


def test_a_score_that_tells_no_group_is_shown_to_in_four_of_five() -> None:
    rows = power.for_group_auc(0.6, group_share=0.2)
    assert rows is not None
    members, others = round(0.2 * rows / power.DESIGN_EFFECT), round(0.8 * rows / power.DESIGN_EFFECT)
    draw, error = np.random.default_rng(1), math.sqrt(power.auc_variance(0.5, positives=members, negatives=others))
    ranks = np.argsort(np.argsort(draw.random((4000, members + others)), axis=1), axis=1)[:, :members].sum(axis=1)
    auc = (ranks - members * (members - 1) / 2) / members / others
    assert (np.abs(auc - 0.5) + 1.96 * error <= 0.1).mean() == pytest.approx(0.8, abs=0.03)


def test_what_is_as_good_is_shown_to_be_no_worse_only_where_a_margin_is_left() -> None:
    assert power.for_auc(0.7, 0.7, base_rate=0.2, correlation=0.8) is None
    labels = power.for_auc(0.7, 0.7, base_rate=0.2, correlation=0.8, margin=0.02)
    assert labels is not None
    variance = power.auc_variance(0.7, positives=0.2 * labels, negatives=0.8 * labels)
    error = math.sqrt(power.DESIGN_EFFECT * 2 * 0.2 * variance)
    assert 0.02 / error == pytest.approx(1.96 + 0.8416, abs=0.01)


@pytest.mark.parametrize(
    ("labels", "rate", "half"), [(0, 0.2, 0.5), (10, 0.0, 0.3084971 / 2), (10, 1.0, 0.3084971 / 2), (20, 0.5, (0.7280 - 0.2720) / 2)]
)
def test_the_interval_of_the_random_arm_is_exact(labels: int, rate: float, half: float) -> None:
    assert power.half_width(labels, base_rate=rate) == pytest.approx(half, abs=1e-4)
