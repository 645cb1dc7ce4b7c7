"""What the study of who looked declares in its TOML file."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from experiments.kinds import Asked, Kind, Study, Told
from features.declared import Frozen

Chance = Annotated[float, Field(ge=0, le=1)]


class TeamsDiffer(Frozen):
    """How much teams differ, and how much each keeps to its own area; what is absent is as the town documents it.

    Attributes
    ----------
    name : str
        As the page calls it.
    sensitivity, false_alarm : tuple of float, optional
        Chance that the mildest and the strictest team confirm what is there, and what is not.
    home_share : float, optional
        Share of the visits in an area by its own team.
    """

    name: str
    sensitivity: tuple[Chance, Chance] | None = None
    false_alarm: tuple[Chance, Chance] | None = None
    home_share: Chance | None = None


class WhoLookedStudy(Study):
    """The study as declared; see experiments/studies/who-looked.toml."""

    kind: Literal["who-looked"]
    seed: int = Field(ge=0)
    simulations: int = Field(ge=3)
    addresses: int = Field(ge=2_000)
    quarters: int = Field(ge=4, le=20)
    visits_per_year: int = Field(ge=200)
    capacity_share: float = Field(gt=0, lt=1)
    theme: Literal["registration", "room-rental", "overcrowding"]
    towns: tuple[TeamsDiffer, ...] = Field(min_length=1)


def run(study: WhoLookedStudy, asked: Asked) -> Told:
    """Run the study; it reads no file."""
    from experiments.who_looked.page import PICTURE, page, picture
    from experiments.who_looked.run import run as run_towns

    result = run_towns(study, progress=asked.progress)
    return Told(page(result, study), result.as_json(), {PICTURE: picture(result, study)})


KIND = Kind(WhoLookedStudy, run)
