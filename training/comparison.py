"""A challenger beside the champion: figures on the same rows, the list and the reasons that would change, and what follows. No address in it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.declared import Frozen
from features.manifest import IndicatorRecord, Manifest
from features.matrix_file import Matrix
from features.themes import Theme
from training import changed_list, changed_reasons, paired
from training.bootstrap import Estimate
from training.changed_list import ChangedList, Lists
from training.changed_reasons import ChangedReason
from training.comparison_advice import Advice, advise
from training.metrics import Floats
from training.model import margins, probability
from training.objective import Objective
from training.paired import CHALLENGER, CHAMPION, Arm, Paired
from training.release import Release
from training.run import Candidate
from training.support import behind, only_like

SAME = ("definition", "unit", "sources", "reach")
"""What of an indicator must be as it was, for a model that learned it to read it."""


class Side(Frozen):
    """One of the two models."""

    version: str
    release_hash: str
    trained_by: str
    trained_on: date
    tier: int
    objective: Objective = "binary"
    inspections: int
    as_of_last: date

    @classmethod
    def of(cls, release: Release) -> Side:
        """Say which model it is, and what it was made of."""
        return cls(
            version=release.version,
            release_hash=release.release_hash,
            trained_by=release.trained_by,
            trained_on=release.card.trained_on,
            tier=release.manifest.tier,
            objective=release.card.objective,
            inspections=release.manifest.rows,
            as_of_last=release.manifest.as_of_last,
        )


class Comparison(Frozen):
    """Everything that the page says; ``layout`` rises when a key changes meaning.

    Attributes
    ----------
    matrix_hash, catalogue_hash : str
        Of the challenger's training matrix.
    champion : Side, optional
        None where nothing was promoted yet.
    catalogue_changed : bool
        Whether the code of the indicators changed since the champion was trained: it is scored on what that code gives now.
    newest : Paired or str, optional
        Both on the newest test period, or why not; None without a champion.
    left_out_rows : int
        Rows of that period that the champion may have learned from.
    not_scorable_rows : int
        Others of that period of which one of both gives no answer, for the address is unlike any inspected one: neither is measured on them.
    random_arm : Arm or str, optional
        Both on what was drawn by lot, or why not.
    baselines : dict of Estimate
        AUC of the challenger minus that of each baseline, over all its test periods.
    changed_list : ChangedList, optional
        Of the cohort of ``list_as_of``.
    monitoring : tuple of str
        What the newest report of the monitor on this theme advised.
    """

    layout: Literal[1] = 1
    municipality: str
    synthetic: bool
    theme: str
    title_en: str
    made_on: date
    matrix_hash: str
    catalogue_hash: str
    challenger: Side
    champion: Side | None
    catalogue_changed: bool = False
    newest: Paired | str | None = None
    left_out_rows: int = 0
    not_scorable_rows: int = 0
    random_arm: Arm | str | None = None
    baselines: dict[str, Estimate]
    list_as_of: date | None = None
    changed_list: ChangedList | None = None
    changed_reasons: tuple[ChangedReason, ...] = ()
    monitoring: tuple[str, ...] = ()
    advice: Advice


@dataclass(frozen=True)
class Compared:
    """A comparison, and both lists with their addresses where there is a champion to compare with."""

    comparison: Comparison
    lists: Lists | None


def compare(candidate: Candidate, champion: Release | None, *, cohort: Matrix, theme: Theme, made_on: date, seed: int,
            monitoring: tuple[str, ...] = ()) -> Compared:  # fmt: skip
    """Compare a candidate that was trained just now with what is served.

    Parameters
    ----------
    candidate : Candidate
    champion : Release, optional
    cohort : Matrix
        The scoring matrix of the day, of the same build as the candidate's training matrix.
    theme : Theme
    made_on : date
        The clock.
    seed : int
        Of the replicates and of the order among equal scores.
    monitoring : tuple of str
        What the monitor advised, if it was asked.
    """
    found = candidate.release
    told: dict[str, Any] = {
        "municipality": found.card.municipality,
        "synthetic": found.card.synthetic,
        "theme": theme.code,
        "title_en": theme.title_en,
        "made_on": made_on,
        "matrix_hash": found.manifest.content_hash,
        "catalogue_hash": found.manifest.catalogue_hash,
        "challenger": Side.of(found),
        "baselines": {name: metrics["auc"] for name, metrics in found.evaluation.differences.items()},
        "monitoring": monitoring,
    }
    if champion is None:
        return Compared(Comparison(champion=None, advice=advise(found.gates, newest=None, arm=None), **told), lists=None)
    told |= {"champion": Side.of(champion), "catalogue_changed": champion.card.catalogue_hash != found.card.catalogue_hash}
    other = unreadable(champion, found.manifest)
    if other is not None:
        return Compared(Comparison(newest=other, advice=advise(found.gates, newest=other, arm=None), **told), lists=None)
    return _beside(candidate, champion, cohort=cohort, theme=theme, seed=seed, told=told)


def unreadable(champion: Release, manifest: Manifest) -> str | None:
    """Say why the champion cannot score rows of a matrix of now; None where it can."""
    now = {indicator.name: indicator for indicator in manifest.indicators}
    gone = [name for name in champion.indicators if name not in now]
    if gone:
        return f"the champion reads {len(gone)} indicators that the matrix of now does not hold, first '{gone[0]}'"
    other = [indicator.name for indicator in champion.manifest.indicators if _meaning(indicator) != _meaning(now[indicator.name])]
    return f"{len(other)} indicators of the champion mean something else now, first '{other[0]}'" if other else None


def _meaning(indicator: IndicatorRecord) -> tuple[object, ...]:
    return tuple(getattr(indicator, name) for name in SAME)


def _beside(candidate: Candidate, champion: Release, *, cohort: Matrix, theme: Theme, seed: int, told: dict[str, Any]) -> Compared:
    """Score the same rows and the same cohort with both."""
    sides, last, share = {CHALLENGER: candidate.release, CHAMPION: champion}, candidate.learned.rounds[-1], theme.capacity.evaluation_share
    test = last.folds.test.rows
    since = paired.unlearned(test, champion)
    rows = since[_both_answer(sides, since)]
    newest: Paired | str | None = paired.compare(rows, _scored(sides, rows), share=share, seed=seed) if len(rows) else None
    until = paired.learned_until(champion.evaluation)
    newest = newest or (
        f"of the {len(test)} rows of the newest test period {len(rows)} were decided since {until} and get an answer of both, and not in both classes"
    )
    arm = paired.on_random_arm(rows, _scored(sides, rows), share=share, seed=seed) if len(rows) else "no row is left to look at"
    frame, visits = cohort.frame.reset_index(drop=True), theme.capacity.visits
    scores = _listable(sides, frame, stale=cohort.manifest.stale_since)
    listed = changed_list.lists(frame, scores, visits=visits, seed=seed)
    comparison = Comparison(
        newest=newest,
        left_out_rows=len(test) - len(since),
        not_scorable_rows=len(since) - len(rows),
        random_arm=arm,
        list_as_of=cohort.manifest.as_of_last,
        changed_list=changed_list.changed(frame, scores, listed, last=last, visits=visits, seed=seed),
        changed_reasons=changed_reasons.changed(frame.iloc[listed.positions], challenger=candidate.release, champion=champion),
        advice=advise(candidate.release.gates, newest=newest, arm=arm),
        **told,
    )
    return Compared(comparison, listed)


def _scored(sides: dict[str, Release], rows: pd.DataFrame) -> dict[str, Floats]:
    """Give the probabilities of rows under each model."""
    return {name: probability(one.slope * margins(one.booster, rows) + one.intercept) for name, one in sides.items()}


def _both_answer(sides: dict[str, Release], rows: pd.DataFrame) -> NDArray[np.bool_]:
    """Say of inspected rows whether both models would have answered: on the others neither is measured, as neither would be listed for them."""
    answers = [np.ones(len(rows), dtype=bool) if one.support is None else ~one.support.unlike(rows) for one in sides.values()]
    return np.asarray(np.logical_and.reduce(answers))


def _listable(sides: dict[str, Release], rows: pd.DataFrame, *, stale: Collection[str]) -> dict[str, Floats]:
    """Give the same of a cohort, missing where a model would give no answer: such an address is on no list."""
    scores = _scored(sides, rows)
    return {name: only_like(one.support, rows, scores[name], unknown=behind(one.manifest.indicators, stale)) for name, one in sides.items()}
