"""The demo keeps the rules that it shows."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from experiments.demo import earlier_visit
from features.settings import load
from features.themes import load_theme
from serving.outcome_content import OutcomeContent

TOWN = Path(__file__).parents[2] / "municipalities" / "zaanwijk"
TODAY = date(2025, 12, 31)


def test_the_outcome_of_the_demo_is_sound_and_rests_on_no_score_that_was_given_later() -> None:
    theme = load_theme(load(TOWN), "registration")
    outcome = OutcomeContent.model_validate(earlier_visit(theme, "0999010000000001", today=TODAY))
    outcome.check_dates(TODAY)
    assert outcome.decided_on < TODAY
    assert outcome.score_id is None
