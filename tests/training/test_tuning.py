from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from features.errors import StateError, TrainingError
from tests.training.testdam import make_frame, make_matrix
from training import journal, tuning
from training.folds import roll
from training.model import PARAMETERS
from training.run import learn
from training.tuning_folds import cut

UNTIL = date(2025, 2, 1)
TRIALS = 11
"""More than are drawn at random: the last ones are chosen by the sampler, and may be given up."""


@pytest.fixture
def frame():
    return make_frame(500)


@pytest.fixture
def search(town, tmp_path):
    """Search in the first round of a frame, in a folder of its own unless one is given."""

    def run(frame, *, trials=TRIALS, folder="journal", seed=1, seconds=None):
        rolling, matrix = roll(frame, until=UNTIL), make_matrix(town.theme, frame)
        (tmp_path / folder).mkdir(exist_ok=True)
        gap = pd.Timedelta(days=rolling.gap_days)
        return tuning.search(tuning.Search(rolling.rounds[0], matrix.manifest, gap, seed, trials, seconds, tmp_path / folder / "one.jsonl", 1))

    return run


def cut_off(monkeypatch, *, after):
    """Let Ctrl-C come in the middle of a trial, after so many fits."""
    fit, seen = tuning._loss, []

    def interrupted(*given):
        seen.append(1)
        if len(seen) > after:
            raise KeyboardInterrupt
        return fit(*given)

    monkeypatch.setattr(tuning, "_loss", interrupted)


def test_what_is_found_is_never_worse_on_the_tuning_folds_than_what_ships(search, frame):
    found = search(frame)
    assert found.trials == TRIALS
    assert found.loss <= found.loss_as_shipped
    assert 0 < found.pruned < TRIALS


def test_trees_stay_within_their_bounds(search, frame):
    found = search(frame)
    assert 3 <= found.parameters["num_leaves"] <= PARAMETERS["num_leaves"]
    assert 2 <= found.parameters["max_depth"] <= PARAMETERS["max_depth"]


def test_the_same_budget_finds_the_same_and_another_seed_something_else(search, frame):
    assert search(frame) == search(frame, folder="again")
    assert search(frame).parameters != search(frame, folder="other", seed=2).parameters


@pytest.mark.parametrize("after", [0, 2, 4, 25, 28])
def test_a_search_that_was_interrupted_finds_what_an_uninterrupted_one_finds(search, frame, monkeypatch, after):
    whole = search(frame)
    with monkeypatch.context() as patch:
        cut_off(patch, after=after)
        with pytest.raises(KeyboardInterrupt):
            search(frame, folder="stopped")
    assert search(frame, folder="stopped") == whole


def test_more_trials_carry_on_after_those_there_are(search, frame):
    whole = search(frame)
    first = search(frame, trials=5, folder="longer")
    assert first.trials == 5
    assert search(frame, folder="longer") == whole
    assert search(frame, trials=5, folder="longer") == first


def test_a_budget_in_time_tries_what_ships_in_any_case(search, frame):
    found = search(frame, trials=100, seconds=0.0)
    assert found.trials == 1
    assert found.parameters == {name: PARAMETERS[name] for name in found.parameters}
    assert found.loss == found.loss_as_shipped


def test_no_label_of_the_calibration_or_test_period_is_seen(search, frame):
    begins = roll(frame, until=UNTIL).rounds[0].training.ends_on
    later = frame["as_of"] >= pd.Timestamp(begins)
    turned = frame.assign(label=frame["label"].where(~later, 1 - frame["label"]))
    assert search(frame) == search(turned, folder="turned")


def test_tuning_folds_go_forward_in_time_and_hold_out_whole_buildings(town):
    frame = make_frame(600)
    frame["row"] = np.arange(len(frame))
    rolling, matrix = roll(frame, until=UNTIL), make_matrix(town.theme, frame)
    only = matrix.manifest.model_copy(update={"indicators": (matrix.manifest.indicators[0].model_copy(update={"name": "row"}),)})
    parts = cut(rolling.rounds[-1].training.rows, only.names, gap=pd.Timedelta(days=rolling.gap_days), objective="binary", number=5)
    assert len(parts) == 3
    held_before = -1
    for part in parts:
        learned, held = (frame.iloc[side.construct().get_data()["row"].to_numpy()] for side in (part.learned, part.held_out))
        first = held["as_of"].min()
        assert (learned["as_of"] + pd.Timedelta(days=rolling.gap_days) < first).all()
        assert (learned["label_known_on"] < first).all()
        assert set(learned["building_id"].dropna()) & set(held["building_id"].dropna()) == set()
        assert set(frame.loc[frame["as_of"] < first - pd.Timedelta(days=90), "building_id"].dropna()) & set(held["building_id"].dropna())
        assert held["row"].min() > held_before
        held_before = held["row"].max()


