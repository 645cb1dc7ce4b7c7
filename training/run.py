"""One training run: from a matrix to a signed candidate in the registry, or a refusal that says why.

Nothing is left half done: the candidate folder appears whole, the model is registered last, and the same command after
an interruption carries on. The same matrix, theme, code and person give the same candidate, bit for bit.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from features import audit, turn
from features.manifest import Manifest, git_commit, lock_hash
from features.matrix_file import Matrix, folder_of
from features.settings import Person, Settings, next_as_of
from features.sources.contract import Tier
from features.themes import Theme, load_theme
from training import calibration, chances, folds, journal, keys, model, plots, release, scrutiny, shift, tuning
from training.evaluation import Evaluation, assess
from training.gates import Gates, judge
from training.hashes import content_hash, wording_hash
from training.objective import Objective, checked
from training.registry import Registered, Registry
from training.rounds import Round, cohort_of, learn_round, under_other_draws
from training.scored import Scored, never_visited
from training.signatures import signer, state
from training.support import only_like
from training.training_matrix import training_matrix

SEED = 1
UNNAMED = "0000-00-00-00000000"
Step = Callable[[str], None]


@dataclass(frozen=True)
class Learned:
    """A fitted and measured model, not yet signed or kept; ``contributions`` are of the last round's test rows."""

    rounds: list[Round]
    rolling: folds.Rolling
    scored: Scored
    contributions: model.Floats
    evaluation: Evaluation
    gates: Gates

    @property
    def fitted(self) -> model.Fitted:
        """The model of the last round."""
        return self.rounds[-1].fitted

    @property
    def line(self) -> calibration.Line:
        """The calibration of the last round."""
        return self.rounds[-1].line


@dataclass(frozen=True)
class Candidate:
    """What training gives: a signed folder, where the registry holds the same, and all that was learned on the way."""

    release: release.Release
    registered: Registered
    learned: Learned


def train(settings: Settings, theme_code: str, *, private_key: Path, today: date, progress: Step | None = None, seed: int = SEED,
          tier: Tier = 2, trials: int = 0, minutes: float | None = None, objective: Objective = "binary") -> Candidate:  # fmt: skip
    """Train a theme's model and register it as a candidate.

    Parameters
    ----------
    settings : Settings
        The municipality.
    theme_code : str
        An enabled theme of which ``schouw build`` wrote the training matrix.
    private_key : Path
        Key of a data scientist in municipality.toml, who signs what was trained.
    today : date
        The clock; the test fold ends after it.
    progress : callable, optional
        Called with the name of each step as it starts.
    seed : int
        Of the model's sampling, the random baseline and the bootstrap.
    tier : {0, 1, 2}
        Learn from the matrix of ``schouw build --tier``.
    trials : int
        Trials of the search for parameters in each round; 0 takes those that ship, or leaves it to ``minutes``.
    minutes : float, optional
        Time for all searches together; what is found then depends on the machine.
    objective : {"binary", "ranking"}
        What the trees are fitted for (`training.objective`); the gates are the same for both.

    Raises
    ------
    TrainingError
        The matrix is absent, of another theme, or cannot be learned from; or there is no such objective.
    ApprovalError
        The key is not of a listed data scientist.
    StateError
        The registry or the disk refuses, or a worklist of the theme is gone or is not as it was drawn.
    """
    say, aim = progress or (lambda _: None), checked(objective)
    theme = load_theme(settings, theme_code)
    key = keys.read(private_key)
    signer(key, settings, act="trained", on=today)
    say("reading the matrix")
    matrix = training_matrix(settings, theme, tier=tier)
    journal.clear(settings.state / "tuning" / theme.code, folder_of(settings.state, theme.code), today=today)
    # A first run creates the registry's tables, which takes seconds: meanwhile the model is fitted.
    with ThreadPoolExecutor(max_workers=1) as aside:
        opening = aside.submit(Registry.open, settings)
        groups, budget = audit.published(settings, next_as_of(today)), _budget(settings, theme, trials, minutes)
        days = shift.Days(settings, theme, matrix.manifest, as_of=today, seed=seed)
        learned = learn(matrix, theme, until=next_as_of(today), seed=seed, progress=say, budget=budget, groups=groups, days=days, objective=aim)
        say("opening the registry")
        registry = opening.result()
    files = _files(learned, matrix.manifest, theme, key=key, settings=settings, today=today)
    return _keep(files, learned, settings=settings, registry=registry, progress=say)


