"""What the Chicago study declares in its TOML file."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from experiments.kinds import REPO, Asked, Kind, Study, Told
from features.declared import Frozen
from features.settings import load


class Files(Frozen):
    """Files that the study reads besides the registers, relative to the raw folder."""

    benchmark: str
    inspections: str
    licences: str
    complaints: str
    weather: str
    groups: str


class Split(Frozen):
    """The published test days, and the days that part the training rows; see experiments/studies/chicago.toml."""

    test_first_on: date
    test_last_on: date
    stopping_from: date
    calibration_from: date
    known_before: date


class Published(Frozen):
    """Published figures in their printed digits, and the features of the published models."""

    auc_glmnet: float
    auc_xgboost: float
    days_earlier_glmnet: float
    days_earlier_xgboost: float
    first_half_as_usual: float
    first_half_glmnet: float
    auc_without_inspector: float
    auc_inspector_alone: float
    features: tuple[str, ...] = Field(min_length=1)


class LinkageCheck(Frozen):
    """How near a linked complaint must lie, in metres."""

    near_m: float = Field(gt=0)


class Looked(Frozen):
    """Who looked: the periods of the training rows in which ways are compared, each learned before its first day, the last day being an end."""

    compare_from: tuple[date, ...] = Field(min_length=2)
    replicates: int = Field(ge=1)


class ChicagoStudy(Study):
    """The study as declared."""

    kind: Literal["chicago"]
    municipality: str
    theme: str
    seed: int
    replicates: int = Field(ge=1)
    files: Files
    split: Split
    published: Published
    linkage: LinkageCheck
    looked: Looked


def run(study: ChicagoStudy, asked: Asked) -> Told:
    """Run the study on the raw files."""
    settings = load(asked.municipality or REPO / study.municipality, raw=asked.raw)
    from experiments.chicago import looked_page
    from experiments.chicago.page import page
    from experiments.chicago.run import run as run_chicago

    result = run_chicago(settings, study, progress=asked.progress)
    return Told(page(result, study), result.as_json(), {looked_page.PICTURE: looked_page.picture(result.looked, study.published)})


KIND = Kind(ChicagoStudy, run)
