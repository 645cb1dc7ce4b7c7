from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from tests.training.testdam import _indicator
from training.support import Support, Usual, behind, learn

NAMES = [f"i{n}" for n in range(8)]


def inspected(n=600, *, seed=1):
    values = pd.DataFrame(np.random.default_rng(seed).normal(size=(n, len(NAMES))), columns=NAMES)
    return values.assign(address_id=[f"a{i}" for i in range(n)], building_id=[f"b{i // 2}" for i in range(n)])


def one(**values):
    return pd.DataFrame([dict.fromkeys(NAMES, 0.0) | values])


def test_a_value_on_the_bound_is_inside_and_one_beyond_it_is_outside():
    support = Support(rows=9, usual=(Usual(indicator="i0", lowest=1.0, highest=3.0, missing=False),), most=0)
    rows = pd.DataFrame({"i0": [0.9, 1.0, 3.0, 3.1, np.nan]})
    assert support.outside(rows)[:, 0].tolist() == [True, False, False, True, True]
    assert support.unlike(rows).tolist() == [True, False, False, True, True]
    assert support.why_unlike(rows.iloc[[1]]) == {}
    assert [support.why_unlike(rows.iloc[[at]]) for at in (0, 3, 4)] == [{"i0": "below"}, {"i0": "above"}, {"i0": "missing"}]


def test_what_is_missing_because_its_source_is_stale_is_never_outside_and_a_value_still_is():
    support = Support(rows=9, usual=(Usual(indicator="i0", lowest=1.0, highest=3.0, missing=False),), most=0)
    rows = pd.DataFrame({"i0": [np.nan, 3.1]})
    assert support.unlike(rows, unknown={"i0"}).tolist() == [False, True]
    assert support.unlike(rows, unknown={"i1"}).tolist() == [True, True]


def test_a_missing_value_tells_nothing_where_one_of_the_sources_behind_it_is_stale():
    records = [_indicator(name) for name in ("reports_1y", "water_per_resident", "floor_area")]
    assert behind(records, {"water", "energy"}) == {"water_per_resident"}
    assert behind(records, {"addresses"}) == {"floor_area"}
    assert behind(records, {}) == frozenset()


@pytest.mark.parametrize(("missing", "outside"), [(True, False), (False, True)])
def test_a_missing_value_is_outside_only_where_it_never_was_missing(missing, outside):
    usual = Usual(indicator="i0", lowest=None if missing else 0.0, highest=None if missing else 1.0, missing=missing)
    support = Support(rows=1, usual=(usual,), most=0)
    found = support.outside(pd.DataFrame({"i0": [np.nan, 0.5]}))
    assert found[:, 0].tolist() == [outside, missing], "where no value is known of any, every value is unlike them"
    if missing:
        assert support.why_unlike(pd.DataFrame({"i0": [0.5]})) == {"i0": "known"}


def test_it_learns_the_bounds_of_all_rows():
    rows = inspected()
    rows.loc[5, "i3"] = np.nan
    support = learn(rows, names=NAMES, seed=1)
    assert [(u.lowest, u.highest, u.missing) for u in support.usual] == [(rows[n].min(), rows[n].max(), n == "i3") for n in NAMES]
    assert not support.outside(rows).any()
    assert support.rows == 600


def test_addresses_like_the_inspected_ones_are_refused_hardly_ever():
    support = learn(inspected(), names=NAMES, seed=1)
    refused = support.unlike(inspected(20_000, seed=2))
    assert refused.mean() <= 0.01
    assert support.most >= 1, "counted over its own rows nothing would ever be outside, and one in twenty refused"


def test_an_address_unlike_any_is_refused_with_the_facts_that_say_so():
    support = learn(inspected(), names=NAMES, seed=1)
    far = dict.fromkeys(NAMES[: support.most + 1], 30.0)
    assert support.why_unlike(one(**far)) == dict.fromkeys(far, "above")
    assert support.why_unlike(one(**dict(list(far.items())[:-1]))) == {}, "one fact fewer is allowed"


def test_it_survives_writing():
    support = learn(inspected(60), names=NAMES, seed=1)
    assert Support.model_validate_json(support.model_dump_json()) == support


def test_a_single_building_can_be_learned_from():
    rows = inspected(5).assign(building_id="b1")
    assert learn(rows, names=NAMES, seed=1).most == 0
