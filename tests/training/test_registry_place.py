"""A state folder that was moved, restored elsewhere or copied: its artifacts are found where it is now."""

from __future__ import annotations

import shutil
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

import mlflow
import pytest

from features.errors import StateError
from tests.training.conftest import Trained
from tests.training.testdam import Town, make_matrix
from training import model_card
from training.model import margins
from training.registry import Registry

CARD = "card.md"


def card(town: Town) -> Path:
    """Give where the registry finds the card of its model."""
    registry = Registry.open(town.settings)
    (model,) = registry.versions("registration")
    found = path(registry.client.get_run(model.run_id).info.artifact_uri) / CARD
    assert Path(registry.client.download_artifacts(model.run_id, CARD)).read_bytes() == found.read_bytes()
    return found


def path(uri: str) -> Path:
    return Path(url2pathname(urlsplit(uri).path))


def moved(town: Town, state: Path) -> Town:
    return town.on(state=state, tracking_uri=f"sqlite:///{state / 'mlflow.db'}")


def test_a_copy_finds_its_own_and_the_first_keeps_its_own(first_training: Trained, trained: Trained) -> None:
    candidate = first_training.candidate.release
    assert card(trained.town).is_relative_to(trained.town.settings.state)
    assert card(trained.town).read_text(encoding="utf-8") == model_card.text(candidate, first_training.town.theme)
    assert card(first_training.town).is_relative_to(first_training.town.settings.state)


def test_a_state_folder_that_was_moved_gives_the_model_the_run_and_the_matrix(trained: Trained, tmp_path: Path) -> None:
    state = tmp_path / "else where"
    trained.town.settings.state.rename(state)
    town = moved(trained.town, state)
    assert card(town).is_relative_to(state)
    registry, before = Registry.open(town.settings), mlflow.get_tracking_uri()
    mlflow.set_tracking_uri(town.settings.tracking_uri)
    try:
        booster = mlflow.lightgbm.load_model("models:/testdam.registration/1")
    finally:
        mlflow.set_tracking_uri(before)
    rows = make_matrix(town.theme).indicators
    assert margins(booster, rows).tolist() == margins(trained.candidate.release.booster, rows).tolist()
    run = registry.client.get_run(registry.versions("registration")[0].run_id)
    place = mlflow.data.get_source(run.inputs.dataset_inputs[0].dataset).load()
    assert (Path(place) / "manifest.json").exists()
    assert path(registry.client.get_experiment_by_name("testdam.registration").artifact_location).is_relative_to(state)


def test_artifacts_that_were_left_behind_are_asked_for(trained: Trained, tmp_path: Path) -> None:
    Registry.open(trained.town.settings)
    state = tmp_path / "elsewhere"
    trained.town.settings.state.rename(state)
    (state / "mlartifacts").rename(tmp_path / "kept")
    with pytest.raises(StateError, match=r"the artifacts of the registry were in .*, and are neither there nor in .*move or restore mlartifacts to"):
        Registry.open(moved(trained.town, state).settings)
    (tmp_path / "kept").rename(state / "mlartifacts")
    assert card(moved(trained.town, state)).is_relative_to(state)


def test_a_database_elsewhere_follows_only_where_the_old_folder_is_gone(trained: Trained, tmp_path: Path) -> None:
    Registry.open(trained.town.settings)
    old = trained.town.settings.state
    (old / "mlflow.db").rename(tmp_path / "elsewhere.db")
    shutil.copytree(old, tmp_path / "copied")
    town = trained.town.on(tracking_uri=f"sqlite:///{tmp_path / 'elsewhere.db'}", state=tmp_path / "copied")
    assert card(town).is_relative_to(old)
    shutil.rmtree(old)
    assert card(town).is_relative_to(tmp_path / "copied")
