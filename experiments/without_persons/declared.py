"""What the study of sources about persons declares in its TOML file."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from experiments.kinds import Asked, Kind, Study, Told
from features.declared import Frozen


class Times(Frozen):
    """How often inspections are made: so many times ``visits_per_year``; of those of the town a share is learned from, in so many lots."""

    times: int = Field(ge=1)
    lots: int = Field(ge=1)


class WithoutPersonsStudy(Study):
    """The study as declared; see experiments/studies/without-persons.toml."""

    kind: Literal["without-persons"]
    seed: int = Field(ge=0)
    replicates: int = Field(ge=10)
    addresses: int = Field(ge=1_000)
    visits_per_year: int = Field(ge=1)
    times: tuple[Times, ...] = Field(min_length=1)
    themes: tuple[str, ...] = Field(min_length=1)

    @property
    def most(self) -> int:
        """Times of which the town's own inspections are made."""
        return max(each.times for each in self.times)


def run(study: WithoutPersonsStudy, asked: Asked) -> Told:
    """Run the study; it reads no file, but keeps its town where it is told to."""
    from experiments.without_persons.page import page, picture
    from experiments.without_persons.run import run as run_steps

    result = run_steps(study, state=asked.state, progress=asked.progress)
    return Told(page(result, study), result.as_json(), {"without-persons.svg": picture(result, study)})


KIND = Kind(WithoutPersonsStudy, run)
