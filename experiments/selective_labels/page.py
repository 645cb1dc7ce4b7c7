"""The page of the study of selective labels: the figures of a run set into experiments/studies/selective-labels.md."""

from __future__ import annotations

from collections.abc import Iterable
from math import sqrt

from experiments.selective_labels.declared import SelectiveLabelsStudy
from experiments.selective_labels.drawing import AREAS
from experiments.selective_labels.run import CORRECTED, FIGURES, REGIMES, Found, SelectiveLabelsResult
from experiments.writing import rendered, table

COMMAND = "schouw study selective-labels"
WORDS = {"base_rate": "base rate", "precision_at_capacity": "precision at capacity", "recall_at_capacity": "recall at capacity"}
WIDTHS = 3.92
"""Standard errors that a 95 % interval is wide."""
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


def _ratio(plain: Found, corrected: Found) -> float:
    return abs((corrected.bias or 0.0) / plain.bias) if plain.bias else float("inf")


def _against(result: SelectiveLabelsResult, study: SelectiveLabelsStudy) -> str:
    rows = [
        (
            plain.theme,
            plain.regime,
            WORDS[plain.figure],
            _share(plain.truth),
            _points(plain.bias),
            f"{corrected.method}: {_points(corrected.bias)} (s.e. {100 * corrected.width / (WIDTHS * sqrt(study.simulations)):.2f})",
            f"{_ratio(plain, corrected):.2f}",
            f"{plain.covered:.0%}",
            f"{corrected.covered:.1%}",
        )
        for plain, corrected in _pairs(result, study)
    ]
    head = ("theme", "visits", "figure", "truth", "bias of the inspected", "corrected bias", "ratio", "inspected cover", "corrected cover")
    return table(head, rows)


def _verdict(result: SelectiveLabelsResult, study: SelectiveLabelsStudy) -> str:
    """Say how many of the figures meet what was asked, and which do not."""
    missed = [
        f"{WORDS[plain.figure]} of {plain.theme} under {plain.regime} (ratio {_ratio(plain, corrected):.2f}, cover {corrected.covered:.1%})"
        for plain, corrected in _pairs(result, study)
        if _ratio(plain, corrected) > LARGEST_RATIO or corrected.covered < LEAST_COVER
    ]
    total = len(list(_pairs(result, study)))
    both = f"a corrected bias of at most a fifth of the plain one, and a cover of {LEAST_COVER:.0%} or more"
    head = f"{total - len(missed)} of {total} figures meet both: {both}."
    return head if not missed else f"{head} Not: {'; '.join(missed)}."


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
