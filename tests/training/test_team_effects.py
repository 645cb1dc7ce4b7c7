from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from features.errors import TrainingError
from features.team_rule import TOGETHER, TeamRule
from features.themes import Theme
from tests.training.testdam import make_frame, make_matrix, make_town
from training import model_card, team_effects
from training.run import Learned, learn

UNTIL = date(2025, 2, 1)
STRICT = {"east": 1.5, "north": 0.5, "south": -0.5, "west": -1.5}
STAFF = dict.fromkeys(STRICT, 8)
NAMES = ["reports_3y", "reports_1y", "water_per_resident", "moves_2y", "floor_area", "year_built"]
WAYS = ("mixed", "balanced")


def inspected(rows: int = 4000, *, seed: int = 3, own_share: float = 0.7) -> tuple[pd.DataFrame, np.ndarray]:
    """Rows whose team goes by floor area (as by a part of the town), and the log-odds that a team of average strictness confirms.

    The strictest teams come where homes are small, so that a model that does not know of teams takes a small floor for a risk.
    """
    frame, draw = make_frame(rows, seed=seed), np.random.default_rng(seed)
    truth = -1.2 - 1.0 * frame["water_per_resident"].fillna(0.0) + 0.5 * frame["moves_2y"].fillna(0.0)
    quarter = pd.qcut(frame["floor_area"].fillna(0.0), 4, labels=False).to_numpy()
    number = np.where(draw.random(len(frame)) < own_share, quarter, draw.integers(0, 4, len(frame)))
    frame["team"] = np.array(list(STRICT))[number]
    log_odds = truth + frame["team"].map(STRICT)
    frame["label"] = (draw.random(len(frame)) < 1 / (1 + np.exp(-log_odds))).astype("int8")
    return frame, truth.to_numpy()


def rule(way: str, **staff: int) -> TeamRule:
    return TeamRule(adjustment=way, staff=STAFF | staff)


def learned(theme: Theme, frame: pd.DataFrame, way: str) -> Learned:
    theme = theme.model_copy(update={"team": rule(way)})
    return learn(make_matrix(theme, frame), theme, until=UNTIL, seed=1, progress=lambda _: None)


@pytest.fixture(scope="module")
def world():
    return inspected()


@pytest.fixture(scope="module")
def theme(tmp_path_factory) -> Theme:
    return make_town(tmp_path_factory.mktemp("teams") / "town").theme


@pytest.fixture(scope="module")
def found(theme, world) -> dict[str, Learned]:
    return {way: learned(theme, world[0], way) for way in ("none", *WAYS)}


def test_the_effects_that_were_put_in_come_out(world):
    found = team_effects.learn(world[0], NAMES, rule("mixed")).record
    share = world[0]["team"].value_counts(normalize=True)
    average = sum(STRICT[team] * share[team] for team in STRICT)
    assert [effect.team for effect in found.effects] == list(STRICT)
    for effect in found.effects:
        assert effect.low < STRICT[effect.team] - average < effect.high
        assert effect.high - effect.low < 0.5
    assert 0.5 < found.spread < 2.0


def test_teams_that_are_alike_have_hardly_any_spread(world):
    frame = world[0].assign(team=np.random.default_rng(5).permutation(world[0]["team"].to_numpy()))
    found = team_effects.learn(frame, NAMES, rule("mixed")).record
    assert found.spread < 0.15
    assert all(abs(effect.log_odds) < 0.15 for effect in found.effects)


def test_weights_leave_the_adversary_little_to_tell(world):
    found = team_effects.learn(world[0], NAMES, rule("balanced")).record
    assert found.told_before > 0.65
    assert 0.5 <= found.told_after < 0.5 + 0.35 * (found.told_before - 0.5)
    assert found.effective_rows < found.rows == len(world[0])


