"""The page of the study of the feedback loop: the figures of a run set into experiments/studies/feedback-loop.md, and its picture."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.feedback_loop.declared import FeedbackLoopStudy
from experiments.feedback_loop.looping import AREAS
from experiments.feedback_loop.run import AREA_TOO, FIGURES, FROZEN, FeedbackLoopResult, arms, mean
from experiments.pictures import svg
from experiments.town.inspecting import QUARTER
from experiments.town.parameters import Parameters
from experiments.writing import interval, percent, points, rendered, signed, surely_less, surely_more, table
from training.bootstrap import Estimate
from training.model import MAXIMUM_ROUNDS, PARAMETERS

COMMAND = "schouw study feedback-loop"
SHARES = ("precision", "recall")
CYCLE = Parameters().again_after_days // QUARTER + 1
"""Rounds after which an address may be listed again: who was found first comes back then, so only whole cycles can be compared."""
SELECTION, RECALL = f"selection ratio, {AREAS[0]}", f"recall ratio, {AREAS[0]}"
COLOURS = ("#4c72b0", "#55a868", "#dd8452", "#8172b3", "#c44e52", "#7f7f7f")


def page(result: FeedbackLoopResult, study: FeedbackLoopStudy) -> str:
    """Give the page as Markdown."""
    return rendered(
        "feedback-loop.md",
        command=COMMAND,
        study=study,
        short="\n".join([*_precision(result, study), _trends(result, study), *_disparity(result, study), _area(result, study)]),
        themes=[(theme, _over_time(result, study, theme), _against(result, study, theme)) for theme in study.themes],
        area_loop=next(name for name in _names(study) if AREA_TOO in name),
        cycle=CYCLE,
        window=study.window_rounds,
        parameters=PARAMETERS,
        trees=MAXIMUM_ROUNDS,
    )


def _names(study: FeedbackLoopStudy) -> list[str]:
    return [arm.name for arm in arms(study)]


def _cycles(study: FeedbackLoopStudy) -> dict[str, slice]:
    """Give the rounds of the first cycle, of one in the middle and of the last."""
    middle = (study.rounds - CYCLE) // 2
    return {"first": slice(0, CYCLE), "middle": slice(middle, middle + CYCLE), "last": slice(study.rounds - CYCLE, None)}


def _precision(result: FeedbackLoopResult, study: FeedbackLoopStudy) -> Iterable[str]:
    """Say what retraining and the random arm do to precision in the last cycle."""
    plain, last = _names(study)[0], _cycles(study)["last"]
    drawing = [arm.name for arm in arms(study)[1 : len(study.random_shares)]]
    for theme in study.themes:
        kept = result.over(theme, plain, "precision", last)
        against = "; ".join(f"{name}: {points(result.minus(theme, name, plain, 'precision', last))}" for name in [*drawing, FROZEN])
        yield (
            f"- *{theme}*: in the last cycle {percent(kept)} of the visits would be confirmed without a random arm. "
            f"In points against that, {against}."
        )


def _told(estimate: Estimate) -> str:
    if surely_more(estimate):
        return "rose"
    return "fell" if surely_less(estimate) else "no trend shown"


def _trends(result: FeedbackLoopResult, study: FeedbackLoopStudy) -> str:
    plain = _names(study)[0]
    trends = [result.trend(theme, plain, SELECTION, CYCLE) for theme in study.themes]
    told = "; ".join(f"{theme}: {signed(trend)}, {_told(trend)}" for theme, trend in zip(study.themes, trends, strict=True))
    fell = sum(map(surely_less, trends))
    head = f"in {fell} of {len(trends)} themes" if fell else "in no theme"
    return (
        f"- **Does the loop turn away from the area that hardly reports?** Without a random arm its share of visits, against that elsewhere, "
        f"surely fell {head} from the first cycle to the last ({told})."
    )


def _disparity(result: FeedbackLoopResult, study: FeedbackLoopStudy) -> Iterable[str]:
    """Say how the area that hardly reports fares in the last cycle, with and without a random arm."""
    plain, last = _names(study)[0], _cycles(study)["last"]
    drawing = [arm.name for arm in arms(study)[1 : len(study.random_shares)]]
    for name in drawing:
        gaps = [result.minus(theme, name, plain, SELECTION, slice(None)) for theme in study.themes]
        more, less = sum(map(surely_more, gaps)), sum(map(surely_less, gaps))
        yield (
            f"- *{name}* against none, over all rounds: the share of visits of that area surely rose in {more} of {len(gaps)} themes, "
            f"surely fell in {less}, no difference shown in {len(gaps) - more - less}."
        )
    ratios = "; ".join(f"{theme} {interval(result.over(theme, plain, RECALL, last), digits=2)}" for theme in study.themes)
    yield f"- Of what would be confirmed there, against elsewhere, the last cycle finds (1 is no difference, no random arm): {ratios}."


def _area(result: FeedbackLoopResult, study: FeedbackLoopStudy) -> str:
    """Hold the model that reads the area against the one that does not."""
    plain, area = _names(study)[0], next(name for name in _names(study) if AREA_TOO in name)
    said = [
        f"{theme} {signed(result.minus(theme, area, plain, f'selection ratio, {AREAS[1]}', _cycles(study)['first']))} in the first cycle and "
        f"{signed(result.minus(theme, area, plain, f'selection ratio, {AREAS[1]}', _cycles(study)['last']))} in the last"
        for theme in study.themes
    ]
    return (
        "- A model that also reads what was found in the neighbourhood, minus one that does not, in the selection ratio of the area that is reported "
        f"most: {'; '.join(said)}."
    )


def _shown(figure: str, estimate: Estimate) -> str:
    return percent(estimate) if figure in SHARES else interval(estimate, digits=2)


def _over_time(result: FeedbackLoopResult, study: FeedbackLoopStudy, theme: str) -> str:
    rows = []
    for figure in FIGURES:
        for name in _names(study):
            trend = result.trend(theme, name, figure, CYCLE)
            told = points(trend) if figure in SHARES else interval(trend, digits=2, shape="+")
            rows.append((figure, name, *(_shown(figure, result.over(theme, name, figure, rounds)) for rounds in _cycles(study).values()), told))
    return table(("figure", "loop", *_cycles(study), "last minus first"), rows)


def _against(result: FeedbackLoopResult, study: FeedbackLoopStudy, theme: str) -> str:
    plain, rows = _names(study)[0], []
    for name in _names(study)[1:]:
        gaps = {figure: result.minus(theme, name, plain, figure, slice(None)) for figure in ("precision", "recall", SELECTION, RECALL)}
        rows.append((name, *(points(gap) if figure in SHARES else interval(gap, digits=2, shape="+") for figure, gap in gaps.items())))
    return table((f"against {plain}, over all rounds", "precision, points", "recall, points", SELECTION, RECALL), rows)


def picture(result: FeedbackLoopResult, study: FeedbackLoopStudy) -> bytes:
    """Draw precision and both ratios of the area that hardly reports, round by round, the mean over the towns."""
    drawn = ("precision", SELECTION, RECALL)
    figure = Figure(figsize=(10.0, 2.6 * len(study.themes)), layout="constrained")
    places = figure.subplots(len(study.themes), len(drawn), squeeze=False)
    for theme, row in zip(study.themes, places, strict=True):
        for what, axes in zip(drawn, row, strict=True):
            _by_round(axes, result, study, theme=theme, what=what)
    figure.legend(*figure.axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=3, frameon=False)
    return svg(figure)


def _by_round(axes: Axes, result: FeedbackLoopResult, study: FeedbackLoopStudy, *, theme: str, what: str) -> None:
    """Draw one figure of every loop, with the interval of the first one."""
    rounds = np.arange(1, study.rounds + 1)
    for name, colour in zip(_names(study), COLOURS, strict=False):
        axes.plot(rounds, result.values[theme, name, what].mean(axis=0), color=colour, linewidth=1.1, label=name)
    each = [mean(of_round) for of_round in result.values[theme, _names(study)[0], what].T]
    axes.fill_between(rounds, [e.low or 0.0 for e in each], [e.high or 0.0 for e in each], color=COLOURS[0], alpha=0.15, linewidth=0)
    if what != "precision":
        axes.axhline(1.0, color="black", linewidth=0.6, linestyle="--")
    axes.set_title(f"{theme}: {what}", loc="left", fontsize=8)
    axes.set_xlabel("round")
