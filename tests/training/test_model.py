from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from features.errors import TrainingError
from training import model

RISKS = ["+", "-", None]


def rows_of(count=800, *, seed=1):
    """Rows of which the truth goes against the experts' direction on 'down': the constraint must win."""
    draw = np.random.default_rng(seed)
    rows = pd.DataFrame(draw.normal(size=(count, 3)), columns=["up", "down", "free"])
    log_odds = 1.2 * rows["up"] + 0.8 * rows["down"] + rows["free"] ** 2 - 2
    labels = (draw.random(count) < 1 / (1 + np.exp(-log_odds))).astype(np.int8)
    return rows.mask(draw.random(rows.shape) < 0.1), labels.to_numpy().copy()


def fitted(rows, labels, *, seed=1):
    earlier = np.arange(len(rows)) < 0.8 * len(rows)
    return model.fit(rows, labels, risks=RISKS, earlier=earlier, stopping=~earlier, seed=seed)


@pytest.fixture(scope="module")
def booster():
    return fitted(*rows_of()).booster


def test_a_score_is_the_sum_of_its_reasons_after_calibration_too(booster):
    rows, _ = rows_of(500, seed=2)
    explained = model.explain(booster, rows, slope=0.37, intercept=-1.9)
    gap = np.abs(explained.base_value + explained.contributions.sum(axis=1) - explained.log_odds)
    assert gap.max() < 1e-6
    assert np.abs(explained.contributions).max() > 0.1
    assert explained.probability == pytest.approx(1 / (1 + np.exp(-explained.log_odds)))


@pytest.mark.parametrize(("name", "sign"), [("up", 1), ("down", -1)])
def test_more_of_a_risk_never_lowers_the_score_and_less_never_raises_it(booster, name, sign):
    rows, _ = rows_of(200, seed=3)
    steps = [model.margins(booster, rows.assign(**{name: value})) for value in np.linspace(-3, 3, 25)]
    assert (sign * np.diff(steps, axis=0) >= 0).all()


def test_an_indicator_without_a_direction_may_go_both_ways(booster):
    rows, _ = rows_of(200, seed=3)
    steps = np.diff([model.margins(booster, rows.assign(free=value)) for value in np.linspace(-3, 3, 25)], axis=0)
    assert (steps > 0).any()
    assert (steps < 0).any()


def test_the_same_rows_give_the_same_model_bit_for_bit():
    rows, labels = rows_of()
    first, second = (fitted(rows, labels).booster.model_to_string() for _ in range(2))
    assert first == second
    assert fitted(rows, labels, seed=2).booster.model_to_string() != first


def test_trees_stay_small(booster):
    trees = booster.trees_to_dataframe().groupby("tree_index")
    leaves = trees["left_child"].agg(lambda child: child.isna().sum())
    assert leaves.max() <= model.PARAMETERS["num_leaves"]
    assert trees["node_depth"].max().max() <= model.PARAMETERS["max_depth"] + 1


def test_early_stopping_uses_fewer_trees_where_there_is_nothing_to_learn():
    rows, labels = rows_of()
    shuffled = np.random.default_rng(5).permutation(labels)
    assert fitted(rows, shuffled).rounds < fitted(rows, labels).rounds


def test_columns_are_read_by_name_not_by_place(booster):
    rows, _ = rows_of(50, seed=4)
    assert model.margins(booster, rows[["free", "up", "down"]].assign(other=1.0)) == pytest.approx(model.margins(booster, rows))


def test_a_row_without_an_indicator_of_the_model_is_refused(booster):
    rows, _ = rows_of(5)
    with pytest.raises(TrainingError, match="lack 1 of the model's 3 indicators, first 'down'"):
        model.margins(booster, rows.drop(columns="down"))


def test_a_row_of_which_nothing_is_known_still_gets_a_score(booster):
    explained = model.explain(booster, pd.DataFrame([[np.nan] * 3], columns=["up", "down", "free"]), slope=1, intercept=0)
    assert np.isfinite(explained.log_odds).all()


@pytest.mark.parametrize(("part", "of"), [("the earlier part", slice(0, 640)), ("its stopping part", slice(640, 800))])
def test_a_part_of_the_training_fold_with_one_class_is_refused(part, of):
    rows, labels = rows_of()
    labels[of] = 0
    with pytest.raises(TrainingError, match=f"{part}.* has one class only"):
        fitted(rows, labels)
