"""The comparison as one page of Markdown, for who must decide whether to promote. It names no address."""

from __future__ import annotations

from training.changed_list import ChangedList
from training.changed_reasons import FIRST, ChangedReason, Weight
from training.comparison import Comparison, Side
from training.markdown import bullets, figure, plain, table
from training.metrics import METRICS
from training.paired import CHALLENGER, CHAMPION, Arm, Paired
from training.printed import figure_text

REASONS = 12
"""Reasons of which the page shows the weight; those that turned or entered the first three are named whatever their weight."""
SYNTHETIC = (
    "**Synthetic data.** Every figure on this page is of a made-up town: it says that the machinery works, and nothing about any municipality."
)
LIMITS = (
    "The figures speak of inspected addresses, chosen by people for reasons that a model partly repeats; only the random arm speaks of others.",
    "The champion was promoted for its figures on rows of which some may be among these: that is in its favour.",
    "One test period is not the next one. This page is the word of who trained the challenger, who may not promote it.",
)


def text(found: Comparison) -> str:
    """Give the page."""
    parts = [
        f"# {plain(found.title_en)}: challenger {found.challenger.version}",
        *([SYNTHETIC] if found.synthetic else []),
        f"**Advice: {found.advice.kind}.**",
        bullets(plain(why) for why in found.advice.why),
        _next(found),
        "## What is compared",
        table([_side(CHALLENGER, found.challenger), *([_side(CHAMPION, found.champion)] if found.champion else [])]),
        *_newest(found),
        *_arm(found.random_arm),
        "## Against the baselines",
        "AUC of the challenger minus that of each, paired, over all its test periods.",
        table([{"baseline": name, "difference": figure(difference, signed=True)} for name, difference in found.baselines.items()]),
        *_list(found),
        *_reasons(found.changed_reasons),
        *(["## What monitoring advised", bullets(plain(said) for said in found.monitoring)] if found.monitoring else []),
        "## What this does not prove",
        bullets(LIMITS),
    ]
    return "\n\n".join(parts) + "\n"


def _next(found: Comparison) -> str:
    """Say what a person may do now; nothing happens by itself."""
    command = f"`schouw promote {found.theme} --version {found.challenger.version} --key FILE`"
    overriding = ", with `--override WHY --until DAY` where a gate did not pass"
    return f"Nothing was promoted. Whoever decides to, someone else than {plain(found.challenger.trained_by)}, runs {command}{overriding}."


def _side(name: str, side: Side) -> dict[str, object]:
    trained = f"{side.trained_on} by {side.trained_by}"
    return {
        "model": name,
        "version": side.version,
        "trained": trained,
        "inspections": side.inspections,
        "newest decided on": side.as_of_last,
        "tier": side.tier,
        "objective": side.objective,
    }


def _newest(found: Comparison) -> list[str]:
    head = "## On the newest test period"
    if found.champion is None:
        return [head, "There is no champion yet."]
    if not isinstance(found.newest, Paired):
        return [head, f"Not compared: {plain(str(found.newest))}."]
    newest, learned = found.newest, found.left_out_rows
    said = (
        f"The same {newest.rows} inspections ({newest.positives} confirmed, {newest.clusters} buildings), decided from {newest.first_on} to"
        f" {newest.last_on}; {learned} of the period are left out, since the champion may have learned from them, and {found.not_scorable_rows}"
        " of which one of both gives no answer, the address being unlike any inspected one. Capacity is"
        f" {newest.capacity_share:.0%} of the rows; both are measured in the same {newest.replicates} replicates (95 % intervals)."
    )
    changed = ["The code of the indicators changed since the champion was trained: it is scored on what that code gives now."]
    return [head, said, *(changed if found.catalogue_changed else []), _figures(newest)]


def _figures(both: Paired) -> str:
    return table(
        [
            {
                "figure": metric.replace("_", " "),
                **{name: figure(both.metrics[name].get(metric)) for name in (CHALLENGER, CHAMPION)},
                "difference": figure(both.differences.get(metric), signed=True),
            }
            for metric in METRICS
        ]
    )


def _arm(arm: Arm | str | None) -> list[str]:
    head = "## On the random arm alone"
    if not isinstance(arm, Arm):
        return [] if arm is None else [head, f"No figures: {plain(arm)}."]
    said = f"{arm.figures.rows} rows ({arm.figures.positives} confirmed), weighted by their logged chance; they speak of {plain(arm.population)}."
    few = ["**Too few**: no figure here is one to act on, and the advice does not rest on it."] if arm.too_few else []
    names = list(arm.shares[CHALLENGER])
    shares = [{"figure": name.replace("_", " "), **{one: figure_text(arm.shares[one].get(name)) for one in (CHALLENGER, CHAMPION)}} for name in names]
    return [head, said, *few, table(shares), *([] if arm.too_few else [_figures(arm.figures)])]


def _list(found: Comparison) -> list[str]:
    changed = found.changed_list
    if changed is None:
        return []
    said = (
        f"Of the {changed.addresses} addresses of the cohort of {found.list_as_of}, {changed.places} are listed: {changed.stayed} stay,"
        f" {changed.entered} enter and {changed.left} leave. To the challenger {changed.not_scorable_challenger} of the cohort are unlike any"
        f" inspected address, to the champion {changed.not_scorable_champion}: they get no answer, and are on no list."
        " Which ones are listed stands in `changed-list.csv` beside this page, in the state folder alone."
    )
    return ["## The list that would change", said, _shared(changed)]


def _shared(changed: ChangedList) -> str:
    """Hold what stays against what chance alone leaves."""
    verdict = {
        True: "The list changes no more than it does by chance.",
        False: "The list changes more than it does by chance.",
        None: "Whether that is more than chance is not known.",
    }[changed.within_noise]
    return (
        f"Both lists share {figure(changed.overlap.share)} of their places. Lists of {changed.refits} models that were fitted on other draws of the"
        f" same inspections share {figure(changed.noise.share)} with the challenger's. {verdict}"
    )


def _reasons(found: tuple[ChangedReason, ...]) -> list[str]:
    if not found:
        return []
    heavy = [
        {
            "indicator": one.indicator,
            "before": _size(one.before),
            "after": _size(one.after),
            "turned at": "-" if one.turned_share is None else f"{one.turned_share:.0%}",
        }
        for one in found[:REASONS]
    ]
    said = (
        "Of whoever is on either list: mean absolute contribution to log-odds under the champion (before) and the challenger (after), with its place,"
        " and the share of these addresses where it lowers what it raised, or the other way round."
    )
    turned = ", ".join(plain(one.indicator) for one in found if one.turned) or "none"
    entered = ", ".join(plain(one.indicator) for one in found if one.entered) or "none"
    named = [f"turned round on average: {turned}", f"entered the first {FIRST}: {entered}"]
    return ["## The reasons that would change", said, table(heavy), bullets(named)]


def _size(weight: Weight | None) -> str:
    return "-" if weight is None else f"{weight.size:.3f} ({'+' if weight.direction >= 0 else '-'}, place {weight.place})"
