from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from tests.training.testdam import make_frame, make_matrix, make_town
from training.dominance import measure


@pytest.fixture
def indicators(tmp_path):
    one, two, three = make_matrix(make_town(tmp_path / "town").theme, make_frame(50)).manifest.indicators[:3]
    return (
        one.model_copy(update={"sources": ("reports",)}),
        two.model_copy(update={"sources": ("water", "registrations")}),
        three.model_copy(update={"sources": ("water",)}),
    )


def rows(n=200):
    return pd.DataFrame({"address_id": [f"a{i}" for i in range(n)], "building_id": [f"b{i // 2}" for i in range(n)]})


def test_shares_by_hand_with_an_indicator_of_two_sources_divided(indicators):
    found = measure(rows(2), contributions=np.array([[1.0, -4.0, 0.0], [-3.0, 0.0, 2.0]]), indicators=indicators, seed=1, replicates=20)
    assert {name: share.value for name, share in found.shares.items()} == pytest.approx({"reports": 0.4, "water": 0.4, "registrations": 0.2})


def test_shares_add_up_to_one_and_the_largest_comes_first(indicators):
    given = np.random.default_rng(1).normal(size=(200, 3)) * [1, 1, 5]
    found = measure(rows(), contributions=given, indicators=indicators, seed=1, replicates=200)
    assert sum(share.value for share in found.shares.values()) == pytest.approx(1)
    assert next(iter(found.shares)) == "water"
    for share in found.shares.values():
        assert share.low < share.value < share.high


def test_a_model_that_uses_nothing_has_no_share(indicators):
    found = measure(rows(), contributions=np.zeros((200, 3)), indicators=indicators, seed=1, replicates=20)
    assert all((share.value, share.low) == (None, None) for share in found.shares.values())
