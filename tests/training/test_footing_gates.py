from __future__ import annotations

from datetime import date, timedelta

import pytest

from features.limits import Limits
from training.bootstrap import Estimate
from training.dominance import Dominance
from training.folds import FoldSummary
from training.footing_gates import AGE, FUTURE, LEARNED_AGE, SHUFFLED, SOURCE, judge
from training.probes import Foresight, Probes, Shuffled
from training.scrutiny import Scrutiny

LIMITS = Limits(maximum_source_share=0.5, maximum_foresight=0.9, maximum_age_days=365, maximum_learned_age_days=500)
DAY, END = date(2020, 1, 1), date(2024, 1, 1)


def of(value, low=None, high=None):
    return Estimate(value=value, low=low, high=high)


def fold(name, days):
    """A fold of which the newest row is so many days older than the end of the last period."""
    return FoldSummary(name=name, first_on=DAY, last_on=END - timedelta(days=days), ends_on=END, rows=9, positives=3, outcome_too_late=0)


def folds(*, days=30, calibrated=100, trained=300):
    return fold("training", trained), fold("calibration", calibrated), fold("test", days)


def gates(*, source=None, auc=None, foresight=None, indicator="reports_1y", **ages):
    dominance = Dominance(shares={"water": source or of(0.4, 0.3, 0.5), "reports": of(0.2, 0.1, 0.3)})
    probes = Probes(
        shuffled=Shuffled(shuffles=10, auc=auc or of(0.51, 0.47, 0.55)),
        foresight=Foresight(indicator=indicator, tells="outcome", auc=foresight or of(0.65, 0.6, 0.7)),
    )
    return {gate.name: gate for gate in judge(Scrutiny.model_construct(dominance=dominance, probes=probes), folds=folds(**ages), limits=LIMITS)}


@pytest.mark.parametrize(
    ("gate", "changes", "expected"),
    [
        (SOURCE, {"source": of(0.4, 0.3, 0.5)}, "passed"),
        (SOURCE, {"source": of(0.4, 0.3, 0.51)}, "not enough data"),
        (SOURCE, {"source": of(0.51, 0.4, 0.6)}, "failed"),
        (SOURCE, {"source": of(None)}, "not enough data"),
        (SHUFFLED, {"auc": of(0.5, 0.5, 0.5)}, "passed"),
        (SHUFFLED, {"auc": of(0.55, 0.51, 0.6)}, "failed"),
        (SHUFFLED, {"auc": of(0.44, 0.4, 0.49)}, "failed"),
        (SHUFFLED, {"auc": of(0.55, 0.4, 0.66)}, "not enough data"),
        (SHUFFLED, {"auc": of(0.5)}, "not enough data"),
        (FUTURE, {"foresight": of(0.85, 0.8, 0.9)}, "passed"),
        (FUTURE, {"foresight": of(0.85, 0.8, 0.91)}, "not enough data"),
        (FUTURE, {"foresight": of(0.99, 0.98, 1.0)}, "failed"),
        (FUTURE, {"indicator": None, "foresight": of(None)}, "not enough data"),
        (AGE, {"days": 365}, "passed"),
        (AGE, {"days": 366}, "failed"),
        (LEARNED_AGE, {"calibrated": 500, "trained": 900}, "passed"),
        (LEARNED_AGE, {"calibrated": 501, "trained": 900}, "failed"),
        (LEARNED_AGE, {"calibrated": 900, "trained": 500}, "passed"),
    ],
)
def test_each_gate_knows_where_its_limit_is(gate, changes, expected):
    assert gates(**changes)[gate].state == expected


def test_the_gate_on_shuffled_labels_says_in_words_what_it_asks():
    said = gates(auc=of(0.55, 0.51, 0.6))[SHUFFLED].why
    assert said == (
        "taught by labels that were shuffled, so by nothing, the mean AUC over 10 shuffles is 0.550 (99.9 % interval 0.510 to 0.600);"
        " asked: an interval that holds 0.5, which is what guessing gives"
    )


def test_what_was_not_measured_is_not_passed():
    found = judge(None, folds=folds(), limits=LIMITS)
    assert [(gate.name, gate.state) for gate in found] == [
        (SOURCE, "not enough data"),
        (SHUFFLED, "not enough data"),
        (FUTURE, "not enough data"),
        (AGE, "passed"),
        (LEARNED_AGE, "passed"),
    ]
    silent = judge(None, folds=(), limits=LIMITS)
    assert [(gate.state, gate.measured) for gate in silent if gate.name in (AGE, LEARNED_AGE)] == [("not enough data", None)] * 2
    nothing_learned = {gate.name: gate.state for gate in judge(None, folds=folds()[2:], limits=LIMITS)}
    assert (nothing_learned[AGE], nothing_learned[LEARNED_AGE]) == ("passed", "not enough data")


def test_a_gate_names_the_source_and_the_indicator():
    found = gates(source=of(0.7, 0.6, 0.8), foresight=of(0.99, 0.98, 1.0))
    assert found[SOURCE].why == "part of the contributions that rests on 'water' 0.700 (0.600 to 0.800); asked: wholly at most 0.5"
    assert found[FUTURE].why == "AUC of 'reports_1y' alone for the outcome 0.990 (0.980 to 1.000); asked: wholly at most 0.9"


@pytest.mark.parametrize(
    "wrong",
    [
        {"maximum_source_share": 0.81},
        {"maximum_source_share": 0},
        {"maximum_source_share": float("nan")},
        {"maximum_foresight": 0.96},
        {"maximum_foresight": 0.5},
        {"maximum_age_days": 1096},
        {"maximum_age_days": 0},
        {"maximum_learned_age_days": 1096},
        {"maximum_learned_age_days": 0},
    ],
)
def test_no_limit_can_switch_its_gate_off(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        Limits(**wrong)
