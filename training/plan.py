"""A cold start planned: with so many visits, how many weeks until each gate can be decided, and what could be shown before.

Nothing here looks at data. What is not known before the first visit is assumed, stands in the answer, and can be given as an option.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from pydantic import Field, ValidationError

from features.declared import Frozen
from features.errors import InputError
from features.limits import Limits
from features.themes import Theme
from training import power
from training.folds import ROUNDS, TEST_SHARE

LABELLED_SHARE = 0.7
"""Share of visits that give a label. Assumed: at three of ten nobody is home or entry is refused, as in the synthetic town."""
HOPED_LIFT = 2.0
"""Lift at capacity that is hoped for. Assumed: a list on which hits are twice as frequent is worth the trouble of a model."""
MEASURED_SHARE = ROUNDS * TEST_SHARE
"""Share of the labels on which a model that was fitted before is measured: what comes before the first test period only teaches."""
BASELINE_CORRELATION = 0.4
"""Between the AUC of a model and that of the number of reports, which it reads. Assumed: they agree on part of the cases."""
GROUP_SHARE, GROUP_GAP = 0.2, 0.1
"""Part of the rows of the smallest group that is audited, and the gap that may be left open. Assumed."""
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
    """The whole answer: what was given and assumed, the wait for each gate, and what could be shown when."""

    theme: str
    given: Given
    power: float
    confidence: float
    design_effect: float
    measured_share: float
    waits: tuple[Wait, ...]
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


def plan(theme: str, count: Given, *, limits: Limits) -> Plan:
    """Answer how long each gate takes, and what could be shown after some spans.

    Parameters
    ----------
    theme : str
        Code, for the record.
    count : Given
    limits : Limits
        Of the theme: what the gates ask.
    """
    return Plan(
        theme=theme,
        given=count,
        power=power.POWER,
        confidence=power.CONFIDENCE,
        design_effect=power.DESIGN_EFFECT,
        measured_share=MEASURED_SHARE,
        waits=tuple(_waits(count, limits)),
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
    model = power.auc_of_lift(count.lift, base_rate=base, capacity_share=share)
    reports = power.auc_of_lift(max(floor, 1.0), base_rate=base, capacity_share=share)
    for name, other, correlation in (("random", 0.5, 0.0), ("number of reports", reports, BASELINE_CORRELATION)):
        needed = None if model is None or other is None else power.for_auc(model, other, base_rate=base, correlation=correlation)
        asked = f"AUC {_two(model)} above {_two(other)}"
        yield _wait(f"better than {name}", asked, _all(needed), count, "closed form: Hanley and McNeil 1982, 1983")
    lift = power.for_lift(count.lift, base_rate=base, capacity_share=share, minimum=floor)
    yield _wait("lift at capacity", f"lift {count.lift:g} above {floor:g}", _all(lift), count, "exact: binomial, interval of Katz 1978")
    gap = power.for_calibration(limits.maximum_calibration_gap, base_rate=base)
    yield _wait("calibration", f"gap at most {limits.maximum_calibration_gap:g}", _all(gap), count, "simulated: binomial, with bootstrap")
    groups = power.for_group_gap(GROUP_GAP, share=base, group_share=GROUP_SHARE)
    yield _wait("group gaps", f"gap at most {GROUP_GAP:g}", _all(groups), count, "closed form: two one-sided tests (Schuirmann 1987)")
    known = power.smallest(lambda labels: power.half_width(labels, base_rate=base) <= ARM_WIDTH)
    drawn = None if not count.random_share or known is None else math.ceil(known / count.random_share)
    yield _wait("random arm alone", f"base rate within {ARM_WIDTH:g}", drawn, count, "exact: Clopper and Pearson 1934")


def _wait(gate: str, asked: str, labels: int | None, count: Given, method: str) -> Wait:
    return Wait(gate=gate, asked=asked, labels=labels, weeks=None if labels is None else weeks_until(labels, count), method=method)


def _all(measured: int | None) -> int | None:
    """Give the labels of which so many are measured."""
    return None if measured is None else math.ceil(measured / MEASURED_SHARE)


def _horizon(weeks: int, count: Given, limits: Limits) -> Horizon:
    labels, base = labels_after(weeks, count), count.base_rate
    measured, drawn = math.floor(labels * MEASURED_SHARE), math.floor(labels * count.random_share)
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
