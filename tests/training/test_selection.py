"""Who was looked at: the inspected, the random arm, weighted to the frame, and bounds; by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from training.proportions import wilson
from training.sampling import Sample, inverse_propensity
from training.selection import Answer, Method, Selection, selection

DRAW = ("propensity", "frame_size", "frame_listed", "frame_drawn")


def visits(count: int, found: int, *, trigger: str, score: float, frame: str | None = None, **draw: float) -> pd.DataFrame:
    """Give visits with one score, the first of them confirmed."""
    rows = pd.DataFrame({"label": (np.arange(count) < found).astype("int8"), "trigger": trigger, "frame": frame, "score": score})
    return rows.assign(**{name: draw.get(name, np.nan) for name in DRAW})


def joined(*parts: pd.DataFrame) -> pd.DataFrame:
    rows = pd.concat(parts, ignore_index=True)
    return rows.assign(address_id=[f"a{n}" for n in range(len(rows))], as_of=pd.Timestamp("2024-01-01"), building_id=None)


# 100 addresses of which the score lists 10; of the other 90 a tenth is drawn. Half of the listed are confirmed, and one in nine of the rest.
FRAME: dict[str, Any] = {"frame": "f1", "frame_size": 100, "frame_listed": 10, "frame_drawn": 9}
LISTED = visits(10, 5, trigger="list", score=0.9, propensity=1, **FRAME)
DRAWN = visits(9, 1, trigger="random", score=0.1, propensity=0.1, **FRAME)
REPORTED = visits(20, 16, trigger="report", score=0.5)
WORKLIST = joined(LISTED, DRAWN, REPORTED)


def look(rows: pd.DataFrame, *, share: float = 0.1, fold: Any = None, **options: Any) -> Selection:
    fold = np.zeros(len(rows), dtype=np.intp) if fold is None else fold
    return selection(rows, rows["score"].to_numpy(), fold=fold, share=share, seed=1, **options)


def answer(found: Selection, method: Method) -> Answer:
    given = found.by(method)
    assert given is not None, found.absent
    return given


def values(given: Answer) -> dict[str, float | None]:
    return {name: figure.value for name, figure in given.figures.items()}


def test_the_inspected_are_counted_as_they_are_and_named() -> None:
    plain = answer(look(WORKLIST, share=10 / 39), "inspected")
    assert plain.population == "inspected addresses with a known outcome"
    assert (plain.rows, plain.positives, plain.weights) == (39, 22, "none")
    assert values(plain) == pytest.approx(
        {"base_rate": 22 / 39, "precision_at_capacity": 0.5, "recall_at_capacity": 5 / 22, "lift_at_capacity": 5 / 22 / (10 / 39)}
    )
    assert plain.figures["base_rate"].low == pytest.approx(wilson(22 / 39, 39).low)


def test_listed_and_drawn_together_stand_for_the_whole_frame() -> None:
    weighted = answer(look(WORKLIST), "inverse propensity")
    assert weighted.population == "every address of the frames of the worklists"
    assert (weighted.rows, weighted.weights) == (19, "logged")
    listed, all_ = 10**2 * 0.5 * 0.5 / 9, 10**2 * 0.5 * 0.5 / 9 + 90**2 * (1 / 9) * (8 / 9) / 8
    recall = (5 * 15 + listed) / (15**2 + all_)  # 5 of 15, less the bias that nine drawn rows give it
    assert values(weighted) == pytest.approx(
        {"base_rate": 0.15, "precision_at_capacity": 0.5, "recall_at_capacity": recall, "lift_at_capacity": 10 * recall}
    )


def test_the_random_arm_speaks_of_what_the_score_did_not_list() -> None:
    alone = answer(look(WORKLIST), "random arm")
    assert alone.population == "the addresses of the frames that the score did not list"
    assert alone.figures["base_rate"].value == pytest.approx(1 / 9)
    everything = joined(visits(9, 1, trigger="random", score=0.1, propensity=0.1, **FRAME | {"frame_listed": 0}))
    assert answer(look(everything), "random arm").population == "every address of the frames"
    unlogged = joined(visits(9, 1, trigger="random", score=0.1, propensity=0.1, frame="f1"))
    assert answer(look(unlogged), "random arm").population == "the addresses from which was drawn at random"


def test_a_visit_after_a_report_never_enters_whatever_it_carries() -> None:
    claimed = REPORTED.assign(frame="f1", propensity=0.1, frame_size=100.0, frame_listed=10.0, frame_drawn=9.0)
    found, plain = look(joined(LISTED, DRAWN, claimed)), look(WORKLIST)
    for method in ("random arm", "inverse propensity"):
        assert found.by(method) == plain.by(method)


def test_listed_addresses_without_an_outcome_are_represented_by_those_with_one() -> None:
    half = joined(LISTED.iloc[[0, 1, 2, 7, 8]], DRAWN)
    assert answer(look(half), "inverse propensity").figures["base_rate"].value == pytest.approx((10 * 3 / 5 + 90 / 9) / 100)


def test_where_the_size_of_the_frame_was_not_logged_the_chances_alone_count() -> None:
    bare = WORKLIST.drop(columns=["frame_size", "frame_listed", "frame_drawn"])
    assert answer(look(bare), "inverse propensity").figures["base_rate"].value == pytest.approx((5 + 10) / (10 + 90))


def test_a_frame_of_which_the_visits_fall_in_two_rounds_stands_for_its_addresses_once() -> None:
    rows = joined(LISTED, DRAWN)
    fold = np.repeat([0, 1, 0, 1], [7, 3, 8, 1])
    sample = inverse_propensity(rows, fold)
    assert isinstance(sample, Sample)
    assert sample.weights.sum() == pytest.approx(100)
    later = fold[sample.rows] == 1
    assert sample.weights[later].sum() == pytest.approx(100 * 4 / 19), "the part of its visits that is there"


def test_a_round_without_a_drawn_row_is_left_out_of_the_weighted_figures() -> None:
    later = visits(10, 10, trigger="list", score=0.9, propensity=1, **FRAME | {"frame": "f2"})
    rows = joined(LISTED, DRAWN, later)
    fold = np.repeat([0, 1], [19, 10])
    assert answer(look(rows, fold=fold), "inverse propensity").figures["base_rate"].value == pytest.approx(0.15)
    assert "both listed and drawn" in look(joined(later)).absent["inverse propensity"]


def test_before_a_worklist_of_ones_own_weights_are_estimated_and_say_so() -> None:
    drawn = [visits(40, k, trigger="random", score=s, frame="f1", propensity=0.1) for s, k in ((0.1, 0), (0.2, 2), (0.3, 4), (0.4, 6), (0.5, 8))]
    chosen = [visits(10 * n, 2 * n, trigger="list", score=0.1 * n) for n in range(1, 6)]
    found = look(joined(*drawn, *chosen), share=0.2)
    weighted = answer(found, "estimated weights")
    assert weighted.weights == "estimated"
    assert "if within a band of scores" in weighted.population
    bands = [(k + 2 * n) / (40 + 10 * n) for n, k in enumerate((0, 2, 4, 6, 8), start=1)]
    assert weighted.figures["base_rate"].value == pytest.approx(np.mean(bands))
    assert weighted.figures["precision_at_capacity"].value == pytest.approx(bands[-1])
    assert found.without_chance == 150
    assert look(WORKLIST).absent["estimated weights"] == "every row that follows no report has a logged chance"


def test_each_way_that_cannot_be_gone_says_why() -> None:
    found = look(joined(REPORTED, visits(5, 1, trigger="list", score=0.3)))
    assert [a.method for a in found.answers] == ["inspected"]
    assert set(found.absent) == {"random arm", "inverse propensity", "estimated weights", "bounds", "bounds at capacity"}
    assert found.absent["random arm"] == "no row was drawn at random with a logged probability"


def test_a_propensity_that_is_no_chance_gives_no_weight() -> None:
    for wrong in (0.0, -0.1, 1.5, np.nan):
        assert look(joined(DRAWN.assign(propensity=wrong))).by("random arm") is None


def test_bounds_leave_open_everything_that_was_not_seen() -> None:
    bounds = answer(look(WORKLIST), "bounds")
    assert bounds.figures["base_rate"].model_dump(include={"value", "low", "high", "width"}) == pytest.approx(
        {"value": None, "low": 0.22, "high": 0.22 + 0.61, "width": 0.61}
    )
    assert "100 addresses of the cohort" in bounds.population
    assert "100 addresses of the cohort" in answer(look(WORKLIST, cohort=cohort(50)), "bounds").population
    wider = answer(look(WORKLIST, cohort=cohort(1000)), "bounds").figures["base_rate"]
    assert (wider.low, wider.high) == pytest.approx((0.022, 0.983))


def cohort(count: int, *, score: float = 0.0) -> pd.DataFrame:
    """Give the addresses of the worklist and others, ``count`` together."""
    return pd.DataFrame({"address_id": [f"a{n}" for n in range(count)], "score": score})


def test_bounds_of_a_list_name_the_addresses_that_it_was_taken_from() -> None:
    """Of 200 addresses 20 are listed: the 10 that scored highest, then 10 of the 20 that were visited after a report; all have an outcome."""
    given = answer(look(WORKLIST, share=0.1, cohort=cohort(200)), "bounds at capacity")
    assert given.population == (
        "all 200 addresses of the cohort and of the last test period, of which the first 20 by score are listed,"
        " whatever those without an outcome in that period hide"
    )
    assert (given.rows, given.positives, given.weights) == (39, 22, "none")
    precision, recall, lift = (given.figures[f"{name}_at_capacity"] for name in ("precision", "recall", "lift"))
    assert 11 / 20 <= precision.low == precision.high <= 15 / 20
    assert (recall.low, recall.high) == pytest.approx((20 * precision.low / (22 + 161), 20 * precision.low / 22))
    assert (lift.low, lift.high) == pytest.approx((10 * recall.low, 10 * recall.high))
    open_ended = answer(look(WORKLIST, share=0.1, cohort=cohort(200, score=0.95)), "bounds at capacity").figures["precision_at_capacity"]
    assert (open_ended.low, open_ended.high, open_ended.value) == (0, 1, None)


def test_a_list_is_bounded_by_the_model_of_the_last_round_alone() -> None:
    early = visits(10, 10, trigger="list", score=0.99)
    rows = pd.concat([early.assign(address_id="early", as_of=pd.Timestamp("2023-01-01"), building_id=None), WORKLIST], ignore_index=True)
    found = look(rows, fold=np.repeat([0, 1], [10, 39]), cohort=cohort(200))
    assert answer(found, "bounds at capacity") == answer(look(WORKLIST, cohort=cohort(200)), "bounds at capacity")


def test_without_a_scored_cohort_or_of_a_part_no_list_is_bounded() -> None:
    assert look(WORKLIST).absent["bounds at capacity"].startswith("the cohort was not scored: there is no whole matrix of tomorrow")
    part = look(WORKLIST, cohort=cohort(200), within=np.ones(39, dtype=bool))
    assert part.absent["bounds"] == part.absent["bounds at capacity"] == "the number of addresses in this part is not known"


def test_bounds_of_the_random_arm_leave_open_who_was_not_at_home() -> None:
    silent = joined(LISTED, DRAWN.iloc[:6])
    bounds = answer(look(silent), "bounds").figures["base_rate_of_random_arm"]
    assert (bounds.low, bounds.high) == pytest.approx((wilson(1 / 9, 9).low, wilson(4 / 9, 9).high))


def test_a_small_arm_prints_how_wide_it_is_and_that_it_is_too_few() -> None:
    small = answer(look(WORKLIST), "random arm").figures["base_rate"]
    assert small.too_few
    assert small.width == pytest.approx(wilson(1 / 9, 9).width)
    large = joined(visits(1200, 60, trigger="random", score=0.1, frame="f1", propensity=0.1))
    assert not answer(look(large), "random arm").figures["base_rate"].too_few


def test_a_part_is_spoken_of_under_the_cut_of_the_whole() -> None:
    drawn = joined(*(visits(50, k, trigger="random", score=s, frame="f1", propensity=0.1) for s, k in ((0.9, 20), (0.1, 5))))
    within = np.arange(100) % 2 == 0
    part = answer(look(drawn, share=0.5, within=within), "random arm")
    assert part.population.endswith("in this part")
    assert values(part) == pytest.approx(
        {"base_rate": 13 / 50, "precision_at_capacity": 10 / 25, "recall_at_capacity": 10 / 13, "lift_at_capacity": 20 / 13}
    )


def test_cuts_are_made_within_each_round() -> None:
    one, two = (
        joined(*(visits(50, k, trigger="random", score=s, frame="f1", propensity=0.1) for s, k in ((0.9, top), (0.1, 5)))) for top in (20, 30)
    )
    both = pd.concat([one, two.assign(score=two["score"] + 5, address_id=two["address_id"] + "b")], ignore_index=True)
    fold = np.repeat([0, 1], 100)
    assert answer(look(both, share=0.5, fold=fold), "random arm").figures["precision_at_capacity"].value == pytest.approx(0.5)


@pytest.mark.parametrize("wrong", [{"frame_size": 9}, {"frame_listed": 95}, {"frame_listed": 100}, {"frame_drawn": 91}])
def test_a_frame_that_holds_fewer_than_was_taken_from_it_has_no_logged_chance(wrong: dict[str, float]) -> None:
    assert look(WORKLIST.assign(**wrong)).by("inverse propensity") is None
    other = WORKLIST.assign(frame=WORKLIST["frame"].replace("f1", "f2"), **wrong)
    found = answer(look(joined(WORKLIST, other)), "inverse propensity")
    assert (found.rows, values(found)) == (19, values(answer(look(WORKLIST), "inverse propensity")))


def test_a_frame_of_which_two_rows_tell_different_sizes_has_no_logged_chance() -> None:
    rows = WORKLIST.assign(frame_size=np.where(WORKLIST.index == 3, 200.0, 100.0))
    assert look(rows).by("inverse propensity") is None
    assert look(rows).by("random arm") is None
