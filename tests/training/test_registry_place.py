"""A state folder that was moved, restored elsewhere or copied: its artifacts are found where it is now."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

import mlflow
import pytest
import sqlalchemy

from features.errors import StateError
from tests.training.conftest import Trained, copy_of
from tests.training.stores import postgresql
from tests.training.testdam import Town, make_matrix, make_town
from training import model_card
from training.model import margins
from training.registry import Registry
from training.registry_place import NUMBER, OWNER_TAG

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


@pytest.fixture
def shared(training_in_postgresql: Trained, tmp_path: Path) -> Iterator[Town]:
    """A town with its registry in a PostgreSQL of this test's own."""
    with postgresql(template=training_in_postgresql.town.settings.tracking_uri) as url:
        yield copy_of(training_in_postgresql, tmp_path / "first").town.on(tracking_uri=url)


def places(url: str) -> list[str]:
    """Give every place that the database holds."""
    asked = """SELECT artifact_location FROM experiments UNION SELECT artifact_uri FROM runs UNION SELECT artifact_location FROM logged_models
        UNION SELECT storage_location FROM model_versions UNION SELECT dataset_source FROM datasets"""
    return sorted(str(place) for place in rows(url, asked))


def rows(url: str, statement: str, **given: str) -> list[object]:
    engine = sqlalchemy.create_engine(url)
    with engine.begin() as connection:
        done = connection.execute(sqlalchemy.text(statement), given)
        found = list(done.scalars()) if done.returns_rows else []
    engine.dispose()
    return found


@pytest.mark.parametrize("gone", [False, True])
def test_a_second_town_with_the_same_postgresql_takes_nothing_over(shared: Town, tmp_path: Path, gone: bool) -> None:
    url, first = shared.settings.tracking_uri, shared.settings.state
    second = make_town(tmp_path / "second").on(tracking_uri=url)
    own = second.settings.state / "mlartifacts" / "testdam.registration" / "run of its own" / "artifacts"
    own.mkdir(parents=True)
    if gone:  # as on another machine
        rows(url, "UPDATE experiments SET artifact_location = 'file:///srv/first/state/mlartifacts/testdam.registration' WHERE name LIKE 'testdam.%'")
    before = places(url)
    with pytest.raises(StateError, match=r"the models 'testdam\.registration' in the registry belong to the state folder of number") as refused:
        Registry.open(second.settings)
    numbers = [(state / NUMBER).read_text(encoding="utf-8").strip() for state in (first, second.settings.state)]
    assert numbers[0] != numbers[1]
    for said in (*numbers, str(second.settings.state), "municipality 'testdam'", "a database of its own", f"restore its file {NUMBER}"):
        assert said in str(refused.value)
    assert places(url) == before


def test_a_second_town_in_a_folder_of_the_same_path_is_refused_too(shared: Town) -> None:
    (shared.settings.state / NUMBER).unlink()
    with pytest.raises(StateError, match="belong to the state folder of number"):
        Registry.open(shared.settings)
    (shared.settings.state / NUMBER).write_text(f"{rows(shared.settings.tracking_uri, OWNED, key=OWNER_TAG)[0]}\n", encoding="utf-8")
    assert len(Registry.open(shared.settings).versions("registration")) == 2


OWNED = "SELECT value FROM experiment_tags WHERE key = :key"


def test_a_registry_that_another_town_took_since_it_was_opened_is_refused_when_a_model_is_logged(
    shared: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    second = make_town(tmp_path / "second").on(tracking_uri=shared.settings.tracking_uri)
    with monkeypatch.context() as earlier:
        earlier.setattr("training.registry_place.reach", lambda settings: None)
        opened = Registry.open(second.settings)
    with pytest.raises(StateError, match="belong to the state folder of number"):
        opened._experiment("registration")


def test_towns_that_share_a_postgresql_under_names_of_their_own_leave_each_other_alone(shared: Town, tmp_path: Path) -> None:
    url = shared.settings.tracking_uri
    place = f"{(tmp_path / 'gone').as_uri()}/mlartifacts/testdam.registration"
    rows(url, "UPDATE experiments SET artifact_location = :place WHERE name = 'testdam.registration'", place=place)
    others = f"{(tmp_path / 'gone').as_uri()}/mlartifacts/other.registration"
    rows(url, "INSERT INTO experiments (name, artifact_location, lifecycle_stage) VALUES ('other.registration', :place, 'active')", place=others)
    Registry.open(shared.settings)
    assert (shared.settings.state / "mlartifacts" / "testdam.registration").as_uri() in places(url)
    assert place not in places(url)
    assert others in places(url)