def learn(matrix: Matrix, theme: Theme, *, until: date, seed: int, progress: Step, budget: tuning.Budget | None = None,
          groups: pd.DataFrame | None = None, days: shift.Days | None = None, objective: Objective = "binary") -> Learned:  # fmt: skip
    """Tune where there is a budget; fit, calibrate, measure and judge in each round, without keeping anything; the last model may be kept.

    ``groups`` are the audit groups as `features.audit.groups` gives them; without them nothing is said of groups, and no gate on groups passes.
    ``days`` scores the cohort of two days and counts it; without it nothing is said of a shift by one day, and bounds need a logged frame.

    Raises
    ------
    TrainingError
        There are too few rows, or one class only in a fold.
    """
    rolling = folds.roll(matrix.frame, until=until)
    tuned = None
    if budget is not None:
        progress("tuning within the training period of each round")
        tuned = tuning.tune(rolling, matrix.manifest, budget=budget, seed=seed, objective=objective)
    rounds = []
    for number, parts in enumerate(rolling.rounds):
        progress(f"fitting round {number + 1} of {len(rolling.rounds)}")
        found = tuned.rounds[number] if tuned else None
        rounds.append(learn_round(parts, matrix.manifest, seed=seed, tuned=found, scorecard=theme.scorecard, team=theme.team, objective=objective))
    last, scored = rounds[-1], Scored.of([(one.folds.test.rows, one.scorers) for one in rounds])
    explained = model.explain(last.fitted.booster, last.folds.test.rows, slope=last.line.slope, intercept=last.line.intercept)
    progress("asking for whom it may be wrong, and what it stands on")
    counted, held = cohort_of(rounds), chances.counted(matrix.frame)
    looked_into = scrutiny.measure(scored, last=last.folds, contributions=explained.contributions, matrix=matrix, theme=theme, groups=groups,
                                   seed=seed, cohort=counted)  # fmt: skip
    progress("measuring, with intervals")
    share, unseen = theme.capacity.evaluation_share, never_visited(scored.rows, matrix.frame)
    score = _answers(last, looked_into)
    evaluation = assess(scored, rolling, unseen=unseen, share=share, seed=seed, absent_baselines=last.absent, cohort=counted,
                        listed=days.cohort(score) if days else None)  # fmt: skip
    stability = under_other_draws(last, matrix.manifest.names, share=share, seed=seed)
    if days is not None:
        progress("scoring the cohort of two days")
        stability = days.beside(stability, score)
    told = {"objective": objective, "tuning": tuned, "scrutiny": looked_into, "stability": stability, "team": last.looked, "chances": held}
    whole = evaluation.model_copy(update=told)
    return Learned(rounds, rolling, scored, explained.contributions, whole, judge(whole, limits=theme.limits))


def _answers(last: Round, looked_into: scrutiny.Scrutiny) -> shift.Score:
    """Give what scores addresses by the last round's model; missing for one that would get no answer."""
    return lambda rows: only_like(looked_into.support, rows, last.line.apply(model.margins(last.fitted.booster, rows)))


def _budget(settings: Settings, theme: Theme, trials: int, minutes: float | None) -> tuning.Budget | None:
    if trials == 0 and minutes is None:
        return None
    return tuning.Budget(trials or tuning.ENOUGH_TRIALS, minutes, settings.state / "tuning" / theme.code)


