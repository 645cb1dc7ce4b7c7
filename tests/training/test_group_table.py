from __future__ import annotations

from types import SimpleNamespace

import pytest
from matplotlib.figure import Figure

from training import plots
from training.bootstrap import Estimate
from training.fairness import NO_AUDIT_DATA, PRECISION, RECALL, SELECTION, Fairness, Gap, Group
from training.group_table import gap_table, group_table
from training.proxies import Proxies, Proxy


def of(value, low=None, high=None):
    return Estimate(value=value, low=low, high=high)


FAIRNESS = Fairness(
    groups=(
        Group(
            name="lower-income",
            rows=90,
            confirmed=30,
            rates={SELECTION: of(0.2, 0.1, 0.3), RECALL: of(0.4, 0.3, 0.5)},
            calibration_gap=of(0.03, 0.01, 0.06),
        ),
        Group(name="higher-income", rows=80, confirmed=None, rates={SELECTION: of(0.1, 0.05, 0.15)}),
        Group(name="rich", rows=None, confirmed=None),
    ),
    withheld={PRECISION: ("lower-income", "higher-income", "rich"), RECALL: ("higher-income", "rich")},
    gaps=(Gap(measure=SELECTION, first="lower-income", second="higher-income", difference=of(0.1, 0.02, 0.18)),),
)
PROXIES = Proxies(groups=(Proxy(group="lower-income", rows=90, score=of(0.51, 0.4, 0.6)),))


@pytest.fixture
def axes():
    return Figure(figsize=plots.SIZE, layout="constrained").add_subplot()


def evaluation(fairness):
    return SimpleNamespace(scrutiny=SimpleNamespace(fairness=fairness))


def test_each_group_has_a_line_and_what_is_withheld_is_not_shown():
    first, second, rich = group_table(FAIRNESS, PROXIES)
    assert (first["audit group"], first["rows"], first["selection rate"]) == ("lower-income", "90", "0.200 (0.100 to 0.300)")
    assert (first["precision"], first["told by the score (AUC)"]) == ("not shown", "0.510 (0.400 to 0.600)")
    assert (first["calibration gap (inspected)"], second["calibration gap (inspected)"]) == ("0.030 (0.010 to 0.060)", "not shown")
    assert set(rich.values()) == {"rich", "under 10", "not shown"}


def test_a_calibration_gap_of_the_cohort_says_so():
    assert group_table(FAIRNESS.model_copy(update={"calibrated_for": "cohort"}), PROXIES)[0]["calibration gap (cohort)"] == "0.030 (0.010 to 0.060)"


def test_each_pair_of_groups_has_a_line_with_its_gaps():
    assert gap_table(FAIRNESS)[0]["difference"] == "lower-income minus higher-income"
    assert [line["selection rate"] for line in gap_table(FAIRNESS)] == ["0.100 (0.020 to 0.180)"]
    assert group_table(Fairness(absent=NO_AUDIT_DATA), Proxies()) == gap_table(Fairness(absent=NO_AUDIT_DATA)) == []


def test_a_rate_that_is_shown_has_a_point_with_its_interval_and_the_others_are_named(axes):
    plots._groups(axes, evaluation(FAIRNESS))
    points = [line.lines[0].get_ydata().tolist() for line in axes.containers]
    assert points == [[0.2, 0.4], [0.1], []]
    assert "precision: lower-income, higher-income, rich; recall: higher-income, rich" in axes.get_xlabel()


@pytest.mark.parametrize("found", [SimpleNamespace(scrutiny=None), evaluation(Fairness(absent=NO_AUDIT_DATA))])
def test_without_audit_data_the_picture_says_so(axes, found):
    plots._groups(axes, found)
    assert [text.get_text() for text in axes.texts] == ["no audit data: nothing can be shown"]
