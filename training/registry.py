"""The registry: every training run, its figures and its model in MLflow, and the promotion of a candidate to champion.

One experiment and one registered model per theme, both called ``<municipality>.<theme>``. The booster is kept in LightGBM's
own text format, never as a pickle. SQLite by default, PostgreSQL by URL; artifacts lie in the state folder.
Serving never comes here: it reads the release folder that `promote` writes.
"""

from __future__ import annotations

import importlib.metadata
import logging
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

# MLflow reads this once, when it is imported: nothing about a municipality leaves its machine.
os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"

import mlflow
import mlflow.lightgbm
import sqlalchemy
from mlflow import MlflowClient
from mlflow.entities import Metric, Param, Run, RunStatus
from mlflow.entities.model_registry import ModelVersion
from mlflow.exceptions import MlflowException

from features.engine import replaced_whole
from features.errors import ReleaseError, StateError
from features.settings import Settings
from features.themes import load_theme
from training import keys, record, release
from training.candidates import chosen
from training.model import Fitted
from training.signatures import state

CHAMPION = release.CHAMPION
ARTIFACTS = "mlartifacts"
REQUIRED_PACKAGES = ("lightgbm", "mlflow", "numpy", "pandas", "scipy")
DATABASES = ("sqlite", "postgresql")

# MLflow warns about its own type hints, in colour, when it logs any model.
warnings.filterwarnings("ignore", message=".*Any type hint is inferred as AnyType", category=UserWarning)
logging.getLogger("mlflow").setLevel(logging.WARNING)
logging.getLogger("alembic").setLevel(logging.WARNING)


@dataclass(frozen=True)
class Registered:
    """A model as the registry holds it.

    Attributes
    ----------
    number : str
        MLflow's version number.
    version : str
        Our version, the name of the candidate's folder.
    release_hash, run_id : str
        Of the content and of the run that made it.
    aliases : tuple of str
        ``champion`` for one of them at most.
    tags : dict
        Who trained it, which commit, its tier, synthetic or not, and who approved it.
    """

    number: str
    version: str
    release_hash: str
    run_id: str
    aliases: tuple[str, ...]
    tags: dict[str, str]

    @property
    def tier(self) -> int | None:
        """Highest tier of what it reads; None where it was registered without."""
        told = self.tags.get("tier", "")
        return int(told) if told.isdecimal() else None


@dataclass(frozen=True)
class Registry:
    """An open registry of one municipality."""

    settings: Settings
    client: MlflowClient

    @classmethod
    def open(cls, settings: Settings) -> Registry:
        """Open the registry, and make its tables the first time.

        Raises
        ------
        StateError
            The tracking store is down, locked or cannot be written.
        """
        with _registry_errors(settings):
            _reach(settings)
            return cls(settings, MlflowClient(tracking_uri=settings.tracking_uri))

    def name(self, theme: str) -> str:
        """Give the name of a theme's experiment and registered model."""
        return f"{self.settings.code}.{theme}"

    def find(self, theme: str, *, version: str) -> Registered | None:
        """Give the registered model with this version of ours; None where there is none."""
        return next((model for model in self.versions(theme) if model.version == version), None)

    def versions(self, theme: str) -> list[Registered]:
        """Give a theme's registered models, newest first.

        Raises
        ------
        StateError
            The tracking store refuses.
        """
        with _registry_errors(self.settings):
            found = self.client.search_model_versions(f"name='{self.name(theme)}'")
            if not found:
                return []
            aliases = self.client.get_registered_model(self.name(theme)).aliases
        ordered = sorted(found, key=lambda one: int(one.version), reverse=True)
        return [_registered(one, aliases=tuple(a for a, number in aliases.items() if str(number) == str(one.version))) for one in ordered]

    def record(self, candidate: release.Release, *, fitted: Fitted, plots: Path) -> Registered:
        """Log a run with everything a reviewer needs, and register its model as the very last step.

        Raises
        ------
        StateError
            The tracking store or the disk refuses; the run is marked failed and nothing is registered.
        """
        with _registry_errors(self.settings), _fluent(self.settings.tracking_uri):
            experiment = self._experiment(candidate.theme)
            run = self.client.create_run(
                experiment, run_name=candidate.version, tags={**record.tags(candidate), "mlflow.note.content": record.note(candidate)}
            )
            try:
                uri = self._log(run, candidate, fitted=fitted, plots=plots)
                registered = self._register(candidate, uri=uri, run_id=run.info.run_id)
            except BaseException:
                # Ctrl-C too: a run that looks as if it still goes on would never end.
                self.client.set_terminated(run.info.run_id, RunStatus.to_string(RunStatus.FAILED))
                raise
        return registered

    def crown(self, theme: str, *, number: str, approval_tags: dict[str, str]) -> None:
        """Set the alias ``champion`` on a registered version and say who approved it."""
        with _registry_errors(self.settings):
            for key, value in approval_tags.items():
                self.client.set_model_version_tag(self.name(theme), number, key, value)
            self.client.set_registered_model_alias(self.name(theme), CHAMPION, number)

    def _experiment(self, theme: str) -> str:
        name = self.name(theme)
        found = self.client.get_experiment_by_name(name)
        if found is not None:
            return str(found.experiment_id)
        return str(self.client.create_experiment(name, artifact_location=(self.settings.state / ARTIFACTS / name).as_uri()))

    def _log(self, run: Run, candidate: release.Release, *, fitted: Fitted, plots: Path) -> str:
        """Log parameters, figures, files and the booster; give the model's URI."""
        metrics = [Metric(name, value, run.info.start_time, 0) for name, value in record.metrics(candidate.evaluation).items()]
        params = [Param(name, value) for name, value in record.parameters(candidate, fitted).items()]
        self.client.log_batch(run.info.run_id, metrics=metrics, params=params)
        for name in (release.CARD, release.MANIFEST, release.EVALUATION, release.GATES, release.TRAINED):
            self.client.log_artifact(run.info.run_id, str(candidate.folder / name))
        self.client.log_artifacts(run.info.run_id, str(plots), artifact_path="plots")
        with mlflow.start_run(run_id=run.info.run_id):
            logged = mlflow.lightgbm.log_model(
                candidate.booster,
                name="model",
                pip_requirements=[f"{name}=={importlib.metadata.version(name)}" for name in REQUIRED_PACKAGES],
            )
        return str(logged.model_uri)

    def _register(self, candidate: release.Release, *, uri: str, run_id: str) -> Registered:
        name = self.name(candidate.theme)
        made = not self.client.search_registered_models(f"name='{name}'")
        if made:
            self.client.create_registered_model(name, description=f"Risk score of addresses, theme {candidate.theme}. Champion is what is served.")
        try:
            version = self.client.create_model_version(
                name, source=uri, run_id=run_id, tags=record.tags(candidate), description=record.note(candidate)
            )
        except BaseException:
            if made:
                self.client.delete_registered_model(name)
            raise
        return _registered(version, aliases=())


