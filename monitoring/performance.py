"""What the outcomes say that came in since training.

They are outcomes of inspections, and inspections are chosen: where a list chose, all rows score high and the AUC is lower than over
everyone. So the figure is set beside that of the release's own test rows, never read alone.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from features.declared import Frozen
from monitoring.intervals import Share, wilson
from training.bootstrap import REPLICATES, Estimate, clusters, estimate, resample
from training.metrics import measure, rank, tie_order
from training.scored import MODEL

MINIMUM_OUTCOMES = 10
"""Confirmed, and not confirmed, outcomes from which an AUC is given: under it its interval covers nearly everything. For a firm judgement
about a hundred of either are needed (Collins, Ogundimu and Altman, Statistics in Medicine 35, 2016)."""

SEED = 1


class Performance(Frozen):
    """Outcomes since training.

    Attributes
    ----------
    since_on : date
        Day of training; an outcome counts that became known on it or later and was not learned from.
    learned : int
        Rows of the matrix that the release was trained on.
    rows, confirmed : int
        Of addresses that the release gives a score.
    not_scorable : int
        Of addresses unlike any inspected one: in no figure here.
    by_trigger : dict
        Rows by why the address was visited.
    auc : Estimate, optional
        With its bootstrap interval over buildings; None where there are too few outcomes.
    auc_at_release : Estimate
        On the release's own test rows.
    mean_score : float, optional
        What the release expected to be confirmed, as a share.
    confirmed_share : Estimate, optional
        What was confirmed, with its Wilson interval.
    """

    since_on: date
    learned: int
    rows: int
    confirmed: int
    not_scorable: int = 0
    by_trigger: dict[str, int]
    enough: bool
    auc: Estimate | None
    auc_at_release: Estimate | None
    mean_score: float | None
    confirmed_share: Estimate | None

    @property
    def worse(self) -> bool:
        """Whether the whole interval lies under what the release showed."""
        return _under(self.auc, self.auc_at_release)

    @property
    def off(self) -> bool:
        """Whether the release expected a share that lies outside the interval of what was confirmed."""
        share, expected = self.confirmed_share, self.mean_score
        if share is None or expected is None or share.low is None or share.high is None:
            return False
        return not share.low <= expected <= share.high


def assess(since: pd.DataFrame, *, learned: int, since_on: date, at_release: dict[str, dict[str, Estimate]]) -> Performance:
    """Measure a release on outcomes that came in since.

    Parameters
    ----------
    since : pandas.DataFrame
        One row per labelled inspection: ``address_id``, ``as_of``, ``building_id``, ``trigger``, ``label``, ``score`` (missing where there is none).
    learned : int
        Rows of the training matrix.
    since_on : date
        Day of training.
    at_release : dict
        Metrics of the release's evaluation.
    """
    outcomes, since = len(since), since[since["score"].notna()]
    confirmed = int(since["label"].sum())
    enough = min(confirmed, len(since) - confirmed) >= MINIMUM_OUTCOMES
    return Performance(
        since_on=since_on,
        learned=learned,
        rows=len(since),
        confirmed=confirmed,
        not_scorable=outcomes - len(since),
        by_trigger={str(t): int(n) for t, n in since["trigger"].value_counts().sort_index().items()},
        enough=enough,
        auc=auc(since) if enough else None,
        auc_at_release=at_release.get(MODEL, {}).get("auc"),
        mean_score=float(since["score"].mean()) if enough else None,
        confirmed_share=_share(Share(confirmed, len(since))) if enough else None,
    )


def auc(rows: pd.DataFrame) -> Estimate:
    """Give the AUC of the score with its interval, homes of one building drawn together, as in training."""
    labels = rows["label"].to_numpy(dtype=np.int8)
    scored = rank(rows["score"].to_numpy(dtype=np.float64), labels=labels, ties=tie_order(rows, seed=SEED), are_probabilities=False)
    blocks = resample(clusters(rows), replicates=REPLICATES, seed=SEED)
    drawn = np.concatenate([measure(scored, weights, share=0.5)["auc"] for weights in blocks])
    return estimate(measure(scored, np.ones((len(rows), 1)), share=0.5)["auc"], drawn)


def _share(share: Share) -> Estimate:
    interval = wilson(share)
    return Estimate(value=share.rate, low=interval.low, high=interval.high)


def _under(now: Estimate | None, then: Estimate | None) -> bool:
    if now is None or then is None or now.high is None or then.value is None:
        return False
    return now.high < then.value
