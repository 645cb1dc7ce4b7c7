"""What may be shown of a small group."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from monitoring.disclosure import MINIMUM_CELL, disclose, is_small, total
from monitoring.intervals import Share

share = st.integers(0, 200).flatmap(lambda rows: st.integers(0, rows).map(lambda hits: Share(hits, rows)))
groups = st.lists(share, min_size=1, max_size=6).map(lambda shares: dict(zip("abcdef", shares, strict=False)))


def states(**shares: Share) -> dict[str, str]:
    return {cell.group: cell.state for cell in disclose(shares)}


def test_cell_of_ten_is_shown_and_cell_of_nine_is_not():
    assert states(a=Share(10, 100), b=Share(30, 100)) == {"a": "shown", "b": "shown"}
    assert states(a=Share(9, 100), b=Share(30, 100), c=Share(8, 100))["a"] != "shown"


def test_nine_that_were_missed_are_as_small_as_nine_that_were_found():
    assert states(a=Share(91, 100), b=Share(95, 100), c=Share(50, 100)) == {"a": "bounded", "b": "bounded", "c": "shown"}


def test_no_count_and_no_rate_leave_with_a_withheld_cell():
    few, small, _ = disclose({"few": Share(3, 7), "small": Share(4, 80), "large": Share(50, 300)})
    assert (few.hits, few.rows, few.rate, few.low, few.high) == (None,) * 5
    assert (small.hits, small.rate) == (None, None)


def test_single_withheld_cell_takes_the_next_smallest_with_it_since_the_total_is_known():
    assert states(a=Share(3, 800), b=Share(40, 900), c=Share(25, 700)) == {"a": "suppressed", "b": "shown", "c": "suppressed"}


def test_bound_is_the_same_for_none_and_for_nine():
    others = {"b": Share(9, 500), "c": Share(9, 500)}
    bounds = [disclose({"a": Share(hits, 400), **others})[0] for hits in range(MINIMUM_CELL)]
    assert len(set(bounds)) == 1
    assert bounds[0].state == "bounded"
    assert bounds[0].high == 9 / 400


def test_bound_is_the_rate_of_nine_found_or_of_nine_missed():
    cells = disclose({"a": Share(95, 100), "b": Share(4, 100), "c": Share(4, 100), "d": Share(93, 100)})
    assert [(c.low, c.high) for c in cells] == [(0.91, None), (None, 0.09), (None, 0.09), (0.91, None)]


def test_group_under_ten_rows_does_not_show_how_many_they_are():
    cells = {c.group: c for c in disclose({"a": Share(2, 9), "b": Share(20, 60), "c": Share(20, 61)})}
    assert cells["a"].rows is None
    assert cells["b"].rows is None
    assert cells["c"].rows == 61


@given(groups)
@settings(deadline=None)
def test_what_is_withheld_cannot_be_found_by_subtraction(shares):
    for size, shown in ((lambda s: s.hits, "hits"), (lambda s: s.misses, "hits"), (lambda s: s.rows, "rows")):
        withheld = [size(shares[c.group]) for c in disclose(shares) if getattr(c, shown) is None]
        everything = len(withheld) == len(shares)
        assert not withheld or everything or (len(withheld) > 1 and sum(withheld) >= MINIMUM_CELL)


@given(groups)
@settings(deadline=None)
def test_no_shown_cell_is_small(shares):
    assert not any(is_small(shares[c.group]) for c in disclose(shares) if c.state == "shown")
    together = total(shares)
    assert together.state != "shown" or not is_small(Share(together.hits, together.rows))
