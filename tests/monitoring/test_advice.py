"""Advice follows from stated bars, one at a time."""

from __future__ import annotations

from datetime import date

import pytest

from monitoring.advice import Findings, advise, is_wide, verdict
from monitoring.data_quality import SourceQuality
from monitoring.disclosure import Cell
from monitoring.drift import ColumnDrift, Comparison, Spread
from monitoring.fairness import Fairness, Gap, Measure
from monitoring.performance import Performance
from monitoring.use import UseOf
from training.bootstrap import Estimate

DAY = date(2024, 1, 1)
SHOWN = Cell(group="a", state="shown", hits=50, rows=100, rate=0.5, low=0.4, high=0.6)
QUIET = Measure(name="selection_rate", cells=(SHOWN,))
OTHERS = tuple(Measure(name=name, cells=(SHOWN,)) for name in ("precision", "false_positive_rate", "false_negative_rate"))
WIDE = Gap(group="b", difference=0.2, low=0.1, high=0.3, ratio=1.4)


def column(name: str = "moves", *, distance: float = 0.0, missing: float = 0.0, rows: int = 1000) -> ColumnDrift:
    reference = Spread(rows=rows, missing_share=0.1, mean=1.0, quantiles=None)
    current = Spread(rows=rows, missing_share=0.1 + missing, mean=1.0, quantiles=None)
    return ColumnDrift(name=name, reference=reference, current=current, distance=distance, bar=0.1, drifted=distance >= 0.1)


def comparison(*columns: ColumnDrift, rows: int = 1000) -> Comparison:
    return Comparison(reference_first_on=DAY, reference_last_on=DAY, reference_rows=1000, current_rows=rows, rows_compared=1000, columns=columns)


def fairness(first: Measure = QUIET) -> Fairness:
    return Fairness(
        visits=10, positive_above=0.5, random_rows=0, random_unseen_rows=0, propensity_low=None, propensity_high=None, measures=(first, *OTHERS)
    )


def performance(**changes: object) -> Performance:
    fixed = {"since_on": DAY, "learned": 1000, "rows": 10, "confirmed": 1, "by_trigger": {}, "enough": False}
    nothing = dict.fromkeys(("auc", "auc_at_release", "mean_score", "confirmed_share"))
    return Performance.model_validate({**fixed, **nothing, **changes})


def quality(**changes: object) -> SourceQuality:
    fixed = {"source": "water", "title_nl": "Water", "title_en": "Water", "used": True, "rows": 9, "last_known_on": DAY, "rejects": {}}
    figures = {"age_days": 3, "max_age_days": 30, "reject_share": 0.0, "reject_limit": 0.02, "linked_share": None}
    return SourceQuality.model_validate({**fixed, **figures, **changes})


def advice(**changes: object) -> list[tuple[str, str]]:
    calm = {
        "training": comparison(column(), column("area")),
        "earlier": None,
        "fairness": fairness(),
        "fairness_wide": fairness(),
        "quality": (quality(),),
        "performance": performance(),
        "use": None,
    }
    return [(a.kind, a.about) for a in advise(Findings(**{**calm, **changes}))]


ESTIMATES = {"auc": Estimate(value=0.6, low=0.55, high=0.65), "auc_at_release": Estimate(value=0.7, low=0.6, high=0.8)}
CONFIRMED = Estimate(value=0.2, low=0.1, high=0.3)
UNLISTED = UseOf(client="old", purpose="trial", answers=1, first_on=DAY, last_on=DAY, listed=False)


def test_calm_findings_advise_nothing():
    assert advice() == [("nothing", "nothing")]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"performance": performance(**ESTIMATES)}, ("retrain", "worse")),
        ({"performance": performance(rows=200)}, ("retrain", "more_outcomes")),
        ({"performance": performance(mean_score=0.4, confirmed_share=CONFIRMED)}, ("look at", "off")),
        ({"training": comparison(column(distance=0.1), column("area"))}, ("look at", "unlike_training")),
        ({"training": comparison(column(), column("area", missing=0.11))}, ("look at", "missing_training")),
        ({"earlier": comparison(column(missing=0.11))}, ("look at", "missing")),
        ({"earlier": comparison(column(distance=0.1))}, ("look at", "moved")),
        ({"earlier": comparison(column(), rows=900)}, ("look at", "cohort")),
        ({"fairness": fairness(QUIET.model_copy(update={"gaps": (WIDE,), "reference": "a"}))}, ("look at", "gap")),
        ({"fairness_wide": fairness(QUIET.model_copy(update={"gaps": (WIDE,), "reference": "a"}))}, ("look at", "gap_wide")),
        ({"quality": (quality(age_days=31),)}, ("look at", "stale")),
        ({"quality": (quality(reject_share=0.03),)}, ("look at", "rejects")),
        ({"use": (UNLISTED,)}, ("look at", "unlisted")),
    ],
)
def test_each_bar_gives_its_own_advice_and_no_other(changes, expected):
    assert advice(**changes) == [expected]


