"""What a run in MLflow carries: everything a reviewer needs to check the candidate without asking the one who trained it."""

from __future__ import annotations

import importlib.metadata
import json
import os
from pathlib import Path

# MLflow reads this once, when it is imported: nothing about a municipality leaves its machine.
os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"

import mlflow
import mlflow.lightgbm
from mlflow import MlflowClient
from mlflow.entities import Dataset, DatasetInput, InputTag, Metric, Param, Run
from mlflow.types import ColSpec, DataType, Schema
from mlflow.utils.mlflow_tags import MLFLOW_DATASET_CONTEXT

from features.matrix_file import folder_of
from features.settings import Settings
from features.themes import Theme
from training import model_card, record, release
from training.environment import environment
from training.group_table import group_table
from training.model import Fitted

REQUIRED_PACKAGES = ("lightgbm", "mlflow", "numpy", "pandas", "scipy")
ENVIRONMENT, PLOTS, GROUPS = "environment.json", "plots", "groups.json"
DIGEST_LENGTH = 36
"""Characters of a digest that MLflow keeps; the whole hash is in the tag ``matrix_hash``."""


def log(client: MlflowClient, run: Run, candidate: release.Release, *, settings: Settings, theme: Theme, fitted: Fitted, plots: Path) -> str:
    """Log figures, parameters, the matrix as a dataset, every file of the candidate, its card, pictures, environment and booster.

    Parameters
    ----------
    client : MlflowClient
    run : Run
        Still running.
    candidate : Release
    settings : Settings
    theme : Theme
    fitted : Fitted
        For the parameters with which the booster was made.
    plots : Path
        Folder of the pictures.

    Returns
    -------
    str
        URI of the logged model.
    """
    run_id = run.info.run_id
    metrics = [Metric(name, value, run.info.start_time, 0) for name, value in record.metrics(candidate.evaluation).items()]
    params = [Param(name, value) for name, value in record.parameters(candidate, fitted).items()]
    client.log_batch(run_id, metrics=metrics, params=params)
    client.log_inputs(run_id, [DatasetInput(_dataset(candidate, settings), [InputTag(MLFLOW_DATASET_CONTEXT, "training")])])
    for name in (release.CARD, release.MANIFEST, release.EVALUATION, release.GATES, release.TRAINED):
        client.log_artifact(run_id, str(candidate.folder / name))
    client.log_text(run_id, model_card.text(candidate, theme), release.MODEL_CARD)
    if (looked_into := candidate.evaluation.scrutiny) and looked_into.fairness.groups:
        lines = group_table(looked_into.fairness, looked_into.proxies)
        client.log_table(run_id, {head: [line[head] for line in lines] for head in lines[0]}, GROUPS)
    client.log_text(run_id, environment().model_dump_json(indent=1), ENVIRONMENT)
    client.log_artifacts(run_id, str(plots), artifact_path=PLOTS)
    with mlflow.start_run(run_id=run_id):
        logged = mlflow.lightgbm.log_model(
            candidate.booster,
            name="model",
            pip_requirements=[f"{name}=={importlib.metadata.version(name)}" for name in REQUIRED_PACKAGES],
        )
    return str(logged.model_uri)


def _dataset(candidate: release.Release, settings: Settings) -> Dataset:
    """Describe the training matrix as `mlflow.data` does: where it lies, its columns and its folds; never a row of it."""
    manifest = candidate.manifest
    place = folder_of(settings.state, candidate.theme, tier=manifest.tier_limit) / manifest.kind
    columns = [ColSpec(DataType.double, name, required=False) for name in manifest.names]
    profile = {
        "rows": manifest.rows,
        "first": manifest.as_of_first.isoformat(),
        "last": manifest.as_of_last.isoformat(),
        "synthetic": manifest.synthetic,
        "rounds": [[fold.model_dump(mode="json") for fold in one.folds] for one in candidate.evaluation.rounds],
    }
    return Dataset(
        name=f"{settings.code}.{candidate.theme} training matrix",
        digest=manifest.content_hash[:DIGEST_LENGTH],
        source_type="local",
        source=json.dumps({"uri": place.as_uri()}),
        schema=json.dumps({"mlflow_colspec": Schema([*columns, ColSpec(DataType.integer, "label")]).to_dict()}),
        profile=json.dumps(profile),
    )
