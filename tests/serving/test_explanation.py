"""Reasons: one per family, the sentence of the member that weighs most, and a contradiction worded as context."""

from __future__ import annotations

import math

import pytest

from features.manifest import IndicatorRecord
from serving.explanation import Contribution, Reason, missing, reasons


def indicator(name: str, family: str, **changes: object) -> IndicatorRecord:
    fields = {
        "name": name, "definition": "d", "unit": "reports", "risk": "+", "subject": "nuisance", "family": family, "reach": "own", "tier": 1,
        "sources": ("reports",), "nl": f"{{value}} van {name}", "nl_zero": f"Geen {name}", "nl_missing": f"Onbekend: {name}",
        "en": f"{{value}} of {name}", "en_zero": f"No {name}", "en_missing": f"Unknown: {name}",
    }  # fmt: skip
    return IndicatorRecord.model_validate(fields | changes)


def part(name: str, contribution: float, *, value: float = 2.0, family: str | None = None, **changes: object) -> Contribution:
    return Contribution(indicator(name, family or name, **changes), value, contribution)


def raising(*parts: Contribution) -> list[Reason]:
    return reasons(parts, direction="raising", language="nl")


def lowering(*parts: Contribution) -> list[Reason]:
    return reasons(parts, direction="lowering", language="nl")


def test_a_family_is_one_reason_with_the_sum_of_its_contributions():
    (reason,) = raising(part("a_1y", 0.2, family="a"), part("a_3y", 0.5, family="a"), part("a_5y", -0.1, family="a"))
    assert (reason.family, reason.contribution) == ("a", pytest.approx(0.6))
    assert reason.sentence == "2 van a_3y"
    assert [m.indicator.name for m in reason.members] == ["a_3y", "a_1y", "a_5y"]


def test_a_family_that_pulls_both_ways_stands_where_its_sum_points():
    parts = (part("a_1y", 0.2, family="a"), part("a_3y", -0.5, value=0.0, family="a"))
    assert raising(*parts) == []
    (reason,) = lowering(*parts)
    assert (reason.direction, reason.sentence) == ("lowering", "Geen a_3y")


def test_a_family_that_adds_up_to_nothing_is_no_reason():
    parts = (part("a_1y", 0.25, family="a"), part("a_3y", -0.25, family="a"), part("b", 0.0))
    assert raising(*parts) == lowering(*parts) == []


def test_five_reasons_at_most_the_heaviest_first():
    found = raising(*(part(f"i{n}", n / 10) for n in range(1, 9)))
    assert [r.family for r in found] == ["i8", "i7", "i6", "i5", "i4"]


def test_the_order_of_equal_reasons_does_not_depend_on_the_order_of_columns():
    a, b = part("a", 0.2), part("b", 0.2)
    assert [r.family for r in raising(a, b)] == [r.family for r in raising(b, a)]


def test_a_value_a_zero_and_a_missing_value_have_their_own_sentence():
    assert [r.sentence for r in raising(part("a", 0.3, risk=None))] == ["2 van a"]
    assert [r.sentence for r in raising(part("a", 0.3, value=0.0, risk=None))] == ["Geen a"]
    assert [r.sentence for r in raising(part("a", 0.3, value=math.nan, risk=None))] == ["Onbekend: a"]
    assert [r.sentence for r in raising(part("a", 0.3, value=0.0, risk=None, nl_zero=None))] == ["0 van a"]


@pytest.mark.parametrize(
    ("risk", "value", "contribution", "context"),
    [
        ("+", 3.0, 0.2, False),
        ("+", 3.0, -0.2, True),
        ("+", 0.0, -0.2, False),
        ("+", 0.0, 0.2, True),
        ("-", 3.0, -0.2, False),
        ("-", 3.0, 0.2, True),
        ("-", 0.0, 0.2, False),
        ("-", 0.0, -0.2, True),
        (None, 3.0, -0.2, False),
        ("+", math.nan, -0.2, False),
    ],
)
def test_a_fact_that_contradicts_its_effect_is_worded_as_context(risk, value, contribution, context):
    (reason,) = (raising if contribution > 0 else lowering)(part("a", contribution, value=value, risk=risk))
    assert reason.context is context
    assert reason.sentence.startswith("Ter context: ") is context
    if context:
        effect = "verhoogt" if contribution > 0 else "verlaagt"
        assert reason.sentence.endswith(f"Samen met de andere gegevens {effect} dit de score")


def test_a_measure_without_a_natural_zero_is_no_contradiction():
    (reason,) = raising(part("area", 0.4, value=12.0, risk="-", nl_zero=None, en_zero=None))
    assert not reason.context


def test_what_is_missing_is_listed_with_its_sentence():
    assert missing([part("a", 0.1), part("b", 0.2, value=math.nan)], "en") == [("b", "Unknown: b")]


def test_that_there_is_nothing_to_measure_is_said_and_not_listed_as_missing():
    business = part("oldest", 0.3, value=math.nan, nl_missing="Er staat geen bedrijf ingeschreven", absence_known=True)
    assert missing([business, part("b", 0.2, value=math.nan)], "nl") == [("b", "Onbekend: b")]
    assert [r.sentence for r in raising(business)] == ["Er staat geen bedrijf ingeschreven"]


def test_a_reason_names_the_sources_of_all_its_members():
    (reason,) = raising(part("a", 0.1, family="f"), part("b", 0.1, family="f", sources=("water", "reports")))
    assert reason.sources == ("reports", "water")
