from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import uuid
from dataclasses import replace
from pathlib import Path

import lightgbm
import mlflow
import pytest
import sqlalchemy

from features.errors import ApprovalError, NotFoundError, ReleaseError, StateError
from tests.training.test_gates import evaluation as passing
from tests.training.test_release import FORGED_GATES, forge_gates, resign, rewrite
from tests.training.testdam import TODAY, make_matrix, make_town
from training import release
from training.bootstrap import Estimate
from training.gates import judge
from training.hashes import content_hash
from training.model import margins
from training.record import metrics
from training.registry import Registry, promote
from training.run import train
from training.scorecard import SCORECARD

REPO = Path(__file__).parents[2]


def approve(town, who="owner", **options):
    return promote(town.settings, "registration", private_key=getattr(town, who), today=TODAY, **options)


def champion(registry):
    return [one.version for one in registry.versions("registration") if "champion" in one.aliases]


@pytest.fixture(scope="module")
def logged(first_training):
    """The run as MLflow holds it."""
    registry = Registry.open(first_training.town.settings)
    return registry, registry.client.get_run(first_training.candidate.registered.run_id)


def test_a_run_tells_who_what_and_from_what(logged, first_training):
    _, run = logged
    card = first_training.candidate.release.card
    assert run.info.status == "FINISHED"
    assert run.info.run_name == card.version
    told = {"trained_by": "scientist", "synthetic": "true", "theme": "registration", "git_commit": card.git_commit or "unknown", "gates": "passed"}
    assert told.items() <= run.data.tags.items()
    assert "better than random: **passed**" in run.data.tags["mlflow.note.content"]


def test_a_run_holds_every_figure_with_both_ends_of_its_interval(logged, first_training):
    _, run = logged
    auc = first_training.candidate.release.evaluation.metrics["model"]["auc"]
    assert [run.data.metrics[name] for name in ("auc", "auc_low", "auc_high")] == [auc.value, auc.low, auc.high]
    for name in ("average_precision", "precision_at_capacity", "lift_at_capacity", "brier", "calibration_gap"):
        assert run.data.metrics[f"{name}_low"] <= run.data.metrics[name] <= run.data.metrics[f"{name}_high"]
    difference = first_training.candidate.release.evaluation.differences["number of reports"]["auc"]
    assert run.data.metrics["minus number of reports/auc_low"] == difference.low
    assert run.data.metrics["random/auc"] < 0.7
    rounds = first_training.candidate.release.evaluation.rounds
    assert run.data.metrics["round 5/auc_low"] == rounds[4].figures.metrics["model"]["auc"].low
    assert run.data.metrics["never visited/auc"] == first_training.candidate.release.evaluation.never_visited.metrics["model"]["auc"].value


def test_the_name_of_every_figure_is_one_that_mlflow_takes():
    scored = {SCORECARD: {"auc": Estimate(value=0.6, low=0.5, high=0.7)}}
    found = passing()
    logged = metrics(found.model_copy(update={"metrics": {**found.metrics, **scored}, "differences": {**found.differences, **scored}}))
    assert (logged["experts scorecard/auc_low"], logged["minus experts scorecard/auc_high"]) == (0.5, 0.7)
    assert [name for name in logged if not re.fullmatch(r"[\w\-. :/]+", name)] == []


def test_a_run_holds_its_parameters_and_its_folds(logged, first_training):
    _, run = logged
    assert run.data.params["deterministic"] == "True"
    assert run.data.params["trees"] == str(first_training.candidate.release.booster.num_trees())
    assert run.data.params["test_rows"] == str(first_training.candidate.release.evaluation.folds[-1].rows)
    assert float(run.data.params["calibration_slope"]) == first_training.candidate.release.slope


def test_a_run_holds_its_manifest_and_its_pictures(logged, first_training):
    registry, run = logged
    names = {one.path for one in registry.client.list_artifacts(run.info.run_id)}
    assert {"manifest.json", "evaluation.json", "gates.json", "release.json", "trained.json", "plots"} <= names
    plots = {one.path: one.file_size for one in registry.client.list_artifacts(run.info.run_id, "plots")}
    assert set(plots) == {f"plots/{name}.png" for name in ("folds", "reliability", "precision_and_lift", "contributions")}
    assert min(plots.values()) > 5_000
    folder = first_training.town.settings.state / "mlartifacts"
    assert {path.read_bytes()[:4] for path in folder.rglob("*.png")} == {b"\x89PNG"}


