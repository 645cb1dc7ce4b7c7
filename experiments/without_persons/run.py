"""The study from end to end: one town, for each theme one matrix, and a model for each step, share of the inspections and lot."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
from numpy.typing import NDArray

from experiments.kinds import Step as Progress
from experiments.subsets.learning import Plan, Scores, Subset, learn
from experiments.subsets.matrices import TRUTH, TownOfStudy, folder, theme_rows
from experiments.without_persons.declared import WithoutPersonsStudy
from features.yardstick import COLUMN, yardstick
from training.bootstrap import Estimate
from training.evaluation import evaluate
from training.metrics import Floats
from training.scored import REPORTS, Scorer

PRECISION = "precision_at_capacity"
BUILDING, WITH_REPORTS, WITH_WATER, WITH_REGISTRATIONS = "building alone", "+ reports", "+ water", "+ registrations"
TIER_0, TIER_1, TIER_2 = "tier 0", "tier 1", "tier 2"


@dataclass(frozen=True)
class Step:
    """A model, and the one that it is held against."""

    reads: Subset
    below: str | None


STEPS = (
    Step(Subset(BUILDING, frozenset({"addresses"}), tier=0), None),
    Step(Subset(WITH_REPORTS, frozenset({"addresses", "reports"})), BUILDING),
    Step(Subset(WITH_WATER, frozenset({"addresses", "reports", "water"})), WITH_REPORTS),
    Step(Subset(WITH_REGISTRATIONS, frozenset({"addresses", "reports", "water", "registrations"})), WITH_WATER),
    Step(Subset(TIER_0, tier=0), BUILDING),
    Step(Subset(TIER_1, tier=1), TIER_0),
    Step(Subset(TIER_2, tier=2), TIER_1),
)


@dataclass(frozen=True)
class Found:
    """What a model is worth.

    Attributes
    ----------
    indicators : int
        That it reads; 0 for the number of reports, which is no model.
    inspected, truth : Estimate or None
        Precision at capacity among later inspected addresses; share of a list from the whole cohort at which an episode goes on.
        None where there were too few inspections to learn from.
    inspected_gain, truth_gain : Estimate or None
        Those minus those of the step below, in the same replicates; None where both read the same.
    """

    theme: str
    times: int
    name: str
    indicators: int
    inspected: Estimate | None
    truth: Estimate | None
    inspected_gain: Estimate | None = None
    truth_gain: Estimate | None = None


@dataclass(frozen=True)
class Size:
    """Of whom the figures of a theme speak.

    Test rows and confirmed ones, addresses of the cohort and those with an episode; by times, rows learned from and confirmed ones among them.
    """

    theme: str
    rows: int
    positives: int
    cohort: int
    episodes: int
    learned: dict[int, int]
    confirmed: dict[int, int]


@dataclass(frozen=True)
class WithoutPersonsResult:
    """Everything that the page prints."""

    found: tuple[Found, ...]
    sizes: tuple[Size, ...]

    def of(self, **wanted: Any) -> list[Found]:
        """Give the figures with these values."""
        return [f for f in self.found if all(getattr(f, name) == value for name, value in wanted.items())]

    def as_json(self) -> dict[str, Any]:
        """Give the figures for a program to read."""
        plain = [{name: v.model_dump() if isinstance(v, Estimate) else v for name, v in f.__dict__.items()} for f in self.found]
        return {"found": plain, "sizes": [s.__dict__ for s in self.sizes]}


def run(study: WithoutPersonsStudy, *, state: Path | None, progress: Progress) -> WithoutPersonsResult:
    """Run the study; the same declaration gives the same figures."""
    town = TownOfStudy(addresses=study.addresses, inspections_per_year=study.visits_per_year * study.most, seed=study.seed)
    found: list[Found] = []
    sizes: list[Size] = []
    with folder(state) as kept:
        for rows in theme_rows(town, study.themes, state=kept, progress=progress):
            plans = {each.times: Plan.of(rows, share=each.times / study.most, lots=each.lots, seed=study.seed) for each in study.times}
            for times, plan in plans.items():
                progress(f"{rows.theme.code}, {times} times the inspections")
                found += _found(plan, study, times)
            sizes.append(_size(plans))
    return WithoutPersonsResult(tuple(found), tuple(sizes))


def _size(plans: dict[int, Plan]) -> Size:
    rows, test = plans[max(plans)].rows, pd.concat([folds.test.rows for folds in plans[max(plans)].rolling.rounds])
    learned = {times: plan.learned_rows for times, plan in plans.items()}
    confirmed = {times: plan.learned_positives for times, plan in plans.items()}
    return Size(rows.theme.code, len(test), int(test["label"].sum()), len(rows.cohort), int(rows.cohort[TRUTH].sum()), learned, confirmed)


def _found(plan: Plan, study: WithoutPersonsStudy, times: int) -> Iterator[Found]:
    """Learn every step once, and hold each against the one below it."""
    records = plan.rows.matrix.manifest.indicators
    reads = {step.reads.name: step.reads.of(records) for step in STEPS}
    known: dict[tuple[str, ...], Scores | None] = {}
    for indicators in reads.values():
        names = tuple(i.name for i in indicators)
        if names not in known:
            known[names] = learn(plan, indicators)
    scores = {name: known[tuple(i.name for i in indicators)] for name, indicators in reads.items()}
    theme, inspected, truth = plan.rows.theme.code, _inspected(plan, study), _everyone(plan, study)
    for step in STEPS:
        name, own, below = step.reads.name, scores[step.reads.name], scores.get(step.below or "")
        other = None if below is own else below
        if own is None:
            yield Found(theme, times, name, len(reads[name]), None, None)
            continue
        one, gain = inspected.held(own.test, None if other is None else other.test)
        real, more = truth.held(own.everyone, None if other is None else other.everyone)
        yield Found(theme, times, name, len(reads[name]), one, real, gain, more)
    yield Found(theme, times, REPORTS, 0, *(rows.held(rows.reports, None)[0] for rows in (inspected, truth)))


@dataclass(frozen=True)
class Rows:
    """Rows on which models are held against each other, the capacity as a share of each fold, and the seed of the replicates."""

    frame: pd.DataFrame
    fold: NDArray[Any]
    share: float
    study: WithoutPersonsStudy
    reports: Floats

    def held(self, scores: Floats, below: Floats | None) -> tuple[Estimate, Estimate | None]:
        """Give the precision at capacity of scores, and minus that of others in the same replicates."""
        scorers = [Scorer("own", scores, are_probabilities=False)]
        if below is not None:
            scorers.append(Scorer("below", below, are_probabilities=False))
        measured = evaluate(self.frame, scorers=scorers, share=self.share, seed=self.study.seed, replicates=self.study.replicates, fold=self.fold)
        return measured.metrics["own"][PRECISION], None if below is None else measured.differences["below"][PRECISION]


def _inspected(plan: Plan, study: WithoutPersonsStudy) -> Rows:
    test = plan.test
    return Rows(test, plan.fold, plan.rows.theme.capacity.evaluation_share, study, _reports(plan, test))


def _everyone(plan: Plan, study: WithoutPersonsStudy) -> Rows:
    """Give the cohort; its list is as long as a year of visits at once the inspections."""
    everyone = plan.everyone
    return Rows(everyone, plan.lot, min(1.0, study.visits_per_year / len(plan.rows.cohort)), study, _reports(plan, everyone))


def _reports(plan: Plan, rows: pd.DataFrame) -> Floats:
    return rows[yardstick(plan.rows.matrix.manifest.indicators) or COLUMN].to_numpy(dtype="float64")
