"""The registry: every training run, its figures and its model in MLflow, and the aliases champion, challenger and previous.

One experiment and one registered model per theme, both called ``<municipality>.<theme>``. The booster is kept in LightGBM's
own text format, never as a pickle. SQLite by default, PostgreSQL by URL; artifacts lie in the state folder.
Serving never comes here: it reads the release folder that `training.promotion` writes.
"""

from __future__ import annotations

import logging
import os
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

# MLflow reads this once, when it is imported: nothing about a municipality leaves its machine.
os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"

import mlflow
import sqlalchemy
from mlflow import MlflowClient
from mlflow.entities import RunStatus
from mlflow.entities.model_registry import ModelVersion
from mlflow.exceptions import MlflowException
from pydantic import ValidationError

from features.errors import StateError
from features.settings import Settings
from features.themes import load_theme
from training import record, registry_place, release
from training.candidates import CHALLENGER, CHAMPION, PREVIOUS, challenges
from training.ledger import Head
from training.model import Fitted
from training.registry_place import ARTIFACTS, OWNER_TAG
from training.registry_run import log

LEDGER_TAG = "schouw.ledger"
"""Tag of a registered model: where the ledger ended when a champion was last placed (`training.ledger`)."""
COMPARISON = "comparison.md"
"""The page that holds a challenger beside the champion (`training.retraining`)."""
NOTE = {
    "mlflow.note.content": "One run per candidate. Figures ending in _low and _high are the ends of 95 % intervals; read card.md first.",
    "mlflow.experimentKind": "custom_model_development",  # else its pages show what belongs to language models
}
DESCRIPTION = (
    "Risk score of addresses, theme {theme}. Alias champion is what is served, challenger what 'schouw promote' would take, previous what"
    " 'schouw rollback' goes back to. Setting an alias here changes nothing that is served: only a signed release folder does."
)

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
        ``champion``, ``challenger`` and ``previous``, each for one of them at most.
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
            The tracking store is down, locked or cannot be written; or the state folder was moved without the artifacts.
        """
        with _registry_errors(settings):
            registry_place.reach(settings)
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
            self._end_runs_left_behind(experiment, version=candidate.version)
            run = self.client.create_run(experiment, run_name=candidate.version, tags=record.run_tags(candidate))
            try:
                theme = load_theme(self.settings, candidate.theme)
                uri = log(self.client, run, candidate, settings=self.settings, theme=theme, fitted=fitted, plots=plots)
                registered = self._register(candidate, uri=uri, run_id=run.info.run_id)
            except BaseException:
                # Ctrl-C too: a run that looks as if it still goes on would never end.
                self.client.set_terminated(run.info.run_id, RunStatus.to_string(RunStatus.FAILED))
                raise
        return registered

    def _end_runs_left_behind(self, experiment: str, *, version: str) -> None:
        """Mark as failed every earlier run of a version that was never registered: its process was killed, or lost its database."""
        for run in self.client.search_runs([experiment], filter_string=f"tags.version = '{version}'"):
            self.client.set_terminated(run.info.run_id, RunStatus.to_string(RunStatus.FAILED))

    def complete(self, theme: str, model: Registered) -> Registered:
        """Set the alias to which a registration did not come that was cut off right after its model stood there; again gives the same."""
        with _registry_errors(self.settings):
            if CHALLENGER in model.aliases or not challenges(self.versions(theme), theme, number=model.number):
                return model
            self.client.set_registered_model_alias(self.name(theme), CHALLENGER, model.number)
        return next(one for one in self.versions(theme) if one.number == model.number)

    def place(self, theme: str, *, champion: Registered, previous: Registered | None, tags: Mapping[str, str]) -> None:
        """Set the aliases ``champion`` and ``previous``, and say on the champion how it came there; again gives the same."""
        name = self.name(theme)
        with _registry_errors(self.settings):
            for key, value in tags.items():
                self.client.set_model_version_tag(name, champion.number, key, value)
            if previous is not None:
                self.client.set_registered_model_alias(name, PREVIOUS, previous.number)
            elif PREVIOUS in self.client.get_registered_model(name).aliases:
                self.client.delete_registered_model_alias(name, PREVIOUS)
            self.client.set_registered_model_alias(name, CHAMPION, champion.number)
            if CHALLENGER in champion.aliases:
                self.client.delete_registered_model_alias(name, CHALLENGER)

    def describe(self, model: Registered, served: release.Release, *, card: str) -> None:
        """Put the model card beside the run, and what was approved under both the run and the registered model."""
        with _registry_errors(self.settings), _fluent(self.settings.tracking_uri):
            self.client.log_text(model.run_id, card, release.MODEL_CARD)
            self.client.set_tag(model.run_id, "mlflow.note.content", record.note(served))
            self.client.update_model_version(self.name(served.theme), model.number, description=record.note(served))

    def keep_comparison(self, model: Registered, page: str) -> None:
        """Put the comparison with the champion beside the run; again replaces it."""
        with _registry_errors(self.settings):
            self.client.log_text(model.run_id, page, COMPARISON)

    def keep_head(self, theme: str, head: Head) -> None:
        """Keep a copy of where the ledger ends."""
        with _registry_errors(self.settings):
            self.client.set_registered_model_tag(self.name(theme), LEDGER_TAG, head.model_dump_json())

    def kept_head(self, theme: str) -> Head | None:
        """Give the copy of where the ledger ended when a champion of the theme was last placed; None where there is none.

        Raises
        ------
        StateError
            The tracking store refuses, or holds something else.
        """
        with _registry_errors(self.settings):
            found = self.client.search_registered_models(f"name='{self.name(theme)}'")
        text = found[0].tags.get(LEDGER_TAG) if found else None
        try:
            return None if text is None else Head.model_validate_json(text)
        except ValidationError as error:
            raise StateError(
                f"the registry's copy of the ledger's head (tag {LEDGER_TAG} of {self.name(theme)}) cannot be read",
                expected="the tag as 'schouw promote' wrote it",
                remedy="find out who could write to the registry, and restore it from its backup",
            ) from error

    def _experiment(self, theme: str) -> str:
        name = self.name(theme)
        owner, found = registry_place.number_of(self.settings), self.client.get_experiment_by_name(name)
        if found is not None:
            registry_place.refuse_other(self.settings, name=name, owner=found.tags.get(OWNER_TAG), place=found.artifact_location)
            if OWNER_TAG not in found.tags:
                self.client.set_experiment_tag(found.experiment_id, OWNER_TAG, owner)
            return str(found.experiment_id)
        place = (self.settings.state / ARTIFACTS / name).as_uri()
        tags = {**NOTE, "theme": theme, "municipality": self.settings.code, OWNER_TAG: owner}
        return str(self.client.create_experiment(name, artifact_location=place, tags=tags))

    def _register(self, candidate: release.Release, *, uri: str, run_id: str) -> Registered:
        name = self.name(candidate.theme)
        made = not self.client.search_registered_models(f"name='{name}'")
        if made:
            self.client.create_registered_model(name, description=DESCRIPTION.format(theme=candidate.theme))
        version = None
        try:
            version = self.client.create_model_version(
                name, source=uri, run_id=run_id, tags=record.tags(candidate), description=record.note(candidate)
            )
            if challenges(self.versions(candidate.theme), candidate.theme, number=str(version.version)):
                self.client.set_registered_model_alias(name, CHALLENGER, version.version)
        except BaseException:
            if version is not None:
                self.client.delete_model_version(name, version.version)
            if made:
                self.client.delete_registered_model(name)
            raise
        return next(model for model in self.versions(candidate.theme) if model.number == str(version.version))


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
