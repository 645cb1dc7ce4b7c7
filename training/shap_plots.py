"""Pictures by `shap`: how each indicator moves the scores of the test rows, and how its contribution depends on its value.

The contributions come from the booster (`training.model`) after calibration, so that what is drawn adds up to the scores. `shap` takes
seconds to import, hence within the function; a process that serves never draws.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib import pyplot
from matplotlib.figure import Figure

from training.metrics import Floats

SHOWN_INDICATORS, DEPENDENCES = 20, 6
"""Indicators in the beeswarm, and those of which the dependence is drawn: the ones that move the score most."""
SIZE, DOTS_PER_INCH = (8.0, 6.5), 110
AXIS = "contribution, log-odds"


def draw(folder: Path, *, contributions: Floats, rows: pd.DataFrame) -> None:
    """Write ``shap_beeswarm.png`` and ``shap_dependence.png`` into a folder that is there.

    Parameters
    ----------
    folder : Path
    contributions : array of shape (n, k)
        After calibration, in log-odds.
    rows : DataFrame of shape (n, k)
        The indicators of the same rows in the same order; NaN is missing.
    """
    import shap

    names = list(rows.columns)
    explained = shap.Explanation(values=contributions, data=rows.to_numpy(dtype=np.float64), feature_names=names)
    open_before = set(pyplot.get_fignums())
    figure = Figure(figsize=SIZE, dpi=DOTS_PER_INCH, layout="constrained")
    axes = figure.add_subplot()
    shap.plots.beeswarm(explained, max_display=SHOWN_INDICATORS, ax=axes, show=False, plot_size=None, color_bar_label="value of the indicator")
    axes.set_xlabel(AXIS)
    axes.tick_params(axis="y", labelsize=8)
    figure.savefig(folder / "shap_beeswarm.png")
    most = np.argsort(-np.abs(contributions).mean(axis=0), kind="stable")[:DEPENDENCES]
    figure = Figure(figsize=SIZE, dpi=DOTS_PER_INCH, layout="constrained")
    for place, indicator in enumerate(most, start=1):
        axes = figure.add_subplot(3, 2, place)
        shap.plots.scatter(explained[:, int(indicator)], ax=axes, show=False)
        axes.set_xlabel(names[int(indicator)], fontsize=8)
        axes.set_ylabel(AXIS, fontsize=8)
        axes.tick_params(labelsize=7)
    figure.savefig(folder / "shap_dependence.png")
    for number in set(pyplot.get_fignums()) - open_before:
        pyplot.close(number)  # one that shap opens beside ours
