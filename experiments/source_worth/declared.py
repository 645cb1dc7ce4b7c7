"""What the study of the worth of sources declares in its TOML file."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from experiments.kinds import Asked, Kind, Study, Told


class SourceWorthStudy(Study):
    """The study as declared; see experiments/studies/source-worth.toml."""

    kind: Literal["source-worth"]
    seed: int = Field(ge=0)
    replicates: int = Field(ge=10)
    addresses: int = Field(ge=1_000)
    inspections_per_year: int = Field(ge=1)
    learned_share: float = Field(gt=0, le=1)
    lots: int = Field(ge=2)
    most_given_away: float = Field(gt=0, lt=1)
    listed: int = Field(ge=1)
    themes: tuple[str, ...] = Field(min_length=1)


def run(study: SourceWorthStudy, asked: Asked) -> Told:
    """Run the study; it reads no file, but keeps its town where it is told to."""
    from experiments.source_worth.page import page, picture
    from experiments.source_worth.run import run as run_sources

    result = run_sources(study, state=asked.state, progress=asked.progress)
    return Told(page(result, study), result.as_json(), {"what-a-source-is-worth.svg": picture(result, study)})


KIND = Kind(SourceWorthStudy, run)
