from __future__ import annotations

from datetime import date
from itertools import pairwise

import numpy as np
import pytest

from features.errors import ApprovalError, PurposeError, TrainingError
from tests.training.testdam import TODAY, make_frame, make_matrix
from training import release
from training.run import learn, train
from training.training_matrix import training_matrix

UNTIL = date(2025, 2, 1)


def run(town, **options):
    return train(town.settings, "registration", private_key=options.pop("key", town.scientist), today=TODAY, **options)


def quiet(_):
    return None


def test_a_run_gives_a_signed_candidate_that_is_registered(trained):
    candidate = release.load(trained.candidate.release.folder, trained.town.settings, require_approval=False)
    assert candidate.trained_by == "scientist"
    assert candidate.approved_by is None
    assert candidate.gates.passed
    assert trained.candidate.registered.release_hash == candidate.release_hash
    assert trained.candidate.registered.version == candidate.version == candidate.folder.name
    assert sorted(path.name for path in candidate.folder.parent.iterdir()) == [candidate.version]


def test_the_card_names_what_it_was_made_from(trained):
    card, matrix = trained.candidate.release.card, training_matrix(trained.town.settings, trained.town.theme)
    assert (card.theme, card.purpose, card.municipality, card.synthetic) == ("registration", "registration-check", "testdam", True)
    assert card.matrix_hash == matrix.manifest.content_hash
    assert card.theme_hash == trained.town.theme.content_hash
    assert card.indicators == tuple(matrix.manifest.names)
    assert (card.trained_on, card.as_of_last) == (TODAY, matrix.manifest.as_of_last)
    assert card.lock_hash is not None
    assert card.calibration.population == "inspected", "nobody logged a chance of being listed"


def test_figures_are_of_later_rows_that_the_model_never_saw(trained):
    evaluation = trained.candidate.release.evaluation
    assert len(evaluation.rounds) == 5
    for one in evaluation.rounds:
        training, calibration, test = one.folds
        assert training.last_on < training.ends_on <= calibration.first_on
        assert calibration.last_on < calibration.ends_on <= test.first_on
    tests = [one.folds[-1] for one in evaluation.rounds]
    assert all(earlier.last_on < earlier.ends_on <= later.first_on for earlier, later in pairwise(tests))
    assert tests[-1].ends_on == UNTIL
    assert evaluation.folds == evaluation.rounds[-1].folds
    assert evaluation.rows == sum(test.rows for test in tests)
    assert evaluation.population == f"inspected addresses with a known outcome, decided from {tests[0].first_on} to {tests[-1].last_on}"
    assert evaluation.metrics["model"]["auc"].value > evaluation.metrics["number of reports"]["auc"].value
    assert set(evaluation.differences) == {"random", "number of reports", "logistic regression", "ranking objective"}


def test_each_round_is_measured_by_itself_too(trained):
    evaluation = trained.candidate.release.evaluation
    for one in evaluation.rounds:
        assert (one.figures.rows, one.figures.positives) == (one.folds[-1].rows, one.folds[-1].positives)
        assert set(one.figures.metrics) == set(evaluation.metrics)
        assert one.figures.metrics["model"]["auc"].low < evaluation.metrics["model"]["auc"].value
    assert sum(one.figures.positives for one in evaluation.rounds) == evaluation.positives
    values = [one.figures.metrics["model"]["auc"].value for one in evaluation.rounds]
    assert min(values) < evaluation.metrics["model"]["auc"].value < max(values)


def test_the_figures_are_surer_than_those_of_one_round(trained):
    evaluation = trained.candidate.release.evaluation
    width = {
        name: auc.high - auc.low
        for name, auc in (("all", evaluation.metrics["model"]["auc"]), ("last", evaluation.rounds[-1].figures.metrics["model"]["auc"]))
    }
    assert width["all"] < 0.6 * width["last"]


def test_addresses_that_were_never_visited_are_measured_alone(town):
    frame = make_frame()
    frame["address_id"] = [f"a{n % 1300}" for n in range(len(frame))]
    learned = learn(make_matrix(town.theme, frame), town.theme, until=UNTIL, seed=1, progress=quiet)
    found = learned.evaluation.never_visited
    first = ~frame["address_id"].duplicated()
    tested = (frame["as_of"] >= learned.rolling.rounds[0].test.rows["as_of"].min()) & (frame["as_of"] <= learned.scored.rows["as_of"].max())
    assert found.rows == (first & tested).sum()
    assert found.positives == frame.loc[first & tested, "label"].sum()
    assert 0 < found.rows < learned.evaluation.rows
    assert found.metrics["model"]["auc"].low > 0.6
    assert learned.evaluation.metrics["model"]["auc"] != found.metrics["model"]["auc"]