def _files(learned: Learned, manifest: Manifest, theme: Theme, *, key: Ed25519PrivateKey, settings: Settings, today: date) -> dict[str, bytes]:
    """Give the files of the candidate, signed by the trainer."""
    files = {
        release.MODEL: learned.fitted.booster.model_to_string().encode("utf-8"),
        release.MANIFEST: manifest.model_dump_json(indent=1).encode("utf-8"),
        release.EVALUATION: learned.evaluation.model_dump_json(indent=1).encode("utf-8"),
        release.GATES: learned.gates.model_dump_json(indent=1).encode("utf-8"),
    }
    card = release.Card(
        theme=theme.code,
        purpose=manifest.purpose,
        municipality=settings.code,
        synthetic=manifest.synthetic,
        version=UNNAMED,
        objective=learned.evaluation.objective,
        calibration=release.Calibration(slope=learned.line.slope, intercept=learned.line.intercept, population=learned.line.population),
        indicators=tuple(manifest.names),
        catalogue_hash=manifest.catalogue_hash,
        wording_hash=wording_hash(manifest.indicators),
        theme_hash=theme.content_hash,
        lock_hash=lock_hash(),
        matrix_hash=manifest.content_hash,
        git_commit=git_commit(),
        trained_on=today,
        as_of_last=manifest.as_of_last,
    )
    card = _named(card, files, trainer=signer(key, settings, act="trained", on=today))
    files[release.CARD] = card.model_dump_json(indent=1).encode("utf-8")
    statement = state("trained", key=key, settings=settings, release_hash=content_hash(files), on=today)
    files[release.TRAINED] = statement.model_dump_json(indent=1).encode("utf-8")
    return files


def _named(card: release.Card, files: dict[str, bytes], *, trainer: Person) -> release.Card:
    """Name a version after its day and its content: other content, other name; the same content, the same name."""
    content = content_hash({**files, release.CARD: card.model_dump_json().encode("utf-8")})
    digest = hashlib.sha256(f"{content} {trainer.id}".encode()).hexdigest()
    return card.model_copy(update={"version": f"{card.trained_on.isoformat()}-{digest[:8]}"})


def _keep(files: dict[str, bytes], learned: Learned, *, settings: Settings, registry: Registry, progress: Step) -> Candidate:
    """Write the candidate's folder, then log and register it; where that fails, the folder goes again.

    One at a time for a theme: of two trainings of one matrix, which give one candidate, the second finds what the first kept.
    """
    card = release.Card.model_validate_json(files[release.CARD])
    folder = settings.state / "candidates" / card.theme / card.version
    with _turn(folder.parent, say=progress):
        return _kept(files, card, folder, learned, settings=settings, registry=registry, progress=progress)


def _turn(candidates: Path, *, say: Step) -> AbstractContextManager[None]:
    """Wait until nobody else keeps a candidate of the theme; that takes seconds."""
    return turn.waiting(candidates.with_name(f".{candidates.name}.lock"), doing=f"keeping a candidate of theme '{candidates.name}'", say=say)


def _kept(
    files: dict[str, bytes], card: release.Card, folder: Path, learned: Learned, *, settings: Settings, registry: Registry, progress: Step
) -> Candidate:
    known = registry.find(card.theme, version=card.version)
    if known and folder.exists():
        return Candidate(release.load(folder, settings, require_approval=False), registry.complete(card.theme, known), learned)
    shutil.rmtree(folder, ignore_errors=True)
    release.write(folder, files)
    try:
        candidate = release.load(folder, settings, require_approval=False)
        if known:
            return Candidate(candidate, registry.complete(card.theme, known), learned)
        with tempfile.TemporaryDirectory() as drawing:
            progress("drawing")
            drawn = plots.Drawn(learned.evaluation, learned.rolling, learned.scored, learned.contributions, list(card.indicators))
            plots.draw(Path(drawing), drawn)
            progress("logging to the registry")
            return Candidate(candidate, registry.record(candidate, fitted=learned.fitted, plots=Path(drawing)), learned)
    except BaseException:
        # Ctrl-C too: a folder without its registration would look like a candidate.
        if not known:
            shutil.rmtree(folder, ignore_errors=True)
        raise
