"""The page of the study of selective labels: the figures of a run set into experiments/studies/selective-labels.md."""

from __future__ import annotations

from collections.abc import Iterable
from math import sqrt

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.pictures import svg
from experiments.selective_labels.declared import SelectiveLabelsStudy
from experiments.selective_labels.drawing import AREAS
from experiments.selective_labels.run import CORRECTED, FIGURES, REGIMES, Found, SelectiveLabelsResult
from experiments.writing import rendered, table

COMMAND = "schouw study selective-labels"
WORDS = {"base_rate": "base rate", "precision_at_capacity": "precision at capacity", "recall_at_capacity": "recall at capacity"}
PICTURE = "selective-labels.svg"
WIDE = 1.96
"""Standard errors of a mean to each side of a 95 % interval."""
LARGEST_RATIO, LEAST_COVER = 0.2, 0.9
"""What issue 4 asks: the corrected bias over the plain one, and the share of years of which the interval holds the truth."""


def page(result: SelectiveLabelsResult, study: SelectiveLabelsStudy) -> str:
    """Give the page as Markdown."""
    everywhere, area = AREAS
    return rendered(
        "selective-labels.md",
        command=COMMAND,
        study=study,
        visits=result.visits,
        random_rows=result.random_rows,
        against=_against(result, study),
        verdict=_verdict(result, study),
        **_exactness(result, study),
        ways=table(HEAD, [_row(f) for f in result.of(area=everywhere, random_share=study.random_share, theme=study.themes[0])]),
        small=_small(result, study),
        area=table(HEAD, [_row(f) for f in result.of(area=area, random_share=study.random_share, theme=study.themes[0])]),
        pooled=_pooled(result),
    )


HEAD = ("visits", "figure", "way of looking", "truth", "mean", "bias", "interval holds the truth", "mean width", "too few")


def _row(found: Found) -> tuple[str, ...]:
    return (
        found.regime,
        WORDS[found.figure],
        found.method,
        _share(found.truth),
        _share(found.mean),
        _points(found.bias),
        f"{found.covered:.1%}",
        _share(found.width),
        "" if found.method == "bounds" else f"{found.too_few:.0%}",
    )


def _pairs(result: SelectiveLabelsResult, study: SelectiveLabelsStudy) -> Iterable[tuple[Found, Found]]:
    """Give each figure as it looks plainly and as it is corrected, over all themes and both ways of visiting."""
    for theme in study.themes:
        for regime in REGIMES:
            for figure in FIGURES:
                kept = {"theme": theme, "regime": regime, "figure": figure, "area": AREAS[0], "random_share": study.random_share}
                plain, corrected = (result.of(method=method, **kept) for method in ("inspected", CORRECTED[regime]))
                yield plain[0], corrected[0]


def _ratio(plain: float | None, corrected: float | None) -> float:
    return abs((corrected or 0.0) / plain) if plain else float("inf")


def _against(result: SelectiveLabelsResult, study: SelectiveLabelsStudy) -> str:
    rows = [
        (
            plain.theme,
            plain.regime,
            WORDS[plain.figure],
            _share(plain.truth),
            _mean_of(plain),
            f"{corrected.method}: {_mean_of(corrected)}",
            f"{_ratio(plain.bias, corrected.bias):.2f}",
            f"{_ratio(plain.asked_bias, corrected.asked_bias):.2f}",
            f"{plain.covered:.0%}",
            f"{corrected.covered:.1%}",
        )
        for plain, corrected in _pairs(result, study)
    ]
    head = ("theme", "visits", "figure", "truth", "bias of the inspected", "corrected bias", "ratio", f"ratio, first {study.asked_simulations}",
            "inspected cover", "corrected cover")  # fmt: skip
    return table(head, rows)


def _mean_of(found: Found) -> str:
    """Give a mean bias with its standard error, in percentage points."""
    return _points(found.bias) if found.error is None else f"{_points(found.bias)} (s.e. {100 * found.error:.2f})"


def _verdict(result: SelectiveLabelsResult, study: SelectiveLabelsStudy) -> str:
    """Say how many of the figures meet what was asked, over all years and over as many as were asked, and which do not."""
    pairs = list(_pairs(result, study))
    uncovered = [_named(plain, f"cover {corrected.covered:.1%}") for plain, corrected in pairs if corrected.covered < LEAST_COVER]
    said = [f"intervals cover the truth in {LEAST_COVER:.0%} or more for {len(pairs) - len(uncovered)} of {len(pairs)} figures{_but(uncovered)}."]
    for years, which in ((study.simulations, "bias"), (study.asked_simulations, "asked_bias")):
        ratios = [(plain, corrected, _ratio(getattr(plain, which), getattr(corrected, which))) for plain, corrected in pairs]
        missed = [
            _named(plain, _off(plain, corrected, ratio, study.simulations / years)) for plain, corrected, ratio in ratios if ratio > LARGEST_RATIO
        ]
        over = f"Over {'all' if which == 'bias' else 'the first'} {years:,} years"
        said.append(f"{over} the corrected bias is at most a fifth of the plain one for {len(pairs) - len(missed)} of {len(pairs)}{_but(missed)}.")
    return " ".join(said)