def test_the_same_matrix_gives_the_same_model_and_the_same_figures(town):
    matrix = make_matrix(town.theme)
    first, second = (learn(matrix, town.theme, until=UNTIL, seed=1, progress=quiet) for _ in range(2))
    assert first.fitted.booster.model_to_string() == second.fitted.booster.model_to_string()
    assert first.line == second.line
    assert first.evaluation == second.evaluation


def test_labels_of_a_test_period_change_neither_its_model_nor_its_calibration(town):
    """Turned round from the third test period on, they change no score of that period, and those of the next one wholly."""
    matrix = make_matrix(town.theme)
    honest = learn(matrix, town.theme, until=UNTIL, seed=1, progress=quiet)
    frame = matrix.frame.copy()
    later = frame["as_of"] >= honest.rolling.rounds[2].test.rows["as_of"].min()
    frame.loc[later, "label"] = 1 - frame.loc[later, "label"]
    other = learn(make_matrix(town.theme, frame), town.theme, until=UNTIL, seed=1, progress=quiet)
    for before, after in zip(honest.rounds[:3], other.rounds[:3], strict=True):
        assert after.fitted.booster.model_to_string() == before.fitted.booster.model_to_string()
        assert after.line == before.line
    upto = honest.scored.fold <= 2
    for before, after in zip(honest.scored.scorers, other.scored.scorers, strict=True):
        np.testing.assert_array_equal(after.scores[upto], before.scores[upto])
    assert other.rounds[3].line != honest.rounds[3].line
    figures = [learned.evaluation.rounds[2].figures.metrics["model"]["auc"].value for learned in (honest, other)]
    assert figures[1] == pytest.approx(1 - figures[0])


def test_what_is_released_is_the_model_of_the_last_round(trained):
    released = trained.candidate.release
    learned = learn(training_matrix(trained.town.settings, trained.town.theme), trained.town.theme, until=UNTIL, seed=1, progress=quiet)
    assert released.booster.model_to_string() == learned.rounds[-1].fitted.booster.model_to_string()
    assert (released.slope, released.intercept) == (learned.rounds[-1].line.slope, learned.rounds[-1].line.intercept)
    assert len(learned.contributions) == learned.evaluation.folds[-1].rows


def test_a_shuffled_label_teaches_nothing_and_passes_no_gate(town):
    frame = make_frame()
    frame["label"] = np.random.default_rng(7).permutation(frame["label"].to_numpy())
    learned = learn(make_matrix(town.theme, frame), town.theme, until=UNTIL, seed=1, progress=quiet)
    auc = learned.evaluation.metrics["model"]["auc"]
    assert auc.low < 0.5 < auc.high
    assert not learned.gates.passed


def test_training_again_gives_the_same_candidate_and_registers_nothing_twice(trained, registry_of):
    again = run(trained.town)
    assert again.release.release_hash == trained.candidate.release.release_hash
    assert again.registered.number == trained.candidate.registered.number
    assert len(registry_of(trained.town).versions("registration")) == 1


def test_another_trainer_gives_another_candidate(trained_twice, first_training, registry_of):
    first, other = first_training.candidate.release, trained_twice.candidate.release
    assert other.trained_by == "both"
    assert other.booster.model_to_string() == first.booster.model_to_string()
    assert [one.version for one in registry_of(trained_twice.town).versions("registration")] == [other.version, first.version]


@pytest.fixture
def broken(trained, registry_of, monkeypatch):
    """A town with a newer matrix, and a way to let one call of the registry fail during a training."""
    trained.town.keep(make_matrix(trained.town.theme, make_frame(seed=2)))

    def fails(where, error):
        with monkeypatch.context() as patch:
            patch.setattr(type(registry_of(trained.town).client), where, _raise(error))
            with pytest.raises(error):
                run(trained.town)

    return fails


@pytest.mark.parametrize(("where", "error"), [("log_artifacts", RuntimeError), ("create_model_version", KeyboardInterrupt)])
def test_a_run_that_is_interrupted_leaves_no_half_registered_model(trained, registry_of, broken, where, error):
    before = registry_of(trained.town).versions("registration")
    broken(where, error)
    assert registry_of(trained.town).versions("registration") == before
    assert [path.name for path in (trained.town.settings.state / "candidates" / "registration").iterdir()] == [trained.candidate.release.version]
    assert _statuses(registry_of(trained.town)) == ["FAILED", "FINISHED"]


def test_the_same_command_carries_on_after_an_interruption(trained, broken):
    broken("create_model_version", KeyboardInterrupt)
    assert run(trained.town).registered.number == "2"