def test_a_training_period_without_both_classes_in_a_tuning_fold_is_refused(search, frame):
    rows = roll(frame, until=UNTIL).rounds[0].training.rows
    late = frame["as_of"].between(rows["as_of"].iloc[int(0.5 * len(rows))], rows["as_of"].max())
    with pytest.raises(TrainingError, match=r"of round 1 cannot be cut in tuning folds\. .*train without --trials"):
        search(frame.assign(label=frame["label"].where(~late, 0)))


def test_a_journal_that_is_broken_is_named(search, frame, tmp_path):
    search(frame, trials=1)
    (tmp_path / "journal" / "one.jsonl").write_text("not json\n", encoding="utf-8")
    with pytest.raises(StateError, match=r"journal .*one\.jsonl of a tuning cannot be read.*remove it"):
        search(frame, trials=1)


@pytest.mark.parametrize("changes", [{"seed": 2}, {"gap": pd.Timedelta(days=41)}, {"rules": {"bounds": 2}}, {"rows": -1}, {"label": 1}])
def test_other_rows_or_rules_have_another_journal(town, frame, changes):
    def named(rows=500, label=0, **options):
        given = frame.iloc[:rows].assign(label=label)
        return journal.name(
            given, make_matrix(town.theme, frame).manifest, **{"gap": pd.Timedelta(days=40), "seed": 1, "rules": {"bounds": 1}} | options
        )

    assert named() == named()
    assert named(**changes) != named()


def test_two_searches_at_a_time_are_refused(learned, tmp_path):
    with journal.held(tmp_path / "tuning"), pytest.raises(StateError, match=r"process \d+ is searching for parameters in .*tuning"):
        learned(make_frame(700), trials=1)


def test_a_disk_that_refuses_is_said(learned, tmp_path):
    (tmp_path / "tuning").write_text("in the way", encoding="utf-8")
    with pytest.raises(StateError, match=r"tuning could not be written: .*move away what is in its place and repeat the command"):
        learned(make_frame(700), trials=1)


@pytest.fixture
def learned(town, tmp_path):
    def run(frame, *, trials, minutes=None, **options):
        budget = tuning.Budget(trials, minutes, tmp_path / "tuning")
        return learn(make_matrix(town.theme, frame), town.theme, until=UNTIL, seed=1, progress=lambda _: None, budget=budget, **options)

    return run


def test_each_round_fits_what_its_own_search_found(learned):
    found = learned(make_frame(700), trials=3)
    record = found.evaluation.tuning
    assert (record.trials, record.minutes, record.repeatable) == (3, None, True)
    assert len(record.rounds) == 5
    for tuned, one in zip(record.rounds, found.rounds, strict=True):
        assert tuned.parameters.items() <= dict(one.fitted.parameters).items()


def test_a_search_for_an_order_makes_small_what_lists_lack_at_the_top_and_has_a_journal_of_its_own(learned, tmp_path):
    frame = make_frame(700)
    found = learned(frame, trials=2, objective="ranking").evaluation.tuning
    assert found.loss == "1 - NDCG at 10"
    assert all(0 < one.loss <= one.loss_as_shipped < 1 for one in found.rounds)
    kept = set((tmp_path / "tuning").glob("*.jsonl"))
    other = learned(frame, trials=2).evaluation.tuning
    assert other.loss == "log loss"
    assert len(set((tmp_path / "tuning").glob("*.jsonl")) - kept) == len(kept) == 5
    assert [one.loss_as_shipped for one in other.rounds] != [one.loss_as_shipped for one in found.rounds]


def test_lists_of_a_tuning_fold_are_months_of_its_own_rows(town):
    frame = make_frame(600)
    rolling = roll(frame, until=UNTIL)
    rows, names = rolling.last.training.rows, make_matrix(town.theme, frame).manifest.names
    for part in cut(rows, names, gap=pd.Timedelta(days=rolling.gap_days), objective="ranking", number=5):
        for side in (part.learned, part.held_out):
            built = side.construct()
            chosen = rows.merge(built.get_data(), left_index=True, right_index=True, suffixes=("", "_read"), validate="one_to_one")
            assert built.get_group().tolist() == chosen["as_of"].dt.strftime("%Y-%m").value_counts(sort=False).sort_index().tolist()


def test_a_budget_in_minutes_says_that_it_is_not_repeatable(learned):
    record = learned(make_frame(700), trials=2, minutes=0.0).evaluation.tuning
    assert record.repeatable is False
    assert [one.trials for one in record.rounds] == [1] * 5


def test_ctrl_c_in_one_round_ends_the_others_and_the_same_command_carries_on(learned, monkeypatch, tmp_path):
    frame = make_frame(700)
    with monkeypatch.context() as patch:
        cut_off(patch, after=8)
        with pytest.raises(KeyboardInterrupt):
            learned(frame, trials=4)
    begun = {path.name: path.stat().st_size for path in (tmp_path / "tuning").glob("*.jsonl")}
    assert 0 < len(begun) < 5
    stopped = learned(frame, trials=4).evaluation.tuning
    for path in (tmp_path / "tuning").iterdir():
        path.unlink()
    assert learned(frame, trials=4).evaluation.tuning == stopped
