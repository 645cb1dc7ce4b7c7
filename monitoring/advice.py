"""What a person may do now: sentences that follow from stated bars. Nothing happens by itself, no model is retrained by a figure.

A bar that nobody published is called assumed; each is named beside the advice that it gave.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from features.declared import Frozen
from monitoring.data_quality import SourceQuality
from monitoring.drift import ColumnDrift, Comparison
from monitoring.fairness import Fairness, Gap
from monitoring.intervals import Share, newcombe
from monitoring.language import read
from monitoring.performance import Performance
from monitoring.use import UseOf

DRIFTED_SHARE = 0.5
"""Share of drifted columns from which the whole has drifted: Evidently's default ``drift_share`` (DataDriftPreset)."""

MISSING_CHANGE = 0.1
"""Change of the share missing worth a look, where its interval excludes 0. Assumed: a delivery that lost a column moves it far more."""

COHORT_CHANGE = 0.1
"""Change of the number of addresses against an earlier cohort worth a look. Assumed: a town does not grow by a tenth in weeks."""

MORE_OUTCOMES = 0.2
"""New outcomes as a share of those learned from, from which there is more to learn. Assumed."""

RATIO_LOW, RATIO_HIGH = 0.8, 1.25
"""Four-fifths rule (29 CFR 1607.4(D), 1978): an American rule for hiring, here only a bar from which a gap is looked at."""

Kind = Literal["retrain", "look at", "nothing"]
Verdict = Literal["wide", "outside", "bound", "chance", "small"]
Value = str | int | float | tuple[str, ...] | None


class Advice(Frozen):
    """One sentence, what it is about, and the bar that gave it."""

    kind: Kind
    about: str
    nl: str
    en: str
    bar_nl: str
    bar_en: str


class Findings(Frozen):
    """What advice is drawn from.

    Attributes
    ----------
    training, earlier : Comparison
        The newest cohort against the training matrix, and against an earlier cohort where there is one.
    fairness, fairness_wide : Fairness
        With capacity as the cut, and with the wider cut that stands for it among inspected rows (``capacity.evaluation_share``):
        a capacity of 25 addresses is too few to count with.
    use : tuple of UseOf, optional
        None where there is no score log.
    """

    training: Comparison
    earlier: Comparison | None
    fairness: Fairness
    fairness_wide: Fairness
    quality: tuple[SourceQuality, ...]
    performance: Performance
    use: tuple[UseOf, ...] | None


def advise(findings: Findings) -> tuple[Advice, ...]:
    """Give the advice, to retrain first; one that says "nothing" where no bar was passed."""
    said = [*_outcomes(findings.performance), *_fairness(findings), *_drift(findings), *_quality(findings.quality), *_use(findings.use)]
    return tuple(sorted(said, key=lambda a: a.kind != "retrain")) or (_say("nothing", "nothing"),)


def _say(kind: Kind, about: str, **values: Value) -> Advice:
    nl, en = read("nl"), read("en")
    sentence, bar = f"advice.{about}", f"bar.{about}"
    return Advice(
        kind=kind,
        about=about,
        nl=nl.say(sentence, **_in("nl", values)),
        en=en.say(sentence, **_in("en", values)),
        bar_nl=nl.say(bar),
        bar_en=en.say(bar),
    )


def _in(code: Literal["nl", "en"], values: dict[str, Value]) -> dict[str, Value]:
    """Translate the name of a measure and of groups; all other values are the same in both languages."""
    language = read(code)
    found = dict(values)
    for key, value in values.items():
        if key == "measure":
            found[key] = language.say(f"measure.{value}.title")
        if key == "reference" and value is not None:
            found[key] = language.group(str(value))
        if key == "groups" and isinstance(value, tuple):
            found[key] = tuple(language.group(name) for name in value)
    return found


