"""What the tests of monitoring share: no network, and one municipality with everything in place."""

from __future__ import annotations

import shutil
import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

import pytest

from monitoring.run import Written, monitor
from tests.monitoring import riverside
from tests.monitoring.riverside import Riverside

# Evidently 0.7 brings a web framework that announces its next version while it is imported.
EVIDENTLY_WARNINGS = ("ignore:.*Deprecated in litestar.*:DeprecationWarning",)


def pytest_configure(config: pytest.Config) -> None:
    for line in EVIDENTLY_WARNINGS:
        config.addinivalue_line("filterwarnings", line)


@pytest.fixture(scope="module", autouse=True)
def network() -> Iterator[list[str]]:
    """Refuse every way out of this machine, and fail where one was tried; Evidently, too, is first imported behind it."""
    tried: list[str] = []

    def refuse(*arguments: Any, **_: Any) -> NoReturn:
        tried.append(repr(arguments[-1]))
        raise OSError("the tests of monitoring have no network")

    with pytest.MonkeyPatch.context() as patch:
        for name in ("connect", "connect_ex", "sendto"):
            patch.setattr(socket.socket, name, refuse)
        patch.setattr(socket, "getaddrinfo", refuse)
        patch.setattr(socket, "gethostbyname", refuse)
        yield tried
    assert tried == []


@pytest.fixture(scope="session")
def first(tmp_path_factory: pytest.TempPathFactory) -> Riverside:
    place = riverside.make(tmp_path_factory.mktemp("riverside"))
    place.keep(riverside.cohort(), riverside.AS_OF.isoformat())
    place.train(riverside.inspections())
    return place


@pytest.fixture
def place(first: Riverside, tmp_path: Path) -> Riverside:
    """Give a copy on which a test may build, train and break."""
    shutil.copytree(first.settings.state, tmp_path / "state")
    url = f"sqlite:///{tmp_path / 'state' / 'schouw.db'}"
    return replace(first, settings=first.settings.model_copy(update={"state": tmp_path / "state", "database_url": url}))


@pytest.fixture(scope="session")
def written(first: Riverside) -> Written:
    """Give the report on the untouched municipality."""
    return monitor(first.settings, "trial", today=riverside.TODAY, plots=True)
