"""Who looked: rankings with the inspector left out in several ways, over rolling folds of all raw files and on the published test rows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from experiments.chicago.declared import ChicagoStudy
from experiments.chicago.own import Prepared
from experiments.chicago.raw_files import RawFiles, read
from experiments.kinds import Step
from features.manifest import Manifest
from features.team_rule import FEWEST_STAFF, TeamRule, Way
from training import folds, model, team_effects
from training.bootstrap import Estimate
from training.evaluation import evaluate
from training.metrics import Floats
from training.scored import Scored, Scorer
from training.team_record import TeamRecord
from training.timing import Timing, days_earlier, days_gained

Bools = NDArray[np.bool_]
Columns = tuple[str, ...]
ADDRESS, RAW, EVEN = "address only", "all raw files", "all raw files, past findings corrected"
LEFT_OUT: dict[str, Way] = {"as it comes": "none", "mixed": "mixed", "balanced": "balanced"}
GROUP_ALONE, WITH = "inspector group alone", "with the inspector group"
EARLIER_SHARE = 0.8
"""Of the training rows in order of time: the number of trees is found on the rest."""
ROLLING = (*((ADDRESS, way) for way in LEFT_OUT), (ADDRESS, WITH), *((EVEN, way) for way in LEFT_OUT), (EVEN, WITH))


@dataclass(frozen=True)
class Order:
    """One way of ordering visits: AUC, the same among visits of one inspector group, and what else is asked of an order."""

    auc: Estimate
    within: Estimate
    precision: Estimate
    timing: Timing

    def as_json(self) -> dict[str, Any]:
        """Give the figures for a program to read."""
        figures = {"auc": self.auc, "auc_within_group": self.within, "precision_at_capacity": self.precision, "timing": self.timing}
        return {name: found.model_dump() for name, found in figures.items()}


@dataclass(frozen=True)
class Ranked:
    """Ways of ordering the same rows, and paired differences in AUC and in days earlier between them."""

    orders: dict[str, Order]
    differences: dict[tuple[str, str], Estimate]
    days: dict[tuple[str, str], Estimate]
    rows: int
    positives: int
    clusters: int

    def as_json(self) -> dict[str, Any]:
        """Give the figures for a program to read."""
        return {
            "rows": self.rows,
            "positives": self.positives,
            "orders": {name: order.as_json() for name, order in self.orders.items()},
            "auc_differences": {" minus ".join(pair): e.model_dump() for pair, e in self.differences.items()},
            "days_gained": {" minus ".join(pair): e.model_dump() for pair, e in self.days.items()},
        }


@dataclass(frozen=True)
class Compared:
    """One candidate in the comparison inside the training rows: AUC in each period."""

    columns: str
    way: str
    aucs: tuple[float, ...]

    @property
    def mean(self) -> float:
        """Mean over the periods."""
        return float(np.mean(self.aucs))


@dataclass(frozen=True)
class Looked:
    """Everything that the page prints about who looked.

    Attributes
    ----------
    rolling : Ranked
        Over all test periods of all rounds.
    periods : tuple of FoldSummary
        The test periods.
    by_period : tuple of dict of Estimate
        AUC of each order in each of them alone.
    compared : tuple of Compared
        Candidates without the inspector on later parts of the published training rows, the best first.
    published : Ranked
        That candidate, once, on the published test rows, beside the published scores.
    team : dict of TeamRecord
        Of the last round of the address-only model, by way.
    """

    rolling: Ranked
    periods: tuple[folds.FoldSummary, ...]
    by_period: tuple[dict[str, Estimate], ...]
    compared: tuple[Compared, ...]
    published: Ranked
    team: dict[str, TeamRecord]

    @property
    def chosen(self) -> Compared:
        """The candidate that was measured on the published test rows."""
        return self.compared[0]

    def as_json(self) -> dict[str, Any]:
        """Give the figures for a program to read."""
        compared = [{"columns": one.columns, "way": one.way, "aucs": one.aucs, "mean": one.mean} for one in self.compared]
        periods = [{name: e.model_dump() for name, e in each.items()} for each in self.by_period]
        return {"rolling": self.rolling.as_json(), "by_period": periods, "compared": compared, "published": self.published.as_json()}


@dataclass(frozen=True)
class Laid:
    """Rows with all columns beside each other, and which column belongs to which set."""

    rows: pd.DataFrame
    sets: dict[str, list[str]]
    manifest: Manifest
    rule: TeamRule

    def score(self, columns: str, way: str, *, learn: Bools, on: Bools, seed: int) -> tuple[Floats, team_effects.Adjustment | None]:
        """Fit on some rows as training does, and give the margins of others; no team is known of those unless the way says so."""
        names, risk = self.sets[columns], {i.name: i.risk for i in self.manifest.indicators}
        training = self.rows[learn].reset_index(drop=True)
        rule = self.rule.model_copy(update={"adjustment": LEFT_OUT.get(way, "none")})
        found = team_effects.learn(training, names, rule)
        names = names + (self.sets[WITH] if way == WITH else [])
        earlier = np.arange(len(training)) < int(EARLIER_SHARE * len(training))
        fitted = model.fit(
            training[names],
            training["label"].to_numpy(dtype=np.int8),
            risks=[risk.get(name) for name in names],
            earlier=earlier,
            stopping=~earlier,
            seed=seed,
            beside=None if found is None else found.beside(training),
        )
        return model.margins(fitted.booster, self.rows[on]), found


def look(raw: Path, study: ChicagoStudy, prepared: Prepared, scores: dict[str, Floats], *, share: float, progress: Step) -> Looked:
    """Compare ways of leaving the inspector out.

    Parameters
    ----------
    scores : dict of ndarray
        Published scores of the common test rows, in row order.
    share : float
        Which first part of the visits precision is of.
    """
    files = read(raw, study)
    progress("who looked: rolling folds")
    rolling, by_period, periods, team = _rolling(files, study, prepared, share=share)
    progress("who looked: comparing within the training rows")
    rows = prepared.rows.sort_values(["as_of", "address_id"], kind="stable")
    compared = _compare(files, study, prepared.manifest, rows[~rows["is_test"]].reset_index(drop=True))
    progress("who looked: the published test rows")
    return Looked(rolling, periods, by_period, compared, _once(files, study, prepared, compared[0], scores, share=share), team)


def _laid(files: RawFiles, manifest: Manifest, rows: pd.DataFrame, *, until: pd.Timestamp) -> Laid:
    """Lay all columns beside rows; how strict a group is in the history is counted before a day."""
    ids = rows["inspection_id"]
    plain, past, even = (
        table.reindex(ids).set_axis(rows.index)
        for table in (files.plain, files.history(until, corrected=False), files.history(until, corrected=True))
    )
    beyond = even[[name for name in even.columns if name not in past.columns]]
    team = ids.map(files.group)
    group = pd.get_dummies(team, prefix="inspector_group", dtype="float64")
    names = manifest.names
    sets = {ADDRESS: names, RAW: [*names, *plain.columns, *past.columns], WITH: list(group.columns)}
    sets[EVEN] = [*sets[RAW], *beyond.columns]
    laid = pd.concat([rows.drop(columns=["team"], errors="ignore").assign(team=team), plain, past, beyond, group], axis=1)
    # The city published groups of many inspectors each, and not how many.
    return Laid(laid, sets, manifest, TeamRule(staff=dict.fromkeys(team.dropna().unique(), FEWEST_STAFF)))


def _rolling(
    files: RawFiles, study: ChicagoStudy, prepared: Prepared, *, share: float
) -> tuple[Ranked, tuple[dict[str, Estimate], ...], tuple[folds.FoldSummary, ...], dict[str, TeamRecord]]:
    """Score the test periods of all rounds by every way; of visits of which the inspector group was published."""
    frame = prepared.matrix[prepared.matrix["inspection_id"].map(files.group).notna().to_numpy()]
    rolled = folds.roll(frame, until=study.split.known_before)
    parts, team = [], {}
    for one in rolled.rounds:
        test_on = one.test.rows["as_of"].min()
        rows = pd.concat([one.training.rows, one.calibration.rows, one.test.rows], ignore_index=True)
        laid = _laid(files, prepared.manifest, rows, until=test_on)
        test = (rows["as_of"] >= test_on).to_numpy()
        scorers = []
        for columns, way in ROLLING:
            margins, found = laid.score(columns, way, learn=~test, on=test, seed=study.seed)
            scorers.append(Scorer(_called(columns, way), margins, are_probabilities=False))
            if found is not None and columns == ADDRESS:
                team[way] = found.record
        scorers.append(Scorer(GROUP_ALONE, _alone(laid.rows, test), are_probabilities=False))
        parts.append((laid.rows[test], scorers))
    scored = Scored.of(parts)
    named = {one.name: one.scores for one in scored.scorers}
    pairs = [(_called(c, "mixed"), _called(c, WITH)) for c in (ADDRESS, EVEN)]
    pairs += [(_called(c, way), _called(c, "as it comes")) for c in (ADDRESS, EVEN) for way in ("mixed", "balanced")]
    pairs.append((_called(EVEN, "mixed"), _called(ADDRESS, "mixed")))
    alone = tuple(_aucs(rows, scorers, study, share=share) for rows, scorers in parts)
    return _rank(scored.rows, named, scored.fold, study, share=share, pairs=pairs), alone, tuple(one.test.summary for one in rolled.rounds), team


def _aucs(rows: pd.DataFrame, scorers: list[Scorer], study: ChicagoStudy, *, share: float) -> dict[str, Estimate]:
    """Give the AUC of each order in one period."""
    found = evaluate(rows, scorers=scorers, share=share, seed=study.seed, replicates=study.looked.replicates)
    return {name: metrics["auc"] for name, metrics in found.metrics.items()}


def _compare(files: RawFiles, study: ChicagoStudy, manifest: Manifest, rows: pd.DataFrame) -> tuple[Compared, ...]:
    """Compare candidates on later periods of the published training rows, the best first; no row that is tested is there."""
    found: dict[tuple[str, str], list[float]] = {}
    for first, end in pairwise(pd.Timestamp(day) for day in study.looked.compare_from):
        laid = _laid(files, manifest, rows, until=first)
        learn, on = (rows["as_of"] < first).to_numpy(), ((rows["as_of"] >= first) & (rows["as_of"] < end)).to_numpy()
        for columns in (ADDRESS, RAW, EVEN):
            for way in LEFT_OUT:
                margins, _ = laid.score(columns, way, learn=learn, on=on, seed=study.seed)
                found.setdefault((columns, way), []).append(float(roc_auc_score(rows.loc[on, "label"], margins)))
    return tuple(sorted((Compared(*which, tuple(aucs)) for which, aucs in found.items()), key=lambda one: -one.mean))


def _once(files: RawFiles, study: ChicagoStudy, prepared: Prepared, chosen: Compared, scores: dict[str, Floats], *, share: float) -> Ranked:
    """Measure the chosen candidate on the published test rows, beside the same columns with the inspector group and the published scores."""
    training, tested = (prepared.rows[prepared.rows["is_test"] == part] for part in (False, True))
    ordered = pd.concat([training.sort_values(["as_of", "address_id"], kind="stable"), tested], ignore_index=True)
    laid = _laid(files, prepared.manifest, ordered, until=pd.Timestamp(study.split.test_first_on))
    test = ordered["is_test"].to_numpy(dtype=np.bool_)
    named = {_called(chosen.columns, way): laid.score(chosen.columns, way, learn=~test, on=test, seed=study.seed)[0] for way in (chosen.way, WITH)}
    named |= scores
    first, second = list(named)[:2]
    pairs = [(first, second), *((first, name) for name in scores), *((second, name) for name in scores)]
    rows = laid.rows[test].reset_index(drop=True)
    return _rank(rows, named, np.zeros(len(rows), dtype=np.intp), study, share=share, pairs=pairs)


def _rank(
    rows: pd.DataFrame, scores: dict[str, Floats], fold: NDArray[np.intp], study: ChicagoStudy, *, share: float, pairs: Iterable[tuple[str, str]]
) -> Ranked:
    """Measure all orders in the same replicates, whole addresses at a time."""
    scorers = [Scorer(name, found, are_probabilities=False) for name, found in scores.items()]

    def measured(by: NDArray[np.intp], these: list[Scorer]) -> dict[str, dict[str, Estimate]]:
        return evaluate(rows, scorers=these, share=share, seed=study.seed, replicates=study.looked.replicates, fold=by).metrics

    whole = evaluate(rows, scorers=scorers, share=share, seed=study.seed, replicates=study.looked.replicates, fold=fold)
    within = measured(_crossed(fold, rows["team"]), scorers)
    orders = {
        name: Order(
            whole.metrics[name]["auc"],
            within[name]["auc"],
            whole.metrics[name]["precision_at_capacity"],
            days_earlier(rows, found, fold=fold, replicates=study.looked.replicates, seed=study.seed),
        )
        for name, found in scores.items()
    }
    differences, days, drawn = {}, {}, dict[str, Any](fold=fold, replicates=study.looked.replicates, seed=study.seed)
    for first, second in pairs:
        both = [scorer for name in (first, second) for scorer in scorers if scorer.name == name]
        differences[first, second] = evaluate(rows, scorers=both, share=share, **drawn).differences[second]["auc"]
        days[first, second] = days_gained(rows, scores[first], scores[second], **drawn)
    return Ranked(orders, differences, days, whole.rows, whole.positives, whole.clusters)


def _crossed(fold: NDArray[np.intp], team: pd.Series) -> NDArray[np.intp]:
    """Number each round and inspector group together, so that only visits by one group in one round are compared."""
    codes, names = pd.factorize(team, sort=True)
    return np.asarray(fold * (len(names) + 1) + codes + 1, dtype=np.intp)


def _alone(rows: pd.DataFrame, test: Bools) -> Floats:
    """Score by how often the inspector group found a critical violation in the rows before."""
    return rows.loc[test, "team"].map(rows[~test].groupby("team")["label"].mean()).to_numpy(dtype=np.float64)


def _called(columns: str, way: str) -> str:
    return f"{columns}, {way}"