def test_a_first_model_that_is_interrupted_leaves_no_empty_model_behind(trained, registry_of, broken):
    client = registry_of(trained.town).client
    client.delete_registered_model("testdam.registration")
    broken("create_model_version", KeyboardInterrupt)
    assert client.search_registered_models() == []


def _raise(error):
    def raiser(*_, **__):
        raise error

    return raiser


def _statuses(registry):
    experiment = registry.client.get_experiment_by_name("testdam.registration")
    return sorted(one.info.status for one in registry.client.search_runs([experiment.experiment_id]))


def test_a_candidate_folder_that_is_gone_is_made_again(trained):
    for path in trained.candidate.release.folder.iterdir():
        path.unlink()
    trained.candidate.release.folder.rmdir()
    again = run(trained.town)
    assert again.release.release_hash == trained.candidate.release.release_hash
    assert again.registered.number == trained.candidate.registered.number


def test_only_a_data_scientist_trains(town):
    town.keep(make_matrix(town.theme))
    with pytest.raises(ApprovalError, match="Expected: the role data-scientist"):
        run(town, key=town.owner)
    assert not (town.settings.state / "candidates").exists()


def test_a_matrix_that_was_not_built_is_refused(town):
    with pytest.raises(TrainingError, match=r"there is no matrix in .*run 'schouw build' for theme 'registration'"):
        run(town)


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"theme": "overcrowding"}, "the matrix is of theme 'overcrowding', not 'registration'"),
        ({"municipality": "elsewhere"}, "the matrix is of municipality 'elsewhere', not 'testdam'"),
        ({"kind": "scoring"}, "the matrix is a scoring matrix"),
        ({"theme_hash": "0" * 64}, "theme 'registration' was changed after its matrix was built"),
    ],
)
def test_another_matrix_than_that_of_the_theme_is_refused(town, changes, fault):
    town.keep(make_matrix(town.theme, **changes))
    with pytest.raises(TrainingError, match=fault):
        run(town)


def test_a_matrix_without_a_column_of_its_manifest_is_refused(town):
    town.keep(make_matrix(town.theme, make_frame().drop(columns=["moves_2y"])))
    with pytest.raises(TrainingError, match="missing columns: moves_2y"):
        run(town)


def test_a_matrix_without_its_labels_is_refused(town):
    town.keep(make_matrix(town.theme, make_frame().drop(columns=["label"])))
    with pytest.raises(TrainingError, match="the matrix lacks 1 columns of its manifest, first 'label'"):
        run(town)


def test_a_matrix_that_was_edited_is_refused(town):
    matrix = make_matrix(town.theme)
    town.keep(matrix)
    path = town.settings.state / "matrices" / "registration" / "training" / "matrix.parquet"
    matrix.frame.assign(label=1).to_parquet(path, index=False)
    with pytest.raises(TrainingError, match="is not the one its manifest describes"):
        run(town)


def test_an_indicator_that_has_another_unit_now_is_refused_by_name(town):
    matrix = make_matrix(town.theme)
    first, *others = matrix.manifest.indicators
    town.keep(make_matrix(town.theme, indicators=(first.model_copy(update={"unit": "litres"}), *others)))
    with pytest.raises(TrainingError, match="1 indicators have another unit now, first 'reports_3y': litres in the matrix, reports in the code"):
        run(town)


def test_an_infinite_value_is_refused_by_name(town):
    frame = make_frame()
    frame.loc[3, "floor_area"] = np.inf
    town.keep(make_matrix(town.theme, frame))
    with pytest.raises(TrainingError, match="1 indicators hold an infinite value, first 'floor_area'"):
        run(town)


@pytest.mark.parametrize(
    ("frame", "fault"),
    [
        (make_frame().assign(label=0).astype({"label": "int8"}), "0 of them confirmed"),
        (make_frame(150), "at least 200 inspections"),
    ],
)
def test_labels_that_cannot_be_learned_from_are_refused_and_nothing_is_kept(trained, registry_of, frame, fault):
    trained.town.keep(make_matrix(trained.town.theme, frame))
    with pytest.raises(TrainingError, match=fault):
        run(trained.town)
    assert len(registry_of(trained.town).versions("registration")) == 1
    assert len(list((trained.town.settings.state / "candidates" / "registration").iterdir())) == 1


def test_a_disabled_theme_is_not_trained(town):
    path = town.settings.folder / "themes" / "registration.toml"
    content = path.read_text(encoding="utf-8").replace("enabled = true", 'enabled = false\ndisabled_because = "no legal basis yet"')
    path.write_text(content, encoding="utf-8")
    with pytest.raises(PurposeError, match="no legal basis yet"):
        run(town)