def test_the_model_is_kept_as_text_and_never_as_a_pickle(first_training):
    candidate = first_training.candidate.release
    folder = first_training.town.settings.state / "mlartifacts"
    kept = {path.name: path for path in folder.rglob("*") if path.is_file()}
    assert {path.suffix for path in kept.values()} & {".pkl", ".pickle", ".joblib", ".skops"} == set()
    assert lightgbm.Booster(model_file=str(kept["model.lgb"])).model_to_string() == candidate.booster.model_to_string()
    assert f"lightgbm=={lightgbm.__version__}" in kept["requirements.txt"].read_text(encoding="utf-8").splitlines()


def test_the_registered_model_gives_the_margins_of_the_candidate(first_training):
    town, candidate = first_training.town, first_training.candidate.release
    rows = make_matrix(town.theme).indicators
    before = mlflow.get_tracking_uri()
    mlflow.set_tracking_uri(town.settings.tracking_uri)
    try:
        booster = mlflow.lightgbm.load_model("models:/testdam.registration/1")
    finally:
        mlflow.set_tracking_uri(before)
    assert margins(booster, rows).tolist() == margins(candidate.booster, rows).tolist()


def test_training_leaves_the_tracking_uri_of_a_notebook_alone(first_training):
    assert str(first_training.town.settings.state) not in mlflow.get_tracking_uri()


@pytest.mark.slow
def test_nothing_is_told_to_the_makers_of_mlflow():
    """In a process without a switch of its own, and without the signs of a test by which MLflow is silent anyway."""
    code = "import training.registry; from mlflow.telemetry import get_telemetry_client; print(get_telemetry_client())"
    environment = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment, cwd=REPO)
    assert done.stdout.strip() == "None"


def test_promoting_makes_a_champion_and_a_release_folder(trained, registry_of):
    approved = approve(trained.town)
    assert release.champion_folder(trained.town.settings, "registration") == approved.folder
    registered = registry_of(trained.town).versions("registration")[0]
    assert registered.aliases == ("champion",)
    assert registered.tags["approved_by"] == "owner"
    assert registered.tags["approved_on"] == TODAY.isoformat()
    assert release.load(approved.folder, trained.town.settings).approved_by == "owner"


def test_a_second_promotion_moves_the_alias_and_an_earlier_one_can_come_back(trained_twice, first_training, registry_of):
    town, second = trained_twice.town, trained_twice.candidate.release.version
    first = approve(town, version=first_training.candidate.release.version)
    assert approve(town).version == second
    assert champion(registry_of(town)) == [second]
    again = approve(town, "both", version=first.version)
    assert champion(registry_of(town)) == [first.version]
    assert again.approval == first.approval
    assert release.champion_folder(town.settings, "registration") == town.settings.state / "releases" / "registration" / first.version
    assert approve(town, version="2").version == second


def test_the_trainer_cannot_promote_the_own_model(trained_twice, registry_of):
    refused(trained_twice.town, registry_of, "both", ApprovalError, "'both' both trained and approved")


@pytest.mark.parametrize(("who", "fault"), [("scientist", "the role process-owner"), ("stranger", "belongs to nobody")])
def test_who_may_not_approve_is_refused(trained, registry_of, who, fault):
    refused(trained.town, registry_of, who, ApprovalError, fault)


def refused(town, registry_of, who, kind, fault, **options):
    with pytest.raises(kind, match=fault):
        approve(town, who, **options)
    assert champion(registry_of(town)) == []
    assert not (town.settings.state / "releases").exists()


def test_a_changed_candidate_is_refused(trained, registry_of):
    path = trained.candidate.release.folder / "gates.json"
    path.write_text(path.read_text(encoding="utf-8").replace('"passed"', '"failed"', 1), encoding="utf-8")
    refused(trained.town, registry_of, "owner", ReleaseError, "the files have hash")


def test_a_candidate_that_was_signed_again_after_registration_is_refused(trained, registry_of):
    path = trained.candidate.release.folder / "evaluation.json"
    path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    resign(trained.candidate.release.folder, trained.town)
    (trained.candidate.release.folder / "approval.json").unlink()
    refused(trained.town, registry_of, "owner", ReleaseError, "is not the one that was registered")


def test_a_candidate_that_did_not_pass_is_refused_with_the_gate(trained, registry_of):
    trained.town.limit("minimum_lift", 4.5)
    trained.town.keep(make_matrix(trained.town.theme))
    train(trained.town.settings, "registration", private_key=trained.town.scientist, today=TODAY)
    refused(trained.town, registry_of, "owner", ApprovalError, r"did not pass: lift at capacity \(failed\)")