def promote(settings: Settings, theme_code: str, *, private_key: Path, today: date, version: str | None = None) -> release.Release:
    """Approve a candidate and make it the champion.

    Parameters
    ----------
    settings : Settings
        The municipality.
    theme_code : str
        An enabled theme.
    private_key : Path
        Key of a process owner in municipality.toml, not of the trainer.
    today : date
        The clock; the day of the approval.
    version : str, optional
        Which candidate; otherwise the newest of the champion's tier (`training.candidates`).

    Raises
    ------
    NotFoundError
        There is no such candidate.
    ReleaseError
        The candidate was changed after it was trained, its theme was changed, or it is not the one that was registered.
    ApprovalError
        A gate did not pass, or the key is of the trainer or of nobody who may approve.
    StateError
        The registry or the disk refuses.
    """
    theme = load_theme(settings, theme_code)
    registry = Registry.open(settings)
    registered = chosen(registry.versions(theme.code), theme.code, version=version)
    candidate = release.load(settings.state / "candidates" / theme.code / registered.version, settings, require_approval=False)
    if (registered.release_hash, candidate.card.theme_hash) != (candidate.release_hash, theme.content_hash):
        raise ReleaseError(
            f"candidate {candidate.version} is not the one that was registered, or theme '{theme.code}' was changed after it was trained",
            expected="the candidate as it was trained, under the theme as it is now",
            remedy="run 'schouw build' and 'schouw train' again",
        )
    release.check_gates(candidate, limits=theme.limits)
    signed = state("approved", key=keys.read(private_key), settings=settings, release_hash=candidate.release_hash, on=today)
    approved = release.approve(candidate, settings, approval=signed)
    # Where it was approved before, the first approval stands.
    approval = approved.approval or signed
    registry.crown(theme.code, number=registered.number, approval_tags={"approved_by": approval.person, "approved_on": approval.on.isoformat()})
    with replaced_whole(approved.folder.parent / CHAMPION) as draft:
        draft.write_text(approved.version + "\n", encoding="utf-8")
    return approved


def _registered(version: ModelVersion, *, aliases: tuple[str, ...]) -> Registered:
    tags = dict(version.tags)
    return Registered(
        number=str(version.version),
        version=tags.get("version", ""),
        release_hash=tags.get("release_hash", ""),
        run_id=str(version.run_id),
        aliases=aliases,
        tags=tags,
    )


def _reach(settings: Settings) -> None:
    """Knock at a database first: MLflow itself would try for minutes."""
    settings.state.mkdir(parents=True, exist_ok=True)
    url = sqlalchemy.engine.make_url(settings.tracking_uri) if "://" in settings.tracking_uri else None
    if url is not None and url.get_backend_name() in DATABASES:
        engine = sqlalchemy.create_engine(url)
        try:
            engine.connect().close()
        finally:
            engine.dispose()


@contextmanager
def _fluent(uri: str) -> Iterator[None]:
    """Point MLflow's global state at our store for a moment: logging and registering a model know no other way."""
    before = mlflow.get_tracking_uri()
    mlflow.set_tracking_uri(uri)
    try:
        yield
    finally:
        mlflow.set_tracking_uri(before)


@contextmanager
def _registry_errors(settings: Settings) -> Iterator[None]:
    """Say in our words what the store refuses; never the URL, which may hold a password."""
    try:
        yield
    except (MlflowException, sqlalchemy.exc.SQLAlchemyError, OSError) as error:
        kind = settings.tracking_uri.split(":", 1)[0]
        raise StateError(
            f"the registry ({kind}) refuses: {type(error).__name__}",
            expected="a tracking store that is up, not locked and writable",
            remedy="check tracking_uri (SCHOUW_TRACKING_URI) and repeat the command; nothing was half-registered",
        ) from error
