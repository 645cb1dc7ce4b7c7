"""A registry that is locked or goes down while it is used: a clear message, nothing half done, and the same command carries on."""

from __future__ import annotations

import resource
import signal
import sqlite3
from contextlib import contextmanager
from dataclasses import replace

import pytest

from features.errors import NotFoundError, StateError
from tests.training.conftest import copy_of
from tests.training.promoting import aliases, approve, back
from tests.training.stores import postgresql
from tests.training.testdam import TODAY
from tests.training.wire import Wire
from training import ledger, release
from training.registry import Registry
from training.run import train

PATIENCE_S = 0.2
"""Seconds that SQLite waits for a lock in these tests; by itself it waits five."""


def served(town):
    try:
        return release.champion_folder(town.settings, "registration").name
    except NotFoundError:
        return None


@contextmanager
def locked(town):
    """Hold the registry's file as another process does in the middle of a long write."""
    holder = sqlite3.connect(town.settings.state / "mlflow.db", isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    try:
        yield
    finally:
        holder.rollback()
        holder.close()


@pytest.fixture
def impatient(trained_twice):
    uri = f"{trained_twice.town.settings.tracking_uri}?timeout={PATIENCE_S}"
    return replace(trained_twice, town=trained_twice.town.on(tracking_uri=uri))


@pytest.mark.parametrize("command", ["promote", "rollback", "train"])
def test_a_locked_registry_is_said_and_the_same_command_carries_on(impatient, first_training, registry_of, command):
    town, first = impatient.town, first_training.candidate.release.version
    if command == "rollback":
        approve(town, version=first)
        approve(town)
    commands = {
        "promote": lambda: approve(town).version,
        "rollback": lambda: back(town).version,
        "train": lambda: train(town.settings, "registration", private_key=town.both, today=TODAY).release.version,
    }
    before = (served(town), len(ledger.read(town.settings)))
    with locked(town), pytest.raises(StateError, match=r"the registry \(sqlite\) refuses: .*a tracking store that is up, not locked and writable"):
        commands[command]()
    assert (served(town), len(ledger.read(town.settings))) == before
    assert commands[command]() == (first if command == "rollback" else impatient.candidate.release.version)


@pytest.fixture
def wired(training_in_postgresql, tmp_path):
    """A copy with its registry in PostgreSQL, behind a wire that can be cut."""
    with postgresql(template=training_in_postgresql.town.settings.tracking_uri) as url:
        wire, copied = Wire(url), copy_of(training_in_postgresql, tmp_path)
        yield replace(copied, town=copied.town.on(tracking_uri=wire.url)), wire
        wire.cut()


def cutting(wire, real):
    """Let the database go down right before a call."""

    def call(*given, **named):
        wire.cut()
        return real(*given, **named)

    return call


@pytest.mark.parametrize("step", ["set_model_version_tag", "set_registered_model_alias", "set_registered_model_tag"])
def test_a_database_that_goes_down_during_a_promotion_leaves_what_was_served(wired, registry_of, monkeypatch, step):
    (stored, wire), second = wired, wired[0].candidate.release.version
    first = next(one.version for one in registry_of(stored.town).versions("registration") if one.version != second)
    approve(stored.town, version=first)
    client = type(registry_of(stored.town).client)
    with monkeypatch.context() as patch:
        patch.setattr(client, step, cutting(wire, getattr(client, step)))
        with pytest.raises(StateError, match=r"the registry \(postgresql\+psycopg\) refuses") as caught:
            approve(stored.town)
    assert "postgres@" not in str(caught.value)
    assert served(stored.town) == first
    with pytest.raises(StateError, match=r"the registry \(postgresql\+psycopg\) refuses"):
        approve(stored.town)
    wire.mend()
    assert approve(stored.town).version == second
    assert aliases(registry_of(stored.town)) == {"champion": second, "previous": first}
    assert [entry.version for entry in ledger.read(stored.town.settings)] == [first, second]


def test_a_full_disk_promotes_nothing_and_the_same_command_carries_on(trained, registry_of):
    """A real limit on the size of files, below that of the model."""
    handler, limits = signal.signal(signal.SIGXFSZ, signal.SIG_IGN), resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2_000, limits[1]))
    try:
        with pytest.raises(StateError, match="could not be written: File too large"):
            approve(trained.town)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, handler)
    assert (served(trained.town), ledger.read(trained.town.settings)) == (None, [])
    assert [path for path in (trained.town.settings.state / "releases").rglob("*") if path.is_file()] == []
    assert approve(trained.town).version == trained.candidate.release.version
    assert aliases(Registry.open(trained.town.settings)) == {"champion": trained.candidate.release.version}