@pytest.mark.parametrize(
    "changes",
    [
        {"performance": performance(rows=199)},
        {"performance": performance(**{**ESTIMATES, "auc": Estimate(value=0.6, low=0.5, high=0.7)})},
        {"performance": performance(mean_score=0.3, confirmed_share=CONFIRMED)},
        {"training": comparison(column(distance=0.1), column("area"), column("age"))},
        {"training": comparison(column(missing=0.09))},
        {"training": comparison(column(missing=0.12, rows=50))},
        {"earlier": comparison(column(), rows=901)},
        {"quality": (quality(age_days=30),)},
        {"quality": (quality(reject_share=0.02),)},
        {"use": (UNLISTED.model_copy(update={"listed": True}),)},
    ],
)
def test_just_under_a_bar_there_is_no_advice(changes):
    assert advice(**changes) == [("nothing", "nothing")]


def test_what_cannot_be_shown_in_either_cut_is_said_to_be_unknown():
    absent = Measure(name="selection_rate", not_computable="no-audit-data")
    assert advice(fairness=fairness(absent), fairness_wide=fairness(absent)) == [("look at", "not_shown")]
    assert advice(fairness=fairness(absent)) == [("nothing", "nothing")]


def test_retraining_stands_first():
    both = advice(quality=(quality(age_days=31),), performance=performance(rows=500))
    assert both == [("retrain", "more_outcomes"), ("look at", "stale")]


@pytest.mark.parametrize(
    ("gap", "wide"),
    [
        (WIDE, True),
        (Gap(group="b", difference=0.2, low=-0.01, high=0.4, ratio=1.9), False),
        (Gap(group="b", difference=0.02, low=0.01, high=0.03, ratio=1.25), False),
        (Gap(group="b", difference=-0.02, low=-0.03, high=-0.01, ratio=0.79), True),
        (Gap(group="b", difference=None, low=None, high=-0.01, ratio=0.5), True),
        (Gap(group="b", difference=None, low=None, high=0.01, ratio=0.5), False),
    ],
)
def test_gap_is_wide_beyond_chance_and_beyond_a_fifth(gap, wide):
    assert is_wide(gap) is wide


def test_advice_says_its_bar_in_both_languages():
    (said,) = advise(
        Findings(
            training=comparison(column()),
            earlier=None,
            fairness=fairness(),
            fairness_wide=fairness(),
            quality=(quality(age_days=31),),
            performance=performance(),
            use=None,
        )
    )
    assert (said.nl, said.en) == ("Ouder dan het contract toestaat, of leeg: water.", "Older than the contract allows, or empty: water.")
    assert said.bar_en == "Bar: max_age_days of the source's contract."
    assert said.bar_nl.startswith("Grens: ")


@pytest.mark.parametrize(
    ("low", "high", "ratio", "said"),
    [
        (None, 0.001, 0.744, "outside"),
        (None, -0.001, 0.744, "wide"),
        (None, 0.001, 0.8, "bound"),
        (None, -0.001, 0.95, "bound"),
        (-0.001, None, 1.3, "outside"),
        (0.001, None, 1.3, "wide"),
        (-0.001, None, 1.25, "bound"),
        (-0.01, 0.01, 0.5, "chance"),
        (-0.02, -0.01, 0.9, "small"),
        (-0.02, -0.01, 0.7, "wide"),
    ],
)
def test_verdict_of_a_bounded_gap_is_never_that_it_lies_within(low, high, ratio, said):
    assert verdict(Gap(group="b", difference=None, low=low, high=high, ratio=ratio)) == said


def test_groups_have_their_dutch_name_in_dutch_advice():
    apart = Measure(name="selection_rate", cells=(SHOWN,), reference="higher-income", gaps=(WIDE.model_copy(update={"group": "lower-income"}),))
    (said,) = advise(
        Findings(
            training=comparison(column()),
            earlier=None,
            fairness=fairness(apart),
            fairness_wide=fairness(),
            quality=(quality(),),
            performance=performance(),
            use=None,
        )
    )
    assert "lager inkomen tegenover hoger inkomen" in said.nl
    assert "lower-income against higher-income" in said.en
