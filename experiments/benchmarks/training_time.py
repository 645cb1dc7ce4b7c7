"""Training: what one theme costs from matrix to registered candidate, with a search and without, and what the intervals cost on many rows.

    python -m experiments.benchmarks.training_time [ADDRESSES] [--inspections 1500] [--trials 30] [--state FOLDER] [--rows 50000]

A town that stands in FOLDER, with its matrices, is not made again. What is timed is all that `schouw train` does: the five rounds with their
search, the audit groups, the cohort of two days, the pictures, the card and a new registry on SQLite; each time from a state folder that holds
nothing but the town, first with the parameters that ship, then after a search of so many trials in each round. Beside the time stand what each
step took of it, the load of the machine before and after, and the figures with their intervals, so that it is seen what the search was worth.
Then 1,000 replicates are drawn over so many rows of five test periods. Times are of this machine; the town and the rows are synthetic.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from experiments.town import Size, make
from features import theme_matrices
from features.builds import alone, current
from features.manifest import Manifest
from features.matrix_file import MANIFEST, folder_of, read_manifest
from features.report import REPORT
from features.settings import Settings, load
from features.store import open_store
from features.themes import Theme, load_theme
from training.evaluation import evaluate
from training.run import train
from training.scored import MODEL, Scorer

TOWN = Path(__file__).parents[2] / "municipalities" / "zaanwijk"
THEME = "registration"
SHOWN = ("auc", "precision_at_capacity", "brier")
SEED = 1
HELD = ("builds", "events", "matrices")
"""What a state folder holds of a town, once its matrices are built."""


def main(addresses: int, inspections: int, trials: int, state: Path, rows: int) -> None:
    """Measure and print."""
    settings = load(TOWN, state=state, raw=state / "raw")
    manifest = _town(settings, load_theme(settings, THEME), addresses=addresses, inspections=inspections)
    print(f"theme {THEME} of a synthetic town of {addresses:,} addresses: {manifest.rows:,} rows, {len(manifest.names)} indicators")
    for number in (0, trials):
        with tempfile.TemporaryDirectory() as scratch:
            for name in HELD:
                (Path(scratch) / name).symlink_to((settings.state / name).resolve())
            told = partial(_trained, load(TOWN, state=Path(scratch), raw=state / "raw"), manifest, number)
            _timed(f"schouw train, 5 rounds, {number} trials in each", told)
    _timed(f"1,000 replicates on {rows:,} rows in 5 test periods, 2 scorers", partial(_intervals, rows))


def _timed(what: str, work: Callable[[], str]) -> None:
    before, wall, cpu = _load(), time.perf_counter(), time.process_time()
    told = work()
    took = f"{time.perf_counter() - wall:.1f} s wall, {time.process_time() - cpu:.1f} s CPU"
    print(f"{what}: {took}\n  load average before {before}, after {_load()}, on {os.cpu_count()} cores\n  {told}", flush=True)


def _load() -> str:
    """Give how many processes wanted to run, over 1, 5 and 15 minutes."""
    return " ".join(f"{one:.1f}" for one in os.getloadavg())


def _town(settings: Settings, theme: Theme, *, addresses: int, inspections: int) -> Manifest:
    """Make the town and its matrices unless they stand, and say what is learned from."""
    today = settings.today_on
    if today is None:
        raise SystemExit("the synthetic town has no day: today_on is missing in its municipality.toml")
    training = folder_of(settings.state, theme.code) / "training"
    if not (current(settings.state) / REPORT).exists():
        make(settings, Size(addresses=addresses, inspections_per_year=inspections, today_on=today))
        theme_matrices.build(settings, theme, today, lambda _: None, tier=2)
    elif not (training / MANIFEST).exists():
        with alone(settings.state):
            theme_matrices.write(open_store(settings), theme, today, lambda _: None, tier=2)
    return read_manifest(training)


def _trained(settings: Settings, manifest: Manifest, trials: int) -> str:
    """Train as the command does; give what each step took, and the figures."""
    steps: list[tuple[str, float]] = []
    candidate = train(
        settings, THEME, private_key=TOWN / "demo-keys" / "data-scientist.pem", today=manifest.built_on, trials=trials, seed=SEED,
        progress=lambda step: steps.append((step, time.perf_counter())),
    )  # fmt: skip
    ends = [began for _, began in steps[1:]] + [time.perf_counter()]
    parts = ", ".join(f"{name} {end - began:.1f} s" for (name, began), end in zip(steps, ends, strict=True))
    figures = candidate.release.evaluation.metrics[MODEL]
    told = ", ".join(f"{name} {figures[name].value:.3f} ({figures[name].low:.3f} to {figures[name].high:.3f})" for name in SHOWN)
    groups, day = candidate.learned.evaluation.scrutiny, candidate.learned.evaluation.stability
    looked = f"audit groups: {len(groups.fairness.groups) if groups else 0}; cohort of the second day: {day.one_day_on if day else None}"
    return f"{parts}\n  {looked}; pictures and registry: version {candidate.registered.number} in SQLite\n  {told}"


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
