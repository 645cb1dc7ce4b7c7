"""What a reason costs, and whether small trees cost accuracy: our model against 400 trees of 31 leaves, and every way to explain either.

    python -m experiments.benchmarks.contributions [MATRIX] [--rounds 5] [--rows 20000] [--scored 100000]

MATRIX is a folder with a training matrix (``matrices/THEME/training`` in a state folder); without one, rows are made of which the truth is
known. Both models are fitted on the earlier part and measured on the later one: AUC with an interval, and the paired difference. Then all ways
take turns, round after round, and CPU time is counted, for another program on the machine slows a clock and not a counter. Additivity is the
largest distance between base value plus contributions and the margin. Ways of which the package is not installed are left out, and said.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import io
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import lightgbm
import numpy as np
import pandas as pd
import shap

from features.matrix_file import read
from training import model
from training.bootstrap import clusters, estimate, resample
from training.metrics import Ranked, measure, rank, tie_order

LARGE = {**model.PARAMETERS, "num_leaves": 31, "max_depth": -1}
LARGE_TREES = 400
EARLIER, STOPPING, LATER = 0.6, 0.2, 0.2
EXPLAINED_LARGE = 400
"""Rows that the slow ways explain in a round; the cost of a row does not depend on their number."""
SEED = 1


@dataclass(frozen=True)
class Way:
    """One way to explain a booster: ``explain`` gives contributions of shape (n, k) and the base value."""

    name: str
    booster: lightgbm.Booster
    rows: pd.DataFrame
    explain: Callable[[pd.DataFrame], tuple[model.Floats, float]]


def main(matrix: Path | None, *, rounds: int, rows: int, scored: int) -> None:
    """Fit, measure, take turns, and print."""
    warnings.simplefilter("ignore")
    frame, names, risks, said = of_matrix(matrix) if matrix else made(rows)
    ours, most, large, test = fitted(frame, names, risks)
    print(f"{said}; {len(frame)} rows, {len(names)} indicators, {len(test)} of them later and measured on\n")
    accuracy(ours, large, test)
    many = test[names].sample(scored, replace=True, random_state=SEED, ignore_index=True)
    ways = all_ways(ours.booster, most, large, many)
    costs = take_turns(ways, rounds)
    print(f"\ncontributions, CPU ms a row, {rounds} rounds: median [smallest - largest]")
    for way in ways:
        print(f"{way.name:46} {told(costs[way.name])}   additive within {additivity(way):.1e}")
    slow, ours_ms = (np.median(costs[name]) for name in (SHAP_LARGE, OURS))
    print(f"\n{SHAP_LARGE} / {OURS}: {slow / ours_ms:.0f} times")
    scoring = [cpu(lambda: model.margins(ours.booster, many)) for _ in range(rounds)]
    print(f"scoring {scored:,} rows on one thread: CPU s {told(scoring, digits=2)}")
    print(f"contributions of {scored:,} rows: CPU s {np.median(costs[OURS]) * scored / 1000:.1f}")


OURS, SHAP_LARGE = "ours, LightGBM pred_contrib", "400 x 31, shap.TreeExplainer"


def all_ways(ours: lightgbm.Booster, most: lightgbm.Booster, large: lightgbm.Booster, many: pd.DataFrame) -> list[Way]:
    """Give every way of which the package is there."""
    few = many.head(EXPLAINED_LARGE)
    ways = [
        Way(OURS, ours, many, lambda r: split(model.contributions(ours, r))),
        Way(f"ours at its most, {model.MAXIMUM_ROUNDS} trees, pred_contrib", most, few, lambda r: split(model.contributions(most, r))),
        Way("ours, shap.TreeExplainer", ours, few, by_shap(ours)),
        Way(SHAP_LARGE, large, few, by_shap(large)),
        Way("400 x 31, LightGBM pred_contrib", large, few, lambda r: split(model.contributions(large, r))),
    ]
    try:
        woodelf = importlib.import_module("woodelf.explainer").WoodelfExplainer(ours)
    except ImportError:
        print("woodelf_explainer is not installed: left out")
        return ways
    base = float(model.contributions(ours, few)[0, -1])

    def by_woodelf(rows: pd.DataFrame) -> tuple[model.Floats, float]:
        with contextlib.redirect_stderr(io.StringIO()), contextlib.redirect_stdout(io.StringIO()):
            return np.asarray(woodelf.shap_values(rows), dtype=np.float64), base

    return [*ways, Way("ours, woodelf, all rows at once", ours, many, by_woodelf), Way("ours, woodelf, 400 rows at once", ours, few, by_woodelf)]


def by_shap(booster: lightgbm.Booster) -> Callable[[pd.DataFrame], tuple[model.Floats, float]]:
    """Explain with the package shap."""
    explainer = shap.TreeExplainer(booster)

    def explain(rows: pd.DataFrame) -> tuple[model.Floats, float]:
        values = np.asarray(explainer.shap_values(rows), dtype=np.float64)
        return values, float(np.ravel(explainer.expected_value)[-1])

    return explain


def split(parts: model.Floats) -> tuple[model.Floats, float]:
    """Cut the base value off the contributions."""
    return parts[:, :-1], float(parts[0, -1])


def take_turns(ways: list[Way], rounds: int) -> dict[str, list[float]]:
    """Give the CPU milliseconds a row of each way in each round; after each other within a round, and not way by way."""
    costs: dict[str, list[float]] = {way.name: [] for way in ways}
    for _ in range(rounds):
        for way in ways:
            costs[way.name].append(cpu(partial(way.explain, way.rows)) / len(way.rows) * 1000)
    return costs


def additivity(way: Way) -> float:
    """Largest distance between base value plus contributions and the margin, over the first rows."""
    rows = way.rows.head(EXPLAINED_LARGE)
    parts, base = way.explain(rows)
    return float(np.abs(parts.sum(axis=1) + base - model.margins(way.booster, rows)).max())


def fitted(frame: pd.DataFrame, names: list[str], risks: list[model.Risk]) -> tuple[model.Fitted, lightgbm.Booster, lightgbm.Booster, pd.DataFrame]:
    """Fit on the earlier rows: ours with its stopping, ours with the most trees that training allows, and the large one; give the later rows too."""
    cut = int((EARLIER + STOPPING) * len(frame))
    past, test = frame.iloc[:cut], frame.iloc[cut:].reset_index(drop=True)
    labels = past["label"].to_numpy(dtype=np.int8)
    earlier = np.arange(cut) < int(EARLIER * len(frame))
    ours = model.fit(past[names], labels, risks=risks, earlier=earlier, stopping=~earlier, seed=SEED)

    def trained(parameters: dict[str, Any], trees: int) -> lightgbm.Booster:
        own = {**parameters, "seed": SEED, "monotone_constraints": [model.CONSTRAINT[risk] for risk in risks]}
        return lightgbm.train(own, lightgbm.Dataset(past[names], label=labels), num_boost_round=trees)

    return ours, trained(dict(model.PARAMETERS), model.MAXIMUM_ROUNDS), trained(LARGE, LARGE_TREES), test


def accuracy(ours: model.Fitted, large: lightgbm.Booster, test: pd.DataFrame) -> None:
    """Print the AUC of both with an interval, and their paired difference."""
    labels, ties = test["label"].to_numpy(dtype=np.int8), tie_order(test, seed=SEED)
    both = [rank(model.margins(booster, test), labels=labels, ties=ties, are_probabilities=False) for booster in (ours.booster, large)]
    plain = [auc(ranked, np.ones((len(test), 1))) for ranked in both]
    drawn = [[auc(ranked, weights) for ranked in both] for weights in resample(clusters(test), replicates=1000, seed=SEED)]
    spread = [np.concatenate([block[n] for block in drawn]) for n in (0, 1)]
    parameters = model.PARAMETERS
    print(f"AUC of ours, {ours.rounds} x {parameters['num_leaves']} leaves, depth {parameters['max_depth']}: {interval(plain[0], spread[0])}")
    print(f"AUC of {LARGE_TREES} x 31 leaves: {interval(plain[1], spread[1])}")
    print(f"ours - {LARGE_TREES} x 31, paired: {interval(plain[0] - plain[1], spread[0] - spread[1])}")


def auc(ranked: Ranked, weights: model.Floats) -> model.Floats:
    """Give the AUC under each replicate."""
    return measure(ranked, weights, share=0.1)["auc"]


def interval(value: model.Floats, spread: model.Floats) -> str:
    """Write a figure with its 95 % interval."""
    found = estimate(value, spread)
    return f"{found.value:.4f} ({found.low:.4f} to {found.high:.4f})"


def of_matrix(folder: Path) -> tuple[pd.DataFrame, list[str], list[model.Risk], str]:
    """Read a training matrix, in order of time."""
    matrix = read(folder)
    kind = "synthetic" if matrix.manifest.synthetic else "real"
    said = f"theme {matrix.manifest.theme} of {matrix.manifest.municipality} ({kind})"
    frame = matrix.frame.sort_values(["as_of", "address_id"], kind="stable", ignore_index=True)
    return frame, matrix.manifest.names, [i.risk for i in matrix.manifest.indicators], said


def made(rows: int, *, indicators: int = 120) -> tuple[pd.DataFrame, list[str], list[model.Risk], str]:
    """Make rows: counts and measures with gaps, of which twenty move the truth, some together."""
    draw = np.random.default_rng(SEED)
    values = draw.normal(size=(rows, indicators))
    values[:, ::3] = draw.poisson(0.7, size=values[:, ::3].shape)
    log_odds = -2.2 + values[:, :20] @ draw.normal(scale=0.25, size=20) + 0.4 * values[:, 0] * values[:, 1]
    values[draw.random(values.shape) < 0.1] = np.nan
    names = [f"i{n}" for n in range(indicators)]
    keys = {"address_id": [f"a{n}" for n in range(rows)], "building_id": [f"b{n}" for n in draw.integers(0, rows, rows)]}
    frame = pd.DataFrame(values, columns=names).assign(**keys, as_of=pd.Timestamp("2024-01-01"))
    return frame.assign(label=draw.random(rows) < model.probability(log_odds)), names, [None] * indicators, "made rows (synthetic)"


def cpu(run: Callable[[], object]) -> float:
    """Give the CPU seconds of this process."""
    started = time.process_time()
    run()
    return time.process_time() - started


def told(costs: list[float], *, digits: int = 3) -> str:
    """Write a median and its range."""
    return f"{np.median(costs):.{digits}f} [{min(costs):.{digits}f} - {max(costs):.{digits}f}]"


if __name__ == "__main__":
    options = argparse.ArgumentParser(description="What a reason costs.")
    options.add_argument("matrix", nargs="?", type=Path)
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--rows", type=int, default=20_000)
    options.add_argument("--scored", type=int, default=100_000)
    asked = options.parse_args()
    main(asked.matrix, rounds=asked.rounds, rows=asked.rows, scored=asked.scored)
