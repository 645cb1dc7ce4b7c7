"""The page of the study of sources about persons: the figures of a run set into experiments/studies/without-persons.md, and its picture."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from matplotlib.figure import Figure

from experiments.pictures import svg
from experiments.town.parameters import Parameters
from experiments.without_persons.declared import WithoutPersonsStudy
from experiments.without_persons.run import BUILDING, STEPS, TIER_0, TIER_1, TIER_2, WITH_REGISTRATIONS, WITH_WATER, Found, Size, WithoutPersonsResult
from experiments.writing import percent, points, rendered, surely_less, surely_more, table
from training.scored import REPORTS

COMMAND = "schouw study without-persons"
COMPARED = ((TIER_1, TIER_0), (TIER_2, TIER_1), (WITH_REGISTRATIONS, WITH_WATER))
TOO_FEW = "too few"
COLOURS = ("#4c72b0", "#dd8452", "#55a868", "#c44e52")


def page(result: WithoutPersonsResult, study: WithoutPersonsStudy) -> str:
    """Give the page as Markdown."""
    return rendered(
        "without-persons.md",
        command=COMMAND,
        study=study,
        short="\n".join([*_heights(result, study), *_gains(result)]),
        over=", ".join(complete(result)),
        most=Parameters().most_of_cohort,
        means=_means(result, study),
        sizes=_sizes(result, study),
        themes=[(code, _worth(result, study, code), _gained(result, study, code)) for code in study.themes],
    )


def complete(result: WithoutPersonsResult) -> list[str]:
    """Give the themes with enough inspections for every model: only over these can means be compared."""
    lacking = {f.theme for f in result.found if f.truth is None}
    return [s.theme for s in result.sizes if s.theme not in lacking]


def mean(result: WithoutPersonsResult, name: str, times: int, figure: str = "truth") -> float | None:
    """Give a figure of a step, its mean over the `complete` themes; None where there is none."""
    estimates = [getattr(f, figure) for f in result.of(name=name, times=times) if f.theme in complete(result)]
    values = [e.value for e in estimates if e is not None and e.value is not None]
    return float(np.mean(values)) if values else None


def _share(value: float | None) -> str:
    return TOO_FEW if value is None else f"{value:.1%}"


def _heights(result: WithoutPersonsResult, study: WithoutPersonsStudy) -> Iterable[str]:
    rates = [s.episodes / s.cohort for s in result.sizes if s.theme in complete(result)]
    if not rates:
        yield "- No theme has enough inspections to learn every model from."
        return
    lacking = [s.theme for s in result.sizes if s.theme not in complete(result)]
    left_out = f" Left out: {', '.join(lacking)}, where the fewest inspections are too few to learn from." if lacking else ""
    yield (
        f"- Of a list of {study.visits_per_year} addresses from the whole cohort, at how many does an episode go on? In the whole cohort it is "
        f"{float(np.mean(rates)):.1%}, which a list drawn at random would have too. Means over {', '.join(complete(result))}.{left_out}"
    )
    for each in study.times:
        zero, one, two, building, water, reports = (
            _share(mean(result, name, each.times)) for name in (TIER_0, TIER_1, TIER_2, BUILDING, WITH_WATER, REPORTS)
        )
        inspected = ", ".join(_share(mean(result, name, each.times, "inspected")) for name in (TIER_0, TIER_1, TIER_2))
        yield (
            f"- **With {each.times * study.visits_per_year:,} inspections a year** (times {each.times}): tier 0 {zero}, tier 1 {one}, tier 2 {two}. "
            f"The building alone {building}; with reports and water, before any register of persons, {water}; the number of reports alone {reports}. "
            f"Of the later inspected at the top of their lists, tiers 0, 1 and 2 had {inspected} confirmed."
        )


def _gains(result: WithoutPersonsResult) -> Iterable[str]:
    yield (
        "- Combinations below are of theme and number of inspections, all in this one town with its one history; those of a theme are measured "
        "on the same rows and learn from parts of the same inspections. So they are no independent repeats, and *surely* speaks of who is "
        "measured, not of towns."
    )
    for name, below in COMPARED:
        held = [gain for f in result.of(name=name) for gain in (f.truth_gain,) if gain is not None]
        more, less = sum(map(surely_more, held)), sum(map(surely_less, held))
        yield (
            f"- *{name}* against *{below}*, truth, over {len(held)} combinations: surely more in {more}, "
            f"surely less in {less}, no difference shown in {len(held) - more - less}."
        )


def _means(result: WithoutPersonsResult, study: WithoutPersonsStudy) -> str:
    head = ("reads", *(f"{each.times} times: {what}" for each in study.times for what in ("inspected", "truth")))
    rows = [
        (name, *(_share(mean(result, name, each.times, figure)) for each in study.times for figure in ("inspected", "truth")))
        for name in (*(step.reads.name for step in STEPS), REPORTS)
    ]
    return table(head, rows)


def _sizes(result: WithoutPersonsResult, study: WithoutPersonsStudy) -> str:
    head = ("theme", "test rows", "confirmed", "cohort", "with an episode", *(f"learned from, {each.times} times" for each in study.times))
    return table(
        head,
        [
            (
                s.theme,
                f"{s.rows:,}",
                f"{s.positives / s.rows:.1%}",
                f"{s.cohort:,}",
                f"{s.episodes / s.cohort:.1%}",
                *(f"{s.learned[each.times]:,}" for each in study.times),
            )
            for s in result.sizes
        ],
    )


def _worth(result: WithoutPersonsResult, study: WithoutPersonsStudy, theme: str) -> str:
    head = ("reads", "indicators", *(f"{each.times} times: {what}" for each in study.times for what in ("inspected", "truth")))
    rows = list(_standing_on(next(s for s in result.sizes if s.theme == theme), study))
    for name in (*(step.reads.name for step in STEPS), REPORTS):
        of = [result.of(theme=theme, times=each.times, name=name)[0] for each in study.times]
        rows.append((name, str(of[0].indicators or ""), *(percent(e) or TOO_FEW for f in of for e in (f.inspected, f.truth))))
    return table(head, rows)


def _standing_on(size: Size, study: WithoutPersonsStudy) -> Iterable[tuple[str, ...]]:
    """Give by column how many inspections, of them confirmed, the last model learned from, and how many rows, of them positive, measure it."""
    learned = [f"{size.learned[each.times]:,}, {size.confirmed[each.times]:,}" for each in study.times]
    measured = (f"{size.rows:,}, {size.positives:,}", f"{size.cohort:,}, {size.episodes:,}")
    yield ("*learned from, confirmed*", "", *(label for label in learned for _ in measured))
    yield ("*measured on, positive*", "", *(label for _ in study.times for label in measured))


def _gained(result: WithoutPersonsResult, study: WithoutPersonsStudy, theme: str) -> str:
    head = ("step", *(f"{each.times} times: {what}" for each in study.times for what in ("inspected", "truth")))
    rows = []
    for step in (step for step in STEPS if step.below):
        of = [result.of(theme=theme, times=each.times, name=step.reads.name)[0] for each in study.times]
        rows.append((f"{step.reads.name} minus {step.below}", *(_gain(f, which) for f in of for which in ("inspected_gain", "truth_gain"))))
    return table(head, rows)


def _gain(found: Found, which: str) -> str:
    if found.truth is None:
        return TOO_FEW
    return points(getattr(found, which)) or "nothing new to read"


def picture(result: WithoutPersonsResult, study: WithoutPersonsStudy) -> bytes:
    """Draw the share of a list at which an episode goes on, by theme, step and number of inspections."""
    figure = Figure(figsize=(9.0, 2.4 * len(study.themes)), layout="constrained")
    names = [*(step.reads.name for step in STEPS), REPORTS]
    for place, theme in enumerate(study.themes):
        axes = figure.add_subplot(len(study.themes), 1, place + 1)
        for number, each in enumerate(study.times):
            of = [result.of(theme=theme, times=each.times, name=name)[0].truth for name in names]
            drawn = [(x, e) for x, e in enumerate(of) if e is not None and e.value is not None]
            places = [x + 0.18 * (number - (len(study.times) - 1) / 2) for x, _ in drawn]
            values = np.array([[e.value, e.low, e.high] for _, e in drawn], dtype=float).reshape(-1, 3)
            spread = np.abs(values[:, 1:].T - values[:, 0])
            axes.errorbar(places, values[:, 0], yerr=spread, fmt="o", markersize=4, color=COLOURS[number % len(COLOURS)], label=f"{each.times} times")
        (size,) = (s for s in result.sizes if s.theme == theme)
        axes.axhline(size.episodes / size.cohort, color="grey", linewidth=0.8, linestyle="--", label="whole cohort")
        axes.set_xticks(range(len(names)), names)
        axes.set_ylim(bottom=0)
        axes.set_title(theme, loc="left")
        axes.set_ylabel("share with an episode")
        if place == 0:
            axes.legend(ncols=len(study.times) + 1, frameon=False, loc="upper left")
    return svg(figure)
