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
from training.folds import Fold


@pytest.fixture
def figure() -> Figure:
    return Figure(figsize=plots.SIZE, dpi=plots.DOTS_PER_INCH, layout="constrained")


def test_the_legend_of_the_folds_lies_beside_the_bars(figure):
    days = pd.date_range("2020-01-01", "2025-12-31", periods=900)
    rows = pd.DataFrame({"as_of": days, "label": np.arange(900) % 5 == 0}).astype({"label": "int8"})
    parts = [
        Fold(name, rows.iloc[first : first + 300], date(2026, 1, 1), 3) for name, first in (("training", 0), ("calibration", 300), ("test", 600))
    ]
    axes = figure.add_subplot()
    plots._folds(axes, parts)
    figure.draw_without_rendering()
    (legend,) = figure.legends
    assert not legend.get_window_extent().overlaps(axes.get_window_extent())


def test_labels_of_the_reliability_do_not_overlap_where_scores_lie_close(figure):
    parts = [SimpleNamespace(mean_score=s, positives=p, rows=254) for s, p in ((0.04, 8), (0.055, 11), (0.075, 16), (0.11, 30), (0.28, 76))]
    axes = figure.add_subplot()
    plots._reliability(axes, SimpleNamespace(reliability=parts))
    figure.draw_without_rendering()
    boxes = [text.get_window_extent() for text in axes.texts]
    assert len(boxes) == 5
    assert [1 for a, b in combinations(boxes, 2) if a.overlaps(b)] == []
    assert "1: 8 of 254, 2: 11 of 254" in axes.get_xlabel()