def register_again(trained, registry_of):
    """Sign a changed candidate anew and write its hash into the registry, as its trainer could."""
    folder, registry = trained.candidate.release.folder, registry_of(trained.town)
    resign(folder, trained.town)
    (folder / "approval.json").unlink()
    release_hash = content_hash(release.read_files(folder))
    registry.client.set_model_version_tag(registry.name("registration"), trained.candidate.registered.number, "release_hash", release_hash)


@pytest.mark.parametrize("forged", FORGED_GATES)
def test_gates_that_were_typed_by_the_trainer_are_refused(trained, registry_of, forged):
    forge_gates(trained.candidate.release.folder, forged)
    register_again(trained, registry_of)
    refused(trained.town, registry_of, "owner", ApprovalError, "are not what its evaluation gives")


def test_gates_under_limits_of_ones_own_are_refused(trained, registry_of):
    candidate = trained.candidate.release
    loose = judge(candidate.evaluation, limits=candidate.gates.limits.model_copy(update={"minimum_lift": 1.0}))
    rewrite(candidate.folder, "gates.json", **loose.model_dump(mode="json"))
    register_again(trained, registry_of)
    refused(trained.town, registry_of, "owner", ApprovalError, "are not what its evaluation gives under the limits of its theme")


def test_limits_that_were_loosened_after_training_are_refused(trained, registry_of):
    trained.town.limit("minimum_lift", 1.0)
    refused(trained.town, registry_of, "owner", ReleaseError, "theme 'registration' was changed after it was trained")


def test_a_version_that_is_not_known_is_refused_with_those_that_are(trained, registry_of):
    known = trained.candidate.release.version
    refused(trained.town, registry_of, "owner", NotFoundError, f"has no candidate 7. Expected: one of {known}", version="7")


def test_a_theme_without_candidates_says_what_to_do(trained):
    elsewhere = trained.town.on(code="elsewhere")
    with pytest.raises(NotFoundError, match=r"has no candidate\. Expected: one of none yet"):
        approve(elsewhere)


def test_a_promotion_that_stops_halfway_is_completed_by_the_same_command(trained, registry_of, monkeypatch):
    with monkeypatch.context() as broken:
        broken.setattr(type(registry_of(trained.town).client), "set_registered_model_alias", _stop)
        with pytest.raises(KeyboardInterrupt):
            approve(trained.town)
    with pytest.raises(NotFoundError):
        release.champion_folder(trained.town.settings, "registration")
    approve(trained.town)
    assert champion(registry_of(trained.town)) == [release.champion_folder(trained.town.settings, "registration").name]


def _stop(*_, **__):
    raise KeyboardInterrupt


@pytest.mark.parametrize("uri", ["postgresql+psycopg://someone:secret@127.0.0.1:9/none", "sqlite:////proc/none/mlflow.db", "sqlite:///{folder}"])
def test_a_registry_that_is_down_is_said_at_once_and_without_its_password(town, uri):
    broken = town.on(tracking_uri=uri.format(folder=town.settings.folder))
    with pytest.raises(StateError, match=r"the registry .* refuses") as caught:
        Registry.open(broken.settings)
    assert "secret" not in str(caught.value)


@pytest.fixture
def postgres():
    """A database of our own, dropped afterwards."""
    url = os.environ.get("SCHOUW_TEST_POSTGRES_URL")
    if not url:
        pytest.skip("needs postgres: set SCHOUW_TEST_POSTGRES_URL to a database in which others may be created")
    name = f"schouw_training_{uuid.uuid4().hex[:8]}"
    server = sqlalchemy.create_engine(url, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(sqlalchemy.text(f'CREATE DATABASE "{name}"'))
    yield sqlalchemy.engine.make_url(url).set(database=name).render_as_string(hide_password=False)
    with server.connect() as connection:
        connection.execute(sqlalchemy.text(f'DROP DATABASE "{name}" WITH (FORCE)'))
    server.dispose()


@pytest.mark.slow
def test_postgresql_holds_the_same_registry(postgres, tmp_path, registry_of):
    town = make_town(tmp_path / "town").on(tracking_uri=postgres)
    town.keep(make_matrix(town.theme))
    candidate = train(town.settings, "registration", private_key=town.scientist, today=TODAY)
    approved = approve(town)
    assert champion(registry_of(town)) == [candidate.release.version]
    run = registry_of(town).client.get_run(candidate.registered.run_id)
    assert run.data.metrics["auc"] == candidate.release.evaluation.metrics["model"]["auc"].value
    assert replace(approved, folder=candidate.release.folder).release_hash == candidate.release.release_hash
    assert json.loads((approved.folder / "approval.json").read_text(encoding="utf-8"))["person"] == "owner"