def _off(plain: Found, corrected: Found, ratio: float, times: float) -> str:
    """Give a ratio with the 95 % interval that a part of all years, so many times fewer, leaves it."""
    spread = WIDE * (corrected.error or 0.0) * sqrt(times) / abs(plain.bias or 1.0)
    return f"ratio {ratio:.2f}, 95 % interval {max(0.0, ratio - spread):.2f} to {ratio + spread:.2f}"


def _named(found: Found, told: str) -> str:
    return f"{WORDS[found.figure]} of {found.theme} under {found.regime} ({told})"


def _but(missed: list[str]) -> str:
    return f"; not for {'; '.join(missed)}" if missed else ""


def _exactness(result: SelectiveLabelsResult, study: SelectiveLabelsStudy) -> dict[str, str]:
    """Give how exactly so many years tell the bias of a recall, and a fifth of the plain ones, in percentage points."""
    pairs = [(plain, corrected) for plain, corrected in _pairs(result, study) if plain.figure == "recall_at_capacity"]
    most = max(corrected.error or 0.0 for _, corrected in pairs)
    fifths = [abs(plain.bias or 0.0) * LARGEST_RATIO for plain, _ in pairs]
    return {
        "asked_error": f"{100 * most * sqrt(study.simulations / study.asked_simulations):.1f}",
        "error": f"{100 * most:.1f}",
        "fifths": f"{100 * min(fifths):.1f} to {100 * max(fifths):.1f}",
    }


def picture(result: SelectiveLabelsResult, study: SelectiveLabelsStudy) -> bytes:
    """Draw the mean of each figure over the inspected and corrected, with its 95 % interval, on the line of the truth."""
    figure = Figure(figsize=(9.0, 2.3 * len(study.themes)), layout="constrained")
    drawn = figure.subplots(len(study.themes), len(REGIMES), squeeze=False, sharey="row")
    pairs = list(_pairs(result, study))
    for row, theme in enumerate(study.themes):
        for column, regime in enumerate(REGIMES):
            _draw(drawn[row, column], [pair for pair in pairs if (pair[0].theme, pair[0].regime) == (theme, regime)])
            drawn[row, column].set_title(f"{theme}, {regime}", loc="left", fontsize=9)
        drawn[row, 0].set_ylim(bottom=0)  # once both are drawn: it stops the limits that they share from growing
    figure.legend(*drawn[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=3, frameon=False)
    return svg(figure)


def _draw(axes: Axes, pairs: list[tuple[Found, Found]]) -> None:
    places = np.arange(len(pairs))
    axes.hlines([100 * plain.truth for plain, _ in pairs], places - 0.35, places + 0.35, color="black", linewidth=1.2, label="truth")
    for side, (label, colour) in enumerate((("inspected", "#c44e52"), ("corrected", "#4c72b0"))):
        found = [pair[side] for pair in pairs]
        means = [100 * ((one.bias or 0.0) + one.truth) for one in found]
        spread = [100 * WIDE * (one.error or 0.0) for one in found]
        axes.errorbar(places + 0.2 * side - 0.1, means, yerr=spread, fmt="o", markersize=4, color=colour, label=label)
    axes.set_xticks(places, [WORDS[plain.figure] for plain, _ in pairs], fontsize=8)
    axes.set_ylabel("%")


def _small(result: SelectiveLabelsResult, study: SelectiveLabelsStudy) -> str:
    shares = (study.random_share, *study.small_random_shares)
    rows = [
        (f"{share:.0%}", WORDS[f.figure], _share(f.truth), _points(f.bias), f"{f.covered:.1%}", _share(f.width), f"{f.too_few:.0%}")
        for share in shares
        for f in result.of(theme=study.themes[0], regime="history", area=AREAS[0], random_share=share, method="random arm")
    ]
    return table(("random arm", "figure", "truth", "bias", "interval holds the truth", "mean width", "too few"), rows)


def _pooled(result: SelectiveLabelsResult) -> str:
    rows = [
        (
            p.theme,
            p.regime,
            p.area,
            _share(p.truth),
            _share(p.naive),
            _share(p.corrected.value),
        )
        for p in result.pooled
    ]
    return table(("theme", "visits", "where", "true recall", "recall among the inspected", "corrected"), rows)


def _share(value: float | None) -> str:
    return "" if value is None else f"{value:.1%}"


def _points(value: float | None) -> str:
    """Give a difference of shares in percentage points."""
    return "" if value is None else f"{100 * value:+.2f} pp"