@pytest.mark.parametrize("way", WAYS)
def test_a_ranking_without_team_effects_is_nearer_to_the_truth(found, world, way):
    frame, truth = world
    told = pd.Series(truth, index=frame["case_id"])
    near, floor = [], []
    for scored in (found["none"].scored, found[way].scored):
        scores = scored.scorers[0].scores
        near.append(roc_auc_score(told[scored.rows["case_id"]] > np.quantile(truth, 0.8), scores))
        floor.append(abs(np.corrcoef(scores, scored.rows["floor_area"].fillna(0.0))[0, 1]))
    assert near[1] > near[0] + 0.01
    assert floor[1] < 0.5 * floor[0]


@pytest.mark.parametrize("way", WAYS)
def test_the_team_that_comes_changes_no_score(found, theme, world, way):
    frame, before = world[0], found[way]
    tested = frame["as_of"] >= before.rounds[-1].folds.test.rows["as_of"].min()
    after = learned(theme, frame.assign(team=frame["team"].mask(tested, "west")), way)
    assert after.fitted.booster.model_to_string() == before.fitted.booster.model_to_string()
    np.testing.assert_array_equal(after.scored.scorers[0].scores, before.scored.scorers[0].scores)
    assert before.fitted.booster.feature_name() == NAMES
    assert before.evaluation.team.way == way


def test_a_team_of_four_has_no_figure_of_its_own(world):
    found = team_effects.learn(world[0], NAMES, rule("mixed", east=4, north=3)).record
    assert [effect.team for effect in found.effects] == [TOGETHER, "south", "west"]
    assert found.teams == 3


def test_two_releases_do_not_tell_how_often_a_small_team_went(world, trained):
    release, counts = trained.candidate.release, world[0]["team"].value_counts()
    small = counts["east"] + counts["north"]
    for frame in (world[0], world[0][world[0]["team"] != "east"]):
        record = team_effects.learn(frame, NAMES, rule("mixed", east=4, north=3)).record
        assert all(effect.rows is None for effect in record.effects)
        object.__setattr__(release, "evaluation", release.evaluation.model_copy(update={"team": record}))
        lines = [
            line for line in model_card.text(release, trained.town.theme).splitlines() if line.startswith((f"| {TOGETHER}", "| south", "| west"))
        ]
        assert len(lines) == len(record.effects)
        assert not {str(count) for count in (*counts, small)} & {word for line in lines for word in line.split()}


def test_rows_without_a_team_count_as_average(world):
    frame = world[0].assign(team=world[0]["team"].mask(world[0]["team"] == "west"))
    for way in WAYS:
        found = team_effects.learn(frame, NAMES, rule(way))
        beside = found.beside(frame)
        missing = frame["team"].isna().to_numpy()
        assert found.record.rows_without == missing.sum() > 0
        assert (beside.offset[missing] == 0).all()
        assert (beside.weight[missing] == 1).all()


def test_a_team_that_was_never_learned_counts_as_average(world):
    later = world[0].assign(team="new")
    for way in WAYS:
        beside = team_effects.learn(world[0], NAMES, rule(way)).beside(later)
        assert (beside.offset == 0).all()
        assert (beside.weight == 1).all()


@pytest.mark.parametrize("teams", [None, "east"])
def test_fewer_than_two_teams_are_refused(teams):
    frame = make_frame() if teams is None else make_frame().assign(team=teams)
    with pytest.raises(TrainingError, match=r"hold [01] teams of five people.*declare the staff of each team under \[team\]"):
        team_effects.learn(frame, NAMES, rule("mixed"))


def test_the_card_says_what_was_done_about_teams(trained, world):
    release = trained.candidate.release
    assert "Team effects were not estimated (`team.adjustment` of the theme is `none`)" in model_card.text(release, trained.town.theme)
    for way, said in (("mixed", "| south | "), ("balanced", "told the team with an AUC of")):
        record = team_effects.learn(world[0], NAMES, rule(way)).record
        object.__setattr__(release, "evaluation", release.evaluation.model_copy(update={"team": record}))
        text = model_card.text(release, trained.town.theme)
        assert f"Team effects were taken out of training (`{way}`)" in text
        assert said in text