def _outcomes(p: Performance) -> Iterator[Advice]:
    if p.worse and p.auc and p.auc_at_release:
        yield _say("retrain", "worse", rows=p.rows, auc=p.auc.value, low=p.auc.low, high=p.auc.high, then=p.auc_at_release.value)
    if p.rows >= MORE_OUTCOMES * p.learned and p.rows:
        yield _say("retrain", "more_outcomes", rows=p.rows, learned=p.learned)
    if p.off and p.confirmed_share:
        s = p.confirmed_share
        yield _say("look at", "off", expected=p.mean_score, value=s.value, low=s.low, high=s.high)


def _fairness(findings: Findings) -> Iterator[Advice]:
    """Advise per measure, on the first cut that shows anything."""
    for narrow, wide in zip(findings.fairness.measures, findings.fairness_wide.measures, strict=True):
        if not (narrow.shown or wide.shown):
            yield _say("look at", "not_shown", measure=narrow.name)
        for measure in dict.fromkeys((narrow, wide) if narrow.name != "precision" else (narrow,)):
            apart = tuple(gap.group for gap in measure.gaps if is_wide(gap))
            if apart:
                about = "gap" if measure is narrow else "gap_wide"
                yield _say("look at", about, measure=measure.name, groups=apart, reference=measure.reference)


def is_wide(gap: Gap) -> bool:
    """Say whether the whole interval lies on one side of 0 and the ratio outside four fifths to five fourths."""
    one_side = (gap.low is not None and gap.low > 0) or (gap.high is not None and gap.high < 0)
    return one_side and gap.ratio is not None and not RATIO_LOW <= gap.ratio <= RATIO_HIGH


def verdict(gap: Gap) -> Verdict:
    """Say in one word what a gap tells; of a bounded group the ratio is a bound too, and says something only where it lies outside."""
    if is_wide(gap):
        return "wide"
    if gap.low is None or gap.high is None:
        outside = gap.ratio is not None and (gap.ratio < RATIO_LOW if gap.low is None else gap.ratio > RATIO_HIGH)
        return "outside" if outside else "bound"
    return "chance" if gap.low <= 0 <= gap.high else "small"


def _drift(findings: Findings) -> Iterator[Advice]:
    training, earlier = findings.training, findings.earlier
    if training.drifted_share >= DRIFTED_SHARE:
        yield _say("look at", "unlike_training", drifted=sum(c.drifted for c in training.compared), compared=len(training.compared))
    if earlier is not None:
        moved = tuple(c.name for c in earlier.columns if c.drifted)
        if moved:
            yield _say("look at", "moved", names=moved)
        if abs(earlier.current_rows - earlier.reference_rows) >= COHORT_CHANGE * earlier.reference_rows:
            yield _say("look at", "cohort", now=earlier.current_rows, then=earlier.reference_rows)
    missing = tuple(c.name for c in (earlier or training).columns if is_missing_otherwise(c))
    if missing:
        yield _say("look at", "missing" if earlier else "missing_training", names=missing)


def is_missing_otherwise(column: ColumnDrift) -> bool:
    """Say whether the share missing changed by more than the bar, and by more than chance."""
    now, then = (Share(round(s.missing_share * s.rows), s.rows) for s in (column.current, column.reference))
    interval = newcombe(now, then)
    return abs(column.missing_change) >= MISSING_CHANGE and not interval.low <= 0 <= interval.high


def _quality(quality: tuple[SourceQuality, ...]) -> Iterator[Advice]:
    stale = tuple(q.source for q in quality if q.stale)
    over = tuple(q.source for q in quality if q.over_limit)
    if stale:
        yield _say("look at", "stale", names=stale)
    if over:
        yield _say("look at", "rejects", names=over)


def _use(use: tuple[UseOf, ...] | None) -> Iterator[Advice]:
    unlisted = tuple(sorted({f"{u.client} ({u.purpose})" for u in use or () if not u.listed and u.client is not None}))
    if unlisted:
        yield _say("look at", "unlisted", names=unlisted)
