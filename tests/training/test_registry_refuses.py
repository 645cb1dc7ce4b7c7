"""A registry that is locked or goes down while it is used: a clear message, nothing half done, and the same command carries on."""

from __future__ import annotations

import resource
import signal
import sqlite3
from contextlib import ExitStack, contextmanager
from dataclasses import replace

import pytest
import sqlalchemy

from features.errors import ApprovalError, NotFoundError, StateError
from tests.training.conftest import copy_of
from tests.training.promoting import aliases, approve, back
from tests.training.stores import named, postgresql
from tests.training.testdam import TODAY, make_frame, make_matrix
from tests.training.wire import Wire
from training import ledger, release, run
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
def full_disk(size=2_000):
    """Set a real limit on the size of files, in bytes, below that of a model."""
    handler, limits = signal.signal(signal.SIGXFSZ, signal.SIG_IGN), resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, handler)


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
    registry_of(trained.town)  # what a copied state folder asks for is written before the disk is full
    with full_disk(), pytest.raises(StateError, match="could not be written: File too large"):
        approve(trained.town)
    assert (served(trained.town), ledger.read(trained.town.settings)) == (None, [])
    assert [path for path in (trained.town.settings.state / "releases").rglob("*") if path.is_file()] == []
    assert approve(trained.town).version == trained.candidate.release.version
    assert aliases(Registry.open(trained.town.settings)) == {"champion": trained.candidate.release.version}


@pytest.fixture(scope="module")
def learned():
    """What was learned from a matrix, by its hash: these tests break what comes after it."""
    return {}


@pytest.fixture
def fewer(learned, monkeypatch):
    """Let a town hold a matrix with fewer labels than its gate asks for, from which is learned once for all these tests."""
    learn = run.learn

    def once(matrix, *given, **named):
        key = matrix.manifest.content_hash
        return learned.setdefault(key, learned.get(key) or learn(matrix, *given, **named))

    monkeypatch.setattr(run, "learn", once)

    def keep(town):
        town.limit("minimum_labels", 600)
        town.keep(make_matrix(town.theme, make_frame(500, seed=3)))
        return lambda: train(town.settings, "registration", private_key=town.scientist, today=TODAY)

    return keep


def folders(town):
    return sorted(path.name for path in (town.settings.state / "candidates" / "registration").iterdir())


def statuses(registry):
    experiment = registry.client.get_experiment_by_name("testdam.registration").experiment_id
    return sorted({one.info.status for one in registry.client.search_runs([experiment])})


@pytest.mark.parametrize("step", ["log_batch", "log_artifacts", "create_model_version", "set_registered_model_alias"])
def test_a_database_that_goes_down_during_a_training_leaves_no_half_registered_model(wired, registry_of, fewer, monkeypatch, step):
    stored, wire = wired
    before, again = folders(stored.town), fewer(stored.town)
    client = type(registry_of(stored.town).client)
    with monkeypatch.context() as patch:
        patch.setattr(client, step, cutting(wire, getattr(client, step)))
        with pytest.raises(StateError, match=r"the registry \(postgresql\+psycopg\) refuses") as caught:
            again()
    assert "postgres@" not in str(caught.value)
    assert folders(stored.town) == before
    wire.mend()
    candidate, registry = again(), registry_of(stored.town)
    assert candidate.registered.aliases == ("challenger",)
    assert sorted(one.version for one in registry.versions("registration")) == folders(stored.town) == sorted([*before, candidate.release.version])
    assert "RUNNING" not in statuses(registry)


def test_connections_that_the_server_ends_during_a_training_are_taken_up_again(wired, registry_of, fewer, monkeypatch):
    stored, _ = wired
    client, again = type(registry_of(stored.town).client), fewer(stored.town)
    real, ended = client.create_model_version, []

    def ending(*given, **options):
        server = sqlalchemy.create_engine(stored.town.settings.tracking_uri)
        with server.connect() as connection:
            others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :n AND pid <> pg_backend_pid()"
            ended.extend(connection.execute(sqlalchemy.text(others), {"n": named(stored.town.settings.tracking_uri)}).scalars())
        server.dispose()
        return real(*given, **options)

    monkeypatch.setattr(client, "create_model_version", ending)
    assert again().registered.aliases == ("challenger",)
    assert any(ended)


def test_a_registry_that_is_locked_during_a_training_leaves_nothing_half_done(impatient, registry_of, fewer, monkeypatch):
    town, again = impatient.town, fewer(impatient.town)
    before, client = folders(town), type(registry_of(town).client)
    with locked_from(town, client, "log_artifacts", monkeypatch), pytest.raises(StateError, match=r"the registry \(sqlite\) refuses"):
        again()
    assert folders(town) == before
    candidate = again()
    assert candidate.registered.aliases == ("challenger",)
    assert statuses(registry_of(town)) == ["FAILED", "FINISHED"]
    assert {gate.name: gate.state for gate in candidate.release.gates.gates}["labels"] == "not enough data"
    with pytest.raises(ApprovalError, match="labels"):
        approve(town, version=candidate.release.version)


@contextmanager
def locked_from(town, client, step, monkeypatch):
    """Lock the registry right after a call, until the end."""
    real = getattr(client, step)
    with ExitStack() as held, monkeypatch.context() as patch:

        def call(*given, **options):
            done = real(*given, **options)
            held.enter_context(locked(town))
            return done

        patch.setattr(client, step, call)
        yield


@pytest.mark.parametrize(("where", "step"), [(release, "write"), (Registry, "record")])
def test_a_full_disk_keeps_no_candidate_and_the_same_command_carries_on(trained, registry_of, fewer, monkeypatch, where, step):
    town, again, real = trained.town, fewer(trained.town), getattr(where, step)
    before = folders(town)

    def on_full_disk(*given, **options):
        with full_disk():
            return real(*given, **options)

    with monkeypatch.context() as patch:
        patch.setattr(where, step, on_full_disk)
        with pytest.raises(StateError, match=r"could not be written: File too large|the registry \(sqlite\) refuses"):
            again()
    assert folders(town) == before
    assert len(registry_of(town).versions("registration")) == 1
    assert again().registered.aliases == ("challenger",)
    assert "RUNNING" not in statuses(registry_of(town))
