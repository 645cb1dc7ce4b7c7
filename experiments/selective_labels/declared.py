"""What the study of selective labels declares in its TOML file."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from experiments.kinds import Asked, Kind, Study, Told
from features.random_arm import LARGEST_SHARE


class SelectiveLabelsStudy(Study):
    """The study as declared; see experiments/studies/selective-labels.toml."""

    kind: Literal["selective-labels"]
    seed: int = Field(ge=0)
    simulations: int = Field(ge=2)
    asked_simulations: int = Field(ge=2)
    addresses: int = Field(ge=2_000)
    visits_per_year: int = Field(ge=100)
    random_share: float = Field(gt=0, lt=LARGEST_SHARE)
    small_random_shares: tuple[float, ...]
    capacity_share: float = Field(gt=0, lt=1)
    themes: tuple[Literal["registration", "room-rental", "overcrowding"], ...] = Field(min_length=1)


def run(study: SelectiveLabelsStudy, asked: Asked) -> Told:
    """Run the study; it reads no file."""
    from experiments.selective_labels.page import PICTURE, page, picture
    from experiments.selective_labels.run import run as run_simulations

    result = run_simulations(study, progress=asked.progress)
    return Told(page(result, study), result.as_json(), {PICTURE: picture(result, study)})


KIND = Kind(SelectiveLabelsStudy, run)
