"""Tuning: a search with Optuna for the parameters of the trees, within the training period of each round.

Nested: a round's search sees no row of its calibration or test period, and so no later one either. What is measured is then
the whole way in which a model is made, tuning included.

The same budget in trials gives the same parameters, also after an interruption: the sampler is seeded anew for each trial by the
number of trials that ended before it, a trial that was cut off counts for nothing, and one trial runs at a time. A budget in minutes
depends on the machine, and the record says so.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from threading import Event
from typing import Any

import lightgbm
import numpy as np
import optuna
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend
from optuna.trial import FrozenTrial, Trial, TrialState

from features.disk import unwritable
from features.errors import StateError
from features.manifest import Manifest
from training import journal
from training.folds import Folds, Rolling
from training.model import CONSTRAINT, MAXIMUM_ROUNDS, PARAMETERS, PATIENCE_ROUNDS
from training.objective import IN_LIGHTGBM, JUDGED_AT, SEARCHED_BY, Objective
from training.tuned import Tuned, Tuning
from training.tuning_folds import CUTS, Part, cut

LEAVES, DEPTH = (3, 8), (2, 4)
"""Bounds on a tree. The upper ones are what ships: the cost of a reason is the cost of the trees (DESIGN 6)."""

RATE, SMALLEST_LEAF, PENALTY, COLUMNS, ROWS = (0.03, 0.15), (10, 80), (0.5, 50.0), (0.4, 1.0), (0.5, 1.0)
"""Bounds of learning rate, rows in a leaf, lambda_l2, and shares of columns and rows. Assumed: a factor of a few around what ships."""

STARTUP_TRIALS = 8
"""Trials at random before the sampler and the pruner know enough to choose. Assumed: about one for each parameter."""

ENOUGH_TRIALS = 1000
"""Trials at most, where the budget is in minutes."""

WORKERS = 2
"""Rounds that are tuned at a time, each with one thread of LightGBM."""

RULES = {
    "bounds": [LEAVES, DEPTH, RATE, SMALLEST_LEAF, PENALTY, COLUMNS, ROWS, CUTS, STARTUP_TRIALS, MAXIMUM_ROUNDS, PATIENCE_ROUNDS],
    "shipped": dict(PARAMETERS),
    "versions": [lightgbm.__version__, optuna.__version__],
}
"""What decides, beside the rows and the objective, what a search finds: under other rules it begins anew."""

ENDED = (TrialState.COMPLETE, TrialState.PRUNED)

optuna.logging.set_verbosity(optuna.logging.WARNING)


@dataclass(frozen=True)
class Budget:
    """How long to search, and where the search is kept, so that the same command carries on where it was stopped.

    Attributes
    ----------
    trials : int
        For each round.
    minutes : float, optional
        For all rounds together; the parameters that ship are tried in any case.
    folder : Path
        Holds a journal for each round: parameters and losses, nothing about an address.
    """

    trials: int
    minutes: float | None
    folder: Path


@dataclass(frozen=True)
class Search:
    """The search of one round; ``seconds`` is its share of the time, and ``stop`` ends it after the trial that runs."""

    folds: Folds
    manifest: Manifest
    gap: timedelta
    seed: int
    trials: int
    seconds: float | None
    kept: Path
    number: int
    stop: Event = field(default_factory=Event)
    objective: Objective = "binary"


def tune(rolling: Rolling, manifest: Manifest, *, budget: Budget, seed: int, objective: Objective = "binary") -> Tuning:
    """Search in each round.

    Parameters
    ----------
    rolling : Rolling
    manifest : Manifest
        Of the matrix: which columns are learned from, and in which direction.
    budget : Budget
    seed : int
        Of the sampler and of LightGBM.
    objective : {"binary", "ranking"}
        What the trees are fitted for, and so what is made small: log loss, or what a month's list lacks at its top.

    Raises
    ------
    TrainingError
        A training period cannot be cut in tuning folds with both classes.
    StateError
        The disk refuses, or another process is searching for this theme.
    """
    searches = _searches(rolling, manifest, budget=budget, seed=seed, objective=objective)
    try:
        with journal.held(budget.folder), ThreadPoolExecutor(max_workers=WORKERS) as pool:
            try:
                found = tuple(pool.map(search, searches))
            except BaseException:
                # Ctrl-C too: the pool would wait for every round; so it waits for the trials that run.
                searches[0].stop.set()
                raise
    except OSError as error:
        raise unwritable(budget.folder, error) from error
    kept_low, repeatable = SEARCHED_BY[objective], budget.minutes is None
    return Tuning(trials=budget.trials, minutes=budget.minutes, repeatable=repeatable, loss=kept_low, rounds=found)


def _searches(rolling: Rolling, manifest: Manifest, *, budget: Budget, seed: int, objective: Objective) -> list[Search]:
    """Give each round its share of the time, its journal, and the one bell that stops them all."""
    stop, gap, rounds = Event(), timedelta(days=rolling.gap_days), len(rolling.rounds)
    seconds = None if budget.minutes is None else 60 * budget.minutes * min(WORKERS, rounds) / rounds
    rules = RULES if objective == "binary" else {**RULES, "objective": dict(IN_LIGHTGBM[objective])}
    names = [journal.name(folds.training.rows, manifest, gap=gap, seed=seed, rules=rules) for folds in rolling.rounds]
    return [
        Search(folds, manifest, gap, seed, budget.trials, seconds, budget.folder / f"{name}.jsonl", number, stop, objective)
        for number, (folds, name) in enumerate(zip(rolling.rounds, names, strict=True), start=1)
    ]


def search(one: Search) -> Tuned:
    """Search in one round, after what its journal holds already."""
    parts = cut(one.folds.training.rows, one.manifest.names, gap=one.gap, objective=one.objective, number=one.number)
    began = time.monotonic()
    study = _study(one.kept)
    for cut_off in study.get_trials(deepcopy=False, states=(TrialState.RUNNING,)):
        study.tell(cut_off.number, state=TrialState.FAIL)
    while (ended := len(_ended(study))) < one.trials and not one.stop.is_set():
        if ended and one.seconds is not None and time.monotonic() - began > one.seconds:
            break
        study.sampler = optuna.samplers.TPESampler(seed=_seed(one.seed, ended), n_startup_trials=STARTUP_TRIALS)
        if not ended and not study.get_trials(deepcopy=False, states=(TrialState.WAITING,)):
            study.enqueue_trial({name: PARAMETERS[name] for name in _suggest(optuna.trial.FixedTrial(dict(PARAMETERS)))})
        _try(study, parts, one)
    return _best(_ended(study)[: one.trials])


def _study(kept: Path) -> optuna.Study:
    """Open the journal of a round, or begin one."""
    try:
        return optuna.create_study(
            storage=JournalStorage(JournalFileBackend(str(kept))),
            study_name="tuning",
            load_if_exists=True,
            direction="minimize",
            pruner=optuna.pruners.MedianPruner(n_startup_trials=STARTUP_TRIALS),
        )
    except (json.JSONDecodeError, KeyError) as error:
        raise StateError(
            f"the journal {kept} of a tuning cannot be read", expected="one that Optuna wrote", remedy="remove it: the search begins anew"
        ) from error


def _try(study: optuna.Study, parts: Sequence[Part], one: Search) -> None:
    """Run one trial; it is given up where it does worse than most did on the same tuning folds."""
    trial = study.ask()
    parameters = {
        **PARAMETERS,
        **IN_LIGHTGBM[one.objective],
        **_suggest(trial),
        "feature_pre_filter": False,
        "seed": one.seed,
        "monotone_constraints": [CONSTRAINT[indicator.risk] for indicator in one.manifest.indicators],
    }
    losses: list[float] = []
    for step, part in enumerate(parts):
        losses.append(_loss(part, parameters, one.objective))
        trial.report(float(np.mean(losses)), step)
        if step < len(parts) - 1 and trial.should_prune():
            study.tell(trial, state=TrialState.PRUNED)
            return
    study.tell(trial, float(np.mean(losses)))


def _loss(part: Part, parameters: dict[str, Any], objective: Objective) -> float:
    """Give the log loss on later rows at the best number of trees, or what their lists lack at the top."""
    booster = lightgbm.train(
        parameters,
        part.learned,
        num_boost_round=MAXIMUM_ROUNDS,
        valid_sets=[part.held_out],
        callbacks=[lightgbm.early_stopping(PATIENCE_ROUNDS, verbose=False)],
    )
    reached = booster.best_score["valid_0"]
    return float(reached["binary_logloss"] if objective == "binary" else 1 - reached[f"ndcg@{JUDGED_AT}"])


def _suggest(trial: Trial | optuna.trial.FixedTrial) -> dict[str, float | int]:
    return {
        "num_leaves": trial.suggest_int("num_leaves", *LEAVES),
        "max_depth": trial.suggest_int("max_depth", *DEPTH),
        "learning_rate": trial.suggest_float("learning_rate", *RATE, log=True),
        "min_data_in_leaf": trial.suggest_int("min_data_in_leaf", *SMALLEST_LEAF, log=True),
        "lambda_l2": trial.suggest_float("lambda_l2", *PENALTY, log=True),
        "feature_fraction": trial.suggest_float("feature_fraction", *COLUMNS),
        "bagging_fraction": trial.suggest_float("bagging_fraction", *ROWS),
    }


def _ended(study: optuna.Study) -> list[FrozenTrial]:
    """Give the trials that ended, in the order in which they were tried."""
    return study.get_trials(deepcopy=False, states=ENDED)


def _best(trials: Sequence[FrozenTrial]) -> Tuned:
    whole = [trial for trial in trials if trial.state == TrialState.COMPLETE and trial.value is not None]
    best = min(whole, key=lambda trial: (trial.value, trial.number))
    return Tuned(
        trials=len(trials),
        pruned=len(trials) - len(whole),
        loss=float(best.value or 0.0),
        loss_as_shipped=float(whole[0].value or 0.0),
        parameters=dict(best.params),
    )


def _seed(seed: int, ended: int) -> int:
    return int.from_bytes(hashlib.sha256(f"{seed} {ended}".encode()).digest()[:4])
