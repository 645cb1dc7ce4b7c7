"""What a scorecard may say: points for indicators that the purpose allows, in the direction that experts agreed on."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from features.errors import SettingsError
from features.scorecard import Line, scorecard_hash
from features.settings import load
from features.themes import Theme, load_theme, load_themes
from tests.hamlet import addresses, hamlet

ZAANWIJK = Path(__file__).parents[2] / "municipalities" / "zaanwijk"
WHY = 'because = "assumed: the experts of this trial think so"'


def with_card(folder: Path, *lines: str, sources: tuple[str, ...] = ("addresses", "reports", "registrations", "businesses")) -> Theme:
    """Give the trial theme with these lines as its scorecard."""
    settings = hamlet(folder, addresses=addresses("A1"), theme_sources=sources)
    file = settings.folder / "themes" / "trial.toml"
    card = "\n".join("[[scorecard]]\n" + line.replace("; ", "\n") for line in lines)
    file.write_text(file.read_text().replace("process_owner", 'audit_groups = ["lower-income"]\nprocess_owner') + card)
    return load_theme(settings, "trial")


@pytest.mark.parametrize(
    "line",
    [
        'indicator = "reports_3y"; at_least = 2; points = 1',
        'indicator = "reports_3y"; below = 1; points = -1',
        'indicator = "floor_area_per_resident"; below = 12; points = 5',
        'indicator = "floor_area_per_resident"; at_least = 60; points = -5',
        f'indicator = "storage_businesses_now"; at_least = 1; points = -1; {WHY}',
        f'indicator = "storage_businesses_now"; at_least = 1; points = 1; {WHY}',
    ],
)
def test_points_follow_the_direction_or_say_why_there_is_one(tmp_path: Path, line: str) -> None:
    assert len(with_card(tmp_path, line).scorecard) == 1


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('indicator = "reports_9y"; at_least = 2; points = 1', "'reports_9y' is no indicator: see 'schouw indicators'"),
        ('indicator = "reports_3y"; at_least = 2; points = -1', "'reports_3y' goes against its direction: experts expect more of it"),
        ('indicator = "reports_3y"; below = 2; points = 1', "'reports_3y' goes against its direction: experts expect more of it"),
        ('indicator = "floor_area_per_resident"; at_least = 2; points = 1', "goes against its direction: experts expect less of it"),
        ('indicator = "water_per_day"; at_least = 2; points = 1', "'water_per_day' reads source 'water', which stands under no [[sources]]"),
        ('indicator = "households_now"; at_least = 3; points = 1', "'households_now' has an open direction: say in because"),
        ('indicator = "households_now"; at_least = 3; points = 1; because = "so"', "'households_now' has an open direction"),
        ('indicator = "lower-income"; at_least = 1; points = 1', "'lower-income' is a group or a column of the audit"),
        ('indicator = "low_income_share"; at_least = 1; points = 1', "'low_income_share' is a group or a column of the audit"),
        ('indicator = "neighbourhoods"; at_least = 1; points = 1', "'neighbourhoods' is a group or a column of the audit"),
        ('indicator = "reports_3y"; points = 1', "'reports_3y' needs one cut: at_least or below"),
        ('indicator = "reports_3y"; at_least = 1; below = 2; points = 1', "'reports_3y' needs one cut"),
        ('indicator = "reports_3y"; at_least = 1; points = 0', "'reports_3y' gives 0 points"),
        ('indicator = "reports_3y"; at_least = 1; points = 6', "points: Input should be less than or equal to 5"),
        ('indicator = "reports_3y"; at_least = 1; points = 1.5', "points: Input should be a valid integer"),
        ('indicator = "reports_3y"; at_least = nan; points = 1', "at_least: Input should be a finite number"),
        ('indicator = "reports_3y"; at_least = inf; points = 1', "at_least: Input should be a finite number"),
        ('indicator = "reports_3y"; at_least = 1; points = 1; weight = 2', "weight: Extra inputs are not permitted"),
    ],
)
def test_a_line_that_may_not_give_points_is_refused_by_name(tmp_path: Path, line: str, said: str) -> None:
    with pytest.raises(SettingsError, match=re.escape(said)):
        with_card(tmp_path, line)


def test_one_matter_does_not_count_twice(tmp_path: Path) -> None:
    line = 'indicator = "{}"; at_least = 1; points = 1'
    with pytest.raises(SettingsError, match="'reports_1y' is of one family with 'reports_3y'"):
        with_card(tmp_path, line.format("reports_3y"), line.format("reports_1y"))
    with pytest.raises(SettingsError, match="'reports_3y' has this cut twice"):
        with_card(tmp_path, line.format("reports_3y"), line.format("reports_3y"))


def test_two_cuts_of_one_indicator_add_up(tmp_path: Path) -> None:
    line = 'indicator = "reports_3y"; at_least = {}; points = 1'
    assert len(with_card(tmp_path, line.format(1), line.format(3)).scorecard) == 2


def test_every_theme_of_the_demo_that_is_on_has_points_and_none_that_is_off() -> None:
    themes = load_themes(load(ZAANWIJK)).values()
    assert {theme.code for theme in themes if theme.scorecard} == {theme.code for theme in themes if theme.enabled}


def test_other_points_are_no_other_rules_but_have_another_hash(tmp_path: Path) -> None:
    bare = load_theme(hamlet(tmp_path / "bare", addresses=addresses("A1"), theme_sources=("addresses", "reports")), "trial")
    card = with_card(tmp_path / "card", 'indicator = "reports_3y"; at_least = 2; points = 1', sources=("addresses", "reports"))
    assert card.content_hash == bare.content_hash
    assert scorecard_hash(card.scorecard) != scorecard_hash(bare.scorecard)


@pytest.mark.parametrize(("cut", "points", "rises"), [("at_least", 1, True), ("at_least", -1, False), ("below", 1, False), ("below", -1, True)])
def test_the_direction_of_a_line_is_that_of_its_cut_and_its_sign(cut: str, points: int, rises: bool) -> None:
    assert Line.model_validate({"indicator": "reports_3y", cut: 1.0, "points": points}).rises is rises
