"""Training: what one theme costs, with a search and without, and what the intervals cost on many rows.

    python -m experiments.benchmarks.training_time [ADDRESSES] [--inspections 1500] [--trials 30] [--state FOLDER] [--rows 50000]

A town that stands in FOLDER is not made again. The training matrix is computed from its events; then the model is learned in its five
rounds, measured and judged, first with the parameters that ship, then after a search of so many trials in each round. Beside the time
stand the figures of both, with their intervals, so that it is seen what the search was worth. Then 1,000 replicates are drawn over so many
rows of five test periods. Times are of this machine; the town and the rows are synthetic.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from experiments.town import Size, make
from features import cohort, matrix, outcomes
from features.builds import current
from features.ingestion import ingest
from features.matrix_file import Matrix
from features.report import REPORT
from features.settings import Settings, load, next_as_of
from features.store import open_store
from features.themes import Theme, load_theme
from training.evaluation import evaluate
from training.run import learn
from training.scored import MODEL, Scorer
from training.tuning import Budget

TOWN = Path(__file__).parents[2] / "municipalities" / "zaanwijk"
THEME = "registration"
SHOWN = ("auc", "precision_at_capacity", "brier")
SEED = 1


def main(addresses: int, inspections: int, trials: int, state: Path, rows: int) -> None:
    """Measure and print."""
    settings = load(TOWN, state=state, raw=state / "raw")
    theme = load_theme(settings, THEME)
    learned_from = _matrix(settings, theme, addresses=addresses, inspections=inspections)
    manifest = learned_from.manifest
    print(f"theme {THEME} of a synthetic town of {addresses:,} addresses: {manifest.rows:,} rows, {len(manifest.names)} indicators")
    until = next_as_of(manifest.built_on)
    with tempfile.TemporaryDirectory() as journals:
        for number in (0, trials):
            budget = Budget(number, None, Path(journals)) if number else None
            _timed(f"5 rounds, {number} trials in each", partial(_told, learned_from, theme, until, budget))
    _timed(f"1,000 replicates on {rows:,} rows in 5 test periods, 2 scorers", partial(_intervals, rows))


def _timed(what: str, work: Callable[[], str]) -> None:
    wall, cpu = time.perf_counter(), time.process_time()
    told = work()
    took = f"{time.perf_counter() - wall:.1f} s wall, {time.process_time() - cpu:.1f} s CPU"
    print(f"{what}: {took}; busy before: {os.getloadavg()[0]:.1f} processes on {os.cpu_count()} cores\n  {told}", flush=True)


def _matrix(settings: Settings, theme: Theme, *, addresses: int, inspections: int) -> Matrix:
    """Make the town unless it stands, and give the theme's training matrix."""
    today = settings.today_on
    if today is None:
        raise SystemExit("the synthetic town has no day: today_on is missing in its municipality.toml")
    if not (current(settings.state) / REPORT).exists():
        make(settings, Size(addresses=addresses, inspections_per_year=inspections, today_on=today))
        ingest(settings)
    store = open_store(settings)
    labels = outcomes.labelled(store, theme, next_as_of(today))
    eligible = cohort.screen(store, theme, labels.frame, listing=False)
    return matrix.build(store, theme, eligible, labels=labels, built_on=today)


def _told(learned_from: Matrix, theme: Theme, until: date, budget: Budget | None) -> str:
    learned = learn(learned_from, theme, until=until, seed=SEED, progress=lambda _: None, budget=budget)
    figures = learned.evaluation.metrics[MODEL]
    return ", ".join(f"{name} {figures[name].value:.3f} ({figures[name].low:.3f} to {figures[name].high:.3f})" for name in SHOWN)


def _intervals(rows: int) -> str:
    draw = np.random.default_rng(SEED)
    scores = draw.random(rows)
    frame = pd.DataFrame(
        {
            "address_id": np.arange(rows).astype(str),
            "as_of": pd.Timestamp("2024-01-01"),
            "building_id": (np.arange(rows) // 3).astype(str),
            "label": (draw.random(rows) < 0.3 * scores).astype("int8"),
        }
    )
    scorers = [Scorer(MODEL, scores, are_probabilities=True), Scorer("reports", draw.poisson(0.4, rows).astype(float), are_probabilities=False)]
    found = evaluate(frame, scorers=scorers, share=0.1, seed=SEED, fold=np.sort(np.arange(rows) % 5)).metrics[MODEL]["auc"]
    return f"auc {found.value:.3f} ({found.low:.3f} to {found.high:.3f})"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("addresses", nargs="?", type=int, default=20_000)
    parser.add_argument("--inspections", type=int, default=1_500, help="visits a year")
    parser.add_argument("--trials", type=int, default=30)
    parser.add_argument("--state", type=Path, help="folder of a town; otherwise one that goes again")
    parser.add_argument("--rows", type=int, default=50_000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        main(given.addresses, given.inspections, given.trials, given.state or Path(scratch), given.rows)
