"""For whom the score may be wrong: rates per audit group on later rows, and the gaps between groups, each with its interval.

Groups are levels of the neighbourhood that no indicator reads (DESIGN rule 4); they come in here and nowhere else. The cut at capacity
is made within each round and drawn anew in each replicate, and whole buildings are drawn. Rates of inspected addresses: who was never
inspected has no outcome, so a gap may also come from who was chosen.

A rate of which fewer than ten rows are hits, or fewer than ten are none, is withheld: it would point at homes, and its interval means
nothing. What is withheld is not shown, and a gate does not pass on it.

References
----------
Hardt, Price and Srebro, Equality of opportunity in supervised learning, 2016 (recall, false positive rate); Chouldechova, Fair
prediction with disparate impact, 2017 (precision; not all can be equal where groups differ in base rate). The plain rates are those of
fairlearn's ``MetricFrame``, which the tests hold them against: it has neither cuts that are drawn anew nor clusters.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import Field

from features.audit import UNKNOWN
from features.declared import Frozen
from training.bootstrap import REPLICATES, Estimate, clusters, distance, estimate, resample
from training.capacity import Cut, list_order
from training.metrics import RELIABILITY_BINS, Floats, reliability_bins, tie_order
from training.release_card import Population
from training.reliability import ReliabilityBin, reliability

MINIMUM_CELL = 10
"""Fewest hits, and fewest other rows, of a rate that is shown (rule of thumb: Bond, Brandt and de Wolf, Eurostat DwB, 2015)."""
MAXIMUM_UNKNOWN_SHARE = 0.1
"""Assumed: where more rows than a tenth are of no known group, the rates of the others say too little of all."""
SELECTION, PRECISION, RECALL, FALSE_POSITIVES, BIAS = "selection_rate", "precision", "recall", "false_positive_rate", "calibration_bias"
MEASURES = (SELECTION, PRECISION, RECALL, FALSE_POSITIVES, BIAS)
GAP = "calibration_gap"
NO_AUDIT_DATA = "the municipality keeps no audit data (registers/neighbourhoods.sql), so nobody can see whom the score wrongs"


class Group(Frozen):
    """One audit group.

    Attributes
    ----------
    rows, confirmed : int, optional
        None where they are under ten.
    rates : dict of Estimate
        By measure: share within capacity; of those the share confirmed; share of the confirmed and of the others that is within
        capacity; mean score minus share confirmed. A withheld one is absent.
    calibration_gap : Estimate, optional
        Mean distance between score and outcome over parts of equal size; of whom it and ``reliability`` speak, `Fairness` says.
    """

    name: str
    rows: int | None
    confirmed: int | None
    rates: dict[str, Estimate] = Field(default_factory=dict)
    calibration_gap: Estimate | None = None
    reliability: tuple[ReliabilityBin, ...] = ()


class Gap(Frozen):
    """A rate of the first group minus that of the second, both in the same replicates."""

    measure: str
    first: str
    second: str
    difference: Estimate


class Fairness(Frozen):
    """All groups and gaps.

    Attributes
    ----------
    absent : str, optional
        Why nothing can be shown at all.
    calibrated_for : {"inspected", "cohort"}
        Of whom the calibration gap and the reliability of each group speak; every rate is of inspected addresses.
    unknown_share : float
        Share of the rows without a known group; they are in no group and in no gap.
    withheld : dict of tuple of str
        By measure, the groups of which the rate is not shown.
    """

    absent: str | None = None
    calibrated_for: Population = "inspected"
    unknown_share: float = 0.0
    groups: tuple[Group, ...] = ()
    withheld: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    gaps: tuple[Gap, ...] = ()


def measure(rows: pd.DataFrame, *, probabilities: Floats, fold: NDArray[np.intp], group: Sequence[str] | None, named: Sequence[str] = (),
            share: float, seed: int, replicates: int = REPLICATES, cohort: Floats | None = None) -> Fairness:  # fmt: skip
    """Measure every group on the same rows and in the same replicates.

    Parameters
    ----------
    rows : DataFrame of n rows
        Later rows: ``address_id``, ``as_of``, ``building_id`` and ``label``.
    probabilities : ndarray of shape (n,)
        Their scores, each by a model that was learned before.
    fold : ndarray of int, shape (n,)
        Round of each row.
    group : sequence of str of length n, optional
        Audit group of each row, as `features.audit.of_rows` gives it; None where the municipality keeps no audit data.
    named : sequence of str
        Groups that the theme names: first in order, and one that has no row is withheld, never left out.
    share : float
        Capacity as a share of the rows of a round.
    seed, replicates : int
        Of the bootstrap.
    cohort : ndarray of shape (n,), optional
        How many addresses of the cohort each row stands for, where the score is calibrated to that: so are calibration gap and reliability then.
    """
    if group is None:
        return Fairness(absent=NO_AUDIT_DATA)
    of = np.asarray(group, dtype=object)
    names = [*dict.fromkeys(named), *sorted(set(of) - set(named) - {UNKNOWN})]
    order = list_order(probabilities, ties=tie_order(rows, seed=seed), fold=fold)
    members = np.array([of == name for name in names], dtype=bool).reshape(-1, len(rows))[:, order]
    labels, weights = rows["label"].to_numpy(dtype=np.int8)[order], None if cohort is None else cohort[order]
    known = _Known(names, members, labels, probabilities[order], Cut.of(fold[order], share=share), weights)
    plain = known.count(np.ones((len(rows), 1)))
    parts = [known.count(times) for times in resample(clusters(rows)[order], replicates=replicates, seed=seed)]
    spread = {m: np.concatenate([part.rate(m) for part in parts], axis=1) for m in (*MEASURES, GAP)}
    shown = {m: _shown(plain, m) for m in MEASURES}
    return Fairness(
        calibrated_for="inspected" if cohort is None else "cohort",
        unknown_share=float(np.mean(of == UNKNOWN)),
        groups=tuple(known.told(g, plain, spread, shown={m: bool(shown[m][g]) for m in MEASURES}) for g in range(len(names))),
        withheld={m: hidden for m in MEASURES if (hidden := tuple(n for n, visible in zip(names, shown[m], strict=True) if not visible))},
        gaps=tuple(
            Gap(measure=m, first=names[a], second=names[b], difference=estimate(plain.rate(m)[a] - plain.rate(m)[b], spread[m][a] - spread[m][b]))
            for m in MEASURES
            for a, b in combinations(np.flatnonzero(shown[m]), 2)
        ),
    )


@dataclass(frozen=True)
class _Counted:
    """Per measure, hits and rows by group and replicate; each of shape (groups, replicates)."""

    hits: Mapping[str, Floats]
    of: Mapping[str, Floats]

    def rate(self, measure: str) -> Floats:
        hits, of = self.hits[measure], self.of[measure]
        return np.divide(hits, of, out=np.full_like(hits, np.nan), where=of > 0)


@dataclass(frozen=True)
class _Known:
    """The rows as they are measured; ``members`` is of shape (groups, n), ``cohort`` of shape (n,) is how many addresses each stands for."""

    names: Sequence[str]
    members: NDArray[np.bool_]
    labels: NDArray[np.int8]
    probabilities: Floats
    cut: Cut
    cohort: Floats | None = None

    def count(self, weights: Floats) -> _Counted:
        members, confirmed, off = self.members.astype(np.float64), self.labels == 1, self.probabilities - self.labels
        chosen = self.cut.within(weights)
        inside, found = members @ chosen, (members * confirmed) @ chosen
        total, positives = members @ weights, (members * confirmed) @ weights
        stands_for = np.ones(len(off)) if self.cohort is None else self.cohort
        of_parts = (self._parts * (off * stands_for)) @ weights
        gap = np.abs(of_parts).reshape(len(members), RELIABILITY_BINS, weights.shape[1]).sum(axis=1)
        gap_of = total if self.cohort is None else (members * stands_for) @ weights
        return _Counted(
            hits={SELECTION: inside, PRECISION: found, RECALL: found, FALSE_POSITIVES: inside - found, BIAS: (members * off) @ weights, GAP: gap},
            of={SELECTION: total, PRECISION: inside, RECALL: positives, FALSE_POSITIVES: total - positives, BIAS: total, GAP: gap_of},
        )

    def _calibrated(self, g: int) -> NDArray[np.bool_]:
        """Say which rows the calibration figures of a group count."""
        at: NDArray[np.bool_] = self.members[g] if self.cohort is None else self.members[g] & (self.cohort > 0)
        return at

    @cached_property
    def _parts(self) -> Floats:
        """Say of each row in which part of its group's scores it is; of shape (groups times parts, n)."""
        parts = np.zeros((len(self.members), RELIABILITY_BINS, len(self.labels)))
        for g in range(len(self.members)):
            at = self._calibrated(g)
            ranked = np.flatnonzero(at)[np.argsort(-self.probabilities[at], kind="stable")]
            for number, part in enumerate(reliability_bins(len(ranked))):
                parts[g, number, ranked[part]] = 1
        return parts.reshape(-1, len(self.labels))

    def told(self, g: int, plain: _Counted, spread: Mapping[str, Floats], *, shown: Mapping[str, bool]) -> Group:
        """Give what may be known of one group."""
        at, calibrated = self.members[g], self._calibrated(g)
        size, confirmed = int(at.sum()), int(self.labels[at].sum())
        counted = self.labels[calibrated] == 1
        enough = shown[BIAS] and min(int(counted.sum()), int((~counted).sum())) >= MINIMUM_CELL
        weights = None if self.cohort is None else self.cohort[calibrated]
        return Group(
            name=self.names[g],
            rows=size if size >= MINIMUM_CELL else None,
            confirmed=confirmed if shown[BIAS] else None,
            rates={m: estimate(plain.rate(m)[g], spread[m][g]) for m in MEASURES if shown[m]},
            calibration_gap=distance(plain.rate(GAP)[g], spread[GAP][g]) if enough else None,
            reliability=reliability(self.probabilities[calibrated], self.labels[calibrated], weights=weights) if enough else (),
        )


def _shown(plain: _Counted, measure: str) -> NDArray[np.bool_]:
    """Say of which groups a rate may be shown; the bias is no share, so there confirmed and other rows are counted."""
    hits, of = (plain.of[RECALL], plain.of[SELECTION]) if measure == BIAS else (plain.hits[measure], plain.of[measure])
    return np.asarray((hits[:, 0] >= MINIMUM_CELL) & (of[:, 0] - hits[:, 0] >= MINIMUM_CELL))
