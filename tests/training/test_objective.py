"""The two aims of the trees: the other one is measured beside whichever is trained, and either can be promoted and served."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score
from typer.testing import CliRunner

from features.errors import ReleaseError, TrainingError
from serving import result
from tests.training.conftest import copy_of
from tests.training.promoting import aliases, approve
from tests.training.retrainings import again as retrain_again
from tests.training.retrainings import built, later_frame
from tests.training.test_release import resign, rewrite
from tests.training.testdam import TODAY, make_frame, make_matrix
from training import gates, model, model_card, record, release, rounds
from training.commands import app
from training.folds import roll
from training.objective import queries, sizes
from training.run import learn, train
from training.scored import BINARY, RANKING

UNTIL = date(2025, 2, 1)


@pytest.fixture
def folds():
    return roll(make_frame(), until=UNTIL).last


@pytest.fixture
def manifest(town):
    return make_matrix(town.theme).manifest


def ranked(folds, manifest):
    return rounds.rival(folds, manifest, seed=1, objective="binary").scores


@pytest.fixture(scope="module")
def ranking(first_training, tmp_path_factory):
    """Train for an order on the matrix that `first_training` learned outcomes from."""
    copied = copy_of(first_training, tmp_path_factory.mktemp("ranking"))
    candidate = train(copied.town.settings, "registration", private_key=copied.town.scientist, today=TODAY, objective="ranking")
    return type(copied)(copied.town, candidate)


def test_it_learns_an_order_and_says_probabilities(folds, manifest):
    scores = ranked(folds, manifest)
    assert roc_auc_score(folds.test.labels, scores) > 0.7
    assert scores.mean() == pytest.approx(folds.test.labels.mean(), abs=0.1)
    assert scores.tolist() == ranked(folds, manifest).tolist()


def test_rows_are_put_in_order_within_their_month_only(folds):
    rows = folds.training.rows
    groups = sizes(queries(rows, "ranking"))
    months = rows["as_of"].dt.strftime("%Y-%m")
    assert groups.tolist() == months.value_counts(sort=False).sort_index().tolist()
    ends = np.cumsum(groups)
    assert [months.iloc[first:last].nunique() for first, last in zip([0, *ends[:-1]], ends, strict=True)] == [1] * len(groups)
    assert queries(rows, "binary") is None


def test_it_sees_no_label_of_the_test_period(folds, manifest):
    frame = make_frame()
    later = frame["as_of"] >= folds.test.rows["as_of"].min()
    turned = frame.assign(label=frame["label"].where(~later, 1 - frame["label"]))
    assert ranked(roll(turned, until=UNTIL).last, manifest).tolist() == ranked(folds, manifest).tolist()


def test_it_keeps_the_direction_of_an_indicator(folds, manifest):
    test = folds.test
    more = type(test)(test.name, test.rows.assign(moves_2y=test.rows["moves_2y"].fillna(0) + 1), test.ends_on, 0, known_before=test.known_before)
    raised = type(folds)(folds.training, folds.calibration, more, folds.earlier, folds.stopping)
    known = test.rows["moves_2y"].notna().to_numpy()
    difference = ranked(raised, manifest) - ranked(folds, manifest)
    assert (difference[known] >= 0).all()
    assert pd.Series(difference[known]).gt(0).any()


def test_each_is_the_rival_of_the_other_with_the_scores_it_has_there(folds, manifest):
    binary, order = (rounds.learn_round(folds, manifest, seed=1, objective=aim) for aim in ("binary", "ranking"))
    told = [{one.name: one.scores.tolist() for one in found.scorers} for found in (binary, order)]
    assert RANKING in told[0]
    assert BINARY not in told[0]
    assert told[1]["model"] == told[0][RANKING]
    assert told[1][BINARY] == told[0]["model"]
    assert order.line.slope > 0
    assert [one.fitted.parameters["objective"] for one in (binary, order)] == ["binary", "lambdarank"]
    assert [model.objective_of(one.fitted.booster) for one in (binary, order)] == ["binary", "ranking"]


def test_a_model_of_an_order_has_every_gate_and_says_what_it_is(ranking):
    found = ranking.candidate.release
    assert found.evaluation.objective == found.card.objective == "ranking"
    assert set(found.evaluation.differences) == {"random", "number of reports", "logistic regression", BINARY}
    names = {gate.name for gate in found.gates.gates}
    assert f"not worse than {BINARY}" in names
    assert f"not worse than {RANKING}" not in names
    assert found.evaluation.stability.resampling.share.value > 0.5
    assert record.tags(found)["objective"] == ranking.candidate.registered.tags["objective"] == "ranking"
    assert "ranking objective" in record.note(found)
    assert "objective `ranking`: the trees were fitted to put the inspections of a month in order" in model_card.text(found, ranking.town.theme)


def test_an_order_that_was_not_held_against_outcomes_does_not_pass(ranking):
    found = ranking.candidate.release.evaluation
    silent = found.model_copy(update={"differences": {name: one for name, one in found.differences.items() if name != BINARY}})
    judged = {gate.name: gate.state for gate in gates.judge(silent, limits=ranking.town.theme.limits).gates}
    assert judged[f"not worse than {BINARY}"] == "not enough data"


def test_the_same_matrix_gives_the_same_order_twice(ranking, registry_of):
    town = ranking.town
    again = train(town.settings, "registration", private_key=town.scientist, today=TODAY, objective="ranking")
    assert again.release.release_hash == ranking.candidate.release.release_hash
    binary, order = sorted(registry_of(town).versions("registration"), key=lambda one: int(one.number))
    assert (order.version, order.tags["objective"], binary.tags["objective"]) == (again.release.version, "ranking", "binary")


def test_a_model_of_an_order_is_promoted_and_its_scores_are_the_sum_of_their_reasons(ranking, registry_of, tmp_path):
    town = copy_of(ranking, tmp_path).town
    promoted = approve(town, version=ranking.candidate.release.version)
    assert aliases(registry_of(town))["champion"] == promoted.version
    served = release.load(release.champion_folder(town.settings, "registration"), town.settings)
    assert served.card.objective == "ranking"
    rows = make_frame(60, seed=3)
    given = [result.explained(served, rows.iloc[[n]]) for n in range(len(rows))]
    sums = [one.base_value + sum(part.contribution for part in one.contributions) for one in given]
    assert np.abs(np.array(sums) - [one.log_odds for one in given]).max() < 1e-6
    assert len({one.score for one in given}) > 20
    assert all(0 < one.score < 1 for one in given)


def test_retraining_keeps_the_aim_of_the_champion_unless_it_is_told(ranking, tmp_path, monkeypatch):
    town, asked = copy_of(ranking, tmp_path).town, []
    approve(town, version=ranking.candidate.release.version)

    def heard(*_, objective, **__):
        asked.append(objective)
        raise KeyboardInterrupt

    monkeypatch.setattr("training.retraining.train", heard)
    for options in ({}, {"objective": "binary"}):
        with built(town, later_frame()), pytest.raises(KeyboardInterrupt):
            retrain_again(town, **options)
    assert asked == ["ranking", "binary"]


def test_a_release_that_says_another_aim_than_its_trees_have_is_refused(ranking, tmp_path):
    copied = copy_of(ranking, tmp_path)
    folder = copied.town.settings.state / "candidates" / "registration" / ranking.candidate.release.version
    rewrite(folder, release.CARD, objective="binary")
    rewrite(folder, release.EVALUATION, objective="binary")
    resign(folder, copied.town)
    with pytest.raises(ReleaseError, match="says that its trees were fitted for 'binary', which they or its evaluation deny"):
        release.load(folder, copied.town.settings, require_approval=False)


def test_what_a_team_explains_is_not_learned_by_trees_of_an_order_either():
    draw, n = np.random.default_rng(1), 3000
    rows, query = pd.DataFrame(draw.normal(size=(n, 2)), columns=["own", "of_team"]), np.repeat(np.arange(30), 100)
    offset = np.where(rows["of_team"] > 0, 2.0, 0.0)
    labels = (draw.random(n) < model.probability(rows["own"].to_numpy() + offset - 2)).astype("int8")
    early = np.arange(n) < 2000

    def leaned(beside):
        fitted = model.fit(rows, labels, risks=[None, None], earlier=early, stopping=~early, seed=1, beside=beside, query=query)
        own, of_team, _ = np.abs(model.contributions(fitted.booster, rows)).mean(axis=0)
        return of_team / own

    assert leaned(model.Beside(offset=offset, weight=np.ones(n))) < 0.2 * leaned(None)


def test_other_draws_are_fitted_for_an_order_too(folds, manifest):
    found = rounds.learn_round(folds, manifest, seed=1, objective="ranking")
    again = rounds.fit_again(found, manifest.names, folds.training.rows)
    assert again.model_to_string() == found.fitted.booster.model_to_string()


def test_an_aim_that_is_not_known_is_refused_by_name(town):
    with pytest.raises(TrainingError, match=r"objective 'pairwise' is not known\. Expected: one of binary, ranking"):
        train(town.settings, "registration", private_key=town.scientist, today=TODAY, objective="pairwise")
    said = CliRunner().invoke(app, ["train", "registration", "--key", "none.pem", "--objective", "pairwise"])
    assert said.exit_code == 2
    assert "'pairwise' is not one of" in said.output


def test_what_was_never_trained_for_an_order_is_measured_as_before(town):
    learned = learn(make_matrix(town.theme), town.theme, until=UNTIL, seed=1, progress=lambda _: None)
    assert learned.evaluation.objective == "binary"
    assert {one.objective for one in learned.rounds} == {"binary"}
