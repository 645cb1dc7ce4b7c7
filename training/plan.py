"""A cold start planned: with so many visits, how many weeks until each gate can be decided, and what could be shown before.

Of data it knows only how many labels there are already (`training.labels`). What is not known before the first visit is assumed, stands in the
answer, and can be given as an option.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from pydantic import Field, ValidationError

from features.declared import Frozen
from features.errors import InputError
from features.limits import TELLS_NOTHING, Limits
from features.themes import Theme
from features.yardstick import SOURCE as SOURCE_OF_REPORTS
from training import power
from training.fairness import BIAS, FALSE_POSITIVES, PRECISION, RECALL, SELECTION
from training.folds import ROUNDS, TEST_SHARE
from training.footing_gates import AGE, FUTURE, LEARNED_AGE, SHUFFLED, SOURCE
from training.gates import WITHOUT_GATE, gate_name
from training.group_gates import GROUP_AUC, allowed, gap_name
from training.labels import Labels
from training.scorecard import SCORECARD
from training.scored import LEARNED, LOGISTIC_REGRESSION, RANDOM, RANKING, REPORTS
from training.stability_gates import A_DAY_ON, RESAMPLED

LABELLED_SHARE = 0.7
"""Share of visits that give a label. Assumed: at three of ten nobody is home or entry is refused, as in the synthetic town."""
HOPED_LIFT = 2.0
"""Lift at capacity that is hoped for. Assumed: a list on which hits are twice as frequent is worth the trouble of a model."""
MEASURED_SHARE = ROUNDS * TEST_SHARE
"""Share of the labels on which a model that was fitted before is measured: what comes before the first test period only teaches."""
BASELINE_CORRELATION = 0.4
"""Between the AUC of a model and that of the number of reports, which it reads. Assumed: they agree on part of the cases."""
LIKE_RIVAL = 0.8
"""The same correlation with what learned from the same rows, which is then as good. Assumed: it reads the same, so it agrees on most cases."""
GROUP_SHARE, OTHER_SHARE = 0.2, 0.4
"""Parts of the rows of the two groups that are compared: the smallest that is audited, and another. Assumed: three groups."""
UNPLANNED = {
    RESAMPLED: "how alike models of other draws are is not known before the first",
    A_DAY_ON: "it needs no labels: it is decided with the first model",
    SOURCE: "on what a score will rest is not known before the first",
    SHUFFLED: "it is a check on the machinery, whose interval is as wide as the last test period is short",
    FUTURE: "whether a column knows the future is no matter of how many labels there are",
    AGE: "it holds for as long as visits go on",
    LEARNED_AGE: "it holds for as long as visits go on",
}
"""Gates of which no number of labels says when they can be decided, with the reason."""
NOTHING: Mapping[str, str] = MappingProxyType({})
ARM_WIDTH = 0.05
"""Half the width at which the random arm tells the base rate well enough to correct by. Assumed."""
DAYS_A_WEEK = 7
HORIZONS = (13, 26, 52, 104, 156)
"""Weeks of which is said what could be shown: a quarter to three years."""


class Given(Frozen):
    """What the plan counts with.

    Attributes
    ----------
    visits, round_weeks : int
        Addresses that a round visits, and the weeks that it takes.
    base_rate : float
        Share of the labels that confirm. A list confirms more often, so this errs to the late side.
    random_share : float
        Share of the visits that is drawn by lot; 0 where the theme draws none.
    labelled_share : float
        Share of the visits that give a label.
    lift : float
        Hoped for, at capacity.
    capacity_share : float
        Capacity among the measured rows.
    outcome_weeks : int
        After a visit, until its outcome is known at the latest.
    labels_now : int
        Labels that there are already, measured as those to come.
    random_now : int, optional
        Those of them that were drawn by lot; None takes the share that is drawn of those to come.
    """

    visits: int = Field(ge=1)
    round_weeks: int = Field(ge=1)
    base_rate: float = Field(gt=0, lt=1, allow_inf_nan=False)
    random_share: float = Field(ge=0, lt=1, allow_inf_nan=False)
    labelled_share: float = Field(default=LABELLED_SHARE, gt=0, le=1, allow_inf_nan=False)
    lift: float = Field(default=HOPED_LIFT, gt=1, allow_inf_nan=False)
    capacity_share: float = Field(gt=0, lt=1, allow_inf_nan=False)
    outcome_weeks: int = Field(ge=0)
    labels_now: int = Field(default=0, ge=0)
    random_now: int | None = Field(default=None, ge=0)

    def drawn(self, labels: int) -> int:
        """Give how many were drawn by lot when there are so many labels, those of now among them."""
        if self.random_now is None:
            return math.floor(labels * self.random_share)
        return self.random_now + math.floor((labels - self.labels_now) * self.random_share)

    def labels_for(self, drawn: int) -> int | None:
        """Give the labels that there are when so many were drawn by lot; None where that is never."""
        if self.random_now is not None and self.random_now >= drawn:
            return self.labels_now
        if not self.random_share:
            return None
        missing, there = (drawn, 0) if self.random_now is None else (drawn - self.random_now, self.labels_now)
        return there + math.ceil(missing / self.random_share)


class Wait(Frozen):
    """One gate: the labels it needs, the weeks until they are there with their outcome, and by which method; None is never."""

    gate: str
    asked: str
    labels: int | None
    weeks: int | None
    method: str


class Horizon(Frozen):
    """What there is after so many weeks; ``smallest_lift`` is what a model must truly have to pass, None where no lift is enough."""

    weeks: int
    labels: int
    confirmed: float
    smallest_lift: float | None
    random_labels: int
    random_half_width: float


class Plan(Frozen):
    """The whole answer: what was given and assumed, the wait for each gate, which have none and why, and what could be shown when.

    ``labels`` are those that the training matrix holds, or why it counts for nothing; None where other numbers were asked for.
    """

    theme: str
    synthetic: bool = False
    labels: Labels | str | None = None
    given: Given
    power: float
    confidence: float
    design_effect: float
    measured_share: float
    waits: tuple[Wait, ...]
    unplanned: dict[str, str]
    horizons: tuple[Horizon, ...]


def given(theme: Theme, **options: float | None) -> Given:
    """Take what the plan counts with from the theme, and what is given besides from options.

    Raises
    ------
    InputError
        No base rate is known, or a number lies outside its range.
    """
    told = {name: value for name, value in options.items() if value is not None}
    capacity, arm = theme.capacity, theme.random_arm
    own = {"visits": capacity.visits, "round_weeks": capacity.round_weeks, "base_rate": capacity.base_rate, "random_share": arm.share or 0.0}
    own |= {"capacity_share": capacity.evaluation_share, "outcome_weeks": math.ceil(theme.outcome.span_days / DAYS_A_WEEK)}
    if (own | told)["base_rate"] is None:
        raise InputError(
            f"theme '{theme.code}' says nothing of a base rate",
            expected="the share of labels that is expected to confirm",
            remedy="give --base-rate, or capacity.base_rate in the theme",
        )
    try:
        return Given.model_validate(own | told)
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise InputError(wrong, expected="shares between 0 and 1, a lift above 1, whole numbers of visits and weeks", remedy="mend those") from error


def without_gate(theme: Theme) -> dict[str, str]:
    """Give the gates that this theme does not have, with the reason: it may not read reports, or declares no points of experts."""
    absent = {REPORTS: SOURCE_OF_REPORTS not in {source.name for source in theme.sources}, SCORECARD: not theme.scorecard}
    return {gate_name(name): WITHOUT_GATE[name] for name, is_absent in absent.items() if is_absent}


def plan(theme: str, count: Given, *, limits: Limits, absent: Mapping[str, str] = NOTHING) -> Plan:
    """Answer how long each gate takes, and what could be shown after some spans.

    Parameters
    ----------
    theme : str
        Code, for the record.
    count : Given
    limits : Limits
        Of the theme: what the gates ask.
    absent : mapping of str
        Gates that the theme does not have, with the reason (`without_gate`).
    """
    return Plan(
        theme=theme,
        given=count,
        power=power.POWER,
        confidence=power.CONFIDENCE,
        design_effect=power.DESIGN_EFFECT,
        measured_share=MEASURED_SHARE,
        waits=tuple(wait for wait in _waits(count, limits) if wait.gate not in absent),
        unplanned={**UNPLANNED, **absent},
        horizons=tuple(_horizon(weeks, count, limits) for weeks in HORIZONS),
    )


def weeks_until(labels: int, count: Given) -> int:
    """Give the weeks until so many labels are there: whole rounds, and then the time that an outcome takes."""
    missing = max(0, labels - count.labels_now)
    rounds = math.ceil(missing / (count.visits * count.labelled_share) - 1e-9)
    return rounds * count.round_weeks + (count.outcome_weeks if missing else 0)


def labels_after(weeks: int, count: Given) -> int:
    """Give the labels whose outcome is known after so many weeks."""
    rounds = max(0, weeks - count.outcome_weeks) // count.round_weeks
    return count.labels_now + math.floor(rounds * count.visits * count.labelled_share + 1e-9)


def _waits(count: Given, limits: Limits) -> Iterator[Wait]:
    base, share, floor = count.base_rate, count.capacity_share, limits.minimum_lift
    yield _wait("labels", f"at least {limits.minimum_labels}", limits.minimum_labels, count, "a count")
    confirmed = power.for_positives(limits.minimum_positives, base_rate=base)
    yield _wait("confirmed labels", f"at least {limits.minimum_positives}", confirmed, count, "exact: binomial")
    yield from _rivals(count, limits)
    lift = power.for_lift(count.lift, base_rate=base, capacity_share=share, minimum=floor)
    yield _wait("lift at capacity", f"lift {count.lift:g} above {floor:g}", _all(lift), count, "exact: binomial, interval of Katz 1978")
    gap = power.for_calibration(limits.maximum_calibration_gap, base_rate=base)
    yield _wait("calibration", f"gap at most {limits.maximum_calibration_gap:g}", _all(gap), count, "simulated: binomial, with bootstrap")
    yield from _groups(count, limits)
    known = power.smallest(lambda labels: power.half_width(labels, base_rate=base) <= ARM_WIDTH)
    drawn = None if known is None else count.labels_for(known)
    yield _wait("random arm alone", f"base rate within {ARM_WIDTH:g}", drawn, count, "exact: Clopper and Pearson 1934")


def _rivals(count: Given, limits: Limits) -> Iterator[Wait]:
    """Give the wait for each baseline: points are taken to be as good as reports, and what learns from the same rows as good as the model."""
    base, share = count.base_rate, count.capacity_share
    model = power.auc_of_lift(count.lift, base_rate=base, capacity_share=share)
    reports = power.auc_of_lift(max(limits.minimum_lift, 1.0), base_rate=base, capacity_share=share)
    untaught = {RANDOM: (TELLS_NOTHING, 0.0), REPORTS: (reports, BASELINE_CORRELATION), SCORECARD: (reports, BASELINE_CORRELATION)}
    learned = dict.fromkeys((LOGISTIC_REGRESSION, RANKING), (model, LIKE_RIVAL))
    for name, (other, correlation) in (untaught | learned).items():
        margin = limits.maximum_auc_loss if name in LEARNED else 0.0
        needed = None
        if model is not None and other is not None:
            needed = power.for_auc(model, other, base_rate=base, correlation=correlation, margin=margin)
        asked = f"AUC {_two(model)} above {_two(other)}" + (f" less {margin:g}" if margin else "")
        yield _wait(gate_name(name), asked, _all(needed), count, "closed form: Hanley and McNeil 1982, 1983")


def _groups(count: Given, limits: Limits) -> Iterator[Wait]:
    """Give the wait for each gap: the share that both groups have, and the part of the measured rows that it is a share of."""
    base, share, found = count.base_rate, count.capacity_share, count.lift * count.base_rate
    raised = share * (1 - found) / (1 - base)
    of = {
        SELECTION: (share, 1.0),
        PRECISION: (found, share),
        RECALL: (count.lift * share, base),
        FALSE_POSITIVES: (raised, 1 - base),
        BIAS: (base, 1.0),
    }
    for measure, limit in allowed(limits).items():
        seen, part = of[measure]
        sound = 0 < seen < 1
        rows = power.for_group_gap(limit, share=seen, group_share=GROUP_SHARE, other_share=OTHER_SHARE) if sound else None
        labels = None if rows is None else math.ceil(rows / part)
        yield _wait(gap_name(measure), f"gap at most {limit:g}", _all(labels), count, "closed form: two one-sided tests (Schuirmann 1987)")
    told, asked = power.for_group_auc(limits.maximum_group_auc, group_share=GROUP_SHARE), f"AUC within {limits.maximum_group_auc:g}"
    yield _wait(GROUP_AUC, asked, _all(told), count, "closed form: Schuirmann 1987, Hanley and McNeil 1982")


def _wait(gate: str, asked: str, labels: int | None, count: Given, method: str) -> Wait:
    return Wait(gate=gate, asked=asked, labels=labels, weeks=None if labels is None else weeks_until(labels, count), method=method)


def _all(measured: int | None) -> int | None:
    """Give the labels of which so many are measured."""
    return None if measured is None else math.ceil(measured / MEASURED_SHARE)


def _horizon(weeks: int, count: Given, limits: Limits) -> Horizon:
    labels, base = labels_after(weeks, count), count.base_rate
    measured, drawn = math.floor(labels * MEASURED_SHARE), count.drawn(labels)
    return Horizon(
        weeks=weeks,
        labels=labels,
        confirmed=labels * base,
        smallest_lift=power.smallest_lift(labels=measured, base_rate=base, capacity_share=count.capacity_share, minimum=limits.minimum_lift),
        random_labels=drawn,
        random_half_width=power.half_width(drawn, base_rate=base),
    )


def _two(value: float | None) -> str:
    return "unknown" if value is None else f"{value:.2f}"
