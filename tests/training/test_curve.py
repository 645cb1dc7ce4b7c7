"""Precision, recall and lift of lists of every length, against a slow twin and by hand."""

from __future__ import annotations

import time

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from training.bootstrap import clusters, resample
from training.curve import SHARES, Curve, curves
from training.metrics import tie_order
from training.scored import Scorer

SHARE = 0.25


def rows_of(count: int, *, buildings: int | None = None, seed: int = 1) -> pd.DataFrame:
    draw = np.random.default_rng(seed)
    score = draw.random(count).round(2)
    return pd.DataFrame(
        {
            "address_id": [f"a{n}" for n in range(count)],
            "as_of": pd.Timestamp("2024-01-01"),
            "building_id": None if buildings is None else draw.integers(0, buildings, count).astype(str),
            "label": (draw.random(count) < score / 2).astype("int8"),
            "score": score,
        }
    )


def of_model(rows: pd.DataFrame, fold: NDArray[np.intp], *, replicates: int = 200, share: float = SHARE) -> Curve:
    scorers = [Scorer("model", rows["score"].to_numpy(), are_probabilities=True)]
    return curves(rows, scorers=scorers, fold=fold, share=share, seed=1, replicates=replicates).curves["model"]


def one_fold(rows: pd.DataFrame) -> NDArray[np.intp]:
    return np.zeros(len(rows), dtype=np.intp)


def test_a_list_of_known_rows_has_known_figures() -> None:
    rows = rows_of(8).assign(score=[0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2], label=np.array([1, 0, 1, 0, 0, 0, 0, 0], dtype="int8"))
    point = next(p for p in of_model(rows, one_fold(rows)).points if p.share == 0.5)
    assert (point.visits, point.precision.value, point.recall.value, point.lift.value) == (4, 0.5, 1.0, 2.0)
    assert of_model(rows, one_fold(rows)).confirmed_per_100.value == 50


def test_capacity_is_among_the_lengths_and_the_whole_list_finds_all_there_is() -> None:
    rows = rows_of(400)
    found = of_model(rows, one_fold(rows))
    assert [p.share for p in found.points] == sorted({*SHARES, SHARE})
    last = found.points[-1]
    assert (last.recall.value, last.recall.low, last.recall.high) == (1, 1, 1)
    assert (last.lift.value, last.lift.high) == (1, 1)
    assert last.precision.value == pytest.approx(rows["label"].mean())


def test_the_cut_is_made_within_each_round() -> None:
    rows = rows_of(400)
    fold = np.repeat([0, 1], 200)
    shifted = rows.assign(score=np.where(fold == 0, rows["score"], rows["score"] + 10))
    assert of_model(rows, fold) == of_model(shifted, fold)
    assert of_model(rows, one_fold(rows)) != of_model(shifted, one_fold(rows))


def test_every_replicate_draws_its_cut_anew_as_a_slow_twin_does() -> None:
    rows, fold = rows_of(120, buildings=40), np.repeat([0, 1, 2], 40)
    weights = np.concatenate(list(resample(clusters(rows), replicates=300, seed=1)), axis=1)
    ties = tie_order(rows, seed=1)
    found = []
    for column in weights.T:
        hits = visits = 0
        for number in range(3):
            at = [i for i in np.flatnonzero(fold == number) for _ in range(int(column[i]))]
            best = sorted(at, key=lambda i: (-rows["score"][i], ties[i]))
            length = max(1, round(SHARE * len(at)))
            hits, visits = hits + sum(rows["label"][i] for i in best[:length]), visits + length
        found.append(hits / visits)
    point = next(p for p in of_model(rows, fold, replicates=300).points if p.share == SHARE)
    assert (point.precision.low, point.precision.high) == pytest.approx(tuple(np.percentile(found, [2.5, 97.5])))


def test_rows_of_one_building_count_as_one_observation() -> None:
    rows = rows_of(200)
    copies = pd.concat([rows.assign(address_id=rows["address_id"] + f"-{n}", building_id=rows["address_id"]) for n in range(4)], ignore_index=True)
    width = {}
    for name, those in (("single", rows), ("together", copies), ("apart", copies.assign(building_id=None))):
        precision = next(p for p in of_model(those, one_fold(those), replicates=600).points if p.share == 0.5).precision
        assert precision.high is not None
        assert precision.low is not None
        width[name] = precision.high - precision.low
    assert width["together"] == pytest.approx(width["single"], rel=0.2)
    assert width["apart"] < 0.65 * width["together"]


def test_without_a_confirmed_row_recall_is_not_defined() -> None:
    rows = rows_of(100).assign(label=np.int8(0))
    point = of_model(rows, one_fold(rows)).points[0]
    assert (point.precision.value, point.recall.value, point.recall.low, point.lift.value) == (0, None, None, None)


def test_a_thousand_replicates_on_fifty_thousand_rows_take_seconds() -> None:
    rows = rows_of(50_000, buildings=20_000)
    rows = rows.assign(label=(rows["label"] * (np.arange(50_000) % 4 == 0)).astype("int8"))
    began = time.process_time()
    of_model(rows, one_fold(rows), replicates=1000)
    assert time.process_time() - began < 20
