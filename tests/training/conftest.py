"""What the tests of training share: Testdam, and one training with the real LightGBM and the real MLflow."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from mlflow.tracking._tracking_service.utils import _artifact_repos_cache

from features.matrix_file import Matrix
from tests.training.stores import postgresql
from tests.training.testdam import TODAY, DrawnDays, Town, make_matrix, make_town
from training.registry import Registry
from training.run import Candidate, train

# Warnings that MLflow 3.17 itself gives; everything else is an error.
MLFLOW_WARNINGS = (
    "ignore:The ``noload`` loader strategy is deprecated",
    "ignore:.*Any type hint is inferred as AnyType:UserWarning",
)


def pytest_configure(config: pytest.Config) -> None:
    for line in MLFLOW_WARNINGS:
        config.addinivalue_line("filterwarnings", line)


@pytest.fixture(scope="session", autouse=True)
def _two_days() -> Iterator[None]:
    """Draw the cohort of two days, as every matrix of Testdam is drawn: there are no registers to score it from."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("training.run.shift", SimpleNamespace(Days=DrawnDays))
        yield


@pytest.fixture
def town(tmp_path: Path) -> Town:
    return make_town(tmp_path / "town")


@pytest.fixture
def matrix_of(town: Town) -> Callable[..., Matrix]:
    return lambda frame=None, **changes: make_matrix(town.theme, frame, **changes)


@dataclass(frozen=True)
class Trained:
    town: Town
    candidate: Candidate


@pytest.fixture(scope="session")
def first_training(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    """Train once with the real LightGBM and the real MLflow; creating its tables is what takes time."""
    town = make_town(tmp_path_factory.mktemp("trained") / "town", audited=True)
    town.keep(make_matrix(town.theme))
    return Trained(town, train(town.settings, "registration", private_key=town.scientist, today=TODAY))


@pytest.fixture(scope="session")
def second_training(first_training: Trained, tmp_path_factory: pytest.TempPathFactory) -> Trained:
    """Train once more, by the one who may approve too."""
    copied = copy_of(first_training, tmp_path_factory.mktemp("twice"))
    return Trained(copied.town, train(copied.town.settings, "registration", private_key=copied.town.both, today=TODAY))


@pytest.fixture
def trained(first_training: Trained, tmp_path: Path) -> Trained:
    """Give every test a copy of its own, on which it may promote and break things."""
    return copy_of(first_training, tmp_path)


@pytest.fixture
def trained_twice(second_training: Trained, tmp_path: Path) -> Trained:
    """Give a copy with two candidates, the newest by ``both``."""
    return copy_of(second_training, tmp_path)


@pytest.fixture
def postgres() -> Iterator[str]:
    """A database of the test's own, dropped afterwards."""
    with postgresql() as url:
        yield url


@pytest.fixture(scope="session")
def training_in_postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trained]:
    """Train twice, as `second_training`, with the registry in PostgreSQL."""
    with postgresql() as url:
        town = make_town(tmp_path_factory.mktemp("postgresql") / "town", audited=True).on(tracking_uri=url)
        town.keep(make_matrix(town.theme))
        for key in (town.scientist, town.both):
            candidate = train(town.settings, "registration", private_key=key, today=TODAY)
        yield Trained(town, candidate)


@pytest.fixture(params=["sqlite", "postgresql"])
def stored(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Trained]:
    """Give a copy with two candidates, the newest by ``both``, with its registry in each kind of database."""
    if request.param == "sqlite":
        yield copy_of(request.getfixturevalue("second_training"), tmp_path)
        return
    first = request.getfixturevalue("training_in_postgresql")
    with postgresql(template=first.town.settings.tracking_uri) as url:
        copied = copy_of(first, tmp_path)
        yield replace(copied, town=copied.town.on(tracking_uri=url))


@pytest.fixture(scope="session")
def blocked_training(first_training: Trained, tmp_path_factory: pytest.TempPathFactory) -> Trained:
    """Train by ``scientist`` under a limit that the model does not reach."""
    copied = copy_of(first_training, tmp_path_factory.mktemp("blocked"))
    copied.town.limit("minimum_lift", 4.5)
    copied.town.keep(make_matrix(copied.town.theme))
    return Trained(copied.town, train(copied.town.settings, "registration", private_key=copied.town.scientist, today=TODAY))


@pytest.fixture
def blocked(blocked_training: Trained, tmp_path: Path) -> Trained:
    """Give a copy with a candidate of which the lift at capacity failed."""
    return copy_of(blocked_training, tmp_path)


def copy_of(trained: Trained, folder: Path) -> Trained:
    """Give a copy of a town; MLflow remembers by run where its artifacts are, for as long as a process lives, and a copy has the same runs."""
    _artifact_repos_cache.clear()
    copied = folder / "town"
    shutil.copytree(trained.town.settings.folder, copied)
    town = trained.town.on(folder=copied, state=copied / "state", tracking_uri=f"sqlite:///{copied / 'state' / 'mlflow.db'}")
    place = copied / "state" / "candidates" / "registration" / trained.candidate.release.version
    return Trained(town, replace(trained.candidate, release=replace(trained.candidate.release, folder=place)))


@pytest.fixture
def registry_of() -> Callable[[Town], Registry]:
    """Open the registry of a town, as another process would find it."""
    return lambda town: Registry.open(town.settings)
