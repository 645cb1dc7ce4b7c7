"""What the study of the feedback loop declares in its TOML file."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from experiments.kinds import Asked, Kind, Study, Told
from features.random_arm import LARGEST_SHARE


class FeedbackLoopStudy(Study):
    """The study as declared; see experiments/studies/feedback-loop.toml."""

    kind: Literal["feedback-loop"]
    seed: int = Field(ge=0)
    towns: int = Field(ge=3)
    addresses: int = Field(ge=2_000)
    visits_per_year: int = Field(ge=100)
    rounds: int = Field(ge=5)
    window_rounds: int = Field(ge=4)
    random_shares: tuple[float, ...] = Field(min_length=2)
    themes: tuple[Literal["registration", "room-rental", "overcrowding"], ...] = Field(min_length=1)

    def model_post_init(self, _: object) -> None:
        """Refuse a share that no worklist may have.

        Raises
        ------
        TypeError
            A share lies outside 0 and the largest, or the first is not 0, against which the others are held.
        """
        if self.random_shares[0] != 0 or not all(0 <= share < LARGEST_SHARE for share in self.random_shares):
            raise TypeError(f"random_shares are {self.random_shares}: the first is 0, and each is below {LARGEST_SHARE}")


def run(study: FeedbackLoopStudy, asked: Asked) -> Told:
    """Run the study; it reads no file."""
    from experiments.feedback_loop.page import page, picture
    from experiments.feedback_loop.run import run as run_loops

    result = run_loops(study, progress=asked.progress)
    return Told(page(result, study), result.as_json(), {"feedback-loop.svg": picture(result, study)})


KIND = Kind(FeedbackLoopStudy, run)
