from __future__ import annotations

import pytest
from pydantic import ValidationError

from features.team_rule import TOGETHER, TeamRule
from tests.training.testdam import Town, make_town


@pytest.fixture
def town(tmp_path) -> Town:
    return make_town(tmp_path / "town")


def test_a_team_of_five_stands_by_itself_and_smaller_ones_stand_together():
    rule = TeamRule(adjustment="mixed", staff={"a": 5, "b": 4, "c": 3, "d": 9})
    assert rule.groups(["a", "b", "c", "d"]) == {"a": "a", "b": TOGETHER, "c": TOGETHER, "d": "d"}


def test_what_is_taken_together_is_five_people_too():
    """Four alone would follow from the figures of all others."""
    rule = TeamRule(adjustment="mixed", staff={"a": 7, "b": 4, "d": 9})
    assert rule.groups(["a", "b", "d"]) == {"a": TOGETHER, "b": TOGETHER, "d": "d"}


def test_a_team_of_which_nobody_declared_the_staff_is_none_of_five():
    rule = TeamRule(adjustment="mixed", staff={"a": 7, "d": 9, "e": 12})
    assert rule.groups(["a", "d", "e", "new"]) == {"a": TOGETHER, "new": TOGETHER, "d": "d", "e": "e"}


def test_staff_that_is_not_there_hides_nobody():
    rule = TeamRule(adjustment="mixed", staff={"a": 7, "b": 4, "c": 3, "d": 9})
    assert rule.groups(["a", "b", "d"]) == {"a": TOGETHER, "b": TOGETHER, "d": "d"}


@pytest.mark.parametrize("staff", [{}, {"a": 4, "b": 4}])
def test_an_adjustment_of_teams_that_may_not_be_shown_is_refused(staff):
    with pytest.raises(ValidationError, match="no team of 5 people or more: declare how many"):
        TeamRule(adjustment="balanced", staff=staff)


def test_another_way_asks_for_another_model_and_other_staff_does_not(town: Town):
    team = TeamRule(adjustment="mixed", staff={"a": 7})
    hashes = [
        town.theme.model_copy(update={"team": rule}).content_hash
        for rule in (TeamRule(), team, team.model_copy(update={"staff": {"a": 6}}), team.model_copy(update={"adjustment": "balanced"}))
    ]
    assert hashes[1] == hashes[2]
    assert len(set(hashes)) == 3
