"""The study from end to end: for each theme one matrix, a model without each source, and one of the base and each source alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from experiments.kinds import Step as Progress
from experiments.source_worth.declared import SourceWorthStudy
from experiments.subsets.learning import Plan, Scores, learn
from experiments.subsets.matrices import TownOfStudy, folder, theme_rows
from features.errors import StudyError
from features.manifest import IndicatorRecord
from features.sources import all_sources
from training.bootstrap import Estimate
from training.evaluation import Measured, evaluate
from training.metrics import Floats
from training.scored import Scorer

PRECISION = "precision_at_capacity"
ADDRESSES = "addresses"
MAY_GO, EARNS, NOT_SHOWN = "removal costs less than the noise", "surely adds", "not shown"
SPREADS = 1.96
"""Standard deviations within which 95 % of the lots lie, were they normal."""


@dataclass(frozen=True)
class Worth:
    """What a source is worth to a theme.

    Attributes
    ----------
    tier : int
        Of the source.
    indicators : int
        That read it, alone or with others.
    cost, truth_cost : Estimate or None
        Precision of everything minus that without the source: among later inspected addresses at capacity, and of a list from the cohort
        against the truth. None where the source is the register of objects, without which there is no address.
    gain, truth_gain : Estimate or None
        Precision of the base with the source alone, minus that of the base; None where the source is in the base, or tells nothing beside it.
    advice : str or None
        From ``cost`` and the noise alone, which is what a municipality can measure.
    """

    theme: str
    source: str
    tier: int
    indicators: int
    cost: Estimate | None = None
    truth_cost: Estimate | None = None
    gain: Estimate | None = None
    truth_gain: Estimate | None = None
    advice: str | None = None


@dataclass(frozen=True)
class OfTheme:
    """A theme as a whole: rows learned from, precision of everything and of the base, and the noise (see `noise_of`)."""

    theme: str
    learned: int
    rows: int
    everything: Estimate
    base: Estimate
    truth: Estimate
    truth_base: Estimate
    noise: float


@dataclass(frozen=True)
class SourceWorthResult:
    """Everything that the page prints."""

    themes: tuple[OfTheme, ...]
    worth: tuple[Worth, ...]

    def as_json(self) -> dict[str, Any]:
        """Give the figures for a program to read."""

        def plain(one: OfTheme | Worth) -> dict[str, Any]:
            return {name: value.model_dump() if isinstance(value, Estimate) else value for name, value in one.__dict__.items()}

        return {"themes": [plain(t) for t in self.themes], "worth": [plain(w) for w in self.worth]}


def advice(cost: Estimate, *, noise: float, most: float) -> str:
    """Say what follows from what the removal of a source costs.

    Parameters
    ----------
    cost : Estimate
        Precision of everything minus that without the source, paired.
    noise : float
        What another lot of as many inspections changes.
    most : float
        More than this is never called noise, however little there was to learn from.

    Examples
    --------
    >>> advice(Estimate(value=0.0, low=-0.01, high=0.01), noise=0.02, most=0.03)
    'removal costs less than the noise'

    A wide interval is no ground to remove anything.

    >>> advice(Estimate(value=0.0, low=-0.1, high=0.1), noise=0.2, most=0.03)
    'not shown'
    >>> advice(Estimate(value=0.05, low=0.02, high=0.08), noise=0.02, most=0.03)
    'surely adds'
    """
    if cost.low is None or cost.high is None:
        return NOT_SHOWN
    if cost.high < min(noise, most):
        return MAY_GO
    return EARNS if cost.low > 0 else NOT_SHOWN


def base() -> frozenset[str]:
    """Give the sources about objects and areas alone: the register of addresses, and what is published of a postcode or a section of cable."""
    areas = {name for name, source in all_sources().items() if source.area is not None and source.use == "indicators"}
    return frozenset({ADDRESSES} | areas)


def run(study: SourceWorthStudy, *, state: Path | None, progress: Progress) -> SourceWorthResult:
    """Run the study; the same declaration gives the same figures."""
    town = TownOfStudy(addresses=study.addresses, inspections_per_year=study.inspections_per_year, seed=study.seed)
    themes: list[OfTheme] = []
    worth: list[Worth] = []
    with folder(state) as kept:
        for rows in theme_rows(town, study.themes, state=kept, progress=progress):
            progress(f"sources of {rows.theme.code}")
            one, found = _of_theme(Plan.of(rows, share=study.learned_share, lots=1, seed=study.seed), study)
            themes.append(one)
            worth += found
    return SourceWorthResult(tuple(themes), tuple(worth))


def _of_theme(plan: Plan, study: SourceWorthStudy) -> tuple[OfTheme, list[Worth]]:
    records, rows = plan.rows.matrix.manifest.indicators, plan.rows
    sources = [name for name in sorted(rows.theme.source_names) if any(name in i.sources for i in records)]
    bare = [i for i in records if set(i.sources) <= base()]
    without = {name: [i for i in records if name not in i.sources] for name in sources if name != ADDRESSES}
    alone = {name: [i for i in records if set(i.sources) <= base() | {name}] for name in sources}
    alone = {name: read for name, read in alone.items() if len(read) > len(bare)}
    whole, least = _learned(plan, records), _learned(plan, bare)
    removed = _measured(plan, study, whole, {name: _learned(plan, read) for name, read in without.items()})
    added = _measured(plan, study, least, {name: _learned(plan, read) for name, read in alone.items()})
    noise = noise_of(plan, records, lots=study.lots)
    everything, truth = (measured.metrics[PLAIN][PRECISION] for measured in removed)
    bare_found, bare_truth = (measured.metrics[PLAIN][PRECISION] for measured in added)
    one = OfTheme(rows.theme.code, plan.learned_rows, len(plan.test), everything, bare_found, truth, bare_truth, noise)
    return one, list(_worth(plan, study, sources, removed, added, noise))


PLAIN = "held against"


def _learned(plan: Plan, read: Sequence[IndicatorRecord]) -> Scores:
    scores = learn(plan, read)
    if scores is None:
        raise StudyError(
            f"theme '{plan.rows.theme.code}' has a round with too few inspections to learn from",
            expected="confirmed and not confirmed inspections in each part of each round",
            remedy="declare a larger learned_share, or more inspections",
        )
    return scores


def _measured(plan: Plan, study: SourceWorthStudy, plain: Scores, others: Mapping[str, Scores]) -> tuple[Measured, Measured]:
    """Measure one model and all that are held against it in the same replicates: among the inspected, and against the truth."""

    def over(rows: Any, fold: Any, share: float, scores: Iterable[tuple[str, Floats]]) -> Measured:
        scorers = [Scorer(name, each, are_probabilities=False) for name, each in scores]
        return evaluate(rows, scorers=scorers, share=share, seed=study.seed, replicates=study.replicates, fold=fold)

    every = {PLAIN: plain, **others}
    listed = min(1.0, study.listed / len(plan.rows.cohort))
    return (
        over(plan.test, plan.fold, plan.rows.theme.capacity.evaluation_share, ((name, s.test) for name, s in every.items())),
        over(plan.everyone, plan.lot, listed, ((name, s.everyone) for name, s in every.items())),
    )


def _worth(
    plan: Plan, study: SourceWorthStudy, sources: list[str], removed: tuple[Measured, ...], added: tuple[Measured, ...], noise: float
) -> Iterator[Worth]:
    records = plan.rows.matrix.manifest.indicators
    for name in sources:
        cost, truth_cost = (measured.differences.get(name, {}).get(PRECISION) for measured in removed)
        gain, truth_gain = (_turned(measured.differences.get(name, {}).get(PRECISION)) for measured in added)
        said = None if cost is None else advice(cost, noise=noise, most=study.most_given_away)
        reading = sum(name in i.sources for i in records)
        yield Worth(plan.rows.theme.code, name, all_sources()[name].tier, reading, cost, truth_cost, gain, truth_gain, said)


def _turned(difference: Estimate | None) -> Estimate | None:
    """Give a difference the other way around."""
    if difference is None or difference.value is None or difference.low is None or difference.high is None:
        return difference
    return Estimate(value=-difference.value, low=-difference.high, high=-difference.low)


def noise_of(plan: Plan, records: Sequence[IndicatorRecord], *, lots: int) -> float:
    """Give what another lot of as many inspections changes in the precision of everything: 1.96 standard deviations over the lots.

    The rows that are measured are the same for each, so this is the chance in what was learned from, and not that in what was measured.
    """
    drawn = replace(plan, lots=lots)
    scores, rounds = _learned(drawn, records), len(plan.rolling.rounds)
    test, fold = drawn.test, drawn.fold
    values = []
    for lot in range(lots):
        ours = fold // rounds == lot
        scorer = Scorer(PLAIN, scores.test[ours], are_probabilities=False)
        share = plan.rows.theme.capacity.evaluation_share
        only = evaluate(test[ours].reset_index(drop=True), scorers=[scorer], share=share, seed=plan.seed, replicates=1, fold=fold[ours])
        values.append(only.metrics[PLAIN][PRECISION].value or 0.0)
    return float(SPREADS * np.std(values, ddof=1))
