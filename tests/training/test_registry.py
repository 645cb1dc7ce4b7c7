from __future__ import annotations

import json
import os
import platform
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import lightgbm
import mlflow
import pytest

from features.errors import StateError
from tests.training.conftest import Trained
from tests.training.test_gates import evaluation as passing
from tests.training.testdam import TODAY, make_matrix, make_town
from training import model_card, record
from training.bootstrap import Estimate
from training.environment import Environment
from training.fairness import Group
from training.model import margins
from training.record import metrics
from training.registry import LEDGER_TAG, Registry
from training.run import train
from training.scorecard import SCORECARD

REPO = Path(__file__).parents[2]
PICTURES = ("folds", "reliability", "precision_and_lift", "groups", "contributions", "shap_beeswarm", "shap_dependence")


@pytest.fixture(scope="module")
def first_training(tmp_path_factory):
    """Train in a town of these tests alone: others promote and break things in theirs."""
    town = make_town(tmp_path_factory.mktemp("registered") / "town", audited=True)
    town.keep(make_matrix(town.theme))
    return Trained(town, train(town.settings, "registration", private_key=town.scientist, today=TODAY))


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
    found = first_training.candidate.release.evaluation
    assert run.data.metrics["in order of score/days_earlier_high"] == found.timing.days_earlier.high
    assert run.data.metrics["list under other draws/kept_low"] == found.stability.resampling.share.low
    first = found.scrutiny.fairness.groups[0]
    assert run.data.metrics[f"group {first.name}/calibration_gap_high"] == first.calibration_gap.high
    assert run.data.metrics["never visited/auc"] == first_training.candidate.release.evaluation.never_visited.metrics["model"]["auc"].value


def test_the_name_of_every_figure_is_one_that_mlflow_takes():
    scored = {SCORECARD: {"auc": Estimate(value=0.6, low=0.5, high=0.7)}}
    found = passing()
    odd = Group(name="income > 50% (a/b)", rows=90, confirmed=20, rates={"recall": Estimate(value=0.2, low=0.1, high=0.3)})
    scrutiny = found.scrutiny.model_copy(update={"fairness": found.scrutiny.fairness.model_copy(update={"groups": (odd,)})})
    told = {"metrics": {**found.metrics, **scored}, "differences": {**found.differences, **scored}, "scrutiny": scrutiny}
    logged = metrics(found.model_copy(update=told))
    assert (logged["experts scorecard/auc_low"], logged["minus experts scorecard/auc_high"]) == (0.5, 0.7)
    assert logged["group income  50 a b/recall_high"] == 0.3
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
    assert {
        "manifest.json",
        "evaluation.json",
        "gates.json",
        "release.json",
        "trained.json",
        "card.md",
        "environment.json",
        "groups.json",
        "plots",
    } <= names
    plots = {one.path: one.file_size for one in registry.client.list_artifacts(run.info.run_id, "plots")}
    assert set(plots) == {f"plots/{name}.png" for name in PICTURES}
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


@pytest.mark.parametrize("uri", ["postgresql+psycopg://someone:secret@127.0.0.1:9/none", "sqlite:////proc/none/mlflow.db", "sqlite:///{folder}"])
def test_a_registry_that_is_down_is_said_at_once_and_without_its_password(town, uri):
    broken = town.on(tracking_uri=uri.format(folder=town.settings.folder))
    with pytest.raises(StateError, match=r"the registry .* refuses") as caught:
        Registry.open(broken.settings)
    assert "secret" not in str(caught.value)


def artifact(logged, name):
    registry, run = logged
    return Path(registry.client.download_artifacts(run.info.run_id, name)).read_text(encoding="utf-8")


def test_a_run_holds_the_environment_in_which_it_was_made(logged, first_training):
    told = Environment.model_validate_json(artifact(logged, "environment.json"))
    assert told.packages["lightgbm"] == lightgbm.__version__
    assert told.packages["mlflow"] == mlflow.__version__
    assert len(told.packages) > 50
    assert (told.python, told.lock_hash) == (platform.python_version(), first_training.candidate.release.card.lock_hash)
    assert str(Path.home()) not in told.model_dump_json()


def test_a_run_holds_the_card_of_a_candidate(logged, first_training):
    card = artifact(logged, "card.md")
    assert card == model_card.text(first_training.candidate.release, first_training.town.theme)
    assert "approved by nobody: a candidate" in card
    assert "\n| lower-income | " in card
    assert "`plots/groups.png`" in card
    assert "\n| higher-income minus lower-income | " in card


def test_a_run_holds_the_table_of_the_groups(logged, first_training):
    table = json.loads(artifact(logged, "groups.json"))
    fairness = first_training.candidate.release.evaluation.scrutiny.fairness
    assert [row[table["columns"].index("audit group")] for row in table["data"]] == [group.name for group in fairness.groups] != []


def test_a_run_names_the_matrix_as_a_dataset_with_its_folds_and_without_a_row(logged, first_training):
    _, run = logged
    (found,) = run.inputs.dataset_inputs
    assert [(tag.key, tag.value) for tag in found.tags] == [("mlflow.data.context", "training")]
    manifest, evaluation = first_training.candidate.release.manifest, first_training.candidate.release.evaluation
    assert (found.dataset.name, found.dataset.digest) == ("testdam.registration training matrix", manifest.content_hash[:36])
    profile = json.loads(found.dataset.profile)
    assert profile["rows"] == manifest.rows
    assert [[fold["rows"] for fold in folds] for folds in profile["rounds"]] == [[fold.rows for fold in one.folds] for one in evaluation.rounds]
    assert len(profile["rounds"]) == 5
    columns = [column["name"] for column in json.loads(found.dataset.schema)["mlflow_colspec"]]
    assert columns == [*manifest.names, "label"]
    place = mlflow.data.get_source(found.dataset).load()
    assert json.loads((Path(place) / "manifest.json").read_text(encoding="utf-8"))["content_hash"] == manifest.content_hash


def test_a_reader_of_the_pages_finds_what_each_thing_is(logged, first_training):
    registry, run = logged
    assert run.data.tags["mlflow.user"] == "scientist"
    assert run.data.tags["mlflow.source.name"] == "schouw train registration"
    experiment = registry.client.get_experiment(run.info.experiment_id)
    assert "read card.md first" in experiment.tags["mlflow.note.content"]
    model = registry.client.get_registered_model("testdam.registration")
    assert "changes nothing that is served" in model.description
    version = registry.client.get_model_version("testdam.registration", "1")
    assert version.description.startswith("Synthetic data. Candidate, model ")
    assert first_training.candidate.registered.aliases == ("challenger",)


def test_a_description_that_is_too_long_for_the_registry_says_where_the_rest_is(first_training):
    candidate = first_training.candidate.release
    gates = candidate.gates.model_copy(update={"gates": candidate.gates.gates * 60})
    said = record.note(replace(candidate, gates=gates))
    assert len(said) < 5000
    assert said.endswith("(see card.md among the artifacts)")


def test_a_copy_of_the_head_of_the_ledger_that_cannot_be_read_is_refused(trained, registry_of):
    registry = registry_of(trained.town)
    registry.client.set_registered_model_tag("testdam.registration", LEDGER_TAG, '{"position": "one"}')
    with pytest.raises(StateError, match=r"the registry's copy of the ledger's head .* cannot be read"):
        registry.kept_head("registration")
