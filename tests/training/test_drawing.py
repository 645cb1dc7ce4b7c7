"""The draw of a list: who may be on it with which chance, against plain counting."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.errors import InputError
from training.drawing import RANDOM, TOP, draw, frame_hash, listed_chance

FRAME = [f"A{n}" for n in range(20)]
SCORES = [float(n) for n in range(20)]


def test_the_top_is_listed_for_certain_and_one_lot_is_shared_by_all_others() -> None:
    drawn = draw(FRAME, SCORES, visits=10, share=0.2, seed=1)
    top = drawn.rows[drawn.rows["arm"] == TOP]
    assert set(top["address_id"]) == {f"A{n}" for n in range(12, 20)}
    assert set(top["propensity"]) == {1.0}
    lot = drawn.rows[drawn.rows["arm"] == RANDOM]
    assert (len(lot), set(lot["propensity"])) == (2, {2 / 12})
    assert (drawn.frame.frame_size, drawn.frame.top, drawn.frame.drawn) == (20, 8, 2)


@pytest.mark.parametrize(("visits", "share"), [(5, 0.1), (5, 0.3), (19, 0.1)])
def test_the_written_chance_is_how_often_an_address_is_listed(visits: int, share: float) -> None:
    lists = 800
    seen: Counter[str] = Counter()
    told: dict[str, float] = {}
    for seed in range(lists):
        rows = draw(FRAME, SCORES, visits=visits, share=share, seed=seed).rows
        seen.update(rows["address_id"])
        told |= dict(zip(rows["address_id"], rows["propensity"], strict=True))
    assert sum(listed_chance(range(20), frame=20, visits=visits, exact=Fraction(str(share)) * visits)) == pytest.approx(visits)
    for address, chance in told.items():
        spread = (chance * (1 - chance) / lists) ** 0.5
        assert abs(seen[address] / lists - chance) <= 4.5 * spread, address


@given(visits=st.lists(st.integers(1, 12), min_size=1, max_size=12), share=st.sampled_from([0.05, 0.1, 0.25, 1 / 3]), seed=st.integers(0, 999))
@settings(deadline=None, max_examples=20)
def test_over_many_short_lists_the_drawn_ones_stay_within_one_of_the_share(visits: list[int], share: float, seed: int) -> None:
    carry, drawn = None, 0
    for number, length in enumerate(visits):
        frame = draw(FRAME, SCORES, visits=length, share=share, seed=seed + number, carry=carry).frame
        carry, drawn = frame.next_carry, drawn + frame.drawn
        assert abs(drawn - share * sum(visits[: number + 1])) < 1 + 1e-4


def test_the_written_order_tells_nobody_who_was_drawn() -> None:
    places = [p for seed in range(300) for p in np.flatnonzero(draw(FRAME, SCORES, visits=10, share=0.2, seed=seed).rows["arm"] == RANDOM)]
    counts = np.bincount(places, minlength=10)
    assert counts.sum() == 600
    assert counts.min() > 60 - 5 * 60**0.5
    assert counts.max() < 60 + 5 * 60**0.5


def test_the_same_seed_draws_the_same_list_whatever_the_order_of_the_frame() -> None:
    one = draw(FRAME, SCORES, visits=10, share=0.2, seed=7)
    other = draw(FRAME[::-1], SCORES[::-1], visits=10, share=0.2, seed=7)
    assert one.rows.equals(other.rows)
    assert one.frame == other.frame
    assert not one.rows.equals(draw(FRAME, SCORES, visits=10, share=0.2, seed=8).rows)


def test_equal_scores_are_decided_by_lot_and_a_missing_one_comes_last() -> None:
    firsts = {draw(FRAME, [1.0] * 20, visits=1, share=None, seed=seed).rows["address_id"][0] for seed in range(50)}
    assert len(firsts) > 10
    unknown = [float("nan"), *[0.0] * 19]
    assert all("A0" not in set(draw(FRAME, unknown, visits=19, share=None, seed=seed).rows["address_id"]) for seed in range(20))


@pytest.mark.parametrize(("visits", "share"), [(20, 0.2), (50, 0.2), (4, None)])
def test_nothing_is_drawn_where_all_are_listed_or_nothing_may_be(visits: int, share: float | None) -> None:
    drawn = draw(FRAME, SCORES, visits=visits, share=share, seed=1, carry=0.25)
    assert (drawn.frame.drawn, set(drawn.rows["propensity"]), len(drawn.rows)) == (0, {1.0}, min(visits, 20))
    assert drawn.frame.next_carry == 0.25


def test_the_frame_is_known_by_its_addresses_alone() -> None:
    assert frame_hash(["B", "A"]) == frame_hash(["A", "B"]) != frame_hash(["A"])


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"addresses": [], "scores": []}, "the frame holds no address"),
        ({"addresses": ["A", "A"], "scores": [1.0, 2.0]}, "1 addresses twice"),
        ({"scores": [1.0]}, "1 scores for 20 addresses"),
        ({"visits": 0}, "the list has 0 visits"),
        ({"share": 0.0}, "drawn is 0.0"),
        ({"share": 1.5}, "drawn is 1.5"),
        ({"share": float("nan")}, "drawn is nan"),
        ({"carry": 1.0}, "the carry is 1.0"),
        ({"carry": -0.1}, "the carry is -0.1"),
    ],
)
def test_what_cannot_be_drawn_from_is_refused(changed: dict[str, object], said: str) -> None:
    given = {"addresses": FRAME, "scores": SCORES, "visits": 5, "share": 0.1, "seed": 1} | changed
    with pytest.raises(InputError, match=said):
        draw(given.pop("addresses"), given.pop("scores"), **given)  # type: ignore[arg-type]  # each case is one wrong value
