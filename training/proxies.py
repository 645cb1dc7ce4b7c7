"""What stands in for an audit group: how well each indicator, all of them together, and the score tell who is in it.

That indicators differ between groups is no fault by itself: homes do differ. It is reported, so that a reviewer sees what could stand in
for a group. Held against a limit is what the score does with it: of two addresses with the same outcome, in the same round, how often
has the one of the group the higher score? One half means that the score tells nothing of the group beyond the outcome.

References
----------
Hardt, Price and Srebro, Equality of opportunity in supervised learning, 2016 (equalised odds: score and group independent given the
outcome); Mann and Whitney, 1947.
"""

from __future__ import annotations

from collections.abc import Sequence

import lightgbm
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import Field

from features.audit import UNKNOWN
from features.declared import Frozen
from training.bootstrap import REPLICATES, Estimate, clusters, estimate, resample
from training.concordance import auc, ordered
from training.fairness import MINIMUM_CELL, NO_AUDIT_DATA
from training.metrics import Floats
from training.model import PARAMETERS

PARTS = 5
ROUNDS = 60
"""Trees of the model that tells a group; assumed: enough for small trees at the learning rate of the model, no tuning."""


class Proxy(Frozen):
    """How well a group is told; each an AUC, of members against all other rows.

    Attributes
    ----------
    rows : int, optional
        None where members, or the others, are under ten; then nothing is told.
    score : Estimate, optional
        By the score, among rows of the same round with the same outcome. The one that is held against a limit.
    joint : Estimate, optional
        By a model over all indicators, on buildings that it did not learn from.
    indicators : dict of float
        By each indicator alone; a missing value counts as the lowest. Far from 0.5 either way tells the group.
    """

    group: str
    rows: int | None = None
    score: Estimate | None = None
    joint: Estimate | None = None
    indicators: dict[str, float] = Field(default_factory=dict)


class Proxies(Frozen):
    """All groups, or why there is none."""

    absent: str | None = None
    groups: tuple[Proxy, ...] = ()


def measure(rows: pd.DataFrame, *, names: Sequence[str], scores: Floats, fold: NDArray[np.intp], group: Sequence[str] | None,
            named: Sequence[str] = (), seed: int, replicates: int = REPLICATES) -> Proxies:  # fmt: skip
    """Measure what tells each group.

    Parameters
    ----------
    rows : DataFrame of n rows
        Later rows: ``address_id``, ``building_id``, ``label`` and the indicators.
    names : sequence of str
        The indicators.
    scores : ndarray of shape (n,)
    fold : ndarray of int, shape (n,)
        Round of each row: scores of different models are not compared.
    group : sequence of str of length n, optional
        Audit group of each row; None where the municipality keeps no audit data.
    named : sequence of str
        Groups that the theme names: they come first, with or without rows.
    seed, replicates : int
        Of the bootstrap, and of the model over all indicators.
    """
    if group is None:
        return Proxies(absent=NO_AUDIT_DATA)
    of = np.asarray(group, dtype=object)
    every = [*dict.fromkeys(named), *sorted(set(of) - set(named) - {UNKNOWN})]
    members = {name: of == name for name in every}
    told = [name for name in every if min(members[name].sum(), (~members[name]).sum()) >= MINIMUM_CELL]
    cluster = clusters(rows)
    by_score = ordered(scores, stratum=fold * 2 + rows["label"].to_numpy(dtype=np.intp))
    by_joint = {name: ordered(joint(rows, names=names, members=members[name], cluster=cluster, seed=seed)) for name in told}
    ones = np.ones((len(rows), 1))
    spread = [
        {name: [auc(order, members=members[name], weights=weights) for order in (by_score, by_joint[name])] for name in told}
        for weights in resample(cluster, replicates=replicates, seed=seed)
    ]
    of_one = {indicator: ordered(rows[indicator].to_numpy(dtype=np.float64)) for indicator in names}

    def proxy(name: str) -> Proxy:
        score, joined = (
            estimate(auc(order, members=members[name], weights=ones), np.concatenate([part[name][at] for part in spread]))
            for at, order in enumerate((by_score, by_joint[name]))
        )
        alone = {indicator: float(auc(order, members=members[name], weights=ones)[0]) for indicator, order in of_one.items()}
        return Proxy(group=name, rows=int(members[name].sum()), score=score, joint=joined, indicators=alone)

    return Proxies(groups=tuple(proxy(name) if name in told else Proxy(group=name) for name in every))


def joint(rows: pd.DataFrame, *, names: Sequence[str], members: NDArray[np.bool_], cluster: NDArray[np.intp], seed: int) -> Floats:
    """Give how surely each row is told to be of a group by all indicators, by a model that learned from other buildings.

    Homes of one building share most of what is known of them: with a building in both parts the model would know it again, which is not
    knowing its group.

    Returns
    -------
    ndarray of shape (n,)
        Log-odds less those of the model's own part: parts differ in how many members they have.
    """
    table, target = rows[list(names)].to_numpy(dtype=np.float64), members.astype(np.int8)
    part = np.random.default_rng(seed).permutation(int(cluster.max()) + 1)[cluster] % PARTS
    told = np.zeros(len(rows))
    for number in range(PARTS):
        learned, left = part != number, part == number
        share = target[learned].mean() if learned.any() else 0.0
        if left.any() and 0 < share < 1:
            booster = lightgbm.train({**PARAMETERS, "seed": seed}, lightgbm.Dataset(table[learned], label=target[learned]), num_boost_round=ROUNDS)
            told[left] = np.asarray(booster.predict(table[left], raw_score=True, num_threads=1)) - np.log(share / (1 - share))
    return told
