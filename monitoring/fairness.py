"""For whom may the score be wrong: rates per audit-only group, with intervals, and only where they can be known.

*Positive* is: within capacity, one of the ``capacity.visits`` highest scores of the cohort; for an earlier inspection, a score
that would be. Who was never inspected has no outcome, and who was inspected was chosen, by people or by a score. So a false
positive or negative rate over all inspections measures the choosing. Only the random arm can show them, and of that only
what the model did not learn from.

fairlearn gives the rates per group; the intervals, what is withheld and which rows may count are ours.

References
----------
Lakkaraju et al., The selective labels problem, KDD 2017; Bird et al., Fairlearn, 2020.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np
import pandas as pd
from fairlearn.metrics import MetricFrame, count, selection_rate

from features.declared import Frozen
from monitoring.disclosure import Cell, disclose, total, worst
from monitoring.intervals import Share, newcombe
from training.metrics import tie_order
from training.proportions import LEVEL

MeasureName = Literal["selection_rate", "precision", "false_positive_rate", "false_negative_rate"]
Absent = Literal["no-audit-data", "none-scorable", "no-list-items", "no-random-arm", "all-learned-from", "none-confirmed", "all-confirmed"]


class Gap(Frozen):
    """Rate of a group minus that of the reference group, at a level that holds for all gaps of the measure together.

    Attributes
    ----------
    difference, low, high, ratio : float, optional
        Where the group's cell is bounded only the end of the interval that is known.
    """

    group: str
    difference: float | None
    low: float | None
    high: float | None
    ratio: float | None


class Measure(Frozen):
    """One rate over one set of rows.

    Attributes
    ----------
    not_computable : str, optional
        Why there is no rate at all.
    first_on, last_on : date, optional
        First and last ``as_of`` of the rows.
    reference : str, optional
        Group with the most rows of those shown in full; gaps are against it.
    level : float
        Level of the intervals of the gaps: 95 % for all of them together (Bonferroni).
    """

    name: MeasureName
    not_computable: Absent | None = None
    first_on: date | None = None
    last_on: date | None = None
    cells: tuple[Cell, ...] = ()
    total: Cell | None = None
    reference: str | None = None
    level: float = LEVEL
    gaps: tuple[Gap, ...] = ()

    @property
    def shown(self) -> bool:
        """Whether at least one group is shown in full."""
        return any(cell.state == "shown" for cell in self.cells)


class Fairness(Frozen):
    """All measures.

    Attributes
    ----------
    positive_above : float, optional
        Lowest score within capacity; None where no address has a score.
    propensity_low, propensity_high : float, optional
        With which probabilities the random visits were drawn. The rates are not weighted for it, and the page says so where they differ.
    """

    visits: int
    positive_above: float | None
    random_rows: int
    random_unseen_rows: int
    propensity_low: float | None
    propensity_high: float | None
    measures: tuple[Measure, ...]


@dataclass(frozen=True)
class Cohort:
    """What fairness looks at.

    Attributes
    ----------
    scored : pandas.DataFrame
        One row per address of the cohort: ``address_id``, ``as_of``, ``group``, ``score``. One without a score cannot be listed, and is left out.
    inspected : pandas.DataFrame
        One row per labelled inspection: ``as_of``, ``group``, ``score``, ``trigger``, ``label``, ``propensity`` and ``unseen``
        (True where the model did not learn from it). One without a score is in no rate of errors: the model says nothing of it.
    visits : int
        How many of the highest scores are positive.
    groups : tuple of str
        The theme's groups, in the order in which they are shown; others follow.
    """

    scored: pd.DataFrame
    inspected: pd.DataFrame
    visits: int
    groups: tuple[str, ...] = ()


def measure(cohort: Cohort, *, audited: bool) -> Fairness:
    """Measure a release against the audit groups.

    Parameters
    ----------
    cohort : Cohort
    audited : bool
        False where the municipality keeps no audit data: then nothing can be computed.
    """
    scored = cohort.scored[cohort.scored["score"].notna()]
    within = highest(scored, visits=cohort.visits)
    threshold = float(scored["score"][within].min())
    inspected = cohort.inspected.assign(within=cohort.inspected["score"] >= threshold)
    drawn = inspected[(inspected["trigger"] == "random") & inspected["score"].notna()]
    unseen = drawn[drawn["unseen"]]
    found: list[tuple[MeasureName, pd.DataFrame, pd.Series, Absent | None]] = [
        ("selection_rate", scored, within, "none-scorable"),
        ("precision", *_list_items(inspected), "no-list-items"),
        ("false_positive_rate", *_errors(unseen, label=0), _why_not(drawn, unseen, label=0)),
        ("false_negative_rate", *_errors(unseen, label=1), _why_not(drawn, unseen, label=1)),
    ]
    measures = tuple(of_rows(name, rows, hit, absent=absent, groups=cohort.groups) for name, rows, hit, absent in found)
    return Fairness(
        visits=cohort.visits,
        positive_above=_number(threshold),
        random_rows=len(drawn),
        random_unseen_rows=len(unseen),
        propensity_low=_number(unseen["propensity"].min()),
        propensity_high=_number(unseen["propensity"].max()),
        measures=measures if audited else tuple(Measure(name=m.name, not_computable="no-audit-data") for m in measures),
    )


def highest(scored: pd.DataFrame, *, visits: int) -> pd.Series:
    """Say per row whether it is within capacity; equal scores in a hashed order, as the order of a file would favour an area."""
    order = np.lexsort((tie_order(scored, seed=0), -scored["score"].to_numpy()))
    within = np.zeros(len(scored), dtype=bool)
    within[order[:visits]] = True
    return pd.Series(within, index=scored.index)


def of_rows(name: MeasureName, rows: pd.DataFrame, hit: pd.Series, *, absent: Absent | None, groups: tuple[str, ...] = ()) -> Measure:
    """Give a rate per group over rows, or why there is none.

    Parameters
    ----------
    name : str
    rows : pandas.DataFrame
        ``as_of`` and ``group``.
    hit : pandas.Series of bool
        On the index of ``rows``.
    absent : str, optional
        What to say where there are no rows.
    groups : tuple of str
        Order of the groups.
    """
    if rows.empty:
        return Measure(name=name, not_computable=absent)
    shares = by_group(hit, rows["group"])
    shares = {group: shares[group] for group in sorted(shares, key=lambda g: (groups.index(g) if g in groups else len(groups), g))}
    cells = disclose(shares)
    shown = [cell for cell in cells if cell.state == "shown"]
    reference = max(shown, key=lambda cell: (cell.rows or 0, cell.group)).group if shown else None
    compared = [c for c in cells if c.state != "suppressed" and c.group != reference] if reference else []
    level = 1 - (1 - LEVEL) / max(1, len(compared))
    return Measure(
        name=name,
        first_on=rows["as_of"].min().date(),
        last_on=rows["as_of"].max().date(),
        cells=cells,
        total=total(shares),
        reference=reference,
        level=level,
        gaps=tuple(_gap(c, shares, reference=str(reference), level=level) for c in compared),
    )


def by_group(hit: pd.Series, group: pd.Series) -> dict[str, Share]:
    """Count hits and rows per group, groups in alphabetical order."""
    values = hit.astype(int)
    frame = MetricFrame(metrics={"rate": selection_rate, "rows": count}, y_true=values, y_pred=values, sensitive_features=group.rename("group"))
    table = frame.by_group
    return {str(g): Share(round(rate * rows), int(rows)) for g, rate, rows in zip(table.index, table["rate"], table["rows"], strict=True)}


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _list_items(inspected: pd.DataFrame) -> tuple[pd.DataFrame, pd.Series]:
    rows = inspected[inspected["trigger"] == "list"]
    return rows, rows["label"] == 1


def _errors(unseen: pd.DataFrame, *, label: Literal[0, 1]) -> tuple[pd.DataFrame, pd.Series]:
    """Give the rows with a true label, and where the score says otherwise."""
    rows = unseen[unseen["label"] == label]
    return rows, rows["within"] != bool(label)


def _why_not(drawn: pd.DataFrame, unseen: pd.DataFrame, *, label: Literal[0, 1]) -> Absent:
    if drawn.empty:
        return "no-random-arm"
    if unseen.empty:
        return "all-learned-from"
    return "none-confirmed" if label else "all-confirmed"


def _gap(cell: Cell, shares: Mapping[str, Share], *, reference: str, level: float) -> Gap:
    """Compare with the reference; of a bounded cell only what its bound tells."""
    mine, other = shares[cell.group], shares[reference]
    if cell.state == "shown":
        ends = newcombe(mine, other, level=level)
        return Gap(group=cell.group, difference=mine.rate - other.rate, low=ends.low, high=ends.high, ratio=mine.rate / other.rate)
    ends = newcombe(worst(mine), other, level=level)
    low, high = (None, ends.high) if cell.high is not None else (ends.low, None)
    return Gap(group=cell.group, difference=None, low=low, high=high, ratio=worst(mine).rate / other.rate)
