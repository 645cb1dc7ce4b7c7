"""Who was looked at: the same figures for the inspected, for the random arm, and weighted to the addresses that stood a chance.

Inspected addresses were chosen by people, for reasons that a model partly repeats: a figure over them speaks of them alone. What was drawn with
a logged probability speaks of everything it was drawn from (DESIGN rule 10). Three ways, each with the population that it speaks of:

- *random arm*: the drawn rows alone;
- *inverse propensity*: what the score listed (chance 1) and what was drawn from the rest (chance m / (M - N)) together, each weighted by its chance;
- *estimated weights*: before a municipality has a worklist of its own, nobody logged why the others were listed. Rows are weighted by how much
  rarer their scores are in the random arm, which is right only where, within a band of scores, the listed are as the others.

And *bounds*, which assume nothing (Manski): what was not seen may all be confirmed, or none of it; *bounds at capacity* are those of a list over the
whole cohort. A visit after a report has no propensity, so it enters the figures of the inspected and the bounds, and nothing else.

References
----------
Horvitz and Thompson, A generalization of sampling without replacement, JASA 47, 1952; Hajek, 1971 (weights that sum to the population).
Manski, Nonparametric bounds on treatment effects, 1990. Lakkaraju et al., The selective labels problem, KDD 2017.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.declared import Frozen
from training import bounds
from training.bootstrap import clusters
from training.metrics import Floats, tie_order
from training.proportions import Share, Stratum, part_of_found, stratified, weighted, wilson
from training.sampling import Sample, estimated, inspected, inverse_propensity, random_arm, ways_of, within_capacity

Method = Literal["inspected", "random arm", "inverse propensity", "estimated weights", "bounds", "bounds at capacity"]
Weights = Literal["none", "logged", "estimated"]
FIGURES = ("base_rate", "precision_at_capacity", "recall_at_capacity", "lift_at_capacity")
Bools = NDArray[np.bool_]
NO_PART, NO_COHORT = "the number of addresses in this part is not known", "there is no whole matrix of tomorrow to count them in"
"""Why bounds are absent."""


class Figure(Frozen):
    """A figure with its 95 % interval and how wide that is; ``too_few`` says that it is no figure to act on.

    Attributes
    ----------
    value, low, high : float, optional
        None where it is not defined. Of bounds there is no value, only ends.
    width : float
        Upper end minus lower end, in units of the figure.
    effective_rows : float
        Equally weighted independent rows that would say as much; of a recall, confirmed ones.
    """

    value: float | None
    low: float | None
    high: float | None
    width: float
    effective_rows: float
    too_few: bool

    @classmethod
    def of(cls, share: Share, *, per: float = 1.0) -> Figure:
        """Record a share, divided by ``per``."""
        value = None if np.isnan(share.value) else share.value / per
        return cls(
            value=value,
            low=share.low / per,
            high=share.high / per,
            width=share.width / per,
            effective_rows=share.rows,
            too_few=share.too_few,
        )


class Answer(Frozen):
    """One way to look at the same rows, and the addresses of which it speaks."""

    method: Method
    population: str
    weights: Weights
    rows: int
    positives: int
    figures: dict[str, Figure]


class Selection(Frozen):
    """All ways for which the rows hold what is needed, the plain figures of the inspected first.

    Attributes
    ----------
    capacity_share : float
        Part of the addresses that can be visited.
    absent : dict of str
        Why a way is absent, by way.
    without_chance : int
        Rows that followed no report and have no logged chance of being listed.
    """

    capacity_share: float
    answers: tuple[Answer, ...]
    absent: dict[str, str]
    without_chance: int

    def by(self, method: Method) -> Answer | None:
        """Give one of the answers, if it is there."""
        return next((a for a in self.answers if a.method == method), None)


def selection(
    rows: pd.DataFrame, scores: Floats, *, fold: NDArray[np.intp], share: float, seed: int, within: Bools | None = None,
    cohort: pd.DataFrame | None = None,
) -> Selection:  # fmt: skip
    """Give the figures of a score for the inspected and, as far as chances were logged, for the addresses that were not.

    Parameters
    ----------
    rows : DataFrame
        Test rows: ``address_id``, ``as_of``, ``building_id`` and ``label``; where a worklist logged them also ``trigger``, ``frame`` and
        ``propensity``, and ``frame_size``, ``frame_listed`` and ``frame_drawn``.
    scores : ndarray of shape (n,)
        Higher is visited first.
    fold : ndarray of int, shape (n,)
        The round of each row; the capacity cut is made within each.
    share : float
        Capacity as a share of the addresses.
    seed : int
        Of the order among equal scores.
    within : ndarray of bool, shape (n,), optional
        Speak of these rows only, an area for instance; the cut stays that of all rows.
    cohort : DataFrame, optional
        One row per address of the cohort of today, for the bounds: ``address_id``, and ``score`` by the model of the last round. With the inspected
        they are everyone; the bounds speak of no fewer addresses than the largest frame that was logged.
    """
    nothing = {"trigger": None, "frame": None, "propensity": np.nan}
    rows = rows.assign(**{name: value for name, value in nothing.items() if name not in rows})
    seen = _Seen(rows["label"].to_numpy(dtype=np.int8), scores, fold, tie_order(rows, seed=seed), clusters(rows))
    listed = ways_of(rows)
    ways = {"random arm": random_arm(rows, listed), "inverse propensity": inverse_propensity(rows, fold, listed)}
    ways["estimated weights"] = estimated(rows, scores, fold=fold, share=share, ways=listed)
    samples = [inspected(rows), *(way for way in ways.values() if isinstance(way, Sample))]
    answers = [_answer(sample, seen, share=share, within=within) for sample in samples]
    absent = {name: way for name, way in ways.items() if isinstance(way, str)}
    open_ended: dict[str, Answer | str] = {"bounds": _bounds(rows, ways["random arm"], within=within, cohort=cohort)}
    last = np.flatnonzero(fold == fold.max())
    open_ended["bounds at capacity"] = _of_list(rows.iloc[last], scores[last], share=share, seed=seed, within=within, cohort=cohort)
    answers += [way for way in open_ended.values() if isinstance(way, Answer)]
    absent |= {name: way for name, way in open_ended.items() if isinstance(way, str)}
    unlogged = rows["propensity"].isna() & (rows["trigger"] != "report")
    return Selection(capacity_share=share, answers=tuple(answers), absent=absent, without_chance=int(unlogged.sum()))


@dataclass(frozen=True)
class _Seen:
    """All rows as arrays: label, score, round, order among equal scores, building."""

    labels: NDArray[np.int8]
    scores: Floats
    fold: NDArray[np.intp]
    ties: NDArray[np.uint64]
    cluster: NDArray[np.intp]


def _answer(sample: Sample, seen: _Seen, *, share: float, within: Bools | None) -> Answer:
    """Cut at capacity within each fold of a weighted sample, and give the figures of the part that is spoken of."""
    at, cut = sample.rows, sample.cut
    if cut is None:
        cut = within_capacity(seen.scores[at], sample.weights, fold=seen.fold[at], ties=seen.ties[at], share=share)
    kept = np.ones(len(at), dtype=bool) if within is None else within[at]
    labels = seen.labels[at][kept]
    return Answer(
        method=sample.method,
        population=sample.speaks_of + ("" if within is None else ", in this part"),
        weights=sample.weights_are,
        rows=len(labels),
        positives=int(labels.sum()),
        figures=_figures(labels, sample.weights[kept], cut=cut[kept], stratum=sample.stratum[kept], cluster=seen.cluster[at][kept]),
    )


def _figures(labels: NDArray[np.int8], weights: Floats, *, cut: Floats, stratum: NDArray[np.intp], cluster: NDArray[np.intp]) -> dict[str, Figure]:
    """Give every figure of weighted rows, stratum by stratum within the cut and beyond it."""

    def parts(counted: Floats) -> list[Stratum]:
        here = [stratum == number for number in np.unique(stratum)]
        return [Stratum(float(counted[s].sum()), weighted(labels[s], counted[s], cluster[s])) for s in here]

    inside, outside = parts(weights * cut), parts(weights * (1 - cut))
    recall = part_of_found(inside, outside)
    # A list that holds a share of the addresses and finds that share of all there is has a lift of 1; within a part, the share of that part.
    taken = float((weights * cut).sum() / weights.sum()) if len(labels) else 0.0
    shares = (stratified(parts(weights)), stratified(inside), recall)
    return {**dict(zip(FIGURES, map(Figure.of, shares), strict=False)), FIGURES[-1]: Figure.of(recall, per=taken or 1.0)}


def _of_list(rows: pd.DataFrame, scores: Floats, *, share: float, seed: int, within: Bools | None, cohort: pd.DataFrame | None) -> Answer | str:
    """Bound what a list over the whole cohort is worth, by the last round's model: it scored its own test rows before their outcome."""
    if within is not None or cohort is None:
        return NO_PART if within is not None else f"the cohort was not scored: {NO_COHORT}"
    whole = bounds.Whole.of(rows, scores, cohort, seed=seed)
    places, found = bounds.at_capacity(whole, share=share)
    seen = int((~np.isnan(whole.labels)).sum())
    return Answer(
        method="bounds at capacity",
        population=f"all {len(whole.scores)} addresses of the cohort and of the last test period, of which the first {places} by score are listed,"
        " whatever those without an outcome in that period hide",
        weights="none",
        rows=seen,
        positives=int(np.nansum(whole.labels)),
        figures={name: _ends(ends.low, ends.high, rows=seen) for name, ends in found.items() if not np.isnan(ends.low)},
    )


