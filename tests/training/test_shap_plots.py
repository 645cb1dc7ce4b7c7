"""The pictures by shap: which indicators they show, on whose scale, and what they leave behind."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot

from training import shap_plots


@pytest.fixture
def rows():
    return pd.DataFrame(np.random.default_rng(1).normal(size=(200, 8)), columns=[f"indicator_{n}" for n in range(8)])


@pytest.fixture
def contributions(rows):
    """The further to the right, the more an indicator moves; a missing value moves nothing."""
    return np.nan_to_num(rows.to_numpy()) * np.arange(8) * 0.1


def test_the_indicators_that_move_most_are_shown_in_that_order(rows, contributions, tmp_path, monkeypatch):
    figures = {}
    monkeypatch.setattr(shap_plots.Figure, "savefig", lambda figure, path: figures.setdefault(path.name, figure))
    shap_plots.draw(tmp_path, contributions=contributions, rows=rows)
    assert set(figures) == {"shap_beeswarm.png", "shap_dependence.png"}
    swarm = figures["shap_beeswarm.png"].axes[0]
    assert swarm.get_xlabel() == "contribution, log-odds"
    assert [label.get_text() for label in swarm.get_yticklabels()] == [f"indicator_{n}" for n in range(8)]
    shown = [axes.get_xlabel() for axes in figures["shap_dependence.png"].axes if axes.get_xlabel()]
    assert shown == [f"indicator_{n}" for n in (7, 6, 5, 4, 3, 2)]
    dots = figures["shap_dependence.png"].axes[0].collections[0].get_offsets()
    assert np.asarray(dots)[:, 1] == pytest.approx(np.asarray(dots)[:, 0] * 0.7)


def test_missing_values_are_drawn_and_no_figure_is_left_open(rows, contributions, tmp_path):
    mine = pyplot.figure()
    before = pyplot.get_fignums()
    shap_plots.draw(tmp_path, contributions=contributions, rows=rows.mask(rows > 1))
    assert pyplot.get_fignums() == before
    pyplot.close(mine)
    for name in ("shap_beeswarm.png", "shap_dependence.png"):
        content = (tmp_path / name).read_bytes()
        assert content[:4] == b"\x89PNG"
        assert len(content) > 5_000
