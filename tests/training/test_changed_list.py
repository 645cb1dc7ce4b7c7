"""The list that would change, where some addresses get no answer."""

from __future__ import annotations

import numpy as np
import pandas as pd

from tests.training.conftest import Trained
from tests.training.testdam import SIGNALS, make_frame
from training.changed_list import lists
from training.comparison import _listable

COHORT = pd.DataFrame({"address_id": list("abcd"), "as_of": pd.to_datetime(["2024-01-01"] * 4)})


def changes(challenger: list[float], champion: list[float], *, visits: int) -> dict[str, str]:
    found = lists(COHORT, {"challenger": np.array(challenger), "champion": np.array(champion)}, visits=visits, seed=1)
    return dict(found.rows[["address_id", "change"]].to_numpy().tolist())


def test_an_address_without_a_score_is_on_no_list_and_gives_its_place_to_the_next() -> None:
    assert changes([np.nan, 0.8, 0.7, 0.1], [0.9, 0.8, 0.2, 0.1], visits=2) == {"a": "leaves", "b": "stays", "c": "enters"}


def test_where_fewer_can_be_scored_than_visited_the_list_is_shorter() -> None:
    assert changes([np.nan, 0.8, np.nan, np.nan], [np.nan, 0.8, 0.2, np.nan], visits=3) == {"b": "stays", "c": "leaves"}


def test_a_model_lists_no_address_that_it_would_give_no_answer_of(first_training: Trained) -> None:
    rows = make_frame(300).head(2).fillna(0.0)
    rows.loc[0, list(SIGNALS)] = 1e6
    scores = _listable({"challenger": first_training.candidate.release}, rows, stale=())["challenger"]
    assert np.isnan(scores).tolist() == [True, False]
