"""Pictures that can be read: nothing lies over what it explains."""

from __future__ import annotations

from datetime import date
from itertools import combinations
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from training import plots
from training.folds import Rolling, roll
from training.reliability import ReliabilityBin
from training.scored import Scored, Scorer


@pytest.fixture
def figure() -> Figure:
    return Figure(figsize=plots.SIZE, dpi=plots.DOTS_PER_INCH, layout="constrained")


@pytest.fixture
def rolling() -> Rolling:
    days = pd.date_range("2020-01-01", periods=900)
    rows = pd.DataFrame({"address_id": [f"a{n:03d}" for n in range(900)], "as_of": days, "label": (np.arange(900) % 5 == 0).astype("int8")})
    return roll(rows.assign(label_known_on=days + pd.Timedelta(days=30)), until=date(2026, 1, 1))


def test_the_legend_of_the_folds_lies_beside_the_bars(figure, rolling):
    axes = figure.add_subplot()
    plots._folds(axes, rolling)
    figure.draw_without_rendering()
    (legend,) = figure.legends
    assert not legend.get_window_extent().overlaps(axes.get_window_extent())
    assert [text.get_text() for text in legend.get_texts()] == ["training", "calibration", "test", "gap"]


def test_every_fold_of_every_round_is_drawn_where_its_days_are(figure, rolling):
    axes = figure.add_subplot()
    plots._folds(axes, rolling)
    figure.draw_without_rendering()
    low, high = axes.get_xlim()
    bars = {(round(bar.get_x()), round(bar.get_x() + bar.get_width())) for bar in axes.patches if bar.get_alpha() is None}
    assert len(bars) == 15
    assert all(low <= begins < ends <= high for begins, ends in bars)
    tests = {(plots._day_number(folds.test.rows["as_of"].min()), plots._day_number(pd.Timestamp(folds.test.ends_on))) for folds in rolling.rounds}
    assert tests <= bars
    said = {text.get_text() for text in axes.texts}
    assert {f"{len(fold.rows)}\n{int(fold.labels.sum())}" for folds in rolling.rounds for fold in folds} == said


def test_precision_along_the_list_follows_each_round_at_the_same_pace():
    rows = pd.DataFrame({"address_id": list("abcdef"), "as_of": pd.Timestamp("2024-01-01"), "label": [1, 0, 0, 0, 1, 0]})
    scorer = Scorer("model", np.array([0.3, 0.2, 0.1, 0.8, 0.9, 0.7]), are_probabilities=True)
    precision = plots._running_precision(scorer, Scored(rows, np.array([0, 0, 0, 1, 1, 1]), [scorer]), seed=1)
    assert precision.tolist() == pytest.approx([1, 1, 2 / 3, 1 / 2, 2 / 5, 1 / 3])


def bin_of(score: float, positives: int, rows: int, **weighted: float) -> ReliabilityBin:
    return ReliabilityBin(lowest=0.0, highest=1.0, mean_score=score, rows=rows, positives=positives, **weighted)


@pytest.mark.parametrize(
    ("population", "share", "said"),
    [("inspected", 0.3, "inspected addresses"), ("cohort", 0.1, "inspected addresses with a logged chance, weighted to the cohort")],
)
def test_the_reliability_says_in_its_title_of_whom_it_speaks_and_draws_their_share(figure, population, share, said):
    axes, weighted = figure.add_subplot(), {"weighted_share": 0.1} if population == "cohort" else {}
    parts = [bin_of(0.2, 30, 100, **weighted)]
    plots._reliability(axes, SimpleNamespace(reliability=parts, scrutiny=None, calibrated_for=population))
    assert axes.get_title() == f"Reliability: {said}"
    assert {line.get_label(): line.get_ydata() for line in axes.lines}["test rows"] == [share]
    assert ("unweighted: 1: 30 of 100" in axes.get_xlabel()) is (population == "cohort")


def test_labels_of_the_reliability_do_not_overlap_where_scores_lie_close(figure):
    parts = [bin_of(s, p, 254) for s, p in ((0.04, 8), (0.055, 11), (0.075, 16), (0.11, 30), (0.28, 76))]
    axes = figure.add_subplot()
    plots._reliability(axes, SimpleNamespace(reliability=parts, scrutiny=None, calibrated_for="inspected"))
    figure.draw_without_rendering()
    boxes = [text.get_window_extent() for text in axes.texts]
    assert len(boxes) == 5
    assert [1 for a, b in combinations(boxes, 2) if a.overlaps(b)] == []
    assert "1: 8 of 254, 2: 11 of 254" in axes.get_xlabel()


def test_the_reliability_of_each_audit_group_that_may_be_shown_is_drawn_too(figure):
    whole, part = (bin_of(0.2, positives, 100) for positives in (30, 10))
    groups = [SimpleNamespace(name="lower-income", reliability=(part,)), SimpleNamespace(name="few", reliability=())]
    axes = figure.add_subplot()
    audited = SimpleNamespace(fairness=SimpleNamespace(groups=groups))
    plots._reliability(axes, SimpleNamespace(reliability=[whole], scrutiny=audited, calibrated_for="inspected"))
    drawn = {line.get_label(): (line.get_xdata(), line.get_ydata()) for line in axes.lines}
    assert set(drawn) == {"equal", "test rows", "lower-income"}
    assert drawn["lower-income"] == ([0.2], [0.1])