def _bounds(rows: pd.DataFrame, drawn: Sample | str, *, within: Bools | None, cohort: pd.DataFrame | None) -> Answer | str:
    """Give the share of the cohort that would be confirmed, if nothing is assumed of the addresses without an outcome."""
    if within is not None:
        return NO_PART
    addresses = None if cohort is None else len({*cohort["address_id"], *rows["address_id"]})
    total = max((size for size in (addresses, _largest_frame(rows)) if size is not None), default=None)
    if total is None:
        return f"the number of addresses in the cohort was not logged, and {NO_COHORT}"
    newest = rows.sort_values(["as_of"], kind="stable").drop_duplicates("address_id", keep="last")
    seen, found = len(newest), int(newest["label"].sum())
    unseen = max(0, total - seen)
    total = seen + unseen
    figures = {"base_rate": _ends(found / total, (found + unseen) / total, rows=seen)}
    if isinstance(drawn, Sample) and (went := _drawn(rows.iloc[drawn.rows])) is not None:
        labels = rows["label"].to_numpy()[drawn.rows]
        silent = max(0, went - len(labels))
        low, high = wilson(labels.sum() / went, went).low, wilson((labels.sum() + silent) / went, went).high
        figures["base_rate_of_random_arm"] = _ends(low, high, rows=len(labels))
    return Answer(
        method="bounds",
        population=f"all {total} addresses of the cohort, whatever those without an outcome hide",
        weights="none",
        rows=seen,
        positives=found,
        figures=figures,
    )


def _ends(low: float, high: float, *, rows: int) -> Figure:
    return Figure(value=None, low=float(low), high=float(high), width=float(high - low), effective_rows=rows, too_few=False)


def _largest_frame(rows: pd.DataFrame) -> int | None:
    sizes = rows["frame_size"].dropna() if "frame_size" in rows else pd.Series(dtype="float64")
    return None if sizes.empty else int(sizes.max())


def _drawn(rows: pd.DataFrame) -> int | None:
    """Give how many addresses were drawn in the frames of these rows; None where it was not logged."""
    if "frame_drawn" not in rows or rows["frame_drawn"].isna().any():
        return None
    return max(len(rows), int(rows.drop_duplicates("frame")["frame_drawn"].sum()))
